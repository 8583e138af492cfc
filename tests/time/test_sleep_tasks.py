"""Sleeping tasks under skip_sleeps: of one loop, of several, of loops that hide their queue."""

from __future__ import annotations

import asyncio
import contextlib
import math
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ..support import LAMBDA, PATIENCE, VALUE, in_threads, set_up_rotation, within_patience
from .test_sleep_threads import Diary

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock, FakeSecretsManager


class SecretiveLoop(asyncio.SelectorEventLoop):
    """A loop that does not show which callbacks are ready to run, as a loop written in C."""

    def __getattribute__(self, name: str) -> Any:
        if name == "_ready" and sys._getframe(1).f_globals["__name__"] == "pytest_secretsdelete._time.quiescence":
            raise AttributeError(name)
        return super().__getattribute__(name)


LOOPS = pytest.mark.parametrize("loop_factory", [asyncio.SelectorEventLoop, SecretiveLoop])


def run(main: Callable[[], Any], loop_factory: Callable[[], Any] = asyncio.SelectorEventLoop) -> Any:
    """Run a coroutine function in a loop of its own; one that hangs is an error."""

    def target() -> Any:
        loop = loop_factory()
        try:
            return loop.run_until_complete(main())
        finally:
            loop.close()

    return within_patience(target)


@LOOPS
def test_one_task(loop_factory: Any, clock: Clock) -> None:
    """A task's sleep moves the clock by its length, and gives its result."""
    start = clock.now()

    async def main() -> list[Any]:
        return [
            await asyncio.sleep(3600),
            await asyncio.sleep(1, "rested"),
            await asyncio.sleep(delay=1, result=5),
        ]

    with clock.skip_sleeps():
        assert run(main, loop_factory) == [None, "rested", 5]
    assert clock.now() - start == timedelta(seconds=3602)


@LOOPS
def test_several_tasks(loop_factory: Any, clock: Clock) -> None:
    """Tasks wake in the order of their deadlines, and time ends at the latest one."""
    diary = Diary(clock)

    async def work(who: str, *naps: float) -> None:
        for nap in naps:
            await asyncio.sleep(nap)
            diary.note(who)

    async def main() -> None:
        await asyncio.gather(work("a", 10, 25), work("b", 20, 20), work("c", 5, 10, 15))

    with clock.skip_sleeps():
        run(main, loop_factory)
    assert diary.entries == [("c", 5), ("a", 10), ("c", 15), ("b", 20), ("c", 30), ("a", 35), ("b", 40)]


@LOOPS
def test_work_between_sleeps_comes_first(loop_factory: Any, clock: Clock) -> None:
    """A task that still has something to do holds time back, however often it yields."""
    start, seen = clock.now(), set()

    async def busy() -> None:
        for _ in range(500):
            await asyncio.sleep(0)
            seen.add(clock.now())

    async def main() -> None:
        await asyncio.gather(asyncio.sleep(60), busy())

    with clock.skip_sleeps():
        run(main, loop_factory)
    if loop_factory is not SecretiveLoop:  # there it is a guess
        assert seen == {start}
    assert clock.now() - start == timedelta(seconds=60)


@LOOPS
def test_a_sleeping_task_can_be_cancelled(loop_factory: Any, clock: Clock) -> None:
    """A cancelled sleeper is gone at once, and moves the clock no more."""
    start = clock.now()

    async def main() -> None:
        long = asyncio.ensure_future(asyncio.sleep(1000))
        await asyncio.sleep(10)
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        await asyncio.sleep(5)

    with clock.skip_sleeps():
        run(main, loop_factory)
    assert clock.now() - start == timedelta(seconds=15)


def test_timeouts_of_tasks(clock: Clock) -> None:
    """wait_for expires in real time: a sleep inside it is over sooner, an event that never comes is not."""
    start = clock.now()

    async def main() -> None:
        assert await asyncio.wait_for(asyncio.sleep(1000, "slept"), PATIENCE) == "slept"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)
        done, pending = await asyncio.wait([asyncio.ensure_future(asyncio.Event().wait())], timeout=0.01)
        assert (len(done), len(pending)) == (0, 1)
        pending.pop().cancel()

    with clock.skip_sleeps():
        run(main)
    assert clock.now() - start == timedelta(seconds=1000)


