"""The endpoint: the same fake, the same clock, over HTTP on 127.0.0.1."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import boto3
import pytest

from pytest_secretsdelete import MALFORMED, Clock, FakeSecretsManager, Timeout
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach.endpoint import serve
from pytest_secretsdelete._service.operations import OPERATIONS

from .http import JSON, TOKEN, Responder, ask_once, signature

UNKNOWN = "The action or operation requested is invalid. Verify that the action is typed correctly."


def test_the_store_is_the_same(secretsmanager: FakeSecretsManager, url: str) -> None:
    """A secret that is created over HTTP is there in process, and the other way round."""
    made = ask_once(url, "CreateSecret", {"Name": "one", "SecretString": "hunter2", "ClientRequestToken": TOKEN})
    assert made.status == 200
    assert made.members == {"ARN": secretsmanager.secret("one").arn, "Name": "one", "VersionId": TOKEN}

    secretsmanager.seed("two", b"\x00")
    assert ask_once(url, "GetSecretValue", {"SecretId": "two"}).members["SecretBinary"] == "AA=="
    assert [call.operation for call in secretsmanager.calls] == ["CreateSecret", "GetSecretValue"]


def test_the_clock_is_the_same(secretsmanager: FakeSecretsManager, secretsmanager_clock: Clock, url: str) -> None:
    """A recovery window ends for HTTP clients when the test moves the clock."""
    secretsmanager.seed("db/password", "hunter2")
    deleted = ask_once(url, "DeleteSecret", {"SecretId": "db/password", "RecoveryWindowInDays": 7}).members
    assert deleted["DeletionDate"] == pytest.approx((secretsmanager_clock.now() + timedelta(days=7)).timestamp())
    assert ask_once(url, "GetSecretValue", {"SecretId": "db/password"}).members["__type"] == "InvalidRequestException"

    secretsmanager_clock.advance(days=7)
    for operation in ("GetSecretValue", "DescribeSecret", "RestoreSecret"):
        refused = ask_once(url, operation, {"SecretId": "db/password"})
        assert (refused.status, refused.members["__type"]) == (400, "ResourceNotFoundException")


def test_the_signature_tells_the_region_and_the_account(url: str) -> None:
    """The region is that of the credential scope; a key of twelve digits is an account; unsigned: the fake's own."""
    body = {"Name": "one", "ClientRequestToken": TOKEN}
    signed = ask_once(url, "CreateSecret", body, signature("eu-west-1", "210987654321"))
    assert signed.members["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:one-")

    unsigned = ask_once(url, "CreateSecret", body)
    assert unsigned.members["ARN"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:one-")


@pytest.mark.parametrize("region", ["us_east_1", "us-east-1 ", "a:b", "..", "us-east-1\xe9"])
def test_a_signature_for_no_region_is_refused(secretsmanager: FakeSecretsManager, url: str, region: str) -> None:
    """A credential scope with a region that cannot be one is refused before the operation, and no call."""
    refused = ask_once(url, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN}, signature(region))
    assert (refused.status, refused.members["__type"]) == (400, "InvalidSignatureException")
    assert refused.members["Message"] == f"Credential should be scoped to a valid region, not '{region}'."
    assert secretsmanager.calls == ()
    assert secretsmanager.secrets() == ()


def test_an_answer_has_the_headers_of_the_service(secretsmanager_clock: Clock, url: str) -> None:
    """Each answer has a request id of its own, a content type, a length, and the fake's time for its date."""
    first, second = ask_once(url, "ListSecrets"), ask_once(url, "ListSecrets")
    assert first.headers["Content-Type"] == JSON
    assert first.headers["Content-Length"] == str(len(first.content))
    assert first.headers["Date"] == f"{secretsmanager_clock.now():%a, %d %b %Y %H:%M:%S GMT}"
    assert len(first.headers["x-amzn-RequestId"]) == 36
    assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]


def test_the_date_of_an_answer_is_the_time_of_a_client_that_signs(secretsmanager_clock: Clock, url: str) -> None:
    """SDKs that correct their clocks by the date of an answer have nothing to correct."""
    signed = ask_once(url, "ListSecrets", None, signature("us-east-1", at="20260301T235959Z"))
    assert signed.headers["Date"] == "Sun, 01 Mar 2026 23:59:59 GMT"


def test_an_empty_answer_has_no_body(secretsmanager: FakeSecretsManager, url: str) -> None:
    """What answers nothing in process answers nothing over HTTP."""
    secretsmanager.seed("one")
    tagged = ask_once(url, "TagResource", {"SecretId": "one", "Tags": [{"Key": "k", "Value": "v"}]})
    assert (tagged.status, tagged.content) == (200, b"")


