"""One freeze for the whole table: each row starts on another day."""

from __future__ import annotations

import pytest

from pytest_secretsdelete import Clock
from pytest_secretsdelete._service.instant import aware
from pytest_secretsdelete._time.freezing import freeze


@pytest.fixture(scope="package")
def frozen():
    """Freeze time at noon, and return the clock that moves it."""
    with freeze(aware("2026-01-15T12:00:00.123Z")):
        yield Clock()
