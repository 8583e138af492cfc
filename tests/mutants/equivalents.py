"""The mutants that no test can notice, each with the reason: equivalents.toml."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LIST = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True)
class Change:
    """What one mutant changes: the lines of a function that it takes away, and those that it puts in their place."""

    function: str
    was: tuple[str, ...]
    becomes: tuple[str, ...]


@dataclass(frozen=True)
class Equivalent:
    """Mutants of one line that behave as the program does. `becomes` is empty where every mutant of the line does."""

    module: str
    function: str
    was: str
    becomes: str
    reason: str

    def covers(self, change: Change) -> bool:
        """Return whether a change is one of these mutants."""
        where = change.function == f"{self.module}.{self.function}"
        return where and self.was in change.was and (not self.becomes or self.becomes in change.becomes)


def listed() -> list[Equivalent]:
    """Return the list."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8")).get("equivalent", [])
    return [Equivalent(**{"becomes": "", **entry}) for entry in entries]


def change_of(function: str, diff: str) -> Change:
    """Return what a mutant changes, read from its diff."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    was, becomes = (tuple(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Change(function, was, becomes)
