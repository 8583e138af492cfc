"""What mutmut does for the command: it makes mutants, finds which tests call which function, and runs them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from .equivalents import Change, change_of

#: Where mutmut works, below the root of the repository: a copy of the package with all mutants in it, and of the tests.
FOLDER = Path("mutants")
_STATS = FOLDER / "mutmut-stats.json"
#: Which tests call which function, as mutmut found it.
_ALL_TESTS = FOLDER / "all-tests.json"


def made(processes: int) -> dict[str, list[str]]:
    """Make all mutants, find the tests of each function, and return the mutants by the files that they are of."""
    _make(processes)
    _find_tests()
    found = {}
    for path in mutmut.walk_mutatable_files():
        data = mutmut.SourceFileMutationData(path=path)
        data.load()
        if data.exit_code_by_key:
            found[str(path)] = list(data.exit_code_by_key)
    return found


def _make(processes: int) -> None:
    FOLDER.mkdir(exist_ok=True)
    mutmut.set_mutant_under_test("mutant_generation")
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.create_mutants(processes)


def _find_tests() -> None:
    if _ALL_TESTS.exists():
        _STATS.write_bytes(_ALL_TESTS.read_bytes())
    _with_mutants([sys.executable, str(Path(__file__).with_name("finding.py"))])
    _ALL_TESTS.write_bytes(_STATS.read_bytes())


def _with_mutants(command: list[str]) -> None:
    """Run a command for which the mutated copy of the package is the one that is there."""
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(FOLDER.absolute())}, check=True)


def _choose(tests: Iterable[str], breadth: Counter[str], limit: int) -> list[str]:
    """Return some tests of a function: the half that call the fewest functions, the others at random."""
    ranked = sorted(tests, key=lambda test: (breadth[test], test))
    narrow, others = ranked[: limit // 2], ranked[limit // 2 :]
    return narrow + random.Random(0).sample(others, min(len(others), limit - len(narrow)))


def run(names: list[str], processes: int, limit: int | None) -> dict[str, str]:
    """Run the tests against some mutants, so many for each at most; return what became of each mutant."""
    stats = json.loads(_ALL_TESTS.read_text(encoding="utf-8"))
    by_function = stats["tests_by_mangled_function_name"]
    if limit is not None:
        breadth = Counter(test for tests in by_function.values() for test in tests)
        chosen = {function: _choose(tests, breadth, limit) for function, tests in by_function.items()}
        stats["tests_by_mangled_function_name"] = chosen
    _STATS.write_text(json.dumps(stats), encoding="utf-8")
    program = str(Path(sys.executable).with_name("mutmut"))
    _with_mutants([program, "run", "--max-children", str(processes), *names])
    return verdicts(names)


def verdicts(names: Iterable[str]) -> dict[str, str]:
    """Return what became of mutants: killed, survived, timeout, no tests and others of mutmut's."""
    codes: dict[str, int | None] = {}
    for path in mutmut.walk_mutatable_files():
        data = mutmut.SourceFileMutationData(path=path)
        data.load()
        codes.update(data.exit_code_by_key)
    return {name: status_by_exit_code[codes[name]] for name in names}


def change(name: str, path: str) -> Change:
    """Return what a mutant changes."""
    module, _, mangled = mangled_name_from_mutant_name(name).rpartition(".")
    function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return change_of(f"{module}.{function}", mutmut.get_diff_for_mutant(name, path=path))


def rooms() -> list[str]:
    """Return the folders that mutmut is configured to mutate."""
    return [pattern.removesuffix("/*") for pattern in config().only_mutate]
