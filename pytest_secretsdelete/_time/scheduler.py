"""Sleeping that moves the clock: the sleepers of all threads and event loops, woken in the order of their deadlines.

Time goes on only when nobody else is about to do something: every other thread sleeps here too, or stands
still, and an event loop has nothing left to run. Then the sleeper with the earliest deadline moves the
clock to it and wakes, alone; the others wait until it sleeps again, stands still, or ends.
"""

from __future__ import annotations

import asyncio
import itertools
import operator
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._botocore.retry_buckets import on_the_clock
from .._service import locks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

# In lists, where the replacement of module attributes does not look.
_REAL_SLEEP: list[Callable[[float], Any]] = [lambda seconds: threading.Event().wait(seconds)]
_REAL_ASYNC_SLEEP = [asyncio.sleep]
_MICROSECONDS_PER_SECOND = 1_000_000
#: Seconds beyond which no date can be named: who sleeps longer than a thousand years sleeps in real time.
_FOR_EVER = 1000 * 365 * 86_400
#: Real seconds between two looks at the other threads.
_LOOK_EVERY = 0.0005
#: Who is not next looks again after as many, unless called before.
_LOOKS_WHILE_OTHERS_ARE_NEXT = 10
#: So many looks in a row must find a thread where it was, before it counts as standing still: few where the
#: system tells that it is not about to run, more where it does not.
_LOOKS = 3
_LOOKS_WITHOUT_THE_SYSTEM = 60
#: Passes of an event loop whose queue cannot be seen, before it counts as idle.
_BLIND_PASSES = 5


@dataclass(eq=False)
class Sleeper:
    """One who sleeps until an instant, in microseconds; a task if it has a future, else a thread."""

    deadline: int
    place: int
    thread: int
    future: asyncio.Future[None] | None = None
    #: Set when it may be its turn: meanwhile a thread need not look so often.
    turn: threading.Event = field(default_factory=threading.Event)

    def can_wake(self) -> bool:
        """Tell whether anybody is there to be woken: not a task whose loop has stopped, or is about to."""
        return self.future is None or not _is_ending(self.future.get_loop())


