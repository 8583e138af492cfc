"""The fake behind loopback HTTP: for SDKs in other processes and of other languages.

The protocol is AWS's JSON 1.1 over HTTP/1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
The standard library's handler reads the requests. Its server is not used: it asks the DNS for its own name,
looks twice a second whether it is to stop, and leaves its connections behind. Here each thread waits in the
operating system, which no freeze of time reaches, until there is something to do.
"""

from __future__ import annotations

import calendar
import http.client
import os
import re
import selectors
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from .._botocore import sessions
from .._service import errors
from .._service.instant import SECOND, http_date
from .._service.protocol import unexpected
from .._service.wire import CONTENT_TYPE, NO_ENDPOINT, TARGET_PREFIX, Answer, Incoming, Timeout, signed_origin
from .._time.reading import now
from .environment import REGION_VARIABLE, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._service.service import Service

HOST = "127.0.0.1"
VARIABLE = "AWS_ENDPOINT_URL_SECRETS_MANAGER"
LARGEST_BODY = 1024 * 1024
#: Seconds, of real time: how long a client may say nothing, within a request or between two.
PATIENCE = 60.0
#: How long a closed connection is still listened to, so that the client gets to read why it was closed.
LINGER = 1.0
#: How long stopping waits for requests that are being answered, by a rotation function say.
GRACE = 5.0
_PIECE = 64 * 1024
_MOST_TRAILERS = 100
_DIGITS = {10: "[0-9]{1,16}", 16: "[0-9a-fA-F]{1,16}"}


@contextmanager
def serve(fake: Service) -> Iterator[str]:
    """Serve a fake over HTTP on a free port of 127.0.0.1, and yield the URL.

    Meanwhile AWS_ENDPOINT_URL_SECRETS_MANAGER names it for the processes that are started, and AWS_REGION,
    where most SDKs look, is what AWS_DEFAULT_REGION is (the variables:
    https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings). Clients in this
    process are still answered directly. The store and the clock are those of the fake. The region is that of
    the request's signature, which is not checked; without one, the fake's own. At the end the variables are
    put back, and no thread, socket or connection is left.
    """
    with closing(_Server(fake)) as server, _environment(server.url):
        yield server.url


@contextmanager
def _environment(url: str) -> Iterator[None]:
    variables: dict[str, str | None] = {VARIABLE: url}
    if region := os.environ.get(REGION_VARIABLE):
        variables["AWS_REGION"] = region
    layer = Layer(variables)
    layer.begin()
    try:
        yield
    finally:
        layer.end()


