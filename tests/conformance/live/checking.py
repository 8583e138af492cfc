"""Running the planned rows, one after the other, and comparing the answers with the table's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..runner import resolved, text_of
from ..table import Matcher, Refused, Row
from .names import Names, Place
from .plan import Planned
from .endpoint import Endpoint
from .world import LiveWorld, Outcome

ABSENT = object()
BROKEN = (AssertionError, AttributeError, LookupError, TypeError, ValueError, BotoCoreError, ClientError)


@dataclass(frozen=True)
class Result:
    """What a row came to, in the words of the table."""

    row: Row
    expected: Any
    answer: Any
    where: list[str] = field(default_factory=list)  # the members in which the answer differs
    check: str = "holds"  # of what is there afterwards: "holds", "not made", or how it failed
    found: Any = None  # what the last call of a failed check was answered
    problem: str = ""  # what went wrong before the row's own call

    @property
    def differs(self) -> bool:
        """Whether anything is not as in the table."""
        return bool(self.where or self.problem) or self.check not in {"holds", "not made"}


def check_row(planned: Planned, root: str, place: Place, endpoint: Endpoint) -> Result:
    """Run a row under names of its own, and remove them."""
    world = LiveWorld(planned.row, Names(f"{root}{planned.number:03d}/", place), endpoint)
    Matcher.world = world
    try:
        return compared(planned, world)
    finally:
        world.clean()


def compared(planned: Planned, world: LiveWorld) -> Result:
    """Take a row's steps, make its call, and compare."""
    row = planned.row
    try:
        row.given(world)
        expected = expected_of(row, world)
        outcome = world.send(lambda one: not differences(expected, answer_of(one, world)))
        expected = expected_of(row, world)
    except BROKEN as error:
        return Result(row, None, None, check="not made", problem=described(error, world))
    answer = answer_of(outcome, world)
    where = differences(expected, answer)
    check = checked(row, world) if planned.has_check and not where else "not made"
    found = answer_of(world.last, world) if check.startswith("failed") else None
    return Result(row, expected, answer, where, check, found)


def expected_of(row: Row, world: LiveWorld) -> Any:
    """Return what the table expects: the members of an answer, or a refusal's code, text and status."""
    if isinstance(row.answer, Refused):
        return {"Code": row.answer.code, "Message": text_of(row.answer, world), "Status": row.answer.status}
    return resolved(row.answer, world)


def differences(expected: Any, answer: Any, path: str = "") -> list[str]:
    """Return the members in which an answer differs from the expected one, as paths."""
    if isinstance(expected, Mapping) and isinstance(answer, Mapping):
        members = {**expected, **answer}
        return [
            one
            for member in members
            for one in differences(expected.get(member, ABSENT), answer.get(member, ABSENT), f"{path}.{member}")
        ]
    if isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        pairs = enumerate(zip(expected, answer, strict=True))
        return [one for n, (wanted, given) in pairs for one in differences(wanted, given, f"{path}[{n}]")]
    try:
        agrees = bool(expected == answer)
    except BROKEN:  # a matcher compares what it knows the form of
        agrees = False
    return [] if agrees else [path.removeprefix(".") or "answer"]


def answer_of(outcome: Outcome, world: LiveWorld) -> Any:
    """Return what came, in the form of what is expected."""
    if outcome.refusal is None:
        return outcome.members
    response = outcome.refusal.response
    return {
        "Code": response["Error"]["Code"],
        "Message": world.names.incoming(response["Error"].get("Message", "")),
        "Status": response["ResponseMetadata"]["HTTPStatusCode"],
    }


def checked(row: Row, world: LiveWorld) -> str:
    """Check what is there after the call, or say how it is not as in the table."""
    try:
        world.holds(row.afterwards)
    except BROKEN as error:
        return f"failed: {described(error, world)}"
    return "holds"


def described(error: Exception, world: LiveWorld) -> str:
    """Describe an error in the words of the table."""
    return f"{type(error).__name__}: {world.names.incoming(str(error))}".rstrip(": ")


def check_all(rows: list[Planned], root: str, place: Place, endpoint: Endpoint) -> Iterator[Result]:
    """Run the rows in order."""
    for planned in rows:
        yield check_row(planned, root, place, endpoint)
