"""What comes due by itself in the life of a secret: its purge, its rotation, the clean-up of its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .instant import DAY

if TYPE_CHECKING:
    from .model import SecretRecord, VersionRecord

#: AWS keeps the newest 100 versions and everything younger than 24 hours (documentation of PutSecretValue).
VERSIONS_KEPT = 100


def due_of(secret: SecretRecord) -> int | None:
    """Return the instant of the next thing that happens to a secret by itself, or None."""
    if secret.is_scheduled_for_deletion:
        return secret.purge_due
    dues = [due for due in (rotation_due(secret), clean_up_due(secret)) if due is not None]
    return min(dues, default=None)


def rotation_due(secret: SecretRecord) -> int | None:
    """Return the instant at which the next scheduled rotation starts, or None."""
    setup = secret.rotation
    return setup.opens if setup is not None and setup.enabled else None


def outdated_versions(secret: SecretRecord) -> tuple[VersionRecord, ...]:
    """Return the versions without a staging label that are not among the newest 100."""
    if len(secret.versions) <= VERSIONS_KEPT:
        return ()
    return tuple(version for version in secret.versions[:-VERSIONS_KEPT] if not version.labels)


def clean_up_due(secret: SecretRecord) -> int | None:
    """Return the instant at which the first outdated version is old enough to go, or None."""
    ages = [version.created + DAY for version in outdated_versions(secret)]
    return min(ages, default=None)
