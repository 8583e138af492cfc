"""GetSecretValue, BatchGetSecretValue and PutSecretValue: what a secret holds."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from .. import errors
from ..instant import midnight, on_the_wire
from ..model import CURRENT, PENDING, SecretRecord, VersionRecord
from ..records import replace
from .lookup import find, find_primary, find_usable, named, refuse_foreign_default_key, refuse_scheduled
from .replication import sync_replicas
from .rotation_dates import counted_as_rotation
from .secret_pages import page_of_secrets
from .staging import add, check_label_limit, detach, note_labels, pending_version

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store

BATCH_SIZE = 20


def get_secret_value(store: Store, request: Request) -> dict[str, Any]:
    """Return the value of one version, AWSCURRENT's by default."""
    secret = find_usable(store, request)
    refuse_foreign_default_key(secret, request)
    version = _wanted_version(secret, request.get("VersionId"), request.get("VersionStage"))
    _mark_read(store, secret, version, request.at)
    return _value_entry(secret, version)


def put_secret_value(store: Store, request: Request) -> dict[str, Any]:
    """Store a new version, or repeat the answer of an earlier call with this token."""
    secret = find_primary(store, request)
    refuse_foreign_default_key(secret, request)
    value = offered_value(request)
    if value is None:
        raise errors.invalid_request("You must provide either SecretString or SecretBinary.")
    token = request["ClientRequestToken"]
    known = secret.version(token)
    if known is not None and known.value is not None:
        if known.value != value:
            raise token_in_use(token, secret)
        labels_held = {"VersionStages": list(known.labels)} if known.labels else {}
        return named(secret, VersionId=token, **labels_held)
    labels = request.get("VersionStages") or [CURRENT]
    if not secret.versions and CURRENT not in labels:
        labels = [*labels, CURRENT]  # the first version of an empty secret (documentation)
    stored = add_version(store, secret, request, value, labels).version(token)
    assert stored is not None  # noqa: S101 - for the type
    return named(secret, VersionId=token, VersionStages=list(stored.labels))


def batch_get_secret_value(store: Store, request: Request) -> dict[str, Any]:
    """Return the current values of several secrets; what cannot be read is listed, not raised."""
    _check_batch(request)
    if "SecretIdList" in request:
        return _read_each(store, request, request["SecretIdList"])
    chosen, more = page_of_secrets(store, request, size=request.get("MaxResults", BATCH_SIZE))
    return _read_each(store, request, [secret.arn for secret in chosen]) | more


def offered_value(request: Request) -> str | bytes | None:
    """Return the value in a request, or None; both kinds at once are refused (text seen, code inferred)."""
    if "SecretString" in request and "SecretBinary" in request:
        raise errors.invalid_parameter(
            "You can't specify both a binary secret value and a string secret value in the same secret."
        )
    value: str | bytes | None = request.get("SecretString", request.get("SecretBinary"))
    return value


def add_version(
    store: Store, secret: SecretRecord, request: Request, value: str | bytes, labels: list[str]
) -> SecretRecord:
    """Add a version, or fill the empty one that a rotation made, and attach its labels.

    A new version abandons a rotation to another version, which loses AWSPENDING (documentation).
    """
    token, at = request["ClientRequestToken"], request.at
    empty = secret.version(token)
    if empty is None:
        version = VersionRecord(token, at, value, kms_key_id=secret.kms_key_id)
    else:
        version = replace(empty, value=value, created=at)
    versions = add(secret.versions, version, labels)
    abandoned = _rotation_abandoned_for(store, secret, token)
    if abandoned is not None and (left := versions.get(abandoned)) is not None:
        versions = detach(versions, left, PENDING)
    check_label_limit(versions)
    schedule = counted_as_rotation(secret, max(at, store.vault.latest)) if CURRENT in labels else {}
    changed = store.vault.change(secret, at, versions=versions, **schedule)
    if abandoned is not None:
        store.vault.rotations.abandon(secret.arn, abandoned)
        store.vault.timeline.event("RotationAbandoned", changed, at, versionId=abandoned)
    note_labels(store.vault, secret, changed, at)
    sync_replicas(store.vault, changed, at)
    return changed


