"""The versions of one secret: immutable, and cheap to change however many there are.

A secret may have thousands of versions without a staging label, and few with one. Those without are in a list
that later states of the secret share and append to; each state records how much of it is its own.
"""

from __future__ import annotations

import itertools
from operator import itemgetter
from typing import TYPE_CHECKING

from .instant import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from .model import VersionRecord

    Placed = tuple[int, VersionRecord]

_place: Callable[[Placed], int] = itemgetter(0)
_version: Callable[[Placed], VersionRecord] = itemgetter(1)

#: AWS keeps the newest 100 versions and everything younger than 24 hours (documentation of PutSecretValue).
VERSIONS_KEPT = 100
#: So many ids of versions that have been cleaned up are known for each secret, up to a tenth more between two looks.
REMOVED_IDS_KEPT = 100_000


class Versions:
    """Versions in the order of their creation; no two have the same id."""

    __slots__ = ("_deprecated", "_labelled", "_next_place", "_removed", "clean_up_due")

    def __init__(
        self,
        labelled: dict[str, Placed],
        deprecated: _Deprecated,
        removed: _RemovedIds,
        *,
        next_place: int = 0,
        clean_up_due: int | None = None,
    ) -> None:
        self._labelled = labelled
        self._deprecated = deprecated
        self._removed = removed
        self._next_place = next_place
        #: No outdated version is removed before this instant, in milliseconds; None while there is none.
        self.clean_up_due = clean_up_due

    def __iter__(self) -> Iterator[VersionRecord]:
        return (version for _, version in self.placed())

    def __len__(self) -> int:
        return len(self._labelled) + self._deprecated.length

    def __bool__(self) -> bool:
        return bool(self._labelled) or self._deprecated.length > 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Versions) and self.placed() == other.placed()

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def of(cls, *versions: VersionRecord) -> Versions:
        """Return some versions, given oldest first."""
        made = cls({}, _NONE_DEPRECATED, _NONE_REMOVED)
        for version in versions:
            made = made.added(version)
        return made

    def placed(self) -> list[Placed]:
        """Return the versions with their places in the order of creation."""
        return sorted([*self._deprecated, *self._labelled.values()], key=_place)

    @property
    def labelled(self) -> tuple[VersionRecord, ...]:
        """The versions that hold a staging label, oldest first."""
        return tuple(map(_version, sorted(self._labelled.values(), key=_place)))

    def get(self, version_id: str) -> VersionRecord | None:
        """Return the version with this id, or None."""
        found = self._placed(version_id)
        return None if found is None else found[1]

    def holder_of(self, label: str) -> VersionRecord | None:
        """Return the version that holds a staging label, or None."""
        for _, version in self._labelled.values():
            if label in version.labels:
                return version
        return None

    @property
    def label_count(self) -> int:
        """How many staging labels the versions hold together."""
        return sum(len(version.labels) for _, version in self._labelled.values())

    def added(self, version: VersionRecord, *others: VersionRecord) -> Versions:
        """Return these versions and a newest one, whose older state goes, with newer states of some others."""
        placed = self._in_their_places(others)
        placed[version.version_id] = (self._next_place, version)
        return self._with(placed)

    def replaced(self, *versions: VersionRecord) -> Versions:
        """Return these versions with newer states of some of them, each in the place of the older one."""
        return self._with(self._in_their_places(versions)) if versions else self

    def without(self, version_ids: Collection[str]) -> Versions:
        """Return these versions without some of them."""
        labelled = {known: placed for known, placed in self._labelled.items() if known not in version_ids}
        return Versions(
            labelled,
            self._deprecated.without(version_ids),
            self._removed,
            next_place=self._next_place,
            clean_up_due=self.clean_up_due,
        )

    def was_removed(self, version_id: str) -> bool:
        """Return whether a version with this id is among the latest cleaned up, and none has been made since."""
        return version_id in self._removed

    def ids_ever(self) -> Iterator[str]:
        """Yield the ids of the versions, and of the latest that have been cleaned up."""
        yield from self._labelled
        yield from (version.version_id for _, version in self._deprecated)
        yield from self._removed

    def outdated(self) -> list[VersionRecord]:
        """Return the versions without a staging label that are not among the newest 100."""
        older = self.placed()[:-VERSIONS_KEPT] if len(self) > VERSIONS_KEPT else []
        return [version for _, version in older if not version.labels]

    def cleaned_up(self, gone: Collection[str]) -> Versions:
        """Return these versions after a clean-up that has removed some."""
        kept = self.without(gone)
        kept._removed = self._removed.added(gone)
        kept.clean_up_due = min((version.created + DAY for version in kept.outdated()), default=None)
        return kept

    def followed_by(self, held: Versions | None, convert: Callable[[VersionRecord], VersionRecord]) -> Versions:
        """Return the versions of a replica, from those that it held after the change before.

        The cost is that of what has changed: versions are added with a label, and one without changes no more.
        """
        held = Versions.of() if held is None else held
        kept = held.without({known for known in held._labelled if self._placed(known) is None})
        changed = {*kept._labelled, *self._labelled}
        followed = kept._with({known: (self._known(known)[0], convert(self._known(known)[1])) for known in changed})
        if len(followed) != len(self):
            placed = {version.version_id: (place, convert(version)) for place, version in self.placed()}
            followed = Versions.of()._with(placed)
        followed._removed, followed._next_place = self._removed, self._next_place
        return followed

    def _in_their_places(self, versions: Iterable[VersionRecord]) -> dict[str, Placed]:
        return {version.version_id: (self._known(version.version_id)[0], version) for version in versions}

    def _placed(self, version_id: str) -> Placed | None:
        return self._labelled.get(version_id) or self._deprecated.get(version_id)

    def _known(self, version_id: str) -> Placed:
        return self._labelled[version_id] if version_id in self._labelled else self._deprecated[version_id]

    def _with(self, placed: dict[str, Placed]) -> Versions:
        """Return these versions and others, by their ids; labels decide which part of the record holds each."""
        labelled, deprecated = dict(self._labelled), self._deprecated.without(placed)
        next_place = self._next_place
        for version_id, entry in placed.items():
            if entry[1].labels:
                labelled[version_id] = entry
            else:
                labelled.pop(version_id, None)
                deprecated = deprecated.appended(entry)
            if entry[0] >= next_place:
                next_place = entry[0] + 1
        is_full, oldest = len(labelled) + deprecated.length > VERSIONS_KEPT, deprecated.oldest
        due = oldest + DAY if is_full and oldest is not None else None
        return Versions(labelled, deprecated, self._removed.without(placed), next_place=next_place, clean_up_due=due)


