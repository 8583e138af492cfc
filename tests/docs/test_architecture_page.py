"""The page on the architecture names what is there: every module, every name in a module, every folder of tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pytest_secretsdelete

from . import pages

PACKAGE = Path(pytest_secretsdelete.__file__).parent
TESTS = Path(__file__).parents[1]
PAGE = (pages.DOCS / "contributing" / "architecture.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")]
#: `Name` in `path/of/module.py`, or `Name` and `Name` in it, or `Name` (`path/of/module.py`).
_NAME = r"`(?!\w+\.py`)\w[\w.]*`"
NAMED = re.compile(rf"({_NAME}(?:(?:, | and |, and ){_NAME})*)(?: of | in | are in | \()`([\w/]+\.py)`")
#: The rows of the shapes: | `Name` | `path/of/module.py` |.
SHAPES = re.compile(r"^\| `(\w+)` \| `([\w/]+\.py)` \|", re.MULTILINE)


def named() -> list[tuple[str, str]]:
    """Return each name that the page gives, with the module that it gives for it."""
    found = [(name, module) for names, module in NAMED.findall(PAGE) for name in re.findall(r"`(\w[\w.]*)`", names)]
    return sorted({*found, *SHAPES.findall(PAGE)})


def defined(module: str) -> set[str]:
    """Return what a module defines itself: functions, classes with their members, and variables, none imported."""
    found: set[str] = set()
    for node in ast.parse((PACKAGE / module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            members = [item.name for item in node.body if isinstance(item, ast.FunctionDef)]
            found |= {node.name, *members, *(f"{node.name}.{member}" for member in members)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize(("name", "module"), named())
def test_names(name: str, module: str) -> None:
    """A name is defined by the module that the page gives for it, not just imported there."""
    assert name in defined(module)


def test_questions_of_a_newcomer() -> None:
    """The page has a module for each of these, in a row of its own."""
    rows = {
        "where a recovery window is checked": ("check_window", "_service/operations/deletion.py"),
        "where botocore is hooked": ("REGISTRATIONS", "_reach/interception.py"),
        "what a `secret` marker may say": ("secret", "_service/seeds.py"),
        "what a `secretsmanager` marker may say": ("settings", "_pytest/markers.py"),
        "where time is frozen": ("freeze", "_time/freezing.py"),
        "what runs a rotation": ("RotationRunner", "_service/rotation_run.py"),
    }
    for question, (name, module) in rows.items():
        (row,) = [row for row in ROWS if row.startswith(f"| {question} |")]
        assert f"`{name}`" in row
        assert (name, module) in named()


def test_modules() -> None:
    """Every path of a module or a folder of the package is there."""
    paths = re.findall(r"`((?:_\w+/[\w/]*|_\w+\.py|plugin\.py)(?:\.py)?)`", PAGE)
    assert len(paths) > 40
    assert [path for path in paths if not (PACKAGE / path).exists()] == []


def test_the_tree() -> None:
    """The tree has the files and folders of the package, and no others."""
    (tree,) = [block.text for block in pages.blocks(pages.DOCS / "contributing" / "architecture.md")][:1]
    drawn = {line.split()[0].rstrip("/") for line in tree.splitlines() if re.match(r"  \S", line)}
    there = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert drawn == there


def test_folders_of_tests() -> None:
    """The page names every folder of tests."""
    folders = {path.parent.name for path in TESTS.glob("*/*") if path.suffix == ".py"}
    assert {folder for folder in folders if not re.search(rf"`(?:tests/)?{folder}`", PAGE)} == set()
