"""How many requests of each kind are tried: SECRETSDELETE_BAD_REQUESTS=10000 asks for a long run."""

from __future__ import annotations

import os

#: Apart from SECRETSDELETE_EXAMPLES: these requests are cheap, and rare ones among them find most.
EXAMPLES = int(os.environ.get("SECRETSDELETE_BAD_REQUESTS", "200"))
