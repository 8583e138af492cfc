"""Why a version was not found: a staging label that has moved on, and by which call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..entries import Attempt
from ..model import CURRENT, PENDING, PREVIOUS
from .wording import plain, short_id

if TYPE_CHECKING:
    from .causes import Case

_NO_HOLDER = "Secrets Manager can't find the specified secret value for staging label"
_NO_VERSION = "Secrets Manager can't find the specified secret value for VersionId"
_NOT_ASSOCIATED = "You provided a VersionStage that is not associated"
#: Labels that AWSCURRENT takes along, or makes disappear, where it goes to another version.
_FOLLOWERS = {PREVIOUS, PENDING}


def moved_on(case: Case) -> str | None:
    """Explain a call that named a label or a version which is not there, or not any more."""
    call, message = case.call, case.call.message or ""
    label = str(call.parameters.get("VersionStage", CURRENT))
    words = f"{call.operation} of {case.name}"
    if message.startswith(_NO_VERSION):
        return f"{words} asked for version {short_id(call.parameters.get('VersionId', ''))}, which it does not have."
    if message.startswith(_NO_HOLDER):
        return f"{words} asked for the label {plain(label)}, which no version holds{_moved_by(case, label)}."
    if message.startswith((_NOT_ASSOCIATED, "Staging label")) or "Staging label" in message:
        return f"{words} named the label {plain(label)} with a version that does not hold it{_moved_by(case, label)}."
    return None


def _moved_by(case: Case, label: str) -> str:
    for entry in reversed(case.before):
        if isinstance(entry, Attempt) and entry.error_code is None and label in _labels_moved_by(entry):
            return f": {case.by(entry)} was the last to move it"
    return "; no call has moved it"


def _labels_moved_by(call: Attempt) -> set[str]:
    """Return the labels that a call may have moved, by its parameters."""
    given: set[str] = set()
    if call.operation == "UpdateSecretVersionStage":
        given = {str(call.parameters.get("VersionStage"))}
    elif call.operation == "PutSecretValue":
        given = set(map(str, call.parameters.get("VersionStages") or [CURRENT]))
    elif call.operation == "UpdateSecret" and {"SecretString", "SecretBinary"} & set(call.parameters):
        given = {CURRENT}
    return given | (_FOLLOWERS if CURRENT in given else set())
