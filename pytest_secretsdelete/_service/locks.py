"""Locks that stay usable in a child made by fork, whichever thread held them in the parent.

Before a fork the forking thread takes all of them, so that the guarded data are not copied in the middle of a change.
It waits for a holder for a limited time. In the child, a lock that it could not take is replaced.
"""

from __future__ import annotations

import itertools
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds of real time that a fork waits for a lock. After one timeout it does not wait for the others.
PATIENCE = 1.0
_numbers = itertools.count()
#: In the order of their creation, in which a fork acquires them.
_locks: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
#: Objects by the function that renews each. A WeakMethod writes to stderr where its object lives until Python ends.
_renewals: weakref.WeakValueDictionary[tuple[int, Callable[[Any], None]], Any] = weakref.WeakValueDictionary()
#: The locks that the forking thread has acquired.
_taken = threading.local()


#: os.register_at_fork(). Without fork it registers nothing: dict accepts any arguments.
at_forks: Any = getattr(os, "register_at_fork", dict)


def new() -> threading.RLock:
    """Return a lock. The thread that holds it may take it again, so that it can fork at any time."""
    lock = threading.RLock()
    _locks[next(_numbers)] = lock
    return lock


def in_children(renew: Callable[[], None]) -> None:
    """Call a method in each child made by fork, as long as its object exists: to forget the parent's threads."""
    method: Any = renew
    _renewals[next(_numbers), method.__func__] = method.__self__


def _before_fork() -> None:
    _taken.locks = []
    patience = PATIENCE
    for lock in _living():
        if lock.acquire(timeout=patience):
            _taken.locks.append(lock)
        else:
            patience = 0


def _in_parent() -> None:
    while _taken.locks:
        _taken.locks.pop().release()


def _in_child() -> None:
    taken = {id(lock) for lock in _taken.locks}
    _in_parent()  # only the thread that took the locks exists in the child
    for lock in _living():
        if id(lock) not in taken:
            lock._at_fork_reinit()  # noqa: SLF001 - as the standard library renews its own
    for (_, renew), owner in list(_renewals.items()):
        renew(owner)


def _living() -> list[Any]:
    return [lock for reference in _locks.valuerefs() if (lock := reference()) is not None]


at_forks(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
