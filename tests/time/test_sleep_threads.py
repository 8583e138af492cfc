"""Sleeping threads under skip_sleeps: they move the clock, and wake in the order of their deadlines."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete import Clock
from pytest_secretsdelete._time import patching, quiescence

from ..support import LAMBDA, PATIENCE, VALUE, in_threads, set_up_rotation, within_patience

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager


class Diary:
    """Who woke when, in the order of waking."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now()
        self.entries: list[tuple[str, float]] = []

    def note(self, who: str) -> None:
        """Record that someone has woken."""
        self.entries.append((who, (self._clock.now() - self._start).total_seconds()))


def until_asleep(count: int) -> None:
    """Stay at work, which holds time back, until so many sleeps have been registered."""
    (scheduler,) = patching._open_schedulers
    while len(scheduler._sleepers) < count:
        pass


def test_one_sleeper(clock: Clock) -> None:
    """A sleep moves the clock by its length, and returns None."""
    start = clock.now()
    with clock.skip_sleeps():
        assert time.sleep(3600) is None  # type: ignore[func-returns-value]
        time.sleep(0.25)
    assert clock.now() - start == timedelta(seconds=3600.25)


def test_monotonic_time_and_deadlines(clock: Clock) -> None:
    """A loop that polls until a deadline ends, by whichever clock it counts."""
    with clock.skip_sleeps():
        for read in (time.time, time.monotonic, time.perf_counter):
            deadline, rounds = read() + 600, 0
            while read() < deadline:
                rounds += 1
                time.sleep(60)
            assert rounds in {10, 11}


