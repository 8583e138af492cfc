"""How heavy the load is: SECRETSDELETE_LOAD=20 makes each test do twenty times as much. Threads switch often."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ..support import switching_often

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The factor of all sizes.
LOAD = int(os.environ.get("SECRETSDELETE_LOAD", "1"))


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    """Let threads meet in the middle of statements, where races are."""
    with switching_often():
        yield
