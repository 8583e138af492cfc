"""Rotation schedules: which windows follow from which rules, and which rules are refused."""

from __future__ import annotations

import calendar
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec, module_from_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from freezegun import freeze_time
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_secretsdelete._service.rules import rotation_schedule
from pytest_secretsdelete._service.rules.rotation_schedule import (
    DAY,
    HOUR,
    SECOND,
    InvalidSchedule,
    MissingCronLibrary,
    Window,
    check,
    days_between,
    next_window,
    windows_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

needs_cron = pytest.mark.skipif(find_spec("aws_croniter") is None, reason="the extra 'cron' is not installed")


def at(text: str) -> int:
    """Return the milliseconds of a UTC date and time."""
    return (datetime.fromisoformat(f"{text}+00:00") - EPOCH) // timedelta(milliseconds=1)


def rule(schedule: int | str, duration: str | None = None) -> dict[str, Any]:
    """Return RotationRules with a number of days, or with an expression."""
    member = "AutomaticallyAfterDays" if isinstance(schedule, int) else "ScheduleExpression"
    return {member: schedule} if duration is None else {member: schedule, "Duration": duration}


def windows(rules: dict[str, Any], after: int, count: int) -> Iterator[Window]:
    """Yield successive windows, each after a rotation at the start of the one before."""
    for _ in range(count):
        window = next_window(rules, after=after)
        yield window
        after = window.opens


# -- days and rates ---------------------------------------------------------------------------------------

RATES = [
    # rules, after, opens, closes
    (rule(1), "2024-02-28 10:23:45.678", "2024-02-29 00:00", "2024-02-29 23:59:59"),
    (rule(30), "2024-01-31 23:59:59.999", "2024-03-01 00:00", "2024-03-01 23:59:59"),
    (rule(30), "2024-01-31 00:00", "2024-03-01 00:00", "2024-03-01 23:59:59"),
    (rule(1000), "2024-01-01 12:00", "2026-09-27 00:00", "2026-09-27 23:59:59"),
    (rule(7, "3h"), "2024-01-01 12:00", "2024-01-08 00:00", "2024-01-08 02:59:59"),
    (rule("rate(10 days)"), "2024-01-01 12:00", "2024-01-11 00:00", "2024-01-11 23:59:59"),
    (rule("rate(1 day)"), "2024-01-01 12:00", "2024-01-02 00:00", "2024-01-02 23:59:59"),
    (rule("rate(10 days)", "24h"), "2024-01-01 12:00", "2024-01-11 00:00", "2024-01-11 23:59:59"),
    (rule("rate(10 days)", "1h"), "2024-01-01 12:00", "2024-01-11 00:00", "2024-01-11 00:59:59"),
    (rule("rate(4 hours)"), "2024-01-01 10:23", "2024-01-01 12:00", "2024-01-01 12:59:59"),
    (rule("rate(4 hours)"), "2024-01-01 12:00", "2024-01-01 16:00", "2024-01-01 16:59:59"),
    (rule("rate(4 hours)"), "2024-01-01 11:59:59.999", "2024-01-01 12:00", "2024-01-01 12:59:59"),
    (rule("rate(6 hours)"), "2024-01-01 20:00", "2024-01-02 00:00", "2024-01-02 00:59:59"),
    (rule("rate(12 hours)", "12h"), "2024-01-01 00:00", "2024-01-01 12:00", "2024-01-01 23:59:59"),
    (rule("rate(23 hours)"), "2024-01-01 10:23", "2024-01-02 09:00", "2024-01-02 09:59:59"),
    (rule("rate(5 hours)"), "2024-01-01 21:23", "2024-01-02 02:00", "2024-01-02 02:59:59"),
    (rule("rate(10 hours)"), "2024-01-01 15:23", "2024-01-02 00:00", "2024-01-02 00:59:59"),
    (rule("rate(10 hours)", "10h"), "2024-01-01 00:00", "2024-01-01 10:00", "2024-01-01 19:59:59"),
    (rule("rate(10 hours)", "10h"), "2024-01-01 10:00", "2024-01-01 20:00", "2024-01-01 23:59:59"),
]


@pytest.mark.parametrize(("rules", "after", "opens", "closes"), RATES)
def test_a_window_of_days_or_of_a_rate(rules: dict[str, Any], after: str, opens: str, closes: str) -> None:
    """Days and rates open at midnight and every so often, and close as the service model says."""
    check(rules)
    assert next_window(rules, after=at(after)) == Window(at(opens), at(closes))


def test_an_instant_before_the_epoch() -> None:
    """A rotation before 1970 is no special case."""
    assert next_window(rule("rate(2 days)"), after=at("1969-12-30 12:00")).opens == 0


rates = st.one_of(
    st.integers(1, 1000).map(rule),
    st.integers(1, 999).map(lambda days: rule(f"rate({days} days)")),
    st.integers(4, 23).map(lambda hours: rule(f"rate({hours} hours)")),
)
instants = st.integers(at("2000-01-01 00:00"), at("2060-01-01 00:00"))


def hours_of(rules: dict[str, Any]) -> int:
    """Return the interval that rules without a cron ask for."""
    days = rules.get("AutomaticallyAfterDays")
    if days is not None:
        return int(days) * 24
    value, unit = re.findall(r"\w+", rules["ScheduleExpression"])[1:]
    return int(value) * (24 if unit == "days" else 1)


@given(rules=rates, after=instants)
def test_a_rate_keeps_its_interval(rules: dict[str, Any], after: int) -> None:
    """The first window opens within the interval, and each later one exactly one interval after the last."""
    interval = hours_of(rules) * HOUR
    first, *others = windows(rules, after, 5)
    assert after < first.opens <= after + interval
    assert [window.opens for window in others] == [first.opens + n * interval for n in range(1, 5)]
    assert all(window.opens % HOUR == 0 for window in others)


@given(rules=rates, after=instants, part=st.floats(0, 1))
def test_a_rotation_late_in_its_window_is_no_other(rules: dict[str, Any], after: int, part: float) -> None:
    """A rotation at any instant of a window leads to the same next window as one at its start."""
    window = next_window(rules, after=after)
    rotation = window.opens + int(part * (window.closes - window.opens))
    assert next_window(rules, after=rotation) == next_window(rules, after=window.opens)


@given(rate=st.integers(4, 23), duration=st.integers(0, 30), unit=st.sampled_from(["hours", "days"]))
def test_a_duration_is_accepted_where_it_fits_the_rate(rate: int, duration: int, unit: str) -> None:
    """Exactly those durations pass that are no longer than the rate, nor than a day."""
    rules = rule(f"rate({rate} {unit})", f"{duration}h")
    assert (1 <= duration <= min(hours_of(rules), 24)) == (refusal(rules) is None)


@given(rate=st.integers(4, 23), duration=st.integers(1, 23), after=instants)
def test_windows_of_a_rate_in_hours_stay_within_their_day(rate: int, duration: int, after: int) -> None:
    """However long the Duration, no window reaches into the next UTC day, nor into the next window."""
    assume(duration <= rate)
    found = list(windows(rule(f"rate({rate} hours)", f"{duration}h"), after, 6))
    assert all(window.opens < window.closes < window.opens - window.opens % DAY + DAY for window in found)
    assert all(earlier.closes < later.opens for earlier, later in pairwise(found))


# -- refusals ---------------------------------------------------------------------------------------------


def refusal(rules: dict[str, Any]) -> str | None:
    """Return why rules are refused, or None."""
    try:
        check(rules)
    except InvalidSchedule as error:
        return str(error)
    return None


BOTH = "You cannot specify both rotation frequency and schedule expression together."
NO_SCHEDULE = "Invalid schedule expression."
RATE_IN_HOURS = "Rate in hour should be least 4 and less than 24."
RATE_IN_DAYS = "Rate in day should be greater than 0 and less than 1000."
TOO_LONG = "Duration must be at least 1 hour, at most 24 hour."
BEYOND_THE_RATE = "Duration cannot be greater than Rate in hour."
BEYOND_THE_DAY = "Starting hour and duration must be within a day."
REFUSED = [
    ({"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"}, BOTH),
    ({"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)", "Duration": "1h"}, BOTH),
    ({"Duration": "3h"}, NO_SCHEDULE),
    ({}, NO_SCHEDULE),
    *(
        (rule(expression), NO_SCHEDULE)
        for expression in (
            "",
            "daily",
            "rate()",
            "rate(days)",
            "rate(ten days)",
            "rate(10)",
            "rate(10days)",
            "rate(10 weeks)",
            "rate(10 minutes)",
            "rate(1.5 days)",
            "rate(-10 days)",
            "rate(\u0661\u0660 days)",
            "rate(10 days",
            "rate(10 days) ",
            "RATE(10 days)",
            "cron()",
            "at(2024-01-01T00:00:00)",
        )
    ),
    *((rule(f"rate({rate})"), RATE_IN_HOURS) for rate in ("0 hours", "1 hour", "3 hours", "24 hours", "23977 hours")),
    *((rule(f"rate({rate})"), RATE_IN_DAYS) for rate in ("0 days", "1000 days", "9999999999999999 days")),
    *((rule(f"cron({fields})"), NO_SCHEDULE) for fields in ("0 8 * * ?", "0 8 * * ? * *", "0,8,*,*,?,*")),
    *(
        (rule(f"cron({fields})"), NO_SCHEDULE)
        for fields in (
            "30 8 * * ? *",
            "* 8 * * ? *",
            "0,30 8 * * ? *",
            "0 8 * * ? 2030",
            "0 8 * * ? 2030-2032",
        )
    ),
    *((rule(30, text), TOO_LONG) for text in ("0h", "00h", "25h", "99h")),
    (rule("rate(4 hours)", "5h"), BEYOND_THE_RATE),
    (rule("rate(10 hours)", "11h"), BEYOND_THE_RATE),
    (rule("rate(4 hours)", "25h"), TOO_LONG),
    (rule("rate(10 days)", "25h"), TOO_LONG),
]


@pytest.mark.parametrize(("rules", "reason"), REFUSED)
def test_refused(rules: dict[str, Any], reason: str) -> None:
    """Rules that AWS does not take are refused with the reason, whether or not a cron can be read."""
    assert refusal(rules) == reason


REFUSED_CRONS = [
    (rule("cron(0 8 * * * *)"), NO_SCHEDULE),
    (rule("cron(0 8 ? * ? *)"), NO_SCHEDULE),
    (rule("cron(0 24 * * ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 32 * ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 0 * ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 1 13 ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 ? * 0 *)"), NO_SCHEDULE),
    (rule("cron(0 8 ? * 8 *)"), NO_SCHEDULE),
    (rule("cron(0 8 ? * MOON *)"), NO_SCHEDULE),
    (rule("cron(0 8 ? * MON#6 *)"), NO_SCHEDULE),
    (rule("cron(0 8/0 * * ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 ? * L-MON *)"), NO_SCHEDULE),
    (rule("cron(0 * * * ? *)"), NO_SCHEDULE),
    (rule("cron(0 0/3 * * ? *)"), NO_SCHEDULE),
    (rule("cron(0 1,4 * * ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 31 2 ? *)"), NO_SCHEDULE),
    (rule("cron(0 8 31W 4,6,9,11 ? *)"), NO_SCHEDULE),
    (rule("cron(0 16 1,15 * ? *)", "9h"), BEYOND_THE_DAY),
    (rule("cron(0 8/8 * * ? *)", "9h"), BEYOND_THE_RATE),
    (rule("cron(0 2/10 * * ? *)", "3h"), BEYOND_THE_DAY),
]


@needs_cron
@pytest.mark.parametrize(("rules", "reason"), REFUSED_CRONS)
def test_refused_crons(rules: dict[str, Any], reason: str) -> None:
    """A cron that is malformed, too frequent, never due or too long for its day is refused."""
    assert refusal(rules) == reason


def test_refused_rules_have_no_window() -> None:
    """Rules that can be no schedule raise from every function, not from the check alone."""
    with pytest.raises(InvalidSchedule, match=NO_SCHEDULE):
        next_window({}, after=0)
    with pytest.raises(InvalidSchedule, match=NO_SCHEDULE):
        days_between({})


# -- cron -------------------------------------------------------------------------------------------------

CRONS = [
    # expression, duration, after, opens, closes
    ("0 16 1,15 * ? *", "2h", "2024-02-01 17:00", "2024-02-15 16:00", "2024-02-15 17:59:59"),
    ("0 16 1,15 * ? *", "8h", "2024-02-15 16:00", "2024-03-01 16:00", "2024-03-01 23:59:59"),
    ("0 16 1,15 * ? *", None, "2024-02-15 15:59:59.999", "2024-02-15 16:00", "2024-02-15 23:59:59"),
    ("0 /8 * * ? *", None, "2024-01-01 10:23", "2024-01-01 16:00", "2024-01-01 16:59:59"),
    ("0 0/4 * * ? *", "4h", "2024-01-01 10:23", "2024-01-01 12:00", "2024-01-01 15:59:59"),
    ("0 12,4,8 * * ? *", "4h", "2024-01-01 03:59", "2024-01-01 04:00", "2024-01-01 07:59:59"),
    ("0 */8 * * ? *", None, "2024-01-01 16:00", "2024-01-02 00:00", "2024-01-02 00:59:59"),
    ("0 8/8 * * ? *", "2h", "2024-01-01 16:00", "2024-01-02 08:00", "2024-01-02 09:59:59"),
    ("0 8/8 * * ? *", "8h", "2024-01-01 10:23", "2024-01-01 16:00", "2024-01-01 23:59:59"),
    ("0 2/10 * * ? *", None, "2024-01-01 12:00", "2024-01-01 22:00", "2024-01-01 22:59:59"),
    ("0 2/10 * * ? *", "2h", "2024-01-01 22:00", "2024-01-02 02:00", "2024-01-02 03:59:59"),
    ("0 10 * * ? *", None, "2024-01-01 10:00", "2024-01-02 10:00", "2024-01-02 23:59:59"),
    ("0  18  ?  *  SAT  *", None, "2024-01-01 00:00", "2024-01-06 18:00", "2024-01-06 23:59:59"),
    ("0 18 ? * 7 *", None, "2024-01-01 00:00", "2024-01-06 18:00", "2024-01-06 23:59:59"),
    ("0 18 ? * L *", None, "2024-01-01 00:00", "2024-01-06 18:00", "2024-01-06 23:59:59"),
    ("0 8 ? * 1 *", None, "2024-01-01 00:00", "2024-01-07 08:00", "2024-01-07 23:59:59"),
    ("0 1 ? 1/3 SUN#1 *", None, "2024-01-07 01:00", "2024-04-07 01:00", "2024-04-07 23:59:59"),
    ("0 17 L * ? *", None, "2024-02-01 00:00", "2024-02-29 17:00", "2024-02-29 23:59:59"),
    ("0 17 L-3 * ? *", None, "2024-02-01 00:00", "2024-02-26 17:00", "2024-02-26 23:59:59"),
    ("0 8 ? * MON-FRI *", None, "2024-01-05 08:00", "2024-01-08 08:00", "2024-01-08 23:59:59"),
    ("0 8 ? * FRI-MON *", None, "2024-01-05 08:00", "2024-01-06 08:00", "2024-01-06 23:59:59"),
    ("0 8 ? * TUE#3 *", None, "2024-01-01 00:00", "2024-01-16 08:00", "2024-01-16 23:59:59"),
    ("0 8 ? * 6L *", None, "2024-01-01 00:00", "2024-01-26 08:00", "2024-01-26 23:59:59"),
    ("0 8 ? * SUNL *", None, "2024-01-01 00:00", "2024-01-28 08:00", "2024-01-28 23:59:59"),
    ("0 8 15W 6 ? *", None, "2024-01-01 00:00", "2024-06-14 08:00", "2024-06-14 23:59:59"),
    ("0 8 1W 6 ? *", None, "2024-01-01 00:00", "2024-06-03 08:00", "2024-06-03 23:59:59"),
    ("0 0 ? 1/11 MON#1 *", None, "2024-01-01 00:00", "2024-12-02 00:00", "2024-12-02 23:59:59"),
    ("0 0 ? 2 MON#5 *", None, "2044-02-29 00:00", "2072-02-29 00:00", "2072-02-29 23:59:59"),
    ("0 0 ? 2 MON#5 *", None, "2072-02-29 00:00", "2112-02-29 00:00", "2112-02-29 23:59:59"),
    ("0 0 29 2 ? *", None, "2096-02-29 00:00", "2104-02-29 00:00", "2104-02-29 23:59:59"),
    ("0 0 29 2 ? *", None, "2024-02-29 00:00", "2028-02-29 00:00", "2028-02-29 23:59:59"),
]


@needs_cron
@pytest.mark.parametrize(("fields", "duration", "after", "opens", "closes"), CRONS)
def test_a_window_of_a_cron(fields: str, duration: str | None, after: str, opens: str, closes: str) -> None:
    """A cron opens when AWS's syntax says, and closes after an hour, at the end of the day, or as told."""
    rules = rule(f"cron({fields})", duration)
    check(rules)
    assert next_window(rules, after=at(after)) == Window(at(opens), at(closes))


@needs_cron
def test_a_window_ends_one_second_before_its_duration_is_over() -> None:
    """A two-hour window from 16:00 closes at 17:59:59."""
    window = next_window(rule("cron(0 16 7 * ? *)", "2h"), after=at("2022-10-01 00:00"))
    assert window.closes == 1665165599 * SECOND


def numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """Return what a plain cron field selects; a range may run over the end of its field."""
    for index, name in enumerate(names):
        field = field.replace(name, str(index + 1))
    selected: set[int] = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span in {"", "*"} else span).partition("-")
        end = int(last or (high if step else first))
        values = [*range(int(first), high + 1), *range(low, int(first))]
        selected.update(values[: values.index(end) + 1 : int(step or 1)])
    return selected


