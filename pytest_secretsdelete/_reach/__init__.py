"""How calls reach a fake: botocore's events, Parameter Store, loopback HTTP, agents, the environment, the guard."""
