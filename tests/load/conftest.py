"""How heavy the load is: SECRETSDELETE_LOAD=20 makes each test do twenty times as much."""

from __future__ import annotations

import os

#: The factor of all sizes.
LOAD = int(os.environ.get("SECRETSDELETE_LOAD", "1"))
