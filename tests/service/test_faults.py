"""Faults: which call they strike, how often, in which order, and what the caller gets."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from pytest_secretsdelete import MALFORMED, FakeSecretsManager, Timeout
from pytest_secretsdelete._fake import service_of

from ..support import LAMBDA, OTHER_ACCOUNT, REGION, VALUE, refused, send_raw, set_up_rotation, tick

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock

CODES = {
    "ThrottlingException": (400, "Rate exceeded"),
    "ResourceNotFoundException": (400, "Secrets Manager can't find the specified secret."),
    "InternalServiceError": (500, "An error occurred on the server side."),
    "InternalFailure": (500, "InternalFailure"),
    "ServiceUnavailable": (503, "The service is unavailable. Please try again shortly."),
    "ServiceUnavailableException": (503, "ServiceUnavailableException"),
    "DecryptionFailure": (
        400,
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    ),
    "EncryptionFailure": (
        400,
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key.",
    ),
    "AccessDeniedException": (400, "Access to KMS is not allowed"),
    "AnythingElse": (400, "AnythingElse"),
}


@pytest.fixture
def client(fake: FakeSecretsManager) -> Any:
    """Give a client that tries once, and a secret to read."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE)
    return fake.client(config=Config(retries={"total_max_attempts": 1}))


def test_a_fault_for_a_secret_of_another_region(fake: FakeSecretsManager) -> None:
    """A fault may name its secret by the ARN: the client of that region meets it, and asks again, and no other does."""
    retries = Config(retries={"mode": "standard", "total_max_attempts": 2})
    arns = {region: fake.seed("a", region, region=region).arn for region in (fake.region, "ap-south-1")}
    for there, arn in arns.items():
        fault = fake.fail("GetSecretValue", "ServiceUnavailable", secret_id=arn)
        (elsewhere,) = {*arns} - {there}
        for region, times in ((elsewhere, 1), (there, 2)):
            before = len(fake.calls)
            answer = fake.client(region, config=retries).get_secret_value(SecretId="a")
            assert (answer["SecretString"], len(fake.calls) - before) == (region, times)
        assert fault.left == 0


@pytest.mark.parametrize("code", CODES)
def test_codes(code: str, fake: FakeSecretsManager, client: Any) -> None:
    """A code is answered with the status and the text that go with it."""
    fake.fail("GetSecretValue", code)
    status, text = CODES[code]
    with refused(code) as caught:
        client.get_secret_value(SecretId="a")
    assert caught.value.response["Error"]["Message"] == text
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert client.get_secret_value(SecretId="a")["SecretString"] == VALUE


def test_a_message(fake: FakeSecretsManager, client: Any) -> None:
    """A text of the test's own is answered as it is, an empty one too."""
    for text in ("Slow down, please.", ""):
        fake.fail("GetSecretValue", "ThrottlingException", message=text)
        with refused("ThrottlingException") as caught:
            client.get_secret_value(SecretId="a")
        assert caught.value.response["Error"]["Message"] == text


def test_modelled_exception_classes(fake: FakeSecretsManager, client: Any) -> None:
    """A code of the service model is raised as the client's own class."""
    fake.fail("GetSecretValue", "DecryptionFailure")
    with pytest.raises(client.exceptions.DecryptionFailure):
        client.get_secret_value(SecretId="a")


@pytest.mark.parametrize(
    ("timeout", "error"), [(Timeout.CONNECT, ConnectTimeoutError), (Timeout.READ, ReadTimeoutError)]
)
def test_timeouts(timeout: Timeout, error: type[Exception], fake: FakeSecretsManager, client: Any) -> None:
    """A timeout is raised as botocore's HTTP session raises it, with the endpoint's address."""
    fake.fail("GetSecretValue", timeout)
    with pytest.raises(error, match="secretsmanager.eu-west-1.amazonaws.com"):
        client.get_secret_value(SecretId="a")
    assert client.get_secret_value(SecretId="a")["SecretString"] == VALUE
    assert [call.error_code for call in fake.calls] == [error.__name__, None]


def test_malformed(fake: FakeSecretsManager, client: Any) -> None:
    """An answer that breaks off has status 200 and no members."""
    fake.fail("GetSecretValue", MALFORMED)
    answer = client.get_secret_value(SecretId="a")
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert int(answer["ResponseMetadata"]["HTTPHeaders"]["content-length"]) > 0
    fake.fail("GetSecretValue", MALFORMED)
    assert send_raw(client, "GetSecretValue", {"SecretId": "a"})[0] == 200


def test_one_operation(fake: FakeSecretsManager, client: Any) -> None:
    """A fault strikes its own operation alone."""
    fault = fake.fail("DescribeSecret", "DecryptionFailure")
    client.get_secret_value(SecretId="a")
    assert fake.unused_faults() == (fault,)
    with refused("DecryptionFailure"):
        client.describe_secret(SecretId="a")
    assert fake.unused_faults() == ()


