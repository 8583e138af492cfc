"""The type of a client, for type checkers: that of boto3-stubs where it is installed, botocore's BaseClient else."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever imports every module of the package loads no botocore by it
    try:
        from mypy_boto3_secretsmanager import SecretsManagerClient
    except ImportError:
        from botocore.client import (  # type: ignore[assignment, unused-ignore]
            BaseClient as SecretsManagerClient,  # noqa: TC004 - nobody imports the name at run time
        )

    __all__ = ["SecretsManagerClient"]
