"""What happens by itself when it comes due: purges, scheduled rotations, the clean-up of old versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from .due import clean_up_due, outdated_versions, rotation_due
from .instant import DAY
from .model import ALL_STEPS, Turn
from .operations.managed import rotate_by_owner
from .operations.rotation import pending_version, start
from .operations.rotation_dates import planned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .model import RotationSetup, SecretRecord
    from .store import Vault


def run_due(vaults: Iterable[Vault], until: int, set_time: Callable[[int], None] | None = None) -> None:
    """Let everything happen that comes due in some vaults up to an instant, in the order of the instants.

    `set_time` is told each instant before what happens at it. A rotation runs outside the lock. Inside a rotation
    function nothing else comes due in its own vault: what is due then follows when the function has returned. Nor
    does another rotation of that vault begin in another thread meanwhile, which may be one that the function has
    started itself, and waits for.
    """
    vaults = list(vaults)
    while dues := [(due, place) for place, one in enumerate(vaults) if (due := _next_due(one, until)) is not None]:
        due, place = min(dues)
        if set_time is not None:
            set_time(due)
        vaults[place].latest = max(vaults[place].latest, due)
        _happen(vaults[place], due, until)
    for vault in vaults:
        vault.latest = max(vault.latest, until)


def _next_due(vault: Vault, until: int) -> int | None:
    """Return the next instant at which this thread may let something happen in a vault, or None."""
    if vault.rotations.is_inside:
        return None
    with vault.lock:
        found = vault.next_due()
        if found is None or found[0] > until or (vault.rotations.is_busy and rotation_due(found[1]) == found[0]):
            return None
        return found[0]


def _happen(vault: Vault, due: int, until: int) -> None:
    """Let the one thing happen that comes due next, unless another thread has let it happen meanwhile."""
    with vault.lock:
        if _next_due(vault, until) != due:
            return
        _, secret = vault.next_due() or (due, None)
        turn = None if secret is None else _happen_to(vault, secret, due, until)
    if turn is not None:
        vault.rotations.run(vault, turn)


def _happen_to(vault: Vault, secret: SecretRecord, due: int, until: int) -> Turn | None:
    """Let one thing happen to a secret; a rotation is returned, to be run outside the lock."""
    if secret.is_scheduled_for_deletion:
        vault.remove(secret)
        vault.timeline.event("EndSecretVersionDelete", secret, due)
        return None
    if clean_up_due(secret) == due:
        _clean_up(vault, secret, due, until)
        return None
    setup = secret.rotation
    return _start_rotation(vault, secret, setup, due) if setup is not None and rotation_due(secret) == due else None


def _clean_up(vault: Vault, secret: SecretRecord, due: int, until: int) -> None:
    gone = {version.version_id for version in outdated_versions(secret) if version.created + DAY <= due}
    kept = tuple(version for version in secret.versions if version.version_id not in gone)
    vault.touch(secret, versions=kept, removed_version_ids=secret.removed_version_ids | gone)
    at = min(max(due, secret.changed), until)  # a version may have been old enough before it lost its last label
    for version_id in sorted(gone):
        vault.timeline.event("SecretVersionDeletion", secret, at, versionId=version_id)


def _start_rotation(vault: Vault, secret: SecretRecord, setup: RotationSetup, due: int) -> Turn:
    """Start a scheduled rotation, or take up again the one that has not come to its end (documentation)."""
    setup = planned(setup, due)
    function = setup.function_arn or setup.external_role_arn
    if function is None:
        return rotate_by_owner(vault.store_of(secret), secret, str(uuid4()), due, rotation=setup)
    pending = pending_version(secret)
    if pending is not None:
        vault.touch(secret, rotation=setup)
        token = pending.version_id
    else:
        token = str(uuid4())
        start(vault.store_of(secret), secret, token, due, rotation=setup)
    return vault.rotations.register(Turn(secret.arn, token, function, ALL_STEPS, due))
