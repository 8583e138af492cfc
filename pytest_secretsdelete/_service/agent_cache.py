"""The cache of an agent: values kept for a time to live, the ones written first dropped first."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import locks


class Wanted(NamedTuple):
    """What a program asks an agent for; it is also what the value is kept under."""

    secret_id: str
    version_id: str | None = None
    version_stage: str | None = None


class Kept(NamedTuple):
    """A value in the cache: the members of GetSecretValue's answer."""

    members: dict[str, Any]
    #: Whether it is within its time to live.
    is_fresh: bool

    def __repr__(self) -> str:
        return f"Kept(is_fresh={self.is_fresh})"


class Cache:
    """Values by what was asked for. Instants and durations are whole milliseconds; a zero keeps nothing."""

    def __init__(self, ttl: int, size: int) -> None:
        self._ttl = ttl
        self._size = size
        self._entries: dict[Wanted, tuple[dict[str, Any], int]] = {}
        self._lock = locks.new()

    def get(self, wanted: Wanted, now: int) -> Kept | None:
        """Return what is kept, fresh or not; None where nothing is."""
        with self._lock:
            entry = self._entries.get(wanted)
        return None if entry is None else Kept(entry[0], now - entry[1] < self._ttl)

    def put(self, wanted: Wanted, members: dict[str, Any], now: int) -> None:
        """Keep a value from now on, as the last to be dropped."""
        if not self._ttl:
            return
        with self._lock:
            self._entries.pop(wanted, None)
            self._entries[wanted] = (members, now)
            while len(self._entries) > self._size:
                del self._entries[next(iter(self._entries))]
