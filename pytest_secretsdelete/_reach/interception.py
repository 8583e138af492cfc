"""Interception: the handlers of botocore's events, which pass calls to the innermost active fake.

Early interception answers at before-call, before botocore builds or signs an HTTP request. Late interception
lets botocore continue and answers at before-send. It is for clients with foreign handlers on the later events,
which must see the request, for faults and refusals that botocore's own retries repeat, and for raw requests, which
skip before-call. While no fake is active, a handler only reads an empty tuple.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from .. import _active
from .._botocore import emitters, responses
from .._botocore.emitters import EVENT_NAME
from .._service import locks
from .._service.operations.paging import is_own_token
from .._service.wire import TARGET_PREFIX, Incoming, account_of, signed_origin
from .under_way import UnderWay

if TYPE_CHECKING:
    from collections.abc import Callable

#: Events after before-call on which a foreign handler must see the request.
LATER_EVENTS = (
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "response-received",
    "before-parse",
    "needs-retry",
)
#: Handlers from these packages are not the user's.
KNOWN_PACKAGES = frozenset({"botocore", "aiobotocore", "boto3", "moto", __name__.partition(".")[0]})
_CONTEXT_KEY = "pytest-secretsdelete"
#: Replaces what is not a body: the service refuses it, as it refuses all that is not JSON.
_NO_BODY = b"no body of an HTTP request"

_installation = locks.new()


@functools.cache
def _install_once() -> None:
    from .ssm import REGISTRATIONS as FOR_SSM  # it imports this module

    emitters.install((*REGISTRATIONS, *FOR_SSM))


def ensure_installed() -> None:
    """Register the handlers, at the first activation of a fake in the process."""
    with _installation:
        _install_once()


def provide_client_params(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Record that a call begins under a fake; so does the next page of a listing of a fake."""
    if _active.innermost() is not None or is_own_token(params.get("NextToken")):
        context[_CONTEXT_KEY] = UnderWay(began_under_a_fake=True)


def before_call(
    model: Any, params: dict[str, Any], context: dict[str, Any], request_signer: Any, **_: Any
) -> tuple[Any, dict[str, Any]] | None:
    """Answer (early interception), or return None to leave the call to late interception."""
    call = context.get(_CONTEXT_KEY) or _now_begun()
    if not call.needs_a_fake() and not is_guarded(params["url"]):
        return None
    context[_CONTEXT_KEY] = call
    call.region, call.caller = context.get("client_region"), caller_of(request_signer)
    incoming = Incoming(model.name, body_of(params.get("body")), call.region, call.caller)
    fake, emitter = call.responder(incoming), emitters.emitter_of(request_signer)
    if fake is not None and not _needs_late_interception(emitter, model.name) and not fake.expects_failure(incoming):
        answer = fake.answer(incoming)
        if not answer.is_repeated:
            return responses.answered(answer, params["url"], model)
        call.fake, call.held = fake, answer
    if "access_key" not in emitters.held_credentials(request_signer):
        # nothing is sent, so nothing needs a signature for which credentials would have to be fetched
        context["auth_type"] = "none"
    return None


def request_created(request: Any, **_: Any) -> None:
    """Attach the call to the request, because handlers of before-send receive nothing but the prepared request."""
    call = _call_of(request)
    if call is not None:
        call.begin_attempt()


def before_sign(
    request: Any, request_signer: Any, operation_name: str, region_name: str | None = None, **_: Any
) -> None:
    """Become the last handler at before-send, and collect for a raw request what before-call provides otherwise."""
    call = _call_of(request)
    if call is not None:
        call.region, call.caller = call.region or region_name, call.caller or caller_of(request_signer)
        _answer_last(emitters.emitter_of(request_signer), operation_name)


def before_send(request: Any, event_name: str, **_: Any) -> Any:
    """Answer a request that was left to late interception; without a fake, stop it where a guard is active."""
    call = emitters.carried(request) or _now_begun()
    if call.held is not None:
        return responses.http_response(call.held, request.url)
    guard = _active.guard()
    if not call.needs_a_fake() and not is_guarded(request.url):
        return None
    signed = signed_origin(header_of(request, "Authorization"))
    region, caller = call.region or signed.region, call.caller or signed.caller
    incoming = Incoming(_operation(request, event_name), body_of(request.body), region, caller)
    call.fake = call.responder(incoming)
    if call.fake is not None:
        return responses.http_response(call.fake.answer(incoming), request.url)
    return guard.stop(incoming) if guard is not None else None


#: The handlers to register. A user's handler wins: those that record a call come first, those that answer last.
REGISTRATIONS: tuple[emitters.Registration, ...] = (
    (f"provide-client-params.{EVENT_NAME}.*", provide_client_params, "first"),
    (f"before-call.{EVENT_NAME}", before_call, "last"),
    (f"request-created.{EVENT_NAME}.*", request_created, "first"),
    (f"before-sign.{EVENT_NAME}", before_sign, "first"),
    (f"before-send.{EVENT_NAME}", before_send, "last"),
)


def _call_of(request: Any) -> UnderWay | None:
    """Return the call of a request; a raw one begins here. None where neither a fake nor a guard is active."""
    context = request.context
    call: UnderWay | None = context.get(_CONTEXT_KEY)
    if call is None and _active.innermost() is not None:
        context["auth_type"] = "none"  # whether the client of a raw request has credentials is not known here
        call = UnderWay(began_under_a_fake=True, region=context.get("client_region"))
    elif call is None and _active.guard() is not None:
        call = UnderWay(region=context.get("client_region"))
    if call is not None:
        context[_CONTEXT_KEY] = call
        emitters.carry(request, call)
    return call


