"""What happened to a fake: the calls it answered, the lifecycle of its secrets, the rotations it ran.

One list holds all of it, in chronological order. An attempt at an operation is added when it begins, so that it
comes before its effects.
"""

from __future__ import annotations

import copy
import functools
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from . import locks, places
from .instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from .model import SecretRecord
    from .places import Asked, Place
    from .undo import Checkpoint, Journal


class ReadOnlyDict(dict[str, Any]):
    """A dict that cannot be changed; it compares, prints, pickles and copies like a dict."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("The records of a fake cannot be changed; change a copy: dict(...).")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnlyDict, (dict(self),)


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at an operation that the fake answered. A call that botocore retries is several attempts."""

    operation: str
    """The wire name, such as `DeleteSecret`; of SSM, `GetParameter` and `GetParameters`."""
    parameters: Mapping[str, Any] = field(hash=False)
    """The parameters under their wire names; secret values are redacted."""
    region: str
    """The region of the client."""
    at: datetime
    """When the fake answered: an aware UTC datetime, to the millisecond."""
    error_code: str | None = None
    """The code of the error in the answer, or None.

    Without a proper answer: `ConnectTimeoutError`, `ReadTimeoutError` or `MALFORMED` for a fault, and
    `EndpointConnectionError` in a region that does not exist.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", ReadOnlyDict(self.parameters))


@dataclass(frozen=True, slots=True)
class Event:
    """One event in the life of a secret, with its name in CloudTrail or EventBridge."""

    name: str
    """What happened."""
    secret: str
    """The ARN of the secret."""
    region: str
    """The region of the secret."""
    at: datetime
    """When it happened or came due, even if the fake carried it out later: an aware UTC datetime."""
    detail: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What the event says beyond that, such as `versionId`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", ReadOnlyDict(self.detail))


@dataclass(frozen=True, slots=True)
class Rotation:
    """One step of a rotation: one call of the rotation function, and how that ended."""

    secret: str
    """The ARN of the secret."""
    version_id: str
    """The version that the rotation is about."""
    step: str
    """The step: `createSecret`, `setSecret`, `testSecret` or `finishSecret`."""
    at: datetime
    """When the rotation came due: an aware UTC datetime, to the millisecond."""
    error: BaseException | None = field(default=None, repr=False)
    """What the function raised, or None."""


@dataclass(slots=True, eq=False)
class Step:
    """One step in the life of a secret, as it is kept: an event is made of it when it is asked for."""

    name: str
    #: The ARN of the secret.
    secret: str
    region: str
    #: In milliseconds.
    at: int
    detail: Mapping[str, Any]

    def event(self) -> Event:
        """Return the record of the step that users see."""
        return Event(self.name, self.secret, self.region, to_datetime(self.at), self.detail)


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt at an operation, from its beginning on; it counts as a call once it has ended.

    A fake may keep a million of them, so its parameters are in two tuples, and calls share the names in the first.
    """

    operation: str
    region: str
    at: int
    _names: tuple[str, ...] = ()
    #: What belongs to the names; secret values are redacted.
    _values: tuple[Any, ...] = ()
    has_ended: bool = False
    #: The code of the error, its text, and the id of the request; or None.
    error: tuple[str, str | None, str | None] | None = None
    #: The step that bears the operation's own name, or None.
    step: Step | None = None
    #: The account of the caller.
    account: str = ""
    #: Where the user's code made the call, if it is on the stack of the thread.
    place: Place | None = None
    #: What the test did to be answered so, where a fault or a denial applied.
    asked: Asked | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters under their wire names; secret values are redacted."""
        return dict(zip(self._names, self._values, strict=True))

    def keep(self, parameters: Mapping[str, Any]) -> None:
        """Keep the parameters, which nobody changes any more; their names are shared with other attempts."""
        self._names, self._values = _shared_names(tuple(parameters)), tuple(parameters.values())

    def end(self, error_code: str | None = None, message: str | None = None, request_id: str | None = None) -> None:
        """Record how the attempt was answered."""
        if error_code is not None:
            self.error = (error_code, message, request_id)
        self.has_ended = True

    def note(self, arn: str, **detail: Any) -> None:
        """Record the attempt itself as an event in the life of a secret."""
        self.step = Step(self.operation, arn, self.region, self.at, detail)

    @property
    def changed_nothing(self) -> bool:
        """Whether it has ended and is not an event in the life of a secret."""
        return self.has_ended and self.step is None

    @property
    def error_code(self) -> str | None:
        """The code of the error that it was answered with, or None."""
        return None if self.error is None else self.error[0]

    @property
    def message(self) -> str | None:
        """The text of that error, or None."""
        return None if self.error is None else self.error[1]

    @property
    def request_id(self) -> str | None:
        """The id of the request, which its exception carries; None for what was not refused."""
        return None if self.error is None else self.error[2]

    def call(self) -> Call:
        """Return the record of the attempt that users see."""
        return Call(self.operation, copy.deepcopy(self.parameters), self.region, to_datetime(self.at), self.error_code)


@functools.lru_cache(maxsize=1024)
def _shared_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return names


@dataclass(frozen=True, slots=True)
class Seeding:
    """A secret was put in without a call."""

    secret: SecretRecord
    at: int


Entry = Attempt | Step | Rotation | Seeding


@dataclass(frozen=True, slots=True)
class Move:
    """The clock was moved, or a sleep moved it."""

    start: int
    end: int
    place: Place | None
    slept: bool = False


#: How many calls that have changed nothing a fake keeps by default.
CALLS_KEPT = 100_000
#: So many times that number of changes are kept: events, calls that caused one, seeds and steps of rotations.
_CHANGES_FOR_A_CALL = 10
#: How many moves of the clock a report can show.
_MOVES_KEPT = 1000
#: The frames of ours at least on the stack where an attempt begins: places, this module, protocol.
_OUR_FRAMES = 3


class _Held(NamedTuple):
    """What a timeline held when a checkpoint began."""

    length: int
    floor: int
    next_look: int
    moves: deque[Move]


class Timeline:
    """The record of one fake, in chronological order.

    Of the calls that changed nothing, such as reads and refusals, the newest `calls_kept` stay (up to a tenth more
    between two clean-ups); of the events in the lives of secrets, and the calls that caused them, ten times as many
    (up to twelve times between two clean-ups).
    """

    def __init__(self, calls_kept: int = CALLS_KEPT) -> None:
        self._entries: list[Entry] = []
        #: The latest moves of the clock, oldest first.
        self.moves: deque[Move] = deque(maxlen=_MOVES_KEPT)
        self._calls_kept = calls_kept
        self._next_look = self._look_after(0)
        #: Where the innermost checkpoint began: what is older stays, for its end to find.
        self._floor = 0
        self._looking = locks.new()

    def __iter__(self) -> Iterator[Entry]:
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
        """Forget the oldest entries that are too many; what other threads append meanwhile stays."""
        floor, seen = self._floor, len(self._entries)
        entries = self._entries[floor:seen]
        idle = [entry for entry in entries if isinstance(entry, Attempt) and entry.changed_nothing]
        changes = [entry for entry in entries if not isinstance(entry, Attempt) or entry.step is not None]
        too_many = idle[: -self._calls_kept] + changes[: -self._calls_kept * _CHANGES_FOR_A_CALL]
        gone = set(map(id, too_many))
        kept = [entry for entry in entries if id(entry) not in gone]
        self._entries[floor:seen] = kept
        self._next_look = self._look_after(floor + len(kept) - min(len(idle), self._calls_kept))

    def note_length(self, journal: Journal) -> None:
        """Let the checkpoint that begins take back what is recorded from now on."""
        with self._looking:
            held = _Held(len(self._entries), self._floor, self._next_look, self.moves)
            journal.note(self, "length", held, self._put_back)
            self.moves = deque(maxlen=_MOVES_KEPT)
            self._floor = held.length
            self._next_look = self._look_after(self._floor)

    def _put_back(self, _: str, held: _Held) -> None:
        with self._looking:
            length, self._floor, self._next_look, self.moves = held
            del self._entries[length:]

    def since(self, checkpoint: Checkpoint) -> list[Entry]:
        """Return what has been recorded since a checkpoint began."""
        held: _Held = dict(checkpoint.held_by(self))["length"]
        return self._entries[held.length :]

    def seed(self, secret: SecretRecord, at: int) -> None:
        """Record that a secret was put in without a call."""
        self._entries.append(Seeding(secret, at))

    def rotation(self, rotation: Rotation) -> None:
        """Record one step of a rotation."""
        self._entries.append(rotation)

    def event(self, name: str, secret: SecretRecord, at: int, /, **detail: Any) -> None:
        """Record an event in the life of a secret that is not named after a call."""
        self._entries.append(Step(name, secret.arn, secret.region, at, detail))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The attempts that have been answered, oldest first."""
        return tuple(entry.call() for entry in self if isinstance(entry, Attempt) and entry.has_ended)

    def calls_of(self, operation: str) -> tuple[Call, ...]:
        """Return the attempts at one operation that have been answered, oldest first."""
        attempts = (entry for entry in self if isinstance(entry, Attempt) and entry.has_ended)
        return tuple(attempt.call() for attempt in attempts if attempt.operation == operation)

    @property
    def events(self) -> tuple[Event, ...]:
        """The lifecycle events of the secrets; the event of a call comes before the effects of the call."""
        steps = (entry.step if isinstance(entry, Attempt) else entry for entry in self)
        return tuple(step.event() for step in steps if isinstance(step, Step))

    @property
    def rotations(self) -> tuple[Rotation, ...]:
        """The steps of rotations, oldest first."""
        return tuple(entry for entry in self if isinstance(entry, Rotation))
