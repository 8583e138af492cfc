"""Where botocore's events meet the innermost active fake. Dormant handlers cost a look at an empty tuple.

There are two roads. The short one answers at before-call, before botocore builds or signs an HTTP request.
The long one lets botocore go on and answers at before-send: for clients that carry foreign handlers on the
later events, which must see the request, for faults and refusals that botocore's own retries repeat, and for
raw requests that never come past before-call.
"""

from __future__ import annotations

import contextvars
import functools
import inspect
import threading
from dataclasses import replace
from typing import Any

from .. import _active
from .._botocore import emitters, responses
from .._botocore.emitters import EVENT_NAME
from .._service.wire import TARGET_PREFIX, Incoming, Origin, account_of, signed_origin

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
#: Handlers from here are no users' handlers.
KNOWN_PACKAGES = frozenset({"botocore", "aiobotocore", "boto3", "moto", __name__.partition(".")[0]})
_CONTEXT_KEY = "pytest-secretsdelete"


_NOWHERE = Origin()
_origin: contextvars.ContextVar[Origin] = contextvars.ContextVar("pytest_secretsdelete_origin", default=_NOWHERE)
_installation = threading.Lock()


@functools.cache
def _install_once() -> None:
    emitters.install(REGISTRATIONS)


def ensure_installed() -> None:
    """Put the dormant handlers in place, at the first activation of the process."""
    with _installation:
        _install_once()


def before_call(
    model: Any, params: dict[str, Any], context: dict[str, Any], request_signer: Any, **_: Any
) -> tuple[Any, dict[str, Any]] | None:
    """Answer at once, or send the call down the long road by answering nothing."""
    fake, guard = _active.innermost(), _active.guard()
    if fake is None and (guard is None or guard.lets_through(params.get("url", ""))):
        return None
    origin = Origin(context.get("client_region"), _caller(request_signer))
    incoming = Incoming(model.name, _bytes(params.get("body")), origin.region, origin.caller)
    emitter = emitters.emitter_of(request_signer)
    if fake is not None and not _needs_the_long_road(emitter, model.name) and not fake.expects_failure(incoming):
        answer = fake.answer(incoming)
        if not answer.is_repeated:
            return responses.answered(answer, params.get("url", ""), model)
        origin = replace(origin, answer=answer)
    context[_CONTEXT_KEY] = origin
    if "access_key" not in emitters.held_credentials(request_signer):
        # nothing is sent, so nothing needs a signature for which credentials would have to be fetched
        context["auth_type"] = "none"
    _answer_last(emitter, model.name)
    return None


def request_created(request: Any, **_: Any) -> None:
    """Remember where a request comes from, for before-send, which is told the prepared request alone."""
    if _is_awake():
        context = getattr(request, "context", {})
        origin = context.get(_CONTEXT_KEY)
        if origin is not None:
            context[_CONTEXT_KEY] = replace(origin, answer=None)  # the first attempt's alone
        elif _active.innermost() is not None:
            context["auth_type"] = "none"  # a raw request: whether its client has credentials is not known here
        _origin.set(origin or Origin(context.get("client_region")))


def before_sign(
    request: Any, request_signer: Any, operation_name: str, region_name: str | None = None, **_: Any
) -> None:
    """Take the last place at before-send for a raw request, which has not come past before-call."""
    if _is_awake():
        if _CONTEXT_KEY not in getattr(request, "context", {}):
            _origin.set(Origin(_origin.get().region or region_name, _caller(request_signer)))
        _answer_last(emitters.emitter_of(request_signer), operation_name)


def before_send(request: Any, event_name: str, **_: Any) -> Any:
    """Answer a request that has come the long road, or stop it where no fake is active and a guard is."""
    fake, guard = _active.innermost(), _active.guard()
    if fake is None and (guard is None or guard.lets_through(request.url)):
        return None
    known, signed = _origin.get(), signed_origin(_header(request, "Authorization"))
    region, caller = known.region or signed.region, known.caller or signed.caller
    _origin.set(_NOWHERE)  # said of this attempt alone
    incoming = Incoming(_operation(request, event_name), _bytes(request.body), region, caller)
    if fake is not None:
        return responses.http_response(known.answer or fake.answer(incoming), request.url)
    return guard.stop(incoming) if guard is not None else None


