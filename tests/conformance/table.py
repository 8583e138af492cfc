"""The rows of the conformance table: an operation, a case, a call, the whole answer, and the evidence for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

R, V, D, F, I = "recorded", "asserted", "documented", "seen", "inferred"  # noqa: E741 - the tags of the table
TOKENS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(10)]
T0, T1, T2, T3, T4, T5 = TOKENS[:6]
HERE, ACCOUNT, OTHER_ACCOUNT = "us-east-1", "123456789012", "999999999999"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
DAY = 86_400_000


class Matcher:
    """Matches a value that differs from run to run; `world` is set before the comparison."""

    world: Any = None
    __hash__ = None  # type: ignore[assignment]

    def matches(self, value: Any) -> bool:
        """Return whether a value is as expected."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self.matches(other)


@dataclass(eq=False)
class Arn(Matcher):
    """The ARN of a secret of this name."""

    name: str
    region: str = HERE
    account: str = ACCOUNT
    partition: str = "aws"

    def matches(self, value: Any) -> bool:
        """Compare everything but the six random characters."""
        head = f"arn:{self.partition}:secretsmanager:{self.region}:{self.account}:secret:{self.name}-"
        return re.fullmatch(re.escape(head) + "[A-Za-z0-9]{6}", value) is not None


@dataclass(eq=False)
class At(Matcher):
    """An instant: so many milliseconds after the start of the row."""

    offset: int = 0

    def matches(self, value: Any) -> bool:
        """Compare as exactly as the world knows the start of the row."""
        return abs(round(value.timestamp() * 1000) - Matcher.world.start - self.offset) <= Matcher.world.tolerance


class Midnight(Matcher):
    """The start of the row's UTC day."""

    def matches(self, value: Any) -> bool:
        """Compare exactly; where the start is not known exactly, its day may be the next one."""
        starts = (Matcher.world.start, Matcher.world.start + Matcher.world.tolerance)
        return round(value.timestamp() * 1000) in {start - start % DAY for start in starts}


@dataclass(eq=False)
class Pattern(Matcher):
    """Text that matches a pattern."""

    pattern: str

    def matches(self, value: Any) -> bool:
        """Compare with the whole text."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None


@dataclass(eq=False)
class JsonText(Matcher):
    """JSON text equal in content."""

    content: Any

    def matches(self, value: Any) -> bool:
        """Compare the parsed content."""
        return json.loads(value) == self.content


@dataclass(frozen=True)
class Refused:
    """An error: code, text, status. `{arn}` in the text is the ARN of the secret named a, `{copy}` that of copy."""

    code: str
    text: str
    status: int = 400
    text_is_inferred: bool = False  # known of another operation, and of this one only the code
    code_is_inferred: bool = False  # that it is refused is known, and its code has never been seen
    text_is_documented: bool = False  # a page of AWS has the text itself, where other pages describe the refusal alone


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: the members of its JSON, or a text."""

    content: Any
    status: int = 200
    text_is_inferred: bool = False  # that it is refused is known, and nobody has published the text


@dataclass(frozen=True)
class Late:
    """A parameter that is known when the row runs: looked up in the world."""

    look_up: Callable[[Any], Any]


ARN_A = Late(lambda world: world.arn("a"))


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    operation: str
    case: str
    evidence: str
    call: Mapping[str, Any]
    answer: Any
    given: Callable[[Any], Any] = lambda world: None
    afterwards: Callable[[Any], None] = lambda world: None
    account: str = ACCOUNT
    region: str = HERE
    raw: bool = False  # botocore would refuse the request itself
    timed: bool = False  # the row moves the clock
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str = (
        ""  # where the evidence is: a recording, a suite and its test, a page, a member of the model, a report
    )
    needs: str = ""  # another operation, or a member of it, which older service models lack
    package: str = ""  # an optional package without which the fake cannot answer
    agent: Mapping[str, Any] = field(default_factory=dict)  # the settings of an agent
    variables: Mapping[str, str] = field(default_factory=dict)  # of the environment in which an agent starts
    at: str = ""  # the instant at which the row starts, where it matters

    @property
    def label(self) -> str:
        """What the row is called in reports."""
        return f"{self.operation}: {self.case}"


NOT_FOUND = Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MARKED = Refused(
    "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
)
DELETED = Refused("InvalidRequestException", "You can't perform this operation on the secret because it was deleted.")
SCHEDULED = Refused(
    "InvalidRequestException",
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
)
BAD_NAME = Refused(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)


def named(name: str = "a", **members: Any) -> dict[str, Any]:
    """Return what most answers have: ARN and Name, and more."""
    return {"ARN": Arn(name), "Name": name, **members}


def constraint(value: str, member: str, text: str) -> Refused:
    """Return a refusal by the service model's constraints."""
    return Refused(
        "ValidationException",
        f"1 validation error detected: {value} at '{member}' failed to satisfy constraint: {text}",
    )


def a(world: Any) -> None:
    """Create the secret a with version 1."""
    world.call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1)


def empty(world: Any) -> None:
    """Create the secret a without a value."""
    world.call("CreateSecret", Name="a", ClientRequestToken=T0)


def scheduled(world: Any) -> None:
    """Create a and schedule its deletion in 7 days."""
    a(world)
    world.call("DeleteSecret", SecretId="a", RecoveryWindowInDays=7)


def purged(world: Any) -> None:
    """Create a, delete it, and let the window end."""
    scheduled(world)
    world.clock.advance(days=7)


def put(token: str, *labels: str) -> Callable[[Any], Any]:
    """Return a step that puts a version."""
    stages = {"VersionStages": list(labels)} if labels else {}
    return lambda world: world.call(
        "PutSecretValue", SecretId="a", SecretString=token, ClientRequestToken=token, **stages
    )


def move(label: str, source: str | None = None, target: str | None = None) -> Callable[[Any], Any]:
    """Return a step that moves a label."""
    ids = {"RemoveFromVersionId": source, "MoveToVersionId": target}
    given = {name: value for name, value in ids.items() if value}
    return lambda world: world.call("UpdateSecretVersionStage", SecretId="a", VersionStage=label, **given)


def steps(*parts: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return one step made of several."""

    def run(world: Any) -> None:
        for part in parts:
            part(world)

    return run


def call(operation: str, **parameters: Any) -> Callable[[Any], Any]:
    """Return a step that makes a call."""
    return lambda world: world.call(operation, **parameters)


def wait(**delta: float) -> Callable[[Any], None]:
    """Return a step that lets time pass."""
    return lambda world: world.advance(**delta)


def labels(**expected: str) -> Callable[[Any], None]:
    """Return a check of the labels: v1="AWSCURRENT AWSPENDING", a version without labels as an empty text."""

    def check(world: Any) -> None:
        held = world.labels("a")
        wanted = {TOKENS[int(name[1:])]: set(text.split()) for name, text in expected.items()}
        assert held == wanted

    return check