@pytest.mark.parametrize("length", [0, -1, -0.5])
def test_short_sleeps_yield(length: float, clock: Clock) -> None:
    """Zero and less yield to the loop once, and move nothing."""
    start, seen = clock.now(), []

    async def other() -> None:
        seen.append("other")

    async def main() -> Any:
        task = asyncio.ensure_future(other())
        result = await asyncio.sleep(length, "rested")
        seen.append("sleeper")
        await task
        return result

    with clock.skip_sleeps():
        assert run(main) == "rested"
    assert seen == ["other", "sleeper"]
    assert clock.now() == start


@pytest.mark.parametrize(("length", "error"), [("1", TypeError), (None, TypeError), (math.nan, ValueError)])
def test_what_cannot_be_slept(length: Any, error: type[Exception], clock: Clock) -> None:
    """What asyncio.sleep refuses is refused as ever."""

    async def main() -> None:
        with contextlib.suppress(Exception):
            await real(length)
            pytest.skip("this Python does not refuse it")
        with pytest.raises(error):
            await asyncio.sleep(length)

    real = asyncio.sleep
    with clock.skip_sleeps():
        run(main)


@pytest.mark.parametrize("length", [math.inf, 1e12, 1e300])
def test_for_ever(length: float, clock: Clock) -> None:
    """A task that sleeps for ever, or beyond what dates can name, sleeps until it is cancelled; others get on."""
    start = clock.now()

    async def main() -> None:
        forever = asyncio.ensure_future(asyncio.sleep(length))
        await asyncio.sleep(10)
        assert not forever.done()
        forever.cancel()
        with pytest.raises(asyncio.CancelledError):
            await forever
        await asyncio.sleep(5)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.sleep(length), 0.01)

    with clock.skip_sleeps():
        run(main)
    assert clock.now() - start == timedelta(seconds=15)


def test_loops_of_several_threads(clock: Clock) -> None:
    """Tasks of loops in several threads share the time."""
    diary = Diary(clock)
    beginning = threading.Barrier(2)

    def target(who: str, *naps: float) -> None:
        async def main() -> None:
            beginning.wait(PATIENCE)
            for nap in naps:
                await asyncio.sleep(nap)
                diary.note(who)

        asyncio.run(main())

    with clock.skip_sleeps():
        in_threads(lambda: target("a", 10, 20, 5), lambda: target("b", 15, 10, 20))
    assert diary.entries == [("a", 10), ("b", 15), ("b", 25), ("a", 30), ("a", 35), ("b", 45)]


def test_a_loop_after_another(clock: Clock) -> None:
    """Loops that come and go one after the other leave nothing behind."""
    start = clock.now()

    async def main() -> None:
        stays_asleep = asyncio.ensure_future(asyncio.sleep(1000))
        await asyncio.sleep(10)
        stays_asleep.cancel()

    with clock.skip_sleeps():
        for _ in range(3):
            within_patience(lambda: asyncio.run(main()))
    assert clock.now() - start == timedelta(seconds=30)


def test_a_stopped_loop_holds_nobody_up(clock: Clock) -> None:
    """A task whose loop has been stopped cannot wake, and does not keep others from waking."""
    start, stopped = clock.now(), threading.Event()
    loop = asyncio.new_event_loop()

    def serve() -> None:
        loop.create_task(asyncio.sleep(5, "rested"), name="left")  # noqa: RUF006 - the loop keeps it
        loop.call_soon(loop.stop)
        loop.run_forever()

    def sleeper() -> None:
        stopped.wait(PATIENCE)
        time.sleep(10)

    with clock.skip_sleeps():
        other = threading.Thread(target=sleeper, daemon=True)
        other.start()
        in_threads(serve)
        stopped.set()
        other.join(PATIENCE)
        assert not other.is_alive(), "it hangs"
        assert clock.now() - start == timedelta(seconds=10)
        (task,) = asyncio.all_tasks(loop)
        assert within_patience(lambda: loop.run_until_complete(task)) == "rested"
    loop.close()
    assert clock.now() - start == timedelta(seconds=10)


