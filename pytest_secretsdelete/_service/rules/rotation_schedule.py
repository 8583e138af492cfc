"""Rotation schedules: when AWS may rotate a secret next.

Pure functions on whole milliseconds since the epoch, UTC. Nothing here asks what time it is.

Each rule names its source: the service model of botocore, or the user guide of Secrets Manager, page
"Schedule expressions in Secrets Manager rotation". What neither says is marked inferred. Of the refusals two
have been seen, that of two schedules at once and that of a rate in hours; the other texts are inferred.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib import import_module
from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_HOURS_A_DAY = 24
_RATE_BELOW_DAYS = 1000
_LEAST_HOURS = 4
_CRON_FIELDS = 6
# The longest wait for a date: a weekday of 29 February recurs after 28 years, or 40 across 2100.
_HORIZON = 41 * 366 * DAY
# aws-croniter gives up after ten months without a match; the search is then repeated from here on.
_READER_REACH = 240 * DAY
# The years of AWS's cron expressions are 1970 to 2199 (documentation of EventBridge).
_CRON_ENDS = (datetime(2200, 1, 1, tzinfo=timezone.utc) - _EPOCH) // timedelta(milliseconds=1)

_RATE = re.compile(r"rate\(([0-9]+) (hour|day)s?\)")  # that "1 days" and "4 hour" pass is inferred
_CRON = re.compile(r"cron\((.+)\)")
_STEP_WITHOUT_START = re.compile(r"(?<![^,])/")
_NO_SCHEDULE = "Invalid schedule expression."


class InvalidSchedule(ValueError):  # noqa: N818 - the schedule is at fault, not the program
    """AWS refuses these rotation rules; the text is the reason, and nothing else."""


class MissingCronLibrary(RuntimeError):  # noqa: N818 - nothing is wrong with the program but its environment
    """A cron() expression was met, and the library that reads it is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "A rotation schedule with cron() needs the library aws-croniter, which is not installed. "
            "Install it with: pip install 'pytest-secretsdelete[cron]'"
        )


@dataclass(frozen=True, slots=True)
class Window:
    """One rotation window, in milliseconds since the epoch.

    `opens` is the first instant at which AWS may rotate. `closes` is the date that AWS answers as
    NextRotationDate, on or before which it rotates (service model): the window's last whole second, as an
    answer of AWS ends a two-hour window that opened at 16:00 at 17:59:59.
    """

    opens: int
    closes: int


def check(rules: Mapping[str, Any]) -> None:
    """Raise InvalidSchedule where AWS refuses these RotationRules, whose members the service model admits.

    Of the service model: AutomaticallyAfterDays or a ScheduleExpression, never both; at most one rotation every
    four hours; a Duration that reaches neither into the next UTC day nor into the next window. Of the user guide: a
    rate of at most 999 days; minutes 0 and year * in a cron(). Seen: a rate in hours is below 24.

    Inferred: rules with neither of the two are refused, and so are a Duration of 0h and a cron() that never
    comes due; the four hours hold between the windows of one UTC day; the Duration of a rate is held against its
    first window of a day, at midnight, so that it may be as long as the rate.

    Raises MissingCronLibrary where a cron() cannot be read.
    """
    schedule = _schedule(rules)
    duration = _duration(rules)
    if duration is not None:
        _check_duration(duration, schedule)
    if schedule.opening(0) is None:
        raise InvalidSchedule(_NO_SCHEDULE)


