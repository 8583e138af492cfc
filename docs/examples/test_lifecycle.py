"""The life of a deleted secret, through an unmodified boto3 client: a week of AWS's time takes milliseconds."""

import boto3
import pytest
from botocore.exceptions import ClientError


def code_of(call, **parameters):
    """Call, and return the code of the error that AWS answers."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


def test_a_deleted_secret_can_be_restored_until_its_window_ends(secretsmanager, secretsmanager_clock):
    """Create, delete, restore in time, delete again, let the window end, use the name again."""
    client = boto3.client("secretsmanager")
    first = client.create_secret(Name="db/password", SecretString="hunter2")

    client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
    assert code_of(client.get_secret_value, SecretId="db/password") == "InvalidRequestException"

    secretsmanager_clock.advance(days=6, hours=23)
    client.restore_secret(SecretId="db/password")
    assert client.get_secret_value(SecretId="db/password")["SecretString"] == "hunter2"

    client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
    secretsmanager_clock.advance(days=7)
    for call in (client.get_secret_value, client.describe_secret, client.restore_secret):
        assert code_of(call, SecretId="db/password") == "ResourceNotFoundException"

    second = client.create_secret(Name="db/password", SecretString="correct horse")
    assert second["ARN"] != first["ARN"]


@pytest.mark.secret("db/password", "hunter2", deleted_days_ago=29)
def test_a_secret_that_was_deleted_29_days_ago_has_one_day_left(secretsmanager_clock):
    """Seed a secret that is scheduled for deletion, and restore it on its last day."""
    client = boto3.client("secretsmanager")
    assert code_of(client.get_secret_value, SecretId="db/password") == "InvalidRequestException"

    secretsmanager_clock.advance(hours=23)
    client.restore_secret(SecretId="db/password")
    assert client.get_secret_value(SecretId="db/password")["SecretString"] == "hunter2"

    client.delete_secret(SecretId="db/password")
    secretsmanager_clock.advance(days=30)
    for call in (client.get_secret_value, client.describe_secret, client.restore_secret):
        assert code_of(call, SecretId="db/password") == "ResourceNotFoundException"
