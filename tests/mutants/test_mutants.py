"""The command that counts mutants: what it draws, what it computes, and that its list is of lines that are there."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="forks")

from .changes import changed_lines
from .children import Children, Deadline
from .equivalents import Change, Equivalent, change_of, listed
from .known import NARROW, Known, Ranking, read, sources, write
from .sample import drawn, interval, is_enough

ROOT = Path(__file__).parents[2]
MADE = {"a.py": [f"a{number}" for number in range(90)], "b.py": [f"b{number}" for number in range(9)], "c.py": ["c0"]}
DIFF = """--- a.py
+++ a.py
@@ -1,2 +1,2 @@
 def f(self):
-    return one < two
+    return one <= two
"""


def test_a_sample_is_drawn_again_by_its_seed() -> None:
    """The same seed draws the same mutants, another seed others, each mutant once."""
    names = drawn(MADE, 20, 1)
    assert names == drawn(MADE, 20, 1) != drawn(MADE, 20, 2)
    assert len(names) == len(set(names))


def test_a_sample_has_of_each_module() -> None:
    """Each module gives its share, and the smallest one mutant."""
    names = drawn(MADE, 20, 1)
    assert [sum(name.startswith(module) for name in names) for module in "abc"] == [18, 2, 1]


@pytest.mark.parametrize("size", [None, 100, 1000])
def test_all_of_them(size: int | None) -> None:
    """Without a size, and with one that is large enough, all are run."""
    assert sorted(drawn(MADE, size, 1)) == sorted(name for names in MADE.values() for name in names)


def test_an_interval() -> None:
    """Wilson's interval, by the figures of a table; it stays between 0 and 1."""
    assert interval(95, 100) == pytest.approx((0.8882, 0.9785), abs=0.0001)
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(10, 10)[1] == pytest.approx(1.0)
    assert interval(0, 10)[0] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (("m", "f", "return one < two", "return one <= two"), True),
        (("m", "f", "return one < two", ""), True),
        (("m", "f", "return one < two", "return one > two"), False),
        (("m", "f", "return two", ""), False),
        (("m", "g", "return one < two", ""), False),
        (("n", "f", "return one < two", ""), False),
    ],
)
def test_an_equivalent_mutant(entry: tuple[str, str, str, str], covered: bool) -> None:
    """An entry covers the mutant of its function that takes its line away and puts the other in its place."""
    change = change_of("m.f", DIFF)
    assert change == Change("m.f", ("return one < two",), ("return one <= two",))
    assert Equivalent(*entry, reason="a reason").covers(change) is covered


@pytest.mark.parametrize("entry", listed(), ids=lambda entry: f"{entry.function}: {entry.becomes}")
def test_the_list_is_of_lines_that_are_there(entry: Equivalent) -> None:
    """Each entry of the list has a reason, and its line is in its module; it goes when the line goes."""
    path = ROOT / entry.module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert entry.was in map(str.strip, lines)
    assert len(entry.reason) > 20


STARTER = "test_a.py::test_of_a_process"


def _known() -> dict[str, Known]:
    tests = {f"test_a.py::test_{one}": Known(["m.x_f"] + ["m.x_g"] * one, 0.01, True, "") for one in range(30)}
    return tests | {
        "test_a.py::test_slow": Known(["m.x_f"], 3.0, True, ""),
        "test_a.py::test_failed": Known(["m.x_f"], 0.01, False, ""),
        "test_a.py::test_of_replicas": Known(["m.x_f", "m.x_replica"] * 99, 0.01, True, ""),
        "test_a.py::test_keys": Known(["m.x_f"] * 99, 0.01, True, ""),
        STARTER: Known([], 0.01, True, "", starts_processes=True),
    }


def test_what_is_known_is_kept(tmp_path: Path) -> None:
    """What is written is read again; without a file, nothing is known."""
    write(tmp_path / "known.json", _known())
    assert read(tmp_path / "known.json") == _known()
    assert read(tmp_path / "none.json") == {}


def test_the_order_of_tests() -> None:
    """A mutant meets each passing test of its function once: a few narrow ones, those that share words, slow ones.

    Those that start other processes are among them: there they may call the function.
    """
    ranking = Ranking(_known())
    order = ranking.order("m.x_f", "return secret.replicas")
    assert sorted(set(order)) == sorted(order)
    assert set(order) == set(_known()) - {"test_a.py::test_failed"}
    assert order[:NARROW] == [f"test_a.py::test_{one}" for one in range(NARROW)]
    assert order[NARROW] == "test_a.py::test_of_replicas"
    assert order[-1] == "test_a.py::test_slow"
    assert NARROW < order.index(STARTER) <= 2 * NARROW
    assert ranking.order("m.x_f", "keys = None")[NARROW] == "test_a.py::test_keys"


