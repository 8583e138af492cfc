"""What happened to a fake: the calls it answered, the lifecycle of its secrets, the rotations it ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .model import Secret


_LINES_TOLD = 60
_OPTIONS_TOLD = {
    "RecoveryWindowInDays",
    "ForceDeleteWithoutRecovery",
    "VersionId",
    "VersionStage",
    "RemoveFromVersionId",
    "MoveToVersionId",
}
#: Events that no call of the test stands for.
_BY_ITSELF = {
    "EndSecretVersionDelete",
    "RotationFailed",
    "RotationStarted",
    "RotationSucceeded",
    "SecretVersionDeletion",
    "TestRotationFailed",
    "TestRotationStarted",
    "TestRotationSucceeded",
}


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
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the life of a secret, under the name that CloudTrail gives it."""

    name: str
    #: The ARN of the secret.
    secret: str
    region: str
    #: An aware UTC datetime: the instant at which it came due, even where the fake learnt of it later.
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", MappingProxyType(dict(self.detail)))


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


def _tell_call(call: Call, text: str | None) -> str:
    about = call.parameters.get("SecretId") or call.parameters.get("Name") or ""
    options = [f"{name}={value}" for name, value in call.parameters.items() if name in _OPTIONS_TOLD]
    ending = ": ".join(part for part in (call.error_code, text) if part)
    ending = f"-> {ending}" if ending else ""
    return " ".join(part for part in (call.operation, str(about), *options, f"({call.region})", ending) if part)


class Timeline:
    """The record of one fake, in the order of happening."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.rotations: list[Rotation] = []
        self._happened: list[tuple[datetime, str]] = []

    def mark(self) -> int:
        """Return the place in the order of happening at which an attempt begins."""
        return len(self._happened)

    def call(self, call: Call, began: int, text: str | None = None) -> None:
        """Record an attempt, before what it made happen; with the text of its error."""
        self.calls.append(call)
        self._happened.insert(began, (call.at, _tell_call(call, text)))

    def seed(self, secret: Secret, at: int) -> None:
        """Record that a secret was put in without a call."""
        until = secret.deletion_date
        state = f", scheduled for deletion on {until:%Y-%m-%d %H:%M:%S}Z" if until else ""
        self._happened.append((to_datetime(at), f"* seeded {secret.name} ({secret.region}){state}"))

    def rotation(self, rotation: Rotation) -> None:
        """Record one step of a rotation; of a failure, the kind of exception, whose message may hold a value."""
        self.rotations.append(rotation)
        if rotation.error is not None:
            text = f"* {rotation.step} of {_name_in(rotation.secret)} raised {type(rotation.error).__name__}"
            self._happened.append((rotation.at, text))

    def event(self, name: str, secret: Secret, at: int, **detail: Any) -> None:
        """Record one step in the life of a secret that no call is named after."""
        event = Event(name, secret.arn, secret.region, to_datetime(at), detail)
        self.events.append(event)
        if name in _BY_ITSELF:
            self._happened.append((event.at, f"* {name} {secret.name} ({secret.region})"))

    def told(self) -> str:
        """Tell what happened, in the order of happening, for the report of a failed test; no value is shown."""
        left_out = len(self._happened) - _LINES_TOLD
        head = [f"({left_out} earlier lines left out)"] if left_out > 0 else []
        lines = [f"{_shown(at)}  {text}" for at, text in self._happened[-_LINES_TOLD:]]
        return "\n".join([*head, *lines, *([] if self.calls else ["no call reached the fake"])])


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _name_in(arn: str) -> str:
    return arn.rpartition(":")[2]
