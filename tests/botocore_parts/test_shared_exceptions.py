"""The exception classes of Secrets Manager are the same for all clients while a fake is active."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from pytest_secretsdelete import FakeSecretsManager

from ..support import REGION, in_threads

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = {"region_name": REGION, "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
SESSIONS: dict[str, Callable[[], Any]] = {
    "default session": lambda: boto3.client("secretsmanager", **KEYS),  # type: ignore[call-overload]
    "another session": lambda: boto3.Session().client("secretsmanager", **KEYS),  # type: ignore[call-overload]
    "botocore's session": lambda: botocore.session.get_session().create_client("secretsmanager", **KEYS),
}
MISSING = "ResourceNotFoundException"


@pytest.fixture(autouse=True)
def _no_default_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test inherit the classes of a default session."""
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)


def caught_from(client: Any) -> ClientError:
    """Return what a client raises for a secret that is missing."""
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId="missing")
    return caught.value


@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS)
def test_clients_made_while_a_fake_is_active(make: Callable[[], Any], fake: FakeSecretsManager) -> None:
    """A class of either client catches what the other one raises."""
    mine, other = fake.client(), make()
    names = [name for name, kind in vars(type(mine.exceptions)).items() if isinstance(kind, type)]
    assert MISSING in names
    for name in names:
        assert getattr(mine.exceptions, name) is getattr(other.exceptions, name)
    assert type(caught_from(mine)) is mine.exceptions.ResourceNotFoundException
    assert type(caught_from(other)) is mine.exceptions.ResourceNotFoundException
    assert type(caught_from(mine)).__module__ == "botocore.errorfactory"


@pytest.mark.parametrize("is_used", [False, True], ids=["untouched", "with classes of its own"])
@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS)
def test_a_client_made_before(make: Callable[[], Any], is_used: bool) -> None:
    """An earlier client shows the shared classes, and its errors are caught by those and by its earlier ones."""
    with FakeSecretsManager() as fake:
        fake.client().exceptions.ResourceNotFoundException  # noqa: B018 - the shared classes exist from here on
    early = make()
    kept = early.exceptions if is_used else None
    kept_class = kept.ResourceNotFoundException if kept is not None else ClientError
    with FakeSecretsManager() as fake:
        shared = fake.client().exceptions
        assert early.exceptions.ResourceNotFoundException is shared.ResourceNotFoundException
        assert early.exceptions is early.exceptions
        assert type(early.exceptions).__module__ == "botocore.errorfactory"
        assert early.exceptions.ClientError is ClientError
        error = caught_from(early)
        assert isinstance(error, shared.ResourceNotFoundException)
        assert isinstance(error, kept_class)
        assert not isinstance(error, shared.InvalidRequestException)
        assert (type(error).__name__, type(error).__module__) == (MISSING, "botocore.errorfactory")
        assert early.exceptions.from_code("NoSuchCode") is ClientError
        with pytest.raises(AttributeError, match=f"no attribute NoSuch. Valid exceptions are: .*{MISSING}"):
            early.exceptions.NoSuch  # noqa: B018
    if kept is not None:
        assert early.exceptions is kept
        assert early.exceptions.ResourceNotFoundException is kept_class


def test_the_first_classes_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The classes that an earlier client has become the shared ones, if there are none yet."""
    monkeypatch.setattr("pytest_secretsdelete._botocore.shared_exceptions._classes", {})
    early = SESSIONS["another session"]()
    kept = early.exceptions
    with FakeSecretsManager() as fake:
        assert early.exceptions is kept
        assert early.exceptions.ResourceNotFoundException is kept.ResourceNotFoundException
        assert fake.client().exceptions.ResourceNotFoundException is kept.ResourceNotFoundException


def test_a_later_client_of_an_early_session() -> None:
    """A session that has made its classes before the fake has shared ones for its later clients too."""
    with FakeSecretsManager() as fake:
        shared = fake.client().exceptions.ResourceNotFoundException
    session = boto3.Session()
    kept = session.client("secretsmanager", **KEYS).exceptions.ResourceNotFoundException  # type: ignore[call-overload]
    with FakeSecretsManager():
        later = session.client("secretsmanager", **KEYS)  # type: ignore[call-overload]
        assert later.exceptions.ResourceNotFoundException is shared
        assert isinstance(caught_from(later), (kept,))


def test_a_class_is_good_for_the_next_fake() -> None:
    """A class that was kept under one fake catches what is raised under the next, by whichever session."""
    with FakeSecretsManager() as fake:
        kept = fake.client().exceptions.ResourceNotFoundException
    with FakeSecretsManager():
        assert isinstance(caught_from(boto3.client("secretsmanager", **KEYS)), kept)  # type: ignore[call-overload]


def test_a_client_keeps_its_classes_after_the_fake() -> None:
    """A client that was first asked for its classes under a fake has the same ones when the fake has stopped."""
    with FakeSecretsManager() as fake:
        client = fake.client()
        kept = client.exceptions.ResourceNotFoundException
    assert client.exceptions.ResourceNotFoundException is kept
    with Stubber(client) as stubber:
        stubber.add_client_error("get_secret_value", MISSING)
        assert type(caught_from(client)) is kept


def test_clients_of_other_services(fake: FakeSecretsManager) -> None:
    """Other services, resources included, keep classes of their own for each session."""
    tables = [boto3.Session(**KEYS).resource("dynamodb").meta.client for _ in range(2)]  # type: ignore[call-overload]
    first, second = (client.exceptions.ResourceNotFoundException for client in tables)
    assert first is not second
    assert first is not fake.client().exceptions.ResourceNotFoundException
    with Stubber(tables[0]) as stubber, pytest.raises(first):
        stubber.add_client_error("list_tables", MISSING)
        tables[0].list_tables()


def test_nothing_keeps_a_client(fake: FakeSecretsManager) -> None:
    """Clients, with shared classes and with their own, are freed when nobody uses them."""
    fake.stop()
    early = SESSIONS["another session"]()
    kept = [weakref.ref(early), weakref.ref(early.exceptions)]
    fake.start()
    late = SESSIONS["another session"]()
    kept += [weakref.ref(late), weakref.ref(late.exceptions)]
    assert early.exceptions is not late.exceptions
    del early, late
    gc.collect()
    assert [reference() for reference in kept] == [None] * 4


def test_threads_see_the_same_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that ask at the same time get the same classes."""
    monkeypatch.setattr("pytest_secretsdelete._botocore.shared_exceptions._classes", {})
    clients = [SESSIONS["another session"]() for _ in range(6)]
    for client in clients[:3]:
        client.exceptions  # noqa: B018 - has classes of its own before the fake
    seen: list[type] = []
    with FakeSecretsManager():
        in_threads(*(lambda c=client: seen.append(c.exceptions.ResourceNotFoundException) for client in clients))
    assert len(set(seen)) == 1
    assert len(seen) == 6
