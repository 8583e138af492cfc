"""The endpoint as an HTTP server: framing, hosts, clients that misbehave."""

from __future__ import annotations

import socket

import freezegun
import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import http_server
from pytest_secretsdelete._reach.endpoint import serve

from ..support import PATIENCE
from .http import ask, ask_once, connect, head_of, raw


def test_a_connection_is_kept_alive(url: str) -> None:
    """Many requests, refused ones too, go over one connection."""
    connection = connect(url)
    connection.connect()
    first = connection.sock
    for _ in range(5):
        assert ask(connection, "ListSecrets").status == 200
        assert ask(connection, "ListSecrets", b"{").status == 400
        assert connection.sock is first
    connection.close()


def test_requests_may_follow_each_other_without_waiting(url: str) -> None:
    """Two requests that are sent at once are answered in order; the second asks to close."""
    first = head_of("Content-Length: 2") + b"{}"
    second = head_of("Content-Length: 1", "Connection: close") + b"{"
    answered = raw(url, first + second)
    assert answered.count(b"HTTP/1.1 ") == 2
    assert answered.index(b"HTTP/1.1 200 OK") < answered.index(b"HTTP/1.1 400 Bad Request")
    assert b"connection: close" in answered


def test_an_old_client(url: str) -> None:
    """A client of HTTP/1.0 gets its answer and a closed connection."""
    answered = raw(url, head_of("Content-Length: 2").replace(b"HTTP/1.1", b"HTTP/1.0") + b"{}")
    assert answered.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answered.endswith(b'{"SecretList":[]}')


def test_a_request_without_a_body(url: str) -> None:
    """No length is no body, and no body has no members."""
    assert raw(url, head_of("Connection: close")).endswith(b'{"SecretList":[]}')


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_a_target_with_the_host(scheme: str, url: str) -> None:
    """A target may be a whole URL, as for a proxy."""
    host = url.removeprefix("http://")
    head = head_of("Connection: close").replace(b"POST / ", f"POST {scheme}://{host}/ ".encode())
    assert raw(url, head).endswith(b'{"SecretList":[]}')


def test_a_client_that_waits_for_its_turn(url: str) -> None:
    """Expect: 100-continue is answered before the body comes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as client:
        head = head_of("Content-Length: 2", "Expect: 100-continue", "Connection: close")
        client.sendall(head.replace(b"HOST", f"{host}:{port}".encode()))
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert b"".join(iter(lambda: client.recv(65536), b"")).startswith(b"HTTP/1.1 200 OK")


def test_a_body_in_chunks(url: str) -> None:
    """Chunks with extensions, and trailers, make one body; the connection goes on."""
    chunks = b'C;why=not\r\n{"MaxResults\r\n4\r\n":1}\r\n0\r\nX-Trailer: a\r\nX-Other: b\r\n\r\n'
    answered = raw(url, head_of("Transfer-Encoding: Chunked") + chunks + head_of("Connection: close"))
    assert answered.count(b'{"SecretList":[]}') == 2


def test_a_body_that_is_too_large(url: str) -> None:
    """More than 1 MiB is refused, though the client is still sending, and the client gets to read it."""
    body = b" " * (1024 * 1024 + 1)
    refused = ask_once(url, "ListSecrets", body)
    assert (refused.status, refused.members["__type"]) == (413, "RequestEntityTooLargeException")
    assert refused.headers["Connection"] == "close"

    answered = raw(url, head_of("Transfer-Encoding: chunked") + b"80000\r\n" + b" " * 0x80000 + b"\r\n80001\r\n")
    assert answered.startswith(b"HTTP/1.1 413 ")

    assert ask_once(url, "ListSecrets", b"{}" + body[3:]).status == 200


def test_a_client_that_does_not_stop_sending(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the refusal only so much is still listened to."""
    monkeypatch.setattr(http_server, "LARGEST_BODY", 4096)
    endless = head_of("Content-Length: 100000000") + b" " * 32_000_000
    with pytest.raises(OSError, match=r"reset|[Bb]roken|aborted"):
        raw(url, endless)
    assert ask_once(url, "ListSecrets").status == 200


@pytest.mark.parametrize("host", ["localhost:PORT", "LOCALHOST:PORT", "127.0.0.1:PORT"])
def test_a_host_that_is_this_one(url: str, host: str) -> None:
    """The endpoint has two names."""
    headers = {"Host": host.replace("PORT", url.rpartition(":")[2])}
    assert ask_once(url, "ListSecrets", headers=headers).status == 200


def test_a_client_that_leaves_in_the_middle(secretsmanager: FakeSecretsManager, url: str) -> None:
    """Half of a request is not carried out, though it is legal by itself."""
    for request in (head_of("Content-Length: 9") + b"{}", b"POST / HT", b""):
        raw(url, request, then_leave=True)
    raw(url, head_of("Transfer-Encoding: chunked") + b"4\r\n{}", then_leave=True)
    assert secretsmanager.calls == ()
    assert ask_once(url, "ListSecrets").status == 200


@pytest.mark.parametrize("beginning", [b"", b"POST / HTT", head_of("Content-Length: 2") + b"{"])
def test_a_client_that_says_no_more(
    secretsmanager: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    """A connection on which nothing comes is closed after a while, in real time also where time stands still."""
    monkeypatch.setattr(http_server._Exchange, "timeout", 0.05)
    with freezegun.freeze_time(), serve(service_of(secretsmanager)) as url:
        assert raw(url, beginning) == b""
    assert secretsmanager.calls == ()


def test_only_this_machine_is_listened_to(url: str) -> None:
    """The endpoint is bound to the loopback address; the machine's other addresses refuse."""
    port = int(url.rpartition(":")[2])
    with pytest.raises(OSError, match=r"refused|[Uu]nreachable|timed out"):
        socket.create_connection(("127.0.0.2", port), timeout=1)


def test_head_gets_no_body(url: str) -> None:
    """The answer to HEAD has a length and no content."""
    refused = ask_once(url, "ListSecrets", method="HEAD")
    assert (refused.status, refused.content) == (404, b"")
    assert int(refused.headers["Content-Length"]) > 0