def test_every_operation(fake: FakeSecretsManager, client: Any) -> None:
    """`*` strikes whichever operation comes first, those without a secret as well."""
    fake.fail("*", "DecryptionFailure", times=3)
    for call in (
        client.list_secrets,
        client.get_random_password,
        lambda: client.create_secret(Name="new"),
    ):
        with refused("DecryptionFailure"):
            call()
    client.list_secrets()


@pytest.mark.parametrize("given", ["name", "arn", "partial"])
@pytest.mark.parametrize("called", ["name", "arn", "partial"])
def test_one_secret(given: str, called: str, fake: FakeSecretsManager, client: Any) -> None:
    """A fault about one secret strikes however it and the call name the secret, and no other secret."""
    arn = fake.secret("a").arn
    ids = {"name": "a", "arn": arn, "partial": arn[:-7]}
    fake.fail("GetSecretValue", "DecryptionFailure", secret_id=ids[given])
    client.get_secret_value(SecretId="b")
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId=ids[called])
    client.get_secret_value(SecretId="a")


def test_a_secret_that_is_not_there(fake: FakeSecretsManager, client: Any) -> None:
    """A fault about a secret strikes the call that would create it, and calls to a name that nobody holds."""
    fake.fail("*", "DecryptionFailure", secret_id="new", times=2)
    with refused("DecryptionFailure"):
        client.create_secret(Name="new")
    with refused("DecryptionFailure"):
        client.describe_secret(SecretId="new")
    client.create_secret(Name="newer")


@pytest.mark.parametrize(("given", "called"), [("arn", "name"), ("name", "arn"), ("arn", "arn")])
def test_a_secret_that_is_gone(given: str, called: str, fake: FakeSecretsManager, client: Any) -> None:
    """A fault about a secret that has been deleted still strikes, whichever way either names it."""
    ids = {"name": "gone", "arn": fake.seed("gone", VALUE).arn}
    client.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    fake.fail("DescribeSecret", "DecryptionFailure", secret_id=ids[given])
    fake.fail("CreateSecret", "EncryptionFailure", secret_id=ids["arn"]).withdraw()
    with refused("DecryptionFailure"):
        client.describe_secret(SecretId=ids[called])
    fake.deny("*", ids["arn"])
    client.create_secret(Name="gone")  # another secret, with another ARN


def test_an_arn_of_elsewhere(fake: FakeSecretsManager, client: Any) -> None:
    """Where nobody holds the name, a fault about a name strikes no ARN of another region or account, nor the reverse."""
    arn = fake.seed("gone", VALUE).arn
    client.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    elsewhere = [arn.replace(REGION, "us-east-1"), arn.replace(fake.account_id, OTHER_ACCOUNT)]
    for given, called in [("gone", elsewhere), (elsewhere[0], ["gone", arn]), (elsewhere[1], ["gone", arn])]:
        fault = fake.fail("DescribeSecret", "DecryptionFailure", secret_id=given)
        for secret_id in called:
            with pytest.raises(ClientError) as caught:
                client.describe_secret(SecretId=secret_id)
            assert caught.value.response["Error"]["Code"] != "DecryptionFailure"
        assert fault.left == 1
        fault.withdraw()


def test_one_secret_of_a_batch(fake: FakeSecretsManager, client: Any) -> None:
    """A fault about one secret strikes a batch that names it."""
    fake.fail("BatchGetSecretValue", "DecryptionFailure", secret_id=fake.secret("b").arn)
    client.batch_get_secret_value(SecretIdList=["a"])
    client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["b"]}])
    with refused("DecryptionFailure"):
        client.batch_get_secret_value(SecretIdList=["a", "b"])
    fake.fail("GetSecretValue", "DecryptionFailure")
    assert len(client.batch_get_secret_value(SecretIdList=["a", "b"])["SecretValues"]) == 2


def test_times(fake: FakeSecretsManager, client: Any) -> None:
    """A fault strikes as often as it is told, and then no more."""
    fault = fake.fail("GetSecretValue", "DecryptionFailure", times=2)
    for left in (1, 0):
        with refused("DecryptionFailure"):
            client.get_secret_value(SecretId="a")
        assert fake.unused_faults() == ((fault,) if left else ())
    client.get_secret_value(SecretId="a")


def test_until_withdrawn(fake: FakeSecretsManager, client: Any) -> None:
    """Without a number of times a fault stays until it is withdrawn; it is never missed."""
    fault = fake.fail("GetSecretValue", "DecryptionFailure", times=None)
    assert fake.unused_faults() == ()
    for _ in range(5):
        with refused("DecryptionFailure"):
            client.get_secret_value(SecretId="a")
    fault.withdraw()
    fault.withdraw()
    client.get_secret_value(SecretId="a")


