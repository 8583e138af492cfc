"""Early and late interception: the same answers, including the metadata."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_secretsdelete import FakeSecretsManager

from ..support import (
    INTERCEPTIONS,
    LAMBDA,
    REGION,
    VALUE,
    Watch,
    force_late_interception,
    policy,
    refused,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock

UNCHECKED = Config(parameter_validation=False)
POLICY = policy({"AWS": "arn:aws:iam::123456789012:root"})
SUFFIX = re.compile(r"(:secret:[\w/]+)-\w{6}")


def _answers_of_successes(client: Any) -> list[Any]:
    names = {"SecretId": "db/password"}
    return [
        client.create_secret(Name="db/password", SecretString=VALUE, ClientRequestToken=token(1), Tags=[]),
        client.put_secret_value(**names, SecretBinary=b"\x00\xff", ClientRequestToken=token(2)),
        client.get_secret_value(**names),
        client.get_secret_value(**names, VersionStage="AWSPREVIOUS"),
        client.batch_get_secret_value(SecretIdList=["db/password", "none"]),
        client.describe_secret(**names),
        client.list_secrets(),
        client.list_secret_version_ids(**names, IncludeDeprecated=True),
        client.tag_resource(**names, Tags=[{"Key": "team", "Value": "data"}]),
        client.untag_resource(**names, TagKeys=["team"]),
        client.put_resource_policy(**names, ResourcePolicy=POLICY),
        client.get_resource_policy(**names),
        client.update_secret(**names, Description="d", ClientRequestToken=token(3)),
        client.rotate_secret(**names, RotationLambdaARN=LAMBDA, ClientRequestToken=token(4)),
        client.cancel_rotate_secret(**names),
        client.delete_secret(**names, RecoveryWindowInDays=7),
        client.restore_secret(**names),
        client.delete_secret(**names, ForceDeleteWithoutRecovery=True),
    ]


REFUSED: dict[str, Callable[[Any], Any]] = {
    "ResourceNotFoundException": lambda client: client.get_secret_value(SecretId="none"),
    "InvalidRequestException": lambda client: client.get_secret_value(SecretId="gone"),
    "InvalidParameterException": lambda client: client.delete_secret(SecretId="held", RecoveryWindowInDays=3),
    "ResourceExistsException": lambda client: client.create_secret(Name="held", ClientRequestToken=token(9)),
    "ValidationException": lambda client: client.get_secret_value(SecretId="no name"),
    "AccessDeniedException": lambda client: client.rotate_secret(
        SecretId="held", RotationLambdaARN=f"{LAMBDA}-none", ClientRequestToken=token(9)
    ),
    "MalformedPolicyDocumentException": lambda client: client.put_resource_policy(
        SecretId="held", ResourcePolicy="not a policy"
    ),
    "InvalidNextTokenException": lambda client: client.list_secrets(NextToken="made up"),
    "SerializationException": lambda client: client.get_secret_value(SecretId=["held"]),
}


def _run(intercept: Callable[[Any], Any], run: Callable[[Any], Any]) -> Any:
    """Run calls against a fake of their own; return their answers, without what differs from call to call."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("held")
        fake.seed("gone", deleted_days_ago=1)
        fake.rotation_function(LAMBDA, lambda event, context: None)
        client = fake.client(config=UNCHECKED)
        intercept(client)
        return _comparable(run(client))


