"""The docstrings of the public names say what the reference, which is made of them, is to say."""

from __future__ import annotations

import ast
import enum
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pytest_secretsdelete
from pytest_secretsdelete import plugin

from . import pages
from .public import CLASSES, members_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docs._extensions import declared

#: Sections of a docstring that describe what the signature has.
_ARGUMENT = re.compile(r"^    (\w+): \S", re.MULTILINE)


@pytest.fixture
def declared_by_the_plugin() -> Any:
    """Return the module that reads what the plugin declares; it needs Sphinx."""
    pytest.importorskip("sphinx")
    from docs._extensions import declared

    return declared


def documented_attributes(cls: type) -> set[str]:
    """Return the attributes of a class that have a docstring below them."""
    tree = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__)
    found = set()
    for node, after in zip(body, body[1:], strict=False):
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        is_docstring = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(target, ast.Name) and is_docstring:
            found.add(target.id)
    return found


def described(function: Any) -> set[str]:
    """Return the arguments in the `Args:` section of a docstring."""
    _, _, section = (inspect.getdoc(function) or "").partition("\nArgs:\n")
    return set(_ARGUMENT.findall(section.partition("\n\n")[0]))


def functions() -> Iterator[tuple[str, Any]]:
    """Yield the functions and methods that users call."""
    yield "fake_secretsmanager", pytest_secretsdelete.fake_secretsmanager
    for name, cls in CLASSES.items():
        for member, function in inspect.getmembers(cls, lambda one: inspect.isfunction(one) or inspect.ismethod(one)):
            if not member.startswith("_"):
                yield f"{name}.{member}", function
    yield "FakeSecretsManager.__init__", pytest_secretsdelete.FakeSecretsManager.__init__


@pytest.mark.parametrize("name", sorted(pytest_secretsdelete.__all__))
def test_exported_names_have_docstrings(name: str) -> None:
    """Each exported name says what it is."""
    thing = getattr(pytest_secretsdelete, name)
    assert isinstance(thing, str) or inspect.getdoc(thing)


@pytest.mark.parametrize("name", CLASSES)
def test_members_have_docstrings(name: str) -> None:
    """Each public member of a class has a docstring of its own."""
    cls = CLASSES[name]
    bare = [
        member
        for member in members_of(name) - documented_attributes(cls)
        if isinstance(inspect.getattr_static(cls, member), enum.Enum) or not inspect.getattr_static(cls, member).__doc__
    ]
    assert bare == []


@pytest.mark.parametrize(("name", "function"), list(functions()), ids=lambda one: one if isinstance(one, str) else "")
def test_arguments_are_described(name: str, function: Any) -> None:
    """A docstring that describes one argument describes them all, and none that is not there."""
    arguments = set(inspect.signature(function).parameters) - {"self", "cls"}
    assert described(function) in (set(), arguments)


@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_examples_of_classes_run(cls: type) -> None:
    """An example in the docstring of a class runs as it stands."""
    for code in re.findall(r"```python\n(.*?)```", inspect.getdoc(cls) or "", re.DOTALL):
        exec(compile(code, f"<{cls.__name__}>", "exec"), {})


def test_the_fake_has_an_example() -> None:
    """The reference of the fake begins with an example, which its docstring has."""
    assert "```python" in (pytest_secretsdelete.FakeSecretsManager.__doc__ or "")


def test_fixtures_have_headings(declared_by_the_plugin: declared) -> None:
    """Each public fixture has a heading of its own, under which its docstring is rendered."""
    fixtures = declared_by_the_plugin.fixtures()
    page = pages.DOCS / "reference" / "fixtures.md"
    assert {"secretsmanager", "secretsmanager_clock"} < fixtures.keys()
    assert fixtures.keys() <= pages.anchors(page)
    assert re.findall(r"^\.\. fixture:: (\w+)$", page.read_text(encoding="utf-8"), re.MULTILINE) == list(fixtures)


@pytest.mark.parametrize("marker", ["secret", "secretsmanager"])
def test_arguments_of_markers_are_described(declared_by_the_plugin: declared, marker: str) -> None:
    """Each argument of a marker's schema has its text, and the form is what `pytest --markers` shows."""
    form = declared_by_the_plugin.marker_form(marker)
    texts, types = declared_by_the_plugin.marker_arguments(marker), declared_by_the_plugin.marker_types(marker)
    assert all(texts.values())
    assert types.keys() == texts.keys()
    assert types["region"] == "str | None"
    assert re.findall(r"(\w+)(?:=|,|\))", form.partition("(")[2])[0] == next(iter(texts))
    assert all(f"{argument}=" in form or argument == "name" for argument in texts)


def test_the_help_has_every_option(pytester: pytest.Pytester) -> None:
    """`pytest --help` has a section of this plugin, and each ini option with its help."""
    shown = " ".join(pytester.runpytest_inprocess("--help", "-pno:asyncio").stdout.str().split())
    section = shown.partition("AWS Secrets Manager (pytest-secretsdelete): ")[2]
    assert section.startswith("--secretsmanager-report=WHAT which tests' reports")
    for name, _, _, text in plugin._INI_OPTIONS:
        assert re.search(rf"secretsmanager_{name} \(\w+\): {re.escape(text)}", shown), name