def test_withdrawn_before_it_strikes(fake: FakeSecretsManager, client: Any) -> None:
    """A fault that is withdrawn strikes nothing, and is not missed."""
    fake.fail("GetSecretValue", "DecryptionFailure", times=7).withdraw()
    client.get_secret_value(SecretId="a")
    assert fake.unused_faults() == ()


def test_the_oldest_first(fake: FakeSecretsManager, client: Any) -> None:
    """Faults strike in the order in which they were asked for, one at each call."""
    fake.fail("*", "DecryptionFailure", times=2)
    fake.fail("GetSecretValue", "EncryptionFailure")
    fake.fail("DescribeSecret", "LimitExceededException")
    fake.fail("*", "InvalidRequestException")
    codes = []
    for _ in range(4):
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.get_secret_value(SecretId="a")
        codes.append(caught.value.response["Error"]["Code"])
    assert codes == ["DecryptionFailure", "DecryptionFailure", "EncryptionFailure", "InvalidRequestException"]
    client.get_secret_value(SecretId="a")
    assert len(fake.unused_faults()) == 1


def test_a_fault_changes_nothing(fake: FakeSecretsManager, client: Any) -> None:
    """Whatever the fault, the store stays as it was."""
    before = fake.secrets()
    for error in ("DecryptionFailure", "InternalServiceError", MALFORMED):
        fake.fail("*", error, times=3)
        for call in (
            lambda: client.create_secret(Name="c", SecretString=VALUE),
            lambda: client.put_secret_value(SecretId="a", SecretString="new"),
            lambda: client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True),
        ):
            with nullcontext() if error is MALFORMED else refused(str(error)):
                call()
    assert fake.secrets() == before
    assert fake.events == ()
    assert fake.unused_faults() == ()
    assert len(fake.calls) == 9


def test_a_fault_comes_before_the_request_is_looked_at(fake: FakeSecretsManager, client: Any) -> None:
    """What a fault hides is decided by the request alone: an invalid one is struck as well."""
    fake.fail("GetSecretValue", "DecryptionFailure")
    assert send_raw(client, "GetSecretValue", {"SecretId": 5})[1]["Error"]["Code"] == "DecryptionFailure"
    fake.fail("GetSecretValue", "DecryptionFailure")
    assert send_raw(client, "GetSecretValue", "no json")[1]["Error"]["Code"] == "SerializationException"
    assert len(fake.unused_faults()) == 1


def test_a_body_that_cannot_be_read(fake: FakeSecretsManager, client: Any) -> None:
    """A fault is not used up by a request that cannot be read, under early interception as well."""
    fault = fake.fail("*", "DecryptionFailure")

    def rewrite(params: dict[str, Any], **_: Any) -> None:
        params["body"] = b"{"

    client.meta.events.register("before-call.secrets-manager.ListSecrets", rewrite)
    with refused("SerializationException"):
        client.list_secrets()
    assert fake.unused_faults() == (fault,)


@pytest.mark.parametrize(
    ("secret_ids", "code"),
    [
        (5, "SerializationException"),
        ("a", "SerializationException"),
        ({"a": 1}, "SerializationException"),
        ([5, None], "SerializationException"),
        (True, "SerializationException"),
        (None, "InvalidParameterException"),
    ],
)
def test_a_list_that_is_none(secret_ids: Any, code: str, fake: FakeSecretsManager, client: Any) -> None:
    """A batch whose list is something else is refused as ever, while faults and denials about secrets wait."""
    fake.fail("BatchGetSecretValue", "DecryptionFailure", secret_id="other")
    fake.deny("BatchGetSecretValue", secret_id="other")
    assert send_raw(client, "BatchGetSecretValue", {"SecretIdList": secret_ids})[1]["Error"]["Code"] == code

    def rewrite(params: dict[str, Any], **_: Any) -> None:
        params["body"] = json.dumps({"SecretIdList": secret_ids})

    client.meta.events.register("before-call.secrets-manager.BatchGetSecretValue", rewrite)
    with refused(code):
        client.batch_get_secret_value(SecretIdList=["a"])


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            "GetSecretVale",
            "no operation 'GetSecretVale'. Did you mean GetSecretValue.*wire name such as DeleteSecret",
        ),
        ("get_secret_value", "no operation 'get_secret_value'"),
        ("Zzz", r"no operation 'Zzz'\. Give a wire name such as DeleteSecret, or '\*' for all\."),
        ("AcceptCrossAccountReplication", "no operation 'AcceptCrossAccountReplication'"),
        ("", "no operation ''"),
    ],
)
def test_unknown_operations(operation: str, message: str, fake: FakeSecretsManager) -> None:
    """An operation that the service does not have is a ValueError that names what is near."""
    with pytest.raises(ValueError, match=message):
        fake.fail(operation, "ThrottlingException")