def test_a_boto3_client_of_this_process_is_answered_in_process(
    secretsmanager: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is pointed at the endpoint does not go there."""
    with serve(Responder(lambda incoming: pytest.fail("came over HTTP"))) as url:
        client = boto3.client("secretsmanager")
        assert client.meta.endpoint_url == url
        client.create_secret(Name="one")
    assert "one" in secretsmanager


CHILD = """
import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
client.create_secret(Name="from/child", SecretString="hunter2")
try:
    client.delete_secret(SecretId="from/child")
except ConnectionClosedError:
    print(client.list_secrets()["SecretList"][0]["Name"])
"""


def test_a_child_process_needs_nothing_but_its_environment(secretsmanager: FakeSecretsManager, url: str) -> None:
    """An unmodified boto3 script finds the endpoint, signs, and sees a timeout as a connection that closes."""
    secretsmanager.fail("DeleteSecret", Timeout.READ)
    ran = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "from/child"
    assert secretsmanager.secret("from/child").current is not None
    assert [call.error_code for call in secretsmanager.calls] == [None, "ReadTimeoutError", None]


def test_a_refusal_has_two_keys(url: str) -> None:
    """An error of the service is 400 with a bare code and a text."""
    refused = ask_once(url, "GetSecretValue", {"SecretId": "none"})
    assert refused.status == 400
    text = "Secrets Manager can't find the specified secret."
    assert refused.members == {"__type": "ResourceNotFoundException", "Message": text}


def test_the_content_type_may_have_parameters(url: str) -> None:
    """Some clients name the charset."""
    assert ask_once(url, "ListSecrets", headers={"Content-Type": f"{JSON.upper()}; charset=utf-8"}).status == 200


def test_an_operation_that_the_fake_lacks(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake itself answers for what the service model has and it has not."""
    monkeypatch.delitem(OPERATIONS, "GetRandomPassword")
    refused = ask_once(url, "GetRandomPassword")
    assert (refused.status, refused.members["__type"]) == (400, "NotImplementedByFake")


def test_a_mistake_while_answering_is_an_internal_error() -> None:
    """An exception becomes an answer, and the endpoint goes on."""
    fake = Responder(lambda incoming: 1 / 0)
    with serve(fake) as url:
        for _ in range(2):
            failed = ask_once(url, "ListSecrets")
            assert (failed.status, failed.members["__type"]) == (500, "InternalServiceError")
            assert "ZeroDivisionError" in failed.members["Message"]


def test_a_code_is_answered_once(secretsmanager: FakeSecretsManager, url: str) -> None:
    """Faults and denials reach HTTP clients."""
    secretsmanager.fail("ListSecrets", "ThrottlingException")
    throttled = ask_once(url, "ListSecrets")
    assert (throttled.status, throttled.members["__type"]) == (400, "ThrottlingException")
    assert ask_once(url, "ListSecrets").status == 200


@pytest.mark.parametrize("kind", list(Timeout))
def test_a_timeout_closes_the_connection(secretsmanager: FakeSecretsManager, url: str, kind: Timeout) -> None:
    """No answer comes, and the next attempt is on its own."""
    secretsmanager.fail("ListSecrets", kind)
    with pytest.raises(http.client.RemoteDisconnected):
        ask_once(url, "ListSecrets")
    assert ask_once(url, "ListSecrets").status == 200


def test_a_malformed_answer(secretsmanager: FakeSecretsManager, url: str) -> None:
    """The body breaks off within its JSON; its length is true."""
    secretsmanager.fail("ListSecrets", MALFORMED)
    broken = ask_once(url, "ListSecrets")
    assert broken.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.content)


def test_a_fake_that_is_not_active_can_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's region variables stay as they are where no fake is active and there are none."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    fake = FakeSecretsManager(region="eu-west-1")
    with serve(service_of(fake)) as url:
        assert "AWS_REGION" not in os.environ
        assert ask_once(url, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN}).status == 200
    assert "eu-west-1" in fake.secret("one").arn


def test_two_fakes_have_two_endpoints() -> None:
    """Each answers for its own fake; the inner URL is the one that children find, until it ends."""
    with FakeSecretsManager() as one, FakeSecretsManager() as two, serve(service_of(one)) as first:
        with serve(service_of(two)) as second:
            assert os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == second
            ask_once(first, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN})
            ask_once(second, "CreateSecret", {"Name": "two", "ClientRequestToken": TOKEN})
        assert os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == first
    assert [secret.name for secret in one.secrets()] == ["one"]
    assert [secret.name for secret in two.secrets()] == ["two"]


@pytest.mark.parametrize("at", ["99991231T235961Z", "00010101T000000Z", "20260230T000000Z", "later", "\u00b2"])
def test_a_date_that_is_none_is_ignored(url: str, at: str) -> None:
    """A request whose X-Amz-Date no Date header can repeat is answered all the same."""
    assert ask_once(url, "ListSecrets", None, {"X-Amz-Date": at}).status == 200


def test_an_unknown_region(secretsmanager: FakeSecretsManager, url: str) -> None:
    """Whoever has connected is told in words that there is no such region, and how to have it."""
    refused = ask_once(url, "ListSecrets", headers=signature("eu-wset-1"))
    assert (refused.status, refused.members["__type"]) == (400, "NotImplementedByFake")
    assert "'eu-wset-1' is in no partition" in refused.members["Message"]
    assert "allow_unknown_regions=True" in refused.members["Message"]
    assert [call.error_code for call in secretsmanager.calls] == ["EndpointConnectionError"]


@pytest.mark.parametrize(
    ("asked", "status", "code", "text"),
    [
        ({"operation": "Delete"}, 400, "UnknownOperationException", UNKNOWN),
        ({"operation": "ListSecrets", "headers": {"X-Amz-Target": None}}, 400, "UnknownOperationException", UNKNOWN),
        ({"operation": "ListSecrets", "method": "PUT"}, 404, "UnknownOperationException", UNKNOWN),
        (
            {"operation": "ListSecrets", "headers": {"Transfer-Encoding": "gzip"}},
            400,
            "MalformedHttpRequestException",
            "Problems with the request at the HTTP level.",
        ),
        (
            {"operation": "ListSecrets", "body": b" " * 1048577},
            413,
            "RequestEntityTooLargeException",
            "The request body is larger than 1048576 bytes.",
        ),
    ],
)
def test_refusals_of_the_protocol(
    secretsmanager: FakeSecretsManager, url: str, asked: dict[str, Any], status: int, code: str, text: str
) -> None:
    """What is no request of the protocol is refused with the code and the text that AWS documents for it."""
    refused = ask_once(url, **asked)
    assert (refused.status, refused.members) == (status, {"__type": code, "Message": text})
    assert secretsmanager.calls == ()
