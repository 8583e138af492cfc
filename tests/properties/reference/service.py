"""The model as a whole: it answers calls, lets come due what is due, and runs rotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest.mock import ANY

from . import deletion, listing, replication, rotation, tags_and_policies, values
from .records import DAY, Held, Refused, Request, Struck, Turn
from .rotation import ALL_STEPS, TEST_STEP, add_pending, begin, has_room, rotate_like_the_template
from .store import Store, stamp
from .troubles import Troubles

VERSIONS_KEPT = 100


class Reference:
    """The model: its secrets in the order of creation, and what happened to them."""

    def __init__(self, purge_delay: Callable[[str], int], force_delete_delay: Callable[[str], int]) -> None:
        self.store = Store()
        self.troubles = Troubles(self.store)
        self.deletion = deletion.Deletion(purge_delay, force_delete_delay)
        self.rotation = rotation.Rotation()
        self.now = 0
        #: What the fake's rotation functions were called for; it tells the tokens of scheduled rotations.
        self.observed: list[tuple[str, str, str]] = []
        self.invocations: list[tuple[str, str, str]] = []
        self.rotations: list[tuple[str, str, str, int, bool]] = []
        self.calls: list[tuple[str, str, int, Any]] = []

    # One call

    def perform(self, operation: str, region: str, at: int, members: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one attempt, or raise Refused or Struck; a rotation it starts runs to its end."""
        denies = lambda action, secret_id: self.troubles.denied(action, region, [secret_id])
        request = Request(region, at, members, denies=denies)
        code = None
        try:
            self.troubles.strike(operation, region, members)
            return self._operation(operation)(self.store, request)
        except Refused as refused:
            code = refused.code
            raise
        except Struck as struck:
            code = struck.error
            raise
        finally:
            self.calls.append((operation, region, at, code))
            for turn in request.afterwards:
                self._run(turn)

    def _operation(self, operation: str) -> Callable[[Store, Request], dict[str, Any]]:
        own = {"DeleteSecret": self.deletion.delete_secret, "RotateSecret": self.rotation.rotate_secret}
        return own.get(operation) or OPERATIONS[operation]

    # Time

    def settle(self, now: int) -> None:
        """Let come due what is due: the clock stops at each instant on its way.

        Of what comes due at one instant, that of the oldest secret comes first.
        """
        while True:
            dues = {id(held): self.next_due(held) for held in self.store.held}
            due = min((due for due in dues.values() if due is not None), default=now + 1)
            if due > now:
                break
            ready = [held for held in self.store.held if dues[id(held)] == due]
            self._happen(values.by_creation(ready)[0], due, max(due, self.now))
        self.now = now

    def dues(self) -> list[int]:
        """Return when something happens by itself, for each secret of which that is known."""
        return [due for due in map(self.next_due, self.store.held) if due is not None]

    def next_due(self, held: Held) -> int | None:
        """Return when something happens to a secret by itself."""
        if held.deletion is not None:
            return held.purge
        opens = None if held.schedule is None else held.schedule.opens
        return min([due for due in (opens, *self._ages(held)) if due is not None], default=None)

    def _ages(self, held: Held) -> Iterator[int]:
        """Yield when each version may go that is neither labelled nor among the newest."""
        return (version.created + DAY for version in held.versions[:-VERSIONS_KEPT] if not version.labels)

    def _happen(self, held: Held, due: int, at: int) -> None:
        if held.deletion is not None:
            self.store.remove(held, due)
        elif min(self._ages(held), default=None) == due:
            gone = [one.id for one in held.versions[:-VERSIONS_KEPT] if not one.labels and one.created + DAY <= due]
            held.versions = [version for version in held.versions if version.id not in gone]
            held.cleaned_up |= set(gone)
        elif held.schedule is not None:
            held.schedule.plan(due)
            if not has_room(held):
                return
            unfinished = held.unfinished()
            token = self._random_token() if unfinished is None else unfinished.id
            if unfinished is None:
                add_pending(self.store, held, token, due)
            begin(held, token)
            self._run(Turn(held, token, ALL_STEPS, due, at))

    def _random_token(self) -> str:
        """Return the id that the fake has chosen for the rotation that comes next."""
        upcoming = self.observed[len(self.invocations) :][:1]
        return upcoming[0][1] if upcoming else "a rotation that the fake has not begun"

    # Rotations

    def _run(self, turn: Turn) -> None:
        held = turn.held
        succeeded = all(self._step(turn, step) and turn.token not in held.abandoned for step in turn.steps)
        if self.store.lookup(held.region, held.arn) is not held:
            return
        if turn.steps == TEST_STEP:
            held.versions = [version for version in held.versions if version.id != turn.token]
            self.store.carry(held, turn.due)
        elif succeeded:
            stamp(held, turn.due)
            held.last_rotated = turn.due

    def _step(self, turn: Turn, step: str) -> bool:
        held, token = turn.held, turn.token
        self.invocations.append((held.arn, token, step))
        held.rotated_to.add(token)
        function = held.schedule.function if held.schedule else None
        succeeded = function is None or step != self.rotation.functions[function]
        if succeeded:
            try:
                rotate_like_the_template(self._inner_call(held.region, turn.at), held.arn, step, token)
            except Exception:  # noqa: BLE001 - whatever the function raises, the rotation alone fails
                succeeded = False
        self.rotations.append((held.arn, token, step, turn.due, succeeded))
        return succeeded

    def _inner_call(self, region: str, at: int) -> Callable[..., dict[str, Any]]:
        def call(operation: str, **members: Any) -> dict[str, Any]:
            try:
                return self.perform(operation, region, at, members)
            except Struck as struck:
                if struck.error == "MALFORMED":
                    return {}
                raise Refused(str(struck.error)) from None

        return call


def get_random_password(store: Store, request: Request) -> dict[str, Any]:
    """GetRandomPassword."""
    return {"RandomPassword": ANY}


OPERATIONS: dict[str, Callable[[Store, Request], dict[str, Any]]] = {
    "AssociateCrossAccountReplica": replication.associate_cross_account_replica,
    "BatchGetSecretValue": values.batch_get_secret_value,
    "CancelRotateSecret": rotation.cancel_rotate_secret,
    "CreateSecret": values.create_secret,
    "DeleteResourcePolicy": tags_and_policies.delete_resource_policy,
    "DescribeSecret": listing.describe_secret,
    "DisassociateCrossAccountReplica": replication.disassociate_cross_account_replica,
    "GetRandomPassword": get_random_password,
    "GetResourcePolicy": tags_and_policies.get_resource_policy,
    "GetSecretValue": values.get_secret_value,
    "ListResourcePolicies": tags_and_policies.list_resource_policies,
    "ListSecretVersionIds": listing.list_secret_version_ids,
    "ListSecrets": listing.list_secrets,
    "PutResourcePolicy": tags_and_policies.put_resource_policy,
    "PutSecretValue": values.put_secret_value,
    "RemoveRegionsFromReplication": replication.remove_regions_from_replication,
    "ReplicateSecretToRegions": replication.replicate_secret_to_regions,
    "RestoreSecret": deletion.restore_secret,
    "StopReplicationToReplica": replication.stop_replication_to_replica,
    "TagResource": tags_and_policies.tag_resource,
    "UntagResource": tags_and_policies.untag_resource,
    "UpdateSecret": values.update_secret,
    "UpdateSecretVersionStage": values.update_secret_version_stage,
    "ValidateResourcePolicy": tags_and_policies.validate_resource_policy,
}
