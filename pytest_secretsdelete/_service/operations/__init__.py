"""Every operation of the service by its wire name; each is a function `(store, request) -> dict`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable

    from ..request import Request
    from ..store import Store

    Operation = Callable[[Store, Request], dict[str, Any]]

OPERATIONS: dict[str, Operation] = {
    "AssociateCrossAccountReplica": cross_account.associate_cross_account_replica,
    "BatchGetSecretValue": values.batch_get_secret_value,
    "CancelRotateSecret": rotation.cancel_rotate_secret,
    "CreateSecret": creation.create_secret,
    "DeleteResourcePolicy": policies.delete_resource_policy,
    "DeleteSecret": deletion.delete_secret,
    "DescribeSecret": listing.describe_secret,
    "DisassociateCrossAccountReplica": cross_account.disassociate_cross_account_replica,
    "GetRandomPassword": passwords.get_random_password,
    "GetResourcePolicy": policies.get_resource_policy,
    "GetSecretValue": values.get_secret_value,
    "ListResourcePolicies": policies.list_resource_policies,
    "ListSecretVersionIds": listing.list_secret_version_ids,
    "ListSecrets": listing.list_secrets,
    "PutResourcePolicy": policies.put_resource_policy,
    "PutSecretValue": values.put_secret_value,
    "RemoveRegionsFromReplication": replication.remove_regions_from_replication,
    "ReplicateSecretToRegions": replication.replicate_secret_to_regions,
    "RestoreSecret": deletion.restore_secret,
    "RotateSecret": rotation.rotate_secret,
    "StopReplicationToReplica": replication.stop_replication_to_replica,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "UpdateSecret": creation.update_secret,
    "UpdateSecretVersionStage": staging.update_secret_version_stage,
    "ValidateResourcePolicy": policies.validate_resource_policy,
}