def _now_begun() -> UnderWay:
    return UnderWay(began_under_a_fake=_active.innermost() is not None)


def is_guarded(url: str) -> bool:
    guard = _active.guard()
    return guard is not None and not guard.lets_through(url)


def origin_package(handler: Any) -> str:
    """Return the package that a handler on a botocore event comes from."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    module = getattr(handler, "__module__", None) or type(handler).__module__
    return str(module).partition(".")[0]


def _needs_late_interception(emitter: Any, operation: str) -> bool:
    return needs_late_interception(emitter, operation, before_call)


def needs_late_interception(emitter: Any, operation: str, ours: Any, service: str = EVENT_NAME) -> bool:
    """Return whether foreign handlers are on later events, or after ours at before-call."""
    return emitters.remembered(
        emitter, f"{_CONTEXT_KEY}.{operation}", lambda: _has_foreign_part(emitter, operation, ours, service)
    )


def _has_foreign_part(emitter: Any, operation: str, ours: Any, service: str) -> bool:
    at_before_call = emitters.handlers_of(emitter, "before-call", operation, service)
    behind_ours = at_before_call[at_before_call.index(ours) + 1 :]
    return any(map(_is_foreign, behind_ours)) or any(
        has_foreign_handlers(emitter, event, operation, service) for event in LATER_EVENTS
    )


def has_foreign_handlers(emitter: Any, event: str, operation: str, service: str = EVENT_NAME) -> bool:
    """Return whether handlers of the user's are on an event."""
    return any(map(_is_foreign, emitters.handlers_of(emitter, event, operation, service)))


def _is_foreign(handler: Any) -> bool:
    return origin_package(handler) not in KNOWN_PACKAGES


def _answer_last(emitter: Any, operation: str) -> None:
    answer_last(emitter, operation, before_send, _is_to_answer)


def answer_last(
    emitter: Any, operation: str, ours: Any, is_ours: Callable[[Any], bool], service: str = EVENT_NAME
) -> None:
    """Make the fake the last handler called at before-send, and skip moto's for the requests that are the fake's.

    botocore calls every handler of this event, even after one has answered. So the look-up of this event gets one
    entry, which calls the others first, and the fake only where none of them answers.
    """

    def make(is_async: bool) -> _LastAnswer:  # noqa: FBT001
        others = emitters.handlers_of(emitter, "before-send", operation, service)
        others = [handler for handler in others if handler is not ours]
        return (_LastAnswerAsync if is_async else _LastAnswer)(others, ours, is_ours)

    emitters.replace_look_up(emitter, f"before-send.{service}.{operation}", _LastAnswer, make)


def _is_to_answer(request: Any) -> bool:
    """Return whether a fake answers a request, or would have answered it."""
    return (emitters.carried(request) or _now_begun()).needs_a_fake()


class _LastAnswer:
    """Replaces all handlers of one operation at before-send, and calls them in turn."""

    def __init__(self, others: list[Any], ours: Any, is_ours: Callable[[Any], bool]) -> None:
        self._others = others
        self._ours = ours
        self._is_ours = is_ours

    def __call__(self, **kwargs: Any) -> Any:
        answer = None
        for handler in self._asked(**kwargs):
            given = handler(**kwargs)
            answer = given if answer is None else answer
        return self._ours(**kwargs) if answer is None else answer

    def _asked(self, request: Any, **_: Any) -> list[Any]:
        """Return the handlers to call: without moto's for a call that a fake answers, or would have answered."""
        if not self._is_ours(request):
            return self._others
        return [handler for handler in self._others if origin_package(handler) != "moto"]


class _LastAnswerAsync(_LastAnswer):
    """The same for aiobotocore, whose handlers may be coroutines."""

    async def __call__(self, **kwargs: Any) -> Any:
        answer = None
        for handler in self._asked(**kwargs):
            given = handler(**kwargs)
            given = await given if inspect.isawaitable(given) else given
            answer = given if answer is None else answer
        return self._ours(**kwargs) if answer is None else answer


def caller_of(request_signer: Any) -> str | None:
    """Return the account that a client's access key id names; credentials that would be fetched are not resolved."""
    held = emitters.held_credentials(request_signer)
    return account_of(held.get("access_key") or held.get("_access_key"))


def _operation(request: Any, event_name: str) -> str:
    target = header_of(request, "X-Amz-Target")
    return target[len(TARGET_PREFIX) :] if target.startswith(TARGET_PREFIX) else event_name.rpartition(".")[2]


def header_of(request: Any, name: str) -> str:
    value = request.headers.get(name, "")
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def body_of(body: Any) -> bytes:
    """Return a request's body; a stream keeps its position. What is not a body becomes text that is not JSON."""
    if type(body) is bytes:
        return body
    try:
        if hasattr(body, "read"):
            place = body.tell()
            body, stream = body.read(), body
            stream.seek(place)  # a retry reads it again
        body = body.encode() if isinstance(body, str) else body
    except Exception:  # noqa: BLE001 - a user's handler has put it there: whatever it raises, it is not a body
        return _NO_BODY
    return bytes(body or b"") if isinstance(body, (bytes, bytearray, memoryview, type(None))) else _NO_BODY
