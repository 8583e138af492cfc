"""Children made by fork while other threads are at work: they call the fake, and end."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
import weakref
from contextlib import closing
from typing import TYPE_CHECKING

import freezegun
import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._reach import http_server
from pytest_secretsdelete._service import locks

from ..support import PATIENCE, forking, in_threads
from .http import ask, connect, server_threads, until

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.mark.parametrize("_round", range(3))
def test_forks_while_four_threads_call(_round: int) -> None:
    """Each child makes calls of every kind, starts a fake of its own, and ends without an error."""
    source = """
with FakeSecretsManager(region="eu-west-1") as fake:
    fake.seed("a", "value")
    client = fake.client()
    def call():
        client.put_secret_value(SecretId="a", SecretString="new")
        client.get_secret_value(SecretId="a")
    def start_and_stop():
        inner = FakeSecretsManager(region="eu-west-1")
        inner.seed("a", "new")
        with inner:
            pass
    def child():
        for _ in range(3):
            call()
        assert fake.secret("a").current.value in {"value", "new"}
        with FakeSecretsManager(region="eu-west-1") as inner:
            client.create_secret(Name="b")
            assert [secret.name for secret in inner.secrets()] == ["b"]
    stop = at_work(call, call, call, start_and_stop)
    print(*[forked(child) for _ in range(20)])
    stop()
"""
    assert forking(source) == ["0"] * 20


def test_ids_of_requests_in_children() -> None:
    """A child's requests have other ids than its parent's and those of other children."""
    source = """
with FakeSecretsManager(region="eu-west-1") as fake:
    client = fake.client()
    def call():
        print(client.list_secrets()["ResponseMetadata"]["RequestId"], flush=True)
    for _ in range(2):
        forked(call)
    call()
"""
    ids = forking(source)
    assert len(ids) == len(set(ids)) == 3


def test_forks_while_another_thread_rotates() -> None:
    """What comes due in a child comes due, although another thread was inside a rotation function at the fork."""
    source = """
import freezegun
with freezegun.freeze_time("2031-05-06T07:08:09Z"), FakeSecretsManager(region="eu-west-1") as fake:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:rotate"
    inside, goes_on, parent, steps = threading.Event(), threading.Event(), os.getpid(), []
    def rotate(event, context):
        steps.append(event["Step"])
        if os.getpid() == parent:
            inside.set()
            goes_on.wait()
    fake.rotation_function(arn, rotate)
    client = fake.client()
    for name in ("a", "b"):
        fake.seed(name, "value")
    goes_on.set()
    for name in ("a", "b"):
        client.rotate_secret(SecretId=name, RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 1},
                             RotateImmediately=False)
    goes_on.clear(); inside.clear()
    def child():
        steps.clear()
        Clock().advance(days=3)
        assert steps, "nothing has come due"
    thread = threading.Thread(target=lambda: client.rotate_secret(SecretId="a"), daemon=True)
    thread.start()
    inside.wait()
    print(forked(child))
    goes_on.set()
    thread.join()
"""
    assert forking(source) == ["0"]


def test_forks_while_other_threads_sleep_on_the_clock() -> None:
    """A child that sleeps waits for no thread that was left behind in its parent."""
    source = """
import freezegun
with freezegun.freeze_time("2031-05-06T07:08:09Z", ignore=["__main__"]):
    begun = threading.Barrier(3)
    with Clock().skip_sleeps():
        def work():
            begun.wait()
            time.sleep(3600)
        stop = at_work(lambda: None)  # so that time does not go on in the parent
        for _ in range(2):
            threading.Thread(target=work, daemon=True).start()
        begun.wait()
        threading.Event().wait(0.05)
        print(forked(lambda: time.sleep(7200)))
        stop()
"""
    assert forking(source) == ["0"]


def test_a_fork_under_a_lock() -> None:
    """A delay of the test's own, which is called under the vault's lock, may fork: the child's calls go on."""
    source = """
outcomes = []
def delay(secret):
    outcomes.append(forked(lambda: client.create_secret(Name="child")))
    return timedelta(0)
with FakeSecretsManager(region="eu-west-1", purge_delay=delay) as fake:
    client = fake.client()
    client.create_secret(Name="a")
    client.delete_secret(SecretId="a")
    client.create_secret(Name="b")
print(*outcomes)
"""
    assert forking(source) == ["0"]


ENDPOINT = """
import contextlib, http.client, socket
fake = FakeSecretsManager(region="eu-west-1").start()
block = contextlib.ExitStack()
address = block.enter_context(fake.endpoint()).partition("//")[2]
headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.ListSecrets"}
def status(connection):
    connection.request("POST", "/", b"{}", headers)
    response = connection.getresponse()
    response.read()
    return response.status
kept = http.client.HTTPConnection(address, timeout=100)
status(kept)
"""


def test_a_child_that_leaves_an_endpoint() -> None:
    """The child does not wait for its parent's threads, and the parent goes on serving old and new connections."""
    source = f"""{ENDPOINT}
def child():
    assert status(http.client.HTTPConnection(address, timeout=100)) == 200
    block.close()
    assert "AWS_ENDPOINT_URL_SECRETS_MANAGER" not in os.environ
print(forked(child), status(kept), status(http.client.HTTPConnection(address, timeout=100)))
block.close()
"""
    assert forking(source) == ["0", "200", "200"]


