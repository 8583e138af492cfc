"""A machine without AWS configuration, a clock, and a server on loopback that no call is to reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give a server on loopback that counts the requests that reach it."""
    with Listener() as listener:
        yield listener
