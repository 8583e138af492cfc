"""What the import checker does not see: a short listing, short functions, roles in a line, no heavy library loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_secretsdelete

ROOT = Path(pytest_secretsdelete.__file__).parent
HEAVY = ("pytest", "_pytest", "botocore", "boto3", "freezegun", "time_machine", "http.server")
MODULES = [
    ".".join(part for part in path.relative_to(ROOT).with_suffix("").parts if part != "__init__")
    for path in sorted(ROOT.rglob("*.py"))
]
TESTS = Path(__file__).parent
#: Lines, its decorators not counted.
LONGEST_FUNCTION = 45


def test_no_module_but_the_plugins_loads_a_heavy_library() -> None:
    """Importing the rest of the package, module by module, imports neither pytest, botocore nor freezegun."""
    modules = [f"pytest_secretsdelete.{name}".rstrip(".") for name in MODULES]
    late = [
        name for name in modules if not name.startswith(("pytest_secretsdelete.plugin", "pytest_secretsdelete._pytest"))
    ]
    code = (
        "import importlib, sys\n"
        f"for name in {late}:\n"
        "    importlib.import_module(name)\n"
        f"    loaded = [heavy for heavy in {HEAVY[:-1]} if heavy in sys.modules]\n"
        "    assert not loaded, (name, loaded)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_plugin_loads_nothing_else_of_the_package() -> None:
    """A run that does not use the plugin pays for this one module."""
    code = (
        "import sys, pytest_secretsdelete.plugin\n"
        "print(*sorted(name for name in sys.modules if name.startswith('pytest_secretsdelete')))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["pytest_secretsdelete", "pytest_secretsdelete.plugin"]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_its_role_in_a_line(name: str) -> None:
    """The docstring of a module begins with one sentence on a line of its own."""
    path = ROOT.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith('"""')
    assert first.rstrip('"').endswith(".")


def _lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or 0) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    docstring = node.body[0]
    return lines - ((docstring.end_lineno or 0) - docstring.lineno + 1)


def test_the_listing_is_short() -> None:
    """The package has at most six files and five folders."""
    listed = [path for path in ROOT.iterdir() if path.name != "__pycache__"]
    assert len([path for path in listed if path.is_file()]) <= 6
    assert len([path for path in listed if path.is_dir()]) <= 5


@pytest.mark.parametrize("root", [ROOT, TESTS], ids=["package", "tests"])
def test_functions_are_short(root: Path) -> None:
    """No function has more than 45 lines, without its docstring: the reference of the documentation is made of those."""
    functions = [
        (path.relative_to(root).as_posix(), node)
        for path in sorted(root.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 500
    lengths = {f"{path}: {node.name}": _lines_without_docstring(node) for path, node in functions}
    assert {where: lines for where, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