def next_window(rules: Mapping[str, Any], *, after: int) -> Window | None:
    """Return the first window that opens strictly after `after`, the instant of the last rotation, or None.

    Before the first rotation `after` is the instant of setting up the schedule. For AutomaticallyAfterDays a
    new value by PutSecretValue or UpdateSecret counts as a rotation (service model).

    - AutomaticallyAfterDays and a rate in days: so many days after the UTC day of `after`, from midnight to
      the end of that day (service model).
    - A rate in hours: "the rotation window starts at midnight" and closes after one hour (service model).
      Windows that start at midnight and follow each other every N hours open, day after day, at multiples
      of gcd(N, 24) hours: the next one opens N hours after the last such instant. So they keep N hours apart,
      and a rate of 4, 6, 8 or 12 hours opens at the same hours every day (inferred).
    - A cron: when it comes due, in UTC. With several hours in its hours field it is a schedule in hours,
      else in days (that this is what tells them apart is inferred); a window of the former closes after one
      hour, of the latter at the end of the UTC day (service model). After the year 2199 no cron comes due (inferred).
    - A Duration replaces the default length of the window (service model); at the end of the UTC day, into which
      no window must extend, the window closes all the same (inferred).

    Raises as `check` does, but takes the Duration as it is.
    """
    schedule = _schedule(rules)
    duration = _duration(rules)
    opens = schedule.opening(after)
    if opens is None:
        return None
    length = DAY - opens % DAY
    if duration is not None:
        length = min(length, duration * HOUR)
    elif schedule.hourly:
        length = HOUR
    return Window(opens, opens + length - SECOND)


def windows_until(rules: Mapping[str, Any], *, opens: int, until: int, most: int) -> int:
    """Return how many windows open up to an instant, the one that opens at `opens` included.

    Those of a cron() are not evenly spaced: they are counted one by one, up to `most`.
    """
    return _schedule(rules).count(opens, until, most)


