"""Staging labels: which version holds which, and UpdateSecretVersionStage.

A label is on one version at a time. The version that loses AWSCURRENT gets AWSPREVIOUS, and loses an AWSPENDING
that it still holds; labels of the user stay (recorded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..model import CURRENT, PENDING, PREVIOUS, SecretRecord, VersionRecord
from ..records import replace
from .lookup import find_primary, named
from .replication import sync_replicas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..request import Request
    from ..store import Store, Vault
    from ..versions import Versions

#: The quota counts the labels of all versions of a secret together (documentation, Secrets Manager quotas).
LABELS_PER_SECRET = 20
TOO_MANY_LABELS = f"A secret can have at most {LABELS_PER_SECRET} staging labels."
LABEL_UPDATED = "Secret Label Updated"
_UNANNOUNCED = frozenset({PENDING, PREVIOUS})
#: Stands for the version that a rotation would make, where labels are counted.
_VERSION_TO_COME = VersionRecord("", 0, None)


def add(versions: Versions, version: VersionRecord, labels: Iterable[str]) -> Versions:
    """Add a newest version, and attach labels to it, taking each from the version that holds it."""
    given = tuple(dict.fromkeys(labels))
    former = _loses_current(versions, version.version_id) if CURRENT in given else None
    fresh = _relabelled(version, given, former)
    return versions.added(fresh, *_relabelled_by(versions, given, former))


def attach(versions: Versions, version: VersionRecord, labels: Iterable[str]) -> Versions:
    """Attach labels to a version, taking each from the version that holds it."""
    given = tuple(dict.fromkeys(labels))
    former = _loses_current(versions, version.version_id) if CURRENT in given else None
    changed = _relabelled(version, given, former)
    return versions.replaced(*_relabelled_by(versions, given, former), changed)  # of two states of one, the last counts


def detach(versions: Versions, version: VersionRecord, label: str) -> Versions:
    """Remove a label from a version."""
    return versions.replaced(replace(version, labels=_without(version.labels, {label})))


def update_secret_version_stage(store: Store, request: Request) -> dict[str, Any]:
    """Move, add or remove one staging label."""
    secret = find_primary(store, request)
    label = request["VersionStage"]
    source, target = request.get("RemoveFromVersionId"), request.get("MoveToVersionId")
    named_versions = {known: _known(secret, known) for known in (source, target) if known is not None}
    _check_move(secret, label, source, target)
    if target is not None:
        versions = attach(secret.versions, named_versions[target], [label])
        check_label_limit(versions)
    else:
        versions = detach(secret.versions, named_versions[source], label)
    changed = store.vault.change(secret, request.at, versions=versions)
    note_labels(store.vault, secret, changed, request.at)
    sync_replicas(store.vault, changed, request.at)
    return named(changed)


def pending_version(secret: SecretRecord) -> VersionRecord | None:
    """Return the version of a rotation that is not complete."""
    holder = secret.holder_of(PENDING)
    return None if holder is None or CURRENT in holder.labels else holder


def note_labels(vault: Vault, before: SecretRecord, after: SecretRecord, at: int) -> None:
    """Record the event that EventBridge gets for each label attached to a version, but AWSPENDING and AWSPREVIOUS.

    Which labels is documented. That neither a secret's creation nor a removed label counts is inferred.
    """
    for version in after.versions.labelled:
        known = before.version(version.version_id)
        if version is known:
            continue
        held = () if known is None else known.labels
        for label in version.labels:
            if label not in held and label not in _UNANNOUNCED:
                detail = {"name": after.name, "labelUpdated": label, "versionId": version.version_id}
                vault.timeline.event(LABEL_UPDATED, after, at, **detail)


def _known(secret: SecretRecord, version_id: str) -> VersionRecord:
    version = secret.version(version_id)
    if version is None:
        raise errors.no_value_for("VersionId", version_id)  # inferred
    return version


def _check_move(secret: SecretRecord, label: str, source: str | None, target: str | None) -> None:
    """Refuse a move that does not name the version which holds the label, or that removes AWSCURRENT.

    Inferred: the refusals of a label that no version holds, of another version, and of a move without versions.
    """
    holder = secret.holder_of(label)
    if source is None and target is None:
        raise errors.invalid_parameter("You must specify RemoveFromVersionId, MoveToVersionId, or both.")
    if holder is None:
        if source is not None:
            raise errors.invalid_parameter(_not_attached(label, source))
        return
    if source is None and holder.version_id != target:
        raise errors.invalid_parameter(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to "
            f"version {holder.version_id}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if source is not None and holder.version_id != source:
        raise errors.invalid_parameter(_not_attached(label, source))
    if target is None and label == CURRENT:
        raise errors.invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. "
            "It can\N{RIGHT SINGLE QUOTATION MARK}t be completely removed."
        )


def _not_attached(label: str, version_id: str) -> str:
    return f"Staging label {label} is not attached to version {version_id}."


def check_label_limit(versions: Versions) -> None:
    """Refuse a change that leaves more than 20 labels (code and text inferred)."""
    if versions.label_count > LABELS_PER_SECRET:
        raise errors.limit_exceeded(TOO_MANY_LABELS)


def has_room_for_version(versions: Versions, label: str) -> bool:
    """Return whether a new version may hold a label, as that of a rotation does."""
    return add(versions, _VERSION_TO_COME, [label]).label_count <= LABELS_PER_SECRET


def _loses_current(versions: Versions, version_id: str) -> str | None:
    """Return the id of the version that loses AWSCURRENT to `version_id`."""
    holder = versions.holder_of(CURRENT)
    return holder.version_id if holder is not None and holder.version_id != version_id else None


def _relabelled(version: VersionRecord, given: tuple[str, ...], former: str | None) -> VersionRecord:
    """Return the version that labels are attached to; AWSPREVIOUS leaves it for the one that AWSCURRENT leaves."""
    kept = _without(version.labels, {PREVIOUS}) if former and PREVIOUS not in given else version.labels
    return replace(version, labels=tuple(dict.fromkeys((*kept, *given))))


def _relabelled_by(versions: Versions, given: tuple[str, ...], former: str | None) -> list[VersionRecord]:
    """Return the newer states of the versions that labels leave or follow to."""
    gone = {*given, PREVIOUS} if former else {*given}
    relabelled = []
    for version in versions.labelled:
        labels = _without(version.labels, gone)
        if version.version_id == former:
            added = () if PREVIOUS in given else (PREVIOUS,)
            labels = (*added, *_without(labels, {PENDING}))
        if labels != version.labels:
            relabelled.append(replace(version, labels=labels))
    return relabelled


def _without(labels: tuple[str, ...], gone: set[str]) -> tuple[str, ...]:
    return labels if gone.isdisjoint(labels) else tuple(label for label in labels if label not in gone)