def test_a_child_that_outlives_an_endpoint() -> None:
    """A child keeps no socket of its parent's endpoint open: its connections end, and its port is free."""
    source = f"""{ENDPOINT}
reading, writing = os.pipe()
begun, begins = os.pipe()
child = os.fork()
if not child:
    os.close(writing)
    os.write(begins, b"x")
    os.read(reading, 1)  # until the parent lets it go
    os._exit(0)
os.read(begun, 1)  # until then it may have had no time to close anything
block.close()
print(repr(kept.sock.recv(1)))
try:
    socket.create_connection(address.split(":"), timeout=100)
except ConnectionRefusedError:
    print("refused")
os.write(writing, b"x")
print(ended(child))
"""
    assert forking(source) == ["b''", "refused", "0"]


def test_a_lock_that_stays_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork waits once for holders that do not let go; what it could not take is made anew in the child."""
    monkeypatch.setattr(locks, "PATIENCE", 0.01)
    held, free = [locks.new() for _ in range(2)], locks.new()
    holds, lets_go = threading.Event(), threading.Event()

    def hold() -> None:
        with held[0], held[1]:
            holds.set()
            lets_go.wait(PATIENCE)
            for lock in held:  # made anew meanwhile: its with statements are to release something
                lock.acquire()

    def fork() -> None:
        holds.wait(PATIENCE)
        with free:
            locks._before_fork()
            locks._in_child()
            assert all(lock.acquire(blocking=False) for lock in (*held, free))
            for lock in (*held, free):
                lock.release()
        lets_go.set()

    in_threads(hold, fork)


def test_the_parent_goes_on() -> None:
    """In the parent every lock is as it was."""
    lock = locks.new()
    locks._before_fork()
    _assert_held(lock, by_another=True)
    locks._in_parent()
    _assert_held(lock, by_another=False)


def _assert_held(lock: threading.RLock, *, by_another: bool) -> None:
    def look() -> None:
        assert lock.acquire(blocking=False) is not by_another

    in_threads(look)


def test_what_a_fake_and_a_clock_renew() -> None:
    """A fake and a clock forget the threads that were left behind, and go on for the one that forked."""
    with freezegun.freeze_time("2031-05-06T07:08:09Z"), FakeSecretsManager() as fake, Clock().skip_sleeps():
        fake.seed("a", "value")
        locks._before_fork()
        locks._in_child()
        before = time.time()
        time.sleep(60)
        assert time.time() == before + 60
        fake.client().delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        assert "a" not in fake


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[http_server._Server]:
    """Give a list of the servers that endpoints make."""
    made: list[http_server._Server] = []

    class Recorded(http_server._Server):
        def __init__(self, application: http_server.Application, *, any_method: bool) -> None:
            super().__init__(application, any_method=any_method)
            made.append(self)

    monkeypatch.setattr(http_server, "_Server", Recorded)
    return made


def test_what_an_endpoint_renews(fake: FakeSecretsManager, servers: list[http_server._Server]) -> None:
    """An endpoint closes its copies of the sockets, and its end then stops nothing."""
    with fake.endpoint() as url, closing(connect(url)) as client:
        assert ask(client, "ListSecrets").status == 200
        sockets = [servers[0].socket, *servers[0]._connections.values()]
        servers[0].shutdown()  # as in a child no thread accepts
        locks._before_fork()
        locks._in_child()
        assert [copied.fileno() for copied in sockets] == [-1, -1]
        client.close()
        until(lambda: server_threads() == [])


def test_a_connection_is_known_before_its_first_answer(
    fake: FakeSecretsManager, servers: list[http_server._Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever forks after an answer leaves that connection to the parent, however late the server's thread goes on."""
    start, looked = threading.Thread.start, threading.Event()

    def return_late(thread: threading.Thread) -> None:
        start(thread)
        if thread.name.startswith("fake for "):
            looked.wait(PATIENCE)

    with fake.endpoint() as url, closing(connect(url)) as client:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", return_late)
            assert ask(client, "ListSecrets").status == 200
            known = len(servers[0]._connections)
            looked.set()
        assert known == 1


def test_a_fake_that_lives_to_the_end_of_a_script() -> None:
    """Python ends without a complaint."""
    code = "from pytest_secretsdelete import FakeSecretsManager\nwith FakeSecretsManager() as fake: fake.seed('a', 'b')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("", "")


def test_what_is_renewed_goes_with_its_owner() -> None:
    """Neither a lock nor an owner is kept alive, and an owner that lives is told."""

    class Owner:
        told = 0

        def forget(self) -> None:
            self.told += 1

    gc.collect()  # fakes of other tests
    owner, other, lock = Owner(), Owner(), locks.new()
    renewals = len(locks._renewals)
    for one in (owner, other):
        locks.in_children(one.forget)
    gone: list[Callable[[], object]] = [weakref.ref(other), weakref.ref(lock)]
    del other, one, lock
    gc.collect()
    assert [reference() for reference in gone] == [None, None]
    assert len(locks._renewals) == renewals + 1
    locks._before_fork()
    locks._in_child()
    assert owner.told == 1