class Dormitory:
    """All sleepers of the process, while sleeping moves the clock."""

    def __init__(self, now: Callable[[], int], go_to: Callable[[int], None]) -> None:
        self._now = now
        self._go_to = go_to
        self._lock = locks.new()
        self._sleepers: list[Sleeper] = []
        self._places = itertools.count()
        self._idle_loops: dict[int, asyncio.AbstractEventLoop] = {}
        self._pumped: set[asyncio.AbstractEventLoop] = set()
        self._looks: dict[int, tuple[int, int, int]] = {}
        self._open = True
        locks.in_children(self._forget_other_threads)

    def close(self) -> None:
        """Let who still sleeps sleep on in real time."""
        self._open = False

    def _forget_other_threads(self) -> None:
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper.thread == threading.get_ident()]

    def sleep(self, seconds: float, /) -> None:
        """Stand in for time.sleep; zero and negative numbers, and what is no number, behave as real."""
        if not self._open or not _is_long(seconds):
            _REAL_SLEEP[0](seconds)
            return
        sleeper = self._lie_down(seconds)
        try:
            while self._open and self._choose(sleeper) is None:
                _REAL_SLEEP[0](_LOOK_EVERY)
                sleeper.turn.wait(_LOOK_EVERY * _LOOKS_WHILE_OTHERS_ARE_NEXT)
            if self._open:
                self._go_to(sleeper.deadline)
        finally:
            self._get_up(sleeper)
        if not self._open:
            _REAL_SLEEP[0](max(sleeper.deadline - self._now(), 0) / _MICROSECONDS_PER_SECOND)

    async def sleep_async(self, delay: float, result: Any = None) -> Any:
        """Stand in for asyncio.sleep; it always yields to the event loop."""
        if not self._open or not _is_long(delay):
            return await _REAL_ASYNC_SLEEP[0](delay, result)
        loop = asyncio.get_running_loop()
        sleeper = self._lie_down(delay, loop.create_future())
        try:
            if loop not in self._pumped:
                self._pumped.add(loop)
                loop.call_soon(self._pump, loop, _BLIND_PASSES)
            await sleeper.future  # type: ignore[misc]
        finally:
            self._get_up(sleeper)
        return result

    def _lie_down(self, seconds: float, future: asyncio.Future[None] | None = None) -> Sleeper:
        deadline = self._now() + max(round(_number(seconds) * _MICROSECONDS_PER_SECOND), 1)
        with self._lock:
            sleeper = Sleeper(deadline, next(self._places), threading.get_ident(), future)
            self._sleepers.append(sleeper)
            self._looks.clear()
            self._call_next()
        return sleeper

    def _get_up(self, sleeper: Sleeper) -> None:
        with self._lock:
            self._sleepers.remove(sleeper)
            self._call_next()

    def _call_next(self) -> None:
        """Let the thread look whose turn it may be, where it may have waited for another's."""
        following = self._next() if len(self._sleepers) > 1 else next(iter(self._sleepers), None)
        if following is not None:
            following.turn.set()

    def _choose(self, *sleepers: Sleeper) -> Sleeper | None:
        """Return the one of these sleepers whose turn it is, if everybody else stands still."""
        with self._lock:
            following = self._next()
            if following in sleepers:
                return following if self._all_still() else None
            for sleeper in sleepers:
                sleeper.turn.clear()
            return None

    def _next(self) -> Sleeper | None:
        """Return the sleeper with the earliest deadline, of those whose thread can run when they wake.

        A thread that sleeps cannot run its event loop's tasks, nor what it did before it fell asleep again
        (inside a rotation function that the clock has started).
        """
        newest = {s.thread: s for s in self._sleepers if s.future is None}
        free = (s for s in self._sleepers if newest.get(s.thread, s) is s and s.can_wake())
        return min(free, key=lambda s: (s.deadline, s.place), default=None)

    def _all_still(self) -> bool:
        """Tell whether every other thread sleeps here, idles in its loop, or stands still."""
        if threading._limbo:  # type: ignore[attr-defined] # noqa: SLF001 - a thread that is just being started
            return False
        at_rest = {s.thread for s in self._sleepers if s.future is None} | {threading.get_ident()}
        at_rest |= {thread for thread, loop in list(self._idle_loops.items()) if loop.is_running()}
        frames = sys._current_frames()  # noqa: SLF001 - the only way to see what other threads are about
        still = [self._is_still(thread, frame) for thread, frame in frames.items() if thread not in at_rest]
        return all(still)

    def _is_still(self, thread: int, frame: FrameType) -> bool:
        seen_frame, seen_place, looks = self._looks.get(thread, (0, 0, 0))
        runs = _is_about_to_run(thread)
        unmoved = not runs and (seen_frame, seen_place) == (id(frame), frame.f_lasti)
        looks = looks + 1 if unmoved else 0
        self._looks[thread] = (id(frame), frame.f_lasti, looks)
        return looks >= (_LOOKS_WITHOUT_THE_SYSTEM if runs is None else _LOOKS)

    def _pump(self, loop: asyncio.AbstractEventLoop, passes: int) -> None:
        """Wake the tasks of one loop, each in its turn, whenever the loop has nothing else to run."""
        thread = threading.get_ident()
        with self._lock:
            tasks = [s for s in self._sleepers if s.future is not None and s.future.get_loop() is loop]
        if not tasks:
            self._idle_loops.pop(thread, None)
            self._pumped.discard(loop)
        elif not self._open:
            self._sleep_on(loop, tasks)
        elif not _is_idle(loop, passes):
            self._idle_loops.pop(thread, None)
            loop.call_soon(self._pump, loop, passes - 1)
        else:
            self._idle_loops[thread] = loop
            self._wake_one(loop, tasks)

    def _wake_one(self, loop: asyncio.AbstractEventLoop, tasks: list[Sleeper]) -> None:
        chosen = self._choose(*tasks)
        if chosen is None:
            _REAL_SLEEP[0](_LOOK_EVERY)
        else:
            error: BaseException | None = None
            try:
                self._go_to(chosen.deadline)
            except BaseException as raised:  # noqa: BLE001 - a rotation that came due raised it: the sleeper's to bear
                error = raised
            self._idle_loops.pop(threading.get_ident(), None)
            _finish(chosen.future, error)
        loop.call_soon(self._pump, loop, _BLIND_PASSES)

    def _sleep_on(self, loop: asyncio.AbstractEventLoop, tasks: list[Sleeper]) -> None:
        for sleeper in tasks:
            left = max(sleeper.deadline - self._now(), 0) / _MICROSECONDS_PER_SECOND
            loop.call_later(left, _finish, sleeper.future)


