"""AWS JSON 1.1: turns a request into an answer.

It reads the body, finds the operation, checks the members against the service model, requires the idempotency
token, and runs the operation under the vault's lock. Every result is an answer; nothing is raised.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from . import errors
from .delays import DelayAsked, WrongDelay
from .faults import NoAnswer
from .operations import OPERATIONS
from .request import Outcome, Request, permit_all
from .undo import CheckpointEndedError, check_is_open
from .wire import NO_ENDPOINT, Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from .faults import Failures
    from .operations import Operation
    from .store import Store, Vault
    from .validation import RequestChecker
    from .wire import Incoming


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


#: json.loads would also take NaN, UTF-16 and halves of surrogate pairs in UTF-8, which no JSON on a wire has.
_JSON = json.JSONDecoder(parse_constant=_refuse)
_BYTE_ORDER_MARK = "\ufeff"
_WHITE_SPACE = " \t\n\r"


def read_body(body: bytes) -> dict[str, Any]:
    """Return the members of a request's body, or refuse it (code documented for the protocol, text inferred)."""
    try:
        text = (body or b"{}").decode().removeprefix(_BYTE_ORDER_MARK).strip(_WHITE_SPACE)
        members, end = _JSON.raw_decode(text)  # decode() looks for white space with regular expressions
        if end != len(text):
            _refuse("more than one value")
    except (ValueError, RecursionError):
        raise errors.serialization("The request body is not valid JSON") from None
    if not isinstance(members, dict):
        raise errors.serialization("The request body is not a JSON object")
    if b"\\u" in body:
        _refuse_surrogates(members)
    return members


def _refuse_surrogates(members: dict[str, Any]) -> None:
    """Refuse text with half of a surrogate pair, which only an escape can bring in: no UTF-8 holds it (inferred)."""
    try:
        json.dumps(members, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise errors.serialization("The request body holds a lone surrogate") from None


class Transaction:
    """One attempt at an operation: its request as far as it could be read, and what became of it."""

    def __init__(self, vault: Vault, failures: Failures, store: Store, incoming: Incoming, *, at: int) -> None:
        self._vault = vault
        self._failures = failures
        self._store = store
        self._incoming = incoming
        self._at = at
        self._checkpoint = vault.rotations.checkpoint
        self._attempt = vault.timeline.begin(incoming.operation, store.region, at, store.account)

    def answer(self, checker: RequestChecker | None) -> Answer:
        """Carry out the operation, or refuse it."""
        try:
            outcome = self._run(*self._read(checker))
        except NoAnswer as none:
            self._attempt.end(none.kind.value, asked=none.asked)
            return Answer(200, {}, self._at, none.kind, none.hint)
        except errors.Refusal as refusal:
            return self._refused(refusal)
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, CheckpointEndedError):
                return self._refused(unexpected(error))  # the caller never gets a Python exception
            self._attempt.break_off()
            raise
        self._attempt.end()
        if outcome.rotation is not None:
            self._vault.rotations.run(self._vault, outcome.rotation)
        return Answer(200, outcome.members, self._at)

    def _refused(self, refusal: errors.Refusal) -> Answer:
        answer = Answer(refusal.status, refusal.members, self._at)
        self._attempt.end(refusal.code, refusal.message, request_id=answer.request_id, asked=refusal.asked)
        return answer

    def _read(self, checker: RequestChecker | None) -> tuple[Operation, Request]:
        body = read_body(self._incoming.body)
        operation = OPERATIONS.get(self._incoming.operation)
        if checker is None or operation is None:
            raise errors.not_implemented(self._incoming.operation)
        self._attempt.keep(checker.redact(body))
        region = self._store.region
        if region not in self._vault.regions:
            raise NoAnswer(NO_ENDPOINT, f"The region {region!r} {self._vault.regions.why_not(region)}")
        check_is_open(self._checkpoint, self._incoming.operation)
        permit = self._permit(body) if self._failures else permit_all
        name, account = self._incoming.operation, self._store.account
        request = Request(name, checker.read(body), account, region, self._at, permit)
        if checker.needs_token and "ClientRequestToken" not in request:
            raise operation.refuse_missing_token(errors.NO_TOKEN)
        return operation, request

    def _permit(self, body: dict[str, Any]) -> Callable[[str, str], None]:
        """Raise a failure that matches the request; return the check that a batch makes for each of its secrets."""
        asked = Request(self._incoming.operation, body, self._store.account, self._store.region, self._at)
        with self._vault.lock:
            check_is_open(self._checkpoint, self._incoming.operation)
            self._failures.raise_matching(asked, self._store)
        return self._failures.permit_each(asked, self._store)

    def _run(self, operation: Operation, request: Request) -> Outcome:
        """Run an operation under the lock; where it asks for a delay of the test's, outside of it, and then again."""
        try:
            return self._run_locked(operation, request)
        except DelayAsked as asked:
            delay = asked.answer()
        return self._run_locked(operation, replace(request, delay=delay))

    def _run_locked(self, operation: Operation, request: Request) -> Outcome:
        with self._vault.lock:
            check_is_open(self._checkpoint, self._incoming.operation)
            try:
                given = operation.run(self._store, request)
            except errors.Refusal as refusal:
                self._note_refused_access(request, refusal)
                raise
            outcome = given if isinstance(given, Outcome) else Outcome(given)
            if not operation.reads:
                members = outcome.members
                detail = {"versionId": members["VersionId"]} if "VersionId" in members else {}
                self._attempt.note(self._arn_of(request, members), **detail)
        return outcome

    def _arn_of(self, request: Request, members: dict[str, Any]) -> str:
        if "ARN" in members:
            return str(members["ARN"])
        secret = self._store.lookup(request["SecretId"])
        return secret.arn if secret is not None else ""

    def _note_refused_access(self, request: Request, refusal: errors.Refusal) -> None:
        """Record an access to a secret that is scheduled for deletion, which AWS's documented alarm looks for."""
        secret_id = request.get("SecretId")
        secret = self._store.lookup(secret_id) if secret_id else None
        if secret is not None and secret.is_scheduled_for_deletion:
            self._attempt.note(secret.arn, errorCode=refusal.code, errorMessage=refusal.message)


def unexpected(error: Exception) -> errors.Refusal:
    """Return the answer to a mistake in the fake, or in a callable that the test gave to it."""
    if isinstance(error, WrongDelay):  # its text shows no more than a type, or a time
        return errors.Refusal("InternalServiceError", str(error), 500)
    return errors.Refusal(
        "InternalServiceError",
        f"pytest-secretsdelete failed with {type(error).__name__} while it answered: a mistake of the fake, or of a "
        "function that the test gave to it.",
        500,
    )
