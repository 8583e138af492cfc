"""Beside moto: Secrets Manager is the fake's, everything else is moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend

from pytest_secretsdelete import FakeSecretsManager

from ..support import INTERCEPTIONS, REGION, VALUE, Watch, refused, send_raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def moto() -> Iterator[None]:
    """Let moto answer what no fake answers."""
    with mock_aws():
        yield


def motos_secrets() -> list[str]:
    """Return the names of the secrets that moto holds, in all regions and accounts."""
    accounts = get_backend("secretsmanager").values()
    return [name for account in accounts for backend in account.values() for name in backend.secrets]


@INTERCEPTIONS
@pytest.mark.parametrize("made", ["before", "inside"])
@pytest.mark.usefixtures("moto")
def test_motos_store_stays_empty(made: str, intercept: Callable[[Any], Any]) -> None:
    """The fake answers under mock_aws, and moto hears nothing of it."""
    early = boto3.client("secretsmanager", region_name=REGION)
    with FakeSecretsManager(region=REGION) as fake:
        client = early if made == "before" else boto3.client("secretsmanager")
        intercept(client)
        client.create_secret(Name="db/password", SecretString=VALUE)
        assert client.get_secret_value(SecretId="db/password")["SecretString"] == VALUE
        assert "db/password" in fake
        assert len(fake.calls) == 2
    assert motos_secrets() == []


@INTERCEPTIONS
def test_mock_aws_begins_later(intercept: Callable[[Any], Any]) -> None:
    """mock_aws that is begun inside a fake does not take its calls away, for old clients nor for new ones."""
    with FakeSecretsManager(region=REGION) as fake:
        old = boto3.client("secretsmanager")
        intercept(old)
        old.create_secret(Name="one", SecretString=VALUE)
        with mock_aws():
            new = boto3.client("secretsmanager", region_name=REGION)
            intercept(new)
            old.create_secret(Name="two", SecretString=VALUE)
            new.create_secret(Name="three", SecretString=VALUE)
            assert motos_secrets() == []
        assert [secret.name for secret in fake.secrets()] == ["one", "two", "three"]


@pytest.mark.usefixtures("moto")
def test_raw_requests() -> None:
    """A request that never came past before-call is the fake's as well."""
    with FakeSecretsManager(region=REGION) as fake:
        status, _ = send_raw(fake.client(), "CreateSecret", {"Name": "a", "ClientRequestToken": "t" * 32})
        assert status == 200
        assert "a" in fake
    assert motos_secrets() == []


@pytest.mark.usefixtures("moto")
def test_faults_come_before_moto() -> None:
    """A fault strikes, and the retry reaches the fake, not moto."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        fake.fail("GetSecretValue", "DecryptionFailure")
        client = fake.client()
        with refused("DecryptionFailure"):
            client.get_secret_value(SecretId="db/password")
        client.put_secret_value(SecretId="db/password", SecretString="new")
    assert motos_secrets() == []


@pytest.mark.usefixtures("moto")
def test_other_services_are_motos() -> None:
    """S3 goes to moto while the fake is active."""
    with FakeSecretsManager(region="us-east-1"):
        boto3.client("s3").create_bucket(Bucket="mine")
        assert [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]] == ["mine"]
    assert list(get_backend("s3")["123456789012"]["aws"].buckets) == ["mine"]


@INTERCEPTIONS
@pytest.mark.usefixtures("moto")
def test_moto_answers_again_after_the_fake(intercept: Callable[[Any], Any]) -> None:
    """The same client goes to moto before the fake starts and after it has stopped."""
    client = boto3.client("secretsmanager", region_name=REGION)
    intercept(client)
    client.create_secret(Name="before", SecretString=VALUE)
    with FakeSecretsManager(region=REGION) as fake:
        client.create_secret(Name="inside", SecretString=VALUE)
    client.create_secret(Name="after", SecretString=VALUE)
    assert motos_secrets() == ["before", "after"]
    assert [secret.name for secret in fake.secrets()] == ["inside"]


@pytest.mark.usefixtures("moto")
def test_users_handlers_see_calls_under_moto() -> None:
    """A user's handler is called once for an attempt, with moto's handler there."""
    with FakeSecretsManager(region=REGION) as fake:
        client = fake.client()
        watch = Watch()
        client.meta.events.register_first("before-send", watch)
        client.create_secret(Name="db/password", SecretString=VALUE)
        assert watch.seen == ["before-send.secrets-manager.CreateSecret"]
        assert len(fake.calls) == 1
