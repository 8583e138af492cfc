"""The scheduler of virtual time: which threads and tasks sleep until when, and which of them wakes next.

Threads and tasks that sleep are registered with their deadlines. As soon as all other threads and event loops
are quiescent, time moves to the earliest deadline, and that sleeper alone wakes. The others wait until it
sleeps again, waits for something, or ends.
"""

from __future__ import annotations

import asyncio
import itertools
import operator
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._service import locks
from .quiescence import PASSES_OF_OPAQUE_LOOP, ThreadObserver, is_ending, is_idle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_MICROSECONDS_PER_SECOND = 1_000_000
#: No date can be named after a longer sleep, so it is left to the real function: a thousand years.
_LONGEST_SLEEP_IN_SECONDS = 1000 * 365 * 86_400
#: Real time between two observations of the other threads.
_OBSERVATION_INTERVAL_IN_SECONDS = 0.0005
#: Real time after which a thread checks again whether it is its turn, unless it is notified before.
_TURN_TIMEOUT_IN_SECONDS = 0.005


@dataclass
class RealSleeps:
    """The functions that sleep in real time."""

    sleep: Callable[[float], Any]
    sleep_async: Callable[..., Awaitable[Any]]


@dataclass(eq=False)
class Sleeper:
    """A thread, or a task if it has a future, that sleeps until a deadline."""

    deadline_in_microseconds: int
    number: int
    thread: int
    future: asyncio.Future[None] | None = None
    #: Set when it may be this sleeper's turn: until then its thread checks rarely.
    turn: threading.Event = field(default_factory=threading.Event)

    def can_wake(self) -> bool:
        """Return whether it can run when it wakes: not a task whose loop has stopped, or is about to."""
        return self.future is None or not is_ending(self.future.get_loop())


