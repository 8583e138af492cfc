"""The cache of an agent: values kept for a time to live, the ones written first dropped first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .undo import Checkpoint, Journal
    from .wire import Answer


class Wanted(NamedTuple):
    """What a program asks an agent for; it is also what the value is kept under."""

    secret_id: str
    version_id: str | None = None
    version_stage: str | None = None


class Moment(NamedTuple):
    """When a program asks: the instant, and the checkpoint that is open then."""

    instant: int
    checkpoint: Checkpoint | None


class Kept(NamedTuple):
    """A value in the cache: GetSecretValue's answer."""

    answer: Answer
    #: Whether it is within its time to live.
    is_fresh: bool


class Cache:
    """Values by what was asked for. Instants and durations are whole milliseconds; a zero keeps nothing.

    A checkpoint of the fake undoes what it has gained: a value of one test is none of the next test's.
    """

    def __init__(self, ttl: int, size: int, journal: Journal) -> None:
        self._ttl = ttl
        self._size = size
        self._journal = journal
        # replaced as a whole, so that a checkpoint keeps it as it is
        self._entries: dict[Wanted, tuple[Answer, int]] = {}

    def get(self, wanted: Wanted, now: Moment) -> Kept | None:
        """Return what is kept, fresh or not; None where nothing is. Time may have been set back since."""
        entry = self._entries.get(wanted)
        return None if entry is None else Kept(entry[0], abs(now.instant - entry[1]) < self._ttl)

    def put(self, wanted: Wanted, answer: Answer, now: Moment) -> None:
        """Keep a value from now on, as the last to be dropped; not after the end of the checkpoint it was read in."""
        with self._journal.lock:
            is_undone = now.checkpoint is not None and now.checkpoint.is_over
            if is_undone or not self._ttl or not self._size:
                return
            others = [(key, entry) for key, entry in self._entries.items() if key != wanted]
            self._journal.attribute(self, "_entries")
            self._entries = dict([*others, (wanted, (answer, now.instant))][-self._size :])
