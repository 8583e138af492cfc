"""Python imports this module at its start, in each process that a test starts: its folder is in PYTHONPATH."""

import loopback_alone

loopback_alone.install()
