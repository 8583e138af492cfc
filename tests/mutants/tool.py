"""What mutmut does for the command: it makes the mutants, and knows their diffs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from .equivalents import Change, change_of

#: Where mutmut works, below the root of the repository: a copy of the package with all mutants in it, and of the tests.
FOLDER = Path("mutants")
#: The names of mutants to run, what is known of each test, and what became of the mutants.
_NAMES, _KNOWN, _RESULTS = FOLDER / "names.json", FOLDER / "known.json", FOLDER / "results.json"


def made(processes: int) -> dict[str, list[str]]:
    """Make all mutants, and return the mutants by the files that they are of."""
    _make(processes)
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


def run(names: list[str], processes: int, seconds: float) -> dict[str, str]:
    """Run the tests against some mutants, each until a test fails or for so many seconds; return what became of each."""
    _NAMES.write_text(json.dumps(names), encoding="utf-8")
    program = str(Path(__file__).with_name("forking.py"))
    command = [sys.executable, program, *map(str, (_NAMES, _KNOWN, _RESULTS, processes, seconds))]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(FOLDER.absolute())}, check=True)
    verdicts: dict[str, str] = json.loads(_RESULTS.read_text(encoding="utf-8"))
    return verdicts


def change(name: str, path: str) -> Change:
    """Return what a mutant changes."""
    module, _, mangled = mangled_name_from_mutant_name(name).rpartition(".")
    function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return change_of(f"{module}.{function}", mutmut.get_diff_for_mutant(name, path=path))


def rooms() -> list[str]:
    """Return the folders that mutmut is configured to mutate."""
    return [pattern.removesuffix("/*") for pattern in config().only_mutate]