def is_due_by_month_day(field: str, day: datetime) -> bool:
    """Return whether a day-of-month field selects a day."""
    last = calendar.monthrange(day.year, day.month)[1]
    if field.startswith("L"):
        return day.day == last - int(field[2:] or 0)
    if field.endswith("W"):
        wanted = int(field[:-1])
        weekdays = [n for n in range(1, last + 1) if day.replace(day=n).isoweekday() <= 5]
        return wanted <= last and day.day == min(weekdays, key=lambda n: abs(n - wanted))
    return day.day in numbers(field, 1, 31)


def is_due_by_weekday(field: str, day: datetime) -> bool:
    """Return whether a day-of-week field selects a day."""
    wanted, marked, nth = field.partition("#")
    if marked:
        return is_due_by_weekday(wanted, day) and (day.day - 1) // 7 + 1 == int(nth)
    if field.endswith("L"):
        return is_due_by_weekday(field[:-1] or "SAT", day) and (day + timedelta(days=7)).month != day.month
    return day.isoweekday() % 7 + 1 in numbers(field, 1, 7, WEEKDAYS)


def openings(fields: str, start: int, end: int) -> list[int]:
    """Return when a cron comes due after one instant and before another, found by trying every hour."""
    _, hour, month_day, month, weekday, _ = fields.split()
    hours, months = numbers(hour, 0, 23), numbers(month, 1, 12, MONTHS)
    found = []
    for midnight in range(start - start % DAY, end, DAY):
        day = EPOCH + timedelta(milliseconds=midnight)
        due = is_due_by_weekday(weekday, day) if month_day == "?" else is_due_by_month_day(month_day, day)
        if due and day.month in months:
            found += [midnight + n * HOUR for n in range(24) if n in hours and midnight + n * HOUR > start]
    return found


