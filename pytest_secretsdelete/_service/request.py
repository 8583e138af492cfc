"""A request whose members have been read and checked: what an operation works from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import errors, names
from .rules import policy_evaluation

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Secret
    from .store import Store


@dataclass(frozen=True, slots=True)
class Request:
    """One checked request: the operation's own words, who asks, where, and when."""

    operation: str
    #: Members under their wire names; those that were absent or null are not in it.
    parameters: dict[str, Any] = field(repr=False)
    account: str
    region: str
    at: int
    #: What runs after the answer is settled and the lock is given back: rotations.
    afterwards: list[Callable[[], None]] = field(default_factory=list, repr=False)
    #: Refuses an action on one of several secrets, where it is denied.
    permit: Callable[[str, str], None] = field(default=lambda _action, _secret_id: None, repr=False)

    def get(self, member: str, default: Any = None) -> Any:
        """Return a member, or the default where it is absent."""
        return self.parameters.get(member, default)

    def __getitem__(self, member: str) -> Any:
        return self.parameters[member]

    def __contains__(self, member: str) -> bool:
        return member in self.parameters


def find(store: Store, request: Request, secret_id: str | None = None, *, action: str | None = None) -> Secret:
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
        admit(secret, request, action or request.operation)
    return secret


def admit(secret: Secret, request: Request, operation: str) -> None:
    """Refuse a caller from another account whom the secret's resource policy does not admit."""
    action = f"secretsmanager:{operation}"
    if not policy_evaluation.allows(secret.policy, account=request.account, action=action, resource=secret.arn):
        raise errors.access_denied(
            f"User: arn:aws:iam::{request.account}:user/test is not authorized to perform: {action} on "
            f"resource: {secret.arn} because no resource-based policy allows the {action} action"
        )


def find_usable(store: Store, request: Request) -> Secret:
    """Find the secret that a request reads the value of or changes: not one scheduled for deletion."""
    secret = find(store, request)
    refuse_scheduled(secret)
    return secret


def find_primary(store: Store, request: Request) -> Secret:
    """Find the secret that a request changes: not scheduled for deletion, nor a replica, which follows its primary."""
    secret = find_usable(store, request)
    refuse_replica(secret)
    if secret.cross_account_primary is not None:
        raise errors.invalid_request("You can't perform this operation on a cross-account replica secret.")  # inferred
    return secret


def refuse_replica(secret: Secret) -> None:
    """Refuse a replica of another region: it is changed through its primary (documentation; the text is inferred)."""
    if secret.is_replica:
        raise errors.invalid_request(
            "Operation not permitted on a replica secret. Call must be made in primary secret's region."
        )


def refuse_scheduled(secret: Secret) -> None:
    """Refuse a secret that is scheduled for deletion."""
    if secret.is_scheduled_for_deletion:
        raise errors.invalid_request(errors.MARKED_FOR_DELETION)


def refuse_foreign_default_key(secret: Secret, request: Request) -> None:
    """Refuse the value of another account's secret under the default key (asserted against AWS)."""
    if secret.account_id != request.account and secret.kms_key_id is None:
        raise errors.invalid_request(
            "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
            "service key."
        )


def named(secret: Secret, **members: Any) -> dict[str, Any]:
    """Return the answer that most operations give: the secret's ARN and name, then the operation's own."""
    return {"ARN": secret.arn, "Name": secret.name, **members}
