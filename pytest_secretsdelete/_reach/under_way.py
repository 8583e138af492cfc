"""A call from its first event to its answer: which fake it belongs to, and what happens when that fake stops."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import _active
from .._service.docs import read_on

if TYPE_CHECKING:
    from .._service.service import Service
    from .._service.wire import Answer, Incoming


class FakeStoppedError(Exception):
    """A Secrets Manager call that began under a fake, and continued after that fake had stopped. Nothing was sent.

    It is not a botocore error, so that botocore does not retry it.
    """


@dataclass(slots=True)
class UnderWay:
    """One call, kept in the context that botocore hands from attempt to attempt."""

    began_under_a_fake: bool = False
    #: The region of its client.
    region: str | None = None
    #: Its caller's account, where the access key id names one.
    caller: str | None = None
    #: The fake that has answered an attempt: it answers the later ones, too.
    fake: Service | None = None
    #: That fake's answer to the first attempt, where botocore is to receive it at before-send.
    held: Answer | None = field(default=None, repr=False)
    _is_tried: bool = False

    def begin_attempt(self) -> None:
        """Record that botocore builds a request: a held answer is only for the first one."""
        if self._is_tried:
            self.held = None
        self._is_tried = True

    def needs_a_fake(self) -> bool:
        """Return whether the call must not leave the process."""
        return self.began_under_a_fake or _active.innermost() is not None

    def responder(self, incoming: Incoming) -> Service | None:
        """Return the fake that answers this attempt; None where the call involves no fake.

        The innermost fake answers the first attempt, and the same fake answers the later ones while it is active.
        FakeStoppedError if it has stopped, or if no fake is active for a call that began under one.
        """
        innermost = _active.innermost()
        if self.fake is None and (innermost is not None or not self.began_under_a_fake):
            return innermost
        if self.fake is not None and (self.fake is innermost or _active.is_active(self.fake)):
            return self.fake
        raise _stopped(incoming)


def described(incoming: Incoming) -> str:
    """Return which operation was called, on which secret and where; never a value."""
    return f"{incoming.operation} of {_secret_of(incoming)} in {incoming.region or 'an unknown region'}"


def _stopped(incoming: Incoming) -> FakeStoppedError:
    error = FakeStoppedError(
        f"{described(incoming)} began under a fake that has stopped meanwhile. Nothing was sent. Let the test wait for "
        "its threads and tasks before it ends: join() a thread, take the result() of a future, await a task. "
        f"{read_on('explanation/limits#calls-and-processes')}"
    )
    guard = _active.guard()
    if guard is not None:
        guard.remember(str(error))
    return error


def _secret_of(incoming: Incoming) -> str:
    try:
        body = json.loads(incoming.body or b"{}")
    except (ValueError, RecursionError):
        body = {}
    named = body.get("SecretId") or body.get("Name") if isinstance(body, dict) else None
    return repr(named) if named and isinstance(named, str) else "no secret by name"
