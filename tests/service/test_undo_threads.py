"""Checkpoints whose end finds other threads at work, and checkpoints in a forked child."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.model import ALL_STEPS, Turn
from pytest_secretsdelete._service.undo import CheckpointEndedError

from ..support import REGION, VALUE, rotate_as_the_template
from ..support.whole_state import whole_state

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:rotate"
PATIENCE = 60


class Gate:
    """Where a thread waits until it is let through."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self.opened.wait(PATIENCE)


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """Give another thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def rotate(client: Any) -> None:
    client.rotate_secret(SecretId="a", RotationLambdaARN=FUNCTION, RotationRules={"AutomaticallyAfterDays": 1})


@pytest.mark.parametrize("step", ["createSecret", "finishSecret"])
def test_a_rotation_of_the_inside(step: str, fake: FakeSecretsManager, client: Any, thread: ThreadPoolExecutor) -> None:
    """A rotation that began inside is undone: no further step, no record, and nothing of it is busy any more."""
    gate, steps, errors = Gate(), [], []

    def function(event: dict[str, str], context: Any) -> None:
        steps.append(event["Step"])
        if event["Step"] == step:
            gate.wait()
        try:
            rotate_as_the_template(client, event)
        except CheckpointEndedError as error:
            errors.append(str(error))

    fake.seed("a", "x")
    fake.rotation_function(FUNCTION, function)
    before = whole_state(fake)
    with fake.checkpoint():
        rotation = thread.submit(rotate, client)
        assert gate.reached.wait(PATIENCE)
        assert len(fake.events) >= 1
    assert whole_state(fake) == before
    gate.opened.set()
    rotation.result(PATIENCE)
    assert steps[-1] == step
    assert len(errors) == 1
    assert "https://pytest-secretsdelete.readthedocs.io/page/how-to/share-a-fake.html" in errors[0]
    assert {**whole_state(fake), "records": [], "latest": 0} == {**before, "records": [], "latest": 0}
    assert fake.calls == fake.rotations == fake.events == ()


def test_a_rotation_of_before(fake: FakeSecretsManager, client: Any, thread: ThreadPoolExecutor) -> None:
    """A rotation that began before goes on after the end; what it did inside is undone."""
    gate, inside = Gate(), Gate()

    def function(event: dict[str, str], context: Any) -> None:
        if event["Step"] == "setSecret":
            gate.wait()
            client.tag_resource(SecretId="a", Tags=[{"Key": "set", "Value": "yes"}])
            inside.wait()
        rotate_as_the_template(client, event)

    fake.seed("a", "x")
    fake.rotation_function(FUNCTION, function)
    rotation = thread.submit(rotate, client)
    assert gate.reached.wait(PATIENCE)
    with fake.checkpoint():
        gate.opened.set()
        assert inside.reached.wait(PATIENCE)
        assert fake.secret("a").tags == {"set": "yes"}
    inside.opened.set()
    rotation.result(PATIENCE)
    assert fake.secret("a").tags == {}
    assert [one.step for one in fake.rotations] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert [event.name for event in fake.events][-1] == "RotationSucceeded"


def test_what_comes_due_after_an_undone_rotation(
    clock: Clock, fake: FakeSecretsManager, client: Any, thread: ThreadPoolExecutor
) -> None:
    """A rotation that is undone while it runs holds up no other."""
    gate = Gate()
    fake.seed("a", "x")
    fake.rotation_function(FUNCTION, lambda event, context: rotate_as_the_template(client, event))
    rotate(client)
    with fake.checkpoint():
        fake.seed("b", "x")
        fake.rotation_function("*", lambda event, context: gate.wait())
        rotation = thread.submit(client.rotate_secret, SecretId="b", RotationLambdaARN=f"{FUNCTION}-other")
        assert gate.reached.wait(PATIENCE)
    clock.advance(days=3)
    assert [event.name for event in fake.events].count("RotationSucceeded") == 4
    gate.opened.set()
    rotation.result(PATIENCE)


def test_a_call_under_way(client: Any, thread: ThreadPoolExecutor) -> None:
    """A call that began inside and is carried out after the end changes nothing, and is no call."""
    gate = Gate()

    def delay(secret: Any) -> timedelta:
        gate.wait()
        return timedelta(0)

    with FakeSecretsManager(region=REGION, force_delete_delay=delay) as fake:
        fake.seed("a", "x")
        with fake.checkpoint():
            call = thread.submit(client.delete_secret, SecretId="a", ForceDeleteWithoutRecovery=True)
            assert gate.reached.wait(PATIENCE)
        gate.opened.set()
        with pytest.raises(CheckpointEndedError, match="DeleteSecret began inside a checkpoint that has ended"):
            call.result(PATIENCE)
        assert not fake.secret("a").is_scheduled_for_deletion
        assert fake.calls == ()


def test_many_threads(fake: FakeSecretsManager) -> None:
    """Calls of other threads that are under way at the end leave nothing behind once the threads have stopped."""
    fake.seed("a", "x")
    before = whole_state(fake)
    stop = threading.Event()

    def write(number: int) -> None:
        client = fake.client()
        for turn in range(100_000):
            if stop.is_set():
                return
            try:
                client.create_secret(Name=f"{number}-{turn}", SecretString="x")
                client.put_secret_value(SecretId="a", SecretString=f"{number}-{turn}")
            except CheckpointEndedError:
                return

    with ThreadPoolExecutor(3) as pool:
        with fake.checkpoint():
            with fake.checkpoint():
                writers = [pool.submit(write, number) for number in range(3)]
                while len(fake.calls) < 30:
                    pass
            stop.set()
            for writer in writers:
                writer.result(PATIENCE)
        assert {**whole_state(fake), "latest": 0} == {**before, "latest": 0}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_in_a_forked_child(fake: FakeSecretsManager) -> None:
    """A child undoes its own copy, and the parent its own."""
    fake.seed("a", "x")
    with fake.checkpoint():
        fake.seed("b", "x")
        child = os.fork()
        if child == 0:  # pragma: no cover - the child reports by its exit status
            fake.seed("c", "x")
            with fake.checkpoint():
                fake.seed("d", "x")
            os._exit(0 if [secret.name for secret in fake.secrets()] == ["a", "b", "c"] else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert [secret.name for secret in fake.secrets()] == ["a", "b"]
    assert [secret.name for secret in fake.secrets()] == ["a"]


def test_a_rotation_that_starts_after_the_end_of_its_checkpoint(fake: FakeSecretsManager) -> None:
    """Its function is not called, and nothing of it is recorded."""
    steps: list[Any] = []
    fake.rotation_function(FUNCTION, lambda event, context: steps.append(event))
    secret, vault = fake.seed("a", VALUE), service_of(fake).vault
    with fake.checkpoint():
        turn = vault.rotations.register(Turn(secret.arn, "token", FUNCTION, ALL_STEPS, vault.latest))
    vault.rotations.run(vault, turn)
    assert steps == []
    assert fake.events == ()
    assert not vault.rotations.is_busy
