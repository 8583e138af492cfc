"""The modelled exceptions of Secrets Manager: the same classes for every client while a fake is active.

botocore makes exception classes for each session. Without this module, `pytest.raises(client.exceptions.X)` would not
catch what the client of another session raises.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from .replacing import Replacement, Replacements

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVICE = "secretsmanager"
#: The shared classes by name. They last as long as the process: a test may keep one for the next fake.
_classes: dict[str, type] = {}
#: What replaces an `exceptions` object that has other classes; None for one that has the shared classes.
_shown: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def _create_client_exceptions(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a replacement for ClientExceptionsFactory._create_client_exceptions, with the shared classes."""

    def create(factory: Any, service_model: Any) -> Any:
        made = original(factory, service_model)
        if service_model.service_name == _SERVICE:
            for code, own in made._code_to_exception.items():
                made._code_to_exception[code] = shared = _classes.setdefault(own.__name__, own)
                setattr(type(made), own.__name__, shared)
        return made

    return create


def _exceptions(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a replacement for the getter of BaseClient.exceptions."""

    def exceptions(client: Any) -> Any:
        own = original(client)
        if client.meta.service_model.service_name != _SERVICE:
            return own
        if own not in _shown:
            _shown[own] = _with_shared_classes(own)
        return _shown[own] or own

    return exceptions


def _with_shared_classes(own: Any) -> Any:
    """Return an `exceptions` object with the shared classes as attributes; None if they are the client's own already.

    Where the client had classes before, somebody may have kept one of those: its errors are then instances of both.
    """
    shared = {each.__name__: _classes.setdefault(each.__name__, each) for each in own._code_to_exception.values()}
    raised = {code: _both(each, shared[each.__name__]) for code, each in own._code_to_exception.items()}
    if raised == own._code_to_exception:
        return None
    return _subclass(type(own), members=shared)(raised)


def _both(own: type, shared: type) -> type:
    return own if own is shared else _subclass(own, shared)


def _subclass(*bases: type, members: dict[str, Any] | None = None) -> Any:
    """Return a subclass that has the name and module of its first base, as tracebacks show them."""
    return type(bases[0].__name__, bases, {"__module__": bases[0].__module__, **(members or {})})


def _table() -> tuple[Replacement, ...]:
    from botocore.client import BaseClient
    from botocore.errorfactory import ClientExceptionsFactory

    return (
        Replacement(ClientExceptionsFactory, "_create_client_exceptions", _create_client_exceptions),
        Replacement(BaseClient, "exceptions", _exceptions),
    )


#: Held by every active fake.
REPLACEMENTS = Replacements(_table)
