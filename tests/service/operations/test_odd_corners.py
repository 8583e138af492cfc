"""Corners of single operations that the table of what AWS answers does not reach."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from freezegun import freeze_time

from ...support import (
    CROSS_ACCOUNT,
    LAMBDA,
    OTHER_ACCOUNT,
    REGION,
    VALUE,
    client_of,
    refused,
    set_up_rotation,
    until_the_next_due,
)

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


@pytest.fixture
def other() -> Any:
    """Give a client of another account."""
    return client_of(OTHER_ACCOUNT, REGION)


def test_a_forced_deletion_of_what_is_no_secret(fake: FakeSecretsManager, client: Any) -> None:
    """An ARN of something else is no name of a secret, even where the deletion is forced."""
    with refused("ValidationException", match="Invalid name"):
        client.delete_secret(SecretId="arn:aws:s3:::bucket", ForceDeleteWithoutRecovery=True)


def test_a_schedule_that_is_none(fake: FakeSecretsManager, client: Any) -> None:
    """Rules that no schedule can follow are refused, and nothing is set up."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, lambda event, context: None)
    for rules in ({"ScheduleExpression": "rate(0 days)"}, {"AutomaticallyAfterDays": 5, "ScheduleExpression": "x"}):
        with refused("InvalidParameterException"):
            client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotationRules=rules)
    assert "RotationEnabled" not in client.describe_secret(SecretId="a")


def test_cron_without_its_library(fake: FakeSecretsManager, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cron schedule without the library that reads it is the fake's own error, which names the library."""
    import sys

    monkeypatch.setitem(sys.modules, "aws_croniter", None)
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, lambda event, context: None)
    with refused("NotImplementedByFake", match="aws-croniter"):
        client.rotate_secret(
            SecretId="a", RotationLambdaARN=LAMBDA, RotationRules={"ScheduleExpression": "cron(0 8 1 * ? *)"}
        )
    assert "RotationEnabled" not in client.describe_secret(SecretId="a")


def test_a_trial_whose_function_deletes_the_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A trial ends quietly where its function has deleted the secret."""
    fake.seed("a", VALUE)
    fake.rotation_function(
        LAMBDA, lambda event, context: client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    )
    client.rotate_secret(
        SecretId="a",
        RotationLambdaARN=LAMBDA,
        RotationRules={"AutomaticallyAfterDays": 5},
        RotateImmediately=False,
    )
    assert "a" not in fake


@pytest.mark.parametrize("rules", [None, {"ScheduleExpression": "rate(10 days)"}])
def test_a_value_put_by_hand_moves_no_schedule(
    rules: dict[str, str] | None, fake: FakeSecretsManager, client: Any
) -> None:
    """Without AutomaticallyAfterDays a value put by hand leaves the next rotation where it is."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, lambda event, context: None)
    options = {} if rules is None else {"RotationRules": rules}
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotateImmediately=False, **options)
    before = client.describe_secret(SecretId="a").get("NextRotationDate")
    client.put_secret_value(SecretId="a", SecretString="by hand")
    assert client.describe_secret(SecretId="a").get("NextRotationDate") == before


