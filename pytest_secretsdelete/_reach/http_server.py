"""An HTTP/1.1 server on loopback, independent of the protocol that it serves.

The standard library's `socketserver.TCPServer` accepts, and its `BaseHTTPRequestHandler` reads request lines and
headers. What they lack is here; measured with Python 3.11:

- `ThreadingTCPServer` takes up to 0.5 s to stop, and either leaves threads and sockets of kept-alive connections
  behind or waits for them without limit.
- `ThreadingHTTPServer` and werkzeug's server, which are based on it, also ask the DNS for the name of 127.0.0.1.
- cheroot stops as slowly, and waitress leaves connections open. Each would be a further dependency.
- When file descriptors run out, all but waitress retry in a busy loop; waitress fails.
- The handler reads no bodies. It takes requests for any Host, and headers that are malformed or contradict each other.

No wait depends on a clock that Python code can freeze.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Protocol

from .._service import locks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
LARGEST_BODY = 1024 * 1024
#: Seconds, of real time: how long a client may send nothing, within a request or between two.
PATIENCE = 60.0
#: How long a closed connection is still listened to, so that the client gets to read why it was closed.
LINGER = 1.0
#: How long stopping waits for requests that are being answered, for example by a rotation function.
GRACE = 5.0
#: How often the accepting thread looks whether it is to stop.
POLL = 0.02
#: How long the accepting thread waits after it could not accept, for example for lack of file descriptors.
BACKOFF = 0.05
_PIECE = 64 * 1024
_MOST_TRAILERS = 100
_DIGITS = {10: "[0-9]{1,16}", 16: "[0-9a-fA-F]{1,16}"}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to this host, whose head has been read."""

    method: str
    path: str
    headers: Message = field(repr=False)
    #: Reads the body; UnreadableBody for one that is too large, or whose end is ambiguous. Called once at most.
    read_body: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What is answered; the content's length is among the headers."""

    status: int
    headers: dict[str, str]
    content: bytes = field(repr=False)


class Application(Protocol):
    """What a server answers. It is called in the threads of the connections."""

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """Answer a request; None closes the connection without an answer.

        The connection ends also after an answer for which a body was not read, or could not be.
        """


class UnreadableBody(Exception):  # noqa: N818 - it is the client's
    """A body that cannot be read to its end, and the status that says why: 400 or 413."""

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        self.status = status


@contextmanager
def serve_http(application: Application, *, any_method: bool = False) -> Iterator[str]:
    """Serve an application on a free port of 127.0.0.1, and yield the URL; at the end no thread or socket is left.

    The application gets requests of the methods that are common, or with `any_method` of all; the server answers 501
    to the others. OSError or RuntimeError where the first socket or thread cannot be made. In a child made by fork the
    URL is still the parent's server, and the end of the block stops nothing.
    """
    with _Server(application, any_method=any_method) as server:
        accepting = threading.Thread(
            target=server.serve_forever, args=(POLL,), name=f"fake at {server.url}", daemon=True
        )
        try:
            accepting.start()
            yield server.url
        finally:
            if accepting.is_alive():  # not in a child made by fork
                server.shutdown()
                accepting.join()


class _Server(socketserver.TCPServer):
    """A listening socket, and a thread for each connection."""

    request_queue_size = 128

    def __init__(self, application: Application, *, any_method: bool) -> None:
        super().__init__((HOST, 0), _ExchangeOfAnyMethod if any_method else _Exchange)
        self.socket.setblocking(False)  # a client may be gone before it is accepted
        self.application = application
        self._connections: dict[threading.Thread, socket.socket] = {}
        port = self.server_address[1]
        self.url = f"http://{HOST}:{port}"
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        self.origins = {f"http://{host}" for host in self.hosts}
        locks.in_children(self._leave_to_parent)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; where that fails, let the next attempt wait."""
        try:
            return super().get_request()
        except OSError:
            threading.Event().wait(BACKOFF)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own."""
        name = f"fake for {client_address}"
        thread = threading.Thread(target=self._converse, args=(request, client_address), name=name, daemon=True)
        alive = {other: its for other, its in self._connections.items() if other.is_alive()}
        self._connections = {**alive, thread: request}  # before the first answer: its client may fork
        try:
            thread.start()
        except BaseException:
            self._connections = alive
            raise

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Decline a connection for which no thread could be started; SDKs retry."""
        content = b"This process could not start a thread to answer the connection.\n"
        head = f"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: {len(content)}\r\n\r\n"
        with suppress(OSError):
            request.sendall(head.encode() + content)

    def _leave_to_parent(self) -> None:
        """Close a child's copies of the sockets, and leave the connections open: the parent serves them."""
        for copied in (self.socket, *self._connections.values()):
            with suppress(OSError):  # closed already
                os.close(copied.detach())  # close() would wait for the files that other threads have made of it
        self._connections = {}

    def _converse(self, connection: socket.socket, peer: Any) -> None:
        # a client that has disconnected, or disconnects during the answer, is not an error
        with connection, suppress(OSError):
            self.finish_request(connection, peer)
            _linger(connection)

    def server_close(self) -> None:
        """Close all sockets, and wait for the threads."""
        super().server_close()
        for connection in self._connections.values():
            with suppress(OSError):  # closed meanwhile
                connection.shutdown(socket.SHUT_RDWR)
        patience = GRACE
        for thread in self._connections:
            thread.join(patience)
            patience = 0 if thread.is_alive() else patience


