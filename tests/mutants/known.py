"""What is known of each test, and in which order the tests of a function meet its mutants.

The order is a guess at which test notices first. It changes how long a run takes, never what it finds.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

#: A test that takes more seconds is run after all others.
SLOW = 0.3
#: How many tests that call few functions come early, and how many that share words.
NARROW = 10
#: How many tests that start other processes come early.
STARTERS = 3


@dataclass(frozen=True)
class Known:
    """What one test does without a mutant: which functions it calls, how long it takes, and whether it passes.

    It is known of the `source` of the package and of the test, as a digest. A test that starts other processes may call
    any function there.
    """

    functions: list[str]
    seconds: float
    passed: bool
    source: str
    starts_processes: bool = False


def read(path: Path) -> dict[str, Known]:
    """Return what is known of tests, by their node ids."""
    if not path.exists():
        return {}
    return {test: Known(**known) for test, known in json.loads(path.read_text(encoding="utf-8")).items()}


def sources(root: Path, tests: Iterable[str]) -> dict[str, str]:
    """Return a digest for each test, which changes with its module, and with the package and what tests share."""
    helpers = [path for path in root.glob("tests/**/*.py") if not path.name.startswith("test_")]
    shared = [*root.glob("pytest_secretsdelete/**/*.py"), *helpers]
    common = b"".join(path.read_bytes() for path in sorted(shared))
    modules = {test.partition("::")[0] for test in tests}
    digests = {module: hashlib.sha256(common + (root / module).read_bytes()).hexdigest() for module in modules}
    return {test: digests[test.partition("::")[0]] for test in tests}


def write(path: Path, tests: dict[str, Known]) -> None:
    """Keep what is known."""
    path.write_text(json.dumps({test: asdict(known) for test, known in tests.items()}), encoding="utf-8")


class Ranking:
    """In which order the tests of a function meet each mutant of it."""

    def __init__(self, tests: dict[str, Known]) -> None:
        self._words = {test: _words(test) for test in tests}
        self._slow = {test for test, known in tests.items() if known.seconds > SLOW}
        self._callers = defaultdict(list)
        for test in sorted(tests, key=lambda test: (test in self._slow, len(tests[test].functions), test)):
            for function in tests[test].functions if tests[test].passed else ():
                self._callers[function].append(test)
        self._starters = [test for test, known in tests.items() if known.starts_processes and known.passed]
        #: The tests that noticed other mutants of a function, the latest last.
        self._noticed: dict[str, dict[str, bool]] = defaultdict(dict)

    def is_called(self, function: str) -> bool:
        """Return whether a test calls a function."""
        return function in self._callers

    def order(self, function: str, changed: str) -> list[str]:
        """Return the tests for a mutant of a function that changes such lines.

        First those that noticed other mutants of the function; then some that call few functions; then those that
        share words with the lines, the function and its module; then those that are slow; and last those that may call
        the function in another process. Of these, some that share words come after the first that do.
        """
        callers, alike = self.callers(function, changed), self._alike(function, changed)
        starters = sorted(self._starters, key=alike, reverse=True)
        early = [*reversed(self._noticed[function]), *self._callers.get(function, [])[:NARROW], *callers[:NARROW]]
        return list(dict.fromkeys([*early, *starters[:STARTERS], *callers, *starters]))

    def callers(self, function: str, changed: str) -> list[str]:
        """Return the tests that call a function in the process of the tests, those first that share words."""
        alike = self._alike(function, changed)
        return sorted(self._callers.get(function, []), key=lambda test: (test in self._slow, -alike(test)))

    def _alike(self, function: str, changed: str) -> Callable[[str], int]:
        module, _, name = function.rpartition(".")
        parts = ((3, _words(changed)), (2, _words(name)), (1, _words(module)))
        return lambda test: sum(weight * len(words & self._words[test]) for weight, words in parts)

    def notice(self, function: str, test: str) -> None:
        """Learn that a test has noticed a mutant of a function."""
        self._noticed[function].pop(test, None)
        self._noticed[function][test] = True


def _words(name: str) -> set[str]:
    """Return the words in a name or a line of code."""
    return set(re.findall(r"[a-z]{3,}", re.sub(r"([A-Z][a-z])", r"_\1", name).lower()))
