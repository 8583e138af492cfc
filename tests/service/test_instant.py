"""Instants from text: the same on every version of Python."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from pytest_secretsdelete._service.instant import parse


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("09", 0),
        ("09.5", 500_000),
        ("09.25", 250_000),
        ("09.125", 125_000),
        ("09.1234", 123_400),
        ("09.123456", 123_456),
        ("09.1234569", 123_456),
    ],
)
@pytest.mark.parametrize("zone", ["Z", "z", "+00:00"])
def test_fractions_of_a_second(text: str, microsecond: int, zone: str) -> None:
    """A second may have any number of digits after its point; what is below a microsecond is cut off."""
    assert parse(f"2023-01-02T13:05:{text}{zone}") == datetime(2023, 1, 2, 13, 5, 9, microsecond, timezone.utc)


@pytest.mark.parametrize("text", ["", "Z", ".5", "2023-01-02T13:05:09.xZ", "2023-01-32T13:05:09Z"])
def test_what_is_no_instant(text: str) -> None:
    """Other text is refused with a ValueError."""
    with pytest.raises(ValueError, match="Invalid isoformat|day"):
        parse(text)
