"""How many requests are tried: SECRETSDELETE_EXAMPLES=10000 asks for a long run; fewer than that in CI."""

from __future__ import annotations

import os

EXAMPLES = int(os.environ.get("SECRETSDELETE_EXAMPLES", "200"))
