"""Answers of the fake in the form that botocore and aiobotocore expect."""

from __future__ import annotations

import functools
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .converters import converter_for

if TYPE_CHECKING:
    from collections.abc import Generator

    from .._service.wire import Answer


class AwaitableBytes(bytes):
    """The body of an answer: botocore reads it, aiobotocore awaits it."""

    def __await__(self) -> Generator[Any, None, bytes]:
        yield from ()
        return bytes(self)


def http_response(answer: Answer, url: str) -> Any:
    """Return an answer as the HTTP response that botocore, or aiobotocore, expects at before-send.

    A missing answer is raised as botocore's HTTP session would raise it.
    """
    if answer.never_comes:
        raise _connection_error(answer, url)
    return _http_response(url, answer.status, content := answer.content(), answer.headers(content))


def answered(answer: Answer, url: str, model: Any) -> tuple[Any, dict[str, Any]]:
    """Return an answer as before-call gives it: the HTTP response, and what botocore's own parser makes of it."""
    if answer.never_comes:
        # not retried: the fault was set after early interception was chosen, or there is no such region
        raise _connection_error(answer, url)
    content = answer.content()
    headers = answer.headers(content)
    return _http_response(url, answer.status, content, headers), _parsed(answer, content, headers, model)


def _http_response(url: str, status: int, content: bytes, headers: dict[str, str]) -> Any:
    return _response_class()(url, status, headers, content)


@functools.cache
def _response_class() -> Any:
    from botocore.awsrequest import AWSResponse, HeadersDict

    base: Any = AWSResponse

    class Response(base):  # type: ignore[misc]
        """A response of botocore that has been read already; it makes its case-insensitive headers when asked."""

        def __init__(self, url: str, status: int, headers: dict[str, str], content: bytes) -> None:
            self.url, self.status_code, self.raw = url, status, None
            self._given = headers
            self._content = AwaitableBytes(content)  # what AWSResponse keeps once it has read its stream

        @functools.cached_property
        def headers(self) -> Any:
            return HeadersDict(self._given)

    return Response


def _connection_error(answer: Answer, url: str) -> Exception:
    """Return botocore's own error; advice goes into its notes, which pytest shows, not into its text."""
    from botocore import exceptions

    kind: Any = answer.broken
    reason = answer.hint or f"{kind} asked for by the test"
    error: Exception = getattr(exceptions, kind.value)(endpoint_url=url, error=reason)
    if answer.hint:
        vars(error)["__notes__"] = [answer.hint]
    return error


def _parsed(answer: Answer, content: bytes, headers: dict[str, str], model: Any) -> dict[str, Any]:
    """Return what botocore makes of a response: converted directly where that gives the same, and nothing logs it."""
    parser, log = _parser()
    convert = None if answer.status != HTTPStatus.OK or answer.broken else converter_for(model.output_shape)
    if convert is None or log.isEnabledFor(logging.DEBUG):
        return _parsed_by_botocore(parser, answer.status, content, headers, model)
    result: dict[str, Any] = convert(answer.members)
    result["ResponseMetadata"] = {
        "RequestId": headers["x-amzn-requestid"],
        "HTTPStatusCode": answer.status,
        "HTTPHeaders": dict(headers),
        "RetryAttempts": 0,
    }
    return result


def _parsed_by_botocore(
    parser: Any, status: int, content: bytes, headers: dict[str, str], model: Any
) -> dict[str, Any]:
    """Parse a response as botocore's endpoint does: a modelled error once more, with the shape of this error."""
    raw = {
        "headers": headers,
        "status_code": status,
        "body": content,
        "context": {"operation_name": model.name},
    }
    result: dict[str, Any] = parser.parse(raw, model.output_shape)
    code = result.get("Error", {}).get("Code")
    shape = model.service_model.shape_for_error_code(code) if code else None
    if shape is not None:
        result.update(parser.parse(raw, shape))
    result["ResponseMetadata"]["RetryAttempts"] = 0
    return result


@functools.cache
def _parser() -> tuple[Any, logging.Logger]:
    """Return botocore's parser, and the logger that it writes responses to."""
    from botocore import parsers

    return parsers.create_parser("json"), parsers.LOG
