"""Secrets of a store in an order that is kept up to date, so that the cost of a page is that of its entries."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .model import SecretRecord

    Key = tuple[Any, ...]


class Order:
    """The names of some secrets, sorted by a key that is unique to each."""

    def __init__(
        self,
        secrets: Iterable[SecretRecord],
        key: Callable[[SecretRecord], Key],
        admits: Callable[[SecretRecord], bool] = lambda _: True,
    ) -> None:
        self._key = key
        self._admits = admits
        #: Each is the key of a secret, and its name behind it.
        self._entries: list[Key] = sorted((*key(secret), secret.name) for secret in secrets if admits(secret))

    def replace(self, old: SecretRecord | None, new: SecretRecord | None) -> None:
        """Put the newer state of a secret in the place of the older one; None where there is none."""
        before, after = self._entry(old), self._entry(new)
        if before == after:
            return
        if before is not None:
            del self._entries[bisect_left(self._entries, before)]
        if after is not None:
            insort(self._entries, after)

    def names(self, last: Key | None = None, *, descending: bool = False) -> Iterator[str]:
        """Yield the names, from the one that follows a key on."""
        if descending:
            end = len(self._entries) if last is None else bisect_left(self._entries, last)
            places: Iterable[int] = range(end - 1, -1, -1)
        else:
            start = 0 if last is None else self._after(last)
            places = range(start, len(self._entries))
        return (self._entries[place][-1] for place in places)

    def range(self, prefix: str) -> tuple[int, int]:
        """Return where the names with a prefix begin and end, in an order whose key begins with the name."""
        start = bisect_left(self._entries, (prefix,))
        end = bisect_right(self._entries, prefix, lo=start, key=lambda entry: entry[-1][: len(prefix)])
        return start, end

    def names_in(self, start: int, end: int) -> list[str]:
        """Return the names between two places."""
        return [entry[-1] for entry in self._entries[start:end]]

    def _after(self, key: Key) -> int:
        """Return the place of the first entry with a greater key."""
        place = bisect_left(self._entries, key)  # an entry is greater than its own key
        is_own = place < len(self._entries) and self._entries[place][:-1] == key
        return place + 1 if is_own else place

    def _entry(self, secret: SecretRecord | None) -> Key | None:
        return (*self._key(secret), secret.name) if secret is not None and self._admits(secret) else None
