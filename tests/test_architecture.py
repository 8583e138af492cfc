"""What the import checker does not see: importing a module loads no heavy library, and each folder says its role."""

from __future__ import annotations

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
