"""Runs tests against mutants, each in a fork of one process that has imported and collected the tests once.

A program of its own, so that it imports the mutated copy of all. It reads the names of mutants from a file and writes
what became of each to another. Functions that modules call while they are imported have run before a mutant is chosen:
a mutant of theirs that survives is run again in a process that imports all with it.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import known as knowledge
import pytest
from changes import changed_lines
from children import Children, Deadline, now, used
from known import Known, Ranking
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

#: How many tests a mutant meets that is run in a process of its own, and the seconds that they may take.
TESTS_ANEW, SECONDS_ANEW = 40, 60
#: Of so many mutants, one more is run as a control that changes nothing: it has to survive.
CONTROL_EACH = 50
#: How many tests of each folder run before the first fork.
WARM = 10


class Forks:
    """The plugin that runs mutants instead of the tests that were collected."""

    def __init__(self, names: Sequence[str], known: Path, children: Children, most: float) -> None:
        self.names, self.known, self.children, self.most = names, known, children, most
        self.verdicts: dict[str, str] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every mutant, so many at once."""
        imported = set(state()._stats)
        items = {item.nodeid: item for item in session.items}
        known = {test: one for test, one in self._find(session).items() if test in items}
        self.ranking = Ranking(known)
        self.changes = changed_lines(Path("pytest_secretsdelete"))
        _warm_up(items, known)
        gc.freeze()  # what a child leaves alone need not be copied for it
        for number, name in enumerate(self.names, 1):
            if number % CONTROL_EACH == 0:
                self._run(session, f"{name.rpartition('_')[0]}_0", items, known)
            self._run(session, name, items, known)
            if number % 200 == 0:
                _say(f"{number} of {len(self.names)} mutants")
        self.children.finish()
        for name in [name for name, verdict in self.verdicts.items() if verdict == "survived"]:
            function = mangled_name_from_mutant_name(name)
            if function in imported or not self.ranking.is_called(function):
                tests = self.ranking.callers(function, self.changes.get(name, ""))[:TESTS_ANEW]
                self.children.start(partial(_run_anew, name, tests), partial(self._note, name, []))
        self.children.finish()
        return True

    def _run(self, session: pytest.Session, name: str, items: dict[str, pytest.Item], known: dict[str, Known]) -> None:
        """Run the tests of one mutant in a child."""
        tests = self.ranking.order(mangled_name_from_mutant_name(name), self.changes.get(name, ""))
        chosen = [(items[test], known[test].seconds) for test in tests]
        self.children.start(partial(_run, session, name, chosen, self.most), partial(self._note, name, tests))

    def _note(self, name: str, tests: list[str], verdict: str, position: int) -> None:
        """Note what became of a mutant, and which test noticed it."""
        self.verdicts[name] = verdict
        if verdict != "survived" and tests:
            self.ranking.notice(mangled_name_from_mutant_name(name), tests[position])

    def _find(self, session: pytest.Session) -> dict[str, Known]:
        """Return what each test does without a mutant: those of which it is not known are run now."""
        known = knowledge.read(self.known)
        sources = knowledge.sources(Path.cwd(), [item.nodeid for item in session.items])
        unknown = [
            item
            for item in session.items
            if (one := known.get(item.nodeid)) is None or one.source != sources[item.nodeid]
        ]
        size = -(-len(unknown) // self.children.most) or 1
        shares = [unknown[start : start + size] for start in range(0, len(unknown), size)]  # neighbours share fixtures
        parts = [self.known.with_name(f"part-{number}.json") for number in range(len(shares))]
        for share, part in zip(shares, parts, strict=True):
            self.children.start(partial(_observe, session, share, sources, part), lambda verdict, position: None)
        self.children.finish()
        for part in parts:
            known |= knowledge.read(part)
        knowledge.write(self.known, known)
        for item in unknown:
            if not known[item.nodeid].passed:
                _say(f"not used, as it fails in the mutated copy: {item.nodeid}")
        return known


def _warm_up(items: dict[str, pytest.Item], known: dict[str, Known]) -> None:
    """Run some tests of each folder here, so that what they load and cache is there for each child."""
    folders = defaultdict(list)
    for test, one in known.items():
        if one.passed and one.seconds <= knowledge.SLOW:
            folders[str(items[test].path.parent)].append(items[test])
    for tests in folders.values():
        for item in tests[:: len(tests) // WARM + 1]:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _observe(
    session: pytest.Session, items: list[pytest.Item], sources: dict[str, str], path: Path, _: Deadline
) -> int:
    """Run tests without a mutant, and write what each does."""
    found, started = {}, []
    sys.addaudithook(lambda event, _: started.append(event) if event == "subprocess.Popen" else None)
    for item, following in zip(items, [*items[1:], None], strict=True):
        _forget()
        state()._stats.clear()
        started.clear()
        failed, start = session.testsfailed, now()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        functions, seconds, passed = sorted(state()._stats), now() - start, session.testsfailed == failed
        found[item.nodeid] = Known(functions, seconds, passed, sources[item.nodeid], bool(started))
    knowledge.write(path, found)
    return 0


def _run(
    session: pytest.Session, name: str, items: list[tuple[pytest.Item, float]], most: float, deadline: Deadline
) -> int:
    """Run tests until one fails, or they have had the processor for so long, or three times as much has passed.

    Return 0 where none has failed.
    """
    _forget()
    set_mutant_under_test(name)
    failed, start, began = session.testsfailed, used(), now()
    following = [item for item, _ in items[1:]]
    for position, ((item, seconds), nextitem) in enumerate(zip(items, [*following, None], strict=True)):
        deadline.put_off(seconds, position)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        if session.testsfailed > failed:
            return 1
        if used() - start > most or now() - began > 3 * most:
            break
    return 0


def _forget() -> None:
    """Empty what functions of the package have kept of earlier tests, so that the next test computes it again."""
    for name, module in list(sys.modules.items()):
        if name.startswith("pytest_secretsdelete."):
            for value in vars(module).values():
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


def _run_anew(name: str, tests: list[str], deadline: Deadline) -> int:
    """Run tests in a process that imports all with the mutant.

    What they say counts where the same process passes without it. Return 0 where they have noticed nothing.
    """
    chosen = tests or ["--collect-only", *config().pytest_add_cli_args_test_selection]
    options = ["--rootdir=.", "-x", "-q", "-p", "no:randomly", *config().pytest_add_cli_args]
    command = [sys.executable, "-m", "pytest", *options, *chosen]

    def fails(mutant: str) -> bool:
        deadline.put_off(SECONDS_ANEW, 0)
        return subprocess.run(command, env={**os.environ, "MUTANT_UNDER_TEST": mutant}, check=False).returncode != 0

    return int(fails(name) and not fails(""))


def _say(text: str) -> None:
    print(text, file=sys.__stderr__, flush=True)


def main(names: Path, known: Path, results: Path, processes: int, most: float) -> None:
    """Run the mutants of a file, and write what became of them to another."""
    forks = Forks(json.loads(names.read_text(encoding="utf-8")), known, Children(processes), most)
    arguments = [*config().pytest_add_cli_args_test_selection, *config().pytest_add_cli_args]
    set_mutant_under_test("stats")
    os.chdir("mutants")
    pytest.main(["--rootdir=.", "--tb=native", "-q", "-s", "-p", "no:randomly", *arguments], plugins=[forks])
    results.write_text(json.dumps(forks.verdicts), encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(path).absolute() for path in sys.argv[1:4]), int(sys.argv[4]), float(sys.argv[5]))
