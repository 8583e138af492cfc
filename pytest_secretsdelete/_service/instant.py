"""Instants: whole milliseconds since 1970 inside, plain aware datetimes outside."""

from __future__ import annotations

import datetime as _datetime_module
import functools
import re
from datetime import timedelta, timezone
from email.utils import formatdate

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_MILLISECOND = timedelta(milliseconds=1)
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def _real_datetime_class() -> type[_datetime_module.datetime]:
    """Return the interpreter's own class, also when freezegun is active while this module is imported."""
    mro = _datetime_module.datetime.__mro__
    return next(c for c in mro if c.__module__ == "datetime" and c.__name__ == "datetime")


# freezegun swaps module attributes whose value is the datetime class; it does not look into a tuple.
_REAL = (_real_datetime_class(),)
_EPOCH_BOX = (_REAL[0](1970, 1, 1, tzinfo=timezone.utc),)


#: The last midnight that has a date in every zone, in milliseconds: no client could read a later one.
LATEST = (_REAL[0](9999, 12, 31, tzinfo=timezone.utc) - _EPOCH_BOX[0]) // _MILLISECOND


def to_datetime(instant: int) -> _datetime_module.datetime:
    """Turn milliseconds since the epoch into an aware UTC datetime of the standard library's own class."""
    return _EPOCH_BOX[0] + timedelta(milliseconds=instant)


def from_microseconds(microseconds: int) -> _datetime_module.datetime:
    """Turn microseconds since the epoch into an aware UTC datetime of the standard library's own class."""
    return _EPOCH_BOX[0] + timedelta(microseconds=microseconds)


def to_microseconds(when: _datetime_module.datetime) -> int:
    """Turn a datetime into microseconds since the epoch; one without a zone is read as UTC."""
    offset = when.utcoffset() or timedelta(0)
    parts = (when.year, when.month, when.day, when.hour, when.minute, when.second, when.microsecond)
    naive = _REAL[0](*parts, tzinfo=timezone.utc)
    return (naive - offset - _EPOCH_BOX[0]) // timedelta(microseconds=1)


def parse(text: str) -> _datetime_module.datetime:
    """Read ISO 8601 text, a trailing Z included, whatever the Python version; ValueError where it is none."""
    whole = _FRACTION.sub(lambda found: f".{found[1]:0<6}", text)  # Python 3.10 reads three or six digits
    return _REAL[0].fromisoformat(whole[:-1] + "+00:00" if whole[-1:] in {"Z", "z"} else whole)


def aware(when: _datetime_module.datetime | str) -> _datetime_module.datetime:
    """Return a datetime with a zone, from one or from ISO 8601 text; ValueError where it has none."""
    legal = "give an aware datetime, or ISO 8601 text such as 2026-03-01T00:00:00Z."
    try:
        moment = parse(when) if isinstance(when, str) else when
    except ValueError:
        raise ValueError(f"{when!r} is no instant: {legal}") from None
    if not hasattr(moment, "timestamp"):
        raise TypeError(f"{when!r} is no instant: {legal}")
    if moment.utcoffset() is None:
        raise ValueError(
            f"{when!r} has no time zone, so it names no instant. Write 2026-03-01T00:00:00Z, or give a datetime with "
            "tzinfo=timezone.utc."
        )
    return moment


def milliseconds(duration: timedelta) -> int:
    """Return a duration in whole milliseconds."""
    return duration // _MILLISECOND


def midnight(instant: int) -> int:
    """Return the start of the instant's UTC day."""
    return instant - instant % DAY


def on_the_wire(instant: int) -> float:
    """Return an instant as AWS's JSON writes it: seconds since the epoch, with milliseconds."""
    return instant / SECOND


def http_date(instant: int) -> str:
    """Return an instant as an HTTP Date header."""
    return _http_date(instant // SECOND)


@functools.lru_cache(maxsize=128)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)
