"""Letting happen what comes due by itself: purges, scheduled rotations, the clean-up of old versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from .due import clean_up_due, outdated_versions, rotation_due
from .instant import DAY
from .operations.rotation import pending_version, start
from .operations.rotation_dates import planned
from .rotation_run import ALL_STEPS, Turn, claim, is_rotating, run

if TYPE_CHECKING:
    from .model import RotationSetup, Secret
    from .store import Vault


def settle(vault: Vault, now: int) -> None:
    """Let everything happen that has come due by now, in the order of its instants.

    A rotation runs outside the lock. Inside a rotation function nothing else comes due: what is due then
    follows when the function has returned. Nor does another rotation begin in another thread meanwhile, which
    may be one that the function has started itself, and waits for.
    """
    vault.latest = max(vault.latest, now)
    while not is_rotating():
        with vault.lock:
            due = vault.next_due()
            if due is None or due[0] > now or (vault.running and rotation_due(due[1]) == due[0]):
                return
            turn = _happen(vault, due[1], due[0], now)
        if turn is not None:
            run(vault, turn)


def _happen(vault: Vault, secret: Secret, due: int, now: int) -> Turn | None:
    """Let one thing happen to a secret; a rotation is handed back, to be run outside the lock."""
    if secret.is_scheduled_for_deletion:
        vault.remove(secret)
        vault.timeline.event("EndSecretVersionDelete", secret, due)
        return None
    if clean_up_due(secret) == due:
        _clean_up(vault, secret, due, now)
        return None
    setup = secret.rotation
    return _start_rotation(vault, secret, setup, due) if setup is not None and rotation_due(secret) == due else None


def _clean_up(vault: Vault, secret: Secret, due: int, now: int) -> None:
    gone = {version.version_id for version in outdated_versions(secret) if version.created + DAY <= due}
    kept = tuple(version for version in secret.versions if version.version_id not in gone)
    vault.touch(secret, versions=kept, removed_version_ids=secret.removed_version_ids | gone)
    at = min(max(due, secret.changed), now)  # a version may have been old enough before it lost its last label
    for version_id in sorted(gone):
        vault.timeline.event("SecretVersionDeletion", secret, at, versionId=version_id)


def _start_rotation(vault: Vault, secret: Secret, setup: RotationSetup, due: int) -> Turn | None:
    """Start a scheduled rotation, or take up again the one that has not come to its end (documentation)."""
    setup = planned(setup, due)
    function = setup.function_arn or setup.external_role_arn or ""
    pending = pending_version(secret)
    if pending is not None:
        vault.touch(secret, rotation=setup)
        token = pending.version_id
    else:
        token = str(uuid4())
        start(vault.store_of(secret), secret, token, due, rotation=setup)
    return claim(vault, Turn(secret.arn, token, function, ALL_STEPS, due))