def plain(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return fields of values, lists and ranges."""
    ranges = st.tuples(values, values).filter(lambda pair: pair[0] != pair[1]).map("-".join)
    return st.lists(values | ranges, min_size=1, max_size=3).map(",".join)


def named(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return the values of a field that has names."""
    return st.integers(1, len(names)).map(str) | st.sampled_from(names)


def from_one(high: int) -> st.SearchStrategy[str]:
    """Return the numbers of a field from 1 on, as text."""
    return st.integers(1, high).map(str)


def stepped(first: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[str]:
    """Return fields with a step."""
    return st.builds("{}/{}".format, first | st.sampled_from(["*", ""]), st.integers(least, most))


hour_values = st.integers(0, 23).map(str)
hour_lists = st.lists(hour_values, min_size=2, max_size=3).map(",".join)
hour_fields = hour_values | hour_lists | stepped(hour_values, 4, 23)
month_days = st.one_of(
    st.just("*"),
    plain(from_one(31)),
    stepped(from_one(31), 1, 31),
    st.just("L"),
    from_one(30).map("L-{}".format),
    from_one(31).map("{}W".format),
)
weekdays = st.one_of(
    st.just("*"),
    plain(named(WEEKDAYS)),
    named(WEEKDAYS).map("{}L".format),
    st.builds("{}#{}".format, named(WEEKDAYS), st.integers(1, 5)),
)
month_fields = st.just("*") | plain(named(MONTHS)) | stepped(from_one(12), 1, 12)
month_day_fields = st.builds("{} {} ?".format, month_days, month_fields)
weekday_fields = st.builds("? {} {}".format, month_fields, weekdays)
crons = st.builds("0 {} {} *".format, hour_fields, month_day_fields | weekday_fields)


@needs_cron
@given(fields=crons, after=instants)
def test_a_cron_comes_due_as_a_search_through_every_hour_finds(fields: str, after: int) -> None:
    """For two years every window of a cron opens where an independent reading of the syntax puts it."""
    rules = rule(f"cron({fields})")
    assume(refusal(rules) is None)
    expected = openings(fields, after, after + 2 * 365 * DAY)[:40]
    found = [window.opens for window in windows(rules, after, len(expected))]
    assert found == expected


@needs_cron
@given(fields=crons, duration=st.none() | st.integers(1, 24).map("{}h".format), after=instants)
def test_windows_of_a_cron_never_overlap(fields: str, duration: str | None, after: int) -> None:
    """Windows open after the last rotation, end within their UTC day, and follow without overlapping."""
    rules = rule(f"cron({fields})", duration)
    assume(refusal(rules) is None)
    found = list(windows(rules, after, 4))
    assert after < found[0].opens
    assert all(window.opens < window.closes < window.opens - window.opens % DAY + DAY for window in found)
    assert all(earlier.closes < later.opens for earlier, later in pairwise(found))
    assert next_window(rules, after=found[0].closes) == found[1]


@needs_cron
@given(after=st.integers(at("2044-02-29 00:00"), at("2072-02-28 23:59")))
def test_a_window_that_is_decades_away(after: int) -> None:
    """A date as rare as a fifth Monday in February is found from anywhere before it."""
    assert next_window(rule("cron(0 0 ? 2 MON#5 *)"), after=after).opens == at("2072-02-29 00:00")


@pytest.mark.parametrize(
    "rules", [rule(1), rule("rate(1 day)"), pytest.param(rule("cron(0 0 * * ? *)"), marks=needs_cron)], ids=str
)
@pytest.mark.parametrize(("until", "count"), [(0, 1), (DAY - 1, 1), (DAY, 2), (3 * DAY, 4)])
def test_how_many_windows_open(rules: dict[str, Any], until: int, count: int) -> None:
    """The first window counts, and the one that opens at the last instant; those of a cron up to a number."""
    opens = at("2026-03-02 00:00")
    assert windows_until(rules, opens=opens, until=opens + until, most=count) == count
    assert windows_until(rules, opens=opens, until=opens + until, most=9) == count


@needs_cron
def test_windows_of_a_cron_are_counted_up_to_a_number() -> None:
    """More of them are not looked for."""
    opens = at("2026-03-02 00:00")
    assert windows_until(rule("cron(0 0 * * ? *)"), opens=opens, until=opens + 9 * DAY, most=3) == 3


@needs_cron
def test_a_cron_that_has_run_out() -> None:
    """After the last year that AWS's cron syntax knows there is no window any more, up to the last year of all."""
    monthly = rule("cron(0 8 1 * ? *)")
    assert check(monthly) is None
    assert next_window(monthly, after=at("2199-12-01 07:59")).opens == at("2199-12-01 08:00")
    for after in ("2199-12-01 08:00", "2199-12-31 00:00", "3000-01-01 00:00", "9999-12-31 23:59"):
        assert next_window(monthly, after=at(after)) is None
        assert days_between(monthly, after=at(after)) is None


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cron without its library says what to install; rates and days work without it."""
    monkeypatch.setitem(sys.modules, "aws_croniter", None)
    check(rule("rate(4 hours)", "2h"))
    for ask in (check, days_between):
        with pytest.raises(MissingCronLibrary, match=re.escape("pip install 'pytest-secretsdelete[cron]'")):
            ask(rule("cron(0 8 1 * ? *)"))


def test_importing_leaves_the_library_alone() -> None:
    """The optional library is imported by the first cron, not by the module."""
    code = "import sys, pytest_secretsdelete._service.rules.rotation_schedule; sys.exit('aws_croniter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- days between rotations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        (rule(30), 30),
        (rule(30, "3h"), 30),
        (rule("rate(10 days)"), 10),
        (rule("rate(4 hours)"), 1),
        (rule("rate(23 hours)"), 1),
    ],
)
def test_days_between_rotations_of_a_rate(rules: dict[str, Any], days: int) -> None:
    """Days are shown as they were set, and hours as the whole days they take up."""
    assert days_between(rules) == days
    assert isinstance(days_between(rules), int)
    assert days_between(rules, after=at("2024-01-01 10:23")) == days


@needs_cron
@pytest.mark.parametrize(
    ("fields", "after", "days"),
    [
        ("0 16 1,15 * ? *", None, None),
        ("0 16 1,15 * ? *", "2024-01-01 16:30", 14),
        ("0 16 1,15 * ? *", "2024-01-15 16:00", 17),
        ("0 8/8 * * ? *", "2024-01-01 08:00", 1),
        ("0 8/8 * * ? *", "2024-01-01 16:00", 1),
        ("0 18 ? * SAT *", "2024-01-06 23:59:59.999", 7),
    ],
)
def test_days_between_rotations_of_a_cron(fields: str, after: str | None, days: int | None) -> None:
    """A cron's days are counted from the last rotation, and unknown where that is not told."""
    assert days_between(rule(f"cron({fields})"), after=None if after is None else at(after)) == days


# -- a frozen clock ---------------------------------------------------------------------------------------


def imported_anew(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import the module a second time, and the library with it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "aws_croniter"]:
        monkeypatch.delitem(sys.modules, name)
    spec = find_spec(rotation_schedule.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("tz_offset", [0, -9, 13])
@pytest.mark.parametrize(
    "schedule", [rule(30), rule("rate(5 hours)"), pytest.param(rule("cron(0 8 ? * MON *)"), marks=needs_cron)]
)
def test_a_frozen_clock_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, schedule: dict[str, Any], tz_offset: int
) -> None:
    """Answers are the same while freezegun is active, also where the module was imported meanwhile."""
    after = at("2024-01-01 10:23")
    expected = next_window(schedule, after=after)
    with freeze_time("1999-12-31 23:59:59", tz_offset=tz_offset):
        assert next_window(schedule, after=after) == expected
        module = imported_anew(monkeypatch)
        frozen = module.next_window(schedule, after=after)
        assert (frozen.opens, frozen.closes) == (expected.opens, expected.closes)
    thawed = module.next_window(schedule, after=after)
    assert (thawed.opens, thawed.closes) == (expected.opens, expected.closes)
    assert {type(instant) for instant in (frozen.opens, frozen.closes)} == {int}
