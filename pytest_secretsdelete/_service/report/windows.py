"""The recovery windows of a secret: when and by what they began, until when they last, how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..entries import Attempt, Seeding, Step
from ..instant import to_microseconds
from .facts import instant_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..entries import Entry


@dataclass
class Window:
    """One deletion of a secret."""

    began: int
    until: int
    #: The call that deleted it; None for a seed that was scheduled.
    call: Attempt | None
    ended: int | None = None
    was_restored: bool = False

    @property
    def is_forced(self) -> bool:
        """Whether there is no window: the deletion was without recovery."""
        return self.call is not None and bool(self.call.parameters.get("ForceDeleteWithoutRecovery"))

    @property
    def was_purged(self) -> bool:
        """Whether the secret is gone."""
        return self.ended is not None and not self.was_restored


def windows(life: Iterable[Entry]) -> list[Window]:
    """Return the windows in a life, or in the part of it that is given, oldest first."""
    found: list[Window] = []
    call: Attempt | None = None
    for entry in life:
        if isinstance(entry, Attempt):
            call = entry if _is_deletion(entry) else call
        elif isinstance(entry, Seeding):
            if entry.secret.deleted is not None and entry.secret.deletion is not None:
                found.append(Window(entry.secret.deleted, entry.secret.deletion, None))
        elif isinstance(entry, Step):
            _take_note(found, entry, call)
    return found


def latest_window(life: Sequence[Entry], end: int) -> Window | None:
    """Return the latest window of the first entries of a life; nothing older than that is looked at."""
    start = next((number for number in range(end - 1, -1, -1) if _begins_a_window(life[number])), None)
    if start is None:
        return None
    call = next((number for number in range(start - 1, -1, -1) if _is_deletion(life[number])), start)
    found = windows(life[call:end])
    return found[-1] if found else None


def _begins_a_window(entry: Entry) -> bool:
    return isinstance(entry, Seeding) or (isinstance(entry, Step) and entry.name == "StartSecretVersionDelete")


def _is_deletion(entry: Entry) -> bool:
    return isinstance(entry, Attempt) and entry.operation == "DeleteSecret"


def _take_note(found: list[Window], event: Step, call: Attempt | None) -> None:
    if event.name == "StartSecretVersionDelete":
        until = to_microseconds(event.detail["deletionDate"]) // 1000
        found.append(Window(instant_of(event), until, call))
    elif found and event.name in {"CancelSecretVersionDelete", "EndSecretVersionDelete"}:
        found[-1].ended = instant_of(event)
        found[-1].was_restored = event.name == "CancelSecretVersionDelete"
