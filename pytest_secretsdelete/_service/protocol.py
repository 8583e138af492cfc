"""JSON 1.1: one request in, one answer out.

The body is read, the operation found, its members checked against the service model, the idempotency token
asked for, and the operation run under the vault's lock. Every ending is an answer; nothing is raised.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from . import errors
from .faults import Attempt, NoAnswer
from .instant import to_datetime
from .operations import OPERATIONS
from .request import Request
from .timeline import Call, Event
from .wire import Answer, Incoming

if TYPE_CHECKING:
    from .faults import Troubles
    from .store import Vault
    from .validation import RequestChecker

#: Operations that read only: a success of theirs is no step in the life of a secret.
_READING = ("Get", "BatchGet", "Describe", "List", "Validate")
_TOKEN_REFUSED = {"RotateSecret": errors.invalid_parameter}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


#: json.loads would also take NaN, UTF-16 and halves of surrogate pairs in UTF-8, which no JSON on a wire has.
_JSON = json.JSONDecoder(parse_constant=_refuse)


def read_body(body: bytes) -> dict[str, Any]:
    """Return the members of a request's body, or refuse it (code documented for the protocol, text inferred)."""
    try:
        members = _JSON.decode((body or b"{}").decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise errors.serialization("The request body is not valid JSON") from None
    if not isinstance(members, dict):
        raise errors.serialization("The request body is not a JSON object")
    return members


class Transaction:
    """One attempt at an operation: its request as far as it could be read, and what became of it."""

    def __init__(
        self, vault: Vault, troubles: Troubles, incoming: Incoming, *, account: str, region: str, at: int
    ) -> None:
        self._vault = vault
        self._troubles = troubles
        self._incoming = incoming
        self._account = account
        self._region = region
        self._at = at
        self._shown: dict[str, Any] = {}
        self._began = vault.timeline.mark()

    def answer(self, checker: RequestChecker | None) -> Answer:
        """Carry the operation out, or refuse it."""
        try:
            request = self._read(checker)
            members = self._run(request)
        except NoAnswer as none:
            self._record(none.kind.value)
            return Answer(200, {}, self._at, none.kind)
        except errors.Refusal as refusal:
            return self._refused(refusal)
        except Exception as error:  # noqa: BLE001 - no bare Python exception ever reaches the caller
            return self._refused(unexpected(error))
        self._record(None)
        for follow_up in request.afterwards:
            follow_up()
        return Answer(200, members, self._at)

    def _refused(self, refusal: errors.Refusal) -> Answer:
        self._record(refusal.code, refusal.message)
        return Answer(refusal.status, {"__type": refusal.code, "Message": refusal.message}, self._at)

    def _read(self, checker: RequestChecker | None) -> Request:
        operation = self._incoming.operation
        body = read_body(self._incoming.body)
        if checker is None or operation not in OPERATIONS:
            raise errors.not_implemented(operation)
        self._shown = checker.redact(body)
        with self._vault.lock:
            self._troubles.strike(self._attempt(body))
        parameters = checker.read(body)
        if checker.needs_token and "ClientRequestToken" not in parameters:
            raise _TOKEN_REFUSED.get(operation, errors.invalid_request)(errors.NO_TOKEN)
        permit = self._troubles.permit_each(self._attempt)
        return Request(operation, parameters, self._account, self._region, self._at, permit=permit)

    def _attempt(self, body: dict[str, Any]) -> Attempt:
        return Attempt(self._incoming.operation, body, self._vault.store(self._account, self._region))

    def _run(self, request: Request) -> dict[str, Any]:
        vault = self._vault
        with vault.lock:
            before = len(vault.timeline.events)
            try:
                members = OPERATIONS[request.operation](vault.store(self._account, self._region), request)
            except errors.Refusal as refusal:
                self._note_refused_access(request, refusal)
                raise
            if not request.operation.startswith(_READING):
                event = self._event(self._arn_of(request, members), members)
                vault.timeline.events.insert(before, event)
        return members

    def _arn_of(self, request: Request, members: dict[str, Any]) -> str:
        if "ARN" in members:
            return str(members["ARN"])
        secret = self._vault.store(self._account, self._region).lookup(request["SecretId"])
        return secret.arn if secret is not None else ""

    def _event(self, arn: str, members: dict[str, Any]) -> Event:
        detail = {"versionId": members["VersionId"]} if "VersionId" in members else {}
        return Event(self._incoming.operation, arn, self._region, to_datetime(self._at), detail)

    def _note_refused_access(self, request: Request, refusal: errors.Refusal) -> None:
        """Note an access to a secret that is scheduled for deletion: what AWS's own alarm looks for."""
        secret_id = request.get("SecretId")
        secret = self._vault.store(self._account, self._region).lookup(secret_id) if secret_id else None
        if secret is not None and secret.is_scheduled_for_deletion:
            detail = {"errorCode": refusal.code, "errorMessage": refusal.message}
            event = Event(request.operation, secret.arn, self._region, to_datetime(self._at), detail)
            self._vault.timeline.events.append(event)

    def _record(self, code: str | None, text: str | None = None) -> None:
        call = Call(self._incoming.operation, self._shown, self._region, to_datetime(self._at), code)
        self._vault.timeline.call(call, self._began, text)


def unexpected(error: Exception) -> errors.Refusal:
    """Return the answer to a mistake in the fake, or in a callable that the test gave to it."""
    return errors.Refusal(
        "InternalServiceError",
        f"pytest-secretsdelete failed with {type(error).__name__} while it answered: a mistake of the fake, or of a "
        "function that the test gave to it.",
        500,
    )
