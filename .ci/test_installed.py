"""The installed package, with its source out of reach: copied to an empty directory, and run there by .ci/run."""

from __future__ import annotations

import sysconfig
from importlib.metadata import distribution, entry_points
from pathlib import Path

import pytest

import pytest_secretsdelete

PLACE = Path(sysconfig.get_path("purelib")).resolve()


def test_it_is_the_installed_one() -> None:
    """The package that the examples beside this file import is that of the distribution, and no source tree."""
    home = Path(pytest_secretsdelete.__file__).resolve().parent
    assert home == PLACE / "pytest_secretsdelete"
    files = distribution("pytest-secretsdelete").files or []
    installed = {Path(file.locate()).resolve() for file in files}
    assert set(home.rglob("*.py")) <= installed
    assert {file.parts[0] for file in files if file.suffix == ".py"} == {"pytest_secretsdelete"}


def test_it_is_typed_and_licensed() -> None:
    """The marker for type checkers and the licence are installed with it."""
    names = {file.name for file in distribution("pytest-secretsdelete").files or []}
    assert {"py.typed", "LICENSE"} <= names


def test_pytest_finds_the_plugin(pytestconfig: pytest.Config) -> None:
    """pytest has loaded the plugin by its entry point."""
    (found,) = entry_points(group="pytest11", name="secretsdelete")
    plugin = pytestconfig.pluginmanager.get_plugin("secretsdelete")
    assert plugin is found.load()
    assert Path(plugin.__file__).resolve().is_relative_to(PLACE)
