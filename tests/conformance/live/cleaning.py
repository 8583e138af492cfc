"""Removing what a run has created, without a window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

NOT_FOUND = "ResourceNotFoundException"
FAILURES = (BotoCoreError, ClientError)


def destroy(client: Any, secret_id: str, pauses: Sequence[float]) -> str:
    """Remove a secret, and where that is refused its ties to other regions first; return why it is still there."""
    error = ""
    for pause in (0, 0, *pauses):
        time.sleep(pause)
        try:
            client.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)
        except FAILURES as refusal:
            error = str(refusal)
            if code_of(refusal) != NOT_FOUND:
                release(client, secret_id)
                continue
        return ""
    return error


def release(client: Any, secret_id: str) -> None:
    """Take a primary's replicas away, and a replica from its primary; what fails is tried again."""
    with suppress(*FAILURES):
        described = client.describe_secret(SecretId=secret_id)
        if described.get("PrimaryRegion", client.meta.region_name) != client.meta.region_name:
            client.stop_replication_to_replica(SecretId=secret_id)
        elif replicas := [one["Region"] for one in described.get("ReplicationStatus", [])]:
            client.remove_regions_from_replication(SecretId=secret_id, RemoveReplicaRegions=replicas)


def code_of(error: Exception) -> str:
    """Return the code of a refusal, and nothing for an error without one."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""


def names_under(client: Any, root: str) -> list[str]:
    """Return the names of the secrets whose names begin so, those scheduled for deletion included."""
    listed, token = [], {}
    while True:
        filters = [{"Key": "name", "Values": [root]}]
        page = client.list_secrets(Filters=filters, IncludePlannedDeletion=True, **token)
        listed += [one["Name"] for one in page["SecretList"]]
        if "NextToken" not in page:
            return [name for name in listed if name.startswith(root)]  # whatever the endpoint's filter means
        token = {"NextToken": page["NextToken"]}


def sweep(client_in: Callable[[str], Any], regions: Iterable[str], root: str, pauses: Sequence[float]) -> list[str]:
    """Remove everything under the root in these regions; return what is left, and why."""
    return [left for region in regions for left in swept(client_in(region), root, pauses)]


def swept(client: Any, root: str, pauses: Sequence[float]) -> list[str]:
    """Remove everything under the root in a region, and look again: a listing shows late what has just been created."""
    left: list[str] = []
    for pause in (0, *pauses[-2:]):
        time.sleep(pause)
        try:
            errors = {name: destroy(client, name, pauses) for name in names_under(client, root)}
        except FAILURES as error:
            errors = {f"{root}*": str(error)}
        left = [f"{client.meta.region_name}: {name}: {error}" for name, error in errors.items() if error]
    return left
