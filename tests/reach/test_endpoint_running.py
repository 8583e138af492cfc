"""The endpoint while it runs and when it ends: many clients, frozen time, and nothing left."""

from __future__ import annotations

import http.client
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import freezegun
import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import http_server
from pytest_secretsdelete._reach.endpoint import serve

from ..support import PATIENCE
from .http import JSON, TOKEN, Responder, ask, ask_once, connect, open_sockets, server_threads, until

if TYPE_CHECKING:
    from pytest_secretsdelete._service.wire import Answer, Incoming


def test_many_clients_at_once(secretsmanager: FakeSecretsManager, url: str) -> None:
    """16 threads create and read 20 secrets each, over a connection of their own."""

    def create_and_read(thread: int) -> set[int]:
        connection = connect(url)
        statuses = set()
        for number in range(20):
            name = f"secret/{thread}/{number}"
            token = f"{thread:016}{number:016}"
            created = ask(connection, "CreateSecret", {"Name": name, "SecretString": "x", "ClientRequestToken": token})
            read = ask(connection, "GetSecretValue", {"SecretId": name})
            statuses |= {created.status, read.status}
        connection.close()
        return statuses

    with ThreadPoolExecutor(16) as pool:
        assert set().union(*pool.map(create_and_read, range(16))) == {200}
    assert len(secretsmanager.secrets()) == 320
    assert len(secretsmanager.calls) == 640


def test_a_slow_answer_holds_up_nobody_else() -> None:
    """Requests are answered side by side."""
    together = threading.Barrier(5, timeout=PATIENCE)
    service = service_of(FakeSecretsManager())

    def answer(incoming: Incoming) -> Answer:
        together.wait()
        return service.answer(incoming)

    with serve(Responder(answer)) as url, ThreadPoolExecutor(5) as pool:
        assert {reply.status for reply in pool.map(lambda _: ask_once(url, "ListSecrets"), range(5))} == {200}


def test_an_endpoint_in_frozen_time(secretsmanager: FakeSecretsManager) -> None:
    """A freeze, begun before or after, neither hangs the endpoint nor lets it spin; it tells the frozen instant."""
    started = os.times()
    with freezegun.freeze_time("2026-03-01T00:00:00Z"), serve(service_of(secretsmanager)) as url:
        kept = connect(url)
        made = ask(kept, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN})
        assert made.headers["Date"] == "Sun, 01 Mar 2026 00:00:00 GMT"
        with freezegun.freeze_time("2026-04-01T00:00:00Z"):
            time.sleep(0.3)
            assert ask(kept, "DeleteSecret", {"SecretId": "one"}).members["DeletionDate"] == 1777593600
        assert secretsmanager.secret("one").created_date == datetime(2026, 3, 1, tzinfo=timezone.utc)
        kept.close()
    ended = os.times()
    assert ended.elapsed - started.elapsed < PATIENCE
    assert (ended.user + ended.system) - (started.user + started.system) < 0.25 + (ended.elapsed - started.elapsed) / 2


def test_sleeping_moves_the_clock_while_clients_idle(secretsmanager_clock: Clock, url: str) -> None:
    """The waiting threads of an endpoint do not keep sleepers from waking."""
    kept = connect(url)
    ask(kept, "ListSecrets")
    before, started = secretsmanager_clock.now(), os.times().elapsed
    with secretsmanager_clock.skip_sleeps():
        time.sleep(30 * 24 * 3600)
    assert secretsmanager_clock.now() - before == timedelta(days=30)
    assert os.times().elapsed - started < PATIENCE
    assert ask(kept, "ListSecrets").status == 200
    kept.close()


def test_nothing_is_left(secretsmanager: FakeSecretsManager) -> None:
    """Idle connections and half a request end with the endpoint: no thread, no socket, no variable."""
    variables, sockets = dict(os.environ), open_sockets()
    with serve(service_of(secretsmanager)) as url:
        assert os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == url
        assert os.environ["AWS_REGION"] == secretsmanager.region
        idle, half = connect(url), connect(url)
        assert ask(idle, "ListSecrets").status == 200
        half.connect()
        half.sock.sendall(b"POST / HTTP/1.1\r\n")
        until(lambda: len(server_threads()) == 3)
    assert server_threads() == []
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        ask(idle, "ListSecrets")
    assert half.sock.recv(1) == b""
    idle.close()
    half.close()
    with pytest.raises(ConnectionRefusedError):
        ask_once(url, "ListSecrets")
    assert open_sockets() == sockets
    assert dict(os.environ) == variables


def test_stopping_is_prompt(secretsmanager: FakeSecretsManager) -> None:
    """Stopping does not wait for idle connections, nor for a slow poll: of some attempts one takes no time."""
    lasted = []
    for _ in range(10):
        with serve(service_of(secretsmanager)) as url:
            idle = connect(url)
            assert ask(idle, "ListSecrets").status == 200
            started = os.times().elapsed
        lasted.append(os.times().elapsed - started)
        idle.close()
        if lasted[-1] < 0.25:
            return
    raise AssertionError(lasted)


def test_an_exception_ends_the_endpoint(secretsmanager: FakeSecretsManager) -> None:
    """A test that fails within leaves nothing behind either."""
    variables = dict(os.environ)
    with pytest.raises(ZeroDivisionError), serve(service_of(secretsmanager)):
        1 / 0  # noqa: B018
    assert server_threads() == []
    assert dict(os.environ) == variables


def test_a_request_that_is_being_answered_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that never returns does not hang the test run; one wait is enough for all of them."""
    monkeypatch.setattr(http_server, "GRACE", 1.5)
    released, entered = threading.Event(), []

    def answer(incoming: Incoming) -> Answer:
        entered.append(incoming)
        assert released.wait(PATIENCE)
        raise AssertionError

    headers = {"Content-Type": JSON, "X-Amz-Target": "secretsmanager.ListSecrets"}
    with serve(Responder(answer)) as url, closing(connect(url)) as idle:
        idle.connect()
        until(lambda: len(server_threads()) == 2)
        clients = [connect(url) for _ in range(20)]
        for client in clients:
            client.request("POST", "/", b"{}", headers)
        until(lambda: len(entered) == 20)
        started = os.times().elapsed
    assert 1 < os.times().elapsed - started < 20  # a wait for each takes 30
    released.set()
    until(lambda: not server_threads())
    for client in clients:
        client.close()
