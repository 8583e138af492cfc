"""CreateSecret and UpdateSecret: a secret and its description."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import errors, names
from ..model import CURRENT, PENDING, PREVIOUS, SecretRecord, VersionRecord
from ..versions import Versions
from .cross_account import check_cross_account_replica, link_replica
from .keys import checked_key
from .lookup import find_primary, named, refuse_foreign_default_key
from .replication import asked_for, replicate, sync_replicas
from .tags import checked_tags
from .values import add_version, offered_value, token_in_use

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store

_RE_ENCRYPTED = {CURRENT, PENDING, PREVIOUS}


def create_secret(store: Store, request: Request) -> dict[str, Any]:
    """Create a secret, with a first version where a value is given."""
    name = request["Name"]
    if not names.is_valid_name(name):
        raise errors.validation(errors.BAD_NAME)
    value = offered_value(request)
    tags = checked_tags(request.get("Tags", []), ())
    check_cross_account_replica(request)
    existing = store.get(name)
    if existing is not None:
        return _again(existing, request, value)
    secret = _new_secret(store, request, value, tags if "Tags" in request else None)
    replicas = request.get("AddReplicaRegions", [])
    secret = replicate(store, secret, replicas, request)  # refuses before anything is stored
    store.vault.put(secret)
    sync_replicas(store.vault, secret, request.at)
    members = {} if value is None else {"VersionId": request["ClientRequestToken"]}
    if replicas:
        members["ReplicationStatus"] = asked_for(replicas)
    return named(secret, **members)


def update_secret(store: Store, request: Request) -> dict[str, Any]:
    """Change the description, the key or the type of a secret, or its value; without any of them nothing changes."""
    secret = find_primary(store, request)
    changes = _described(secret, request)
    value = offered_value(request)
    if value is not None or "KmsKeyId" in request:
        refuse_foreign_default_key(replace(secret, **changes), request)
    token = request["ClientRequestToken"]
    known = secret.version(token)
    if value is not None and known is not None:
        if known.value == value:
            return named(secret, VersionId=token)  # repeated: nothing changes (asserted against AWS)
        raise token_in_use(token, secret)
    if value is not None:
        add_version(store, replace(secret, **changes), request, value, [CURRENT])
        return named(secret, VersionId=token)
    if changes:
        secret = store.vault.change(secret, request.at, **changes)
        sync_replicas(store.vault, secret, request.at)
    return named(secret)


def _new_secret(
    store: Store, request: Request, value: str | bytes | None, tags: tuple[tuple[str, str], ...] | None
) -> SecretRecord:
    token, at = request["ClientRequestToken"], request.at
    key = checked_key(request.get("KmsKeyId"))
    versions = Versions.of(*(() if value is None else (VersionRecord(token, at, value, (CURRENT,), key),)))
    return SecretRecord(
        name=request["Name"],
        arn=store.new_arn(request["Name"]),
        region=store.region,
        account_id=store.account,
        created=at,
        changed=at,
        serial=store.vault.next_serial(),
        description=request.get("Description", ""),
        kms_key_id=key,
        tag_pairs=tags,
        versions=versions,
        creation_token=token,
        type=request.get("Type") or None,
        cross_account_primary=link_replica(request),
    )


def _again(existing: SecretRecord, request: Request, value: str | bytes | None) -> dict[str, Any]:
    """Answer CreateSecret for a name that is taken: again as before to the same token and value."""
    if existing.is_scheduled_for_deletion:
        raise errors.invalid_request(errors.ALREADY_SCHEDULED)
    token = request["ClientRequestToken"]
    known = existing.version(token)
    wanted = request.get("AddReplicaRegions")
    replicas = {"ReplicationStatus": asked_for(wanted)} if wanted else {}
    if value is not None and known is not None:
        if known.value == value:
            return named(existing, VersionId=token, **replicas)
        raise token_in_use(token, existing)
    if value is None and existing.creation_token == token and known is None:
        return named(existing, **replicas)  # a value-less creation repeated; inferred from the rule for values
    raise errors.exists(f"The operation failed because the secret {existing.name} already exists.")


def _described(secret: SecretRecord, request: Request) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "Description" in request:
        changes["description"] = request["Description"]
    if "Type" in request:
        changes["type"] = request["Type"] or None
    if "KmsKeyId" in request:
        key = checked_key(request["KmsKeyId"])
        changes["kms_key_id"] = key
        encrypted = [version for version in secret.versions.labelled if _RE_ENCRYPTED & set(version.labels)]
        changes["versions"] = secret.versions.replaced(*(replace(version, kms_key_id=key) for version in encrypted))
    return changes
