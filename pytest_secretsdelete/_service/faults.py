"""Errors that tests inject: faults for a number of times, denials until they are allowed again.

Denials come before faults, the oldest first. None of them changes the store.
"""

from __future__ import annotations

import difflib
import itertools
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from . import errors, names, places
from .operations import OPERATIONS
from .places import Asked
from .undo import Journal
from .wire import MALFORMED, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .entries import Call
    from .places import Place
    from .request import Request
    from .store import Store
    from .undo import Checkpoint
    from .wire import _Malformed, _NoEndpoint

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
    "AccessDeniedException": "Access to KMS is not allowed",  # seen: a key that may not be used; `deny` words IAM's own
    "DecryptionFailure": "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    "EncryptionFailure": "Secrets Manager can't encrypt the protected secret text using the provided KMS key.",
    "ServiceUnavailable": "The service is unavailable. Please try again shortly.",
}


class NoAnswer(Exception):  # noqa: N818 - it may be a missing answer
    """A timeout, a malformed answer or a missing endpoint, raised in the place of an answer."""

    #: What the test did to get this answer; None where it did nothing of the kind.
    asked: Asked | None = None

    def __init__(self, kind: Timeout | _NoEndpoint | _Malformed, hint: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.hint = hint


def secret_ids(request: Request | Mapping[str, object]) -> list[str]:
    """Return how a request, or its parameters, names its secrets; the request may still be invalid."""
    listed = request.get("SecretIdList")
    named = [request.get("SecretId"), request.get("Name"), *(listed if isinstance(listed, list) else ())]
    return [secret_id for secret_id in named if isinstance(secret_id, str)]


def names_secret(call: Call, secret_id: str) -> bool:
    """Return whether a call names a secret, whichever way; a name means the secrets of that name in every region."""
    arn = names.parse_arn(secret_id)
    is_here = arn is None or arn.region == call.region
    return is_here and any(names.is_same(secret_id, other) for other in secret_ids(call.parameters))


def is_about(request: Request, store: Store, secret_id: str | None) -> bool:
    """Return whether a request is about a secret, however either of them names it."""
    return secret_id is None or any(_is_same(request, store, secret_id, other) for other in secret_ids(request))


def _is_same(request: Request, store: Store, one: str, other: str) -> bool:
    if one == other:
        return True
    found, also = store.lookup(one), store.lookup(other)
    if found is None and also is None:  # the secret does not exist: compare names, unless the request creates it
        operation = OPERATIONS.get(request.operation)
        is_new = operation is not None and operation.creates
        return not is_new and _name_in(store, one) == _name_in(store, other)
    return found is not None and also is not None and found.arn == also.arn


def _name_in(store: Store, secret_id: str) -> str:
    """Return the name that a SecretId refers to in this store; an ARN from elsewhere is returned as it is."""
    arn = names.parse_arn(secret_id)
    is_here = arn is not None and (arn.account, arn.region) == (store.account, store.region)
    return arn.name if arn is not None and is_here else secret_id


def _is_denied_with(request: Request, store: Store, secret_id: str | None) -> bool:
    """Return whether a denial about a secret concerns the whole request: a batch is denied secret by secret."""
    return secret_id is None or ("SecretIdList" not in request and is_about(request, store, secret_id))


def _actions(request: Request, store: Store) -> Iterator[str]:
    """Return the actions that the caller needs."""
    operation = OPERATIONS.get(request.operation)
    known = operation.actions(request.operation, request.parameters, store) if operation else None
    return iter((request.operation,)) if known is None else known


@dataclass(eq=False)
class Fault:
    """A fault for the next matching calls: what `FakeSecretsManager.fail` returns."""

    operation: str
    """The operation, as it was given to `FakeSecretsManager.fail`."""
    error: Error
    """The error, as it was given to `FakeSecretsManager.fail`: a code, a `Timeout` or `MALFORMED`."""
    times: int | None
    """How many calls it answers; None for until it is withdrawn."""
    secret_id: str | None
    """The secret that the calls are about, as it was given; None for any."""
    message: str | None
    """The text of the error, as it was given; None for AWS's own."""
    left: int | None = None
    """How many more calls it answers; None for until it is withdrawn."""
    withdrawn: bool = False
    """Whether it has been withdrawn."""
    #: Where the test asked for it.
    _place: Place | None = field(default=None, repr=False)
    _journal: Journal = field(default_factory=Journal, repr=False)

    def withdraw(self) -> None:
        """Cancel the fault: it is not used any more, and not reported as unused at the end of the test."""
        with self._journal.lock:
            self._journal.attribute(self, "withdrawn")
            self.withdrawn = True

    @property
    def is_waiting(self) -> bool:
        """Whether it answers the next matching call."""
        return not self.withdrawn and (self.left is None or self.left > 0)

    def __str__(self) -> str:
        about = "" if self.secret_id is None else f" for {self.secret_id}"
        left = "any number of times" if self.left is None else f"{self.left} of {self.times} left"
        error = self.error if isinstance(self.error, str) else str(self.error.value)
        return f"{error} for {self.operation}{about} ({left})"


def _fits(fault: Fault, request: Request, store: Store) -> bool:
    return (
        fault.is_waiting
        and fault.operation in {EVERY_OPERATION, request.operation}
        and is_about(request, store, fault.secret_id)
    )


def _use_up(fault: Fault) -> Exception:
    """Use a fault up once, and return what the call is answered with."""
    if fault.left is not None:
        fault.left -= 1
    answer = _answer_of(fault)
    answer.asked = Asked("fail()", fault._place)  # noqa: SLF001 - of this module
    return answer


def _answer_of(fault: Fault) -> NoAnswer | errors.Refusal:
    if not isinstance(fault.error, str):
        return NoAnswer(fault.error)
    text = fault.message if fault.message is not None else _TEXTS.get(fault.error, fault.error)
    return errors.Refusal(fault.error, text, _STATUSES.get(fault.error, 400))


class Failures:
    """The faults and denials of one fake."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # replaced as a whole, so that a checkpoint keeps them as they are
        self._faults: tuple[Fault, ...] = ()
        #: The denied actions, each with the secret that it is denied for, and where the test asked for it.
        self._denials: dict[tuple[str, str | None], Place | None] = {}

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
        place = places.here()
        fault = Fault(operation, error, times, secret_id, message, left=times, _place=place, _journal=self._journal)
        with self._journal.lock:
            self._journal.note(fault, "withdrawn", value=True, put_back=partial(setattr, fault))
            self._journal.attribute(self, "_faults")
            self._faults = (*(older for older in self._faults if older.is_waiting), fault)
        return fault

    def deny(self, operation: str, secret_id: str | None) -> None:
        """Deny an action, or all, until it is allowed."""
        place = places.here()
        with self._journal.lock:
            self._journal.attribute(self, "_denials")
            if (operation, secret_id) not in self._denials:
                self._denials = {**self._denials, (operation, secret_id): place}

    def allow(self, operation: str, secret_ids: set[str] | None) -> None:
        """Take back denials: of one action or all, of one secret, under any of its names, or of all."""
        with self._journal.lock:
            self._journal.attribute(self, "_denials")
            self._denials = {
                (denied, about): place
                for (denied, about), place in self._denials.items()
                if not (operation in {EVERY_OPERATION, denied} and (secret_ids is None or about in secret_ids))
            }

    def unused(self, since: Checkpoint | None = None) -> tuple[Fault, ...]:
        """Return the faults with a number of times that have been used fewer times than that."""
        older = () if since is None else self._journal.changed_since(since, self).get("_faults", self._faults)
        made = (fault for fault in self._faults if fault not in older)
        return tuple(fault for fault in made if fault.times is not None and fault.is_waiting)

    def __bool__(self) -> bool:
        if self._denials or not self._faults:
            return bool(self._denials)
        return any(fault.is_waiting for fault in self._faults)

    def wait_for(self, request: Request, store: Store) -> bool:
        """Return whether a fault or a denial matches a request, without using it up."""
        return self._denial(request, store) is not None or self._fault(request, store) is not None

    def raise_matching(self, request: Request, store: Store) -> None:
        """Raise the first denial or fault that matches a request, if any."""
        denial = self._denial(request, store)
        if denial is not None:
            raise denial
        fault = self._fault(request, store)
        if fault is not None:
            self._journal.attribute(fault, "left")
            raise _use_up(fault)

    def permit_each(self, request: Request, store: Store) -> Callable[[str, str], None]:
        """Return the check that a batch makes for each of its secrets."""

        def permit(action: str, secret_id: str) -> None:
            single = replace(request, parameters={"SecretId": secret_id})
            denial = self._denial_of(action, single, store)
            if denial is not None:
                raise denial

        return permit

    def _denial(self, request: Request, store: Store) -> errors.Refusal | None:
        actions = _actions(request, store) if self._denials else ()
        return next(filter(None, (self._denial_of(action, request, store) for action in actions)), None)

    def _denial_of(self, action: str, request: Request, store: Store) -> errors.Refusal | None:
        for (operation, about), place in self._denials.items():
            if operation in {EVERY_OPERATION, action} and _is_denied_with(request, store, about):
                refusal = denied(request, action)
                refusal.asked = Asked("deny()", place)
                return refusal
        return None

    def _fault(self, request: Request, store: Store) -> Fault | None:
        return next((fault for fault in self._faults if _fits(fault, request, store)), None)


def denied(request: Request, action: str) -> errors.Refusal:
    """Return a denial as IAM words it; the resource is the secret as the caller named it (seen).

    For an action without a resource, and a request that names no secret, the text has no resource.
    """
    resource = None if action in ACTIONS_WITHOUT_RESOURCE else next(iter(secret_ids(request)), None)
    return errors.not_authorized(request.account, action, resource, "identity-based")


def check_operation(operation: str, known: Iterable[str]) -> None:
    """Refuse an operation that the service does not have; the message lists similar names."""
    names = list(known)
    if operation != EVERY_OPERATION and operation not in names:
        near = difflib.get_close_matches(operation, names, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(
            f"Secrets Manager has no operation {operation!r}.{hint} Give a wire name such as DeleteSecret, or '*' for "
            "all."
        )


def all_operations(*groups: Iterable[str]) -> list[str]:
    """Return the names of several groups of operations, each once."""
    return sorted(set(itertools.chain.from_iterable(groups)))


#: Actions that are about no single secret (Service Authorization Reference).
ACTIONS_WITHOUT_RESOURCE = {"BatchGetSecretValue", "GetRandomPassword", "ListSecrets"}
#: Actions that an operation may need although no operation bears their name.
EXTRA_ACTIONS = ("AcceptCrossAccountReplication",)
