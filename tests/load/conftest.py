"""How heavy the load is: SECRETSDELETE_LOAD=20 makes each test do twenty times as much. Threads switch often."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The factor of all sizes.
LOAD = int(os.environ.get("SECRETSDELETE_LOAD", "1"))
#: Seconds after which a thread lets others run. With Python's default few threads meet within a call.
SWITCH_INTERVAL = 1e-6


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    """Let threads meet in the middle of statements, where races are."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    yield
    sys.setswitchinterval(before)
