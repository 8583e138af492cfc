"""The resource policy of a secret: put, read, list, delete, validate. There is one, named default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..rules import policy, policy_evaluation
from ..rules.policy_text import rewritten
from .lookup import find, find_usable, named, refuse_replica
from .paging import page
from .replication import sync_replicas

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store

DEFAULT_POLICY = "default"
PAGE_SIZE = 100
# AWS's texts (documentation of managing resource policies).
PUBLIC = "You can't attach a resource-based policy that allows broad access to the secret."
VALIDATED_PUBLIC = (
    "This resource policy grants broad access to your secret. Secrets Manager does not allow creating and applying "
    "such policies in the console."
)
LOCKOUT = "Your requested changes will not allow you to manage this secret in the future."
#: The names of the checks that ValidateResourcePolicy makes of what can be read; all inferred.
_CHECKS = {
    policy.SYNTAX: "Syntax",
    policy.UNSUPPORTED_PRINCIPAL: "Principal",
    policy.INVALID_SERVICE_PRINCIPAL: "ServicePrincipal",
    VALIDATED_PUBLIC: "PublicPolicy",
    LOCKOUT: "CallerLockout",
}


def put_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Attach a policy, or replace the existing one."""
    secret = find_usable(store, request)
    refuse_replica(secret)
    _refuse_other_names(request)
    document = request["ResourcePolicy"]
    block_public = bool(request.get("BlockPublicPolicy"))
    check_policy(document, account=request.account, resource=secret.arn, block_public=block_public)
    secret = store.vault.change(secret, request.at, policy=document)
    sync_replicas(store.vault, secret, request.at)
    return named(secret)


def check_policy(document: str, *, account: str, resource: str | None, block_public: bool = False) -> None:
    """Refuse a policy that cannot be attached to the secret with this ARN; None where the ARN is not known yet."""
    try:
        policy.read(document)
    except policy.MalformedPolicy as malformed:
        raise _malformed(malformed) from None
    if block_public and policy_evaluation.is_public(document):
        raise errors.Refusal("PublicPolicyException", PUBLIC)
    if policy_evaluation.locks_out(document, account=account, resource=resource):
        raise errors.invalid_parameter(LOCKOUT)  # code inferred


def get_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Return the policy, formatted as AWS does; without one, the answer has no ResourcePolicy."""
    secret = find_usable(store, request)
    if request.get("PolicyName", DEFAULT_POLICY) != DEFAULT_POLICY:
        raise errors.not_found("Secrets Manager can't find the specified resource policy.")  # text inferred
    return named(secret) if secret.policy is None else named(secret, ResourcePolicy=rewritten(secret.policy))


def delete_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Remove the policy; where there is none, nothing changes."""
    secret = find_usable(store, request)
    refuse_replica(secret)
    _refuse_other_names(request)
    if secret.policy is not None:
        secret = store.vault.change(secret, request.at, policy=None)
        sync_replicas(store.vault, secret, request.at)
    return named(secret)


def list_resource_policies(store: Store, request: Request) -> dict[str, Any]:
    """List the names of the policies: default, or none."""
    secret = find_usable(store, request)
    names = [] if secret.policy is None else [DEFAULT_POLICY]
    chosen, more = page(
        request, names, size=request.get("MaxResults", PAGE_SIZE), key=lambda name: (name,), arn=secret.arn
    )
    return {"ResourcePolicies": [{"PolicyName": name} for name in chosen], **more}


def validate_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Check a policy without attaching it: its syntax, broad access, and whether it locks out the caller.

    What is no JSON object at all is refused, as the service model says; other faults are listed (documentation).
    """
    secret = find(store, request) if "SecretId" in request else None
    try:
        found = _found(request["ResourcePolicy"], request.account, secret.arn if secret else None)
    except policy.NoJson as malformed:
        raise _malformed(malformed) from None
    listed = [{"CheckName": _CHECKS[text], "ErrorMessage": text} for text in found]
    return {"PolicyValidationPassed": not listed, "ValidationErrors": listed}


def _found(document: str, account: str, resource: str | None) -> list[str]:
    """Return the texts of what is wrong with a policy; NoJson for what is no JSON object."""
    try:
        policy.read(document)
    except policy.NoJson:
        raise
    except policy.MalformedPolicy as malformed:
        return [str(malformed)]
    public = [VALIDATED_PUBLIC] if policy_evaluation.is_public(document) else []
    lockout = [LOCKOUT] if policy_evaluation.locks_out(document, account=account, resource=resource) else []
    return [*public, *lockout]


def _malformed(malformed: policy.MalformedPolicy) -> errors.Refusal:
    return errors.Refusal("MalformedPolicyDocumentException", str(malformed))


def _refuse_other_names(request: Request) -> None:
    """Refuse to change a policy of another name: the default one alone can be changed (documentation)."""
    if request.get("PolicyName", DEFAULT_POLICY) != DEFAULT_POLICY:
        raise errors.invalid_parameter("You can only modify the default resource policy.")  # text inferred
