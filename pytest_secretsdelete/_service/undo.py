"""Undoing: a checkpoint keeps what held before each first change, and its end puts that back.

The states of a fake are immutable, so a reference to the older one is enough, and a checkpoint costs as much as what is
changed inside it, however much is there. What changes reports it here first, under the one lock of its fake.
"""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from . import locks
from .docs import read_on

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Hashable, Iterator


class CheckpointEndedError(Exception):
    """A Secrets Manager call that began inside a checkpoint, and continued after its end. Nothing was changed.

    It is not a botocore error, so that botocore does not retry it.
    """


class _Before(NamedTuple):
    """What held before a change: of which object, under which key, and how to put it back."""

    owner: object
    key: Any
    value: Any
    put_back: Callable[[Any, Any], None]


@dataclass(eq=False)
class Checkpoint:
    """What held before the first change of each thing since one checkpoint."""

    is_over: bool = False
    _before: dict[tuple[int, Hashable], _Before] = field(default_factory=dict)

    def note(self, owner: object, key: Hashable, value: Any, put_back: Callable[[Any, Any], None]) -> None:
        """Keep what is under a key of an object, unless it has changed here already."""
        if (id(owner), key) not in self._before:
            self._before[id(owner), key] = _Before(owner, key, value, put_back)

    def held_by(self, owner: object) -> Iterator[tuple[Any, Any]]:
        """Yield the keys of an object that have been changed here, with what was under them before."""
        return ((before.key, before.value) for before in self._before.values() if before.owner is owner)

    def undo(self) -> None:
        """Put everything back, the latest first change first. Can be repeated after an interrupt."""
        self.is_over = True
        for before in reversed(list(self._before.values())):
            before.put_back(before.key, before.value)


class Journal:
    """The checkpoints of one fake that are open, innermost last, and the lock that guards all of its state."""

    def __init__(self) -> None:
        self.lock: threading.RLock = locks.new()
        self._open: list[Checkpoint] = []

    @property
    def innermost(self) -> Checkpoint | None:
        """The innermost open checkpoint, or None."""
        return self._open[-1] if self._open else None

    def begin(self, checkpoint: Checkpoint) -> None:
        """Let a checkpoint keep what is changed from now on."""
        with self.lock:
            self._open.append(checkpoint)

    def end(self, checkpoint: Checkpoint) -> None:
        """Undo what has changed since a checkpoint began; it ends those inside it. Nothing for one that is not open."""
        try:
            self._end(checkpoint)
        except BaseException:  # an interrupt: repeat what it cut short
            self._end(checkpoint)
            raise

    def _end(self, checkpoint: Checkpoint) -> None:
        with self.lock:
            while checkpoint in self._open:
                self._open[-1].undo()  # it is still open, so that what it puts back is not noted anywhere
                self._open.pop()

    @contextmanager
    def set_aside(self, checkpoint: Checkpoint) -> Iterator[None]:
        """Let what is changed in the block outlast a checkpoint, where that is the innermost one.

        What has changed in the checkpoint already, and the records of the block, are undone with it all the same.
        """
        with self.lock:
            is_innermost = self.innermost is checkpoint
            if is_innermost:
                self._open.pop()
        try:
            yield
        finally:
            if is_innermost:
                self.begin(checkpoint)

    def changed_since(self, checkpoint: Checkpoint, owner: object) -> dict[Any, Any]:
        """Return what of an object has changed since a checkpoint began: the keys, with what was under them then."""
        since = itertools.dropwhile(lambda one: one is not checkpoint, self._open)
        return {key: value for one in reversed(list(since)) for key, value in one.held_by(owner)}

    def note(self, owner: object, key: Hashable, value: Any, put_back: Callable[[Any, Any], None]) -> None:
        """Note that what is under a key of an object is about to change."""
        if self._open:
            self._open[-1].note(owner, key, value, put_back)

    def attribute(self, owner: object, name: str) -> None:
        """Note that an attribute is about to be set."""
        if self._open:
            self._open[-1].note(owner, name, getattr(owner, name), partial(setattr, owner))

    def item(self, mapping: dict[Any, Any], key: Hashable) -> None:
        """Note that an item of a dict is about to be set."""
        if self._open:
            self._open[-1].note(mapping, key, mapping.get(key), partial(_put_item_back, mapping))

    def member(self, members: set[Any], one: Hashable) -> None:
        """Note that a set is about to gain or to lose a member."""
        if self._open:
            self._open[-1].note(members, one, one in members, partial(_put_member_back, members))


def _put_item_back(mapping: dict[Any, Any], key: Any, value: Any) -> None:
    if value is None:
        mapping.pop(key, None)
    else:
        mapping[key] = value


def _put_member_back(members: set[Any], one: Any, was_in: Any) -> None:
    if was_in:
        members.add(one)
    else:
        members.discard(one)


def check_is_open(checkpoint: Checkpoint | None, operation: str) -> None:
    """Refuse to go on with a call whose checkpoint has ended meanwhile."""
    if checkpoint is not None and checkpoint.is_over:
        raise CheckpointEndedError(
            f"{operation} began inside a checkpoint that has ended meanwhile: a block of fake.checkpoint(), or a test "
            "that shares its fake. Nothing was changed. Let the test wait for its threads and tasks before it ends. "
            f"{read_on('how-to/share-a-fake#what-to-know')}"
        )
