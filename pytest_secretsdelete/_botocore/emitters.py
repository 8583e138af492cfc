"""Hooks into the event systems of botocore's clients: registers handlers and inspects those that are registered.

botocore keeps handlers, look-ups and credentials in private attributes, and offers no public interface to them.
"""

from __future__ import annotations

import gc
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    #: (event, handler, section); the section is what botocore's register_first/register/register_last mean.
    Registration = tuple[str, Any, str]

#: What the service is called in the names of botocore's events.
EVENT_NAME = "secrets-manager"
_CARRIED = "_pytest_secretsdelete"


def install(registrations: Iterable[Registration]) -> None:
    """Register handlers on every botocore event system of the process: future ones and existing ones.

    A session copies botocore's BUILTIN_HANDLERS when it is made, and a client copies its session's handlers. Sessions
    and clients that were made earlier, for example at the import of a conftest, are found once among the live objects.
    After an interrupt this function can be called again.
    """
    from botocore import handlers
    from botocore.hooks import HierarchicalEmitter

    sections = {"first": handlers.REGISTER_FIRST, "last": handlers.REGISTER_LAST}
    registrations = tuple(registrations)
    entries = [(event, handler, sections[section]) for event, handler, section in registrations]
    handlers.BUILTIN_HANDLERS.extend(entry for entry in entries if entry not in handlers.BUILTIN_HANDLERS)
    for emitter in _live(HierarchicalEmitter):
        for event, handler, section in registrations:
            if handler not in emitter._handlers.prefix_search(event):
                getattr(emitter, f"register_{section}")(event, handler)


def _live(kind: type) -> list[Any]:
    """Return the live objects of a class, including those that gc.freeze has hidden from the collector.

    gc cannot freeze the same objects alone again: afterwards every live object is frozen.
    """
    is_frozen = gc.get_freeze_count() > 0
    try:
        if is_frozen:
            gc.unfreeze()
        # type(), not isinstance(): isinstance() would evaluate a lazy proxy among the objects
        return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]
    finally:
        if is_frozen:
            gc.collect()
            gc.freeze()


def emitter_of(request_signer: Any) -> Any:
    """Return the client's own event system, without the layer that resolves aliases."""
    emitter = request_signer._event_emitter
    return getattr(emitter, "_emitter", emitter)


def handlers_of(emitter: Any, event: str, operation: str, service: str = EVENT_NAME) -> list[Any]:
    """Return the handlers that an event of one operation calls, in their order."""
    return list(emitter._handlers.prefix_search(f"{event}.{service}.{operation}"))


def remembered(emitter: Any, key: str, find: Callable[[], bool]) -> bool:
    """Return a computed property of an emitter's handlers; it is computed again when a handler is added or removed.

    The result is kept in the emitter's own look-up cache, which botocore empties at such a change. False for an
    emitter without that cache, which is a replacement of botocore's.
    """
    cache = getattr(emitter, "_lookup_cache", None)
    if cache is None:
        return False
    if key not in cache:
        cache[key] = find()
    return bool(cache[key])


def replace_look_up(emitter: Any, name: str, kind: type, make: Callable[[bool], Any]) -> None:
    """Make the look-up of a full event name return a single handler, until a handler is added or removed.

    `make` receives whether the emitter awaits its handlers. Nothing changes if a handler of this `kind` is already
    there, or if the emitter has no look-up cache.
    """
    cache = getattr(emitter, "_lookup_cache", None)
    if cache is not None and not isinstance(next(iter(cache.get(name, ())), None), kind):
        cache[name] = deque([make(inspect.iscoroutinefunction(emitter._emit))])


def held_credentials(request_signer: Any) -> dict[str, Any]:
    """Return what a client's credentials hold; those that would be fetched hold no access_key."""
    held: dict[str, Any] = getattr(getattr(request_signer, "_credentials", None), "__dict__", {})
    return held


def carry(request: Any, value: object) -> None:
    """Attach a value to what botocore prepares from a request, so that handlers of before-send can read it."""
    request._request_preparer = _CarryingPreparer(request._request_preparer, value)


def carried(prepared: Any) -> Any:
    """Return the value attached to a prepared request, or None."""
    return getattr(prepared, _CARRIED, None)


class _CarryingPreparer:
    """Prepares a request as botocore does, and copies the attached value to it."""

    def __init__(self, preparer: Any, value: object) -> None:
        self._preparer = preparer
        self._value = value

    def prepare(self, original: Any) -> Any:
        prepared = self._preparer.prepare(original)
        setattr(prepared, _CARRIED, self._value)
        return prepared
