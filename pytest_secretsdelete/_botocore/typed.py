"""The type of a client, for type checkers: that of boto3-stubs where it is installed, botocore's BaseClient else."""

try:
    from mypy_boto3_secretsmanager import SecretsManagerClient
except ImportError:
    from botocore.client import BaseClient as SecretsManagerClient  # type: ignore[assignment, unused-ignore]

__all__ = ["SecretsManagerClient"]