def _comparable(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {
            name: "*" if name in {"RequestId", "x-amzn-requestid", "date"} else _comparable(value)
            for name, value in answer.items()
        }
    if isinstance(answer, list):
        return [_comparable(item) for item in answer]
    return SUFFIX.sub(r"\1-suffix", answer) if isinstance(answer, str) else answer


def _error_of(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(client: Any) -> Any:
        with pytest.raises(ClientError) as caught:
            call(client)
        error = caught.value
        return {"response": error.response, "class": type(error).__name__, "text": str(error)}

    return run


def test_successes_are_equal(clock: Clock) -> None:
    """Every kind of success is the same dict under early and late interception, with dates, blobs and metadata."""
    frozen_at = clock.now()
    short = _run(lambda client: None, _answers_of_successes)
    assert clock.now() == frozen_at
    watches: list[Watch] = []
    long = _run(lambda client: watches.append(force_late_interception(client)), _answers_of_successes)
    assert len(watches[0].seen) == len(long) == 18
    for one, other in zip(short, long, strict=True):
        assert one == other


@pytest.mark.parametrize("code", REFUSED)
def test_errors_are_equal(code: str, clock: Clock) -> None:
    """Every kind of error is the same response, class and text under early and late interception."""
    run = _error_of(REFUSED[code])
    short, long = _run(lambda client: None, run), _run(force_late_interception, run)
    assert short == long
    assert short["response"]["Error"]["Code"] == code


def test_what_goes_wrong_is_equal(clock: Clock) -> None:
    """An error of the server is the same under early and late interception, apart from what botocore notes of its retries."""

    def run(client: Any) -> Any:
        with FakeSecretsManager(region=REGION, purge_delay=lambda _: timedelta(days=1 / 0)) as inner:
            inner.seed("held", VALUE)
            with clock.skip_sleeps():
                return _error_of(lambda client: client.delete_secret(SecretId="held"))(client)["response"]

    short, long = _run(lambda client: None, run), _run(force_late_interception, run)
    assert long["ResponseMetadata"].pop("MaxAttemptsReached") is True
    assert long["ResponseMetadata"].pop("RetryAttempts") > short["ResponseMetadata"].pop("RetryAttempts") == 0
    assert short == long
    assert short["Error"]["Code"] == "InternalServiceError"
    assert short["ResponseMetadata"]["HTTPStatusCode"] == 500


@INTERCEPTIONS
def test_metadata_of_a_success(intercept: Callable[[Any], Any], fake: FakeSecretsManager, client: Any) -> None:
    """ResponseMetadata is the service's: id, status, headers of JSON 1.1, and no retries."""
    intercept(client)
    first, second = client.list_secrets()["ResponseMetadata"], client.list_secrets()["ResponseMetadata"]
    headers = first["HTTPHeaders"]
    assert first["RequestId"] == headers["x-amzn-requestid"] != second["RequestId"]
    assert first["HTTPStatusCode"] == 200
    assert first["RetryAttempts"] == 0
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert int(headers["content-length"]) == len('{"SecretList":[]}')
    assert set(headers) == {"x-amzn-requestid", "content-type", "content-length", "date"}


@INTERCEPTIONS
def test_modelled_errors_have_a_message_of_their_own(intercept: Callable[[Any], Any], client: Any) -> None:
    """A modelled error shows its Message at the top as well; one that the model lacks does not."""
    intercept(client)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as modelled:
        client.get_secret_value(SecretId="none")
    assert modelled.value.response["Message"] == modelled.value.response["Error"]["Message"]
    assert modelled.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError) as unmodelled:
        client.get_secret_value(SecretId="no name")
    assert "Message" not in unmodelled.value.response


@INTERCEPTIONS
def test_paginators_and_context(intercept: Callable[[Any], Any], fake: FakeSecretsManager, client: Any) -> None:
    """A paginator gathers its pages under early and late interception."""
    intercept(client)
    for number in range(5):
        fake.seed(f"s{number}", VALUE)
    pages = client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})
    assert [[secret["Name"] for secret in page["SecretList"]] for page in pages] == [
        ["s0", "s1"],
        ["s2", "s3"],
        ["s4"],
    ]
    assert len(fake.calls) == 3


def test_early_interception_builds_no_request(client: Any, fake: FakeSecretsManager) -> None:
    """Without foreign handlers no request is built: early interception is the normal case."""
    built: list[str] = []
    create = client._endpoint.create_request

    def spy(*args: Any, **options: Any) -> Any:
        built.append("request")
        return create(*args, **options)

    client._endpoint.create_request = spy
    client.list_secrets()
    assert built == []
    fake.fail("ListSecrets", "DecryptionFailure")
    with pytest.raises(ClientError):
        client.list_secrets()
    assert built == ["request"]
    client.list_secrets()
    assert built == ["request"]


@INTERCEPTIONS
@pytest.mark.parametrize("error", [None, "DecryptionFailure"])
def test_the_url_of_an_answer(
    intercept: Callable[[Any], Any], error: str | None, fake: FakeSecretsManager, client: Any
) -> None:
    """An answer is one from the client's endpoint, also where a fault is answered."""
    intercept(client)
    urls: list[str] = []
    client.meta.events.register("after-call", lambda http_response, **_: urls.append(http_response.url))
    if error is not None:
        fake.fail("ListSecrets", error)
        with pytest.raises(ClientError):
            client.list_secrets()
    else:
        client.list_secrets()
    assert [url.rstrip("/") for url in urls] == [client.meta.endpoint_url]


def test_the_url_of_a_held_answer(fake: FakeSecretsManager) -> None:
    """An answer that is given at before-send, although it was there before, is one from the endpoint as well."""
    client = fake.client(config=Config(retries={"total_max_attempts": 1}))
    urls: list[str] = []
    client.meta.events.register("after-call", lambda http_response, **_: urls.append(http_response.url))
    labels = [f"label {number}" for number in range(19)]
    fake.seed("a", VALUE)
    version = client.put_secret_value(SecretId="a", SecretString=VALUE, VersionStages=labels)["VersionId"]
    with refused("LimitExceededException"):
        client.update_secret_version_stage(SecretId="a", VersionStage="one more", MoveToVersionId=version)
    assert [url.rstrip("/") for url in urls] == [client.meta.endpoint_url] * 2


def test_a_handler_before_the_call_builds_no_request(client: Any, fake: FakeSecretsManager) -> None:
    """A foreign handler at before-call that is called before the fake's own needs no request."""
    watch = Watch()
    client.meta.events.register("before-call.secrets-manager", watch)
    client._endpoint.create_request = None  # nobody could call it
    client.list_secrets()
    assert len(watch.seen) == len(fake.calls) == 1


def test_a_held_answer_is_the_first_attempts(clock: Clock, fake: FakeSecretsManager) -> None:
    """botocore's next attempts at such a call are answered anew, each as a call of its own."""
    client = fake.client(config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    fake.seed("a", VALUE)
    labels = [f"label {number}" for number in range(19)]
    version = client.put_secret_value(SecretId="a", SecretString=VALUE, VersionStages=labels)["VersionId"]
    with clock.skip_sleeps(), refused("LimitExceededException"):
        client.update_secret_version_stage(SecretId="a", VersionStage="one more", MoveToVersionId=version)
    assert len(fake.calls_of("UpdateSecretVersionStage")) == 3