def _rotation_abandoned_for(store: Store, secret: SecretRecord, token: str) -> str | None:
    """Return the version of the rotation that a new version abandons, or None."""
    pending = pending_version(secret)
    if pending is None or pending.version_id == token:
        return None
    return pending.version_id if store.vault.rotations.is_to_complete(secret.arn, pending.version_id) else None


def token_in_use(token: str, secret: SecretRecord) -> errors.Refusal:
    """Return the refusal of a token whose version holds another value."""
    return errors.exists(
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
        f"{secret.arn}."
    )


def _wanted_version(secret: SecretRecord, version_id: str | None, label: str | None) -> VersionRecord:
    if version_id is None:
        holder = secret.holder_of(label or CURRENT)
        if holder is None or holder.value is None:
            raise errors.no_value_for("staging label", label or CURRENT)
        return holder
    if secret.versions.was_removed(version_id):
        raise errors.invalid_request(
            f"You can't perform this operation on secret version {version_id} because it was deleted."
        )
    version = secret.version(version_id)
    if version is None or version.value is None:
        raise errors.no_value_for("VersionId", version_id)
    if label is not None and label not in version.labels:
        raise errors.invalid_request("You provided a VersionStage that is not associated to the provided VersionId.")
    return version


def _mark_read(store: Store, secret: SecretRecord, version: VersionRecord, at: int) -> None:
    """Record the day of the read: LastAccessedDate has a resolution of one day."""
    day = midnight(at)
    if secret.accessed == day and version.accessed == day:
        return
    versions = secret.versions.replaced(replace(version, accessed=day))
    store.vault.touch(secret, accessed=day, versions=versions)


def _value_entry(secret: SecretRecord, version: VersionRecord) -> dict[str, Any]:
    entry = named(secret, VersionId=version.version_id)
    if isinstance(version.value, bytes):
        entry["SecretBinary"] = base64.b64encode(version.value).decode()
    else:
        entry["SecretString"] = version.value
    if version.labels:
        entry["VersionStages"] = list(version.labels)
    entry["CreatedDate"] = on_the_wire(version.created)
    return entry


def _check_batch(request: Request) -> None:
    """Refuse a batch that names its secrets in no way or in two (documentation; texts inferred)."""
    if ("SecretIdList" in request) == ("Filters" in request):
        raise errors.invalid_parameter("You must provide either SecretIdList or Filters, but not both.")
    if "SecretIdList" in request and ("MaxResults" in request or "NextToken" in request):
        raise errors.invalid_parameter("You can use MaxResults and NextToken only together with Filters.")


def _read_each(store: Store, request: Request, secret_ids: list[str]) -> dict[str, Any]:
    entries = [_read_or_note(store, request, secret_id) for secret_id in secret_ids]
    return {
        "SecretValues": [entry for entry in entries if "ErrorCode" not in entry],
        "Errors": [entry for entry in entries if "ErrorCode" in entry],
    }


def _read_or_note(store: Store, request: Request, secret_id: str) -> dict[str, Any]:
    try:
        return _read_one(store, request, secret_id)
    except errors.Refusal as refusal:
        return {"SecretId": secret_id, "ErrorCode": refusal.code, "Message": refusal.message}


def _read_one(store: Store, request: Request, secret_id: str) -> dict[str, Any]:
    request.permit("GetSecretValue", secret_id)
    secret = find(store, request, secret_id, action="GetSecretValue")
    refuse_scheduled(secret)
    refuse_foreign_default_key(secret, request)
    version = _wanted_version(secret, None, None)
    _mark_read(store, secret, version, request.at)
    return _value_entry(secret, version)
