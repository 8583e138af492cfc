"""Handlers on botocore's events: a network that answers, a handler that counts, responses of other origin."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse

if TYPE_CHECKING:
    from collections.abc import Iterator


#: The events of a call, in their order, up to the one at which its request leaves.
EVENTS_BEFORE_SENDING = (
    "provide-client-params",
    "before-parameter-build",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
)
#: How a handler may be registered.
ORDERS = ("register_first", "register", "register_last")


def json_response(members: dict[str, Any], status: int = 200, url: str = "https://elsewhere.test/") -> AWSResponse:
    """Return an HTTP response that is not the fake's."""
    content = json.dumps(members).encode()
    return response(content, status, url)


def response(content: bytes, status: int = 200, url: str = "https://elsewhere.test/") -> AWSResponse:
    """Return an HTTP response with this body."""
    return AWSResponse(url, status, {"x-amzn-requestid": "not-the-fake"}, _Stream(content))


class _Stream(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the body, as urllib3's response does."""
        yield self.read()


class Network:
    """Replaces the network: the last handler on before-send, which answers what no other handler has answered."""

    def __init__(self, client: Any, content: bytes = b'{"Name":"from the network"}') -> None:
        self.urls: list[str] = []
        self._content = content
        client.meta.events.register_last("before-send", self.send)

    def send(self, request: Any, **_: Any) -> AWSResponse:
        """Answer a request that no other handler has answered."""
        self.urls.append(request.url)
        return response(self._content, url=request.url)


class Watch:
    """A handler that counts the requests and answers none."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, event_name: str, **_: Any) -> None:
        self.seen.append(event_name)


def force_late_interception(client: Any) -> Watch:
    """Give a client a foreign handler on a later event, so that late interception answers its calls."""
    watch = Watch()
    client.meta.events.register("before-send.secrets-manager", watch)
    return watch


#: Runs a test under early and under late interception: `intercept(client)` prepares a client for one of them.
INTERCEPTIONS = pytest.mark.parametrize(
    "intercept", [lambda client: None, force_late_interception], ids=["early", "late"]
)
