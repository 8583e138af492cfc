"""Freezes time through freezegun, while event loops and pytest's timer stay real."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._service.instant import from_microseconds
from .reading import MICROSECONDS_PER_MILLISECOND, innermost_freeze, is_frozen, is_real, now_in_microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

#: pytest's timer stays real under the clock's freeze.
IGNORED_BY_THE_FREEZE = ("_pytest.timing",)


@contextmanager
def held(at: datetime | None) -> Iterator[None]:
    """Freeze time at an instant; without one, adopt an existing freeze, or freeze the present."""
    if at is not None or is_real():
        with freeze(at):
            yield
    elif is_frozen():
        with real_event_loops():
            yield
    else:
        yield  # time-machine's


@contextmanager
def set_back() -> Iterator[None]:
    """Set the innermost freeze back, at the end, to where it stands; one that ticks on by itself goes on."""
    found = innermost_freeze()
    stands = found is not None and not hasattr(found, "start")
    start = now_in_microseconds()
    try:
        yield
    finally:
        if stands and innermost_freeze() is found:
            found.move_to(from_microseconds(start))


@contextmanager
def freeze(at: datetime | None = None) -> Iterator[None]:
    """Freeze time at an instant, or at the next whole millisecond; event loops and pytest's timer stay real.

    The service has a resolution of 1 ms: so the dates in its answers are equal to the clock's.
    """
    import freezegun

    start = _next_millisecond() if at is None else at
    with _started(freezegun.freeze_time(start, ignore=list(IGNORED_BY_THE_FREEZE))), real_event_loops():
        yield


def _next_millisecond() -> datetime:
    return from_microseconds(-(-now_in_microseconds() // MICROSECONDS_PER_MILLISECOND) * MICROSECONDS_PER_MILLISECOND)


@contextmanager
def _started(freezer: Any) -> Iterator[None]:
    """Start a freeze, and stop it also where it fails to start: freezegun raises half-way at a read-only module.

    A freeze that has not begun at all is not stopped: freezegun would end the one outside it.
    """
    from freezegun.api import freeze_factories

    outside = len(freeze_factories)
    try:
        freezer.start()
        yield
    finally:
        if len(freeze_factories) > outside:
            freezer.stop()


@contextmanager
def real_event_loops() -> Iterator[None]:
    """Let asyncio's event loops read real time while time is frozen: they would wait for ever.

    freezegun's own real_asyncio does so, too, but makes a loop to find out its class, which fails where a test
    run forbids sockets. It also leaves the base class's method behind on that class, where it would hide ours.
    """
    import asyncio

    from freezegun.api import real_monotonic

    def loop_time(self: asyncio.BaseEventLoop) -> float:  # noqa: ARG001 - it becomes a method
        return real_monotonic()

    held = asyncio.BaseEventLoop.time
    found = [loop for loop in _classes_below(asyncio.BaseEventLoop) if loop.__dict__.get("time") is held]

    def put_back() -> None:
        for loop in found:
            if loop.__dict__.get("time") is loop_time:  # neither one that resists nor one patched meanwhile
                loop.time = held

    try:
        try:
            for loop in found:
                loop.time = loop_time
            with _real_trio():
                yield
        finally:
            put_back()
    except BaseException:
        put_back()  # an interrupt may have cut it short
        raise


@contextmanager
def _real_trio() -> Iterator[None]:
    """Keep trio's clock real, too, where it is installed."""
    from freezegun.api import real_perf_counter

    clock = _clock_of_trio()
    if clock is None:
        yield
        return

    def current_time(self: Any) -> float:
        return float(self.offset + real_perf_counter())

    held = clock.current_time
    try:
        clock.current_time = current_time
        yield
    finally:
        clock.current_time = held


def _clock_of_trio() -> Any:
    """Return the class of trio's clock, or None where neither trio nor anyio is loaded; anyio imports trio late."""
    if not {"trio", "anyio"} & sys.modules.keys():
        return None
    try:
        from trio._core._run import SystemClock
    except Exception:  # noqa: BLE001 - not installed, or broken: its users get the error from their own import
        return None
    return SystemClock


def _classes_below(top: Any) -> list[Any]:
    """Return a class and everything that is derived from it."""
    return [top, *(found for below in top.__subclasses__() for found in _classes_below(below))]