class _Server:
    """A listening socket, a thread that accepts, and a thread for each connection."""

    def __init__(self, fake: Service) -> None:
        self.fake = fake
        # asked for here, so that no thread imports botocore while freezegun looks through the modules
        self.operations = frozenset(sessions.service_model().operation_names)
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self._listener.setblocking(False)
        self._bell, self._rope = socket.socketpair()
        self._connections: dict[threading.Thread, socket.socket] = {}
        self.hosts = {f"{name}:{self._listener.getsockname()[1]}" for name in (HOST, "localhost")}
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, name=f"fake at {self.url}", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Stop, and wait until everything has stopped."""
        self._rope.close()
        self._accepting.join()
        self._bell.close()
        self._listener.close()
        for connection in self._connections.values():
            with suppress(OSError):  # closed meanwhile
                connection.shutdown(socket.SHUT_RDWR)
        patience = GRACE
        for thread in self._connections:
            thread.join(patience)
            patience = 0 if thread.is_alive() else patience

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            while all(key.fileobj is not self._bell for key, _ in selector.select()):
                with suppress(OSError):  # gone before it was accepted
                    self._welcome(*self._listener.accept())

    def _welcome(self, connection: socket.socket, peer: Any) -> None:
        name = f"fake for {peer}"
        thread = threading.Thread(target=self._converse, args=(connection, peer), name=name, daemon=True)
        thread.start()
        alive = {other: its for other, its in self._connections.items() if other.is_alive()}
        self._connections = {**alive, thread: connection}

    def _converse(self, connection: socket.socket, peer: Any) -> None:
        # a client that has gone, or closes while it is answered, is no error of anybody's
        with connection, suppress(OSError):
            _Exchange(connection, peer, self)  # type: ignore[arg-type]
            _say_goodbye(connection)


def _say_goodbye(connection: socket.socket) -> None:
    """End a connection in order: closed with bytes unread, it would take the last answer with it."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(LINGER)
    for _ in range(16 * LARGEST_BODY // _PIECE):
        if not connection.recv(_PIECE):
            return


class _Exchange(BaseHTTPRequestHandler):
    """The requests of one connection and their answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = PATIENCE
    server: Any

    def do_POST(self) -> None:
        """Answer one request, whatever its method."""
        hosts = self.headers.get_all("Host", ())
        if len(hosts) != 1 or hosts[0].lower() not in self.server.hosts:
            # a page in a browser on this machine must not get here by a name of its own (DNS rebinding)
            self._decline(403, f"This endpoint answers requests to {self.server.url} and to no other host.")
            return
        answer = self._answer()
        if isinstance(answer.broken, Timeout):
            self.close_connection = True
            return
        content = answer.content()
        self._write(answer.status, answer.headers(content) | self._date(), content)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815 - so they are called

    def _answer(self) -> Answer:
        try:
            body = self._body()
            operation = self._operation()
        except errors.Refusal as refusal:
            return _refused(refusal)
        origin = signed_origin(self.headers.get("Authorization", ""))
        incoming = Incoming(operation, body, origin.region, origin.caller)
        fake: Service = self.server.fake
        try:
            answer = fake.answer(incoming)
        except Exception as error:  # noqa: BLE001 - in process it is raised at the caller
            return _refused(unexpected(error))
        # whoever has got here is connected, and no note of an exception reaches another process
        return _refused(errors.beyond_the_fake(answer.hint)) if answer.broken is NO_ENDPOINT else answer

    def _operation(self) -> str:
        """Return which operation is asked for, or refuse what is no request of the protocol."""
        if self.command != "POST" or self.headers.get_content_type() != CONTENT_TYPE:
            raise _unknown_operation(404)
        target = self.headers.get("X-Amz-Target", "")
        operation = target[len(TARGET_PREFIX) :]
        if not target.startswith(TARGET_PREFIX) or operation not in self.server.operations:
            raise _unknown_operation(400)
        return operation

    def _body(self) -> bytes:
        """Read the body, or refuse it; then the connection cannot be used again."""
        try:
            encoding = self.headers.get("Transfer-Encoding")
            if encoding is None:
                return self._bytes(_number(self.headers.get("Content-Length", "0"), 10))
            if encoding.lower() == "chunked":
                return self._chunks()
            raise _bad_framing()
        except errors.Refusal:
            self.close_connection = True
            raise

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := _number(self._line().partition(";")[0], 16):
            body += self._bytes(size, LARGEST_BODY - len(body))
            if self._line():
                raise _bad_framing()
        for _ in range(_MOST_TRAILERS):
            if not self._line():
                return bytes(body)
        raise _bad_framing()

    def _line(self) -> str:
        line = self.rfile.readline(_PIECE)
        if not line.endswith(b"\n"):
            raise _bad_framing()
        return line.decode("latin-1").strip()

    def _bytes(self, size: int, most: int = LARGEST_BODY) -> bytes:
        if size > most:
            raise _too_large()
        piece = self.rfile.read(size)
        if len(piece) < size:
            raise ConnectionError  # the client went away in the middle: nothing is carried out
        return piece

    def _date(self) -> dict[str, str]:
        """Return the Date of an answer: the time of the client, where its signature tells it.

        An SDK whose own clock is real would take the fake's time for the truth: the AWS SDK for JavaScript
        moves its clock by the difference, and tries every refused call three times.
        """
        try:
            told = time.strptime(self.headers.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ")
        except ValueError:
            return {}
        return {"date": http_date(calendar.timegm(told) * SECOND)}

    def _decline(self, status: int, text: str) -> None:
        """Answer what is not the service's to answer, in plain text, and close."""
        self.close_connection = True
        content = f"{text}\n".encode()
        headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(content))}
        self._write(status, headers, content)

    def _write(self, status: int, headers: dict[str, str], content: bytes) -> None:
        if self.close_connection:
            headers = headers | {"connection": "close"}
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def send_error(self, code: int, *_: Any, **__: Any) -> None:
        """Answer what the standard library could not read."""
        self._decline(code, http.client.responses[code])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: a request may hold a secret."""


def _number(text: str, base: int) -> int:
    digits = text.strip()
    if not re.fullmatch(_DIGITS[base], digits):
        raise _bad_framing()
    return int(digits, base)


# What these answers say is documented for AWS in general, not seen of Secrets Manager; all of it is inferred:
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


def _refused(refusal: errors.Refusal) -> Answer:
    return Answer(refusal.status, refusal.members, now())
