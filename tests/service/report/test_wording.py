"""How instants, durations and names are written."""

from __future__ import annotations

import pytest

from pytest_secretsdelete._service.instant import DAY, HOUR, MINUTE, SECOND
from pytest_secretsdelete._service.report import wording


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0s"),
        (1, "1ms"),
        (999, "999ms"),
        (SECOND, "1s"),
        (4_790, "4.7s"),
        (59_999, "59.9s"),
        (MINUTE, "1m"),
        (HOUR + MINUTE, "1h 1m"),
        (DAY - SECOND, "23h 59m"),
        (DAY - 1, "1d"),
        (6 * DAY + 23 * HOUR + MINUTE, "6d 23h"),
        (7 * DAY + MINUTE, "7d"),
        (7 * DAY, "7d"),
    ],
)
def test_durations(length: int, text: str) -> None:
    """A duration, in whole seconds from a minute on, shows its two largest units, cut off."""
    assert wording.duration(length) == text


def test_offsets_of_real_time() -> None:
    """What happens within the first second counts as at once."""
    assert [wording.offset(length) for length in (0, 999, 1000, DAY)] == ["+0s", "+0s", "+1s", "+1d"]


def test_offsets_before_the_start() -> None:
    """What a wider fake did before the test has a minus; its last second counts as at once."""
    assert [wording.offset(length) for length in (-999, -1000, -3 * DAY)] == ["+0s", "-1s", "-3d"]


def test_dates() -> None:
    """A date shows its seconds where it has some."""
    assert wording.date(1_772_355_600_000) == "2026-03-01 09:00Z"
    assert wording.date(-62_135_510_400_000) == "0001-01-02 00:00Z"
    assert wording.date(1_772_355_605_123) == "2026-03-01 09:00:05Z"


def test_windows_in_days() -> None:
    """A day is one day."""
    assert [wording.days(number * DAY) for number in (1, 7)] == ["1 day", "7 days"]


def test_texts_that_any_terminal_shows() -> None:
    """What is not printable ASCII is escaped, and what is long is cut."""
    assert wording.plain("a\nb\x1b[31mé") == "a\\x0ab\\x1b[31m\\xe9"
    assert len(wording.plain("x" * 1000)) == 200


def test_names_in_a_list() -> None:
    """The first names are listed, and the others counted."""
    assert wording.listed(["a", "b"]) == "a, b"
    assert wording.listed([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"
