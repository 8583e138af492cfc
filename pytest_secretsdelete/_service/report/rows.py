"""The rows of one life: what happened, with its details, in the words of people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .. import places
from ..entries import Attempt, Rotation, Seeding, Step
from .facts import instant_of
from .windows import latest_window
from .wording import date, days, duration, plain, short_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..entries import Entry
    from .facts import Facts
    from .windows import Window

#: The kinds of rows: a step in the life of the secret, a call that was answered and changed nothing, one that was
#: refused, a move of the clock.
LIFE, CALL, REFUSED, MOVE = "life", "call", "refused", "move"
_LABEL_UPDATED = "Secret Label Updated"
#: Events that the row of their call tells of.
_WITH_THEIR_CALL = {"CancelSecretVersionDelete", "StartSecretVersionDelete", _LABEL_UPDATED}


@dataclass(frozen=True)
class Row:
    """One line of a report, or several calls that are folded into it."""

    at: int
    what: str
    detail: str = ""
    place: str = ""
    kind: str = LIFE
    #: The words of the form that has all of a life in one line, the instant in them; empty: left out there.
    brief: str = ""
    #: The instant of the latest of the folded calls.
    last: int = 0
    count: int = 1
    #: The time from each of the folded calls to the next, where it is always the same.
    every: int | None = None
    #: Where the test asked for this answer; "the test" where that is not known. Empty: the service's own answer.
    asked: str = ""
    #: How the same call was answered in the end.
    then: str = ""
    #: Whether a rotation function did it: the form of one line tells of the rotation alone.
    is_inside: bool = False


@dataclass(frozen=True)
class _Step:
    """One entry of a life, with the entries before and after it."""

    facts: Facts
    life: Sequence[Entry]
    number: int

    @property
    def entry(self) -> Any:
        """The entry itself."""
        return self.life[self.number]

    @property
    def at(self) -> int:
        """Its instant."""
        return instant_of(self.entry)

    @property
    def effects(self) -> list[Step]:
        """The events that follow it at once; its row describes them, too."""
        found: list[Step] = []
        for entry in self.life[self.number + 1 :]:
            if not isinstance(entry, Step) or entry.name not in _WITH_THEIR_CALL:
                break
            found.append(entry)
        return found

    @property
    def window(self) -> Window | None:
        """The latest deletion of the secret, this step and its effects included."""
        return latest_window(self.life, self.number + 1 + len(self.effects))

    @property
    def labels(self) -> str:
        """The labels that have come to versions by this step."""
        moved = [event.detail for event in self.effects if event.name == _LABEL_UPDATED]
        return ", ".join(f"{plain(one['labelUpdated'])} to version {short_id(one['versionId'])}" for one in moved)


def rows_of(facts: Facts, life: Sequence[Entry]) -> list[Row]:
    """Return the rows of a life, oldest first."""
    found: list[Row] = []
    is_inside = False
    for number, entry in enumerate(life):
        if isinstance(entry, Step) and "Rotation" in entry.name:
            is_inside = entry.name.endswith("Started")
        rows = _ROWS[type(entry)](_Step(facts, life, number))
        found += [replace(row, is_inside=True) for row in rows] if is_inside and isinstance(entry, Attempt) else rows
    return found


def _attempt(step: _Step) -> Iterator[Row]:
    attempt: Attempt = step.entry
    place, at = places.shown(attempt.place), attempt.at
    if attempt.error_code is not None:
        asked = (places.shown(attempt.asked.place) or "the test") if attempt.asked else ""
        words = " ".join(filter(None, (_version(attempt), plain(attempt.error_code))))
        yield Row(at, attempt.operation, words, place, REFUSED, last=at, asked=asked)
    elif attempt.step is None:
        yield Row(at, attempt.operation, _version(attempt), place, CALL, last=at)
    else:
        words, brief = _DETAILS.get(attempt.operation, _changed)(step)
        yield Row(at, attempt.operation, words, place, LIFE, brief, at)


def _deleted(step: _Step) -> tuple[str, str]:
    at, window = step.facts.at(step.at), step.window
    if window is None or window.call is None or window.call is not step.entry:
        return "there was nothing to delete", f"DeleteSecret {at}"
    if window.is_forced:
        return "without recovery", f"deleted without recovery {at}"
    default = " (the default)" if "RecoveryWindowInDays" not in window.call.parameters else ""
    length = days(window.until - window.began)
    until = date(window.until)
    return f"window of {length}{default}, until {until}", f"deleted {at} (until {step.facts.at(window.until)})"


def _restored(step: _Step) -> tuple[str, str]:
    at, window = step.facts.at(step.at), step.window
    if window is None or not window.was_restored or not step.effects:
        return "it was not scheduled for deletion", f"RestoreSecret {at}"
    left = f"{duration(window.until - step.at)} before its window ended"
    return left, f"restored {at} ({left})"


def _created(step: _Step) -> tuple[str, str]:
    return step.labels, f"created {step.facts.at(step.at)}"


def _changed(step: _Step) -> tuple[str, str]:
    return step.labels or _version(step.entry), f"{step.entry.operation} {step.facts.at(step.at)}"


def _rotate(step: _Step) -> tuple[str, str]:
    return step.labels, ""  # what the rotation did has words of its own


def _version(attempt: Attempt) -> str:
    """Return which version or which label a call names."""
    label, version_id = attempt.parameters.get("VersionStage"), attempt.parameters.get("VersionId")
    return " ".join(filter(None, (plain(label) if label else "", short_id(version_id) if version_id else "")))


def _event(step: _Step) -> Iterator[Row]:
    name = step.entry.name
    if name not in _WITH_THEIR_CALL:
        words, brief = _WORDS[name](step)
        yield Row(step.at, words, brief=f"{brief} {step.facts.at(step.at)}" if brief else "", last=step.at)


def _purged(step: _Step) -> tuple[str, str]:
    window = step.window
    late = 0 if window is None else step.at - window.until
    if window is not None and window.is_forced:
        return (f"gone for good, {duration(late)} after its deletion" if late else "gone for good"), "gone"
    return (f"purged, {duration(late)} after its window ended" if late else "window ended: purged"), "purged"


def _version_removed(step: _Step) -> tuple[str, str]:
    return f"version {short_id(step.entry.detail['versionId'])} removed: it had no label", "version removed"


def _fixed(words: str, brief: str = "") -> Callable[[_Step], tuple[str, str]]:
    return lambda _: (words, brief)


def _rotation(step: _Step) -> Iterator[Row]:
    """Tell of a step that failed, by the kind of its exception, whose text may hold a value."""
    rotation: Rotation = step.entry
    if rotation.error is not None:
        kind, place = plain(type(rotation.error).__name__), places.shown(places.raised_at(rotation.error))
        words = f"{rotation.step} failed at {step.facts.at(step.at)}: {', '.join(filter(None, (kind, place)))}"
        yield Row(step.at, f"{rotation.step} failed", kind, place, LIFE, words, step.at)


def _seeding(step: _Step) -> Iterator[Row]:
    secret, at = step.entry.secret, step.at
    if secret.deleted is None or secret.deletion is None:
        yield Row(at, "seeded", brief="seeded", last=at)
        return
    window = f"window of {days(secret.deletion - secret.deleted)}, until {date(secret.deletion)}"
    words = f"as deleted {duration(max(at - secret.deleted, 0))} before: {window}"
    yield Row(at, "seeded", words, brief=f"seeded as deleted (until {step.facts.at(secret.deletion)})", last=at)


#: How a kind of entry becomes rows.
_ROWS: dict[type, Callable[[_Step], Iterator[Row]]] = {
    Attempt: _attempt,
    Step: _event,
    Rotation: _rotation,
    Seeding: _seeding,
}
#: What a call that changed something is said to have done: the details of its row, and its words in one line.
_DETAILS: dict[str, Callable[[_Step], tuple[str, str]]] = {
    "CreateSecret": _created,
    "DeleteSecret": _deleted,
    "RestoreSecret": _restored,
    "RotateSecret": _rotate,
}
#: The words for events that have rows of their own: those of the row, and those in one line.
_WORDS: dict[str, Callable[[_Step], tuple[str, str]]] = {
    "EndSecretVersionDelete": _purged,
    "RotationAbandoned": _fixed("rotation abandoned: a new value took its place", "rotation abandoned"),
    "RotationFailed": _fixed("rotation failed"),
    "RotationStarted": _fixed("rotation started"),
    "RotationSucceeded": _fixed("rotation succeeded", "rotated at"),
    "SecretVersionDeletion": _version_removed,
    "TestRotationFailed": _fixed("test of the rotation failed"),
    "TestRotationStarted": _fixed("test of the rotation started"),
    "TestRotationSucceeded": _fixed("test of the rotation succeeded", "rotation tested"),
}
#: Events that come without a call.
BY_THEMSELVES = frozenset(_WORDS)