def test_a_purge_is_waited_for(clock: Clock, fake: FakeSecretsManager) -> None:
    """Code that polls until a secret is gone comes to its end, with no real waiting."""
    client = fake.client()
    client.create_secret(Name="a", SecretString=VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    start = clock.now()
    with clock.skip_sleeps():
        while "a" in fake:
            time.sleep(6 * 3600)
    assert clock.now() - start == timedelta(days=7)


@pytest.mark.parametrize("system", ["tells", "does not tell"])
def test_several_threads(system: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sleepers of several threads wake one after the other by deadline, and time ends at the latest one."""
    if system == "does not tell":
        monkeypatch.setattr(quiescence, "_thread_status", lambda thread: None)
    diary = Diary(clock)
    beginning = threading.Barrier(3)

    def work(who: str, *naps: float) -> None:
        beginning.wait(PATIENCE)
        for nap in naps:
            time.sleep(nap)
            diary.note(who)

    with clock.skip_sleeps():
        in_threads(lambda: work("a", 10, 25), lambda: work("b", 20, 20), lambda: work("c", 5, 10, 15))
    assert diary.entries == [
        ("c", 5),
        ("a", 10),
        ("c", 15),
        ("b", 20),
        ("c", 30),
        ("a", 35),
        ("b", 40),
    ]


def test_the_same_deadline(clock: Clock) -> None:
    """Sleepers with the same deadline all wake at it, in the order in which they fell asleep."""
    diary = Diary(clock)

    def work(who: str, asleep_before: int) -> None:
        until_asleep(asleep_before)
        time.sleep(30)
        diary.note(who)

    with clock.skip_sleeps():
        in_threads(lambda: work("c", 2), lambda: work("a", 0), lambda: work("b", 1))
    assert diary.entries == [("a", 30), ("b", 30), ("c", 30)]


def test_a_pool(clock: Clock) -> None:
    """Sleepers of a thread pool share the time; idle workers and a waiting main thread do not hold it back."""
    diary = Diary(clock)

    def work(nap: float) -> float:
        time.sleep(nap)
        diary.note(f"nap of {nap}")
        return nap

    def run() -> list[float]:
        with clock.skip_sleeps(), ThreadPoolExecutor(4) as pool:
            return list(pool.map(work, [40, 10, 30, 22, 5, 6]))

    assert within_patience(run) == [40, 10, 30, 22, 5, 6]
    assert diary.entries == [
        ("nap of 10", 10),
        ("nap of 5", 15),
        ("nap of 6", 21),
        ("nap of 22", 22),
        ("nap of 30", 30),
        ("nap of 40", 40),
    ]


def test_a_busy_thread_holds_time_back(clock: Clock) -> None:
    """No sleep ends as long as another thread is at work."""
    start, seen = clock.now(), []
    asleep = threading.Event()

    def sleeper() -> None:
        asleep.set()
        time.sleep(100)

    def worker() -> None:
        asleep.wait(PATIENCE)
        for number in range(300_000):
            if number % 1000 == 0:
                seen.append(clock.now())
        seen.append(clock.now())

    with clock.skip_sleeps():
        in_threads(sleeper, worker)
    assert set(seen) == {start}
    assert clock.now() - start == timedelta(seconds=100)


def test_a_thread_that_waits_does_not_hold_time_back(clock: Clock) -> None:
    """A thread that waits on an event, a lock or a queue counts as standing still."""
    start = clock.now()
    woken = threading.Event()

    def sleeper() -> None:
        time.sleep(50)
        woken.set()

    with clock.skip_sleeps():
        in_threads(sleeper, lambda: woken.wait(PATIENCE), woken.wait)
        assert woken.is_set()
    assert clock.now() - start == timedelta(seconds=50)


def test_a_thread_that_threading_does_not_know(clock: Clock) -> None:
    """A thread that C code has started, of which the system tells nothing here, counts as still when it stands."""
    import _thread

    start, gate, passed = clock.now(), threading.Lock(), threading.Event()
    gate.acquire()
    _thread.start_new_thread(lambda: (gate.acquire(), passed.set()), ())
    try:
        with clock.skip_sleeps():
            within_patience(lambda: time.sleep(30))
    finally:
        gate.release()
    assert passed.wait(PATIENCE)
    assert clock.now() - start == timedelta(seconds=30)


def test_timeouts_of_threads_stay_real(clock: Clock) -> None:
    """Event.wait and Thread.join with a timeout are no sleeps: they end in real time, and move nothing."""
    import queue

    start = clock.now()
    with clock.skip_sleeps():
        assert threading.Event().wait(0.01) is False
        with pytest.raises(queue.Empty):
            queue.Queue().get(timeout=0.01)
        release = threading.Event()
        thread = threading.Thread(target=release.wait, daemon=True)
        thread.start()
        thread.join(0.01)
        assert thread.is_alive()
        release.set()
        thread.join(PATIENCE)
    assert clock.now() == start


def test_threads_started_by_a_sleeper(clock: Clock) -> None:
    """A thread that is started while others sleep takes part at once."""
    diary = Diary(clock)

    def parent() -> None:
        time.sleep(10)
        diary.note("parent")
        child = threading.Thread(target=lambda: (time.sleep(5), diary.note("child")))
        child.start()
        time.sleep(10)
        diary.note("parent")
        child.join(PATIENCE)

    def other() -> None:
        time.sleep(17)
        diary.note("other")

    with clock.skip_sleeps():
        in_threads(parent, other)
    assert diary.entries == [("parent", 10), ("child", 15), ("other", 17), ("parent", 20)]


def test_what_comes_due_while_they_sleep(clock: Clock, fake: FakeSecretsManager) -> None:
    """Purges that come due during a sleep happen at their own instants."""
    start = clock.now()
    for days in (7, 8, 9):
        fake.seed(f"s{days}", VALUE, deleted_days_ago=0, recovery_window_in_days=days)
    with clock.skip_sleeps():
        time.sleep(8.5 * 86_400)
    assert [event.at - start for event in fake.events] == [timedelta(days=7), timedelta(days=8)]
    assert [secret.name for secret in fake.secrets()] == ["s9"]


@pytest.mark.parametrize("length", [0, 0.0, -0.0])
def test_a_sleep_of_zero(length: float, clock: Clock) -> None:
    """A sleep of zero yields to other threads, and moves nothing."""
    start = clock.now()
    with clock.skip_sleeps():
        time.sleep(length)
    assert clock.now() == start


@pytest.mark.parametrize(
    ("length", "error"),
    [
        (-1, ValueError),
        (-0.001, ValueError),
        (float("nan"), ValueError),
        (float("-inf"), (ValueError, OverflowError)),
        (float("inf"), (ValueError, OverflowError)),
        (1e30, (ValueError, OverflowError)),
        (1000 * 365 * 86_400, (ValueError, OverflowError)),
        ("1", TypeError),
        (None, TypeError),
        (timedelta(seconds=1), TypeError),
    ],
    ids=str,
)
def test_what_cannot_be_slept(length: object, error: type[Exception], clock: Clock) -> None:
    """What time.sleep refuses is refused as ever, and moves nothing; the next sleep works."""
    start = clock.now()
    with clock.skip_sleeps():
        with pytest.raises(error):
            time.sleep(length)  # type: ignore[arg-type]
        assert clock.now() == start
        time.sleep(5)
    assert clock.now() - start == timedelta(seconds=5)


@pytest.mark.parametrize(("length", "seconds"), [(True, 1), (1e-9, 1e-6), (0.0000015, 0.000002)])
def test_small_sleeps(length: float, seconds: float, clock: Clock) -> None:
    """The smallest sleep is a microsecond, so that every loop gets on."""
    start = clock.now()
    with clock.skip_sleeps():
        time.sleep(length)
    assert clock.now() - start == timedelta(seconds=seconds)


def test_an_index_is_a_number(clock: Clock) -> None:
    """What time.sleep takes as an integer is skipped as one."""

    class Ten:
        def __index__(self) -> int:
            return 10

    start = clock.now()
    with clock.skip_sleeps():
        within_patience(lambda: time.sleep(Ten()))  # type: ignore[arg-type]
    assert clock.now() - start == timedelta(seconds=10)


def test_a_sleep_still_running_at_the_end_finishes_in_real_time(clock: Clock) -> None:
    """A thread that sleeps when the context ends wakes after its time has really gone by; the clock is left alone."""
    start, awake = clock.now(), threading.Event()
    thread = threading.Thread(target=lambda: (time.sleep(0.05), awake.set()), daemon=True)
    with clock.skip_sleeps():
        thread.start()
        until_asleep(1)
    assert awake.wait(PATIENCE)
    thread.join(PATIENCE)
    assert clock.now() == start


def test_what_a_rotation_function_raises_reaches_the_sleeper(clock: Clock, fake: FakeSecretsManager) -> None:
    """An exception that stops the clock on its way, such as a failed assertion of pytest's, is the sleeper's."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=1)

    def stops(event: object, context: object) -> None:
        raise KeyboardInterrupt

    fake.rotation_function(LAMBDA, stops)
    with clock.skip_sleeps(), pytest.raises(KeyboardInterrupt):
        time.sleep(3 * 86_400)


def test_under_another_freeze(clock: Clock) -> None:
    """Sleeping moves the innermost freeze of the moment."""
    from freezegun import freeze_time

    own = clock.now()
    with freeze_time("2027-01-01") as inner, clock.skip_sleeps():
        time.sleep(60)
        assert inner().minute == 1
    assert clock.now() == own
