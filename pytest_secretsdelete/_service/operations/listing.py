"""DescribeSecret, ListSecrets and ListSecretVersionIds: everything about a secret except its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..instant import on_the_wire
from ..model import own_key
from .cross_account import describe_links
from .lookup import find, named
from .paging import page
from .replication import describe_replication
from .rotation_dates import describe_rotation
from .secret_pages import BY_CREATION, page_of_secrets

if TYPE_CHECKING:
    from ..model import SecretRecord, VersionRecord
    from ..request import Request
    from ..store import Store

PAGE_SIZE = 100
DEFAULT_KEY_IN_VERSIONS = "DefaultEncryptionKey"


def describe_secret(store: Store, request: Request) -> dict[str, Any]:
    """Describe a secret, scheduled for deletion or not."""
    secret = find(store, request)
    return {
        **_entry(secret, "VersionIdsToStages"),
        **describe_replication(store.vault, secret),
        **describe_links(secret),
    }


def list_secrets(store: Store, request: Request) -> dict[str, Any]:
    """List the secrets of the account and region; those scheduled for deletion only on request."""
    chosen, more = page_of_secrets(
        store,
        request,
        size=request.get("MaxResults", PAGE_SIZE),
        sort_by=request.get("SortBy", BY_CREATION),
        planned=bool(request.get("IncludePlannedDeletion")),
    )
    return {"SecretList": [_list_entry(secret) for secret in chosen], **more}


def list_secret_version_ids(store: Store, request: Request) -> dict[str, Any]:
    """List the versions that hold a value; those without a staging label only on request."""
    secret = find(store, request)
    deprecated = request.get("IncludeDeprecated")
    shown = [
        (place, version)
        for place, version in secret.versions.placed()
        if version.value is not None and (version.labels or deprecated)
    ]
    chosen, more = page(
        request, shown, size=request.get("MaxResults", PAGE_SIZE), key=lambda entry: (entry[0],), arn=secret.arn
    )
    return named(secret, Versions=[_version_entry(version) for _, version in chosen], **more)


def _list_entry(secret: SecretRecord) -> dict[str, Any]:
    entry = _entry(secret, "SecretVersionsToStages")
    return entry if secret.primary_region is None else {**entry, "PrimaryRegion": secret.primary_region}


def _entry(secret: SecretRecord, versions_member: str) -> dict[str, Any]:
    """Return the description of a secret; a member without a value is left out."""
    labelled = {version.version_id: list(version.labels) for version in secret.versions.labelled}
    members = {
        "Type": secret.type,
        "Description": secret.description or None,
        "KmsKeyId": secret.kms_key_id,
        **describe_rotation(secret),
        "OwningService": secret.owning_service,
        "LastChangedDate": on_the_wire(secret.changed),
        "LastAccessedDate": _date(secret.accessed),
        "DeletedDate": _date(secret.deleted),
        "Tags": _tags(secret),
        versions_member: labelled or None,
        "CreatedDate": on_the_wire(secret.created),
    }
    return named(secret, **{member: value for member, value in members.items() if value is not None})


def _tags(secret: SecretRecord) -> list[dict[str, str]] | None:
    if secret.tag_pairs is None:
        return None
    return [{"Key": key, "Value": value} for key, value in secret.tag_pairs]


def _version_entry(version: VersionRecord) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "VersionId": version.version_id,
        "VersionStages": list(version.labels) or None,
        "LastAccessedDate": _date(version.accessed),
        "CreatedDate": on_the_wire(version.created),
        "KmsKeyIds": [own_key(version.kms_key_id) or DEFAULT_KEY_IN_VERSIONS],
    }
    return {member: value for member, value in entry.items() if value is not None}


def _date(instant: int | None) -> float | None:
    return None if instant is None else on_the_wire(instant)
