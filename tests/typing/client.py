"""The type of a client, where boto3-stubs is installed."""

from mypy_boto3_secretsmanager import SecretsManagerClient
from typing_extensions import assert_type

from pytest_secretsdelete import FakeSecretsManager

with FakeSecretsManager() as fake:
    assert_type(fake.client(), SecretsManagerClient)
