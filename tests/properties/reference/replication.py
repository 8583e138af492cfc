"""Replicas in the other region, and the refusals of replication between accounts."""

from __future__ import annotations

from typing import Any

from .records import DEFAULT_KEY, Held, Refused, Request, present
from .store import Store, stamp

SUCCEEDED = "Replication succeeded"


def plan_replicas(store: Store, request: Request, held: Held) -> dict[str, str]:
    """Return the status of each new replica, or refuse them all."""
    added: dict[str, str] = {}
    for wanted in request.get("AddReplicaRegions", []):
        region = wanted["Region"]
        if region == held.region or held.replicas.get(region) == "InSync" or region in added:
            raise Refused("InvalidParameterException", "Invalid replica region." if region == held.region else None)
        taken = store.lookup(region, held.name)
        free = taken is None or (
            request.get("ForceOverwriteReplicaSecret", False) and not taken.replicas and not taken.is_replica
        )
        added[region] = "InSync" if free else "Failed"
    return added


def in_progress(wanted: list[dict[str, str]]) -> list[dict[str, Any]]:
    """List replicas that were just asked for."""
    return [entry("", one["Region"], "InProgress") for one in wanted]


def entry(name: str, region: str, status: str, read: int | None = None) -> dict[str, Any]:
    """Describe one replica."""
    failed = f"Replication failed: Secret name {name} already exists in region {region}."
    text = {"InSync": SUCCEEDED, "Failed": failed}.get(status)
    shown = {"Region": region, "KmsKeyId": DEFAULT_KEY, "Status": status}
    return present({**shown, "StatusMessage": text, "LastAccessedDate": read})


def replication_status(store: Store, held: Held, fresh: set[str]) -> list[dict[str, Any]]:
    """List the replicas; one that was just asked for is still under way."""
    read = {one.region: one.accessed for one in store.held if one.name == held.name and one.is_replica}
    statuses = {region: "InProgress" if region in fresh else status for region, status in held.replicas.items()}
    return [entry(held.name, region, status, read.get(region)) for region, status in statuses.items()]


def replicate_secret_to_regions(store: Store, request: Request) -> dict[str, Any]:
    """ReplicateSecretToRegions."""
    held = store.primary(request)
    added = plan_replicas(store, request, held)
    with store.change(held, request.at):
        kept = {region: status for region, status in held.replicas.items() if region not in added}
        held.replicas = kept | added
        held.primary_region = held.region
    return {"ARN": held.arn, "ReplicationStatus": replication_status(store, held, set(added))}


def remove_regions_from_replication(store: Store, request: Request) -> dict[str, Any]:
    """RemoveRegionsFromReplication."""
    held, regions = store.primary(request), request.get("RemoveReplicaRegions")
    gone = [region for region in set(regions) if region in held.replicas]
    if gone:
        stamp(held, request.at)
    for region in gone:
        if held.replicas.pop(region) == "InSync":
            store.held.remove(store.find(Request(region, request.at, {"SecretId": held.name})))
    if not held.replicas:
        held.primary_region = None
    return {"ARN": held.arn, "ReplicationStatus": replication_status(store, held, set())}


def stop_replication_to_replica(store: Store, request: Request) -> dict[str, Any]:
    """StopReplicationToReplica."""
    held = store.usable(request)
    if not held.is_replica:
        raise Refused("InvalidRequestException")
    store.forget(held, request.at)
    stamp(held, request.at)
    held.primary_region = None
    return {"ARN": held.arn}


def associate_cross_account_replica(store: Store, request: Request) -> dict[str, Any]:
    """AssociateCrossAccountReplica with a replica that nobody has created."""
    held = store.usable(request)
    region = request.get("CrossAccountReplicaARN").split(":")[3]
    raise Refused("ResourceNotFoundException" if region == held.region else "InvalidParameterException")


def disassociate_cross_account_replica(store: Store, request: Request) -> dict[str, Any]:
    """DisassociateCrossAccountReplica of a secret that has none."""
    store.usable(request)
    raise Refused("ResourceNotFoundException")
