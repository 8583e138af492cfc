"""Denials: AccessDeniedException as IAM words it, for an operation and all the permissions that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..support import CROSS_ACCOUNT, OTHER_ACCOUNT, REGION, TOKEN, VALUE, client_of, refused, send_raw, token

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import FakeSecretsManager

OTHER = f"arn:aws:secretsmanager:{REGION}:{OTHER_ACCOUNT}:secret:other-AbCdEf"
REPLICATES = {"AddReplicaRegions": [{"Region": "us-east-1"}]}
PRIMARY = {"CrossAccountPrimaryARN": OTHER, "KmsKeyId": "alias/mine"}


@pytest.fixture
def client(fake: FakeSecretsManager) -> Any:
    """Give a client, and two secrets to read."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE)
    return fake.client()


def test_the_words(fake: FakeSecretsManager, client: Any) -> None:
    """The answer has caller, action and resource, and status 400; the caller's account is in it."""
    fake.deny("GetSecretValue")
    with refused("AccessDeniedException") as caught:
        client.get_secret_value(SecretId="a")
    assert caught.value.response["Error"]["Message"] == (
        "User: arn:aws:iam::123456789012:user/test is not authorized to perform: secretsmanager:GetSecretValue on "
        "resource: a because no identity-based policy allows the secretsmanager:GetSecretValue action"
    )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert not hasattr(client.exceptions, "AccessDeniedException")
    with refused("AccessDeniedException", match=f"User: arn:aws:iam::{OTHER_ACCOUNT}:user/test"):
        client_of().get_secret_value(SecretId="a")


def test_everything(fake: FakeSecretsManager, client: Any) -> None:
    """Without words everything is denied, until everything is allowed."""
    fake.deny()
    for call in (
        client.list_secrets,
        client.get_random_password,
        lambda: client.get_secret_value(SecretId="a"),
    ):
        with refused("AccessDeniedException"):
            call()
    fake.allow()
    client.list_secrets()


@pytest.mark.parametrize("called", ["name", "arn", "partial"])
@pytest.mark.parametrize("given", ["name", "arn", "partial"])
def test_one_secret(given: str, called: str, fake: FakeSecretsManager, client: Any) -> None:
    """A denial about one secret holds however either names it; another secret is not denied."""
    arn = fake.secret("a").arn
    ids = {"name": "a", "arn": arn, "partial": arn[:-7]}
    fake.deny("GetSecretValue", secret_id=ids[given])
    with refused("AccessDeniedException"):
        client.get_secret_value(SecretId=ids[called])
    client.get_secret_value(SecretId="b")
    client.describe_secret(SecretId="a")
    fake.allow("GetSecretValue", secret_id=ids[called])
    client.get_secret_value(SecretId="a")


def test_allowing_the_same_again(fake: FakeSecretsManager, client: Any) -> None:
    """A denial given twice is allowed once, and allowing what is not denied is no trouble."""
    fake.deny("GetSecretValue")
    fake.deny("GetSecretValue")
    fake.allow("DescribeSecret")
    with refused("AccessDeniedException"):
        client.get_secret_value(SecretId="a")
    fake.allow("GetSecretValue")
    client.get_secret_value(SecretId="a")


def test_allowing_what_does_not_exist(fake: FakeSecretsManager, client: Any) -> None:
    """A denial for a secret that is not there yet is withdrawn by the same name."""
    fake.deny("CreateSecret", "later")
    fake.allow("CreateSecret", "later")
    client.create_secret(Name="later")
    assert "later" in fake


def test_allowing_what_is_elsewhere(fake: FakeSecretsManager) -> None:
    """A denial of a secret in another region is taken back by its ARN."""
    there = fake.seed("there", "value", region="ap-south-1")
    client = fake.client("ap-south-1")
    fake.deny("GetSecretValue", "there")
    with refused("AccessDeniedException"):
        client.get_secret_value(SecretId="there")
    fake.allow("GetSecretValue", there.arn)
    client.get_secret_value(SecretId="there")


