"""While a fake is active, botocore reads and parses once per process what it reads and parses for every session.

Most of what a new session's first client costs is the endpoints of every service, parsed, and the directories of
every service, listed. What is shared is the data, never an object that a caller can change: each session gets
copies of its own, and botocore's loaders keep their search paths and caches.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from . import shared_files, shared_handlers

if TYPE_CHECKING:
    from collections.abc import Callable

#: The fakes that share now. Somebody's patch may keep a stand-in beyond its time: it asks here, and does nothing.
_holders: set[Any] = set()


def is_on() -> bool:
    """Tell whether somebody shares now."""
    return bool(_holders)


def begin(holder: Any) -> None:
    """Let botocore share what it loads, until this holder and all others have ended."""
    if not _holders:
        _put(replacements())
    _holders.add(holder)


def end(holder: Any) -> None:
    """Put back what was there, if this holder was the last one."""
    was_on = is_on()
    _holders.discard(holder)
    if was_on and not _holders:
        _take_back(replacements())


class Replacement:
    """A function of botocore's, and what stands in for it."""

    def __init__(self, owner: Any, attribute: str, make: Callable[[Any], Any]) -> None:
        """`make` is given botocore's own function, and returns the one that shares."""
        self._owner = owner
        self._attribute = attribute
        self._make = make
        self._original: Any = None
        self._stand_in: Any = None

    def put(self) -> None:
        """Put the stand-in in place, unless somebody's patch is there: it must see every call."""
        found = vars(self._owner).get(self._attribute)
        if found is not self._original and found is not self._stand_in:
            if not _is_of_the_package(found, self._owner):
                return
            self._original, self._stand_in = found, _while_shared(self._make(found), found)
        if self._stand_in is not None:
            setattr(self._owner, self._attribute, self._stand_in)

    def take_back(self) -> None:
        """Put botocore's function back, unless somebody's patch is there, which may hold the stand-in."""
        if self._stand_in is not None and vars(self._owner)[self._attribute] is self._stand_in:
            setattr(self._owner, self._attribute, self._original)


@functools.cache
def replacements() -> tuple[Replacement, ...]:
    """Return what is replaced while a fake is active: one table, walked at the first start and at the last stop."""
    try:
        return _table()
    except (AttributeError, ImportError):  # a botocore with other insides is left as it is
        return ()


def _table() -> tuple[Replacement, ...]:
    import botocore.session  # loads the others

    loaders: Any = botocore.loaders
    hooks: Any = botocore.hooks
    session: Any = botocore.session.Session
    return (
        Replacement(loaders.JSONFileLoader, "_load_file", shared_files.load_file),
        Replacement(loaders.Loader, "list_available_services", shared_files.list_available_services),
        Replacement(session, "_register_endpoint_resolver", shared_files.register_endpoint_resolver),
        Replacement(session, "_register_builtin_handlers", shared_handlers.register_builtin_handlers),
        Replacement(hooks, "accepts_kwargs", shared_handlers.accepts_kwargs),
        Replacement(hooks.EventAliaser, "__init__", shared_handlers.init_aliaser),
        Replacement(hooks._PrefixTrie, "__copy__", shared_handlers.copy_trie),
    )


def _put(table: tuple[Replacement, ...]) -> None:
    """Put all stand-ins in place, or none."""
    try:
        for replacement in table:
            replacement.put()
    except BaseException:
        _take_back(table)
        raise


def _take_back(table: tuple[Replacement, ...]) -> None:
    for replacement in table:
        replacement.take_back()


def _while_shared(shared: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def stand_in(*words: Any, **named: Any) -> Any:
        return (shared if _holders else original)(*words, **named)

    return stand_in


def _is_of_the_package(function: Any, owner: Any) -> bool:
    """Tell whether a function was written where its owner was; one that merely took over its name was not."""
    written_in: str = getattr(function, "__globals__", {}).get("__name__", "")
    owner_in: str = getattr(owner, "__module__", owner.__name__)
    return written_in.partition(".")[0] == owner_in.partition(".")[0]
