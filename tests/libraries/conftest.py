"""The environment of these tests is the fake's own: a marker starts it before any fixture here."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_configuration() -> None:
    """Leave the variables alone that the fake of a marker has set."""