def test_allowing_a_part(fake: FakeSecretsManager, client: Any) -> None:
    """Allowing takes back what fits: one operation, one secret, all operations of a secret, all secrets."""
    for operation in ("GetSecretValue", "DescribeSecret"):
        for secret_id in ("a", "b"):
            fake.deny(operation, secret_id)
    fake.allow("GetSecretValue", "a")
    client.get_secret_value(SecretId="a")
    for call in (client.describe_secret, client.get_secret_value):
        with refused("AccessDeniedException"):
            call(SecretId="b")
    fake.allow(secret_id="b")
    client.describe_secret(SecretId="b")
    with refused("AccessDeniedException"):
        client.describe_secret(SecretId="a")
    fake.allow("DescribeSecret")
    client.describe_secret(SecretId="a")


@pytest.mark.parametrize(
    ("action", "call", "without"),
    [
        (
            "TagResource",
            lambda client: client.create_secret(Name="c", Tags=[{"Key": "k", "Value": "v"}]),
            lambda client: client.create_secret(Name="c"),
        ),
        (
            "ReplicateSecretToRegions",
            lambda client: client.create_secret(Name="c", **REPLICATES),
            lambda client: client.create_secret(Name="c"),
        ),
        pytest.param(
            "PutResourcePolicy",
            lambda client: client.create_secret(Name="c", **PRIMARY),
            lambda client: client.create_secret(Name="c"),
            marks=CROSS_ACCOUNT,
        ),
        (
            "ListSecrets",
            lambda client: client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["a"]}]),
            lambda client: client.batch_get_secret_value(SecretIdList=["a"]),
        ),
        (
            "PutResourcePolicy",
            lambda client: client.validate_resource_policy(ResourcePolicy="{}"),
            lambda client: client.get_resource_policy(SecretId="a"),
        ),
        pytest.param(
            "GetSecretValue",
            lambda client: client.associate_cross_account_replica(SecretId="a", CrossAccountReplicaARN=OTHER),
            lambda client: client.describe_secret(SecretId="a"),
            marks=CROSS_ACCOUNT,
        ),
        pytest.param(
            "AcceptCrossAccountReplication",
            lambda client: client.associate_cross_account_replica(SecretId="a", CrossAccountReplicaARN=OTHER),
            lambda client: client.describe_secret(SecretId="a"),
            marks=CROSS_ACCOUNT,
        ),
    ],
)
def test_more_permissions(
    action: str,
    call: Callable[[Any], Any],
    without: Callable[[Any], Any],
    fake: FakeSecretsManager,
    client: Any,
) -> None:
    """An operation needs all its documented permissions; the refusal names the one that is missing."""
    before = fake.secrets()
    fake.deny(action)
    with refused("AccessDeniedException", match=f"perform: secretsmanager:{action} (on resource: [ac] )?because"):
        call(client)
    assert fake.secrets() == before
    without(client)


@CROSS_ACCOUNT
def test_stopping_a_cross_account_replica_needs_more(fake: FakeSecretsManager, client: Any) -> None:
    """StopReplicationToReplica asks for DeleteResourcePolicy where the replica's primary is in another account."""
    other = client_of()
    primary = fake.secret("a").arn
    other.create_secret(Name="copy", CrossAccountPrimaryARN=primary, KmsKeyId="alias/own")
    fake.deny("DeleteResourcePolicy")
    with refused("AccessDeniedException", match="secretsmanager:DeleteResourcePolicy"):
        other.stop_replication_to_replica(SecretId="copy")
    fake.allow()
    other.stop_replication_to_replica(SecretId="copy")


def test_stopping_any_other_replica_needs_no_more(fake: FakeSecretsManager, client: Any) -> None:
    """A replica in another region, and what is no secret at all, need no DeleteResourcePolicy."""
    client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=[{"Region": "us-east-1"}])
    there = client_of(fake.account_id, "us-east-1")
    fake.deny("DeleteResourcePolicy")
    there.stop_replication_to_replica(SecretId="a")
    with refused("ResourceNotFoundException"):
        there.stop_replication_to_replica(SecretId="none")
    status, answer = send_raw(there, "StopReplicationToReplica", {"SecretId": 5})
    assert (status, answer["Error"]["Code"]) == (400, "SerializationException")


