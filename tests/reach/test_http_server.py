"""The server under the endpoint, with another protocol on it."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_secretsdelete._reach.http_server import HttpRequest, HttpResponse, serve_http

from .http import ask_once, head_of, open_sockets, raw, server_threads, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message


class Echo:
    """A protocol of its own: JSON of what a GET asks for."""

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """Answer with the parameters and the body; nothing where the path is /nothing, a mistake at /mistake."""
        asked = urlsplit(request.path)
        if asked.path == "/nothing":
            return None
        told = parse_qs(asked.query) | {"method": request.method, "body": request.body.decode()}
        content = json.dumps(told if asked.path != "/mistake" else object()).encode()
        return HttpResponse(203, {"content-type": "application/json", "content-length": str(len(content))}, content)

    def refuse_body(self, headers: Message, status: HTTPStatus) -> HttpResponse:
        """Refuse in this protocol's words."""
        content = f"{headers['Host']}: {status.value}".encode()
        return HttpResponse(status, {"content-length": str(len(content))}, content)


@pytest.fixture
def echo() -> Iterator[str]:
    """Return the URL of a server of that protocol."""
    with serve_http(Echo()) as url:
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
    for length, status in (("x", 400), ("99999999", 413)):
        answered = raw(echo, head_of(f"Content-Length: {length}"))
        assert answered.endswith(f"\r\nconnection: close\r\n\r\n{echo.removeprefix('http://')}: {status}".encode())


def test_a_foreign_host_is_refused_before_the_application(echo: str) -> None:
    """Every application is safe from names that web pages give to this address."""
    answered = raw(echo, b"GET /get HTTP/1.1\r\nHost: attacker.example\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 403 Forbidden\r\n")


def test_a_mistake_of_an_application_is_seen(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception ends its connection alone, and pytest gets to report it."""
    seen: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    assert raw(echo, b"GET /mistake HTTP/1.1\r\nHost: HOST\r\n\r\n") == b""
    assert ask_once(echo, "", method="GET").status == 203
    until(lambda: [args.exc_type for args in seen] == [TypeError])


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
