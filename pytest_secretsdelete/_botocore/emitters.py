"""The event systems of botocore's clients: putting handlers on them, and looking at those that are there.

botocore keeps handlers, look-ups and credentials in private attributes, and tells a handler no other way.
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
    """Put handlers on every botocore event system of the process: on those to come, and on those that are there.

    Sessions take what stands in botocore's BUILTIN_HANDLERS when they are made, and clients what their
    session has. Those made earlier, at the import of a conftest say, are found among the live objects, once.
    What an interrupt has cut short can be done again.
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
    """Return the live objects of a class, those included that gc.freeze has put out of the collector's sight.

    They cannot be put aside again alone: afterwards all that lives then is out of sight.
    """
    is_frozen = gc.get_freeze_count() > 0
    try:
        if is_frozen:
            gc.unfreeze()
        # type(), not isinstance(): a lazy proxy among the objects must not be woken up
        return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]
    finally:
        if is_frozen:
            gc.collect()
            gc.freeze()


def emitter_of(request_signer: Any) -> Any:
    """Return the client's own event system, without the layer that resolves aliases."""
    emitter = request_signer._event_emitter
    return getattr(emitter, "_emitter", emitter)


def handlers_of(emitter: Any, event: str, operation: str) -> list[Any]:
    """Return the handlers that an event of one operation calls, in their order."""
    return list(emitter._handlers.prefix_search(f"{event}.{EVENT_NAME}.{operation}"))


def remembered(emitter: Any, key: str, find: Callable[[], bool]) -> bool:
    """Return a finding about an emitter's handlers, sought anew whenever a handler comes or goes.

    It is kept in the emitter's own cache of look-ups, which botocore empties then. An emitter without one is
    somebody's replacement: False.
    """
    cache = getattr(emitter, "_lookup_cache", None)
    if cache is None:
        return False
    if key not in cache:
        cache[key] = find()
    return bool(cache[key])


def replace_look_up(emitter: Any, event: str, operation: str, kind: type, make: Callable[[bool], Any]) -> None:
    """Let the look-up of an event give one handler alone, until a handler comes or goes.

    `make` is told whether the emitter awaits its handlers. Where a handler of this `kind` stands there already, or the
    emitter keeps no look-ups, nothing changes.
    """
    name = f"{event}.{EVENT_NAME}.{operation}"
    cache = getattr(emitter, "_lookup_cache", None)
    if cache is not None and not isinstance(next(iter(cache.get(name, ())), None), kind):
        cache[name] = deque([make(inspect.iscoroutinefunction(emitter._emit))])


def held_credentials(request_signer: Any) -> dict[str, Any]:
    """Return what a client's credentials hold; those that would be fetched hold no access_key."""
    held: dict[str, Any] = getattr(getattr(request_signer, "_credentials", None), "__dict__", {})
    return held


def carry(request: Any, value: object) -> None:
    """Let what botocore prepares from a request carry a value, which handlers of before-send can read."""
    request._request_preparer = _CarryingPreparer(request._request_preparer, value)


def carried(prepared: Any) -> Any:
    """Return the value that a prepared request carries, or None."""
    return getattr(prepared, _CARRIED, None)


class _CarryingPreparer:
    """Prepares a request as botocore does, and hands a value on."""

    def __init__(self, preparer: Any, value: object) -> None:
        self._preparer = preparer
        self._value = value

    def prepare(self, original: Any) -> Any:
        prepared = self._preparer.prepare(original)
        setattr(prepared, _CARRIED, self._value)
        return prepared
