"""What happened to a fake: the calls it answered, the lifecycle of its secrets, the rotations it ran.

One list holds all of it, in chronological order. An attempt at an operation is added when it begins, so that it
comes before its effects.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from . import locks, places
from .entries import Attempt, Call, Event, Rotation, Seeding, Step, shared_caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .entries import Entry, Move
    from .model import SecretRecord
    from .places import Place
    from .undo import Checkpoint, Journal

#: How many calls that have changed nothing a fake keeps by default.
CALLS_KEPT = 100_000
#: So many times that number of changes are kept: events, calls that caused one, seeds and steps of rotations.
_CHANGES_FOR_A_CALL = 10
#: How many moves of the clock a report can show.
_MOVES_KEPT = 1000
#: The frames of ours at least on the stack where an attempt begins: places, twice this module, protocol.
_OUR_FRAMES = 4
#: So many places of calls are shared at once.
_PLACES_SHARED = 1024


class _Held(NamedTuple):
    """What a timeline held when a checkpoint began."""

    length: int
    floor: int
    settled: int
    next_look: int
    moves: deque[Move]


def _is_change(entry: Entry) -> bool:
    return not isinstance(entry, Attempt) or entry.step is not None


class Timeline:
    """The record of one fake, in chronological order.

    Of the calls that changed nothing, such as reads and refusals, the newest `calls_kept` stay; of the changes, which
    are events, the calls that caused one, seeds and steps of rotations, ten times as many. What is older goes from
    time to time: so the record holds at most 12.1 times `calls_kept`, and the calls that are under way.
    """

    def __init__(self, calls_kept: int = CALLS_KEPT) -> None:
        self._entries: list[Entry] = []
        #: The latest moves of the clock, oldest first.
        self.moves: deque[Move] = deque(maxlen=_MOVES_KEPT)
        self._calls_kept = calls_kept
        self._next_look = self._look_after(0)
        #: Where the innermost checkpoint began: what is older stays, for its end to find.
        self._floor = 0
        #: From the floor to here there are changes alone, so that a look begins here.
        self._settled = 0
        self._looking = locks.new()
        self._places: dict[tuple[int, int], Place] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def begin(self, operation: str, region: str, at: int, account: str = "") -> Attempt:
        """Record the beginning of an attempt."""
        attempt = Attempt(operation, at, shared_caller(account, region), place=self._place())
        self._entries.append(attempt)  # as _add does; each call of the service is spared one of Python here
        if len(self._entries) > self._next_look:
            self._look()
        return attempt

    def _add(self, entry: Entry) -> None:
        """Add an entry, and keep the bound."""
        self._entries.append(entry)
        if len(self._entries) > self._next_look:
            self._look()

    def _place(self) -> Place | None:
        """Return where the user's code made the call; calls that come from one place share it."""
        place = places.here(_OUR_FRAMES)
        if place is None:
            return None
        if len(self._places) >= _PLACES_SHARED:  # more where threads add theirs at the same time
            self._places.clear()
        code, offset = place
        return self._places.setdefault((id(code), offset), place)  # the place keeps its code, and so the id

    def _look_after(self, kept: int) -> int:
        return kept + self._calls_kept + self._calls_kept // 10

    def _look(self) -> None:
        """Forget what is too much, unless a thread does so already; it may be this one, in a finalizer's call."""
        if not self._looking.acquire(blocking=False):
            return
        next_look = self._next_look
        try:
            self._next_look = sys.maxsize
            next_look = self._forget()
        finally:
            self._next_look = next_look
            self._looking.release()

    def _forget(self) -> int:
        """Forget the oldest entries that are too many; what other threads append meanwhile stays.

        Return the length at which to look again: once more calls may be idle than are kept, and a tenth of what a look
        goes through has been added.
        """
        floor, settled, seen = self._floor, self._settled, len(self._entries)
        recent = self._entries[settled:seen]
        idle = [entry for entry in recent if isinstance(entry, Attempt) and entry.changed_nothing]
        changes = [entry for entry in recent if _is_change(entry)]
        too_many = max(settled - floor + len(changes) - self._calls_kept * _CHANGES_FOR_A_CALL, 0)
        oldest = min(too_many, settled - floor)
        gone = set(map(id, idle[: -self._calls_kept] + changes[: too_many - oldest]))
        kept = [entry for entry in recent if id(entry) not in gone]
        start = floor if oldest else settled
        self._entries[start:seen] = self._entries[start + oldest : settled] + kept
        first_other = next((place for place, entry in enumerate(kept) if not _is_change(entry)), len(kept))
        self._settled = settled - oldest + first_other
        length = settled - oldest + len(kept)
        return max(self._look_after(length - min(len(idle), self._calls_kept)), length + len(kept) // 10)

    def note_length(self, journal: Journal) -> None:
        """Let the checkpoint that begins take back what is recorded from now on."""
        with self._looking:
            held = _Held(len(self._entries), self._floor, self._settled, self._next_look, self.moves)
            journal.note(self, "length", held, self._put_back)
            self.moves = deque(maxlen=_MOVES_KEPT)
            self._floor = self._settled = held.length
            self._next_look = self._look_after(self._floor)

    def _put_back(self, _: str, held: _Held) -> None:
        with self._looking:
            length, self._floor, self._settled, self._next_look, self.moves = held
            del self._entries[length:]

    def since(self, checkpoint: Checkpoint) -> list[Entry]:
        """Return what has been recorded since a checkpoint began."""
        held: _Held = dict(checkpoint.held_by(self))["length"]
        return self._entries[held.length :]

    def seed(self, secret: SecretRecord, at: int) -> None:
        """Record that a secret was put in without a call."""
        self._add(Seeding(secret, at))

    def rotation(self, rotation: Rotation) -> None:
        """Record one step of a rotation."""
        self._add(rotation)

    def event(self, name: str, secret: SecretRecord, at: int, /, **detail: Any) -> None:
        """Record an event in the life of a secret that is not named after a call."""
        self._add(Step(name, secret.arn, secret.region, at, detail))

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
