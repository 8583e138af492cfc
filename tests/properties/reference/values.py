"""CreateSecret, UpdateSecret, and the operations on values and their labels."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

from .records import CURRENT, PENDING, PREVIOUS, Held, HeldVersion, Refused, Request, day_of, named
from .replication import in_progress, plan_replicas
from .store import Store, check_name, put
from .tags_and_policies import check_tags

SCHEDULED_NAME = "You can't create this secret because a secret with this name is already scheduled for deletion."


def create_secret(store: Store, request: Request) -> dict[str, Any]:
    """CreateSecret."""
    name, token, value = request.get("Name"), request.get("ClientRequestToken"), value_of(request)
    check_name(name)
    check_tags(request.get("Tags", []))
    wanted = request.get("AddReplicaRegions", [])
    shown = {"ReplicationStatus": in_progress(wanted)} if wanted else {}
    held = store.lookup(request.region, name)
    if held is not None:
        return {**create_again(held, token, value), **shown}
    arn, at = store.observed_arn or "", request.at
    held = Held(name, arn, request.region, at, at, request.get("Description", ""), token=token)
    held.tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags")} if "Tags" in request else None
    if value is not None:
        held.versions.append(HeldVersion(token, at, value, [CURRENT]))
    held.replicas = plan_replicas(store, request, held)
    held.primary_region = request.region if held.replicas else None
    store.add(held)
    store.carry(held, at)
    return {**(named(held) if value is None else named(held, VersionId=token)), **shown}


def create_again(held: Held, token: str, value: str | bytes | None) -> dict[str, Any]:
    """Answer CreateSecret for a name that is taken."""
    if held.deletion is not None:
        raise Refused("InvalidRequestException", SCHEDULED_NAME)
    version = held.version(token)
    if value is not None and version is not None:
        if version.value == value:
            return named(held, VersionId=token)
        raise token_in_use(held, token)
    if value is None and version is None and held.token == token:
        return named(held)
    raise Refused("ResourceExistsException", f"The operation failed because the secret {held.name} already exists.")


def update_secret(store: Store, request: Request) -> dict[str, Any]:
    """UpdateSecret: one change, whatever it is made of."""
    held, token, value = store.primary(request), request.get("ClientRequestToken"), value_of(request)
    known = held.version(token)
    if value is not None and known is not None:
        if known.value == value:
            return named(held, VersionId=token)
        raise token_in_use(held, token)
    if value is None and "Description" not in request and "KmsKeyId" not in request:
        return named(held)
    if value is not None:
        store.check_label_limit(held, lambda probe: put(probe, token, value, [CURRENT], request.at))
    with store.change(held, request.at):
        held.description = request.get("Description", held.description)
        if "KmsKeyId" in request:
            held.key = request.get("KmsKeyId") or None
            for version in held.versions:
                version.key = held.key if {CURRENT, PREVIOUS, PENDING} & set(version.labels) else version.key
        if value is not None:
            store.add_value(held, token, value, [CURRENT], request.at)
    return named(held) if value is None else named(held, VersionId=token)


def put_secret_value(store: Store, request: Request) -> dict[str, Any]:
    """PutSecretValue."""
    held, token, value = store.primary(request), request.get("ClientRequestToken"), value_of(request)
    if value is None:
        raise Refused("InvalidRequestException")
    version = held.version(token)
    if version is not None and version.value is not None:
        if version.value != value:
            raise token_in_use(held, token)
        return named(held, VersionId=token, **({"VersionStages": list(version.labels)} if version.labels else {}))
    labels = list(request.get("VersionStages", [CURRENT]))
    if not held.versions and CURRENT not in labels:
        labels.append(CURRENT)
    store.check_label_limit(held, lambda probe: put(probe, token, value, labels, request.at))
    with store.change(held, request.at):
        version = store.add_value(held, token, value, labels, request.at)
    return named(held, VersionId=token, VersionStages=list(version.labels))


def token_in_use(held: Held, token: str) -> Refused:
    """Return the refusal of a token that belongs to another value."""
    return Refused(
        "ResourceExistsException",
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
        f"{held.arn}.",
    )


def value_of(request: Request) -> str | bytes | None:
    """Return the value that a request brings."""
    value: str | bytes | None = request.get("SecretString", request.get("SecretBinary"))
    return value


def get_secret_value(store: Store, request: Request) -> dict[str, Any]:
    """GetSecretValue."""
    held = store.usable(request)
    version = wanted_version(held, request.get("VersionId"), request.get("VersionStage"))
    return read(held, version, request.at)


def wanted_version(held: Held, version_id: str | None, label: str | None) -> HeldVersion:
    """Find the version that a reading asks for."""
    if version_id is None:
        version = held.holder(label or CURRENT)
        if version is None or version.value is None:
            text = f"Secrets Manager can't find the specified secret value for staging label: {label or CURRENT}"
            raise Refused("ResourceNotFoundException", text)
        return version
    version = held.version(version_id)
    if version is None and version_id in held.cleaned_up:
        text = f"You can't perform this operation on secret version {version_id} because it was deleted."
        raise Refused("InvalidRequestException", text)
    if version is None or version.value is None:
        text = f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
        raise Refused("ResourceNotFoundException", None if version else text)
    if label is not None and label not in version.labels:
        text = "You provided a VersionStage that is not associated to the provided VersionId."
        raise Refused("InvalidRequestException", text)
    return version


def read(held: Held, version: HeldVersion, at: int) -> dict[str, Any]:
    """Hand out a value, and note the day."""
    held.accessed = version.accessed = day_of(at)
    kind = "SecretBinary" if isinstance(version.value, bytes) else "SecretString"
    stages = {"VersionStages": list(version.labels)} if version.labels else {}
    return named(held, VersionId=version.id, CreatedDate=version.created, **{kind: version.value}, **stages)


def batch_get_secret_value(store: Store, request: Request) -> dict[str, Any]:
    """BatchGetSecretValue, by a list or by a prefix of names."""
    ids = request.get("SecretIdList")
    if ids is None:
        active = [one for one in store.held if one.region == request.region and one.deletion is None]
        prefix = request.get("Filters")[0]["Values"][0]
        ids = [held.arn for held in by_creation(active) if held.name.startswith(prefix)]
    answer: dict[str, Any] = {"SecretValues": [], "Errors": []}
    for secret_id in ids:
        try:
            if request.denies("GetSecretValue", secret_id):
                raise Refused("AccessDeniedException")
            held = store.usable(request, secret_id)
            answer["SecretValues"].append(read(held, wanted_version(held, None, None), request.at))
        except Refused as refused:
            text = ANY if refused.text is None else refused.text
            answer["Errors"].append({"SecretId": secret_id, "ErrorCode": refused.code, "Message": text})
    return answer


def by_creation(secrets: list[Held]) -> list[Held]:
    """Sort secrets, the oldest first; those of one instant stay in the order of their coming."""
    return sorted(secrets, key=lambda held: held.created)


def update_secret_version_stage(store: Store, request: Request) -> dict[str, Any]:
    """UpdateSecretVersionStage."""
    held, label = store.primary(request), request.get("VersionStage")
    source, target = request.get("RemoveFromVersionId"), request.get("MoveToVersionId")
    if any(one is not None and held.version(one) is None for one in (source, target)):
        raise Refused("ResourceNotFoundException")
    check_move(held, label, source, target)
    receiver = held.version(target)
    if receiver is not None:
        store.check_label_limit(held, lambda probe: probe.attach(probe.version(target), [label]))
    with store.change(held, request.at):
        if receiver is not None:
            held.attach(receiver, [label])
        else:
            held.version(source).labels.remove(label)  # type: ignore[union-attr]
    return named(held)


def check_move(held: Held, label: str, source: str | None, target: str | None) -> None:
    """Refuse a move that does not name the version which holds the label."""
    holder = held.holder(label)
    if source is None and target is None:
        raise Refused("InvalidParameterException")
    if source is not None and (holder is None or holder.id != source):
        raise Refused("InvalidParameterException")
    if source is None and holder is not None and holder.id != target:
        text = (
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to "
            f"version {holder.id}, so you must explicitly reference that version in RemoveFromVersionId."
        )
        raise Refused("InvalidParameterException", text if label == CURRENT else None)
    if target is None and label == CURRENT:
        raise Refused("InvalidParameterException")