class Scheduler:
    """All sleepers of the process, while sleeping moves the clock."""

    def __init__(self, now_in_microseconds: Callable[[], int], go_to: Callable[[int], None], real: RealSleeps) -> None:
        self._now_in_microseconds = now_in_microseconds
        self._go_to = go_to
        self._real = real
        self._lock = locks.new()
        self._sleepers: list[Sleeper] = []
        self._numbers = itertools.count()
        self._observer = ThreadObserver()
        self._idle_loops: dict[int, asyncio.AbstractEventLoop] = {}
        self._loops_with_waker: set[asyncio.AbstractEventLoop] = set()
        self._is_open = True
        locks.in_children(self._forget_other_threads)

    def close(self) -> None:
        """Stop moving time: sleeps that are still running finish in real time."""
        self._is_open = False

    def _forget_other_threads(self) -> None:
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper.thread == threading.get_ident()]

    def sleep(self, seconds: float, /) -> None:
        """Replace time.sleep. Zero, negative numbers and what is not a number are left to the real function."""
        if not self._is_open or not _is_skippable(seconds):
            self._real.sleep(seconds)
            return
        sleeper = self._register(seconds)
        try:
            while self._is_open and self._choose(sleeper) is None:
                self._real.sleep(_OBSERVATION_INTERVAL_IN_SECONDS)
                sleeper.turn.wait(_TURN_TIMEOUT_IN_SECONDS)
            if self._is_open:
                self._go_to(sleeper.deadline_in_microseconds)
        finally:
            self._unregister(sleeper)
        if not self._is_open:
            self._real.sleep(self._seconds_left(sleeper))

    async def sleep_async(self, delay: float, result: Any = None) -> Any:
        """Replace asyncio.sleep, which always yields to the event loop."""
        if not self._is_open or not _is_skippable(delay):
            return await self._real.sleep_async(delay, result)
        loop = asyncio.get_running_loop()
        sleeper = self._register(delay, loop.create_future())
        try:
            if loop not in self._loops_with_waker:
                self._loops_with_waker.add(loop)
                loop.call_soon(self._wake_tasks, loop, PASSES_OF_OPAQUE_LOOP)
            await sleeper.future  # type: ignore[misc]
        finally:
            self._unregister(sleeper)
        return result

    def _register(self, seconds: float, future: asyncio.Future[None] | None = None) -> Sleeper:
        length_in_microseconds = max(round(_number(seconds) * _MICROSECONDS_PER_SECOND), 1)
        deadline = self._now_in_microseconds() + length_in_microseconds
        with self._lock:
            sleeper = Sleeper(deadline, next(self._numbers), threading.get_ident(), future)
            self._sleepers.append(sleeper)
            self._observer.forget()
            self._notify_next()
        return sleeper

    def _unregister(self, sleeper: Sleeper) -> None:
        with self._lock:
            self._sleepers.remove(sleeper)
            self._notify_next()

    def _notify_next(self) -> None:
        """Make the next thread check at once whether it is its turn."""
        following = self._next() if len(self._sleepers) > 1 else next(iter(self._sleepers), None)
        if following is not None:
            following.turn.set()

    def _choose(self, *sleepers: Sleeper) -> Sleeper | None:
        """Return the one of these sleepers that wakes next, if all other threads are quiescent."""
        with self._lock:
            following = self._next()
            if following in sleepers:
                return following if self._is_quiescent() else None
            for sleeper in sleepers:
                sleeper.turn.clear()
            return None

    def _next(self) -> Sleeper | None:
        """Return the sleeper with the earliest deadline, of those whose thread can run when they wake.

        A sleeping thread cannot run its event loop's tasks. Nor can it finish an earlier sleep while it sleeps again
        within a rotation function that the clock has called.
        """
        newest = {sleeper.thread: sleeper for sleeper in self._sleepers if sleeper.future is None}
        free = (s for s in self._sleepers if newest.get(s.thread, s) is s and s.can_wake())
        return min(free, key=lambda s: (s.deadline_in_microseconds, s.number), default=None)

    def _is_quiescent(self) -> bool:
        """Return whether every other thread sleeps here, runs a loop that is idle, or waits."""
        sleeping = {sleeper.thread for sleeper in self._sleepers if sleeper.future is None}
        idle = {thread for thread, loop in list(self._idle_loops.items()) if loop.is_running()}
        return self._observer.is_quiescent(sleeping | idle)

    def _wake_tasks(self, loop: asyncio.AbstractEventLoop, passes_left: int) -> None:
        """Wake the tasks of one loop, each in its turn: a callback that runs in every pass while a task sleeps."""
        thread = threading.get_ident()
        with self._lock:
            tasks = [s for s in self._sleepers if s.future is not None and s.future.get_loop() is loop]
        if not tasks:
            self._idle_loops.pop(thread, None)
            self._loops_with_waker.discard(loop)
        elif not self._is_open:
            for task in tasks:
                loop.call_later(self._seconds_left(task), _finish, task.future)
        elif not is_idle(loop, passes_left):
            self._idle_loops.pop(thread, None)
            loop.call_soon(self._wake_tasks, loop, passes_left - 1)
        else:
            self._idle_loops[thread] = loop
            self._wake_one(tasks)
            loop.call_soon(self._wake_tasks, loop, PASSES_OF_OPAQUE_LOOP)

    def _wake_one(self, tasks: list[Sleeper]) -> None:
        """Wake the task whose turn it is, or pause if there is none."""
        chosen = self._choose(*tasks)
        if chosen is None:
            self._real.sleep(_OBSERVATION_INTERVAL_IN_SECONDS)
            return
        error: BaseException | None = None
        try:
            self._go_to(chosen.deadline_in_microseconds)
        except BaseException as raised:  # noqa: BLE001 - raised by a rotation that came due: the task must see it
            error = raised
        self._idle_loops.pop(threading.get_ident(), None)
        _finish(chosen.future, error)

    def _seconds_left(self, sleeper: Sleeper) -> float:
        return max(sleeper.deadline_in_microseconds - self._now_in_microseconds(), 0) / _MICROSECONDS_PER_SECOND


def _is_skippable(seconds: Any) -> bool:
    """Return whether an argument of sleep is one for which the clock moves."""
    number = _number(seconds)
    return isinstance(number, (int, float)) and 0 < number < _LONGEST_SLEEP_IN_SECONDS


def _number(seconds: Any) -> Any:
    """Return the number that sleep takes from an argument with `__index__`."""
    return operator.index(seconds) if hasattr(seconds, "__index__") else seconds


def _finish(future: asyncio.Future[None] | None, error: BaseException | None = None) -> None:
    if future is None or future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
