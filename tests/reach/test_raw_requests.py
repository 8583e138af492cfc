"""Requests that come past before-call: straight to a client's endpoint."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.credentials import DeferredRefreshableCredentials
from botocore.session import Session

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._time.freezing import freeze

from ..support import OTHER_ACCOUNT, REGION, VALUE, Network, client_of, raw_request, send_raw

if TYPE_CHECKING:
    from typing import Any


def test_a_raw_request_is_answered(fake: FakeSecretsManager, client: Any) -> None:
    """Its operation is read from the target header, its region from the signature."""
    fake.seed("db/password", VALUE)
    status, parsed = send_raw(client, "GetSecretValue", {"SecretId": "db/password"})
    assert (status, parsed["SecretString"]) == (200, VALUE)
    assert (fake.calls[0].operation, fake.calls[0].region) == ("GetSecretValue", REGION)


def test_the_region_of_a_raw_request(fake: FakeSecretsManager) -> None:
    """The region is that of the request's context, else of its client, signed or not."""
    fake.seed("db/password", "here")
    fake.seed("db/password", "there", region="us-west-2")
    there = boto3.client("secretsmanager", region_name="us-west-2")
    body = {"SecretId": "db/password"}
    assert send_raw(there, "GetSecretValue", body)[1]["SecretString"] == "there"
    assert send_raw(there, "GetSecretValue", body, client_region=REGION)[1]["SecretString"] == "here"
    nowhere = boto3.client("secretsmanager", region_name="us-west-2")
    nowhere.meta.events.register("choose-signer.secretsmanager", lambda **_: __import__("botocore").UNSIGNED)
    assert send_raw(nowhere, "GetSecretValue", body)[1]["SecretString"] == "there"
    assert [call.region for call in fake.calls] == ["us-west-2", REGION, "us-west-2"]


def test_a_raw_request_without_credentials(fake: FakeSecretsManager) -> None:
    """No credentials are needed for a raw request, and none that would have to be fetched are."""

    def fetch() -> dict[str, str]:
        raise AssertionError("credentials were fetched")

    made = [Session(), Session()]
    made[0]._credentials = made[1]._credentials = None
    made[0].get_component("credential_provider").providers.clear()
    clients = [session.create_client("secretsmanager", region_name=REGION) for session in made[:1]]
    made[1]._credentials = DeferredRefreshableCredentials(fetch, "sso")
    clients.append(made[1].create_client("secretsmanager", region_name=REGION))
    for client in clients:
        assert send_raw(client, "ListSecrets", {})[1]["SecretList"] == []


def test_a_body_that_is_a_file(fake: FakeSecretsManager, client: Any) -> None:
    """A body may be a file, which is read anew for a retry."""
    body = io.BytesIO(b'{"Name": "a", "ClientRequestToken": "%s"}' % (b"t" * 32))
    fake.fail("CreateSecret", "ThrottlingException")
    with freeze(), Clock().skip_sleeps():
        assert send_raw(client, "CreateSecret", body, client_config=client.meta.config)[0] == 200
    assert "a" in fake


def test_the_account_of_a_raw_request(fake: FakeSecretsManager) -> None:
    """The caller's account is that of the key in the signature, where that names one."""
    send_raw(client_of(), "CreateSecret", {"Name": "mine", "ClientRequestToken": "t" * 32})
    assert fake.secrets()[0].account_id == OTHER_ACCOUNT


def test_the_operation_of_a_request_without_a_target(fake: FakeSecretsManager, client: Any) -> None:
    """Without a target header botocore's event tells the operation."""
    model = client.meta.service_model.operation_model("ListSecrets")
    request = raw_request(client, "ListSecrets", {})
    del request["headers"]["X-Amz-Target"]
    answer, parsed = client._endpoint.make_request(model, request)
    assert (answer.status_code, parsed["SecretList"]) == (200, [])
    assert fake.calls[0].operation == "ListSecrets"


def test_a_body_of_text_or_of_bytes_or_none(fake: FakeSecretsManager, client: Any) -> None:
    """A body may be str or bytes, and an absent one is an empty request."""
    for body in ('{"MaxResults":1}', b'{"MaxResults":1}', b"", ""):
        assert send_raw(client, "ListSecrets", body)[0] == 200
    assert [dict(call.parameters) for call in fake.calls] == [{"MaxResults": 1}, {"MaxResults": 1}, {}, {}]


def test_a_handler_wins_over_the_fake(fake: FakeSecretsManager, client: Any) -> None:
    """A user's handler answers raw requests as well, and the fake knows nothing of them."""
    Network(client)
    assert send_raw(client, "DescribeSecret", {"SecretId": "a"})[1]["Name"] == "from the network"
    assert fake.calls == ()


def test_a_raw_request_while_dormant() -> None:
    """While no fake is active a raw request goes out."""
    client = boto3.Session().client(
        "secretsmanager", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    with FakeSecretsManager(region=REGION) as fake:
        assert send_raw(client, "ListSecrets", {})[0] == 200
    network = Network(client)
    assert send_raw(client, "DescribeSecret", {"SecretId": "a"})[1]["Name"] == "from the network"
    assert len(network.urls) == len(fake.calls) == 1


def test_an_error_is_botocores(fake: FakeSecretsManager, client: Any) -> None:
    """A refusal is parsed as any other."""
    status, parsed = send_raw(client, "DescribeSecret", {"SecretId": "none"})
    assert (status, parsed["Error"]["Code"]) == (400, "ResourceNotFoundException")
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_secret(SecretId="none")
