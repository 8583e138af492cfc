"""DeleteSecret and RestoreSecret: recovery windows, forced deletion, restoring.

The recovery window is 7 to 30 days, 30 by default. The deletion date is the instant of the request plus the window;
only the answer of DeleteSecret has it: DeletedDate is the instant of the request (recorded). Until the
deletion date RestoreSecret cancels the deletion, and the value cannot be read. From then on the secret cannot be
restored; a background task purges it after an unspecified time (documentation of DeleteSecret), which is the
fake's `purge_delay`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, names
from ..instant import DAY, LATEST, on_the_wire, to_datetime
from ..records import replace
from .lookup import find, named, refuse_replica
from .rotation_dates import turned_off

if TYPE_CHECKING:
    from ..model import SecretRecord
    from ..request import Request
    from ..store import Store

SHORTEST_WINDOW = 7
LONGEST_WINDOW = 30


def delete_secret(store: Store, request: Request) -> dict[str, Any]:
    """Schedule a deletion; with ForceDeleteWithoutRecovery, delete without a window."""
    window = request.get("RecoveryWindowInDays")
    forced = bool(request.get("ForceDeleteWithoutRecovery"))
    check_window(window, forced=forced)
    try:
        secret = find(store, request)
    except errors.Refusal as refusal:
        if forced and refusal.code == "ResourceNotFoundException":
            return _answer_for_nothing(store, request)
        raise
    refuse_replica(secret)
    _refuse_while_replicated(secret)
    if forced:
        return _force(store, secret, request)
    if secret.is_scheduled_for_deletion:
        raise errors.invalid_request(errors.MARKED_FOR_DELETION)  # text inferred
    return _schedule(store, secret, request, LONGEST_WINDOW if window is None else window)


def check_window(window: int | None, *, forced: bool) -> None:
    """Refuse a window outside 7 to 30 days, and then any together with force (seen in this order)."""
    if window is not None and not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
        raise errors.invalid_parameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
    if window is not None and forced:
        raise errors.invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )


def restore_secret(store: Store, request: Request) -> dict[str, Any]:
    """Cancel a scheduled deletion before its date; rotation stays off (inferred)."""
    secret = find(store, request)
    if secret.deletion is None:
        return named(secret)
    latest = store.vault.latest if store.vault.latest > secret.seen else request.at
    if max(request.at, latest) >= secret.deletion:  # no restore after the deletion date, even if time was set back
        raise errors.invalid_request(errors.WAS_DELETED)
    store.vault.change(secret, request.at, deleted=None, deletion=None, purge_due=None)
    store.vault.timeline.event("CancelSecretVersionDelete", secret, request.at)
    return named(secret)


def _schedule(store: Store, secret: SecretRecord, request: Request, window: int) -> dict[str, Any]:
    deletion = request.at + window * DAY
    _mark(store, secret, request, deletion, "purge_delay")
    return _deleted(secret, deletion)


def _force(store: Store, secret: SecretRecord, request: Request) -> dict[str, Any]:
    if secret.deletion is not None and request.at >= secret.deletion:
        return _deleted(secret, secret.deletion)  # its removal is under way already
    marked = _mark(store, secret, request, request.at, "force_delete_delay")
    if marked.purge_due is not None and marked.purge_due <= request.at:
        store.vault.remove(marked)
        store.vault.timeline.event("EndSecretVersionDelete", secret, request.at)
    return _deleted(secret, request.at)


def _mark(store: Store, secret: SecretRecord, request: Request, deletion: int, delay: str) -> SecretRecord:
    """Mark a secret for deletion, which turns its rotation off (recorded).

    A callable delay receives the marked secret.
    """
    if deletion > LATEST:
        raise errors.beyond_all_dates("DeletionDate")
    marks: dict[str, Any] = {
        "deleted": request.at,
        "deletion": deletion,
        "rotation": turned_off(secret.rotation),
        "seen": store.vault.latest,
    }
    late = store.vault.delays.of(delay, lambda: replace(secret, **marks), request.delay)
    marked = store.vault.change(secret, request.at, **marks, purge_due=deletion + late)
    date = to_datetime(deletion)
    store.vault.timeline.event("StartSecretVersionDelete", secret, request.at, deletionDate=date)
    return marked


def _refuse_while_replicated(secret: SecretRecord) -> None:
    """Refuse to delete a primary before its replicas (seen), or either end of a link between two accounts.

    The latter is documented; its code and its texts are inferred from the former.
    """
    live = secret.live_replicas
    if live:
        regions = ", ".join(sorted(replica.region for replica in live))
        raise errors.invalid_parameter(
            f"You can't delete secret {secret.arn} that still has replica regions [{regions}]."
        )
    if secret.cross_account_replicas:
        raise errors.invalid_parameter(
            f"You can't delete secret {secret.arn} that is still associated with a cross-account replica."
        )
    if secret.cross_account_primary is not None:
        raise errors.invalid_parameter(
            f"You can't delete secret {secret.arn} before you stop replication to it with StopReplicationToReplica."
        )


def _answer_for_nothing(store: Store, request: Request) -> dict[str, Any]:
    """Answer a forced deletion of what does not exist: AWS never answers ResourceNotFoundException to it."""
    secret_id = request["SecretId"]
    members: dict[str, Any] = {"DeletionDate": on_the_wire(request.at)}
    if not names.is_arn(secret_id):
        return {"ARN": store.new_arn(secret_id), "Name": secret_id, **members}
    arn = names.parse_arn(secret_id)
    if arn is None:
        raise errors.validation(errors.BAD_NAME)  # neither a name nor the ARN of a secret; inferred
    return {"ARN": secret_id, "Name": arn.name, **members}


def _deleted(secret: SecretRecord, deletion: int) -> dict[str, Any]:
    return named(secret, DeletionDate=on_the_wire(deletion))
