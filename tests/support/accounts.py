"""Callers of several accounts."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from pytest_secretsdelete._botocore import sessions

OTHER_ACCOUNT = "210987654321"
#: The lowest supported botocore lacks replicas in other accounts.
CROSS_ACCOUNT = pytest.mark.skipif(
    "AssociateCrossAccountReplica" not in sessions.service_model().operation_names,
    reason="this botocore does not know of replicas in other accounts",
)


def client_of(account: str = OTHER_ACCOUNT, region: str | None = None) -> Any:
    """Return a client whose access key id names an account; any other text names the fake's own."""
    session = boto3.Session(aws_access_key_id=account, aws_secret_access_key="x", region_name=region)
    return session.client("secretsmanager")
