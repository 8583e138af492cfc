"""How calls reach a fake: botocore's events, loopback HTTP, the environment of the process, and the guard."""