@pytest.mark.parametrize("error", [None, 500, ValueError, ["ThrottlingException"], b"ThrottlingException"])
def test_wrong_errors(error: Any, fake: FakeSecretsManager) -> None:
    """An error that is none is a TypeError that says what is legal."""
    with pytest.raises(TypeError, match=r"error code, Timeout.CONNECT, Timeout.READ or MALFORMED"):
        fake.fail("*", error)


@pytest.mark.parametrize("times", [0, -1, 1.5, "2", True])
def test_wrong_times(times: Any, fake: FakeSecretsManager) -> None:
    """A number of times that is none is a ValueError that says what is legal."""
    with pytest.raises(ValueError, match="times as a positive number, or None for until withdrawn"):
        fake.fail("*", "ThrottlingException", times=times)


def test_how_a_fault_is_told(fake: FakeSecretsManager, client: Any) -> None:
    """A fault tells its error, its operation, its secret, and how often it is yet to strike."""
    fault = fake.fail("GetSecretValue", "DecryptionFailure", times=3, secret_id="a")
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId="a")
    assert str(fault) == "DecryptionFailure for GetSecretValue for a (2 of 3 left)"
    assert str(fake.fail("*", Timeout.READ, times=None)) == "ReadTimeoutError for * (any number of times)"
    assert str(fake.fail("*", MALFORMED)) == "MALFORMED for * (1 of 1 left)"


def test_retries_use_a_fault_up(clock: Clock, fake: FakeSecretsManager) -> None:
    """botocore's own retries run: each attempt uses a fault up once, and one more reaches the operation."""
    fake.seed("a", VALUE)
    client = fake.client(config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    fake.fail("GetSecretValue", "ThrottlingException", times=2)
    with clock.skip_sleeps():
        answer = client.get_secret_value(SecretId="a")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert fake.unused_faults() == ()
    assert [call.error_code for call in fake.calls] == ["ThrottlingException"] * 2 + [None]


def test_a_fault_beside_one_that_is_used_up(clock: Clock, fake: FakeSecretsManager) -> None:
    """Of two faults one may be used up: the other is retried as a real error is."""
    fake.seed("a", VALUE)
    client = fake.client(config=Config(retries={"mode": "standard", "total_max_attempts": 2}))
    fake.fail("DescribeSecret", "DecryptionFailure")
    fake.fail("GetSecretValue", "ThrottlingException")
    with refused("DecryptionFailure"):
        client.describe_secret(SecretId="a")
    with clock.skip_sleeps():
        answer = client.get_secret_value(SecretId="a")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert fake.unused_faults() == ()


def test_what_is_not_retried(fake: FakeSecretsManager) -> None:
    """An error that botocore does not retry is answered at the first attempt."""
    fake.seed("a", VALUE)
    fake.fail("GetSecretValue", "DecryptionFailure", times=2)
    with refused("DecryptionFailure"):
        fake.client().get_secret_value(SecretId="a")
    assert len(fake.calls) == 1


def test_a_fault_asked_for_while_a_call_is_answered(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A fault that a rotation function asks for strikes the very call that made the rotation run."""
    set_up_rotation(fake, "a", AutomaticallyAfterDays=1)
    faults: list[object] = []
    fake.rotation_function(LAMBDA, lambda event, _: faults or faults.append(fake.fail("ListSecrets", Timeout.READ)))
    tick(timedelta(days=3))
    with pytest.raises(ReadTimeoutError):
        client.list_secrets()
    client.list_secrets()
    assert [call.error_code for call in fake.calls if call.operation == "ListSecrets"] == [
        "ReadTimeoutError",
        None,
    ]


def test_faults_of_a_fake_are_its_own(fake: FakeSecretsManager, client: Any) -> None:
    """A fault of an outer fake does not strike the calls that an inner one answers."""
    fake.fail("ListSecrets", "DecryptionFailure")
    with FakeSecretsManager() as inner:
        client.list_secrets()
    assert len(inner.calls) == 1
    with refused("DecryptionFailure"):
        client.list_secrets()


def test_unused_since_a_checkpoint(fake: FakeSecretsManager) -> None:
    """A test that borrows a fake is told of the faults that it has made itself, not of those from before."""
    failures = service_of(fake).failures
    before = fake.fail("ListSecrets", "DecryptionFailure")
    with service_of(fake).checkpoint() as checkpoint:
        assert failures.unused(checkpoint) == ()
        made = fake.fail("ListSecrets", "DecryptionFailure")
        assert failures.unused(checkpoint) == (made,)
        assert failures.unused() == (before, made)