#: One table, walked at installation. All are the least urgent of their kind: a user's handler wins.
REGISTRATIONS: tuple[emitters.Registration, ...] = (
    (f"before-call.{EVENT_NAME}", before_call, "last"),
    (f"request-created.{EVENT_NAME}", request_created, "first"),
    (f"before-sign.{EVENT_NAME}", before_sign, "first"),
    (f"before-send.{EVENT_NAME}", before_send, "last"),
)


def origin_package(handler: Any) -> str:
    """Return the package that a handler on a botocore event comes from."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    module = getattr(handler, "__module__", None) or type(handler).__module__
    return str(module).partition(".")[0]


def _is_awake() -> bool:
    return _active.innermost() is not None or _active.guard() is not None


def _needs_the_long_road(emitter: Any, operation: str) -> bool:
    """Tell whether foreign handlers stand on later events, or behind ours at before-call."""
    return emitters.remembered(
        emitter, f"{_CONTEXT_KEY}.{operation}", lambda: _has_foreign_handlers(emitter, operation)
    )


def _has_foreign_handlers(emitter: Any, operation: str) -> bool:
    at_before_call = emitters.handlers_of(emitter, "before-call", operation)
    behind_ours = at_before_call[at_before_call.index(before_call) + 1 :]
    later = [handler for event in LATER_EVENTS for handler in emitters.handlers_of(emitter, event, operation)]
    return any(origin_package(handler) not in KNOWN_PACKAGES for handler in (*behind_ours, *later))


def _answer_last(emitter: Any, operation: str) -> None:
    """Make the fake the last to be asked at before-send, and moto not asked at all.

    botocore calls every handler there, even after one has answered. So the look-up of this event gets one
    entry, which asks the others first and the fake only where none of them answers.
    """

    def make(is_async: bool) -> _LastAnswer:  # noqa: FBT001
        others = emitters.handlers_of(emitter, "before-send", operation)
        others = [handler for handler in others if handler is not before_send]
        return _LastAnswerAsync(others) if is_async else _LastAnswer(others)

    emitters.replace_look_up(emitter, "before-send", operation, _LastAnswer, make)


class _LastAnswer:
    """Stands for all handlers of one operation at before-send."""

    def __init__(self, others: list[Any]) -> None:
        self._others = others

    def __call__(self, **kwargs: Any) -> Any:
        answer = None
        for handler in self._asked():
            given = handler(**kwargs)
            answer = given if answer is None else answer
        return before_send(**kwargs) if answer is None else answer

    def _asked(self) -> list[Any]:
        """Return the handlers to ask: all but moto's while a fake is active, all once it has stopped."""
        if _active.innermost() is None:
            return self._others
        return [handler for handler in self._others if origin_package(handler) != "moto"]


class _LastAnswerAsync(_LastAnswer):
    """The same for aiobotocore, whose handlers may be coroutines."""

    async def __call__(self, **kwargs: Any) -> Any:
        answer = None
        for handler in self._asked():
            given = handler(**kwargs)
            given = await given if inspect.isawaitable(given) else given
            answer = given if answer is None else answer
        return before_send(**kwargs) if answer is None else answer


def _caller(request_signer: Any) -> str | None:
    """Return the account that a client's access key id names; credentials that would be fetched are not asked."""
    held = emitters.held_credentials(request_signer)
    return account_of(held.get("access_key") or held.get("_access_key"))


def _operation(request: Any, event_name: str) -> str:
    target = _header(request, "X-Amz-Target")
    return target[len(TARGET_PREFIX) :] if target.startswith(TARGET_PREFIX) else event_name.rpartition(".")[2]


def _header(request: Any, name: str) -> str:
    value = request.headers.get(name, "")
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if hasattr(body, "read"):
        place = body.tell()
        body, stream = body.read(), body
        stream.seek(place)  # a retry reads it again
    return body.encode() if isinstance(body, str) else bytes(body or b"")
