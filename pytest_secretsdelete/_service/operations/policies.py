"""The resource policy of a secret: put, read, list, delete, validate. There is one, named default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..rules import policy, policy_evaluation
from .lookup import find, find_usable, named, refuse_replica
from .paging import page
from .replication import sync_replicas

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store

DEFAULT_POLICY = "default"
PAGE_SIZE = 100


def put_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Attach a policy, or put it in the place of the one that is there."""
    secret = find_usable(store, request)
    refuse_replica(secret)
    _refuse_other_names(request)
    document = request["ResourcePolicy"]
    _check_syntax(document)
    if request.get("BlockPublicPolicy", False) and policy_evaluation.public_findings(document):
        raise errors.Refusal(
            "PublicPolicyException",
            "You can't attach a resource policy that allows broad access to the secret while BlockPublicPolicy is on.",
        )  # text inferred
    secret = store.vault.change(secret, request.at, policy=document)
    sync_replicas(store.vault, secret, request.at)
    return named(secret)


def get_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Return the policy; without one, the answer has no ResourcePolicy."""
    secret = find_usable(store, request)
    if request.get("PolicyName", DEFAULT_POLICY) != DEFAULT_POLICY:
        raise errors.not_found("Secrets Manager can't find the specified resource policy.")  # text inferred
    return named(secret) if secret.policy is None else named(secret, ResourcePolicy=secret.policy)


def delete_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """Take the policy off; where there is none, nothing changes."""
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
    """Check a policy without attaching it: its syntax, broad access, and whether it locks out the caller."""
    secret = find(store, request) if "SecretId" in request else None
    document = request["ResourcePolicy"]
    _check_syntax(document)
    findings = (
        *policy_evaluation.public_findings(document),
        *policy_evaluation.lockout_findings(
            document, caller_account=request.account, resource=secret.arn if secret else None
        ),
    )
    errors = [{"CheckName": finding.check, "ErrorMessage": finding.message} for finding in findings]
    return {"PolicyValidationPassed": not errors, "ValidationErrors": errors}


def _check_syntax(document: str) -> None:
    try:
        policy.check_syntax(document)
    except policy.MalformedPolicy as malformed:
        raise errors.Refusal(
            "MalformedPolicyDocumentException", f"This resource policy contains a syntax error: {malformed}"
        ) from None  # text inferred


def _refuse_other_names(request: Request) -> None:
    """Refuse to change a policy of another name: the default one alone can be changed (documentation)."""
    if request.get("PolicyName", DEFAULT_POLICY) != DEFAULT_POLICY:
        raise errors.invalid_parameter("You can only modify the default resource policy.")  # text inferred
