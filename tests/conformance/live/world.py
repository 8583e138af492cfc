"""The world of a row at an endpoint: calls under the names of the row, waiting for what is not yet consistent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ..runner import model_of, resolved
from ..table import ACCOUNT, HERE, TOKENS, Row
from .cleaning import NOT_FOUND, code_of, destroy
from .endpoint import Endpoint
from .names import Names, Place
from .plan import WithoutFake

TEN_MINUTES = 600_000
NOT_FREE = ("InvalidRequestException", "ResourceExistsException")  # what AWS says of a name after a forced deletion
READS = ("BatchGet", "Describe", "Get", "List")


@dataclass(frozen=True)
class Outcome:
    """What a call came to: the members of its answer, or the refusal."""

    members: dict[str, Any] | None
    refusal: ClientError | None = None


class LiveWorld(WithoutFake):
    """What a row's steps act on."""

    tolerance = TEN_MINUTES

    def __init__(self, row: Row, names: Names, endpoint: Endpoint) -> None:
        self.row, self.names, self.endpoint = row, names, endpoint
        self.start = time.time_ns() // 1_000_000
        self._arns: dict[str, str] = {}
        self._created: list[tuple[str, str]] = []
        self.last = Outcome(None)

    def arn(self, name: str) -> str:
        """Return the ARN that a secret of this row has, or had, in the words of the table."""
        return self._arns.get(name, "")

    def call(self, operation: str, account: str = ACCOUNT, region: str = HERE, **parameters: Any) -> dict[str, Any]:
        """Make a call that is not the row's own; wait for what has just been created."""
        parameters = resolved(parameters, self)
        outcome = self._settled(
            lambda: self._outcome(operation, region, parameters),
            lambda one: not is_to_come(operation, one),
        )
        if outcome.members is None:
            raise outcome.refusal
        if operation == "CreateSecret":
            self._arns[parameters["Name"]] = outcome.members["ARN"]
        return outcome.members

    def send(self, agrees: Callable[[Outcome], bool]) -> Outcome:
        """Make the row's own call; wait while it differs in what may not be consistent yet."""
        operation, parameters = self.row.operation, resolved(self.row.call, self)
        token = {"ClientRequestToken": TOKENS[9]} if "ClientRequestToken" in members_of(operation) else {}
        parameters = {**token, **parameters}
        return self._settled(
            lambda: self._outcome(operation, self.row.region, parameters),
            lambda one: agrees(one) or not (operation.startswith(READS) or is_to_come(operation, one)),
        )

    def holds(self, check: Callable[[LiveWorld], None]) -> None:
        """Make a check of what is there; wait while it fails for what may not be consistent yet."""
        for pause in self.endpoint.pauses:
            try:
                return check(self)
            except (AssertionError, LookupError, ClientError):
                time.sleep(pause)
        return check(self)

    def clean(self) -> None:
        """Remove what the row has created; what resists is left to the sweep at the end."""
        for region, name in self._created:
            destroy(self.endpoint.client(region), name, self.endpoint.pauses)

    def _outcome(self, operation: str, region: str, parameters: dict[str, Any]) -> Outcome:
        """Make one call in the words of the endpoint."""
        region = self.names.place.swapped(region)
        sent = self.names.outgoing(operation, parameters)
        if operation == "CreateSecret" and (region, sent["Name"]) not in self._created:
            self._created.append((region, sent["Name"]))
        try:
            answer = self.endpoint.call(operation, region, sent)
        except ClientError as refusal:
            self.last = Outcome(None, refusal)
        else:
            self.last = Outcome(self.names.incoming(self.names.only_own(answer)))
        return self.last

    def _settled(self, attempt: Callable[[], Outcome], is_settled: Callable[[Outcome], bool]) -> Outcome:
        """Try until it is settled, or the pauses are used up."""
        outcome = attempt()
        for pause in self.endpoint.pauses:
            if is_settled(outcome):
                break
            time.sleep(pause)
            outcome = attempt()
        return outcome


def is_to_come(operation: str, outcome: Outcome) -> bool:
    """Tell whether a refusal may end by itself: a secret is not seen yet, or a name not free again yet."""
    passing = {NOT_FOUND, *(NOT_FREE if operation == "CreateSecret" else ())}
    return outcome.refusal is not None and code_of(outcome.refusal) in passing


def members_of(operation: str) -> Any:
    """Return the members that a request of an operation can have."""
    return model_of(operation).input_shape.members


def place_of(endpoint: Endpoint, name: str) -> Place:
    """Create a secret and see where it is: its ARN names the account."""
    arn = endpoint.client(endpoint.region).create_secret(Name=name)["ARN"]
    return Place(arn.split(":")[4], endpoint.region)
