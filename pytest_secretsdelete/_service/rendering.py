"""The record of a fake as text, for the report of a failed test. No secret value is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .instant import to_datetime
from .timeline import Attempt, Rotation, Seeding, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from .timeline import Entry

_MOST_LINES = 60
_SHOWN_PARAMETERS = {
    "RecoveryWindowInDays",
    "ForceDeleteWithoutRecovery",
    "VersionId",
    "VersionStage",
    "Names",
    "RemoveFromVersionId",
    "MoveToVersionId",
}
#: Events to render on lines of their own; the other events are rendered as the calls that caused them.
BY_THEMSELVES = {
    "EndSecretVersionDelete",
    "RotationAbandoned",
    "RotationFailed",
    "RotationStarted",
    "RotationSucceeded",
    "SecretVersionDeletion",
    "TestRotationFailed",
    "TestRotationStarted",
    "TestRotationSucceeded",
}


def render(entries: Iterable[Entry]) -> str:
    """Return what happened, a line for each entry; only the latest 60 lines."""
    entries = list(entries)
    lines = [f"{_date(at)}  {text}" for at, text in filter(None, (_LINES[type(entry)](entry) for entry in entries))]
    left_out = len(lines) - _MOST_LINES
    head = [f"({left_out} earlier lines left out)"] if left_out > 0 else []
    has_calls = any(isinstance(entry, Attempt) and entry.has_ended for entry in entries)
    return "\n".join([*head, *lines[-_MOST_LINES:], *([] if has_calls else ["no call reached the fake"])])


def _attempt(attempt: Attempt) -> tuple[datetime, str] | None:
    if not attempt.has_ended:
        return None
    parameters = attempt.parameters
    about = parameters.get("SecretId") or parameters.get("Name") or ""
    shown = [f"{name}={value}" for name, value in parameters.items() if name in _SHOWN_PARAMETERS]
    ending = ": ".join(part for part in attempt.error or () if part)
    ending = f"-> {ending}" if ending else ""
    words = (attempt.operation, str(about), *shown, f"({attempt.region})", ending)
    return to_datetime(attempt.at), " ".join(word for word in words if word)


def _step(step: Step) -> tuple[datetime, str] | None:
    name = step.secret.partition(":secret:")[2][:-7]  # without the hyphen and the six random characters
    return (to_datetime(step.at), f"* {step.name} {name} ({step.region})") if step.name in BY_THEMSELVES else None


def _rotation(rotation: Rotation) -> tuple[datetime, str] | None:
    """Render a failed step by the kind of its exception, whose text may hold a value."""
    if rotation.error is None:
        return None
    name = rotation.secret.rpartition(":")[2]
    return rotation.at, f"* {rotation.step} of {name} raised {type(rotation.error).__name__}"


def _seeding(seeding: Seeding) -> tuple[datetime, str] | None:
    secret = seeding.secret
    until = None if secret.deletion is None else to_datetime(secret.deletion)
    state = f", scheduled for deletion on {until:%Y-%m-%d %H:%M:%S}Z" if until else ""
    return to_datetime(seeding.at), f"* seeded {secret.name} ({secret.region}){state}"


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}Z"


_LINES: dict[type, Callable[[Any], tuple[datetime, str] | None]] = {
    Attempt: _attempt,
    Rotation: _rotation,
    Seeding: _seeding,
    Step: _step,
}
