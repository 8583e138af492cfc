"""Instants, durations and names as a report writes them: plain ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..instant import DAY, HOUR, MINUTE, SECOND, to_datetime

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"))
_TENTH = SECOND // 10
#: An id of a version is shown by its beginning.
_ID_LENGTH = 8
_LONGEST = 200


def duration(length: int) -> str:
    """Return a length of time by its two largest units: `7d`, `6d 23h`, `4.7s`, `12ms`."""
    if 0 < length < SECOND:
        return f"{length}ms"
    if length < MINUTE:
        whole, tenths = divmod(length // _TENTH, 10)
        return f"{whole}.{tenths}s" if tenths else f"{whole}s"
    length = (length + SECOND // 2) // SECOND * SECOND  # where time is real, 7d may lack some milliseconds
    parts: list[str] = []
    for size, letter in _UNITS:
        number, length = divmod(length, size)
        if number or parts:
            parts.append(f"{number}{letter}" if number else "")
    return " ".join(filter(None, parts[:2]))


def offset(length: int) -> str:
    """Return how long after the start something was; real time's first moments are no time at all.

    What was before the start has a minus.
    """
    if length <= -SECOND:
        return f"-{duration(-length)}"
    return f"+{duration(length if length >= SECOND else 0)}"


def date(instant: int) -> str:
    """Return an instant in UTC, to the minute, or to the second where it is not at a minute's beginning."""
    exactness = "seconds" if instant // SECOND % 60 else "minutes"
    return to_datetime(instant).isoformat(" ", exactness).replace("+00:00", "Z")


def days(length: int) -> str:
    """Return the length of a recovery window."""
    number = length // DAY
    return f"{number} days" if number != 1 else "1 day"


def plain(text: object) -> str:
    """Return a text that any terminal can show, cut to 200 characters."""
    shown = str(text)[:_LONGEST].encode("ascii", "backslashreplace").decode()
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)


def short_id(version_id: object) -> str:
    """Return the beginning of a version's id."""
    return plain(version_id)[:_ID_LENGTH]


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names with commas, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(plain, names[:most])) + more
