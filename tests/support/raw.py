"""Requests that no client method has checked, and the errors of the service."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import prepare_request_dict
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSResponse


def raw_request(client: Any, operation: str, body: Any, **context: Any) -> dict[str, Any]:
    """Return botocore's request dict for a body: bytes, str or a file as they are, else its JSON text."""
    model = client.meta.service_model.operation_model(operation)
    request: dict[str, Any] = create_serializer("json", include_validation=False).serialize_to_request({}, model)
    context = {"client_config": client.meta.config, **context}
    prepare_request_dict(request, endpoint_url=client.meta.endpoint_url, context=context)
    request["body"] = json.dumps(body) if isinstance(body, dict) else body
    return request


def make_request(
    client: Any, operation: str, body: Any, *, target: str | None = None, **context: Any
) -> tuple[AWSResponse, dict[str, Any]]:
    """Send a request without the client's own checks; return the HTTP response and botocore's parsed answer."""
    request = raw_request(client, operation, body, **context)
    if target is not None:
        request["headers"]["X-Amz-Target"] = target
    response, parsed = client._endpoint.make_request(client.meta.service_model.operation_model(operation), request)
    return response, parsed


def send_raw(
    client: Any, operation: str, body: Any, *, target: str | None = None, **context: Any
) -> tuple[int, dict[str, Any]]:
    """Send a request without the client's own checks; return its status and its parsed answer."""
    response, parsed = make_request(client, operation, body, target=target, **context)
    return response.status_code, parsed


@contextmanager
def refused(code: str, match: str | None = None) -> Iterator[pytest.ExceptionInfo[ClientError]]:
    """Expect an error of the service with this code."""
    with pytest.raises(ClientError, match=match) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code
