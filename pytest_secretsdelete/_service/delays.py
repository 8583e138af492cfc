"""The delay of AWS's background deletion, after the deletion date and after a forced deletion.

AWS promises no time for either, so the test chooses both: a timedelta, or a callable that receives the secret, which
is scheduled for deletion by then. A callable is called once per deletion, outside the vault's lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from .instant import milliseconds
from .snapshot import Secret, snapshot

if TYPE_CHECKING:
    from .model import SecretRecord

Delay = timedelta | Callable[[Secret], timedelta]
_TEXT = re.compile(r"([0-9]+)\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LEGAL_TEXT = "90s, 15m, 2h and 7d are legal"


class WrongDelay(ValueError):  # noqa: N818 - what it says
    """A callable for AWS's delay has not returned a delay; the text says what it returned."""


class DelayAsked(Exception):  # noqa: N818 - no error: the operation runs again once the delay is known
    """An operation needs a delay from a callable of the test."""

    def __init__(self, what: str, function: Callable[[Secret], timedelta], marked: SecretRecord) -> None:
        super().__init__(what)
        self._what = what
        self._function = function
        self._marked = marked

    def answer(self) -> int:
        """Call the function, and return the delay in milliseconds; WrongDelay for what is not a delay."""
        return _in_milliseconds(self._what, self._function(snapshot(self._marked)))


@dataclass(frozen=True, slots=True)
class Delays:
    """The delays of one fake."""

    purge_delay: Delay = timedelta(0)
    force_delete_delay: Delay = timedelta(0)

    def of(self, what: str, marked: Callable[[], SecretRecord], known: int | None = None) -> int:
        """Return one of the delays in milliseconds; DelayAsked for a callable that has not been called yet.

        `marked` makes what the callable receives: the secret as it will be scheduled for deletion.
        """
        delay: Delay = getattr(self, what)
        if isinstance(delay, timedelta):
            return milliseconds(delay)
        if known is None:
            raise DelayAsked(what, delay, marked())
        return known


def checked(what: str, delay: Delay) -> Delay:
    """Return a delay, or say what is legal."""
    if callable(delay):
        return delay
    if not isinstance(delay, timedelta) or delay < timedelta(0):
        raise ValueError(f"{what}={delay!r}: a timedelta of zero or more, or a callable that returns one, is legal.")
    return delay


def parse(text: str) -> timedelta:
    """Read a delay as text: 90s, 15m, 2h or 7d."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: {_LEGAL_TEXT}.")
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any test: {_LEGAL_TEXT}.") from None


def _in_milliseconds(what: str, given: object) -> int:
    if not isinstance(given, timedelta) or given < timedelta(0):
        shown = given if isinstance(given, timedelta) else type(given).__name__
        raise WrongDelay(f"{what} as a callable returns a timedelta of zero or more; it returned {shown}.")
    return milliseconds(given)
