"""Many threads on one fake: nothing is lost, and every secret has one current version."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..support import PATIENCE, REGION, force_late_interception, in_threads, token

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 16
ROUNDS = 12


@pytest.mark.parametrize(
    ("clients", "intercept"),
    [("shared", lambda client: None), ("shared", force_late_interception), ("of their own", lambda client: None)],
    ids=["shared, short", "shared, long", "of their own"],
)
def test_sixteen_threads(clients: str, intercept: Callable[[Any], Any], fake: FakeSecretsManager) -> None:
    """Sixteen threads write secrets of their own and one that they share, on a shared client or on their own."""
    shared = fake.client()
    intercept(shared)
    fake.seed("shared", "start")
    beginning = threading.Barrier(THREADS)
    sessions = [boto3.Session() for _ in range(THREADS)] if clients == "of their own" else []

    def work(number: int) -> None:
        client = sessions[number].client("secretsmanager") if sessions else shared
        if sessions:
            intercept(client)
        beginning.wait(PATIENCE)
        client.create_secret(Name=f"own/{number}", SecretString="0")
        for turn in range(ROUNDS):
            value = f"{number} {turn}"
            client.put_secret_value(SecretId=f"own/{number}", SecretString=value)
            assert client.get_secret_value(SecretId=f"own/{number}")["SecretString"] == value
            client.put_secret_value(
                SecretId="shared", SecretString=value, ClientRequestToken=token(number * ROUNDS + turn)
            )

    in_threads(*[lambda number=number: work(number) for number in range(THREADS)])  # type: ignore[misc]
    assert len(fake.secrets()) == THREADS + 1
    for secret in fake.secrets():
        labels = [label for version in secret.versions for label in version.staging_labels]
        assert sorted(labels) == ["AWSCURRENT", "AWSPREVIOUS"]
    held = {version.value for version in fake.secret("shared").versions}
    assert held == {"start"} | {f"{number} {turn}" for number in range(THREADS) for turn in range(ROUNDS)}
    assert len(fake.calls) == THREADS * (1 + 3 * ROUNDS)
    assert all(call.error_code is None for call in fake.calls)


def test_one_of_many_creates_a_name(fake: FakeSecretsManager) -> None:
    """Of many threads that create the same name one succeeds, and the others are refused."""
    client = fake.client()
    beginning = threading.Barrier(THREADS)
    codes: list[str] = []

    def work() -> None:
        beginning.wait(PATIENCE)
        try:
            client.create_secret(Name="a", SecretString="value")
        except client.exceptions.ResourceExistsException:
            codes.append("exists")
        else:
            codes.append("created")

    in_threads(*[work] * THREADS)
    assert sorted(codes) == ["created"] + ["exists"] * (THREADS - 1)


def test_faults_are_used_up_once(fake: FakeSecretsManager) -> None:
    """A fault that strikes a number of times strikes that often, however many threads call."""
    client = fake.client()
    fake.fail("ListSecrets", "DecryptionFailure", times=10)
    beginning = threading.Barrier(THREADS)
    failed: list[bool] = []

    def work() -> None:
        beginning.wait(PATIENCE)
        for _ in range(5):
            try:
                client.list_secrets()
            except client.exceptions.DecryptionFailure:
                failed.append(True)

    in_threads(*[work] * THREADS)
    assert len(failed) == 10
    assert len(fake.calls) == THREADS * 5


def test_fakes_start_and_stop_meanwhile() -> None:
    """Calls of a thread are answered by one fake or another, while inner ones come and go."""
    with FakeSecretsManager(region=REGION) as outer:
        outer.seed("a", "value")
        client = outer.client()
        done = threading.Event()
        read: list[str] = []

        def work() -> None:
            stopping = False
            while not stopping:  # one more time after the last fake has gone
                stopping = done.is_set()
                read.append(client.get_secret_value(SecretId="a")["SecretString"])

        def nest() -> None:
            try:
                for _ in range(50):
                    inner = FakeSecretsManager(region=REGION)
                    inner.seed("a", "value")
                    with inner:
                        pass
            finally:
                done.set()

        in_threads(work, nest)
    assert set(read) == {"value"}