class _Deprecated:
    """The versions without a staging label, in the order in which they lost their last one."""

    __slots__ = ("_places", "_shared", "length", "oldest")

    def __init__(
        self, shared: list[Placed] | None = None, places: dict[str, int] | None = None, oldest: int | None = None
    ) -> None:
        self._shared: list[Placed] = [] if shared is None else shared
        self._places: dict[str, int] = {} if places is None else places
        #: How many versions there are: len() would call a function of Python's.
        self.length = len(self._shared)
        #: No version here was created before this instant, in milliseconds.
        self.oldest = oldest

    def __iter__(self) -> Iterator[Placed]:
        return iter(self._shared[: self.length])

    def get(self, version_id: str) -> Placed | None:
        """Return a version by its id, or None."""
        place = self._places.get(version_id, self.length)
        if place < self.length and self._shared[place][1].version_id == version_id:
            return self._shared[place]
        return None

    def __getitem__(self, version_id: str) -> Placed:
        return self._shared[self._places[version_id]]

    def appended(self, placed: Placed) -> _Deprecated:
        """Return these versions and one more; the list is shared unless another state has appended to it already."""
        is_latest = self.length > 0 and len(self._shared) == self.length  # an empty state is shared by all secrets
        own = self if is_latest else _Deprecated(list(self), dict(self._places), self.oldest)
        own._shared.append(placed)
        own._places[placed[1].version_id] = own.length
        created = placed[1].created
        return _Deprecated(own._shared, own._places, created if self.oldest is None else min(self.oldest, created))

    def without(self, version_ids: Collection[str]) -> _Deprecated:
        """Return these versions without some of them."""
        if self._places.keys().isdisjoint(version_ids) or not any(map(self.get, version_ids)):
            return self
        kept = [placed for placed in self if placed[1].version_id not in version_ids]
        places = {version.version_id: place for place, (_, version) in enumerate(kept)}
        return _Deprecated(kept, places, min((version.created for _, version in kept), default=None))


class _RemovedIds:
    """The ids of the latest versions that have been cleaned up; later states share one dict and append to it."""

    __slots__ = ("_length", "_shared")

    def __init__(self, shared: dict[str, int] | None = None) -> None:
        self._shared: dict[str, int] = {} if shared is None else shared
        self._length = len(self._shared)

    def __contains__(self, version_id: str) -> bool:
        return self._shared.get(version_id, self._length) < self._length

    def __iter__(self) -> Iterator[str]:
        return iter(self._own())

    def added(self, version_ids: Collection[str]) -> _RemovedIds:
        """Return these ids and more; the dict is shared unless another state has appended to it already."""
        is_latest = self._length > 0 and len(self._shared) == self._length  # an empty state is shared by all secrets
        shared = self._shared if is_latest else self._own()
        for version_id in version_ids:
            shared.setdefault(version_id, len(shared))
        if len(shared) > REMOVED_IDS_KEPT + REMOVED_IDS_KEPT // 10:
            newest = itertools.islice(shared, len(shared) - REMOVED_IDS_KEPT, None)
            shared = {version_id: place for place, version_id in enumerate(newest)}
        return _RemovedIds(shared)

    def without(self, version_ids: Collection[str]) -> _RemovedIds:
        """Return these ids without some of them."""
        if not self._length or not any(version_id in self for version_id in version_ids):
            return self
        kept = (version_id for version_id in self._own() if version_id not in version_ids)
        return _RemovedIds({version_id: place for place, version_id in enumerate(kept)})

    def _own(self) -> dict[str, int]:
        return {version_id: place for version_id, place in self._shared.items() if place < self._length}


_NONE_DEPRECATED = _Deprecated()
_NONE_REMOVED = _RemovedIds()
