"""Errors that wait to be answered: faults for a number of times, denials until they are allowed again.

Denials come before faults, the oldest first. None of them changes the store.
"""

from __future__ import annotations

import difflib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import errors, names
from .wire import MALFORMED, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .store import Store
    from .wire import _Malformed

    Error = str | Timeout | _Malformed

EVERY_OPERATION = "*"
_STATUSES = {
    "InternalServiceError": 500,
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
}
_TEXTS = {
    "ThrottlingException": "Rate exceeded",
    "ResourceNotFoundException": "Secrets Manager can't find the specified secret.",
    "InternalServiceError": "An error occurred on the server side.",
    "DecryptionFailure": "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    "EncryptionFailure": "Secrets Manager can't encrypt the protected secret text using the provided KMS key.",
    "ServiceUnavailable": "The service is unavailable. Please try again shortly.",
}


class NoAnswer(Exception):  # noqa: N818 - it stands for what does not come
    """A timeout or a malformed answer, on its way to the wire."""

    def __init__(self, kind: Timeout | _Malformed) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request as far as a fault looks at it; it may yet turn out not to be valid."""

    operation: str
    body: Mapping[str, Any] = field(repr=False)
    store: Store = field(repr=False)

    def secret_ids(self) -> list[str]:
        """Return how the request names its secrets."""
        listed = self.body.get("SecretIdList")
        named = [self.body.get("SecretId"), self.body.get("Name"), *(listed if isinstance(listed, list) else ())]
        return [secret_id for secret_id in named if isinstance(secret_id, str)]

    def is_about(self, secret_id: str | None) -> bool:
        """Tell whether the request is about a secret, whichever way either names it."""
        return secret_id is None or any(self._same(secret_id, other) for other in self.secret_ids())

    def is_denied_with(self, secret_id: str | None) -> bool:
        """Tell whether a denial about a secret concerns the whole request: a batch is denied secret by secret."""
        return secret_id is None or ("SecretIdList" not in self.body and self.is_about(secret_id))

    def _same(self, one: str, other: str) -> bool:
        if one == other:
            return True
        found, also = self.store.lookup(one), self.store.lookup(other)
        if found is None and also is None:  # gone: the name tells, but not of a secret that is about to be created
            return self.operation != "CreateSecret" and self._name_in(one) == self._name_in(other)
        return found is not None and also is not None and found.arn == also.arn

    def _name_in(self, secret_id: str) -> str:
        """Return the name that a SecretId stands for in this store; an ARN from elsewhere stands for itself."""
        arn = names.parse_arn(secret_id)
        is_here = arn is not None and (arn.account, arn.region) == (self.store.account, self.store.region)
        return arn.name if arn is not None and is_here else secret_id

    def _is_about_a_cross_account_replica(self) -> bool:
        found = [self.store.lookup(secret_id) for secret_id in self.secret_ids()]
        return any(secret is not None and secret.cross_account_primary is not None for secret in found)

    def permissions(self) -> Iterator[str]:
        """Yield the actions that the caller needs (the service model's "Required permissions")."""
        yield self.operation
        for member, action in _MORE_PERMISSIONS.get(self.operation, ()):
            if self.body.get(member):
                yield action
        if self.operation == "StopReplicationToReplica" and self._is_about_a_cross_account_replica():
            yield "DeleteResourcePolicy"

    def resource(self) -> str:
        """Return what IAM names as the resource: the secret as the caller named it."""
        ids = self.secret_ids()
        return ids[0] if len(ids) == 1 else "*"


#: (member that asks for it, action) beside the operation's own.
_MORE_PERMISSIONS = {
    "CreateSecret": (
        ("Tags", "TagResource"),
        ("AddReplicaRegions", "ReplicateSecretToRegions"),
        ("CrossAccountPrimaryARN", "PutResourcePolicy"),
    ),
    "BatchGetSecretValue": (("Filters", "ListSecrets"),),
    "ValidateResourcePolicy": (("ResourcePolicy", "PutResourcePolicy"),),
    "AssociateCrossAccountReplica": (
        ("SecretId", "GetSecretValue"),
        ("CrossAccountReplicaARN", "AcceptCrossAccountReplication"),
    ),
}


@dataclass(eq=False)
class Fault:
    """A fault that waits for its calls; `withdraw` takes it back."""

    operation: str
    error: Error
    times: int | None
    secret_id: str | None
    message: str | None
    left: int | None = None
    withdrawn: bool = False

    def withdraw(self) -> None:
        """Take the fault back: it strikes no more, and is not missed at the end of the test."""
        self.withdrawn = True

    @property
    def is_waiting(self) -> bool:
        """Whether it strikes the next call that it fits."""
        return not self.withdrawn and (self.left is None or self.left > 0)

    def fits(self, attempt: Attempt) -> bool:
        """Tell whether an attempt is one that it waits for."""
        return (
            self.is_waiting
            and self.operation in {EVERY_OPERATION, attempt.operation}
            and attempt.is_about(self.secret_id)
        )

    def strike(self) -> Exception:
        """Use the fault up once, and return what the attempt is answered with."""
        if self.left is not None:
            self.left -= 1
        if not isinstance(self.error, str):
            return NoAnswer(self.error)
        text = self.message if self.message is not None else _TEXTS.get(self.error, self.error)
        return errors.Refusal(self.error, text, _STATUSES.get(self.error, 400))

    def __str__(self) -> str:
        about = "" if self.secret_id is None else f" for {self.secret_id}"
        left = "any number of times" if self.left is None else f"{self.left} of {self.times} left"
        error = self.error if isinstance(self.error, str) else str(self.error.value)
        return f"{error} for {self.operation}{about} ({left})"


class Troubles:
    """The faults and denials of one fake."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._denials: list[tuple[str, str | None]] = []

    def fail(
        self, operation: str, error: Error, times: int | None, secret_id: str | None, message: str | None
    ) -> Fault:
        """Let the next calls fail."""
        if not isinstance(error, (str, Timeout)) and error is not MALFORMED:
            raise TypeError(
                f"fail() takes an error code, Timeout.CONNECT, Timeout.READ or MALFORMED as its error, not {error!r}."
            )
        if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
            raise ValueError(f"fail() takes times as a positive number, or None for until withdrawn, not {times!r}.")
        fault = Fault(operation, error, times, secret_id, message, left=times)
        self._faults.append(fault)
        return fault

    def deny(self, operation: str, secret_id: str | None) -> None:
        """Deny an action, or all, until it is allowed."""
        if (operation, secret_id) not in self._denials:
            self._denials.append((operation, secret_id))

    def allow(self, operation: str, secret_ids: set[str] | None) -> None:
        """Take back denials: of one action or all, of one secret, under any of its names, or of all."""
        self._denials = [
            (denied, about)
            for denied, about in self._denials
            if not (operation in {EVERY_OPERATION, denied} and (secret_ids is None or about in secret_ids))
        ]

    def unused(self) -> tuple[Fault, ...]:
        """Return the faults that were to strike a number of times and have not."""
        return tuple(fault for fault in self._faults if fault.times is not None and fault.is_waiting)

    def __bool__(self) -> bool:
        return bool(self._denials) or any(fault.is_waiting for fault in self._faults)

    def wait_for(self, attempt: Attempt) -> bool:
        """Tell whether something waits for an attempt, without using it up."""
        return self._denial(attempt) is not None or self._fault(attempt) is not None

    def strike(self, attempt: Attempt) -> None:
        """Raise what waits for an attempt, if anything does."""
        action = self._denial(attempt)
        if action is not None:
            raise denied(attempt, action)
        fault = self._fault(attempt)
        if fault is not None:
            raise fault.strike()

    def permit_each(self, attempt_of: Callable[[dict[str, Any]], Attempt]) -> Callable[[str, str], None]:
        """Return the check that a batch makes for each of its secrets."""

        def permit(action: str, secret_id: str) -> None:
            attempt = attempt_of({"SecretId": secret_id})
            if self._denies(action, attempt):
                raise denied(attempt, action)

        return permit

    def _denial(self, attempt: Attempt) -> str | None:
        return next((action for action in attempt.permissions() if self._denies(action, attempt)), None)

    def _denies(self, action: str, attempt: Attempt) -> bool:
        return any(
            denied in {EVERY_OPERATION, action} and attempt.is_denied_with(about) for denied, about in self._denials
        )

    def _fault(self, attempt: Attempt) -> Fault | None:
        return next((fault for fault in self._faults if fault.fits(attempt)), None)


def denied(attempt: Attempt, action: str) -> errors.Refusal:
    """Return a denial as IAM words it."""
    return errors.access_denied(
        f"User: arn:aws:iam::{attempt.store.account}:user/test is not authorized to perform: secretsmanager:{action} "
        f"on resource: {attempt.resource()} because no identity-based policy allows the secretsmanager:{action} action"
    )


def check_operation(operation: str, known: Iterable[str]) -> None:
    """Refuse an operation that the service does not have, naming what is near."""
    names = list(known)
    if operation != EVERY_OPERATION and operation not in names:
        near = difflib.get_close_matches(operation, names, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(
            f"Secrets Manager has no operation {operation!r}.{hint} Give a wire name such as DeleteSecret, or '*' for "
            "all."
        )


def all_operations(*groups: Iterable[str]) -> list[str]:
    """Return the names of several groups of operations, each once."""
    return sorted(set(itertools.chain.from_iterable(groups)))


#: Actions that an operation may need although no operation bears their name.
EXTRA_ACTIONS = ("AcceptCrossAccountReplication",)
