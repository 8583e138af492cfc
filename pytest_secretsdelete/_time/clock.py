"""Clock: reads the time of the process and moves it forward through freezegun."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .. import _active
from .._service import locks, places
from .._service.docs import read_on
from .._service.entries import Move
from .._service.instant import LATEST, aware, from_microseconds, to_datetime, to_microseconds
from .._service.service import settle
from .reading import MICROSECONDS_PER_MILLISECOND, innermost_freeze, is_frozen, now_in_microseconds, who_controls_time

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

_READ_ON = read_on("reference/clock#moving")
_TOO_FAR = f"The clock goes from the year 1 to the last midnight of the year 9999; that is beyond it. {_READ_ON}"
#: Two threads that move time at once must not set it back. The lock is not held while events come due.
_setting = locks.new()


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
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Move time forward by a timedelta, or by weeks, days, hours, minutes and seconds, which add up.

        Purges and scheduled rotations that come due in between happen in order, each at its own instant.

        Raises:
            ValueError: The step is negative, or goes beyond 9999-12-31T00:00:00Z.
            TypeError: An argument is neither a number nor, as the first, a timedelta.
            RuntimeError: freezegun does not control time.
        """
        try:
            step = timedelta(0) if delta is None else delta
            step += timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        except (TypeError, ValueError) as error:  # ValueError: not a number
            raise type(error)(
                f"advance() takes a timedelta, or numbers of weeks=, days=, hours=, minutes= and seconds=. {_READ_ON}"
            ) from None
        except OverflowError:
            raise ValueError(_TOO_FAR) from None
        if step < timedelta(0):
            raise ValueError(
                f"The clock moves forward only: advance was asked for -{-step}. Purged secrets cannot come back; "
                f"start the test earlier with @pytest.mark.secretsmanager(now=...) instead. {_READ_ON}"
            )
        self._go_to(now_in_microseconds() + step // timedelta(microseconds=1))

    def move_to(self, when: datetime | str) -> None:
        """Move time forward to an aware datetime, or to ISO 8601 text with a zone.

        Moving to the DeletionDate that an answer gave ends that recovery window. What comes due in between happens as
        in `advance`.

        Raises:
            ValueError: The instant is past, has no zone, or is beyond 9999-12-31T00:00:00Z.
            TypeError: `when` is neither a datetime nor text.
            RuntimeError: freezegun does not control time.
        """
        self._go_forward(aware(when), "move_to")

    def _go_forward(self, moment: datetime, asked: str) -> None:
        try:
            target = to_microseconds(moment)
        except OverflowError:  # in another zone it is out of the range of dates
            raise ValueError(_TOO_FAR) from None
        present = now_in_microseconds()
        if target < present:
            raise ValueError(
                f"The clock moves forward only: it is {from_microseconds(present).isoformat()}, and {asked} was asked "
                f"for {from_microseconds(target).isoformat()}. Start the test earlier with "
                f"@pytest.mark.secretsmanager(now=...) instead. {_READ_ON}"
            )
        self._go_to(target)

    def move_to_deletion_date(self, secret_id: str, *, before: timedelta = timedelta(0)) -> None:
        """Move to the end of a secret's recovery window, as `Secret.deletion_date` says, or so long before it.

        Args:
            secret_id: A name or ARN in the innermost active fake.
            before: How long before the end, zero or more.

        Raises:
            LookupError: There is no such secret.
            ValueError: The secret is not scheduled for deletion, `before` is negative, or the instant is past.
            TypeError: `before` is not a timedelta.
            RuntimeError: No fake is active, or freezegun does not control time.
        """
        if not isinstance(before, timedelta):
            raise TypeError(f"move_to_deletion_date() takes a timedelta as before=, not {before!r}. {_READ_ON}")
        if before < timedelta(0):
            raise ValueError(
                f"move_to_deletion_date() goes to the deletion date or before it: before=-{-before} is negative. For a "
                f"later instant, advance() from there. {_READ_ON}"
            )
        secret = _active.required().find(secret_id)
        if secret.deletion is None:
            raise ValueError(
                f"The secret {secret.name!r} is not scheduled for deletion, so it has no deletion date; delete it "
                f"first. {_READ_ON}"
            )
        self._go_forward(to_datetime(secret.deletion) - before, "move_to_deletion_date")

    def skip_sleeps(self) -> AbstractContextManager[None]:
        """Return a context manager in which sleeping moves the clock and returns at once.

        It skips `time.sleep` and `asyncio.sleep`, under whatever name they were imported, and the back-off of botocore
        and aiobotocore. Sleepers of several threads and tasks wake in the order of their deadlines. Timeouts
        (`asyncio.wait_for`, `threading.Event.wait`) are not sleeps and stay real. A sleep still running when the block
        ends finishes in real time.

        Raises:
            RuntimeError: freezegun does not control time.
        """
        if not is_frozen():
            raise RuntimeError(who_controls_time())
        from .patching import skip_sleeps

        return skip_sleeps(now_in_microseconds, lambda target: self._go_to(target, slept=True))

    def _go_to(self, target: int, *, slept: bool = False) -> None:
        if not is_frozen():
            raise RuntimeError(who_controls_time())
        if target > LATEST * MICROSECONDS_PER_MILLISECOND:
            raise ValueError(_TOO_FAR)
        _record_move(target, slept=slept)
        _settle(target)
        _set(target)
        overrun = now_in_microseconds()
        if overrun > target:  # a rotation function has moved time itself
            _settle(overrun)


def _record_move(target: int, *, slept: bool) -> None:
    """Record in the active fakes where time is moved, for their reports."""
    start, end = now_in_microseconds() // MICROSECONDS_PER_MILLISECOND, target // MICROSECONDS_PER_MILLISECOND
    if end > start:
        move = Move(start, end, places.here(3), slept)
        for service in _active.responders():
            service.timeline.moves.append(move)


def _set(target: int) -> None:
    """Set the innermost freeze, unless it is there already: time never goes back, and a zero step could tick."""
    with _setting:
        if target > now_in_microseconds():
            innermost_freeze().move_to(from_microseconds(target))


def _settle(until: int) -> None:
    """Run everything that comes due in the active fakes up to an instant, each at its own instant."""
    settle(
        _active.responders(),
        until // MICROSECONDS_PER_MILLISECOND,
        lambda due: _set(due * MICROSECONDS_PER_MILLISECOND),
    )
