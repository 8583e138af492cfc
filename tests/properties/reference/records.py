"""What the model holds: secrets and their versions, a request, and the two kinds of failure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SECOND = 1000
DAY = 24 * 3600 * SECOND
ACCOUNT = "123456789012"
CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
DEFAULT_KEY = "alias/aws/secretsmanager"
SUFFIX = r"-[A-Za-z0-9]{6}"


class Refused(Exception):  # noqa: N818 - AWS refuses; nothing has gone wrong
    """An answer that is an error: its code and, where it is known, its text."""

    def __init__(self, code: str, text: str | None = None) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class Struck(Exception):  # noqa: N818 - the test asked for it
    """A fault that the test asked for: a code, or what stands for no proper answer."""

    def __init__(self, error: Any) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class HeldVersion:
    """One version: its value is None as long as a rotation has not filled it."""

    id: str
    created: int
    value: str | bytes | None
    labels: list[str] = field(default_factory=list)
    key: str | None = None
    accessed: int | None = None


@dataclass
class Schedule:
    """How a secret rotates, and the window of its next rotation."""

    function: str | None = None
    days: int | None = None
    enabled: bool = True
    opens: int | None = None
    closes: int | None = None

    def plan(self, after: int) -> None:
        """Open the next window so many days after the UTC day of an instant, for one day."""
        if self.enabled and self.days is not None:
            self.opens = day_of(after) + self.days * DAY
            self.closes = self.opens + DAY - SECOND

    def turn_off(self) -> None:
        """Rotate no more."""
        self.enabled, self.opens, self.closes = False, None, None


@dataclass
class Held:
    """One secret: active, or scheduled for deletion where it has a deletion date."""

    name: str
    arn: str
    region: str
    created: int
    changed: int
    description: str = ""
    key: str | None = None
    tags: dict[str, str] | None = None
    versions: list[HeldVersion] = field(default_factory=list)
    cleaned_up: set[str] = field(default_factory=set)
    accessed: int | None = None
    deleted: int | None = None
    deletion: int | None = None
    purge: int | None = None
    token: str | None = None
    seeded: bool = False
    policy: str | None = None
    schedule: Schedule | None = None
    last_rotated: int | None = None
    primary_region: str | None = None
    replicas: dict[str, str] = field(default_factory=dict)
    rotated_to: set[str] = field(default_factory=set)
    #: The versions of rotations that are to complete them, and of those that a new value has put an end to.
    to_complete: set[str] = field(default_factory=set)
    abandoned: set[str] = field(default_factory=set)

    @property
    def is_replica(self) -> bool:
        """Whether it follows a primary in another region."""
        return self.primary_region not in {None, self.region}

    def holder(self, label: str) -> HeldVersion | None:
        """Return the version that holds a label."""
        return next((version for version in self.versions if label in version.labels), None)

    def version(self, version_id: str | None) -> HeldVersion | None:
        """Return the version with this id."""
        return next((version for version in self.versions if version.id == version_id), None)

    def unfinished(self) -> HeldVersion | None:
        """Return the version that an unfinished rotation has left: AWSPENDING, and not current."""
        version = self.holder(PENDING)
        return None if version is None or CURRENT in version.labels else version

    def attach(self, target: HeldVersion, labels: list[str]) -> None:
        """Give labels to a version; each leaves the version that held it."""
        loser = self.holder(CURRENT) if CURRENT in labels else None
        for label in labels:
            self._take(label)
            target.labels.append(label)
        if loser is None or loser is target:
            return
        if PENDING in loser.labels:
            loser.labels.remove(PENDING)
        if PREVIOUS not in labels:
            self._take(PREVIOUS)
            loser.labels.append(PREVIOUS)

    def labels(self) -> int:
        """Return how many labels all versions hold."""
        return sum(len(version.labels) for version in self.versions)

    def _take(self, label: str) -> None:
        holder = self.holder(label)
        if holder is not None:
            holder.labels.remove(label)


@dataclass
class Turn:
    """A rotation to run: of which secret, to which version, in which steps, due when, run when."""

    held: Held
    token: str
    steps: tuple[str, ...]
    due: int
    at: int


@dataclass
class Request:
    """One call: where, when, and its members under their wire names."""

    region: str
    at: int
    members: Mapping[str, Any]
    #: Rotations that run once the call is answered.
    afterwards: list[Turn] = field(default_factory=list)
    #: Whether a denial waits for an action on one of several secrets.
    denies: Callable[[str, str], bool] = lambda action, secret_id: False

    def get(self, member: str, default: Any = None) -> Any:
        """Return a member, or the default."""
        return self.members.get(member, default)

    def __contains__(self, member: str) -> bool:
        return member in self.members


class Like:
    """Stands in an expected answer for text that is free within a pattern."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __repr__(self) -> str:
        return f"<like {self.pattern}>"


class SameJson:
    """Stands in an expected answer for JSON text of the same content, written in AWS's form."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and json.loads(other) == json.loads(self.text)

    def __repr__(self) -> str:
        return f"<the content of {self.text}>"


def arn_pattern(region: str, name: str) -> str:
    """Return the pattern of the ARN of a secret: its end is random."""
    return f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{re.escape(name)}{SUFFIX}"


def day_of(instant: int) -> int:
    """Return midnight, UTC."""
    return instant - instant % DAY


def named(held: Held, **members: Any) -> dict[str, Any]:
    """Return what most operations answer."""
    return {"ARN": held.arn, "Name": held.name, **members}


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what has no value."""
    return {name: value for name, value in members.items() if value is not None}
