"""OPERATIONS: each operation of the service by its wire name, with its function, permissions and other properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import errors
from . import (
    creation,
    cross_account,
    deletion,
    listing,
    passwords,
    policies,
    replication,
    rotation,
    staging,
    tags,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..request import Outcome, Request
    from ..store import Store

Members = dict[str, Any]


class Permission(NamedTuple):
    """An action that a caller needs beside the operation's own name, and when."""

    action: str
    is_needed: Callable[[Mapping[str, Any], Store], bool]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its function, and the properties that the rest of the service reads."""

    run: Callable[[Store, Request], Members | Outcome]
    #: Whether it only reads: then its success is not a lifecycle event.
    reads: bool = False
    #: Whether it creates the secret that it names.
    creates: bool = False
    #: "Required permissions" of the service model, beside the operation's own name.
    permissions: tuple[Permission, ...] = ()
    #: How a missing ClientRequestToken is refused.
    refuse_missing_token: Callable[[str], errors.Refusal] = errors.invalid_request

    def actions(self, name: str, members: Mapping[str, Any], store: Store) -> Iterator[str]:
        """Yield the actions that a caller needs for a request, which may still be invalid."""
        yield name
        yield from (more.action for more in self.permissions if more.is_needed(members, store))


def _with(member: str, action: str) -> Permission:
    """Return the permission that a member of the request asks for."""
    return Permission(action, lambda members, _: bool(members.get(member)))


def _is_cross_account_replica(members: Mapping[str, Any], store: Store) -> bool:
    secret_id = members.get("SecretId")
    secret = store.lookup(secret_id) if isinstance(secret_id, str) else None
    return secret is not None and secret.cross_account_primary is not None


OPERATIONS: dict[str, Operation] = {
    "AssociateCrossAccountReplica": Operation(
        cross_account.associate_cross_account_replica,
        permissions=(
            _with("SecretId", "GetSecretValue"),
            _with("CrossAccountReplicaARN", "AcceptCrossAccountReplication"),
        ),
    ),
    "BatchGetSecretValue": Operation(
        values.batch_get_secret_value, reads=True, permissions=(_with("Filters", "ListSecrets"),)
    ),
    "CancelRotateSecret": Operation(rotation.cancel_rotate_secret),
    "CreateSecret": Operation(
        creation.create_secret,
        creates=True,
        permissions=(
            _with("Tags", "TagResource"),
            _with("AddReplicaRegions", "ReplicateSecretToRegions"),
            _with("CrossAccountPrimaryARN", "PutResourcePolicy"),
        ),
    ),
    "DeleteResourcePolicy": Operation(policies.delete_resource_policy),
    "DeleteSecret": Operation(deletion.delete_secret),
    "DescribeSecret": Operation(listing.describe_secret, reads=True),
    "DisassociateCrossAccountReplica": Operation(cross_account.disassociate_cross_account_replica),
    "GetRandomPassword": Operation(passwords.get_random_password, reads=True),
    "GetResourcePolicy": Operation(policies.get_resource_policy, reads=True),
    "GetSecretValue": Operation(values.get_secret_value, reads=True),
    "ListResourcePolicies": Operation(policies.list_resource_policies, reads=True),
    "ListSecretVersionIds": Operation(listing.list_secret_version_ids, reads=True),
    "ListSecrets": Operation(listing.list_secrets, reads=True),
    "PutResourcePolicy": Operation(policies.put_resource_policy),
    "PutSecretValue": Operation(values.put_secret_value),
    "RemoveRegionsFromReplication": Operation(replication.remove_regions_from_replication),
    "ReplicateSecretToRegions": Operation(replication.replicate_secret_to_regions),
    "RestoreSecret": Operation(deletion.restore_secret),
    "RotateSecret": Operation(rotation.rotate_secret, refuse_missing_token=errors.invalid_parameter),
    "StopReplicationToReplica": Operation(
        replication.stop_replication_to_replica,
        permissions=(Permission("DeleteResourcePolicy", _is_cross_account_replica),),
    ),
    "TagResource": Operation(tags.tag_resource),
    "UntagResource": Operation(tags.untag_resource),
    "UpdateSecret": Operation(creation.update_secret),
    "UpdateSecretVersionStage": Operation(staging.update_secret_version_stage),
    "ValidateResourcePolicy": Operation(
        policies.validate_resource_policy, reads=True, permissions=(_with("ResourcePolicy", "PutResourcePolicy"),)
    ),
}