@contextmanager
def skipping(now: Callable[[], int], go_to: Callable[[int], None]) -> Iterator[None]:
    """Let sleeping move the clock, everywhere in the process, under whatever name sleep was imported.

    `now` tells the instant and `go_to` moves to one, both in microseconds.
    """
    if _open_dormitories:
        yield  # one is open already
        return
    _learn_real_sleeps()
    dormitory = Dormitory(now, go_to)
    replaced: dict[Any, Any] = dict(zip((_REAL_SLEEP[0], _REAL_ASYNC_SLEEP[0]), _STAND_INS, strict=True))
    _open_dormitories.append(dormitory)
    before = list(sys.modules.values())
    changed = _replace(replaced, before)
    try:
        # the token buckets of adaptive retries wait on a condition, not on sleep
        with on_the_clock(dormitory.sleep, dormitory.sleep_async, lambda: now() / _MICROSECONDS_PER_SECOND):
            yield
    finally:
        _open_dormitories.remove(dormitory)
        dormitory.close()
        # what was imported meanwhile may have taken the stand-ins; one that is kept elsewhere passes on to the real
        known = set(map(id, before))
        imported = [module for module in list(sys.modules.values()) if id(module) not in known]
        _replace({stand_in: real for real, stand_in in replaced.items()}, [*changed, *imported])


_open_dormitories: list[Dormitory] = []


def _make_stand_ins() -> tuple[Any, Any]:
    """Return what stands for time.sleep and asyncio.sleep: the same two for ever, for whoever has kept one."""

    def sleep(seconds: float, /) -> None:
        open_one = _open_dormitories[-1:]
        (open_one[0].sleep if open_one else _REAL_SLEEP[0])(seconds)

    async def sleep_async(delay: float, result: Any = None) -> Any:
        open_one = _open_dormitories[-1:]
        return await (open_one[0].sleep_async if open_one else _REAL_ASYNC_SLEEP[0])(delay, result)

    return sleep, sleep_async


_STAND_INS = _make_stand_ins()


def _learn_real_sleeps() -> None:
    """Find the real functions, which somebody may have patched when this room was first entered."""
    if getattr(time.sleep, "__self__", None) is time:
        _REAL_SLEEP[0] = time.sleep
    code = getattr(asyncio.sleep, "__code__", None)  # a wrapper made with functools.wraps bears the same names
    if code is not None and code.co_filename == asyncio.tasks.__file__:
        _REAL_ASYNC_SLEEP[0] = asyncio.sleep


def _replace(replaced: dict[Any, Any], modules: list[Any]) -> list[Any]:
    """Put other functions in the place of those that modules hold, their own and imported ones; return which did."""
    by_id = {id(old): new for old, new in replaced.items()}

    def holds_one(module: Any) -> bool:
        """Tell at the speed of C: most of some thousand modules hold none."""
        values = list(getattr(module, "__dict__", {}).values())
        return not by_id.keys().isdisjoint(map(id, values))

    holders = [module for module in modules if holds_one(module)]
    for module in holders:
        for name, value in list(module.__dict__.items()):
            if id(value) in by_id:
                setattr(module, name, by_id[id(value)])
    return holders


def _is_about_to_run(thread: int) -> bool | None:
    """Tell whether the system runs a thread or is about to; None where it does not say (not on Linux)."""
    native_id = getattr(threading._active.get(thread), "native_id", None)  # type: ignore[attr-defined] # noqa: SLF001
    try:
        status = Path(f"/proc/self/task/{native_id}/stat").read_text()
    except OSError:
        return None
    return status.rpartition(")")[2].split()[0] == "R"


def _is_long(seconds: Any) -> bool:
    """Tell whether an argument of sleep is one that the clock is moved for; all others are left to the real sleep."""
    number = _number(seconds)
    return isinstance(number, (int, float)) and 0 < number < _FOR_EVER


def _number(seconds: Any) -> Any:
    """Return what sleep makes of an argument that stands for a whole number."""
    return operator.index(seconds) if hasattr(seconds, "__index__") else seconds


def _is_ending(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether a loop does not run, or has been told to stop after this pass."""
    return not loop.is_running() or bool(getattr(loop, "_stopping", False))


def _is_idle(loop: asyncio.AbstractEventLoop, passes: int) -> bool:
    """Tell whether a loop has nothing to run but the pump; one that hides its queue, after a few passes."""
    if _is_ending(loop):
        return False
    ready = getattr(loop, "_ready", None)
    return not ready if ready is not None else passes <= 0


def _finish(future: asyncio.Future[None] | None, error: BaseException | None = None) -> None:
    if future is None or future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
