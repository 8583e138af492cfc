"""The README's example and a use of each public name pass type checkers; what is wrong does not."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import botocore.session
import pytest

import pytest_secretsdelete
from pytest_secretsdelete._service.literals import ErrorCode, OperationName

HERE = Path(__file__).parent
README = HERE.parent.parent / "README.md"
CHECKERS = {
    "mypy": ["mypy", "--strict", "--config-file=", "--no-incremental"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}
WRONG = """
from pytest_secretsdelete import Clock, FakeSecretsManager
FakeSecretsManager(regoin="eu-west-1")
FakeSecretsManager().seed("a", nmae="b")
FakeSecretsManager().secret("a").current.value
Clock().advance(days="7")
"""


def check(checker: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run a type checker on a file."""
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    command = [sys.executable, "-m", *CHECKERS[checker], str(path)]
    # pyright's wrapper asks the package index for newer versions, unless it is told not to warn of them
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=path.parent)


@pytest.mark.parametrize("checker", CHECKERS)
def test_uses(checker: str) -> None:
    """One use of each public name has the type that is written beside it."""
    result = check(checker, HERE / "uses.py")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_readme(checker: str, tmp_path: Path) -> None:
    """The README's example is typed as it stands."""
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "test_example.py"
    path.write_text(example, encoding="utf-8")
    result = check(checker, path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_client(checker: str) -> None:
    """With boto3-stubs, the client is theirs."""
    pytest.importorskip("mypy_boto3_secretsmanager")
    result = check(checker, HERE / "client.py")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_mistakes(checker: str, tmp_path: Path) -> None:
    """A wrong name, and a value that may be missing, are found: a line each."""
    path = tmp_path / "wrong.py"
    path.write_text(WRONG, encoding="utf-8")
    result = check(checker, path)
    lines = {int(line) for line in re.findall(r"wrong\.py:(\d+):.*error", result.stdout)}
    assert lines == {3, 4, 5, 6}, result.stdout


def test_each_public_name_is_used() -> None:
    """The uses name everything that the package exports, but for what a call alone raises."""
    tree = ast.parse((HERE / "uses.py").read_text(encoding="utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(pytest_secretsdelete.__all__) - used <= {"FakeStoppedError"}


def test_literals() -> None:
    """The names on offer are those of the service model, and errors that services have in common."""
    model = botocore.session.Session().get_service_model("secretsmanager")
    operations = set(get_args(OperationName)) - {"*"}
    assert operations >= set(model.operation_names)
    assert set(get_args(ErrorCode)) >= {shape.name for shape in model.error_shapes}
