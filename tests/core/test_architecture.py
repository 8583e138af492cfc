"""The rooms of the package and who may import whom: arrows point down, and each library has one door."""

from __future__ import annotations

import ast
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import pytest_secretsdelete

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(pytest_secretsdelete.__file__).parent

#: The rooms, ground floor first. A room may import those before it alone; a new one is put where it belongs.
ROOMS = (
    # what a secret is, and what AWS says
    "_instant",
    "_names",
    "_errors",
    "_passwords",
    "_policy",
    "_policy_reach",
    "_schedule",
    "_model",
    "_due",
    # what is on the wire and in the record
    "_wire",
    "_active",
    "_timeline",
    "_validation",
    # the store, and what is asked of it
    "_store",
    "_request",
    "_faults",
    "_rotating",
    "_operations.filters",
    "_operations.paging",
    "_operations.passwords",
    "_operations.schedule",
    "_operations.accounts",
    "_operations.replication",
    "_operations.tags",
    "_operations.staging",
    "_operations.policies",
    "_operations.listing",
    "_operations.deletion",
    "_operations.values",
    "_operations.creation",
    "_operations.rotation",
    "_operations",
    "_seeding",
    "_settling",
    "_protocol",
    # the process: its environment, its botocore, its time
    "_environment",
    "_botocore",
    "_buckets",
    "_interception",
    "_guard",
    "_sleeping",
    "_clock",
    # the product
    "_service",
    "_endpoint",
    "_fake",
    "",
    # pytest
    "_seed_file",
    "_plan",
    "plugin",
)
#: The one room that may import a library which is not Python's own.
DOORS = {
    "trio": "_clock",
    "pytest": "plugin",
    "_pytest": "plugin",
    "botocore": "_botocore",
    "freezegun": "_clock",
    "tomli": "_seed_file",
}


class Import(NamedTuple):
    """One import as it stands in a room: of which module, and whether importing the room carries it out."""

    module: str
    at_import: bool


@functools.cache
def rooms() -> dict[str, Path]:
    """Return every module of the package by its name within it; the package itself is ''."""
    paths = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        paths[".".join(part for part in parts if part != "__init__")] = path
    return paths


def imports(room: str, path: Path) -> Iterator[Import]:
    """Yield what a room imports when it runs, inside functions as well; not what is for type checkers alone."""
    package = room.split(".") if path.name == "__init__.py" else room.split(".")[:-1]
    package = [part for part in package if part]

    def visit(node: ast.AST, *, at_import: bool) -> Iterator[Import]:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.orelse:
                yield from visit(child, at_import=at_import)
            return
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, at_import) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield Import(node.module or "", at_import)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            for alias in node.names:
                inner = ".".join([*base, alias.name])
                yield Import(f".{inner if inner in rooms() else '.'.join(base)}", at_import)
        inside = at_import and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            yield from visit(child, at_import=inside)

    yield from visit(ast.parse(path.read_text(encoding="utf-8")), at_import=True)


@pytest.mark.parametrize("room", rooms())
def test_every_room_has_its_place(room: str) -> None:
    """Every module of the package stands in the list of rooms."""
    assert room in ROOMS, f"put {room} among ROOMS, above what it imports and below what imports it"


def test_every_place_has_its_room() -> None:
    """The list names no room twice, and none that is not there."""
    assert sorted(ROOMS) == sorted(rooms())


@pytest.mark.parametrize("room", rooms())
def test_arrows_point_down(room: str) -> None:
    """A room imports rooms below it alone, at its top or inside a function."""
    above = ROOMS[ROOMS.index(room) :]
    inner = {one.module[1:] for one in imports(room, rooms()[room]) if one.module.startswith(".")}
    assert [other for other in inner if other in above] == []


@pytest.mark.parametrize("room", rooms())
def test_each_library_has_one_door(room: str) -> None:
    """What is not Python's own is imported by the one room that it belongs to."""
    outer = {one.module.partition(".")[0] for one in imports(room, rooms()[room]) if not one.module.startswith(".")}
    foreign = outer - set(sys.stdlib_module_names) - {"__future__", "tomllib"}
    assert {name: DOORS.get(name) for name in foreign} == dict.fromkeys(foreign, room)


@pytest.mark.parametrize("room", [room for room in rooms() if room != "plugin"])
def test_heavy_libraries_are_imported_late(room: str) -> None:
    """No room but the plugin imports pytest, botocore or freezegun when it is imported itself."""
    at_import = {one.module.partition(".")[0] for one in imports(room, rooms()[room]) if one.at_import}
    assert not at_import & {"pytest", "_pytest", "botocore", "boto3", "freezegun", "time_machine"}


def test_the_plugin_imports_pytest_alone() -> None:
    """Loading the plugin loads nothing of the package but itself."""
    at_import = {one.module for one in imports("plugin", rooms()["plugin"]) if one.at_import}
    assert at_import <= {"__future__", "typing", "pytest"}


def test_an_arrow_up_is_seen(tmp_path: Path) -> None:
    """This test itself sees imports of every form, and leaves out those of type checkers."""
    path = tmp_path / "room.py"
    path.write_text(
        "from __future__ import annotations\n"
        "import botocore.session\n"
        "from . import _fake\n"
        "from ._service import Service\n"
        "if TYPE_CHECKING:\n    from ._store import Store\nelse:\n    from ._model import Secret\n"
        "def late():\n    from freezegun import api\n    from .plugin import pytest_configure\n"
    )
    assert set(imports("room", path)) == {
        Import("__future__", True),
        Import("botocore.session", True),
        Import("._fake", True),
        Import("._service", True),
        Import("._model", True),
        Import("freezegun", False),
        Import(".plugin", False),
    }
    assert set(imports("_operations.room", path)) >= {Import("._operations", True)}
