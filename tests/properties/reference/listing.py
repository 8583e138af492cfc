"""DescribeSecret, ListSecrets and ListSecretVersionIds."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

from .records import DEFAULT_KEY, Held, HeldVersion, Request, named, present
from .replication import replication_status
from .store import Store
from .values import by_creation

PAGE_SIZE = 100


def describe_secret(store: Store, request: Request) -> dict[str, Any]:
    """DescribeSecret."""
    held = store.find(request)
    answer = describe(held, "VersionIdsToStages")
    if held.replicas:
        answer["ReplicationStatus"] = replication_status(store, held, set())
    return answer


def describe(held: Held, versions: str) -> dict[str, Any]:
    """Describe a secret, as DescribeSecret and ListSecrets do."""
    labelled = {version.id: list(version.labels) for version in held.versions if version.labels}
    tags = None if held.tags is None else [{"Key": key, "Value": value} for key, value in held.tags.items()]
    dates = {"CreatedDate": held.created, "LastChangedDate": held.changed, "LastAccessedDate": held.accessed}
    return present(
        named(
            held,
            Description=held.description or None,
            KmsKeyId=held.key,
            Tags=tags,
            DeletedDate=held.deleted,
            PrimaryRegion=held.primary_region,
            **dates,
            **describe_rotation(held),
            **{versions: labelled or None},
        )
    )


def describe_rotation(held: Held) -> dict[str, Any]:
    """Describe the rotation of a secret for which it was ever set up."""
    schedule = held.schedule
    if schedule is None:
        return {}
    rules = None if schedule.days is None else {"AutomaticallyAfterDays": schedule.days}
    shown = {"RotationLambdaARN": schedule.function, "RotationRules": rules, "RotationEnabled": schedule.enabled}
    if schedule.enabled:
        shown |= {"LastRotatedDate": held.last_rotated, "NextRotationDate": schedule.closes}
    return shown


def list_secrets(store: Store, request: Request) -> dict[str, Any]:
    """ListSecrets, by prefixes of names."""
    planned = request.get("IncludePlannedDeletion", False)
    here = [one for one in store.held if one.region == request.region and (planned or one.deletion is None)]
    if "Filters" in request:
        value = request.get("Filters")[0]["Values"][0]
        here = [held for held in here if held.name.startswith(value.removeprefix("!")) != value.startswith("!")]
    entries = [describe(held, "SecretVersionsToStages") for held in by_creation(here)]
    if request.get("SortBy") == "name":
        entries.sort(key=lambda entry: entry["Name"])
    return page(store, request, "SecretList", entries[::-1] if request.get("SortOrder") == "desc" else entries)


def list_secret_version_ids(store: Store, request: Request) -> dict[str, Any]:
    """ListSecretVersionIds: versions with a value."""
    held, deprecated = store.find(request), request.get("IncludeDeprecated", False)
    shown = [one for one in held.versions if one.value is not None and (one.labels or deprecated)]
    return named(held, **page(store, request, "Versions", [version_entry(version) for version in shown]))


def version_entry(version: HeldVersion) -> dict[str, Any]:
    """Describe one version."""
    return present(
        {
            "VersionId": version.id,
            "CreatedDate": version.created,
            "KmsKeyIds": ["DefaultEncryptionKey" if version.key in {None, DEFAULT_KEY} else version.key],
            "VersionStages": list(version.labels) or None,
            "LastAccessedDate": version.accessed,
        }
    )


def page(store: Store, request: Request, member: str, items: list[Any]) -> dict[str, Any]:
    """Return one page of a listing in which nothing has changed since the page before."""
    begins = store.positions[request.get("NextToken")] if "NextToken" in request else 0
    ends = begins + int(request.get("MaxResults", PAGE_SIZE))
    store.position = ends
    more = {"NextToken": ANY} if ends < len(items) else {}
    return {member: items[begins:ends], **more}
