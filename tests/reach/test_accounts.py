"""A caller's account: the fake's, or the one that an access key id of twelve digits names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ..support import INTERCEPTIONS, OTHER_ACCOUNT, VALUE, client_of, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import FakeSecretsManager


@INTERCEPTIONS
def test_accounts_are_apart(intercept: Callable[[Any], Any], fake: FakeSecretsManager) -> None:
    """The same name in two accounts is two secrets, and neither sees the other's."""
    own, other = fake.client(), client_of()
    intercept(own)
    intercept(other)
    own.create_secret(Name="db/password", SecretString="own")
    arn = other.create_secret(Name="db/password", SecretString="other")["ARN"]
    assert arn.split(":")[4] == OTHER_ACCOUNT
    assert own.get_secret_value(SecretId="db/password")["SecretString"] == "own"
    assert other.get_secret_value(SecretId="db/password")["SecretString"] == "other"
    assert len(own.list_secrets()["SecretList"]) == len(other.list_secrets()["SecretList"]) == 1
    assert [secret.account_id for secret in fake.secrets()] == [fake.account_id, OTHER_ACCOUNT]


@INTERCEPTIONS
@pytest.mark.parametrize("key", ["testing", "12345678901", "1234567890123", "AKIAIOSFODNN7EXAMPLE", "\u0661" * 12])
def test_other_keys_name_no_account(key: str, intercept: Callable[[Any], Any], fake: FakeSecretsManager) -> None:
    """Any other access key id is of the fake's own account."""
    client = client_of(key)
    if key.isascii():  # a header cannot hold the others
        intercept(client)
    client.create_secret(Name="db/password")
    assert fake.secrets()[0].account_id == fake.account_id


def test_an_account_from_the_environment(fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable AWS_ACCESS_KEY_ID, set inside, names the account of later clients."""
    with monkeypatch.context() as inside:  # ends before the fake does, whose variable it would put back otherwise
        inside.setenv("AWS_ACCESS_KEY_ID", OTHER_ACCOUNT)
        boto3.Session().client("secretsmanager").create_secret(Name="db/password")
    assert fake.secrets()[0].account_id == OTHER_ACCOUNT


def test_refreshable_credentials_name_their_account(fake: FakeSecretsManager) -> None:
    """The key of credentials that can be refreshed counts as long as it is there."""
    from datetime import datetime, timedelta, timezone

    import botocore.session
    from botocore.credentials import RefreshableCredentials

    session = botocore.session.Session()
    expiry = datetime.now(timezone.utc) + timedelta(days=1)
    session._credentials = RefreshableCredentials(OTHER_ACCOUNT, "x", "t", expiry, dict, "sts-assume-role")
    session.create_client("secretsmanager").create_secret(Name="db/password")
    assert fake.secrets()[0].account_id == OTHER_ACCOUNT


def test_a_fault_of_one_account(fake: FakeSecretsManager) -> None:
    """A fault about a secret strikes the account that holds it, for a name is looked up in the caller's own."""
    fake.seed("db/password", VALUE)
    arn = fake.secret("db/password").arn
    fake.fail("GetSecretValue", "DecryptionFailure", times=None, secret_id=arn)
    with refused("ResourceNotFoundException"):
        client_of().get_secret_value(SecretId="db/password")
    with refused("DecryptionFailure"):
        fake.client().get_secret_value(SecretId="db/password")


def test_look_ups_reach_other_accounts_by_arn(fake: FakeSecretsManager) -> None:
    """A secret of another account is found by its ARN, and by name only among all."""
    arn = client_of().create_secret(Name="theirs", SecretString=VALUE)["ARN"]
    assert fake.secret(arn).name == "theirs"
    assert "theirs" in fake
    with pytest.raises(LookupError, match="theirs"):
        fake.secret("theirs")
