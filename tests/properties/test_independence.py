"""What the model may know of the fake: nothing; and the machine: its public face."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_secretsdelete

HERE = Path(__file__).parent


def imported(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the modules that a file imports from elsewhere, with the names that it takes from each."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", [alias.name for alias in node.names]


@pytest.mark.parametrize("path", sorted((HERE / "reference").glob("*.py")), ids=lambda path: path.stem)
def test_the_model_shares_nothing_with_the_fake(path: Path) -> None:
    """No module of the model imports the package, nor botocore, which the fake is built around."""
    modules = {module.partition(".")[0] for module, _ in imported(path)}
    assert not modules & {"pytest_secretsdelete", "botocore", "boto3", "freezegun"}


@pytest.mark.parametrize("path", sorted((HERE / "lifecycle").glob("*.py")), ids=lambda path: path.stem)
def test_the_machine_uses_the_public_face(path: Path) -> None:
    """The machine imports of the package what the package exports, and no module within it."""
    for module, names in imported(path):
        if module.partition(".")[0] == "pytest_secretsdelete":
            assert module == "pytest_secretsdelete"
            assert set(names) <= set(pytest_secretsdelete.__all__)
