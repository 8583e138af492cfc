"""Parameter Store's calls for references to secrets, answered by the innermost active fake.

They are intercepted as Secrets Manager's own are. Names of other parameters stay with whoever else answers them: a
GetParameters of both kinds goes on with these, and its answer gets the fake's part added. For clients of other
services nothing is called, and what is needed for an answer is imported with the first one.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import _active
from .._botocore import emitters, responses
from .._service.wire import Incoming
from .interception import (
    answer_last,
    body_of,
    caller_of,
    has_foreign_handlers,
    header_of,
    is_guarded,
    needs_late_interception,
)
from .under_way import UnderWay

if TYPE_CHECKING:
    from .._service.service import Service
    from .._service.ssm import Asked
    from .._service.wire import Answer

_EVENT_NAME = "ssm"
_OPERATIONS = {"GetParameter", "GetParameters"}
_CONTEXT_KEY = "pytest-secretsdelete-ssm"


@dataclass(slots=True)
class _LookUp(UnderWay):
    """One call and what it asks for."""

    asked: Asked | None = None
    #: Whether a handler of the user's may answer at before-send.
    has_foreign_answers: bool = False
    #: Whether a fake has answered the last attempt as a whole.
    is_answered: bool = False


def provide_client_params(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    """Record that a call begins under a fake, and what it asks for, should a Stubber answer it."""
    if model.name in _OPERATIONS and _active.innermost() is not None:
        from .._service.ssm import Asked

        context[_CONTEXT_KEY] = _LookUp(began_under_a_fake=True, asked=Asked(model.name, copy.deepcopy(params)))


def before_call(
    model: Any, params: dict[str, Any], context: dict[str, Any], request_signer: Any, **_: Any
) -> tuple[Any, dict[str, Any]] | None:
    """Answer (early interception), or leave the call, or the names that are not the fake's, to the later events."""
    asked = _asked(model.name, params.get("body"))
    if asked is None:
        return None
    call = context.get(_CONTEXT_KEY) or _now_begun()
    if not call.needs_a_fake() and not is_guarded(params["url"]):
        return None
    context[_CONTEXT_KEY] = call
    call.asked, call.region, call.caller = asked, context.get("client_region"), caller_of(request_signer)
    incoming = _incoming(call, asked)
    fake, emitter = call.responder(incoming), emitters.emitter_of(request_signer)
    if asked.theirs:
        call.has_foreign_answers = has_foreign_handlers(emitter, "before-send", model.name, _EVENT_NAME)
    is_early = not asked.theirs and not needs_late_interception(emitter, model.name, before_call, _EVENT_NAME)
    if fake is not None and is_early and not _expects_failure(fake, incoming, asked):
        return responses.answered(_answer(fake, incoming, asked, asked.ours), params["url"], model)
    if (fake is None or not asked.theirs) and "access_key" not in emitters.held_credentials(request_signer):
        context["auth_type"] = "none"  # nothing is sent
    answer_last(emitter, model.name, before_send, _is_ours, _EVENT_NAME)
    return None


def request_created(request: Any, **_: Any) -> None:
    """Attach the call to the request, for before-send; let a request of both kinds go on with the others' names.

    It keeps all of its names where the fake's part fails, so that this is the answer, after which botocore may try
    again; but not where a handler of the user's would take them for its own.
    """
    call = request.context.get(_CONTEXT_KEY)
    if call is None:
        return
    emitters.carry(request, call)
    call.is_answered, asked = False, call.asked
    if asked.theirs and asked.ours:
        incoming = _incoming(call, asked)
        fake = call.responder(incoming)
        if fake is not None and (call.has_foreign_answers or not _expects_failure(fake, incoming, asked)):
            request.data = asked.body_without_ours()


def before_send(request: Any, event_name: str, **_: Any) -> Any:
    """Answer a request that still names references; without a fake, stop it where a guard is active."""
    asked = _asked(event_name.rpartition(".")[2], request.body)
    if asked is None:
        return None
    call, guard = emitters.carried(request) or _now_begun(), _active.guard()
    if not call.needs_a_fake() and not is_guarded(request.url):
        return None
    incoming = _incoming(call, asked)
    call.fake = call.responder(incoming)
    if call.fake is not None:
        call.is_answered = True
        return responses.http_response(_answer(call.fake, incoming, asked, asked.ours), request.url)
    return guard.stop(incoming) if guard is not None else None


def after_call(http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    """Add the fake's part to the answer to a GetParameters of both kinds, where nobody has answered it."""
    call = context.get(_CONTEXT_KEY)
    if call is None or call.is_answered or not call.asked.theirs or "Error" in parsed:
        return
    from .._service.ssm import merged, unanswered

    asked = call.asked
    names, incoming = unanswered(asked, parsed), _incoming(call, asked)
    fake = call.responder(incoming) if names else None
    if fake is None:
        return
    http, ours = responses.answered(_answer(fake, incoming, asked, names), "", model)
    if "Parameters" in ours:
        parsed.update(merged(asked, parsed, ours))
    else:
        http_response.status_code = http.status_code
        parsed.clear()
        parsed.update(ours)


#: The handlers to register, in the order of the events.
REGISTRATIONS: tuple[emitters.Registration, ...] = (
    (f"provide-client-params.{_EVENT_NAME}", provide_client_params, "first"),
    (f"before-call.{_EVENT_NAME}", before_call, "last"),
    (f"request-created.{_EVENT_NAME}", request_created, "first"),
    (f"before-send.{_EVENT_NAME}", before_send, "last"),
    (f"after-call.{_EVENT_NAME}.GetParameters", after_call, "first"),
)


def _asked(operation: str, body: Any) -> Asked | None:
    """Return what a request asks for, if it names a secret."""
    if operation not in _OPERATIONS:
        return None
    from .._service.ssm import asked_in

    asked = asked_in(operation, body_of(body))
    return asked if asked is not None and asked.ours else None


def _is_ours(request: Any) -> bool:
    """Return whether a fake answers a request, or would have answered it."""
    call = emitters.carried(request) or _now_begun()
    operation = header_of(request, "X-Amz-Target").rpartition(".")[2]
    return bool(call.needs_a_fake() and _asked(operation, request.body))


def _now_begun() -> _LookUp:
    return _LookUp(began_under_a_fake=_active.innermost() is not None)


def _incoming(call: UnderWay, asked: Asked) -> Incoming:
    """Return the call as messages describe it."""
    return Incoming(asked.operation, json.dumps({"Name": ", ".join(asked.ours)}).encode(), call.region, call.caller)


def _expects_failure(fake: Service, incoming: Incoming, asked: Asked) -> bool:
    """Return whether a fault or a denial matches, which botocore's own retries are to see."""
    from .._service.ssm import expects_failure

    return expects_failure(fake, incoming, asked)


def _answer(fake: Service, incoming: Incoming, asked: Asked, names: list[str]) -> Answer:
    from .._service.ssm import answer

    return answer(fake, incoming, asked, names)
