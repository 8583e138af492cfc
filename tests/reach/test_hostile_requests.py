"""Hostile requests and clients that misbehave: each gets its answer, and nobody else notices."""

from __future__ import annotations

import http.client
import json
import select
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import http_server
from pytest_secretsdelete._reach.endpoint import serve

from ..support import PATIENCE, REGION, VALUE, set_up_rotation
from ..support.whole_state import comparable_state
from .hostile import DELETING, HOSTILE, KEPT, Row, asking
from .http import ask, ask_once, connect, head_of, open_to, raw, server_threads, until

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager

pytestmark = pytest.mark.secretsmanager(region=REGION)

GOOD_REQUEST = asking(b"{}")
#: How many times as long as a good request of its size another request may take; all take less than twice as long.
MUCH_LONGER = 20


@pytest.fixture(autouse=True)
def _endless_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no client be answered only because the server has lost its patience with another."""
    monkeypatch.setattr(http_server._Exchange, "timeout", 10 * PATIENCE)


def exchange(client: socket.socket, request: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    """Send a request over a connection, and return its answer."""
    host, port = client.getpeername()
    client.sendall(request.replace(b"HOST", f"{host}:{port}".encode()).replace(b"PORT", str(port).encode()))
    response = http.client.HTTPResponse(client)
    response.begin()
    return response, response.read()


@pytest.fixture
def filled(clock: Clock, secretsmanager: FakeSecretsManager) -> FakeSecretsManager:
    """Give a fake with secrets that a request could change, over time that stands still."""
    secretsmanager.seed(KEPT, VALUE, previous=VALUE)
    secretsmanager.seed("scheduled", VALUE, deleted_days_ago=1)
    set_up_rotation(secretsmanager, KEPT, AutomaticallyAfterDays=30)
    return secretsmanager


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in HOSTILE])
def test_a_hostile_request(filled: FakeSecretsManager, url: str, capfd: pytest.CaptureFixture[str], row: Row) -> None:
    """It is answered as the table says, changes nothing, and the next good request is answered."""
    state, events, calls = comparable_state(filled), filled.events, filled.calls
    with open_to(url) as client:
        response, content = exchange(client, row.request)
        assert response.status == row.status
        if row.code is not None:
            assert json.loads(content)["__type"] == row.code
            text = "message" if row.code == "ValidationException" else "Message"
            assert json.loads(content).keys() == {"__type", text}
        elif row.status != 200:
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert b"<" not in content
        assert response.headers["Connection"] == ("close" if row.closes else None)
        if row.closes:
            assert client.recv(1) == b""
            assert filled.calls == calls
        else:
            assert [call.error_code for call in filled.calls[len(calls) :]] in ([], [row.code])
            assert exchange(client, GOOD_REQUEST)[0].status == 200
        assert len(ask_once(url, "ListSecrets").members["SecretList"]) == 1
    assert comparable_state(filled) == state
    assert filled.events == events
    assert capfd.readouterr() == ("", "")


def test_what_the_rows_would_delete(filled: FakeSecretsManager, url: str) -> None:
    """The request that the table spoils deletes its secret where it is not spoilt."""
    assert raw(url, DELETING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    assert KEPT not in filled


def seconds_for(url: str, request: bytes) -> float:
    """Return how long it takes, in real time, until a request and a good one after it are answered."""
    began = time.perf_counter()
    with open_to(url) as client:
        is_closed = exchange(client, request)[0].headers["Connection"] == "close"
        if not is_closed:
            exchange(client, GOOD_REQUEST)
    if is_closed:
        with open_to(url) as client:
            exchange(client, GOOD_REQUEST)
    return time.perf_counter() - began


def test_no_hostile_request_takes_long(url: str) -> None:
    """Each, and the good request after it, is answered about as fast as a good one of its size."""
    for row in HOSTILE:
        good = asking(b"{}".ljust(min(len(row.request), http_server.LARGEST_BODY)))
        hostile_took, good_took = [], []
        for _ in range(5):  # on a busy machine any single one may take long
            good_took.append(seconds_for(url, good))
            hostile_took.append(seconds_for(url, row.request))
            if min(hostile_took) < MUCH_LONGER * max(good_took):
                break
        else:
            pytest.fail(f"{row.name} took {hostile_took} s, and a good request of its size {good_took} s")


def test_a_foreign_host_is_told_why(url: str) -> None:
    """The refusal names the URL that is answered."""
    answered = raw(url, b"GET / HTTP/1.1\r\n\r\n")
    told = f"This endpoint answers requests to {url} and to no other host, and no other web page.\n"
    assert answered.endswith(told.encode())


def test_a_page_of_this_origin(url: str) -> None:
    """What the endpoint has served itself may ask."""
    assert ask_once(url, "ListSecrets", headers={"Origin": url}).status == 200


@pytest.mark.parametrize("beginning", [b"", b"POST / HT", head_of("Content-Length: 2"), GOOD_REQUEST])
@pytest.mark.parametrize("half_closed", [False, True])
def test_a_hundred_clients_that_say_no_more(url: str, beginning: bytes, half_closed: bool) -> None:
    """Idle and half-closed connections keep nobody from an answer."""
    with ExitStack() as stack:
        clients = [stack.enter_context(open_to(url)) for _ in range(100)]
        for client in clients:
            client.sendall(beginning.replace(b"HOST", url.removeprefix("http://").encode()))
            if half_closed:
                client.shutdown(socket.SHUT_WR)
        assert ask_once(url, "ListSecrets").status == 200


def test_stopping_closes_a_hundred_connections(secretsmanager: FakeSecretsManager) -> None:
    """Each client sees the end, whatever it had begun, and no thread is left."""
    with ExitStack() as stack:
        with serve(service_of(secretsmanager)) as url:
            clients = [stack.enter_context(open_to(url)) for _ in range(100)]
            for number, client in enumerate(clients):
                client.sendall(b"POST / HTTP/1.1\r\n"[: number % 17])
            until(lambda: len(server_threads()) == 101)
        assert server_threads() == []
        for client in clients:
            client.setblocking(False)
            assert client.recv(1) == b""


def test_clients_that_send_byte_by_byte(url: str) -> None:
    """20 slow clients are answered in the end, and others meanwhile."""
    request = GOOD_REQUEST.replace(b"HOST", url.removeprefix("http://").encode())
    with ExitStack() as stack:
        clients = [stack.enter_context(open_to(url)) for _ in range(20)]
        for place in range(len(request)):
            for client in clients:
                client.sendall(request[place : place + 1])
            if place % 50 == 0:
                assert ask_once(url, "ListSecrets").status == 200
        for client in clients:
            assert client.recv(15) == b"HTTP/1.1 200 OK"


def test_a_client_that_does_not_read(secretsmanager: FakeSecretsManager) -> None:
    """Answers that nobody reads fill up one connection; others are answered, and stopping does not wait for it."""
    for number in range(100):
        secretsmanager.seed(f"secret/{number}")
    with serve(service_of(secretsmanager)) as url, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = url.removeprefix("http://").split(":")
        client.connect((host, int(port)))
        client.setblocking(False)
        request = GOOD_REQUEST.replace(b"HOST", f"{host}:{port}".encode())
        sent = 0
        while select.select([], [client], [], 1)[1]:
            sent += client.send((request * 100)[sent % len(request) :])
            assert sent < 100_000_000
        assert ask_once(url, "ListSecrets").status == 200
    assert server_threads() == []


def raw_in_pieces(url: str, request: bytes) -> bytes:
    """Send bytes in 20 pieces, between which others are answered; return all that is answered at last."""
    request = request.replace(b"HOST", url.removeprefix("http://").encode())
    size = len(request) // 20 + 1
    with open_to(url) as client:
        for place in range(0, len(request), size):
            client.sendall(request[place : place + size])
            assert ask_once(url, "ListSecrets").status == 200
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_many_requests_at_once(url: str) -> None:
    """300 pipelined requests, good and bad, are answered in order, and others meanwhile."""
    answered = raw_in_pieces(url, (GOOD_REQUEST + asking(b"{") + asking(b"[]")) * 100 + head_of("Connection: close"))
    assert [part[:3] for part in answered.split(b"HTTP/1.1 ")[1:]] == [b"200", b"400", b"400"] * 100 + [b"200"]


def test_a_body_in_many_small_chunks(url: str) -> None:
    """A chunk for each byte makes the same body; others are answered meanwhile."""
    body = b'{"NextToken":"' + b"a" * 4000 + b'"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    answered = raw_in_pieces(url, head_of("Transfer-Encoding: chunked", "Connection: close") + chunks)
    assert b'"InvalidNextTokenException"' in answered


@pytest.mark.parametrize("beginning", [b"", b"POST / HT", head_of("Content-Length: 2") + b"{", GOOD_REQUEST])
def test_clients_that_reset_their_connections(url: str, capfd: pytest.CaptureFixture[str], beginning: bytes) -> None:
    """20 clients leave one after the other, before, in or after a request: nobody is disturbed, and nothing printed."""
    with ExitStack() as stack:
        clients = [stack.enter_context(open_to(url)) for _ in range(20)]
        for client in clients:
            client.sendall(beginning.replace(b"HOST", url.removeprefix("http://").encode()))
        other = connect(url)
        stack.callback(other.close)
        for client in clients:
            assert ask(other, "ListSecrets").status == 200
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        assert ask(other, "ListSecrets").status == 200
        assert ask_once(url, "ListSecrets").status == 200
    assert capfd.readouterr() == ("", "")
