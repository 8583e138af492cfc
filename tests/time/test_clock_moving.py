"""Moving time: forward only, through the innermost freeze, with all that comes due on the way."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from freezegun import freeze_time

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._time import freezing, reading

from ..support import REGION, VALUE, refused

if TYPE_CHECKING:
    from collections.abc import Callable


def test_advance(clock: Clock) -> None:
    """Time moves by a timedelta, by words, or by both; the code under test sees it."""
    start = clock.now()
    steps: list[tuple[Callable[[], None], timedelta]] = [
        (lambda: clock.advance(timedelta(days=1)), timedelta(days=1)),
        (lambda: clock.advance(days=1), timedelta(days=1)),
        (lambda: clock.advance(hours=1.5), timedelta(minutes=90)),
        (lambda: clock.advance(minutes=2, seconds=3), timedelta(seconds=123)),
        (lambda: clock.advance(timedelta(hours=1), minutes=-30), timedelta(minutes=30)),
        (lambda: clock.advance(seconds=0.000001), timedelta(microseconds=1)),
        (clock.advance, timedelta(0)),
        (lambda: clock.advance(timedelta(0)), timedelta(0)),
        (lambda: clock.advance(days=36_500), timedelta(days=36_500)),
    ]
    for step, distance in steps:
        before = clock.now()
        step()
        assert clock.now() - before == distance
        assert datetime.now(timezone.utc) == clock.now()
        assert time.time() == pytest.approx(clock.now().timestamp(), abs=1e-6)
    assert clock.now() - start == sum((distance for _, distance in steps), timedelta(0))


def test_monotonic_time_moves_along(clock: Clock) -> None:
    """Monotonic time moves by as much as the clock does."""
    before = time.monotonic()
    clock.advance(hours=1)
    assert time.monotonic() - before == pytest.approx(3600)


@pytest.mark.parametrize(
    "when",
    [
        "2031-06-01T00:00:00Z",
        "2031-06-01T00:00:00z",
        "2031-06-01T00:00:00+00:00",
        "2031-06-01 02:00:00+02:00",
        datetime(2031, 6, 1, tzinfo=timezone.utc),
        datetime(2031, 5, 31, 19, tzinfo=timezone(timedelta(hours=-5))),
    ],
    ids=str,
)
def test_move_to(when: Any, clock: Clock) -> None:
    """Time moves to an aware datetime of any zone, or to ISO 8601 text."""
    clock.move_to(when)
    assert clock.now() == datetime(2031, 6, 1, tzinfo=timezone.utc)
    clock.move_to(when)
    assert clock.now() == datetime(2031, 6, 1, tzinfo=timezone.utc)


def test_move_to_what_the_code_has_read(clock: Clock) -> None:
    """A frozen datetime of the code under test is a destination, too."""
    when = datetime.now(timezone.utc) + timedelta(days=2)
    clock.move_to(when)
    assert clock.now() == when


@pytest.mark.parametrize("step", [timedelta(microseconds=-1), timedelta(days=-3)])
def test_backwards(step: timedelta, clock: Clock) -> None:
    """Backwards is a ValueError that says what to do instead, and nothing moves."""
    start = clock.now()
    with pytest.raises(ValueError, match=r"moves forward only: advance was asked for .*now="):
        clock.advance(step)
    with pytest.raises(ValueError, match=r"moves forward only: advance"):
        clock.advance(hours=1, seconds=step.total_seconds() - 3600)
    with pytest.raises(ValueError, match=rf"forward only: it is {start.year}-.*and move_to was asked for .*now="):
        clock.move_to(start + step)
    assert clock.now() == start


@pytest.mark.parametrize("when", ["2032-01-01T00:00:00", "2032-01-01", datetime(2032, 1, 1)])  # noqa: DTZ001
def test_an_instant_without_a_zone(when: Any, clock: Clock) -> None:
    """What has no time zone names no instant."""
    with pytest.raises(ValueError, match="has no time zone, so it names no instant. Write 2026-03-01T00:00:00Z"):
        clock.move_to(when)


def test_the_repr(clock: Clock) -> None:
    """The repr of a clock is the time."""
    assert repr(clock) == f"<Clock at {clock.now().isoformat()}>"


def test_text_that_is_no_instant(clock: Clock) -> None:
    """Other text is a ValueError."""
    for text in ("tomorrow", "", "Z"):
        with pytest.raises(ValueError, match="is no instant: give an aware datetime, or ISO 8601 text"):
            clock.move_to(text)


def test_what_is_no_instant_at_all(clock: Clock) -> None:
    """What is neither a datetime nor text is a TypeError that says what is legal."""
    for what in (date(2999, 1, 1), 32503680000, None, clock.now().timetz()):
        with pytest.raises(TypeError, match="is no instant: give an aware datetime, or ISO 8601 text"):
            clock.move_to(what)  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [7, "1d", 1.5])
def test_what_is_no_step(step: Any, clock: Clock) -> None:
    """What is neither a timedelta nor numbers of days and so on is a TypeError that says what is legal."""
    for advance in (lambda: clock.advance(step), lambda: clock.advance(days=str(step))):  # type: ignore[arg-type]
        with pytest.raises(
            TypeError, match=r"takes a timedelta, or numbers of weeks=, days=, hours=, minutes= and seconds="
        ):
            advance()


@pytest.mark.parametrize("unit", ["days", "hours", "minutes", "seconds"])
def test_not_a_number(unit: str, clock: Clock) -> None:
    """NaN is no step either."""
    with pytest.raises(ValueError, match=r"takes a timedelta, or numbers of weeks=, days=, hours="):
        clock.advance(**{unit: float("nan")})


def test_beyond_all_dates(clock: Clock) -> None:
    """The clock goes to the end of the year 9999, and says so."""
    start = clock.now()
    with pytest.raises(ValueError, match="to the last midnight of the year 9999"):
        clock.advance(days=4_000_000)
    for days in (10**10, 1e300):
        with pytest.raises(ValueError, match="that is beyond it"):
            clock.advance(days=days)
    with pytest.raises(ValueError, match="that is beyond it"):
        clock.move_to("0001-01-01T00:00:00+10:00")
    assert clock.now() == start
    clock.move_to("9999-12-31T00:00:00Z")
    with pytest.raises(ValueError, match="to the last midnight of the year 9999"):
        clock.advance(seconds=1)


def test_under_real_time() -> None:
    """Where time is real, it can be read and not moved, and the error says so."""
    clock = Clock()
    for move in (lambda: clock.advance(days=1), lambda: clock.move_to("2999-01-01T00:00:00Z"), clock.advance):
        with pytest.raises(RuntimeError, match="cannot be moved: time is real.*secretsmanager_clock"):
            move()
    with pytest.raises(RuntimeError, match="time is real") as caught:
        clock.skip_sleeps()
    assert str(caught.value) == (
        "The clock cannot be moved: time is real. Freeze time with the secretsmanager_clock fixture, freezegun or "
        "pytest-freezer, or move it with the tool that controls it; the fake reads its time. Read on: "
        "https://pytest-secretsdelete.readthedocs.io/page/how-to/use-beside-other-tools.html#time-machine"
    )


def test_under_time_machine() -> None:
    """Under time-machine time can be read and not moved, and the error says who holds it."""
    with time_machine.travel("2027-01-01T00:00:00Z", tick=False):
        clock = Clock()
        now = clock.now()
        with pytest.raises(RuntimeError, match="cannot be moved: time-machine controls time"):
            clock.advance(days=1)
        with pytest.raises(RuntimeError, match="time-machine controls time"):
            clock.move_to("2999-01-01T00:00:00Z")
        with pytest.raises(RuntimeError, match="time-machine controls time"):
            clock.skip_sleeps()
        assert clock.now() == now


@pytest.mark.parametrize("options", [{}, {"tz_offset": 5}, {"tz_offset": -5}, {"tick": True}, {"auto_tick_seconds": 9}])
def test_a_freeze_of_any_kind_is_moved(options: dict[str, Any]) -> None:
    """Whatever kind the innermost freeze is of, the clock moves it to where it should be."""
    with freeze_time("2027-01-01", **options):
        clock = Clock()
        clock.move_to("2027-02-01T00:00:00Z")
        assert timedelta(0) <= clock.now() - datetime(2027, 2, 1, tzinfo=timezone.utc) < timedelta(minutes=1)
        clock.advance(days=1)
        assert timedelta(0) <= clock.now() - datetime(2027, 2, 2, tzinfo=timezone.utc) < timedelta(minutes=1)
        before = clock.now()
        clock.advance()
        assert timedelta(0) <= clock.now() - before < timedelta(minutes=1)
        if "tick" not in options:
            clock.move_to(clock.now())
            assert clock.now() == before == datetime(2027, 2, 2, tzinfo=timezone.utc)


def test_the_innermost_freeze_is_moved(clock: Clock) -> None:
    """A clock moves the innermost freeze, also one that began after it, and leaves the others alone."""
    own = clock.now()
    with freeze_time("2099-01-01") as inner:
        assert clock.now().year == 2099
        clock.advance(days=1)
        assert inner().day == 2
    assert clock.now() == own
    clock.advance(days=1)
    assert clock.now() - own == timedelta(days=1)


def test_a_window_of_seven_days(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """One millisecond before its end a window is open; at exactly seven days the secret is gone."""
    for name in ("restored", "purged"):
        client.create_secret(Name=name, SecretString=VALUE)
        client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    clock.advance(days=7, seconds=-0.001)
    client.restore_secret(SecretId="restored")
    assert "purged" in fake
    clock.advance(seconds=0.001)
    assert "purged" not in fake
    with refused("ResourceNotFoundException"):
        client.restore_secret(SecretId="purged")
    assert client.get_secret_value(SecretId="restored")["SecretString"] == VALUE


@pytest.mark.parametrize("start", ["2027-03-04 05:06:07.123999", "2027-03-28 00:59:59.0005", "2028-02-29 23:59:59.999"])
def test_moving_to_the_answered_date(start: str) -> None:
    """Moving to the DeletionDate of an answer, as botocore parsed it, ends the window."""
    with freeze_time(start), FakeSecretsManager(region=REGION) as fake:
        client, clock = fake.client(), Clock()
        client.create_secret(Name="a", SecretString=VALUE)
        answered = client.delete_secret(SecretId="a", RecoveryWindowInDays=7)["DeletionDate"]
        clock.move_to(answered - timedelta(milliseconds=1))
        assert fake.secret("a").deletion_date == answered
        clock.move_to(answered)
        assert "a" not in fake
        assert client.create_secret(Name="a", SecretString=VALUE)["Name"] == "a"


def test_time_set_back_revives_nothing(fake: FakeSecretsManager, client: Any) -> None:
    """What has been purged stays purged when freezegun sets time back, and time before is no trouble."""
    with freeze_time("2027-01-01") as frozen:
        client.create_secret(Name="a", SecretString=VALUE)
        client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
        frozen.move_to("2027-01-09")
        assert "a" not in fake
        frozen.move_to("2026-01-01")
        assert "a" not in fake
        with refused("ResourceNotFoundException"):
            client.restore_secret(SecretId="a")
        client.create_secret(Name="a", SecretString=VALUE)
        assert fake.secret("a").created_date.year == 2026


def test_a_purge_delay(clock: Clock) -> None:
    """After its date and before the purge a secret is there, scheduled, and cannot be restored."""
    with FakeSecretsManager(region=REGION, purge_delay=timedelta(hours=2)) as fake:
        client = fake.client()
        client.create_secret(Name="a", SecretString=VALUE)
        date = client.delete_secret(SecretId="a", RecoveryWindowInDays=7)["DeletionDate"]
        clock.move_to(date)
        assert client.describe_secret(SecretId="a")["DeletedDate"] == date - timedelta(days=7)
        with refused("InvalidRequestException", match="because it was deleted"):
            client.restore_secret(SecretId="a")
        clock.advance(hours=2, seconds=-0.001)
        assert "a" in fake
        clock.advance(seconds=0.001)
        assert "a" not in fake
        assert fake.events[-1].at == date + timedelta(hours=2)


def test_what_comes_due_on_the_way_in_every_active_fake(clock: Clock) -> None:
    """Purges of nested fakes happen in the order of their instants, each at its own."""
    happened: list[tuple[str, datetime]] = []
    with FakeSecretsManager(region=REGION) as outer, FakeSecretsManager(region=REGION) as inner:
        for fake, days in ((outer, 10), (inner, 8), (outer, 9)):
            fake.seed(f"s{days}", VALUE, deleted_days_ago=0, recovery_window_in_days=days)
        start = clock.now()
        clock.advance(days=20)
        for name, fake in (("outer", outer), ("inner", inner)):
            happened += [(name, event.at) for event in fake.events]
    assert happened == [
        ("outer", start + timedelta(days=9)),
        ("outer", start + timedelta(days=10)),
        ("inner", start + timedelta(days=8)),
    ]


def test_freezing() -> None:
    """A freeze of the clock's own begins at the present instant, or at the one given, and ends."""
    before = datetime.now(timezone.utc)
    with freezing.freeze():
        now = Clock().now()
        assert Clock().now() == now
        assert before <= now
    with freezing.freeze(datetime(2040, 1, 1, tzinfo=timezone(timedelta(hours=1)))):
        assert Clock().now() == datetime(2039, 12, 31, 23, tzinfo=timezone.utc)
    assert reading.is_real()


def test_pytests_own_timer_stays_real(clock: Clock) -> None:
    """pytest measures tests in real time while the clock holds time."""
    from _pytest import timing

    before = timing.time(), timing.perf_counter()
    clock.advance(days=365)
    assert timing.time() - before[0] < 3600
    assert timing.perf_counter() - before[1] < 3600