def test_tests_that_noticed_come_first() -> None:
    """Those that noticed other mutants of the function come before all others, the latest first."""
    ranking = Ranking(_known())
    for test in ("test_a.py::test_20", "test_a.py::test_slow", "test_a.py::test_20", "test_a.py::test_25"):
        ranking.notice("m.x_f", test)
    assert ranking.order("m.x_f", "")[:3] == ["test_a.py::test_25", "test_a.py::test_20", "test_a.py::test_slow"]
    assert ranking.order("m.x_replica", "") == ["test_a.py::test_of_replicas", STARTER]


def test_functions_that_no_test_calls() -> None:
    """A function that no passing test calls in its own process has those that start others."""
    ranking = Ranking(_known())
    assert [ranking.is_called(name) for name in ("m.x_f", "m.x_none")] == [True, False]
    assert ranking.order("m.x_none", "") == [STARTER]
    assert ranking.callers("m.x_none", "") == []


MUTATED = """
def x_f__mutmut_orig(a):
    one = 1
    return a < one

def x_f__mutmut_1(a):
    one = 1
    return a <= one

class Known:
    def xǁKnownǁg__mutmut_orig(self):
        return "value"

    def xǁKnownǁg__mutmut_1(self):
        return "XXvalueXX"

def f(a):
    return trampoline(a)
"""


def test_changed_lines(tmp_path: Path) -> None:
    """Each mutant has the lines that it does not share with its function; modules without mutants have none."""
    (tmp_path / "package" / "room").mkdir(parents=True)
    for name, text in {"plain.py": "def f(): pass", "room/part.py": MUTATED, "room/__init__.py": MUTATED}.items():
        (tmp_path / "package" / name).write_text(text, encoding="utf-8")
    changed = {
        "x_f__mutmut_1": {"return a < one", "return a <= one"},
        "xǁKnownǁg__mutmut_1": {'return "value"', 'return "XXvalueXX"'},
    }
    assert {name: set(text.splitlines()) for name, text in changed_lines(tmp_path / "package").items()} == {
        f"package.{module}.{name}": lines for module in ("room", "room.part") for name, lines in changed.items()
    }


pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


def _hang(deadline: Deadline) -> int:
    deadline.put_off(-4, 7)  # 5 times as much fewer: at once
    while True:
        time.sleep(1)


def _spin(deadline: Deadline) -> int:
    deadline.put_off(-0.9, 8)
    while True:
        pass


def _raise(deadline: Deadline) -> int:
    deadline.put_off(0, 9)
    raise ValueError


def test_what_becomes_of_children() -> None:
    """A child that returns 0 has survived, another answer or an exception is a kill, and one that hangs is ended."""
    told: dict[str, tuple[str, int]] = {}
    children = Children(2)
    for name, program in {
        "zero": lambda _: 0,
        "one": lambda _: 1,
        "raises": _raise,
        "hangs": _hang,
        "spins": _spin,
        "killed": lambda _: os.kill(os.getpid(), signal.SIGTERM),
    }.items():
        children.start(program, lambda verdict, position, name=name: told.update({name: (verdict, position)}))
    children.finish()
    assert told == {
        "zero": ("survived", 0),
        "one": ("killed", 0),
        "raises": ("killed", 9),
        "hangs": ("timeout", 7),
        "spins": ("timeout", 8),
        "killed": ("killed", 0),
    }


@pytest.mark.parametrize(
    ("killed", "differing", "failed_controls", "enough"),
    [(95, 100, 0, True), (94, 100, 0, False), (100, 100, 1, False), (0, 0, 0, False)],
)
def test_what_is_enough(killed: int, differing: int, failed_controls: int, enough: bool) -> None:
    """95 % are enough, unless tests also fail where nothing is changed."""
    assert is_enough(killed, differing, failed_controls) == enough


def test_what_is_known_of_a_source(tmp_path: Path) -> None:
    """A change of a test's module is one for its tests, and a change of the package or of shared code for all."""
    (tmp_path / "tests" / "support").mkdir(parents=True)
    (tmp_path / "pytest_secretsdelete").mkdir()
    for name in ("test_a.py", "test_b.py", "conftest.py", "support/raw.py", "rows.py"):
        (tmp_path / "tests" / name).write_text(name)
    tests = ["tests/test_a.py::test_one", "tests/test_a.py::test_two", "tests/test_b.py::test_one"]

    def changed(path: str) -> list[bool]:
        before = sources(tmp_path, tests)
        (tmp_path / path).write_text("changed")
        after = sources(tmp_path, tests)
        return [before[test] != after[test] for test in tests]

    assert changed("tests/test_a.py") == [True, True, False]
    for path in ("tests/conftest.py", "tests/support/raw.py", "tests/rows.py", "pytest_secretsdelete/new.py"):
        assert changed(path) == [True, True, True]