def test_a_thread_at_work_after_its_loop_has_stopped(clock: Clock) -> None:
    """A busy thread holds time back, although it has a stopped loop with a sleeping task."""
    start, running, stopped, seen = clock.now(), threading.Event(), threading.Event(), set()
    loop = asyncio.new_event_loop()

    def serve() -> None:
        loop.create_task(asyncio.sleep(500), name="left")  # noqa: RUF006 - the loop keeps it
        running.set()
        loop.run_forever()
        stopped.set()
        for number in range(300_000):
            if number % 1000 == 0:
                seen.add(clock.now())

    def sleeper() -> None:
        running.wait(PATIENCE)
        for _ in range(300_000):  # at work, so that the task does not wake
            pass
        loop.call_soon_threadsafe(loop.stop)
        while not stopped.is_set():
            pass
        time.sleep(100)

    with clock.skip_sleeps():
        in_threads(serve, sleeper)
        (task,) = asyncio.all_tasks(loop)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    loop.close()
    assert seen == {start}
    assert clock.now() - start == timedelta(seconds=100)


def test_a_loop_that_pauses_in_the_same_thread(clock: Clock) -> None:
    """A thread may sleep while a task of its own loop, which does not run, is asleep; the task wakes later."""
    start = clock.now()

    def target() -> None:
        loop = asyncio.new_event_loop()
        task = loop.create_task(asyncio.sleep(5))
        loop.run_until_complete(asyncio.sleep(0))
        time.sleep(10)
        loop.run_until_complete(task)
        loop.close()

    with clock.skip_sleeps():
        within_patience(target)
    assert clock.now() - start == timedelta(seconds=10)


def test_tasks_still_sleeping_at_the_end_finish_in_real_time(clock: Clock) -> None:
    """A task still sleeping when the context ends finishes in real time, and the clock is left alone."""
    start = clock.now()

    async def main() -> str:
        with clock.skip_sleeps():
            task = asyncio.ensure_future(asyncio.sleep(0.02, "rested"))
            await asyncio.sleep(0)
        return await task

    assert run(main) == "rested"
    assert clock.now() == start


def test_a_task_left_at_the_end_can_be_cancelled(clock: Clock) -> None:
    """A task still sleeping when the context ends can be cancelled, and nothing happens at its deadline."""

    async def main() -> None:
        with clock.skip_sleeps():
            task = asyncio.ensure_future(asyncio.sleep(0.25))
            await asyncio.sleep(0)
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.3)

    run(main)


@LOOPS
def test_a_name_kept_beyond_the_end(loop_factory: Any, clock: Clock) -> None:
    """A reference to the stand-in that outlives the context sleeps in real time, as often as it is used."""
    start = clock.now()

    async def main() -> str:
        with clock.skip_sleeps():
            nap = asyncio.sleep
            task = asyncio.ensure_future(nap(0.001))
            await nap(0)
        await task
        await nap(0.001)
        return await nap(0.001, "rested")

    assert run(main, loop_factory) == "rested"
    assert clock.now() == start


def test_what_a_rotation_function_raises_reaches_the_task(clock: Clock, fake: FakeSecretsManager) -> None:
    """What stops the clock on its way, such as pytest.fail, is raised in the task that sleeps."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=1)
    fake.rotation_function(LAMBDA, lambda event, context: pytest.fail("the function fails the test"))

    async def main() -> None:
        with pytest.raises(pytest.fail.Exception, match="the function fails the test"):
            await asyncio.sleep(3 * 86_400)

    with clock.skip_sleeps():
        run(main)


def test_the_end_of_a_run_wakes_nobody(clock: Clock) -> None:
    """A task that is left sleeping when the main one ends is cancelled; the clock does not go to its deadline."""
    start = clock.now()
    cancelled: list[timedelta] = []

    async def refresh() -> None:
        try:
            while True:
                await asyncio.sleep(3600)
        finally:
            cancelled.append(clock.now() - start)

    async def main(waited: float) -> None:
        task = asyncio.create_task(refresh())
        await asyncio.wait([task, asyncio.create_task(asyncio.sleep(waited))], return_when="FIRST_COMPLETED")

    with clock.skip_sleeps():
        for waited in (3, 4, 5):
            asyncio.run(main(waited))
    assert clock.now() - start == timedelta(seconds=12)
    assert cancelled == [timedelta(seconds=seconds) for seconds in (3, 7, 12)]


def test_under_asyncio_run(clock: Clock) -> None:
    """asyncio.run itself, in the main thread."""
    start = clock.now()

    async def main() -> None:
        await asyncio.gather(*(asyncio.sleep(seconds) for seconds in (30, 10, 20)))

    with clock.skip_sleeps():
        asyncio.run(main())
    assert clock.now() - start == timedelta(seconds=30)
