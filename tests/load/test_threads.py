"""Sixty-four threads on one fake while time moves, rotations run, calls fail and fakes stop: nothing is lost."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from pytest_secretsdelete import Clock, FakeSecretsManager, Timeout, _active
from pytest_secretsdelete._reach.guard import Guard, UnmockedCallError

from ..support import PATIENCE, REGION, in_threads, run_python, running
from .callers import INJECTED, VERSIONS_KEPT, Ledger, be_busy, check, populate, write_and_read
from .conftest import LOAD

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 64
ROUNDS = 4 * LOAD
ONCE = Config(retries={"max_attempts": 0})


def clients_of(kind: str, fake: FakeSecretsManager, ledger: Ledger, config: Config | None) -> list[Any]:
    """Return a client for each thread: one that they share, one for each, or half and half."""
    sharing = {"shared": THREADS, "own": 0, "both": THREADS // 2}[kind]
    sessions = [boto3.Session() for _ in range(THREADS - sharing)]
    own = [ledger.watch(session.client("secretsmanager", REGION, config=config)) for session in sessions]
    return [ledger.watch(fake.client(config=config))] * sharing + own


def run(fake: FakeSecretsManager, clients: list[Any], ledger: Ledger, *others: Callable[[], Any]) -> dict[str, str]:
    """Let a thread for each client be busy beside other functions; return the last values of all."""
    last: dict[str, str] = {}
    together = threading.Barrier(len(clients) + len(others))

    def work(number: int) -> None:
        together.wait(PATIENCE)
        last.update(be_busy(ledger, clients[number], number, ROUNDS))

    def beside(function: Callable[[], Any]) -> None:
        together.wait(PATIENCE)
        function()

    callers = [lambda number=number: work(number) for number in range(len(clients))]
    in_threads(*callers, *[lambda other=other: beside(other) for other in others])
    return last


@pytest.mark.parametrize("kind", ["shared", "own"])
def test_while_the_clock_moves(clock: Clock, fake: FakeSecretsManager, kind: str) -> None:
    """Time moves by hours while they call, secrets rotate, old versions go; some calls fail, and nobody repeats them."""
    ledger = Ledger()
    populate(fake, ledger)
    clients = clients_of(kind, fake, ledger, ONCE)
    fake.fail("PutSecretValue", "InternalServiceError", times=THREADS // 2, secret_id="shared/0", message=INJECTED)
    fake.fail("DescribeSecret", Timeout.READ, times=10, secret_id="shared/2")
    fake.fail("DescribeSecret", Timeout.CONNECT, times=10, secret_id="shared/3")

    def move() -> None:
        for _ in range(30):
            clock.advance(hours=7)

    started = clock.now()
    last = run(fake, clients, ledger, move)
    assert (clock.now() - started).total_seconds() == 30 * 7 * 3600
    assert len(last) == THREADS
    assert ledger.unanswered == {"ReadTimeoutError": 10, "ConnectTimeoutError": 10}
    codes = Counter(call.error_code for call in fake.calls)
    for code in ("ReadTimeoutError", "ConnectTimeoutError"):  # botocore has no event for an attempt without an answer
        ledger.attempts["DescribeSecret", code] += 10
    assert codes["InternalServiceError"] == THREADS // 2
    for _ in range(VERSIONS_KEPT):
        ledger.call(clients[0], "put_secret_value", SecretId="shared/0", SecretString="one more")
    clock.advance(days=2)
    assert any(event.name == "SecretVersionDeletion" for event in fake.events)
    assert check([fake], ledger, last, ledger.unanswered) > 4


def test_while_sleeps_are_skipped(clock: Clock, fake: FakeSecretsManager) -> None:
    """Threads sleep between their calls, botocore's own back-off sleeps as well, and rotations come due on the way."""
    ledger = Ledger()
    populate(fake, ledger)
    clients = clients_of("both", fake, ledger, None)
    fake.fail("*", "ThrottlingException", times=3 * THREADS)
    last: dict[str, str] = {}

    def work(number: int) -> None:
        last.update(be_busy(ledger, clients[number], number, ROUNDS // 2))
        time.sleep(3600 * (number % 5 + 20))
        last.update(be_busy_again(number))

    def be_busy_again(number: int) -> dict[str, str]:
        value = f"again {number}"
        written = ledger.call(clients[number], "put_secret_value", SecretId=f"own/{number}", SecretString=value)
        return {} if written is None else {f"own/{number}": value}

    started = clock.now()
    with clock.skip_sleeps():
        in_threads(*[lambda number=number: work(number) for number in range(THREADS)])
    assert (clock.now() - started).total_seconds() >= 24 * 3600
    assert sum(call.error_code == "ThrottlingException" for call in fake.calls) == 3 * THREADS
    assert check([fake], ledger, last) > 4


def test_fakes_that_stop_meanwhile() -> None:
    """The inner fake stops, and then the outer one: each call is answered by one of them, or ends with our own error."""
    outer, inner = FakeSecretsManager(region=REGION), FakeSecretsManager(region=REGION)
    ledger, guard, before = Ledger(), Guard(), dict(os.environ)
    last: dict[str, str] = {}
    outer_only, stopped = threading.Event(), threading.Event()
    begun = [threading.Semaphore(0) for _ in range(2)]

    def work(client: Any, number: int) -> None:
        for turn in range(10_000 * LOAD):
            try:
                write_and_read(ledger, client, f"{number}/{turn}", last)
            except UnmockedCallError:
                assert stopped.is_set()
                return
            begun[outer_only.is_set()].release()
        raise AssertionError("both fakes have stopped, and calls are answered")

    def stop() -> None:
        for _ in range(2 * THREADS):
            assert begun[0].acquire(timeout=PATIENCE)
        inner.stop()
        outer_only.set()
        for _ in range(2 * THREADS):
            assert begun[1].acquire(timeout=PATIENCE)
        stopped.set()
        outer.stop()

    guard.install()
    try:
        with outer, inner:
            clients = clients_of("both", inner, ledger, ONCE)
            works = [lambda c=client, n=number: work(c, n) for number, client in enumerate(clients)]
            in_threads(*works, stop)
    finally:
        guard.uninstall()
    assert len(guard.take()) == THREADS + ledger.unanswered["FakeStoppedError"]
    assert inner.secrets()
    assert outer.secrets()
    check([outer, inner], ledger, last, {"FakeStoppedError"})
    assert len(inner.secrets()) + len(outer.secrets()) == len(last)
    assert dict(os.environ) == before


def test_nested_fakes_of_two_threads(fake: FakeSecretsManager) -> None:
    """Two threads start and stop fakes of their own, not in the order of a stack, while others call."""
    ledger, before, done = Ledger(), dict(os.environ), threading.Event()
    last: dict[str, str] = {}
    client = ledger.watch(fake.client(config=ONCE))
    fakes = [fake]

    def nest(number: int) -> None:
        kept: list[FakeSecretsManager] = []
        for turn in range(150 * LOAD):
            kept.append(FakeSecretsManager(region=f"us-west-{number + 1}"))
            fakes.append(kept[-1])
            kept[-1].start()
            if turn % 3 != 1:
                kept.pop(turn % len(kept)).stop()
        for left in kept:
            left.stop()

    def nest_both() -> None:
        try:
            in_threads(lambda: nest(0), lambda: nest(1))
        finally:
            done.set()

    def work(number: int) -> None:
        turn = 0
        while not done.is_set():
            turn += 1
            write_and_read(ledger, client, f"{number}/{turn}", last)

    in_threads(nest_both, *[lambda number=number: work(number) for number in range(THREADS // 4)])
    assert len(_active.responders()) == 1
    assert dict(os.environ) == before
    check(fakes, ledger, last)
    assert sum(len(one.secrets()) for one in fakes) == len(last)


def test_a_hang_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs fails its test, with the stack of each thread."""
    goes_on = threading.Event()

    def hang_for_ever() -> None:
        goes_on.wait(PATIENCE)

    monkeypatch.setattr(running, "PATIENCE", 0.1)
    with pytest.raises(AssertionError, match="it hangs:\n(?s:.*)hang_for_ever"):
        in_threads(hang_for_ever)
    goes_on.set()


def test_a_hanging_process_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs fails its test, with the stack of each of its threads."""
    script = """
import threading
def hang_for_ever():
    threading.Event().wait()
threading.Thread(target=hang_for_ever).start()
"""
    shown = ""
    for patience in (1, 10, 100):  # a busy machine may take a while to start it
        monkeypatch.setattr(running, "PATIENCE", patience)
        with pytest.raises(AssertionError, match="it hangs:\n") as caught:
            run_python(script)
        shown = str(caught.value)
        if "in hang_for_ever" in shown:
            break
    assert "in hang_for_ever" in shown
