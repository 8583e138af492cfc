"""DeleteSecret and RestoreSecret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .records import DAY, SUFFIX, Held, Like, Refused, Request, arn_pattern, named
from .store import Store, stamp

OUTSIDE = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
BOTH = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
DELETED = "You can't perform this operation on the secret because it was deleted."


class Deletion:
    """How late AWS removes secrets, in milliseconds by the name of the secret, and what it was asked for."""

    def __init__(self, purge_delay: Callable[[str], int], force_delete_delay: Callable[[str], int]) -> None:
        self.purge_delay = purge_delay
        self.force_delete_delay = force_delete_delay
        self.asked_delays: list[tuple[str, int]] = []

    def mark(self, held: Held, deleted: int, deletion: int, delay: Callable[[str], int]) -> None:
        """Give a secret its deletion date and its purge, and turn its rotation off; the delay is asked once."""
        self.asked_delays.append((held.arn, deletion))
        held.deleted, held.deletion, held.purge = deleted, deletion, deletion + delay(held.name)
        if held.schedule is not None:
            held.schedule.turn_off()

    def delete_secret(self, store: Store, request: Request) -> dict[str, Any]:
        """DeleteSecret."""
        window, forced = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery", False)
        if window is not None and not 7 <= window <= 30:
            raise Refused("InvalidParameterException", OUTSIDE)
        if window is not None and forced:
            raise Refused("InvalidParameterException", BOTH)
        try:
            held = store.find(request)
        except Refused as refused:
            if forced and refused.code == "ResourceNotFoundException":
                return answer_for_nothing(request)
            raise
        store.refuse_replica(held)
        regions = ", ".join(sorted(region for region, status in held.replicas.items() if status == "InSync"))
        if regions:
            text = f"You can't delete secret {held.arn} that still has replica regions [{regions}]."
            raise Refused("InvalidParameterException", text)
        if forced:
            return self._force(store, held, request.at)
        if held.deletion is not None:
            raise Refused("InvalidRequestException")
        stamp(held, request.at)
        self.mark(held, request.at, request.at + (30 if window is None else window) * DAY, self.purge_delay)
        return named(held, DeletionDate=held.deletion)

    def _force(self, store: Store, held: Held, at: int) -> dict[str, Any]:
        """Delete without a window; where that has begun already, once more changes nothing."""
        if held.deletion is not None and held.deletion <= at:
            return named(held, DeletionDate=held.deletion)
        stamp(held, at)
        self.mark(held, at, at, self.force_delete_delay)
        if held.purge == at:
            store.remove(held, at)
        return named(held, DeletionDate=at)


def answer_for_nothing(request: Request) -> dict[str, Any]:
    """Answer a forced deletion of what is not there: under a new ARN, or under the name in an ARN."""
    secret_id = request.get("SecretId")
    if not secret_id.startswith("arn:"):
        arn = Like(arn_pattern(request.region, secret_id))
        return {"ARN": arn, "Name": secret_id, "DeletionDate": request.at}
    name = re.sub(rf"{SUFFIX}\Z", "", secret_id.rpartition(":")[2])
    return {"ARN": secret_id, "Name": name, "DeletionDate": request.at}


def restore_secret(store: Store, request: Request) -> dict[str, Any]:
    """RestoreSecret; a rotation stays off."""
    held = store.find(request)
    if held.deletion is None:
        return named(held)
    if held.deletion <= request.at:
        raise Refused("InvalidRequestException", DELETED)
    stamp(held, request.at)
    held.deleted = held.deletion = held.purge = None
    return named(held)
