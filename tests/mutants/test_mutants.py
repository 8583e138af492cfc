"""The command that counts mutants: what it draws, what it computes, and that its list is of lines that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from .equivalents import Change, Equivalent, change_of, listed
from .sample import drawn, interval

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
