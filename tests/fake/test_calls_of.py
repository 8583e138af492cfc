"""`calls_of`: the calls of one operation, about one secret however they named it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_secretsdelete import FakeSecretsManager


def test_of_one_operation(fake: FakeSecretsManager, client: Any) -> None:
    """All calls of an operation come in order, refused ones included."""
    client.create_secret(Name="a", SecretString="x")
    for name in ("a", "b", "a"):
        try:
            client.get_secret_value(SecretId=name)
        except client.exceptions.ResourceNotFoundException:
            pass
    assert [call.parameters["SecretId"] for call in fake.calls_of("GetSecretValue")] == ["a", "b", "a"]
    assert fake.calls_of("DeleteSecret") == ()


def test_about_one_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A call is found by name, ARN and partial ARN, whichever of them it used itself."""
    arn, other = fake.seed("a", "x").arn, fake.seed("b", "x").arn
    for secret_id in ("a", arn, arn[:-7], other):
        client.describe_secret(SecretId=secret_id)
    for secret_id in ("a", arn, arn[:-7]):
        assert len(fake.calls_of("DescribeSecret", secret_id)) == 3
    assert len(fake.calls_of("DescribeSecret", "b")) == 1
    assert fake.calls_of("DescribeSecret", "c") == ()


def test_names_in_other_members(fake: FakeSecretsManager, client: Any) -> None:
    """A creation and a batch name their secrets, too; a secret that has gone is still found."""
    client.create_secret(Name="a", SecretString="x")
    client.batch_get_secret_value(SecretIdList=["b", "a"])
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert len(fake.calls_of("CreateSecret", "a")) == len(fake.calls_of("BatchGetSecretValue", "a")) == 1
    assert fake.calls_of("ListSecrets", "a") == ()


def test_regions(fake: FakeSecretsManager, client: Any) -> None:
    """A name counts in every region, an ARN in its own; two whole ARNs are the same or not."""
    arn = fake.seed("a", "x").arn
    fake.client("ap-south-1").list_secret_version_ids(SecretId=fake.seed("a", "y", region="ap-south-1").arn)
    fake.client("ap-south-1").list_secret_version_ids(SecretId="a")
    client.list_secret_version_ids(SecretId="a")
    assert len(fake.calls_of("ListSecretVersionIds", "a")) == 3
    assert len(fake.calls_of("ListSecretVersionIds", arn)) == 1
    client.list_secret_version_ids(SecretId=arn)
    assert fake.calls_of("ListSecretVersionIds", f"{arn[:-6]}zzzzzz") == fake.calls_of("ListSecretVersionIds", arn)[:1]


def test_an_unknown_operation(fake: FakeSecretsManager) -> None:
    """An operation that the service does not have is a ValueError with what is near."""
    with pytest.raises(ValueError, match="Did you mean GetSecretValue"):
        fake.calls_of("GetSecretValues")


def test_every_operation(fake: FakeSecretsManager, client: Any) -> None:
    """`*` stands for all operations, as elsewhere."""
    client.create_secret(Name="a", SecretString="x")
    client.describe_secret(SecretId="a")
    assert fake.calls_of("*", "a") == fake.calls
