"""Answers of the fake in the form that botocore and aiobotocore expect."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

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
    raw = {
        "headers": headers,
        "status_code": answer.status,
        "body": content,
        "context": {"operation_name": model.name},
    }
    return _http_response(url, answer.status, content, headers), _parsed(raw, model)


def _http_response(url: str, status: int, content: bytes, headers: dict[str, str]) -> Any:
    from botocore.awsrequest import AWSResponse

    response: Any = AWSResponse(url, status, cast(Any, headers), None)
    response._content = AwaitableBytes(content)  # what AWSResponse keeps once it has read its stream
    return response


def _connection_error(answer: Answer, url: str) -> Exception:
    """Return botocore's own error; advice goes into its notes, which pytest shows, not into its text."""
    from botocore import exceptions

    kind: Any = answer.broken
    reason = answer.hint or f"{kind} asked for by the test"
    error: Exception = getattr(exceptions, kind.value)(endpoint_url=url, error=reason)
    if answer.hint:
        vars(error)["__notes__"] = [answer.hint]
    return error


def _parsed(raw: dict[str, Any], model: Any) -> dict[str, Any]:
    """Parse a response as botocore's endpoint does: a modelled error once more, with the shape of this error."""
    parser = _parser()
    result: dict[str, Any] = parser.parse(raw, model.output_shape)
    code = result.get("Error", {}).get("Code")
    shape = model.service_model.shape_for_error_code(code) if code else None
    if shape is not None:
        result.update(parser.parse(raw, shape))
    result["ResponseMetadata"]["RetryAttempts"] = 0
    return result


@functools.cache
def _parser() -> Any:
    from botocore.parsers import create_parser

    return create_parser("json")
