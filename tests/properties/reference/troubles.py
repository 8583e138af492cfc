"""Faults and denials, as the model knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .records import Refused, Struck
from .store import Store, name_in

#: What else an operation needs permission for, by the member that asks for it.
MORE_PERMISSIONS = {
    "CreateSecret": (("Tags", "TagResource"), ("AddReplicaRegions", "ReplicateSecretToRegions")),
    "BatchGetSecretValue": (("Filters", "ListSecrets"),),
    "ValidateResourcePolicy": (("ResourcePolicy", "PutResourcePolicy"),),
    "AssociateCrossAccountReplica": (
        ("SecretId", "GetSecretValue"),
        ("CrossAccountReplicaARN", "AcceptCrossAccountReplication"),
    ),
}


@dataclass(eq=False)
class Fault:
    """An error for the next calls of an operation."""

    operation: str
    error: Any
    left: int | None
    about: str | None


class Troubles:
    """What waits for calls."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.denials: list[tuple[str, str | None]] = []
        self.faults: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self.denials) or any(fault.left != 0 for fault in self.faults)

    def deny(self, action: str, about: str | None) -> None:
        """Deny an action."""
        if (action, about) not in self.denials:
            self.denials.append((action, about))

    def allow(self, action: str, about: str | None) -> None:
        """Take denials back: of one action or all, of one secret or all."""
        self.denials = [
            (denied, whom)
            for denied, whom in self.denials
            if action not in {"*", denied} or (about is not None and about != whom)
        ]

    def strike(self, operation: str, region: str, members: Mapping[str, Any]) -> None:
        """Raise what waits for a call."""
        ids = [members.get("SecretId"), members.get("Name"), *members.get("SecretIdList", ())]
        extra = [action for member, action in MORE_PERMISSIONS.get(operation, ()) if members.get(member)]
        # IAM knows no resource for a batch: whom a denial names is asked for each of its secrets.
        whom = [] if "SecretIdList" in members else ids
        creates = operation == "CreateSecret"
        if any(self.denied(action, region, whom, creates=creates) for action in (operation, *extra)):
            raise Refused("AccessDeniedException")
        for fault in self.faults:
            concerns = fault.operation in {"*", operation} and self._is_about(fault.about, region, ids, creates)
            if concerns and fault.left != 0:
                fault.left = None if fault.left is None else fault.left - 1
                raise Struck(fault.error)

    def denied(self, action: str, region: str, ids: list[Any], *, creates: bool = False) -> bool:
        """Return whether an action is denied, of what is named so."""
        return any(
            denied in {"*", action} and self._is_about(about, region, ids, creates) for denied, about in self.denials
        )

    def _is_about(self, about: str | None, region: str, ids: list[Any], creates: bool) -> bool:
        """Return whether a call is about a secret; a name that is gone tells nothing of one that is being created."""
        if about is None or about in ids:
            return True
        meant = self.store.lookup(region, about)
        if meant is None and not creates:
            gone = {name_in(one, region) for one in ids if one and self.store.lookup(region, one) is None}
            return name_in(about, region) in gone
        return meant is not None and any(one and self.store.lookup(region, one) is meant for one in ids)
