"""The fakes that are active in this process, innermost last.

They are in a tuple that is replaced as a whole: threads that already run see a change at their next call, and no
thread sees a partial change. A context variable or a thread-local would not reach threads that already run.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from ._service.docs import read_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._service.service import Service
    from ._service.wire import Incoming


class Guarding(Protocol):
    """What the interception needs of the guard against calls that no fake answers."""

    def lets_through(self, url: str) -> bool:
        """Return whether a request may go out."""

    def stop(self, incoming: Incoming) -> None:
        """Stop a request, by raising."""

    def remember(self, message: str) -> None:
        """Record a message about a request that was stopped elsewhere, for the report."""


_stack: list[tuple[Service, ...]] = [()]
_guard: list[Guarding | None] = [None]


class _OfThread(threading.local):
    #: The service whose rotation function the thread runs; as an attribute of the class it costs each call less than
    #: a default of getattr().
    responder: Service | None = None


_own = _OfThread()


def responders() -> tuple[Service, ...]:
    """Return the active fakes, innermost last."""
    return _stack[0]


def is_active(service: Service) -> bool:
    """Return whether a fake is among the active ones."""
    return any(active is service for active in _stack[0])


def innermost() -> Service | None:
    """Return the fake that answers this thread, or None while no fake is active."""
    own = _own.responder
    if own is not None:
        return own
    stack = _stack[0]
    return stack[-1] if stack else None


def required() -> Service:
    """Return the fake that answers this thread; RuntimeError where none is active."""
    found = innermost()
    if found is None:
        raise RuntimeError(
            "No fake of Secrets Manager is active. Ask for the secretsmanager fixture, decorate the test with "
            "@fake_secretsmanager(), or open a block: with FakeSecretsManager() as fake. "
            f"{read_on('reference/fake#start-and-stop')}"
        )
    return found


@contextmanager
def answering(responder: Service) -> Iterator[None]:
    """Make a fake answer this thread, even if it is not the innermost: its rotation functions call it and no other."""
    before = _own.responder
    try:
        _own.responder = responder
        yield
    finally:
        _own.responder = before


def push(responder: Service) -> None:
    """Make a fake the innermost one; each that it covers learns of it, and it of them.

    Those that have stopped forget whom they have met, so that fakes that overlap do not keep each other for ever.
    """
    for other in _stack[0]:
        for earlier in other.met:
            if not is_active(earlier):
                earlier.met.clear()
        other.met.append(responder)
        responder.met.append(other)
    _stack[0] = (*_stack[0], responder)


def remove(responder: Service) -> None:
    """Remove a fake, whatever its position."""
    _stack[0] = tuple(other for other in _stack[0] if other is not responder)


def guard() -> Guarding | None:
    """Return the guard that stops calls while no fake is active, or None."""
    return _guard[0]


def set_guard(guard: Guarding | None) -> None:
    """Set the guard, or remove it with None."""
    _guard[0] = guard
