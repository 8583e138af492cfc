"""Threads and tasks that sleep side by side, rotation functions among them."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..support import (
    LAMBDA,
    PATIENCE,
    VALUE,
    Rotator,
    in_threads,
    set_up_rotation,
    until_the_next_due,
    within_patience,
)
from .test_sleep_threads import Diary

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


def test_threads_and_tasks(clock: Clock) -> None:
    """Threads, and tasks of a loop in another thread, wake in one order."""
    diary = Diary(clock)
    beginning = threading.Barrier(3)

    def thread(who: str, *naps: float) -> None:
        beginning.wait(PATIENCE)
        for nap in naps:
            time.sleep(nap)
            diary.note(who)

    async def task(who: str, *naps: float) -> None:
        for nap in naps:
            await asyncio.sleep(nap)
            diary.note(who)

    async def tasks() -> None:
        beginning.wait(PATIENCE)
        await asyncio.gather(task("task 1", 12, 12), task("task 2", 4, 30))

    with clock.skip_sleeps():
        in_threads(
            lambda: thread("thread 1", 10, 10),
            lambda: thread("thread 2", 15, 25),
            lambda: asyncio.run(tasks()),
        )
    assert diary.entries == [
        ("task 2", 4),
        ("thread 1", 10),
        ("task 1", 12),
        ("thread 2", 15),
        ("thread 1", 20),
        ("task 1", 24),
        ("task 2", 34),
        ("thread 2", 40),
    ]


def test_threads_of_a_loops_executor(clock: Clock) -> None:
    """Sleeps in a loop's own threads and in its tasks wake in one order."""
    diary = Diary(clock)

    def in_thread(seconds: float) -> None:
        time.sleep(seconds)
        diary.note("thread")

    async def in_task(seconds: float) -> None:
        await asyncio.sleep(seconds)
        diary.note("task")

    async def main() -> None:
        await asyncio.gather(
            in_task(10), asyncio.to_thread(in_thread, 20), in_task(30), asyncio.to_thread(in_thread, 5)
        )

    with clock.skip_sleeps():
        within_patience(lambda: asyncio.run(main()))
    assert diary.entries == [("thread", 5), ("task", 10), ("thread", 20), ("task", 30)]


def test_a_task_that_blocks_its_loop(clock: Clock) -> None:
    """time.sleep inside a task blocks its loop: tasks that are due meanwhile wake after it."""
    diary = Diary(clock)

    async def blocks() -> None:
        time.sleep(20)  # noqa: ASYNC251
        diary.note("blocks")

    async def waits() -> None:
        await asyncio.sleep(5)
        diary.note("waits")

    async def main() -> None:
        await asyncio.gather(waits(), blocks())

    with clock.skip_sleeps():
        within_patience(lambda: asyncio.run(main()))
    assert diary.entries == [("blocks", 20), ("waits", 20)]


class SlowRotator(Rotator):
    """A rotation function that sleeps in each of its steps."""

    def __init__(self, fake: FakeSecretsManager, diary: Diary) -> None:
        super().__init__(fake)
        self._diary = diary

    def __call__(self, event: dict[str, str], context: Any) -> None:
        time.sleep(60)
        self._diary.note(event["Step"])
        super().__call__(event, context)


def a_slow_rotation_that_comes_due(fake: FakeSecretsManager, clock: Clock) -> tuple[timedelta, Diary]:
    """Set up a rotation whose function sleeps; return how long until it comes due, and the diary of its steps."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=10)
    due = until_the_next_due(fake, clock)
    diary = Diary(clock)
    fake.rotation_function(LAMBDA, SlowRotator(fake, diary))
    return due, diary


STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


def test_a_rotation_function_that_sleeps(clock: Clock, fake: FakeSecretsManager) -> None:
    """A rotation that comes due during a sleep sleeps itself: its sleeps end first, and the outer one is not longer."""
    due, diary = a_slow_rotation_that_comes_due(fake, clock)
    with clock.skip_sleeps():
        within_patience(lambda: (time.sleep(due.total_seconds() + 3600), diary.note("sleeper")))
    assert [who for who, _ in diary.entries] == [*STEPS, "sleeper"]
    seconds = [second for _, second in diary.entries]
    assert [later - earlier for earlier, later in zip(seconds, seconds[1:4], strict=False)] == [60, 60, 60]
    assert seconds[-1] == due.total_seconds() + 3600
    assert fake.secret("a").current.value.startswith("rotated")  # type: ignore[union-attr]


def test_a_rotation_function_that_sleeps_longer_than_the_sleeper(clock: Clock, fake: FakeSecretsManager) -> None:
    """A rotation that takes longer than the sleep during which it began makes that sleep last until it has ended."""
    due, diary = a_slow_rotation_that_comes_due(fake, clock)
    with clock.skip_sleeps():
        within_patience(lambda: (time.sleep(due.total_seconds() + 1), diary.note("sleeper")))
    assert [who for who, _ in diary.entries] == [*STEPS, "sleeper"]
    assert diary.entries[-1][1] == diary.entries[-2][1]


def test_a_rotation_function_that_sleeps_under_a_sleeping_task(clock: Clock, fake: FakeSecretsManager) -> None:
    """The same where the sleeper is a task, with another one in the same loop."""
    due, diary = a_slow_rotation_that_comes_due(fake, clock)

    async def nap(who: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        diary.note(who)

    async def main() -> None:
        await asyncio.gather(nap("first", 30), nap("second", due.total_seconds() + 3600))

    with clock.skip_sleeps():
        within_patience(lambda: asyncio.run(main()))
    assert [who for who, _ in diary.entries] == ["first", *STEPS, "second"]
    assert timedelta(seconds=diary.entries[-1][1]) == due + timedelta(hours=1)
