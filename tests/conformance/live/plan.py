"""Which rows can run against an endpoint and what they take, found by a rehearsal against the fake."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3

from pytest_secretsdelete import Clock
from pytest_secretsdelete._service.instant import aware
from pytest_secretsdelete._time.freezing import freeze

from ..runner import World, resolved, transports
from ..rows import implemented
from ..table import ACCOUNT, HERE, OTHER_ACCOUNT, Matcher, Refused, Row
from .names import LONGEST_NAME

DEFAULT_KEY = re.compile(r"(arn:aws:kms:us-east-1:123456789012:)?alias/aws/secretsmanager|")
REGIONS = frozenset(boto3.Session().get_available_regions("secretsmanager"))
ELSEWHERE = ("cn-", "us-gov-", "us-iso", "eu-isoe")
NAMELESS = re.compile(r":secret:(-[A-Za-z0-9]{6})?$")
MOST_CALLS = 60


class NotHere(Exception):
    """A row asks for what an endpoint cannot give; the text says for what."""


class WithoutFake:
    """A world that has no fake to ask and no clock to move."""

    def call(self, operation: str, account: str = ACCOUNT, region: str = HERE, **parameters: Any) -> Any:
        """Make a call that is not the row's own."""
        raise NotImplementedError

    def labels(self, name: str) -> dict[str, set[str]]:
        """Return the labels of each version of a secret that has a value."""
        versions = self.call("ListSecretVersionIds", SecretId=name, IncludeDeprecated=True)["Versions"]
        return {version["VersionId"]: set(version.get("VersionStages", [])) for version in versions}

    @property
    def fake(self) -> Any:
        """Refuse: the row looks into the fake, or sets it up."""
        raise NotHere("the fake itself")

    @property
    def clock(self) -> Any:
        """Refuse: the row moves time."""
        raise NotHere("the clock")

    def advance(self, **_: float) -> None:
        """Refuse: the row moves time."""
        raise NotHere("the clock")


@dataclass(frozen=True)
class Planned:
    """A row that can run: its number, and what it takes at most."""

    number: int
    row: Row
    calls: int
    secrets: int
    regions: frozenset[str]
    has_check: bool  # what is there afterwards can be checked without the fake


@dataclass(frozen=True)
class Plan:
    """The rows to run, and why the others are left out."""

    rows: list[Planned]
    left_out: dict[str, str]

    @property
    def calls(self) -> int:
        """How many calls the rows make."""
        return sum(one.calls for one in self.rows)

    @property
    def secrets(self) -> int:
        """How many secrets come to be at most: those of the rows and their replicas, and one that names the account."""
        return 1 + sum(one.secrets for one in self.rows)

    @property
    def regions(self) -> set[str]:
        """The regions, in the words of the table, in which secrets may come to be."""
        return {HERE}.union(*(one.regions for one in self.rows))


class Rehearsal(WithoutFake):
    """A world that notes the calls of a row, and stops it where an endpoint could not follow."""

    def __init__(self, world: World, reserve: int) -> None:
        self._world, self._reserve = world, reserve
        self.start, self.tolerance = world.start, world.tolerance
        self.calls, self.secrets, self.regions = 0, 0, {HERE}

    def arn(self, name: str) -> str:
        """Return an ARN as the fake gave it."""
        return self._world.arn(name)

    def call(self, operation: str, account: str = ACCOUNT, region: str = HERE, **parameters: Any) -> Any:
        """Make a call that is not the row's own."""
        parameters = resolved(parameters, self)
        self._note(operation, parameters, account, region, is_refused=False)
        return self._world.call(operation, account, region, **parameters)

    def send(self, row: Row) -> None:
        """Make the row's own call."""
        parameters = resolved(row.call, self)
        self._note(row.operation, parameters, row.account, row.region, is_refused=isinstance(row.answer, Refused))
        if not isinstance(row.answer, Refused):  # what is refused changes nothing
            self._world.send(row.operation, parameters)

    def _note(self, operation: str, parameters: Any, account: str, region: str, *, is_refused: bool) -> None:
        """Count a call, or stop at it."""
        reason = obstacle(operation, parameters, account, region, is_refused=is_refused, reserve=self._reserve)
        if reason:
            raise NotHere(reason)
        replicas = [one["Region"] for one in parameters.get("AddReplicaRegions") or []]
        self.calls += 1
        self.secrets += (operation == "CreateSecret") + len(replicas)
        self.regions |= REGIONS.intersection([region, *replicas])
        if self.calls > MOST_CALLS:
            raise NotHere(f"more than {MOST_CALLS} calls")


def obstacle(
    operation: str, parameters: Mapping[str, Any], account: str, region: str, *, is_refused: bool, reserve: int
) -> str:
    """Say what a call needs that an endpoint does not give, or nothing."""
    text = json.dumps(parameters, default=str)
    policy, name = parameters.get("ResourcePolicy") or "", parameters.get("Name") or parameters.get("SecretId") or ""
    keys = re.findall(r'"KmsKeyId": "([^"]*)"', text)
    reasons = {
        "another account": account != ACCOUNT or OTHER_ACCOUNT in text,
        "another partition": region.startswith(ELSEWHERE),
        "a rotation function": "RotationLambdaARN" in parameters or ":function:" in text,
        "a key": not is_refused and not all(DEFAULT_KEY.fullmatch(key) for key in keys),
        "a policy that endangers its secret": operation == "PutResourcePolicy" and endangers(policy, is_refused),
        "a name too long for a prefix": LONGEST_NAME - reserve < len(name) <= LONGEST_NAME,
        "an ARN without a name": NAMELESS.search(name),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def endangers(policy: str, is_refused: bool) -> bool:
    """Tell whether a policy, once accepted, would lock the run out or let strangers in."""
    return '"Deny"' in policy or ('"*"' in policy and not is_refused)


def plan(rows: Iterable[Row], reserve: int) -> Plan:
    """Rehearse the rows; `reserve` is the number of characters that a prefix takes at most."""
    planned, left_out = [], {}
    with freeze(aware("2026-01-15T12:00:00.123Z")):
        clock = Clock()
        for number, row in enumerate(rows):
            try:
                planned.append(rehearsed(number, row, clock, reserve))
            except NotHere as reason:
                left_out[row.label] = str(reason)
    return Plan(planned, left_out)


def rehearsed(number: int, row: Row, clock: Clock, reserve: int) -> Planned:
    """Run one row against a fake and see what it takes."""
    if reason := unfit(row):
        raise NotHere(reason)
    with World(replace(row, options={"region": HERE}), transports["client"], clock) as world:
        rehearsal = Rehearsal(world, reserve)
        row.given(rehearsal)
        rehearsal.send(row)
        Matcher.world = world
        try:
            row.afterwards(rehearsal)
        except NotHere:
            has_check = False
        else:
            has_check = True
    return Planned(number, row, rehearsal.calls, rehearsal.secrets, frozenset(rehearsal.regions), has_check)


def unfit(row: Row) -> str:
    """Say why a row cannot run, as far as it says so itself."""
    if not implemented(row):
        return "a newer botocore"
    reasons = {"the clock": row.timed, "an option of the fake": row.options, "a raw request": row.raw}
    return next((reason for reason, applies in reasons.items() if applies), "")