def days_between(rules: Mapping[str, Any], *, after: int | None = None) -> int | None:
    """Return what DescribeSecret shows as AutomaticallyAfterDays.

    That is "calculated from the rotation schedule after every successful rotation" (service model), so a
    cron() needs the instant of the last rotation as `after`: the answer is the number of UTC days from there
    to the next window, 14 for the 1st and 15th of a month after a rotation on the 1st, as an example of
    botocore's has it. Without `after`, and without a next window, it is None.

    Inferred: parts of a day count as a whole one, since the member is never below 1.
    """
    schedule = _schedule(rules)
    if isinstance(schedule, _Rate):
        return max(1, schedule.hours // _HOURS_A_DAY)
    opens = None if after is None else schedule.opening(after)
    return None if after is None or opens is None else max(1, opens // DAY - after // DAY)


@dataclass(frozen=True, slots=True)
class _Rate:
    """Windows that open every so many hours."""

    hours: int
    hourly: bool = False

    @property
    def apart(self) -> int:
        """The hours from one window to the next."""
        return self.hours

    @property
    def latest(self) -> int:
        """The hour that the Duration is counted from: midnight."""
        return 0

    def opening(self, after: int) -> int:
        """Return when the next window opens."""
        return after - after % (gcd(self.hours, _HOURS_A_DAY) * HOUR) + self.hours * HOUR

    def count(self, opens: int, until: int, _most: int) -> int:
        """Return how many windows open up to an instant."""
        return 1 + (until - opens) // (self.hours * HOUR)


class _Reader(Protocol):
    """What is used of aws-croniter's class."""

    hours: list[int]

    def get_next(self, from_date: datetime) -> list[datetime | None]: ...


@dataclass(frozen=True, slots=True)
class _Cron:
    """Windows that open when a cron expression comes due."""

    hours: tuple[int, ...]
    reader: _Reader

    @property
    def hourly(self) -> bool:
        """Whether there are several windows in a day."""
        return len(self.hours) > 1

    @property
    def apart(self) -> int:
        """The fewest hours from one window of a day to the next."""
        return min((later - hour for hour, later in pairwise(self.hours)), default=_HOURS_A_DAY)

    @property
    def latest(self) -> int:
        """The hour of a day at which its last window opens."""
        return self.hours[-1]

    def opening(self, after: int) -> int | None:
        """Return when the next window opens, or None after the last one."""
        for start in range(after, min(after + _HORIZON, _CRON_ENDS), _READER_REACH):
            due = self.reader.get_next(_EPOCH + timedelta(milliseconds=start))[0]
            if due is not None:
                return (due - _EPOCH) // timedelta(milliseconds=1)
        return None

    def count(self, opens: int, until: int, most: int) -> int:
        """Return how many windows open up to an instant, counted up to a number."""
        number, following = 0, self.opening(opens - 1)
        while following is not None and following <= until and number < most:
            number, following = number + 1, self.opening(following)
        return number


def _check_duration(hours: int, schedule: _Rate | _Cron) -> None:
    """Refuse a Duration with which a window would extend into the next UTC day or the next window."""
    if not 1 <= hours <= _HOURS_A_DAY:
        raise InvalidSchedule("Duration must be at least 1 hour, at most 24 hour.")
    if hours > schedule.apart:
        raise InvalidSchedule("Duration cannot be greater than Rate in hour.")
    if schedule.latest + hours > _HOURS_A_DAY:
        raise InvalidSchedule("Starting hour and duration must be within a day.")


def _schedule(rules: Mapping[str, Any]) -> _Rate | _Cron:
    """Read the rules, but for their Duration."""
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days is not None and expression is not None:
        raise InvalidSchedule("You cannot specify both rotation frequency and schedule expression together.")
    if days is not None:
        return _Rate(days * _HOURS_A_DAY)
    if expression is not None:
        return _expression(expression)
    raise InvalidSchedule(_NO_SCHEDULE)


def _expression(expression: str) -> _Rate | _Cron:
    """Read a ScheduleExpression."""
    if rate := _RATE.fullmatch(expression):
        return _rate(int(rate[1]), rate[2])
    if cron := _CRON.fullmatch(expression):
        return _cron(cron[1])
    raise InvalidSchedule(_NO_SCHEDULE)


def _rate(value: int, unit: str) -> _Rate:
    """Read what is within rate()."""
    if unit == "hour":
        if not _LEAST_HOURS <= value < _HOURS_A_DAY:
            raise InvalidSchedule("Rate in hour should be least 4 and less than 24.")  # AWS's grammar
        return _Rate(value, hourly=True)
    if not 0 < value < _RATE_BELOW_DAYS:
        raise InvalidSchedule("Rate in day should be greater than 0 and less than 1000.")
    return _Rate(value * _HOURS_A_DAY)


def _cron(text: str) -> _Cron:
    """Read what is within cron()."""
    fields = text.split()
    if len(fields) != _CRON_FIELDS:
        raise InvalidSchedule(_NO_SCHEDULE)
    # The user guide: windows open on the hour, and years cannot be chosen.
    if fields[0] != "0" or fields[-1] != "*":
        raise InvalidSchedule(_NO_SCHEDULE)
    reader = _reader(fields)
    hours = tuple(sorted(set(reader.hours)))
    if any(later - hour < _LEAST_HOURS for hour, later in pairwise(hours)):
        raise InvalidSchedule(_NO_SCHEDULE)
    return _Cron(hours, reader)


def _for_reader(fields: list[str]) -> list[str]:
    """Write out the two short forms that aws-croniter cannot read: /8 is */8, and L a week's last day."""
    *others, weekday, year = (_STEP_WITHOUT_START.sub("*/", field) for field in fields)
    return [*others, "SAT" if weekday == "L" else weekday, year]


def _reader(fields: list[str]) -> _Reader:
    """Have the optional library read a cron expression; only here it is imported."""
    try:
        library = import_module("aws_croniter")
    except ImportError as error:
        raise MissingCronLibrary from error
    try:
        reader: _Reader = library.AwsCroniter(" ".join(_for_reader(fields)))
    except ValueError as error:
        raise InvalidSchedule(_NO_SCHEDULE) from error
    return reader


def _duration(rules: Mapping[str, Any]) -> int | None:
    """Return the hours of the rules' Duration, or None."""
    text = rules.get("Duration")
    return None if text is None else int(text.removesuffix("h"))
