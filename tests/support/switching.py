"""How often the threads of a test switch."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds after which a thread lets others run. With Python's default few threads meet within a call.
_SWITCH_INTERVAL = 1e-6


def switch_often() -> None:
    """Let threads meet in the middle of statements, where races are."""
    sys.setswitchinterval(_SWITCH_INTERVAL)


@contextmanager
def switching_often() -> Iterator[None]:
    """Let threads switch often in a block."""
    before = sys.getswitchinterval()
    switch_often()
    try:
        yield
    finally:
        sys.setswitchinterval(before)
