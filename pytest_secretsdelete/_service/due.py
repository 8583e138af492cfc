"""When the next purge, rotation or clean-up of versions of a secret comes due."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import SecretRecord


def due_of(secret: SecretRecord) -> int | None:
    """Return the instant at which the next of these comes due for a secret, or None."""
    if secret.is_scheduled_for_deletion:
        return secret.purge_due
    rotation, clean_up = rotation_due(secret), secret.versions.clean_up_due
    if rotation is None or clean_up is None:
        return clean_up if rotation is None else rotation
    return min(rotation, clean_up)


def rotation_due(secret: SecretRecord) -> int | None:
    """Return the instant at which the next scheduled rotation starts, or None."""
    setup = secret.rotation
    return setup.opens if setup is not None and setup.enabled else None
