"""What the plugin declares to pytest: its fixtures, the schemas of its markers, its options."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_secretsdelete import FakeSecretsManager, plugin
from pytest_secretsdelete._pytest import markers
from pytest_secretsdelete._service import seeds

from .docstrings import arguments


@dataclass(frozen=True)
class Fixture:
    """A public fixture: its scope, and its docstring."""

    name: str
    scope: str
    text: str


@dataclass
class Options:
    """The ini options and the command-line options that `pytest_addoption` adds to it, as to pytest's parser."""

    ini: dict[str, dict[str, Any]] = field(default_factory=dict)
    command_line: dict[str, dict[str, Any]] = field(default_factory=dict)

    def getgroup(self, name: str, description: str) -> Options:
        return self

    def addoption(self, name: str, **options: Any) -> None:
        self.command_line[name] = options

    def addini(self, name: str, text: str, **options: Any) -> None:
        self.ini[name] = {"help": text, **options}


def fixtures() -> dict[str, Fixture]:
    """Return the public fixtures, by name: those of a test first."""
    tree = ast.parse(Path(plugin.__file__).read_text(encoding="utf-8"))
    found: dict[str, Fixture] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            for decorator in node.decorator_list:
                if ast.unparse(decorator).startswith("pytest.fixture"):
                    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
                    scope = next((ast.literal_eval(k.value) for k in keywords if k.arg == "scope"), "function")
                    found[node.name] = Fixture(node.name, scope, ast.get_docstring(node) or "")
    return dict(sorted(found.items(), key=lambda item: item[1].scope))


def options() -> Options:
    """Return the options that the plugin adds to pytest."""
    added = Options()
    plugin.pytest_addoption(added)  # type: ignore[arg-type]
    return added


def marker_form(name: str) -> str:
    """Return how a marker is written, as `pytest --markers` shows it."""
    return next(line for line in markers.marker_help() if line.startswith(f"{name}(")).rpartition("):")[0] + ")"


def marker_arguments(name: str) -> dict[str, str]:
    """Return what each argument of a marker means; what the fake takes itself is documented there."""
    schema, fakes = _schema_and_fakes(name)
    texts = {**arguments(fakes), **arguments(schema)}
    return {argument: texts[argument] for argument in inspect.signature(schema).parameters}


def marker_types(name: str) -> dict[str, str]:
    """Return the type of each argument of a marker; what the marker takes as anything, the fake checks."""
    schema, fakes = _schema_and_fakes(name)
    checked = inspect.signature(fakes).parameters
    given = inspect.signature(schema).parameters
    return {
        name: checked[name].annotation if one.annotation == "Any" else one.annotation for name, one in given.items()
    }


def _schema_and_fakes(name: str) -> tuple[Any, Any]:
    return {
        markers.SECRET: (seeds.secret, FakeSecretsManager.seed),
        markers.SETTINGS: (markers.settings, FakeSecretsManager.__init__),
    }[name]
