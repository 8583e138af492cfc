"""The type of a client, for type checkers alone: that of boto3-stubs where it is installed, else botocore's BaseClient.

Nothing is imported at run time, as either import loads botocore.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    try:
        from mypy_boto3_secretsmanager import SecretsManagerClient
    except ImportError:
        from botocore.client import BaseClient as SecretsManagerClient  # type: ignore[assignment, unused-ignore]  # noqa: TC004

    __all__ = ["SecretsManagerClient"]
