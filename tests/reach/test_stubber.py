"""botocore's Stubber wins while it is active, and gives way when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, StubResponseError
from botocore.stub import Stubber

from ..support import INTERCEPTIONS, REGION, VALUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import FakeSecretsManager

ANSWER = {"ARN": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:db/password-AbCdEf", "Name": "stubbed"}


@INTERCEPTIONS
def test_an_active_stubber_wins(intercept: Callable[[Any], Any], fake: FakeSecretsManager, client: Any) -> None:
    """Its answers and errors are given, and the fake neither knows of the calls nor changes."""
    fake.seed("db/password", VALUE)
    fault = fake.fail("*", "ThrottlingException")
    intercept(client)
    before = fake.secrets()
    with Stubber(client) as stubber:
        stubber.add_response("delete_secret", ANSWER, {"SecretId": "db/password"})
        stubber.add_client_error("delete_secret", "InternalServiceError")
        assert client.delete_secret(SecretId="db/password")["Name"] == "stubbed"
        with pytest.raises(ClientError, match="InternalServiceError"):
            client.delete_secret(SecretId="db/password")
        stubber.assert_no_pending_responses()
    assert fake.calls == ()
    assert fake.secrets() == before
    assert fake.unused_faults() == (fault,)


@INTERCEPTIONS
def test_a_deactivated_stubber_gives_way(
    intercept: Callable[[Any], Any], fake: FakeSecretsManager, client: Any
) -> None:
    """Before it is activated and after it is deactivated, the fake answers."""
    fake.seed("db/password", VALUE)
    intercept(client)
    stubber = Stubber(client)
    stubber.add_response("describe_secret", ANSWER)
    assert client.describe_secret(SecretId="db/password")["Name"] == "db/password"
    stubber.activate()
    assert client.describe_secret(SecretId="db/password")["Name"] == "stubbed"
    stubber.deactivate()
    assert client.describe_secret(SecretId="db/password")["Name"] == "db/password"
    assert len(fake.calls) == 2


def test_a_stubber_without_an_answer_says_so(fake: FakeSecretsManager, client: Any) -> None:
    """A call that an active Stubber does not expect is its error, and no call of the fake."""
    with Stubber(client), pytest.raises(StubResponseError):
        client.list_secrets()
    assert fake.calls == ()


def test_a_stubber_activated_before_the_fake_starts() -> None:
    """A Stubber that was active first wins as well."""
    from pytest_secretsdelete import FakeSecretsManager

    with FakeSecretsManager(region=REGION) as warm:
        client = warm.client()
    with Stubber(client) as stubber:
        stubber.add_response("describe_secret", ANSWER)
        with FakeSecretsManager(region=REGION) as fake:
            assert client.describe_secret(SecretId="db/password")["Name"] == "stubbed"
            assert fake.calls == ()
