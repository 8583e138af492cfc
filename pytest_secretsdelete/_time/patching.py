"""Patching sleep: every module of the process gets functions that move the clock, and then its own again."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._botocore.retry_buckets import on_the_clock
from .scheduler import RealSleeps, Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MICROSECONDS_PER_SECOND = 1_000_000
#: In an object, where the replacement of module attributes does not look.
_real = RealSleeps(lambda seconds: threading.Event().wait(seconds), asyncio.sleep)
_open_schedulers: list[Scheduler] = []


@contextmanager
def skip_sleeps(now_in_microseconds: Callable[[], int], go_to: Callable[[int], None]) -> Iterator[None]:
    """Let sleeping move the clock everywhere in the process, under whatever name sleep was imported.

    `now_in_microseconds` tells the instant, `go_to` moves to one, in microseconds too. Within another such block
    nothing changes. A sleep still running when the block ends finishes in real time.
    """
    if _open_schedulers:
        yield
        return
    _learn_real_sleeps()
    scheduler = Scheduler(now_in_microseconds, go_to, _real)
    replaced: dict[Any, Any] = dict(zip((_real.sleep, _real.sleep_async), _STAND_INS, strict=True))
    _open_schedulers.append(scheduler)
    before = list(sys.modules.values())
    changed = _replace(replaced, before)
    try:
        # the token buckets of adaptive retries wait on a condition, not on sleep
        with on_the_clock(
            scheduler.sleep, scheduler.sleep_async, lambda: now_in_microseconds() / _MICROSECONDS_PER_SECOND
        ):
            yield
    finally:
        _open_schedulers.remove(scheduler)
        scheduler.close()
        # what was imported meanwhile may have taken the stand-ins; one that is kept elsewhere calls the real function
        known = set(map(id, before))
        imported = [module for module in list(sys.modules.values()) if id(module) not in known]
        _replace({stand_in: real for real, stand_in in replaced.items()}, [*changed, *imported])


def _make_stand_ins() -> tuple[Any, Any]:
    """Return what stands in for time.sleep and asyncio.sleep: always the same two, as code may keep a reference."""

    def sleep(seconds: float, /) -> None:
        scheduler = _open_schedulers[-1:]
        (scheduler[0].sleep if scheduler else _real.sleep)(seconds)

    async def sleep_async(delay: float, result: Any = None) -> Any:
        scheduler = _open_schedulers[-1:]
        return await (scheduler[0].sleep_async if scheduler else _real.sleep_async)(delay, result)

    return sleep, sleep_async


_STAND_INS = _make_stand_ins()


def _learn_real_sleeps() -> None:
    """Find the real functions, which somebody may have patched when this module was imported."""
    if getattr(time.sleep, "__self__", None) is time:
        _real.sleep = time.sleep
    code = getattr(asyncio.sleep, "__code__", None)  # a wrapper made with functools.wraps bears the same names
    if code is not None and code.co_filename == asyncio.tasks.__file__:
        _real.sleep_async = asyncio.sleep


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
