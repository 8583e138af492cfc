"""Finds the secret that a request is about, or refuses as AWS does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, names
from ..model import own_key
from ..rules.policy_evaluation import allows

if TYPE_CHECKING:
    from ..model import SecretRecord
    from ..request import Request
    from ..store import Store


def find(store: Store, request: Request, secret_id: str | None = None, *, action: str | None = None) -> SecretRecord:
    """Find the secret that a request is about, or refuse as AWS does.

    A secret of another account is reached by its ARN alone, where its resource policy admits the caller
    (asserted against AWS); ResourceNotFoundException and AccessDeniedException otherwise.
    """
    wanted = request["SecretId"] if secret_id is None else secret_id
    if not names.is_arn(wanted) and not names.is_valid_name(wanted):
        raise errors.validation(errors.BAD_NAME)
    secret = store.lookup(wanted)
    if secret is None:
        raise errors.not_found()
    if secret.account_id != request.account:
        admit(secret, request, action or request.operation, named_as=wanted)
    return secret


def admit(secret: SecretRecord, request: Request, action: str, *, named_as: str) -> None:
    """Refuse a caller from another account whom the secret's resource policy does not admit."""
    if not allows(secret.policy, account=request.account, action=f"secretsmanager:{action}", resource=secret.arn):
        raise errors.not_authorized(request.account, action, named_as, "resource-based")


def find_usable(store: Store, request: Request) -> SecretRecord:
    """Find the secret that a request reads the value of or changes: not one scheduled for deletion."""
    secret = find(store, request)
    refuse_scheduled(secret)
    return secret


def find_primary(store: Store, request: Request) -> SecretRecord:
    """Find the secret that a request changes: not scheduled for deletion, nor a replica, which follows its primary."""
    secret = find_usable(store, request)
    refuse_replica(secret)
    if secret.cross_account_primary is not None:
        raise errors.invalid_parameter(
            "You can't perform this operation on a cross-account replica secret."
        )  # inferred
    return secret


def refuse_replica(secret: SecretRecord) -> None:
    """Refuse a replica of another region: it is changed, and deleted, through its primary (seen)."""
    if secret.is_replica:
        raise errors.invalid_parameter(
            "Operation not permitted on a replica secret. Call must be made in primary secret's region."
        )


def refuse_scheduled(secret: SecretRecord) -> None:
    """Refuse a secret that is scheduled for deletion."""
    if secret.is_scheduled_for_deletion:
        raise errors.invalid_request(errors.MARKED_FOR_DELETION)


def refuse_foreign_default_key(secret: SecretRecord, request: Request) -> None:
    """Refuse the value of another account's secret under the default key (asserted against AWS)."""
    if secret.account_id != request.account and own_key(secret.kms_key_id) is None:
        raise errors.invalid_request(
            "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
            "service key."
        )


def named(secret: SecretRecord, **members: Any) -> dict[str, Any]:
    """Return the answer that most operations give: the secret's ARN and name, then the operation's own."""
    return {"ARN": secret.arn, "Name": secret.name, **members}
