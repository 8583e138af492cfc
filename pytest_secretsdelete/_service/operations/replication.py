"""Replicas in other regions: ReplicateSecretToRegions, RemoveRegionsFromReplication, StopReplicationToReplica.

A replica is a secret of another region with the same ARN but for the region. Its primary's value, tags and
policy are copied to it at once; the answer says InProgress, later answers say InSync (documentation).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import errors, names
from ..instant import on_the_wire
from ..model import DEFAULT_KEY, Replica, SecretRecord
from .copied import copied_versions
from .cross_account import detach_from_primary, sync_cross_account
from .keys import checked_key
from .lookup import find_primary, find_usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..request import Request
    from ..store import Store, Vault

SUCCEEDED = "Replication succeeded"


def replicate_secret_to_regions(store: Store, request: Request) -> dict[str, Any]:
    """Replicate a secret to more regions."""
    secret = find_primary(store, request)
    replicated = replicate(store, secret, request["AddReplicaRegions"], request)
    secret = store.vault.change(
        secret, request.at, replicas=replicated.replicas, primary_region=replicated.primary_region
    )
    sync_replicas(store.vault, secret, request.at)
    fresh = {wanted["Region"] for wanted in request["AddReplicaRegions"]}
    return {"ARN": secret.arn, "ReplicationStatus": _status_list(store.vault, secret, fresh)}


def remove_regions_from_replication(store: Store, request: Request) -> dict[str, Any]:
    """Delete the replicas of some regions: they are removed at once. A region without one is no error (inferred)."""
    secret = find_primary(store, request)
    regions = request["RemoveReplicaRegions"]
    for region in regions:
        copy = _copy_in(store.vault, secret, region)
        if copy is not None:
            store.vault.remove(copy)
    secret = _without(store.vault, secret, regions, request.at)
    return {"ARN": secret.arn, "ReplicationStatus": _status_list(store.vault, secret, set())}


def stop_replication_to_replica(store: Store, request: Request) -> dict[str, Any]:
    """Promote a replica to a secret of its own; called in the replica's region or account."""
    secret = find_usable(store, request)
    if secret.is_replica:
        forget_replica(store.vault, secret, request.at)
        secret = store.vault.change(secret, request.at, primary_region=None)
    elif secret.cross_account_primary is not None:
        secret = detach_from_primary(store.vault, secret, request.at)
    else:
        raise errors.invalid_request("The secret is not a replica secret.")  # inferred
    return {"ARN": secret.arn}


def replicate(
    store: Store, secret: SecretRecord, wanted: Iterable[Mapping[str, Any]], request: Request
) -> SecretRecord:
    """Return the secret with its new replicas noted, or refuse; nothing is stored here."""
    added: list[Replica] = []
    for one in wanted:
        region = one.get("Region", "")
        # a replication that failed may be requested again
        _check_region(store, secret, region, {replica.region for replica in (*secret.live_replicas, *added)})
        added.append(_new_replica(store, secret, one, overwrite=bool(request.get("ForceOverwriteReplicaSecret"))))
    if not added:
        return secret
    asked = {replica.region for replica in added}
    kept = [replica for replica in secret.replicas if replica.region not in asked]
    return replace(secret, replicas=(*kept, *added), primary_region=secret.region)


def sync_replicas(vault: Vault, secret: SecretRecord, at: int) -> None:
    """Copy the state of a primary to its replicas."""
    for replica in secret.live_replicas:
        vault.put(_copy(vault, secret, replica, at))
    sync_cross_account(vault, secret, at)


def forget_replica(vault: Vault, copy: SecretRecord, at: int) -> None:
    """Remove a deleted or promoted replica from its primary's list."""
    primary = vault[names.in_region(copy.arn, copy.primary_region or copy.region)]
    _without(vault, primary, [copy.region], at)


