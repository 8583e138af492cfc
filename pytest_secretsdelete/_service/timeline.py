"""What happened to a fake: the calls it answered, the lifecycle of its secrets, the rotations it ran.

One list holds all of it, in chronological order. An attempt at an operation is added when it begins, so that it
comes before its effects.
"""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from . import locks, places
from .instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from .model import SecretRecord
    from .places import Asked, Place


class ReadOnlyDict(dict[str, Any]):
    """A dict that cannot be changed; it compares, prints, pickles and copies like a dict."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("The records of a fake cannot be changed; change a copy: dict(...).")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnlyDict, (dict(self),)


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at an operation that the fake answered."""

    operation: str
    #: The parameters under their wire names; secret values are redacted.
    parameters: Mapping[str, Any] = field(hash=False)
    region: str
    #: An aware UTC datetime.
    at: datetime
    #: The code of the error it was answered with, or None.
    error_code: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", ReadOnlyDict(self.parameters))


@dataclass(frozen=True, slots=True)
class Event:
    """One event in the life of a secret, with its name in CloudTrail or EventBridge."""

    name: str
    #: The ARN of the secret.
    secret: str
    region: str
    #: An aware UTC datetime: the instant at which it came due, even where the fake carried it out later.
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", ReadOnlyDict(self.detail))


@dataclass(frozen=True, slots=True)
class Rotation:
    """One step of a rotation: what the rotation function was called for, and how that ended."""

    #: The ARN of the secret.
    secret: str
    version_id: str
    #: createSecret, setSecret, testSecret or finishSecret.
    step: str
    #: An aware UTC datetime.
    at: datetime
    #: What the function raised, or None.
    error: BaseException | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt at an operation, from its beginning on; it counts as a call once it has ended."""

    operation: str
    region: str
    at: int
    #: The parameters under their wire names; secret values are redacted.
    parameters: Mapping[str, Any] = field(default_factory=dict)
    has_ended: bool = False
    error_code: str | None = None
    #: The text of the error.
    message: str | None = None
    #: The event that bears the operation's own name, or None.
    event: Event | None = None
    #: The account of the caller.
    account: str = ""
    #: Where the user's code made the call, if it is on the stack of the thread.
    place: Place | None = None
    #: What the test did to be answered so, where a fault or a denial struck.
    asked: Asked | None = None

    def end(self, error_code: str | None = None, message: str | None = None) -> None:
        """Record how the attempt was answered."""
        self.error_code, self.message, self.has_ended = error_code, message, True

    def note(self, arn: str, **detail: Any) -> None:
        """Record the attempt itself as an event in the life of a secret."""
        self.event = Event(self.operation, arn, self.region, to_datetime(self.at), detail)

    @property
    def changed_nothing(self) -> bool:
        """Whether it has ended and is not an event in the life of a secret."""
        return self.has_ended and self.event is None

    def call(self) -> Call:
        """Return the record of the attempt that users see."""
        return Call(
            self.operation, copy.deepcopy(dict(self.parameters)), self.region, to_datetime(self.at), self.error_code
        )


@dataclass(frozen=True, slots=True)
class Seeding:
    """A secret was put in without a call."""

    secret: SecretRecord
    at: int


@dataclass(frozen=True, slots=True)
class Move:
    """The clock was moved, or a sleep moved it."""

    start: int
    end: int
    place: Place | None
    slept: bool = False


#: How many calls that have changed nothing a fake keeps by default.
CALLS_KEPT = 100_000
#: How many moves of the clock a report can show.
_MOVES_KEPT = 1000
#: The frames of ours at least on the stack where an attempt begins: places, this module, protocol.
_OUR_FRAMES = 3


class Timeline:
    """The record of one fake, in chronological order.

    Of the calls that changed nothing, such as reads and refusals, the newest `calls_kept` stay (up to a tenth more
    between two clean-ups); all events in the life of a secret stay.
    """

    def __init__(self, calls_kept: int = CALLS_KEPT) -> None:
        self._entries: list[Attempt | Event | Rotation | Seeding] = []
        #: The latest moves of the clock, oldest first.
        self.moves: deque[Move] = deque(maxlen=_MOVES_KEPT)
        self._calls_kept = calls_kept
        self._next_look = self._look_after(0)
        self._looking = locks.new()

    def __iter__(self) -> Iterator[Attempt | Event | Rotation | Seeding]:
        return iter(tuple(self._entries))

    def begin(self, operation: str, region: str, at: int, account: str = "") -> Attempt:
        """Record the beginning of an attempt."""
        attempt = Attempt(operation, region, at, account=account, place=places.here(_OUR_FRAMES))
        self._entries.append(attempt)
        if len(self._entries) > self._next_look and self._looking.acquire(blocking=False):
            try:
                self._forget()
            finally:
                self._looking.release()
        return attempt

    def _look_after(self, kept: int) -> int:
        return kept + self._calls_kept + self._calls_kept // 10

    def _forget(self) -> None:
        """Forget the oldest of the calls that changed nothing; what other threads append meanwhile stays."""
        seen = len(self._entries)
        entries = self._entries[:seen]
        idle = [entry for entry in entries if isinstance(entry, Attempt) and entry.changed_nothing]
        gone = set(map(id, idle[: max(len(idle) - self._calls_kept, 0)]))
        kept = [entry for entry in entries if id(entry) not in gone]
        self._entries[:seen] = kept
        self._next_look = self._look_after(len(kept) - min(len(idle), self._calls_kept))

    def seed(self, secret: SecretRecord, at: int) -> None:
        """Record that a secret was put in without a call."""
        self._entries.append(Seeding(secret, at))

    def rotation(self, rotation: Rotation) -> None:
        """Record one step of a rotation."""
        self._entries.append(rotation)

    def event(self, name: str, secret: SecretRecord, at: int, /, **detail: Any) -> None:
        """Record an event in the life of a secret that is not named after a call."""
        self._entries.append(Event(name, secret.arn, secret.region, to_datetime(at), detail))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The attempts that have been answered, oldest first."""
        return tuple(entry.call() for entry in self if isinstance(entry, Attempt) and entry.has_ended)

    @property
    def events(self) -> tuple[Event, ...]:
        """The lifecycle events of the secrets; the event of a call comes before the effects of the call."""
        own = (entry.event if isinstance(entry, Attempt) else entry for entry in self)
        return tuple(event for event in own if isinstance(event, Event))

    @property
    def rotations(self) -> tuple[Rotation, ...]:
        """The steps of rotations, oldest first."""
        return tuple(entry for entry in self if isinstance(entry, Rotation))
