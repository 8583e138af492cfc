"""Which time the fake and the clock read: that of whoever holds it, the true instant, in threads as well."""

from __future__ import annotations

import functools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from freezegun import freeze_time

from pytest_secretsdelete import Clock
from pytest_secretsdelete._time import reading

from ..support import VALUE, run_python

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import FakeSecretsManager

WHEN = datetime(2027, 3, 4, 5, 6, 7, 890000, tzinfo=timezone.utc)
TEXT = "2027-03-04 05:06:07.890"
#: In a tuple, where freezegun does not put its own class in the place of this one.
PLAIN = (datetime,)


def created(fake: FakeSecretsManager, name: str = "a") -> datetime:
    """Return when a secret that a client creates now is created."""
    fake.client().create_secret(Name=name)
    return fake.secret(name).created_date


@pytest.mark.parametrize("tz_offset", [0, 5, -5, 5.5])
def test_a_freeze(tz_offset: float, fake: FakeSecretsManager) -> None:
    """Under a freeze the frozen instant counts, whatever `tz_offset` shows the code as local time."""
    with freeze_time(TEXT, tz_offset=tz_offset):
        assert Clock().now() == WHEN
        assert created(fake) == fake.seed("b").created_date == fake.calls[0].at == WHEN
        answer = fake.client().describe_secret(SecretId="a")
        assert answer["CreatedDate"] == WHEN
        assert time.time() == pytest.approx(Clock().now().timestamp())


@pytest.mark.parametrize("hours", [14, -12])
def test_a_freeze_at_an_instant_of_another_zone(hours: int, fake: FakeSecretsManager) -> None:
    """A freeze may be given in any zone."""
    with freeze_time(WHEN.astimezone(timezone(timedelta(hours=hours)))):
        assert Clock().now() == created(fake) == WHEN


def test_a_ticking_freeze(fake: FakeSecretsManager) -> None:
    """Under a freeze that ticks, the instant of a call lies between what was read before and after it."""
    with freeze_time(TEXT, tick=True):
        before = datetime.now(timezone.utc) - timedelta(milliseconds=1)
        assert before <= created(fake) <= datetime.now(timezone.utc)
        assert WHEN <= Clock().now() <= datetime.now(timezone.utc)


def test_an_auto_ticking_freeze(fake: FakeSecretsManager) -> None:
    """The fake's own readings never tick; each reading of the code under test does, and shows what the fake read."""
    client = fake.client()
    with freeze_time(TEXT, auto_tick_seconds=15) as frozen:
        clock = Clock()
        assert fake.seed("a", VALUE).created_date == clock.now() == WHEN
        client.get_secret_value(SecretId="a")
        client.delete_secret(SecretId="a")
        assert "a" in fake
        fake.secret("a")
        fake.secrets()
        fake.leftovers()
        assert fake.calls[0].at == fake.events[0].at == WHEN
        assert frozen.time_to_freeze.replace(tzinfo=timezone.utc) == WHEN
        assert datetime.now(timezone.utc) == WHEN
        assert clock.now() == WHEN + timedelta(seconds=15)


def test_decorators(fake: FakeSecretsManager) -> None:
    """A decorated function reads its own time, and so does the fake inside it."""

    @freeze_time(TEXT)
    def decorated() -> tuple[datetime, datetime]:
        return created(fake), Clock().now()

    @freeze_time("2001-01-01", as_kwarg="frozen")
    def given(frozen: Any = None) -> datetime:
        frozen.move_to(TEXT)
        return created(fake, "b")

    assert decorated() == (WHEN, WHEN)
    assert given() == WHEN
    assert abs(Clock().now() - datetime.now(timezone.utc)) < timedelta(minutes=5)


def test_nested_freezes(fake: FakeSecretsManager) -> None:
    """The innermost freeze counts, and the outer one again after it."""
    with freeze_time("2001-01-01", tz_offset=3):
        outer = Clock().now()
        with freeze_time(TEXT, tick=False, tz_offset=-3):
            assert created(fake) == Clock().now() == WHEN
        assert created(fake, "b") == Clock().now() == outer == datetime(2001, 1, 1, tzinfo=timezone.utc)


def test_a_freeze_that_is_moved(fake: FakeSecretsManager) -> None:
    """Whatever moves the freeze moves the fake: tick, move_to, and back again."""
    with freeze_time(TEXT) as frozen:
        frozen.tick(timedelta(hours=1))
        assert created(fake) == WHEN + timedelta(hours=1)
        frozen.move_to("2035-01-01")
        assert created(fake, "b").year == 2035
        frozen.move_to(TEXT)
        assert created(fake, "c") == WHEN


@pytest.mark.parametrize("moment", [".123999", ".123001", ".123"])
def test_whole_milliseconds(moment: str, fake: FakeSecretsManager) -> None:
    """An instant is cut off to whole milliseconds, once: all that is derived of it is exact."""
    with freeze_time(f"2027-03-04 05:06:07{moment}"):
        client = fake.client()
        client.create_secret(Name="a")
        answer = client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
        expected = datetime(2027, 3, 4, 5, 6, 7, 123000, tzinfo=timezone.utc)
        assert fake.secret("a").created_date == fake.calls[0].at == fake.events[0].at == expected
        assert fake.secret("a").deletion_date == answer["DeletionDate"] == expected + timedelta(days=7)