def _linger(connection: socket.socket) -> None:
    """End a connection in order: closing it with unread bytes would discard the last answer."""
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
    server: _Server

    def parse_request(self) -> bool:
        """Read a request; for one of HTTP/0.9, which has no headers, Python 3.14 leaves a dict."""
        is_request = super().parse_request()
        if is_request and not self.headers:
            self.headers = Message()
        return is_request

    def do_POST(self) -> None:
        """Answer one request, whatever its method."""
        if self._is_foreign():
            text = f"This endpoint answers requests to {self.server.url} and to no other host, and no other web page."
            self._decline(HTTPStatus.FORBIDDEN, text)
            return
        self._is_body_left = self._has_body()
        request = HttpRequest(self.command, self.path, self.headers, self._read_body)
        response = self.server.application.answer(request)
        # where bytes of the body are left, it is unknown where the next request begins
        self.close_connection = self.close_connection or response is None or self._is_body_left
        if response is not None:
            self._write(response)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815 - names of the standard library

    def _is_foreign(self) -> bool:
        """Whether Host or Origin is not this server's: a web page in a browser may ask so (DNS rebinding).

        A target that is an absolute URL, as for a proxy, outranks Host (RFC 9112, section 3.2.2).
        """
        hosts = self.headers.get_all("Host", [])
        is_ours = len(hosts) == 1 and hosts[0].lower() in self.server.hosts
        is_ours = is_ours and self.path.lower().startswith(("/", *(f"{origin}/" for origin in self.server.origins)))
        return not is_ours or not self.server.origins.issuperset(self.headers.get_all("Origin", []))

    def _has_body(self) -> bool:
        """Return whether a body follows, or may."""
        try:
            return self._length() != 0
        except UnreadableBody:
            return True

    def _read_body(self) -> bytes:
        length = self._length()
        body = self._chunks() if length is None else self._bytes(length)
        self._is_body_left = False
        return body

    def _length(self) -> int | None:
        """Return the length of a body whose end is unambiguous, or None for chunks (RFC 9112, sections 5.1 and 6)."""
        encodings = self.headers.get_all("Transfer-Encoding", [])
        lengths = self.headers.get_all("Content-Length", [])
        broken = any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in self.headers.defects)
        broken = broken or any("\0" in value for value in self.headers.values())
        if broken or len(encodings) + len(lengths) > 1:
            raise UnreadableBody
        if not encodings:
            return _number(lengths[0] if lengths else "0", 10)
        if encodings[0].lower() != "chunked" or self.request_version == "HTTP/1.0":
            raise UnreadableBody
        return None

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := _number(self._line().partition(";")[0], 16):
            body += self._bytes(size, LARGEST_BODY - len(body))
            if self._line():
                raise UnreadableBody
        for _ in range(_MOST_TRAILERS):
            if not self._line():
                return bytes(body)
        raise UnreadableBody

    def _line(self) -> str:
        line = self.rfile.readline(_PIECE)
        if not line.endswith(b"\n"):
            raise UnreadableBody
        return line.decode("latin-1").removesuffix("\n").removesuffix("\r")

    def _bytes(self, size: int, most: int | None = None) -> bytes:
        if size > (LARGEST_BODY if most is None else most):
            raise UnreadableBody(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        piece = self.rfile.read(size)
        if len(piece) < size:
            raise ConnectionError  # the client disconnected within the request: nothing is carried out
        return piece

    def _decline(self, status: int, text: str) -> None:
        """Answer what the application does not handle, in plain text, and close."""
        self.close_connection = True
        content = f"{text}\n".encode()
        headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(content))}
        self._write(HttpResponse(status, headers, content))

    def _write(self, response: HttpResponse) -> None:
        headers = response.headers | ({"connection": "close"} if self.close_connection else {})
        lines = [f"HTTP/1.1 {response.status} {http.client.responses.get(response.status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + response.content)

    def send_error(self, code: int, *_: Any, **__: Any) -> None:
        """Answer what the standard library could not read."""
        self._decline(code, http.client.responses[code])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: a request may hold a secret."""


class _ExchangeOfAnyMethod(_Exchange):
    """The same for requests of all methods: the standard library looks for a function by the method's name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.do_POST
        raise AttributeError(name)


def _number(text: str, base: int) -> int:
    digits = text.rstrip(" \t")
    if not re.fullmatch(_DIGITS[base], digits):
        raise UnreadableBody
    return int(digits, base)
