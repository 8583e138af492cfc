"""A client of endpoints that speaks HTTP, good and bad, and looks at what an endpoint uses."""

from __future__ import annotations

import gc
import http.client
import json
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..support import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete._service.wire import Answer, Incoming

JSON = "application/x-amz-json-1.1"
TOKEN = "00000000-0000-0000-0000-000000000001"


class Reply(NamedTuple):
    """An answer as an HTTP client sees it."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The body as JSON."""
        members: dict[str, Any] = json.loads(self.content)
        return members


class Responder:
    """A fake whose answer is a function of the test's."""

    def __init__(self, answer: Callable[[Incoming], Answer]) -> None:
        self.answer = answer


def signature(region: str, key: str = "testing", at: str = "20260301T000000Z") -> dict[str, str]:
    """Return the headers of a signed request, as far as the endpoint looks at them."""
    scope = f"{key}/{at[:8]}/{region}/secretsmanager/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=0"
    return {"Authorization": authorization, "X-Amz-Date": at}


def connect(url: str) -> http.client.HTTPConnection:
    """Return a connection that is kept alive."""
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)


def ask(
    connection: http.client.HTTPConnection,
    operation: str,
    body: Any = None,
    headers: dict[str, str | None] | None = None,
    method: str = "POST",
    path: str = "/",
) -> Reply:
    """Ask over an open connection; a header that is None is left out."""
    sent = {"Content-Type": JSON, "X-Amz-Target": f"secretsmanager.{operation}", **(headers or {})}
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    connection.request(method, path, content, {name: value for name, value in sent.items() if value is not None})
    response = connection.getresponse()
    return Reply(response.status, response.headers, response.read())


def ask_once(url: str, *args: Any, **kwargs: Any) -> Reply:
    """Ask over a connection of its own."""
    connection = connect(url)
    try:
        return ask(connection, *args, **kwargs)
    finally:
        connection.close()


def open_to(url: str) -> socket.socket:
    """Return a connection for bytes as they are."""
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def raw(url: str, request: bytes, *, then_leave: bool = False) -> bytes:
    """Send bytes, and return all that comes until the endpoint closes the connection."""
    with open_to(url) as client:
        client.sendall(request.replace(b"HOST", url.removeprefix("http://").encode()))
        if then_leave:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def head_of(*lines: str, target: str = "secretsmanager.ListSecrets") -> bytes:
    """Return the head of a raw request with more lines."""
    always = ["POST / HTTP/1.1", "Host: HOST", f"Content-Type: {JSON}", f"X-Amz-Target: {target}"]
    return "\r\n".join([*always, *lines, "", ""]).encode()


def server_threads() -> list[threading.Thread]:
    """Return the threads of servers."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("fake ")]


def open_sockets() -> set[int]:
    """Return the sockets of this process that are open."""
    found = [each for each in gc.get_objects() if issubclass(type(each), socket.socket)]
    return {id(each) for each in found if each.fileno() != -1}


def until(holds: Callable[[], Any]) -> None:
    """Wait, in real time, until something holds."""
    deadline = os.times().elapsed + PATIENCE
    while not holds():
        assert os.times().elapsed < deadline
        time.sleep(0.001)