def test_every_millisecond_survives_the_wire(fake: FakeSecretsManager) -> None:
    """Dates come back from botocore's parser as exactly what they were, whichever millisecond it is."""
    client = fake.client()
    with freeze_time("2027-03-04") as frozen:
        for number in range(120):
            frozen.tick(timedelta(seconds=1, milliseconds=77 + number))
            client.create_secret(Name=f"s{number}")
            answer = client.delete_secret(SecretId=f"s{number}")
            assert (
                answer["DeletionDate"] == fake.secret(f"s{number}").deletion_date == Clock().now() + timedelta(days=30)
            )


def test_dates_before_1970(fake: FakeSecretsManager) -> None:
    """An instant before 1970 is cut off downwards, as any other."""
    with freeze_time("1969-12-31 23:59:59.9995"):
        assert created(fake) == datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=timezone.utc)
        Clock().advance(seconds=1)
        assert Clock().now() == datetime(1970, 1, 1, 0, 0, 0, 999500, tzinfo=timezone.utc)


def test_threads(fake: FakeSecretsManager) -> None:
    """In threads with next to no frames of their own, to which freezegun leaks real time, the frozen instant counts."""
    client = fake.client()
    with freeze_time(TEXT):
        targets: list[Callable[[], Any]] = [
            functools.partial(fake.seed, "seeded"),
            functools.partial(client.create_secret, Name="created"),
        ]
        threads = [threading.Thread(target=target) for target in targets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(fake.seed, "pool-seeded").result()
            pool.submit(client.create_secret, Name="pool-created").result()
            assert pool.submit(Clock().now).result() == WHEN
    assert {secret.name: secret.created_date for secret in fake.secrets()} == dict.fromkeys(
        ("seeded", "created", "pool-seeded", "pool-created"), WHEN
    )


def test_a_timer_thread(fake: FakeSecretsManager) -> None:
    """A timer's thread, whose function is called by threading itself, reads the frozen instant."""
    with freeze_time(TEXT):
        timer = threading.Timer(0, fake.seed, ["a"])
        timer.start()
        timer.join()
    assert fake.secret("a").created_date == WHEN


@pytest.mark.parametrize("tick", [True, False])
def test_time_machine(tick: bool, fake: FakeSecretsManager) -> None:
    """Under time-machine its time counts, in threads as well."""
    with time_machine.travel(WHEN, tick=tick) as traveller:
        assert WHEN <= created(fake) <= datetime.now(timezone.utc)
        assert WHEN <= Clock().now() <= datetime.now(timezone.utc)
        traveller.shift(timedelta(days=1))
        thread = threading.Thread(target=fake.seed, args=["b"])
        thread.start()
        thread.join()
        assert WHEN + timedelta(days=1) <= fake.secret("b").created_date <= datetime.now(timezone.utc)
        if not tick:
            assert fake.secret("a").created_date == WHEN
            assert fake.secret("b").created_date == Clock().now() == WHEN + timedelta(days=1)


def test_a_freeze_inside_time_machine(fake: FakeSecretsManager) -> None:
    """Where both are active, freezegun wins, as for the code under test."""
    with time_machine.travel("2001-01-01T00:00:00Z", tick=False), freeze_time(TEXT):
        assert created(fake) == Clock().now() == WHEN


def test_real_time(fake: FakeSecretsManager) -> None:
    """Where nobody holds time, it is real."""
    before = datetime.now(timezone.utc) - timedelta(milliseconds=1)
    assert before <= created(fake) <= Clock().now() <= datetime.now(timezone.utc)


def test_the_clock_gives_plain_datetimes(clock: Clock) -> None:
    """`now` is aware, in UTC, of the standard library's class, and what the code under test reads."""
    now = clock.now()
    assert type(now) is PLAIN[0]
    assert now.tzinfo is timezone.utc
    clock.advance(days=1, seconds=0.5)
    assert clock.now() == datetime.now(timezone.utc) == now + timedelta(days=1, seconds=0.5)
    assert clock.now() == datetime.now(timezone(timedelta(hours=9)))
    assert time.time_ns() // 1000 == pytest.approx(reading.now_in_microseconds(), abs=1)


def test_microseconds_of_the_clock() -> None:
    """The clock reads microseconds, as the code under test does; the fake keeps milliseconds."""
    with freeze_time("2027-03-04 05:06:07.123456"):
        assert Clock().now().microsecond == datetime.now(timezone.utc).microsecond == 123456


def test_who_controls_time() -> None:
    """Whether time is frozen, real, or may be frozen."""
    assert (reading.is_frozen(), reading.is_real(), reading.may_freeze()) == (False, True, True)
    with freeze_time(TEXT):
        assert (reading.is_frozen(), reading.is_real(), reading.may_freeze()) == (True, False, True)
    with time_machine.travel(WHEN):
        assert (reading.is_frozen(), reading.is_real(), reading.may_freeze()) == (False, False, False)
        with freeze_time(TEXT):
            assert (reading.is_frozen(), reading.is_real(), reading.may_freeze()) == (True, False, True)


def test_time_where_nothing_controls_it() -> None:
    """Real time is whole microseconds, and is read in a process that has imported neither tool for tests of time."""
    source = """
import sys, time
from pytest_secretsdelete._time import reading
before = time.time()
assert before <= reading.real_time_in_seconds() <= time.time()
assert isinstance(reading.now_in_microseconds(), int)
assert int(before * 1000) <= reading.now() <= time.time() * 1000
print(reading.is_frozen(), reading.is_real(), reading.may_freeze(), {"freezegun", "time_machine"} & sys.modules.keys())
"""
    assert run_python(source) == "False True True set()"