def asked_for(wanted: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the ReplicationStatus of replicas that have just been requested."""
    named = [one for one in wanted if "Region" in one]
    return [_status(Replica(one["Region"], _key(one)), "InProgress") for one in named]


def describe_replication(vault: Vault, secret: SecretRecord) -> dict[str, Any]:
    """Return the members of DescribeSecret about replicas; none for a secret without replicas."""
    if secret.primary_region is None:
        return {}
    members: dict[str, Any] = {"PrimaryRegion": secret.primary_region}
    if secret.replicas:
        members["ReplicationStatus"] = _status_list(vault, secret, set())
    return members


def _without(vault: Vault, secret: SecretRecord, regions: Iterable[str], at: int) -> SecretRecord:
    """Remove replicas from their primary's list; without replicas it is not a primary any more (recorded)."""
    kept = tuple(replica for replica in secret.replicas if replica.region not in regions)
    if kept == secret.replicas:
        return secret
    return vault.change(secret, at, replicas=kept, primary_region=secret.region if kept else None)


def _check_region(store: Store, secret: SecretRecord, region: str, held: set[str]) -> None:
    """Refuse a region that cannot hold this replica: its own (seen), none, or one of another partition (inferred)."""
    is_elsewhere = region in store.vault.regions and region != secret.region
    if not region or not is_elsewhere or names.partition_of(region) != names.partition_of(secret.region):
        raise errors.invalid_parameter("Invalid replica region.")
    if region in held:
        raise errors.invalid_parameter(f"The secret is already replicated to {region}.")  # inferred


def _new_replica(store: Store, secret: SecretRecord, wanted: Mapping[str, Any], *, overwrite: bool) -> Replica:
    region, key = wanted["Region"], _key(wanted)
    taken = store.vault.store(secret.account_id, region).get(secret.name)
    if taken is None or (overwrite and not taken.replicas and not taken.is_replica):
        return Replica(region, key)
    text = f"Replication failed: Secret name {secret.name} already exists in region {region}."  # inferred
    return Replica(region, key, "Failed", text)


def _key(wanted: Mapping[str, Any]) -> str:
    """Return the key of a replica; AWS names the default key of one (recorded)."""
    return checked_key(wanted.get("KmsKeyId")) or DEFAULT_KEY


def _copy_in(vault: Vault, secret: SecretRecord, region: str) -> SecretRecord | None:
    """Return the replica in a region; not one that has been promoted, which keeps its ARN."""
    copy = vault.by_arn(names.in_region(secret.arn, region))
    return copy if copy is not None and copy.primary_region == secret.region else None


def _copy(vault: Vault, secret: SecretRecord, replica: Replica, at: int) -> SecretRecord:
    """Return the replica as a copy of its primary; its own LastAccessedDates stay.

    It has no Tags where the primary has an empty list (recorded).
    """
    held = _copy_in(vault, secret, replica.region)
    if held is None:
        _overwrite(vault, secret, replica.region)
    return replace(
        secret,
        arn=names.in_region(secret.arn, replica.region),
        region=replica.region,
        created=held.created if held else at,
        changed=max(at, held.changed + 1) if held else at,
        serial=held.serial if held else vault.next_serial(),
        kms_key_id=replica.kms_key_id,
        tag_pairs=secret.tag_pairs or None,
        versions=copied_versions(secret, held, replica.kms_key_id),
        accessed=held.accessed if held else None,
        rotation=None,
        last_rotated=None,
        replicas=(),
        cross_account_replicas=(),
    )


def _overwrite(vault: Vault, secret: SecretRecord, region: str) -> None:
    """Remove the secret that ForceOverwriteReplicaSecret overwrites."""
    taken = vault.store(secret.account_id, region).get(secret.name)
    if taken is not None:
        vault.remove(taken)


def _status_list(vault: Vault, secret: SecretRecord, fresh: set[str]) -> list[dict[str, Any]]:
    entries = []
    for replica in secret.replicas:
        entry = _status(replica, "InProgress" if replica.region in fresh else replica.status)
        copy = _copy_in(vault, secret, replica.region)
        if copy is not None and copy.accessed is not None:
            entry["LastAccessedDate"] = on_the_wire(copy.accessed)
        entries.append(entry)
    return entries


def _status(replica: Replica, status: str) -> dict[str, Any]:
    entry = {"Region": replica.region, "KmsKeyId": replica.kms_key_id, "Status": status}
    message = {"InSync": SUCCEEDED, "Failed": replica.message}.get(status)
    return entry if message is None else {**entry, "StatusMessage": message}
