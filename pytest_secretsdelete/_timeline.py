"""What happened to a fake: the calls it answered, the lifecycle of its secrets, the rotations it ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ._instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ._model import Secret


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


def _tell_call(call: Call) -> str:
    about = call.parameters.get("SecretId") or call.parameters.get("Name") or ""
    options = [f"{name}={value}" for name, value in call.parameters.items() if name in _OPTIONS_TOLD]
    ending = f"-> {call.error_code}" if call.error_code else ""
    return " ".join(part for part in (call.operation, str(about), *options, f"({call.region})", ending) if part)


class Timeline:
    """The record of one fake, in the order of happening."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.rotations: list[Rotation] = []
        self._happened: list[Call | Event] = []

    def mark(self) -> int:
        """Return the place in the order of happening at which an attempt begins."""
        return len(self._happened)

    def call(self, call: Call, began: int) -> None:
        """Record an attempt, before what it made happen."""
        self.calls.append(call)
        self._happened.insert(began, call)

    def event(self, name: str, secret: Secret, at: int, **detail: Any) -> None:
        """Record one step in the life of a secret that no call is named after."""
        event = Event(name, secret.arn, secret.region, to_datetime(at), detail)
        self.events.append(event)
        if name in _BY_ITSELF:
            self._happened.append(event)

    def told(self) -> str:
        """Tell what happened, in the order of happening, for the report of a failed test; no value is shown."""
        left_out = len(self._happened) - _LINES_TOLD
        head = [f"({left_out} earlier lines left out)"] if left_out > 0 else []
        lines = [_told(one) for one in self._happened[-_LINES_TOLD:]]
        return "\n".join([*head, *lines]) or "no call reached the fake"


def _told(happened: Call | Event) -> str:
    text = _tell_call(happened) if isinstance(happened, Call) else f"* {happened.name} {happened.secret}"
    return f"{happened.at:%Y-%m-%d %H:%M:%S}.{happened.at.microsecond // 1000:03d}Z  {text}"
