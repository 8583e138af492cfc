"""DeleteSecret and RestoreSecret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .records import DAY, SUFFIX, Held, Like, Refused, Request, arn_pattern, named
from .store import Store, stamp

DELETED = "You can't perform this operation on the secret because it was deleted."


class Deletion:
    """How late AWS removes secrets, in milliseconds by the name of the secret, and what it was asked for."""

    def __init__(self, purge_delay: Callable[[str], int], force_delete_delay: Callable[[str], int]) -> None:
        self.purge_delay = purge_delay
        self.force_delete_delay = force_delete_delay
        self.asked_delays: list[tuple[str, int]] = []

    def mark(self, held: Held, deletion: int, delay: Callable[[str], int]) -> None:
        """Give a secret its deletion date and its purge; the delay is asked once."""
        self.asked_delays.append((held.arn, deletion))
        held.deletion, held.purge = deletion, deletion + delay(held.name)

    def delete_secret(self, store: Store, request: Request) -> dict[str, Any]:
        """DeleteSecret."""
        window, forced = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery", False)
        if window is not None and (forced or not 7 <= window <= 30):
            raise Refused("InvalidParameterException")
        try:
            held = store.find(request)
        except Refused as refused:
            if forced and refused.code == "ResourceNotFoundException":
                return answer_for_nothing(request)
            raise
        if "InSync" in held.replicas.values():
            raise Refused("InvalidRequestException")
        if held.is_replica:
            return delete_replica(store, held, request.at)
        if forced:
            return self._force(store, held, request.at)
        if held.deletion is not None:
            raise Refused("InvalidRequestException")
        stamp(held, request.at)
        self.mark(held, request.at + (30 if window is None else window) * DAY, self.purge_delay)
        return named(held, DeletionDate=held.deletion)

    def _force(self, store: Store, held: Held, at: int) -> dict[str, Any]:
        """Delete without a window; where that has begun already, once more changes nothing."""
        if held.deletion is not None and held.deletion <= at:
            return named(held, DeletionDate=held.deletion)
        stamp(held, at)
        self.mark(held, at, self.force_delete_delay)
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


def delete_replica(store: Store, held: Held, at: int) -> dict[str, Any]:
    """Delete a replica: it goes at once."""
    store.remove(held, at)
    store.forget(held, at)
    return named(held, DeletionDate=at)


def restore_secret(store: Store, request: Request) -> dict[str, Any]:
    """RestoreSecret; a rotation that was missed meanwhile is due now."""
    held = store.find(request)
    if held.deletion is None:
        return named(held)
    if held.deletion <= request.at:
        raise Refused("InvalidRequestException", DELETED)
    stamp(held, request.at)
    held.deletion = held.purge = None
    schedule = held.schedule
    if schedule is not None and schedule.opens is not None:
        schedule.opens = max(schedule.opens, request.at)
    return named(held)
