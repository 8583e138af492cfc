"""Replicas in other accounts: AssociateCrossAccountReplica and DisassociateCrossAccountReplica.

The replica's owner creates it with CrossAccountPrimaryARN; the primary's owner associates it. All rules are
the service model's documentation; texts are inferred. The fake knows no organisations: every account counts
as one of the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import errors, names
from ..model import CrossAccountLink, SecretRecord, own_key
from .copied import copied_versions
from .lookup import find_usable

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store, Vault

_NOT_WITH_A_PRIMARY = ("SecretString", "SecretBinary", "Description", "AddReplicaRegions", "Type")


def associate_cross_account_replica(store: Store, request: Request) -> dict[str, Any]:
    """Link a primary to its replica in another account, and replicate to it."""
    secret = find_usable(store, request)
    replica = _waiting_replica(store, secret, request["CrossAccountReplicaARN"])
    if any(link.arn != replica.arn for link in secret.cross_account_replicas):
        raise errors.limit_exceeded("A primary secret can have at most one cross-account replica.")
    link = CrossAccountLink(replica.arn, "InSync", request.get("ReplicationRoleARN"))
    secret = store.vault.change(secret, request.at, cross_account_replicas=(link,))
    store.vault.change(replica, request.at, cross_account_primary=CrossAccountLink(secret.arn, "InSync"))
    sync_cross_account(store.vault, secret, request.at)
    return {"ARN": secret.arn, "CrossAccountReplicaARN": replica.arn, "ReplicationStatus": "InProgress"}


def disassociate_cross_account_replica(store: Store, request: Request) -> dict[str, Any]:
    """Unlink a replica from its primary; it stays, detached, until its owner stops the replication to it."""
    secret = find_usable(store, request)
    arn = request["CrossAccountReplicaARN"]
    if all(link.arn != arn for link in secret.cross_account_replicas):
        raise errors.not_found("Secrets Manager can't find the specified cross-account replica.")
    kept = tuple(link for link in secret.cross_account_replicas if link.arn != arn)
    store.vault.change(secret, request.at, cross_account_replicas=kept)
    replica = store.vault.by_arn(arn)
    if replica is not None and replica.cross_account_primary is not None:
        store.vault.change(replica, request.at, cross_account_primary=CrossAccountLink(secret.arn, "Detached"))
    return {"ARN": secret.arn, "CrossAccountReplicaARN": arn}


def check_cross_account_replica(request: Request) -> None:
    """Refuse a CreateSecret that combines CrossAccountPrimaryARN with what such a replica cannot have."""
    primary = request.get("CrossAccountPrimaryARN")
    if primary is None:
        return
    unfit = [member for member in _NOT_WITH_A_PRIMARY if member in request]
    if unfit:
        raise errors.invalid_parameter(f"You can't use CrossAccountPrimaryARN together with {', '.join(unfit)}.")
    if own_key(request.get("KmsKeyId")) is None:
        raise errors.invalid_parameter("A cross-account replica secret needs a customer managed KMS key in KmsKeyId.")
    _check_distance(primary, account=request.account, region=request.region)


def link_replica(request: Request) -> CrossAccountLink | None:
    """Return the link of a secret that is created as a cross-account replica; its primary has yet to accept."""
    primary = request.get("CrossAccountPrimaryARN")
    return None if primary is None else CrossAccountLink(primary, "Pending")


def detach_from_primary(vault: Vault, replica: SecretRecord, at: int) -> SecretRecord:
    """Turn a cross-account replica into a secret of its own; its primary sees it Detached."""
    link = replica.cross_account_primary
    primary = vault.by_arn(link.arn) if link else None
    if primary is not None:
        links = tuple(
            replace(other, status="Detached") if other.arn == replica.arn else other
            for other in primary.cross_account_replicas
        )
        vault.change(primary, at, cross_account_replicas=links)
    return vault.change(replica, at, cross_account_primary=None)


def sync_cross_account(vault: Vault, secret: SecretRecord, at: int) -> None:
    """Copy the versions and tags of a primary to its replica in another account."""
    for link in secret.cross_account_replicas:
        replica = vault.by_arn(link.arn)
        if link.status == "InSync" and replica is not None:
            versions = copied_versions(secret, replica, replica.kms_key_id)
            tags = secret.tag_pairs or None
            vault.change(replica, at, versions=versions, tag_pairs=tags, description=secret.description)


def describe_links(secret: SecretRecord) -> dict[str, Any]:
    """Return the members of DescribeSecret about replication between accounts; none without it."""
    members: dict[str, Any] = {}
    primary = secret.cross_account_primary
    if primary is not None:
        members["CrossAccountPrimary"] = {"PrimarySecretARN": primary.arn, "ReplicationStatus": primary.status}
    if secret.cross_account_replicas:
        members["CrossAccountReplicas"] = [_link_entry(link) for link in secret.cross_account_replicas]
    return members


def _link_entry(link: CrossAccountLink) -> dict[str, Any]:
    entry = {"ReplicaSecretARN": link.arn, "ReplicationStatus": link.status}
    return entry if link.role_arn is None else {**entry, "ReplicationRoleARN": link.role_arn}


def _waiting_replica(store: Store, secret: SecretRecord, arn: str) -> SecretRecord:
    _check_distance(arn, account=secret.account_id, region=secret.region)
    replica = store.vault.by_arn(arn)
    if replica is None:
        raise errors.not_found()
    link = replica.cross_account_primary
    if link is None or link.arn != secret.arn:
        raise errors.invalid_request("The replica secret was not created as a replica of this primary secret.")
    return replica


def _check_distance(arn: str, *, account: str, region: str) -> None:
    """Refuse an ARN that is not of another account in the same region."""
    parsed = names.parse_arn(arn)
    if parsed is None or parsed.region != region or parsed.account == account:
        raise errors.invalid_parameter(
            "A cross-account replica and its primary must be secrets of two accounts in the same Region and partition."
        )
