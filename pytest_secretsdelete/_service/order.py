"""Secrets of a store in an order that is kept up to date, so that the cost of a page is that of its entries."""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import chain, dropwhile, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .model import SecretRecord

    Key = tuple[Any, ...]

#: How many entries a chunk begins with; one of twice as many is split.
_CHUNK = 1000


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
        entries = sorted((*key(secret), secret.name) for secret in secrets if admits(secret))
        #: Each entry is the key of a secret, and its name behind it. No chunk is empty. A change moves the entries
        #: behind it in its chunk, not all.
        self._chunks = [entries[start : start + _CHUNK] for start in range(0, len(entries), _CHUNK)]

    def replace(self, old: SecretRecord | None, new: SecretRecord | None) -> None:
        """Put the newer state of a secret in the place of the older one; None where there is none."""
        before, after = self._entry(old), self._entry(new)
        if before == after:
            return
        if before is not None:
            self._remove(before)
        if after is not None:
            self._add(after)

    def names(self, last: Key | None = None, *, descending: bool = False) -> Iterator[str]:
        """Yield the names, from the one that follows a key on."""
        if descending:
            entries = self._before(last)
        else:
            entries = dropwhile(lambda entry: entry[:-1] == last, self._from(last or ()))
        return (entry[-1] for entry in entries)

    def names_with(self, prefix: str) -> Iterator[str]:
        """Yield the names with a prefix, in an order whose key begins with the name."""
        return takewhile(lambda name: name.startswith(prefix), (entry[-1] for entry in self._from((prefix,))))

    def _from(self, key: Key) -> Iterator[Key]:
        """Yield the entries from a key on; that with the key itself, too."""
        chunks = self._chunks[self._place(key) :]
        if chunks:
            chunks[0] = chunks[0][bisect_left(chunks[0], key) :]
        return chain.from_iterable(chunks)

    def _before(self, key: Key | None) -> Iterator[Key]:
        """Yield the entries with a lesser key, or all of them, the greatest first."""
        place = len(self._chunks) if key is None else self._place(key)
        chunks = self._chunks[: place + 1]
        if key is not None and place < len(chunks):
            chunks[place] = chunks[place][: bisect_left(chunks[place], key)]  # an entry is greater than its own key
        return chain.from_iterable(reversed(chunk) for chunk in reversed(chunks))

    def _add(self, entry: Key) -> None:
        if not self._chunks:
            self._chunks.append([entry])
            return
        place = min(self._place(entry), len(self._chunks) - 1)
        chunk = self._chunks[place]
        insort(chunk, entry)
        if len(chunk) >= 2 * _CHUNK:
            self._chunks[place : place + 1] = [chunk[:_CHUNK], chunk[_CHUNK:]]

    def _remove(self, entry: Key) -> None:
        place = self._place(entry)
        chunk = self._chunks[place]
        if len(chunk) > 1:
            del chunk[bisect_left(chunk, entry)]
        else:
            del self._chunks[place]

    def _place(self, key: Key) -> int:
        """Return the place of the first chunk whose last entry is not less than a key."""
        return bisect_left(self._chunks, key, key=itemgetter(-1))

    def _entry(self, secret: SecretRecord | None) -> Key | None:
        return (*self._key(secret), secret.name) if secret is not None and self._admits(secret) else None