def test_a_value_put_by_hand_counts_as_a_rotation(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Under AutomaticallyAfterDays the next rotation is counted from the value that was put by hand."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=10)
    before = until_the_next_due(fake, clock)
    clock.advance(days=5)
    client.put_secret_value(SecretId="a", SecretString="by hand")
    assert until_the_next_due(fake, clock) > before - timedelta(days=5)
    clock.advance(days=5)
    client.put_secret_value(SecretId="a", SecretString="pending", VersionStages=["MINE"])
    assert until_the_next_due(fake, clock) <= before - timedelta(days=4)


def test_the_last_read_counts_where_time_was_set_back(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """LastAccessedDate is the day of the last read, also where a read of another version was on a later day."""
    first = client.create_secret(Name="a", SecretString=VALUE)["VersionId"]
    client.get_secret_value(SecretId="a")
    today = client.describe_secret(SecretId="a")["LastAccessedDate"]
    client.put_secret_value(SecretId="a", SecretString="new")
    with freeze_time("2099-01-01"):
        client.get_secret_value(SecretId="a")
    assert client.describe_secret(SecretId="a")["LastAccessedDate"] > today
    client.get_secret_value(SecretId="a", VersionId=first)
    assert client.describe_secret(SecretId="a")["LastAccessedDate"] == today


def test_a_replica_that_failed_is_removed(fake: FakeSecretsManager, client: Any) -> None:
    """A replication that failed because its name was taken is taken back without touching what holds the name."""
    fake.seed("a", "primary")
    fake.seed("a", "somebody's", region="us-east-2")
    client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=[{"Region": "us-east-2"}])
    (status,) = client.describe_secret(SecretId="a")["ReplicationStatus"]
    assert status["Status"] == "Failed"
    client.remove_regions_from_replication(SecretId="a", RemoveReplicaRegions=["us-east-2"])
    assert fake.secret("a", "us-east-2").current.value == "somebody's"  # type: ignore[union-attr]


def associated(fake: FakeSecretsManager, client: Any, other: Any, name: str = "replica") -> tuple[str, str]:
    """Link a primary of the fake's account to a replica of the other; return their ARNs."""
    primary = fake.secret("primary").arn if "primary" in fake else fake.seed("primary", VALUE, kms_key_id="k").arn
    replica = other.create_secret(Name=name, CrossAccountPrimaryARN=primary, KmsKeyId="alias/theirs")["ARN"]
    return primary, replica


@CROSS_ACCOUNT
def test_one_cross_account_replica_alone(fake: FakeSecretsManager, client: Any, other: Any) -> None:
    """A primary has at most one replica in another account."""
    _, first = associated(fake, client, other)
    client.associate_cross_account_replica(SecretId="primary", CrossAccountReplicaARN=first)
    client.associate_cross_account_replica(SecretId="primary", CrossAccountReplicaARN=first)
    _, second = associated(fake, client, other, "second")
    with refused("LimitExceededException"):
        client.associate_cross_account_replica(SecretId="primary", CrossAccountReplicaARN=second)


@CROSS_ACCOUNT
def test_a_cross_account_replica_that_is_not_there(fake: FakeSecretsManager, client: Any, other: Any) -> None:
    """A replica that does not exist cannot be associated."""
    _, replica = associated(fake, client, other)
    with refused("ResourceNotFoundException"):
        client.associate_cross_account_replica(SecretId="primary", CrossAccountReplicaARN=f"{replica[:-6]}AAAAAA")


@CROSS_ACCOUNT
def test_links_of_a_cross_account_replica(fake: FakeSecretsManager, client: Any, other: Any) -> None:
    """Both ends describe their link: pending, in step, and detached; values follow only while it is in step."""
    primary, replica = associated(fake, client, other)
    pending = other.describe_secret(SecretId="replica")["CrossAccountPrimary"]
    assert pending == {"PrimarySecretARN": primary, "ReplicationStatus": "Pending"}
    client.associate_cross_account_replica(SecretId="primary", CrossAccountReplicaARN=replica)
    assert other.get_secret_value(SecretId="replica")["SecretString"] == VALUE
    follows = {secret.name: (secret.is_replica, secret.follows_another) for secret in fake.secrets()}
    assert follows == {"primary": (False, False), "replica": (False, True)}
    other.stop_replication_to_replica(SecretId="replica")
    (link,) = client.describe_secret(SecretId="primary")["CrossAccountReplicas"]
    assert link["ReplicationStatus"] == "Detached"
    client.put_secret_value(SecretId="primary", SecretString="new")
    assert other.get_secret_value(SecretId="replica")["SecretString"] == VALUE
    other.delete_secret(SecretId="replica", ForceDeleteWithoutRecovery=True)
    client.disassociate_cross_account_replica(SecretId="primary", CrossAccountReplicaARN=replica)
    assert "CrossAccountReplicas" not in client.describe_secret(SecretId="primary")


@CROSS_ACCOUNT
def test_a_replica_whose_primary_never_accepted(fake: FakeSecretsManager, client: Any, other: Any) -> None:
    """A replica whose primary has gone meanwhile can be made a secret of its own."""
    associated(fake, client, other)
    client.delete_secret(SecretId="primary", ForceDeleteWithoutRecovery=True)
    other.stop_replication_to_replica(SecretId="replica")
    assert "CrossAccountPrimary" not in other.describe_secret(SecretId="replica")
