"""The Agent and the extension while they run and when they end: many clients, moving time, a fake that stops."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import freezegun
import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import http_server

from ..support import PATIENCE
from .agents import GET, KINDS, TOKEN, ask, variables
from .http import connect, open_sockets, server_threads, until

if TYPE_CHECKING:
    from pytest_secretsdelete._service.wire import Answer, Incoming

THREADS, MOVES = 20, 30
OF_B = "/secretsmanager/get?secretId=b"


def test_many_clients_while_time_moves(fake: FakeSecretsManager, clock: Clock, client: Any) -> None:
    """20 threads ask both over kept connections: each answer is whole, and none is older than its time to live."""
    fake.seed("a", "0")
    written, seen, over = [0], [], threading.Event()

    def read(url: str) -> None:
        token = {"X-Aws-Parameters-Secrets-Token": os.environ[TOKEN]}
        with closing(connect(url)) as connection:
            while not over.is_set():
                earliest = written[0]
                connection.request("GET", GET, headers=token)
                response = connection.getresponse()
                content = response.read()
                seen.append((response.status, earliest, content))

    before = open_sockets()
    with fake.agent() as agent, fake.agent("extension") as extension, ThreadPoolExecutor(THREADS) as pool:
        reading = [pool.submit(read, (agent, extension)[number % 2]) for number in range(THREADS)]
        for number in range(1, MOVES + 1):
            client.put_secret_value(SecretId="a", SecretString=str(number))
            clock.advance(seconds=300)
            written[0] = number
            count = len(seen)
            until(lambda count=count: len(seen) > count + THREADS)
        over.set()
        for each in reading:
            each.result(PATIENCE)
    assert server_threads() == []
    assert open_sockets() <= before
    assert {status for status, _, _ in seen} == {200}
    values = [
        (earliest, int(content.partition(b'"SecretString":"')[2].partition(b'"')[0])) for _, earliest, content in seen
    ]
    assert [each for each in values if each[1] < each[0]] == []


@KINDS
def test_it_ends_while_it_answers(kind: Any, fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end waits for what the service is carrying out; the client sees its connection end, and nothing is left."""
    monkeypatch.setattr(http_server, "GRACE", PATIENCE)
    fake.seed("a", "0")
    service, entered, released, carried_out = service_of(fake), threading.Event(), threading.Event(), []
    answer = service.answer

    def slow(incoming: Incoming) -> Answer:
        entered.set()
        assert released.wait(PATIENCE)
        carried_out.append(incoming.operation)
        return answer(incoming)

    before = variables()
    with monkeypatch.context() as patched, ThreadPoolExecutor(1) as pool:
        patched.setattr(service, "answer", slow)
        with fake.agent(kind) as url:
            asked = pool.submit(ask, url)
            assert entered.wait(PATIENCE)
            threading.Timer(0.1, released.set).start()
        assert carried_out == ["GetSecretValue"]
        assert isinstance(asked.exception(PATIENCE), ConnectionError)
    assert server_threads() == []
    assert variables() == before


@KINDS
def test_a_fake_that_stops_within(kind: Any, fake: FakeSecretsManager) -> None:
    """It answers until its block ends, from what the stopped fake holds; then the environment is as it was."""
    fake.seed("a", "0")
    with fake.agent(kind) as url:
        token = {"X-Aws-Parameters-Secrets-Token": os.environ[TOKEN]}
        fake.stop()
        assert ask(url).members["SecretString"] == "0"
        fake.start()  # it hides the session token, as that of any credentials
        assert ask(url, **token).members["SecretString"] == "0"
    assert set(variables().values()) == {None}
    with pytest.raises(ConnectionRefusedError):
        ask(url)


@KINDS
def test_blocks_that_end_in_another_order(kind: Any, fake: FakeSecretsManager) -> None:
    """Where the outer of two ends first, the inner one is still named, and in the end all is as before."""
    fake.seed("a", "0")
    before = variables()
    outer, inner = fake.agent(), fake.agent(kind)
    outer.__enter__()
    url = inner.__enter__()
    token = os.environ[TOKEN]
    outer.__exit__(None, None, None)
    assert os.environ[TOKEN] == token
    assert ask(url).status == 200
    inner.__exit__(None, None, None)
    assert variables() == before
    assert server_threads() == []


@KINDS
def test_a_checkpoint_undoes_what_is_kept(kind: Any, fake: FakeSecretsManager, client: Any) -> None:
    """A value that was read inside is read anew after it, and one that was kept before is kept again."""
    fake.seed("b", "0")
    with fake.agent(kind) as url:
        ask(url, OF_B)
        with fake.checkpoint():
            fake.seed("a", "inside")
            assert ask(url).members["SecretString"] == "inside"
            client.put_secret_value(SecretId="b", SecretString="inside")
            assert ask(url, OF_B).members["SecretString"] == "0"
        fake.seed("a", "after")
        assert ask(url).members["SecretString"] == "after"
        before = len(fake.calls)
        assert ask(url, OF_B).members["SecretString"] == "0"
        assert len(fake.calls) == before


@KINDS
def test_a_checkpoint_that_ends_while_it_is_read(
    kind: Any, fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read inside is not kept after its end."""
    service, checkpoint = service_of(fake), fake.checkpoint()
    answer = service.answer

    def end_after(incoming: Incoming) -> Answer:
        answered = answer(incoming)
        checkpoint.__exit__(None, None, None)
        return answered

    with fake.agent(kind) as url:
        checkpoint.__enter__()
        fake.seed("a", "inside")
        with monkeypatch.context() as patched:
            patched.setattr(service, "answer", end_after)
            assert ask(url).members["SecretString"] == "inside"
        fake.seed("a", "after")
        assert ask(url).members["SecretString"] == "after"


@KINDS
def test_time_that_is_set_back(kind: Any, fake: FakeSecretsManager, client: Any) -> None:
    """A value that was read later than now by its time to live is out of date, as one read so much earlier is."""
    fake.seed("a", "0")
    with fake.agent(kind) as url:
        with freezegun.freeze_time("2031-05-06T07:08:09Z"):
            ask(url)
        client.put_secret_value(SecretId="a", SecretString="1")
        assert ask(url).members["SecretString"] == "1"
