"""Registration of botocore's built-in handlers on a new session, without inspecting each of them again."""

from __future__ import annotations

import copy
import inspect
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def accepts_kwargs(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a replacement for botocore's accepts_kwargs: it reads the flags of a function's code."""

    def accepts(handler: Any) -> Any:
        function = _called_by(handler)
        if type(function) is FunctionType and not function.__dict__:  # __dict__ may hold another signature
            return function.__code__.co_flags & inspect.CO_VARKEYWORDS
        return original(handler)

    return accepts


def _called_by(handler: Any) -> Any:
    """Return the function whose signature a handler has; the handler itself if that needs inspection."""
    if type(handler) is MethodType:
        return handler.__func__
    if type(handler) is FunctionType or hasattr(handler, "__signature__"):
        return handler
    return getattr(type(handler), "__call__", None)  # noqa: B004 - callable() does not return it


def init_aliaser(original: Callable[..., None]) -> Callable[..., None]:
    """Return a replacement for EventAliaser.__init__: aliasers with the same aliases share their cache of names."""
    from botocore.hooks import EVENT_ALIASES

    names: dict[str, str] = {}

    def init(aliaser: Any, *words: Any, **named: Any) -> None:
        original(aliaser, *words, **named)
        if aliaser._event_aliases == EVENT_ALIASES:
            aliaser._alias_name_cache = names

    return init


def register_builtin_handlers(original: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return a replacement for Session._register_builtin_handlers: it copies what another session has registered."""
    from botocore.handlers import BUILTIN_HANDLERS

    registered: tuple[list[Any], Any] = ([], None)

    def register(session: Any, events: Any) -> None:
        nonlocal registered
        emitter: Any = getattr(events, "_emitter", None)
        if not _is_plain_and_empty(emitter):
            original(session, events)
            return
        known, handlers = registered
        if known == BUILTIN_HANDLERS:
            emitter._handlers = copy.copy(handlers)
        else:
            known = list(BUILTIN_HANDLERS)
            original(session, events)
            registered = known, copy.copy(emitter._handlers)

    return register


def _is_plain_and_empty(emitter: Any) -> bool:
    from botocore.hooks import HierarchicalEmitter

    return type(emitter) is HierarchicalEmitter and not emitter._handlers._root["children"]  # type: ignore[attr-defined]


def copy_trie(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a replacement for _PrefixTrie.__copy__ that does the same without the copy module."""

    def copied(trie: Any) -> Any:
        if trie.__dict__.keys() != {"_root"}:
            return original(trie)
        made = trie.__class__()
        made._root = _copy_of(trie._root)
        return made

    return copied


def _copy_of(node: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a node with new lists of the same handlers."""
    made = node.copy()
    made["children"] = {part: _copy_of(child) for part, child in node["children"].items()}
    if node["values"] is not None:
        made["values"] = node["values"]._make(handlers[:] for handlers in node["values"])
    return made
