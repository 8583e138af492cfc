"""The server under the endpoint, with another protocol on it."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_secretsdelete._reach import http_server
from pytest_secretsdelete._reach.http_server import (
    HttpRequest,
    HttpResponse,
    UnreadableBody,
    _ExchangeOfAnyMethod,
    serve_http,
)

from .http import ask, ask_once, connect, head_of, open_sockets, open_to, raw, server_threads, until

if TYPE_CHECKING:
    from collections.abc import Iterator


class Echo:
    """A protocol of its own: JSON of what a GET asks for."""

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """Answer with the parameters and the body.

        Nothing where the path is /nothing, a status without a name at /odd, a mistake at /mistake, and without
        reading the body at /without.
        """
        asked = urlsplit(request.path)
        if asked.path == "/nothing":
            return None
        if asked.path == "/odd":
            return HttpResponse(299, {"content-length": "0"}, b"")
        try:
            body = "left" if asked.path == "/without" else request.read_body().decode()
        except UnreadableBody as unreadable:
            return HttpResponse(unreadable.status, {"content-length": "10"}, b"unreadable")
        told = parse_qs(asked.query) | {"method": request.method, "body": body}
        content = json.dumps(told if asked.path != "/mistake" else object()).encode()
        return HttpResponse(203, {"content-type": "application/json", "content-length": str(len(content))}, content)


@pytest.fixture
def echo() -> Iterator[str]:
    """Return the URL of a server of that protocol."""
    with serve_http(Echo(), any_method=True) as url:
        yield url


def test_another_protocol(echo: str) -> None:
    """The application sees method, path, query and body; its status, headers and content are what is answered."""
    told = ask_once(echo, "", method="GET", body=b"hello", path="/get?secretId=a%20b&v=1")
    assert (told.status, told.headers["Content-Type"]) == (203, "application/json")
    assert told.members == {"secretId": ["a b"], "v": ["1"], "method": "GET", "body": "hello"}


def test_no_answer(echo: str) -> None:
    """An application that answers nothing closes the connection."""
    assert raw(echo, b"GET /nothing HTTP/1.1\r\nHost: HOST\r\n\r\n") == b""


def test_an_unreadable_body_is_refused_in_the_words_of_the_protocol(echo: str) -> None:
    """The server finds out, the application says so, and the connection ends."""
    for length, status in (("x", 400), ("2X", 400), ("99999999", 413)):
        answered = raw(echo, head_of(f"Content-Length: {length}"))
        assert answered.startswith(f"HTTP/1.1 {status} ".encode())
        assert answered.endswith(b"\r\nconnection: close\r\n\r\nunreadable")


@pytest.mark.parametrize(
    "framing", ["Content-Length: 4", "Content-Length: x", "Transfer-Encoding: chunked", "no header"]
)
def test_a_body_that_is_not_read(echo: str, framing: str) -> None:
    """The answer comes without it, and then the connection ends: what follows is no request."""
    answered = raw(
        echo, head_of(framing).replace(b"POST /", b"POST /without") + b"GET /get HTTP/1.1\r\nHost: HOST\r\n\r\n"
    )
    assert answered.startswith(b"HTTP/1.1 203 ")
    assert b"\r\nconnection: close\r\n" in answered
    assert answered.count(b"HTTP/1.1") == 1


def test_no_body_to_read(echo: str) -> None:
    """Where no body is announced, or an empty one, the connection is kept."""
    with closing(connect(echo)) as connection:
        first = ask(connection, "", body=b"", path="/without")
        used = connection.sock
        assert (first.status, ask(connection, "", body=b"", path="/without").status) == (203, 203)
        assert connection.sock is used is not None


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW", "post", "M-SEARCH"])
def test_a_method_that_is_not_common(echo: str, method: str) -> None:
    """It is the application's, or where the application asks for the common ones alone, refused."""
    request = f"{method} /get HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n".encode()
    assert json.loads(raw(echo, request).partition(b"\r\n\r\n")[2])["method"] == method
    with serve_http(Echo()) as url:
        assert raw(url, request).startswith(b"HTTP/1.1 501 ")


def test_a_foreign_host_is_refused_before_the_application(echo: str) -> None:
    """Every application is safe from names that web pages give to this address."""
    answered = raw(echo, b"GET /get HTTP/1.1\r\nHost: attacker.example\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    text = f"This endpoint answers requests to {echo} and to no other host, and no other web page.\n"
    assert answered.endswith(f"content-length: {len(text)}\r\nconnection: close\r\n\r\n{text}".encode())


def test_what_is_no_request_is_refused_by_its_status(echo: str) -> None:
    """What the standard library cannot read is answered with the name of the status."""
    answered = raw(echo, b"GET /get HTTP/x\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answered.endswith(b"\r\n\r\nBad Request\n")


def test_a_status_without_a_name(echo: str) -> None:
    """A status that HTTP does not define has a number and no name."""
    assert raw(echo, b"GET /odd HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 299 \r\n")


def test_a_client_that_does_not_close(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last answer a client that keeps its side open is left after a while; no thread outlives a process."""
    monkeypatch.setattr(http_server, "LINGER", 0.05)
    with open_to(echo) as client:
        client.sendall(b"GET /nothing HTTP/1.1\r\nHost: " + echo.removeprefix("http://").encode() + b"\r\n\r\n")
        assert client.recv(1) == b""
        until(lambda: len(server_threads()) == 1)
    with closing(connect(echo)) as connection:
        assert ask(connection, "").status == 203
        assert [thread.daemon for thread in server_threads()] == [True, True]


def test_a_mistake_of_an_application_is_seen(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception ends its connection alone, and pytest gets to report it."""
    seen: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    assert raw(echo, b"GET /mistake HTTP/1.1\r\nHost: HOST\r\n\r\n") == b""
    assert ask_once(echo, "", method="GET").status == 203
    until(lambda: [args.exc_type for args in seen] == [TypeError])


def test_only_methods_are_found_by_name() -> None:
    """A handler of all methods lacks what is no method, as any object does."""
    handler = _ExchangeOfAnyMethod.__new__(_ExchangeOfAnyMethod)
    assert handler.do_BREW == handler.do_POST
    with pytest.raises(AttributeError, match="^brew$"):
        _ = handler.brew


def test_no_thread_to_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot start says so, and leaves no socket behind."""

    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    sockets = open_sockets()
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="can't start new thread"), serve_http(Echo()):
        pytest.fail("it has started")
    assert open_sockets() == sockets
    assert server_threads() == []
