"""What a timeline holds, and the records that users see of it: calls, events and the steps of rotations."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from .instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping
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


class _Caller(NamedTuple):
    """Where calls come from."""

    account: str
    region: str


class _Ending(NamedTuple):
    """How an attempt was answered: the code of an error, its text and the id of its request; or none of them."""

    error_code: str | None = None
    message: str | None = None
    request_id: str | None = None
    #: What the test did to be answered so, where a fault or a denial applied.
    asked: Asked | None = None


_SUCCESS = _Ending()
#: How an attempt ends that is not answered: by an interrupt, or by the end of its checkpoint.
_UNANSWERED = _Ending()


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt at an operation, from its beginning on; it counts as a call once it has ended.

    A fake may keep a million of them: so calls share what is equal in many of them, such as the names of parameters.
    """

    operation: str
    at: int
    _caller: _Caller
    _names: tuple[str, ...] = ()
    #: What belongs to the names; secret values are redacted.
    _values: tuple[Any, ...] = ()
    _ending: _Ending | None = None
    #: The step that bears the operation's own name, or None.
    step: Step | None = None
    #: Where the user's code made the call, if it is on the stack of the thread.
    place: Place | None = None

    @property
    def account(self) -> str:
        """The account of the caller."""
        return self._caller.account

    @property
    def region(self) -> str:
        """The region that was asked."""
        return self._caller.region

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters under their wire names; secret values are redacted."""
        return dict(zip(self._names, self._values, strict=True))

    def keep(self, parameters: Mapping[str, Any]) -> None:
        """Keep the parameters, which nobody changes any more; their names are shared with other attempts."""
        self._names, self._values = _shared_names(tuple(parameters)), tuple(parameters.values())

    def end(
        self,
        error_code: str | None = None,
        message: str | None = None,
        *,
        request_id: str | None = None,
        asked: Asked | None = None,
    ) -> None:
        """Record how the attempt was answered."""
        self._ending = _SUCCESS if error_code is None else _Ending(error_code, message, request_id, asked)

    def break_off(self) -> None:
        """Record that it will not be answered, so that it is no call."""
        self._ending = _UNANSWERED

    @property
    def has_ended(self) -> bool:
        """Whether it has been answered."""
        return self._ending is not None and self._ending is not _UNANSWERED

    def note(self, arn: str, **detail: Any) -> None:
        """Record the attempt itself as an event in the life of a secret."""
        self.step = Step(self.operation, arn, self.region, self.at, detail)

    @property
    def changed_nothing(self) -> bool:
        """Whether it is under way no more, and is not an event in the life of a secret."""
        return self._ending is not None and self.step is None

    @property
    def error_code(self) -> str | None:
        """The code of the error that it was answered with, or None."""
        return (self._ending or _SUCCESS).error_code

    @property
    def message(self) -> str | None:
        """The text of that error, or None."""
        return (self._ending or _SUCCESS).message

    @property
    def request_id(self) -> str | None:
        """The id of the request, which its exception carries; None for what was not refused."""
        return (self._ending or _SUCCESS).request_id

    @property
    def asked(self) -> Asked | None:
        """What the test did to be answered so, or None."""
        return (self._ending or _SUCCESS).asked

    def call(self) -> Call:
        """Return the record of the attempt that users see."""
        return Call(self.operation, copy.deepcopy(self.parameters), self.region, to_datetime(self.at), self.error_code)


@functools.lru_cache(maxsize=1024)
def _shared_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return names


#: The same object for the same arguments.
shared_caller = functools.lru_cache(maxsize=1024)(_Caller)


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
