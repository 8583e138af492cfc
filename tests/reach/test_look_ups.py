"""Looking for credentials, regions and defaults asks nobody outside the process while a fake is active."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from pytest_secretsdelete import FakeSecretsManager

from ..support import REGION, VALUE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIGURATION = """
[profile empty]
region = eu-west-1
[profile role]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = keys
[profile instance]
role_arn = arn:aws:iam::123456789012:role/r
credential_source = Ec2InstanceMetadata
[profile task]
role_arn = arn:aws:iam::123456789012:role/r
credential_source = EcsContainer
[profile web]
role_arn = arn:aws:iam::123456789012:role/r
web_identity_token_file = {token}
[profile sso]
sso_start_url = https://sso.test/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = r
[profile session]
sso_session = s
sso_account_id = 123456789012
sso_role_name = r
[sso-session s]
sso_start_url = https://sso.test/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile keys]
aws_access_key_id = own
aws_secret_access_key = own
"""
ELSEWHERE = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:9/credentials",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/credentials",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
    "AWS_EC2_METADATA_DISABLED": "false",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let nothing connect anywhere; give what was tried."""
    asked: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(host) or [])
    return asked


@pytest.fixture(autouse=True)
def _configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Configure every way to credentials that leads over the network."""
    token = tmp_path / "token"
    token.write_text("token")
    (tmp_path / "config").write_text(CONFIGURATION.format(token=token))
    cache = tmp_path / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    grant = {"accessToken": "x", "expiresAt": "2001-01-01T00:00:00Z", "startUrl": "https://sso.test/start"}
    (cache / "held.json").write_text(json.dumps(grant))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)


PROFILES = ("empty", "role", "web", "sso", "session", "keys")
WAYS: dict[str, Callable[[FakeSecretsManager], Any]] = {
    "the fake's client": lambda fake: fake.client(config=Config(defaults_mode="auto")),
    "a client": lambda fake: boto3.Session().client("secretsmanager", config=Config(defaults_mode="auto")),
    "a client without a region": lambda fake: boto3.Session(region_name=None).client("secretsmanager"),
    **{
        f"profile {name}": lambda fake, name=name: boto3.Session(profile_name=name).client(  # type: ignore[misc]
            "secretsmanager", region_name=REGION
        )
        for name in PROFILES
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_asked(way: str, asked: list[Any]) -> None:
    """Making a client in any of these ways, and calling, connects to nothing; calls with faults neither."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        client = WAYS[way](fake)
        assert client.get_secret_value(SecretId="db/password")["SecretString"] == VALUE
        fake.fail("GetSecretValue", "DecryptionFailure")
        with pytest.raises(client.exceptions.DecryptionFailure):
            client.get_secret_value(SecretId="db/password")
    assert asked == []


@pytest.mark.parametrize("profile", ["instance", "task"])
def test_credentials_of_the_machine_are_not_there(profile: str, asked: list[Any]) -> None:
    """A profile whose credentials come from the machine finds none, at once, and asks nobody."""
    from botocore.exceptions import BotoCoreError

    with FakeSecretsManager(region=REGION), pytest.raises(BotoCoreError, match="No credentials|not found|credential"):
        boto3.Session(profile_name=profile).client("secretsmanager")
    assert asked == []


def test_a_client_that_asked_before(asked: list[Any]) -> None:
    """A fake that is not active asks as botocore does; the same call asks nobody once it is."""
    fake = FakeSecretsManager(region=REGION)
    fake.client(config=Config(defaults_mode="auto"))
    assert asked
    asked.clear()
    with fake:
        fake.client(config=Config(defaults_mode="auto"))
    assert asked == []


def test_a_client_for_another_service(asked: list[Any]) -> None:
    """Clients of other services take the fake credentials, and find them without asking."""
    with FakeSecretsManager(region=REGION):
        client = boto3.Session().client("sts")
        assert client._request_signer._credentials.access_key == "testing"
        assert boto3.Session().get_credentials().method == "env"
    assert asked == []


def test_keep_credentials(asked: list[Any]) -> None:
    """With keep_credentials the ways to credentials stay as they are."""
    before = dict(os.environ)
    with FakeSecretsManager(region=REGION, keep_credentials=True):
        assert dict(os.environ) == {**before, "AWS_DEFAULT_REGION": REGION}


def test_what_is_hidden_comes_back() -> None:
    """Inside, the metadata service is switched off and the container's credentials are hidden; then all is as before."""
    before = dict(os.environ)
    with FakeSecretsManager():
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
        assert not {name for name in os.environ if name.startswith("AWS_CONTAINER_CREDENTIALS")}
        assert os.environ["AWS_ROLE_ARN"] == ELSEWHERE["AWS_ROLE_ARN"]
    assert dict(os.environ) == before
