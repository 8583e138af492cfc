"""Time: reading the process's, and moving it through freezegun.

The fake keeps no clock of its own. It asks what time it is, in the way of whoever holds time: freezegun
(pytest-freezer is freezegun too), time-machine, or nobody. freezegun is imported only where time is moved.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from . import _active
from ._service.instant import from_microseconds, parse, to_microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

_MICROSECONDS = 1000
#: The last midnight that has a date, in microseconds.
_THE_END = to_microseconds(parse("9999-12-31T00:00:00Z"))
_READ_ON = "Read on: docs/reference/clock.md#moving"
_TOO_FAR = f"The clock goes from the year 1 to the last midnight of the year 9999; that is beyond it. {_READ_ON}"
#: Two threads that move time at once must not set it back; not held while anything comes due.
_setting = threading.Lock()
#: pytest's timer stays real while the fake's clock holds time; so does the pace of botocore's retries.
IGNORED_BY_THE_FREEZE = ("_pytest.timing", "botocore.retries")


def now_in_microseconds() -> int:
    """Return the true instant, to the microsecond, as the code under test would read it next.

    A freeze is asked for the time it holds, not through the functions it has put in the place of the real
    ones: those give real time to code near a thread, and a reading makes an auto-ticking freeze tick.
    """
    freeze = _innermost_freeze()
    if freeze is None:
        return time.time_ns() // 1000
    held = freeze.time_to_freeze if hasattr(freeze, "step_width") else freeze()
    return to_microseconds(held)


def now() -> int:
    """Return the instant in whole milliseconds, cut off once, here."""
    return now_in_microseconds() // _MICROSECONDS


class Clock:
    """Reads the time that the code under test reads, and moves it forward.

    The clock adopts a freeze of freezegun that is active, also one that began after it. Under time-machine
    it can be read but not moved.
    """

    def __repr__(self) -> str:
        return f"<Clock at {self.now().isoformat()}>"

    def now(self) -> datetime:
        """Return the present instant: an aware UTC datetime."""
        return from_microseconds(now_in_microseconds())

    def advance(
        self,
        delta: timedelta | None = None,
        /,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Move time forward by a timedelta, or by days, hours, minutes and seconds, which add up.

        Purges and scheduled rotations that come due on the way happen in their order, each at its own
        instant. ValueError for a negative step and for one beyond the last day of the year 9999, TypeError for what
        is no number and no timedelta; RuntimeError where freezegun does not hold time.
        """
        try:
            step = timedelta(0) if delta is None else delta
            step += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except TypeError:
            raise TypeError(
                f"advance() takes a timedelta, or numbers of days=, hours=, minutes= and seconds=. {_READ_ON}"
            ) from None
        except OverflowError:
            raise ValueError(_TOO_FAR) from None
        if step < timedelta(0):
            raise ValueError(
                f"The clock moves forward only: advance was asked for {step}. Purged secrets cannot come back; "
                f"start the test earlier with @pytest.mark.secretsmanager(now=...) instead. {_READ_ON}"
            )
        self._go_to(now_in_microseconds() + step // timedelta(microseconds=1))

    def move_to(self, when: datetime | str) -> None:
        """Move time forward to an aware datetime, or to ISO 8601 text with a zone.

        Moving to the DeletionDate that an answer gave ends that recovery window. ValueError for an earlier
        instant and for one without a zone, TypeError for what is no datetime; RuntimeError where freezegun does
        not hold time.
        """
        moment = aware(when)
        try:
            target = to_microseconds(moment)
        except OverflowError:  # in another zone it is no date any more
            raise ValueError(_TOO_FAR) from None
        present = now_in_microseconds()
        if target < present:
            raise ValueError(
                f"The clock moves forward only: it is {from_microseconds(present).isoformat()}, and move_to was asked "
                f"for {from_microseconds(target).isoformat()}. Start the test earlier with "
                f"@pytest.mark.secretsmanager(now=...) instead. {_READ_ON}"
            )
        self._go_to(target)

    def skip_sleeps(self) -> AbstractContextManager[None]:
        """Return a context in which sleeping moves the clock and returns at once.

        time.sleep and asyncio.sleep, under whatever name they were imported, and botocore's back-off.
        Sleepers of several threads and tasks wake in the order of their deadlines. Timeouts (wait_for,
        Event.wait) are no sleeps and stay real. RuntimeError where freezegun does not hold time.
        """
        if not is_frozen():
            raise RuntimeError(_who_holds_time())
        from ._sleeping import skipping

        return skipping(now_in_microseconds, self._go_to)

    def _go_to(self, target: int) -> None:
        if not is_frozen():
            raise RuntimeError(_who_holds_time())
        if target > _THE_END:
            raise ValueError(_TOO_FAR)
        for due in _dues_until(target):
            _set(due)
            _settle_all(due)
        _set(target)
        _settle_all(target)


def aware(when: datetime | str) -> datetime:
    """Return a datetime with a zone, from one or from ISO 8601 text; ValueError where it has none."""
    legal = "give an aware datetime, or ISO 8601 text such as 2026-03-01T00:00:00Z."
    try:
        moment = parse(when) if isinstance(when, str) else when
    except ValueError:
        raise ValueError(f"{when!r} is no instant: {legal}") from None
    if not hasattr(moment, "timestamp"):
        raise TypeError(f"{when!r} is no instant: {legal}")
    if moment.utcoffset() is None:
        raise ValueError(
            f"{when!r} has no time zone, so it names no instant. Write 2026-03-01T00:00:00Z, or give a datetime with "
            "tzinfo=timezone.utc."
        )
    return moment


def is_frozen() -> bool:
    """Tell whether freezegun holds time."""
    return _innermost_freeze() is not None


def is_real() -> bool:
    """Tell whether nobody holds time."""
    return not is_frozen() and not _under_time_machine()


def may_freeze() -> bool:
    """Tell whether freezegun may take hold of time: not where time-machine has it."""
    return is_frozen() or not _under_time_machine()


@contextmanager
def held(at: datetime | None) -> Iterator[None]:
    """Hold time at an instant; without one, adopt what holds it already, or freeze the present."""
    if at is not None or is_real():
        with freeze(at):
            yield
    elif is_frozen():
        with real_event_loops():
            yield
    else:
        yield  # time-machine's


@contextmanager
def freeze(at: datetime | None = None) -> Iterator[None]:
    """Freeze time at an instant, or at the present one; asyncio's event loops and pytest's timer stay real."""
    import freezegun

    start = from_microseconds(now_in_microseconds()) if at is None else at
    with freezegun.freeze_time(start, ignore=list(IGNORED_BY_THE_FREEZE)), real_event_loops():
        yield


@contextmanager
def real_event_loops() -> Iterator[None]:
    """Let asyncio's event loops see real time while freezegun holds it: they would wait for ever.

    freezegun's own real_asyncio does so, too, but makes a loop to find out its class, which fails where a test
    run forbids sockets. It also leaves the base class's method behind on that class, where it would hide ours.
    """
    import asyncio

    from freezegun.api import real_monotonic

    def loop_time(self: asyncio.BaseEventLoop) -> float:  # noqa: ARG001 - it becomes a method
        return real_monotonic()

    held = asyncio.BaseEventLoop.time
    patched = [loop for loop in _classes_below(asyncio.BaseEventLoop) if loop.__dict__.get("time") is held]
    for loop in patched:
        loop.time = loop_time
    try:
        with _real_trio():
            yield
    finally:
        for loop in patched:
            loop.time = held


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
    clock.current_time = current_time
    try:
        yield
    finally:
        clock.current_time = held


def _clock_of_trio() -> Any:
    """Return the class of trio's clock, or None where nobody has trio in mind; anyio imports it late."""
    if not {"trio", "anyio"} & sys.modules.keys():
        return None
    try:
        from trio._core._run import SystemClock
    except Exception:  # noqa: BLE001 - not installed, or not for this Python: its users will hear of it themselves
        return None
    return SystemClock


def _classes_below(top: Any) -> list[Any]:
    """Return a class and everything that is derived from it."""
    return [top, *(found for below in top.__subclasses__() for found in _classes_below(below))]


def _innermost_freeze() -> Any:
    """Return freezegun's own record of the innermost freeze, or None."""
    api = sys.modules.get("freezegun.api")
    factories = getattr(api, "freeze_factories", None)
    return factories[-1] if factories else None


def _under_time_machine() -> bool:
    module = sys.modules.get("time_machine")
    return bool(getattr(module, "traveller_stack", None))


def _who_holds_time() -> str:
    holder = "time-machine holds time" if _under_time_machine() else "time is real: nothing holds it"
    return (
        f"The clock cannot be moved: {holder}. Let the secretsmanager_clock fixture, freezegun or pytest-freezer hold "
        "time for this test, or move it with the tool that holds it; the fake follows. "
        "Read on: docs/how-to/use-beside-other-tools.md#time-machine"
    )


def _set(target: int) -> None:
    """Set the innermost freeze, unless it is there already: time never goes back, and a zero step could tick."""
    with _setting:
        if target > now_in_microseconds():
            _innermost_freeze().move_to(from_microseconds(target))


def _dues_until(target: int) -> Iterator[int]:
    """Yield, one after the other, the instants up to the target at which something comes due in an active fake."""
    last = None
    while True:
        dues = [due for fake in _active.responders() if (due := fake.next_due()) is not None]
        due = min(dues, default=target) * _MICROSECONDS
        if due > target or due == last:  # the same again: a rotation function moves time, and what is due waits for it
            return
        yield due
        last = due


def _settle_all(instant: int) -> None:
    for fake in _active.responders():
        fake.settle(instant // _MICROSECONDS)
