"""What is known of each test, and in which order the tests of a function meet its mutants.

The order is a guess at which test notices first. It changes how long a run takes, never what it finds.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

#: A test that takes more seconds is run after all others.
SLOW = 0.3
#: How many tests come first for each of three reasons.
SOME = 30


@dataclass(frozen=True)
class Known:
    """What one test does without a mutant: which functions it calls, how long it takes, and whether it passes.

    It is known of the `source` of the package and of the test, as a digest.
    """

    functions: list[str]
    seconds: float
    passed: bool
    source: str


def read(path: Path) -> dict[str, Known]:
    """Return what is known of tests, by their node ids."""
    if not path.exists():
        return {}
    return {test: Known(**known) for test, known in json.loads(path.read_text(encoding="utf-8")).items()}


def sources(root: Path, tests: Iterable[str]) -> dict[str, str]:
    """Return a digest for each test, which changes with its module, and with the package and what tests share."""
    shared = [*root.glob("pytest_secretsdelete/**/*.py"), *root.glob("tests/support/**/*.py")]
    shared += root.glob("tests/**/conftest.py")
    common = b"".join(path.read_bytes() for path in sorted(shared))
    modules = {test.partition("::")[0] for test in tests}
    digests = {module: hashlib.sha256(common + (root / module).read_bytes()).hexdigest() for module in modules}
    return {test: digests[test.partition("::")[0]] for test in tests}


def write(path: Path, tests: dict[str, Known]) -> None:
    """Keep what is known."""
    path.write_text(json.dumps({test: asdict(known) for test, known in tests.items()}), encoding="utf-8")


def by_function(tests: dict[str, Known]) -> dict[str, list[str]]:
    """Return the tests that call each function, in the order in which its mutants meet them."""
    callers = defaultdict(list)
    for test, known in tests.items():
        for function in known.functions if known.passed else ():
            callers[function].append(test)
    breadth = Counter({test: len(known.functions) for test, known in tests.items()})
    seconds = {test: known.seconds for test, known in tests.items()}
    return {function: _ranked(function, names, breadth, seconds) for function, names in callers.items()}


def _ranked(function: str, tests: list[str], breadth: Counter[str], seconds: dict[str, float]) -> list[str]:
    """Return tests in order: some with the words of the function, some that call few, some at random, then the others."""
    words, room = _words(function.rpartition(".")[2]), _words(function.rpartition(".")[0])
    alike = {test: 2 * len(words & _words(test)) + len(room & _words(test)) for test in tests}
    narrow = sorted(tests, key=lambda test: (seconds[test] > SLOW, breadth[test], test))
    quick = [test for test in narrow if seconds[test] <= SLOW]
    like = sorted(quick, key=lambda test: (-alike[test], breadth[test], test))[:SOME]
    drawn = random.Random(0).sample(quick, min(len(quick), SOME))
    return list(dict.fromkeys([*like, *quick[:SOME], *drawn, *narrow]))


def _words(name: str) -> set[str]:
    """Return the words in the name of a function or a test."""
    return set(re.findall(r"[a-z]{3,}", re.sub(r"([A-Z])", r"_\1", name).lower()))