def test_an_empty_list_needs_no_permission(fake: FakeSecretsManager, client: Any) -> None:
    """Tags that are none ask for no permission to tag."""
    fake.deny("TagResource")
    client.create_secret(Name="untagged", Tags=[])
    with refused("AccessDeniedException"):
        client.create_secret(Name="tagged", Tags=[{"Key": "k", "Value": "v"}])


def test_a_batch_lists_what_is_denied(fake: FakeSecretsManager, client: Any) -> None:
    """A batch lists secrets whose GetSecretValue is denied among its errors, and reads the others."""
    fake.deny("GetSecretValue", secret_id="a")
    arn = fake.secret("a").arn
    for request, secret_id in (
        ({"SecretIdList": ["a", "b", "none"]}, "a"),
        ({"SecretIdList": [arn, "b"]}, arn),
        ({"Filters": [{"Key": "name", "Values": ["a", "b"]}]}, arn),
    ):
        answer = client.batch_get_secret_value(**request)
        assert [value["Name"] for value in answer["SecretValues"]] == ["b"]
        error = answer["Errors"][0]
        assert (error["SecretId"], error["ErrorCode"]) == (secret_id, "AccessDeniedException")
        assert f"secretsmanager:GetSecretValue on resource: {secret_id} because" in error["Message"]


def test_a_batch_of_a_secret_that_is_denied_altogether(fake: FakeSecretsManager, client: Any) -> None:
    """Where everything about one secret is denied, a batch lists it and reads the others."""
    fake.deny(secret_id="a")
    answer = client.batch_get_secret_value(SecretIdList=["a", "b"])
    assert [value["Name"] for value in answer["SecretValues"]] == ["b"]
    assert [error["ErrorCode"] for error in answer["Errors"]] == ["AccessDeniedException"]


def test_a_batch_that_is_denied_itself(fake: FakeSecretsManager, client: Any) -> None:
    """Where the batch itself is denied, nothing is read."""
    fake.deny("BatchGetSecretValue")
    with refused("AccessDeniedException", match="secretsmanager:BatchGetSecretValue because"):
        client.batch_get_secret_value(SecretIdList=["a", "b"])


def test_denials_come_before_faults(fake: FakeSecretsManager, client: Any) -> None:
    """A denied call uses no fault up; the fault strikes once it is allowed."""
    fault = fake.fail("GetSecretValue", "DecryptionFailure")
    fake.deny("GetSecretValue")
    with refused("AccessDeniedException"):
        client.get_secret_value(SecretId="a")
    assert fake.unused_faults() == (fault,)
    fake.allow("GetSecretValue")
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId="a")


def test_a_denied_call_changes_nothing(fake: FakeSecretsManager, client: Any) -> None:
    """A denied call is recorded, and changes nothing."""
    before = fake.secrets()
    fake.deny()
    with refused("AccessDeniedException"):
        client.create_secret(Name="c", ClientRequestToken=TOKEN)
    with refused("AccessDeniedException"):
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    with refused("AccessDeniedException"):
        client.put_secret_value(SecretId="a", SecretString="new", ClientRequestToken=token(1))
    assert fake.secrets() == before
    assert fake.events == ()
    assert [call.error_code for call in fake.calls] == ["AccessDeniedException"] * 3


def test_the_resource_of_a_call_without_a_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A call about no single secret is denied without a resource."""
    fake.deny()
    with refused("AccessDeniedException", match="secretsmanager:ListSecrets because"):
        client.list_secrets()
    with refused("AccessDeniedException", match="secretsmanager:CreateSecret on resource: c because"):
        client.create_secret(Name="c")


@pytest.mark.parametrize("method", ["deny", "allow"])
def test_unknown_operations(method: str, fake: FakeSecretsManager) -> None:
    """An operation that the service does not have is a ValueError; an action without one of its own is not."""
    with pytest.raises(ValueError, match="no operation 'ReadSecretValue'. Did you mean .*GetSecretValue"):
        getattr(fake, method)("ReadSecretValue")
    getattr(fake, method)("AcceptCrossAccountReplication")


def test_a_denial_is_not_retried(fake: FakeSecretsManager, client: Any) -> None:
    """botocore does not retry a denial, so there is one attempt."""
    fake.deny("GetSecretValue")
    with refused("AccessDeniedException"):
        client.get_secret_value(SecretId="a")
    assert len(fake.calls) == 1
