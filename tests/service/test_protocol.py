"""Whatever goes wrong, the caller gets an answer of the service, and never a bare Python exception."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._service.operations import OPERATIONS

from ..support import INTERCEPTIONS, REGION, VALUE, refused, send_raw, shows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock

ONCE = Config(retries={"total_max_attempts": 1})


def stumble(*_: Any) -> timedelta:
    """Fail as a mistake does, with a value in its message."""
    raise ZeroDivisionError(VALUE)


@INTERCEPTIONS
def test_a_callable_that_raises(intercept: Callable[[Any], Any]) -> None:
    """A purge_delay that raises is an InternalServiceError with status 500; the store stays as it was."""
    with FakeSecretsManager(region=REGION, purge_delay=stumble, force_delete_delay=stumble) as fake:
        fake.seed("a", VALUE)
        before = fake.secrets()
        client = fake.client(config=ONCE)
        intercept(client)
        for options in ({}, {"ForceDeleteWithoutRecovery": True}):
            with refused("InternalServiceError", match="failed with ZeroDivisionError") as caught:
                client.delete_secret(SecretId="a", **options)
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
            assert not shows(VALUE, str(caught.value))
        assert fake.secrets() == before
        assert fake.events == ()
        assert [call.error_code for call in fake.calls] == ["InternalServiceError"] * 2
        assert client.get_secret_value(SecretId="a")["SecretString"] == VALUE


@pytest.mark.parametrize("delay", [3, None, "2h", timedelta(seconds=-1)], ids=str)
def test_a_callable_that_returns_no_delay(delay: Any) -> None:
    """A purge_delay that returns what is no delay of zero or more is a mistake as well."""
    with FakeSecretsManager(region=REGION, purge_delay=lambda secret: delay) as fake:
        fake.seed("a", VALUE)
        with refused("InternalServiceError"):
            fake.client(config=ONCE).delete_secret(SecretId="a")
        assert not fake.secret("a").is_scheduled_for_deletion


def test_a_delay_is_asked_once(clock: Clock) -> None:
    """A callable is asked once, at the deletion, and shown the secret as it stands then, marked."""
    seen: list[Any] = []

    def delay(secret: Any) -> timedelta:
        seen.append((secret.name, secret.deletion_date, secret.current.value))
        return timedelta(days=1)

    with FakeSecretsManager(region=REGION, purge_delay=delay) as fake:
        fake.seed("a", VALUE)
        date = fake.client().delete_secret(SecretId="a")["DeletionDate"]
        clock.advance(days=30, hours=23)
        assert "a" in fake
        clock.advance(hours=1)
        assert "a" not in fake
    assert seen == [("a", date, VALUE)]


@INTERCEPTIONS
def test_an_operation_that_is_not_implemented(
    intercept: Callable[[Any], Any], fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation of the model that the fake does not know yet is its own error, status 400, not retried."""
    monkeypatch.delitem(OPERATIONS, "ListSecrets")
    client = fake.client()
    intercept(client)
    with refused("NotImplementedByFake", match="does not answer ListSecrets yet: nothing was sent to AWS") as caught:
        client.list_secrets()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert [(call.operation, call.error_code) for call in fake.calls] == [("ListSecrets", "NotImplementedByFake")]


def test_an_operation_unknown_to_the_model(fake: FakeSecretsManager, client: Any) -> None:
    """An operation that the installed model does not know either is answered alike."""
    for target in ("secretsmanager.FlyToTheMoon", "secretsmanager."):
        status, parsed = send_raw(client, "ListSecrets", {"SecretString": VALUE}, target=target)
        assert (status, parsed["Error"]["Code"]) == (400, "NotImplementedByFake")
        assert parsed["ResponseMetadata"]["RetryAttempts"] == 0
    assert [(call.operation, dict(call.parameters)) for call in fake.calls] == [
        ("FlyToTheMoon", {}),
        ("", {}),
    ]


def test_a_strange_operation(fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake within an operation is an InternalServiceError, and releases what it held."""
    from ..support import in_threads

    client = fake.client(config=ONCE)
    with monkeypatch.context() as inside:
        inside.setitem(OPERATIONS, "ListSecrets", lambda store, request: stumble())
        with refused("InternalServiceError"):
            client.list_secrets()
    in_threads(client.list_secrets)


def test_headers_and_dates(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """The Date header is that of the instant at which the call was answered."""
    from email.utils import parsedate_to_datetime

    headers = client.list_secrets()["ResponseMetadata"]["HTTPHeaders"]
    assert parsedate_to_datetime(headers["date"]) == clock.now().replace(microsecond=0)


def test_an_empty_answer_has_no_body(fake: FakeSecretsManager, client: Any) -> None:
    """TagResource answers with nothing at all."""
    fake.seed("a", VALUE)
    answer = client.tag_resource(SecretId="a", Tags=[])
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"


def test_an_error_has_two_members(fake: FakeSecretsManager, client: Any) -> None:
    """The body of an error has __type and Message alone."""
    import json

    bodies: list[bytes] = []
    client.meta.events.register("response-received", lambda response_dict, **_: bodies.append(response_dict["body"]))
    with refused("ResourceNotFoundException"):
        client.get_secret_value(SecretId="none")
    assert json.loads(bodies[0]) == {
        "__type": "ResourceNotFoundException",
        "Message": "Secrets Manager can't find the specified secret.",
    }
