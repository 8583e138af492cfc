"""Background work that comes due without a call: purges, scheduled rotations, the clean-up of old versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from .docs import read_on
from .due import rotation_due
from .instant import DAY
from .model import ALL_STEPS, Turn
from .operations.managed import rotate_by_owner
from .operations.rotation import has_room, start
from .operations.rotation_dates import planned
from .operations.staging import pending_version
from .rules.rotation_schedule import windows_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .model import RotationSetup, SecretRecord
    from .store import Vault


class TooManyRotations(RuntimeError):  # noqa: N818 - the name says what is wrong
    """More rotations come due at once, or in one move of the clock, than the fake's rotation_limit."""


class _RotationCount:
    """How many rotations of one vault come due at once; they are counted in advance, once for each secret."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._has_begun = False
        self._count = 0

    def count(self, vault: Vault, until: int) -> None:
        """Count the scheduled rotations up to an instant: of all secrets, later of one that has got a schedule."""
        with vault.lock:
            found = vault.next_due()
            secrets = vault.due_until(until) if not self._has_begun else [found[1]] if found is not None else []
        self._has_begun = True
        for secret in secrets:
            due = None if secret.is_scheduled_for_deletion else rotation_due(secret)
            if due is not None and due <= until and secret.arn not in self._seen:
                self._seen.add(secret.arn)
                self._add(vault, secret, due, until)

    def _add(self, vault: Vault, secret: SecretRecord, due: int, until: int) -> None:
        limit = vault.rotations.limit
        rules = secret.rotation.rules if secret.rotation is not None else {}
        self._count += windows_until(rules, opens=due, until=until, most=limit + 1 - self._count)
        if self._count > limit:
            raise TooManyRotations(
                f"About {self._count:,} rotations come due at once, those of {secret.name!r} among them; the fake runs "
                f"{limit:,} at the most. Move the clock in smaller steps, give the schedule a longer period, or set "
                f"rotation_limit. {read_on('explanation/limits#time')}"
            )


def run_due(vaults: Iterable[Vault], until: int, set_time: Callable[[int], None] | None = None) -> None:
    """Run everything that comes due in some vaults up to an instant, in the order of the instants.

    `set_time` is called with each instant before its events run. A rotation runs outside the lock. While a rotation
    function runs, no other rotation of its vault starts, and nothing that comes due after one: the function may wait
    for a thread that it has started. In its own thread nothing of the vault comes due. TooManyRotations where more
    rotations come due than the fake's rotation_limit.
    """
    vaults = list(vaults)
    numbers = [_RotationCount() for _ in vaults]
    while dues := [(due, place) for place, one in enumerate(vaults) if (due := _next_due(one, until)) is not None]:
        for _, place in dues:
            numbers[place].count(vaults[place], until)
        due, place = min(dues)
        if set_time is not None:
            set_time(due)
        vaults[place].latest = max(vaults[place].latest, due)
        _run_next(vaults[place], due, until)
    for vault in vaults:
        vault.latest = max(vault.latest, until)


def _next_due(vault: Vault, until: int) -> int | None:
    """Return the next instant at which this thread may run something in a vault, or None."""
    if vault.rotations.is_inside:
        return None
    with vault.lock:
        found = vault.next_due()
        if found is None or found[0] > until or (vault.rotations.is_busy and rotation_due(found[1]) == found[0]):
            return None
        return found[0]


def _run_next(vault: Vault, due: int, until: int) -> None:
    """Run the one thing that comes due next, unless another thread has run it meanwhile."""
    turn = None
    with vault.lock:
        found = vault.next_due() if _next_due(vault, until) == due else None
        if found is not None:
            turn = _apply(vault, found[1], due, until)
    if turn is not None:
        vault.rotations.run(vault, turn)


def _apply(vault: Vault, secret: SecretRecord, due: int, until: int) -> Turn | None:
    """Apply the change that is due to a secret; a rotation is returned, to be run outside the lock."""
    if secret.is_scheduled_for_deletion:
        vault.remove(secret)
        vault.timeline.event("EndSecretVersionDelete", secret, due)
        return None
    if secret.versions.clean_up_due == due:
        _clean_up(vault, secret, due, until)
        return None
    assert secret.rotation is not None  # noqa: S101 - for the type
    return _start_rotation(vault, secret, secret.rotation, due)


def _clean_up(vault: Vault, secret: SecretRecord, due: int, until: int) -> None:
    """Remove the outdated versions that are old enough; at `due` there may be none yet."""
    gone = {version.version_id for version in secret.versions.outdated() if version.created + DAY <= due}
    vault.touch(secret, versions=secret.versions.cleaned_up(gone))
    at = min(max(due, secret.changed), until)  # a version may have been old enough before it lost its last label
    for version_id in sorted(gone):
        vault.rotations.call_off(secret.arn, version_id)
        vault.timeline.event("SecretVersionDeletion", secret, at, versionId=version_id)


def _start_rotation(vault: Vault, secret: SecretRecord, setup: RotationSetup, due: int) -> Turn | None:
    """Start a scheduled rotation, or retry the one that is not complete (documentation).

    If the secret cannot take one more label, the rotation fails, and the next attempt is in the next window (inferred).
    """
    setup = planned(setup, due)
    function = setup.function_arn or setup.external_role_arn
    if not has_room(secret, function):
        vault.touch(secret, rotation=setup)
        vault.timeline.event("RotationFailed", secret, due, versionId=str(uuid4()))
        return None
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
