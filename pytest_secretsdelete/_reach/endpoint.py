"""The fake behind loopback HTTP: for SDKs in other processes and of other languages.

The protocol is AWS's JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
"""

from __future__ import annotations

import calendar
import os
import time
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from .._botocore import sessions
from .._service import errors, names
from .._service.instant import SECOND, http_date
from .._service.protocol import unexpected
from .._service.wire import CONTENT_TYPE, NO_ENDPOINT, TARGET_PREFIX, Answer, Incoming, Origin, Timeout, signed_origin
from .._time.reading import now
from .environment import REGION_VARIABLE, variables_set
from .http_server import LARGEST_BODY, HttpRequest, HttpResponse, UnreadableBody, serve_http

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from .._service.service import Service

VARIABLE = "AWS_ENDPOINT_URL_SECRETS_MANAGER"


@contextmanager
def serve(fake: Service) -> Iterator[str]:
    """Serve a fake over HTTP on a free port of 127.0.0.1, and yield the URL.

    Meanwhile AWS_ENDPOINT_URL_SECRETS_MANAGER names it for the processes that are started, and AWS_REGION,
    where most SDKs look, is what AWS_DEFAULT_REGION is (the variables:
    https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings). Clients in this
    process are still answered directly. The store and the clock are those of the fake. The region is that of
    the request's signature, which is not checked; without one, the fake's own. At the end the variables are
    restored, and no thread, socket or connection is left.
    """
    with serve_http(_Json11(fake)) as url, variables_set(_variables(url)):
        yield url


def _variables(url: str) -> dict[str, str | None]:
    variables: dict[str, str | None] = {VARIABLE: url}
    if region := os.environ.get(REGION_VARIABLE):
        variables["AWS_REGION"] = region
    return variables


class _Json11:
    """AWS JSON 1.1, the protocol of the service's own endpoint."""

    def __init__(self, fake: Service) -> None:
        self._fake = fake
        # read here, so that no thread imports botocore while freezegun scans the modules
        self._operations = frozenset(sessions.service_model().operation_names)

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """Answer a request, or refuse it as AWS does; None for a timeout."""
        try:
            answer = self._answer(request, request.read_body())
        except UnreadableBody as unreadable:
            is_too_large = unreadable.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            answer = _refused(_too_large() if is_too_large else _bad_framing())
        return None if isinstance(answer.broken, Timeout) else _response(answer, request.headers)

    def _answer(self, request: HttpRequest, body: bytes) -> Answer:
        try:
            operation = self._operation(request)
            origin = _origin(request.headers.get("Authorization", ""))
            answer = self._fake.answer(Incoming(operation, body, origin.region, origin.caller))
        except errors.Refusal as refusal:
            return _refused(refusal)
        except Exception as error:  # noqa: BLE001 - in process it is raised at the caller
            return _refused(unexpected(error))
        # the client is connected, and the notes of an exception do not reach another process
        return _refused(errors.beyond_the_fake(answer.hint)) if answer.broken is NO_ENDPOINT else answer

    def _operation(self, request: HttpRequest) -> str:
        """Return the requested operation, or refuse what is not a request of the protocol."""
        if request.method != "POST" or request.headers.get_content_type() != CONTENT_TYPE:
            raise _unknown_operation(404)
        target = request.headers.get("X-Amz-Target", "")
        operation = target[len(TARGET_PREFIX) :]
        if not target.startswith(TARGET_PREFIX) or operation not in self._operations:
            raise _unknown_operation(400)
        return operation


def _origin(authorization: str) -> Origin:
    """Return the origin that the signature names, or refuse its credential scope."""
    origin = signed_origin(authorization)
    if origin.region is not None and not names.is_region(origin.region):
        raise _bad_region(origin.region)
    return origin


def _response(answer: Answer, headers: Message) -> HttpResponse:
    content = answer.content()
    return HttpResponse(answer.status, answer.headers(content) | _date(headers), content)


def _date(headers: Message) -> dict[str, str]:
    """Return the Date header of an answer: the client's own time, where its request is signed with one.

    An SDK with a real clock would adjust to the fake's time: the AWS SDK for JavaScript corrects its clock by
    the difference, and retries every refused call three times.
    """
    try:
        signed_at = time.strptime(headers.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ")
        return {"date": http_date(calendar.timegm(signed_at) * SECOND)}
    except (ValueError, OverflowError, OSError):  # no such day, or outside this platform's range
        return {}


# These texts are documented for AWS in general and not observed at Secrets Manager; all are inferred:
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html


def _unknown_operation(status: int) -> errors.Refusal:
    """Return the refusal of a target that is no operation (400), or of what is no JSON 1.1 at all (404)."""
    text = "The action or operation requested is invalid. Verify that the action is typed correctly."
    return errors.Refusal("UnknownOperationException", text, status)


def _bad_framing() -> errors.Refusal:
    return errors.Refusal("MalformedHttpRequestException", "Problems with the request at the HTTP level.")


def _too_large() -> errors.Refusal:
    text = f"The request body is larger than {LARGEST_BODY} bytes."
    return errors.Refusal("RequestEntityTooLargeException", text, 413)


def _bad_region(region: str) -> errors.Refusal:
    """Return the refusal of a signature for no region, as other services with JSON 1.1 word it (inferred)."""
    text = f"Credential should be scoped to a valid region, not '{region}'."
    return errors.Refusal("InvalidSignatureException", text)


def _refused(refusal: errors.Refusal) -> Answer:
    return Answer(refusal.status, refusal.members, now())
