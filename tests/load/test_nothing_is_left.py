"""However a test ends, nothing stays patched: names of modules and classes, the environment, handlers, threads."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.client
import pytest
from botocore import handlers

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach import interception

from ..support import REGION, run_interpreter
from .patched import ENDINGS, differences, picture

if TYPE_CHECKING:
    from collections.abc import Callable

OK, FAILED, INTERRUPTED = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED
STATUSES = {"normally": OK, "skip": OK, "interrupt": INTERRUPTED, "exit": INTERRUPTED}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, list[str]]]:
    """Return the status of each run, and what it has left, compared with the process before its first fake."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST"))}
    root = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    output = run_interpreter("-m", "tests.load.patched", env=environment, cwd=tmp_path_factory.mktemp("left"))
    found: dict[str, tuple[int, list[str]]] = json.loads(output.splitlines()[-1])
    return found


@pytest.mark.parametrize("how", ["fixtures", "blocks"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left(left: dict[str, Any], ending: str, how: str) -> None:
    """A test with fixtures or blocks of every kind leaves all as it was before the first fake of the process."""
    assert left[f"{ending}, {how}"] == [STATUSES.get(ending, FAILED), []]


def of_ours(**_: Any) -> None:
    """Stand for a handler that the plugin has forgotten."""


of_ours.__module__ = interception.__name__
#: One of the plugin's own registrations.
EVENT, DORMANT, _ = interception.REGISTRATIONS[0]
BUILTIN = "botocore.handlers.BUILTIN_HANDLERS, its contents"


def with_ours(handler: Any) -> list[Any]:
    return [*handlers.BUILTIN_HANDLERS, (EVENT, handler, handlers.REGISTER_FIRST)]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda patch, _: patch.setattr(time, "sleep", lambda seconds: None), "time.sleep"),
        (
            lambda patch, _: patch.setattr(botocore.client.BaseClient, "_make_api_call", None),
            "BaseClient._make_api_call",
        ),
        (lambda patch, _: patch.setenv("AWS_PROFILE", "left"), "os.environ AWS_PROFILE"),
        (lambda patch, _: patch.setattr(threading, "excepthook", print), "threading.excepthook"),
        (lambda patch, _: patch.setattr(threading.Thread, "left", 1, raising=False), "Thread.left"),
        (lambda patch, _: patch.setitem(boto3.session.os.environ, "LEFT", "1"), "os.environ LEFT"),
        (lambda _, client: client.meta.events.register("before-call", lambda **_: None), "handlers of"),
        (lambda _, client: client.meta.events.register_first(EVENT, of_ours), "handlers of"),
        (lambda _, client: client.meta.events.register_first("before-call", DORMANT), "handlers of"),
        (lambda _, client: client.meta.events.register_first(EVENT, DORMANT), "handlers of"),
        (lambda _, client: client.meta.events.register_last(EVENT, DORMANT), "handlers of"),
        (lambda patch, _: patch.setattr(handlers, "BUILTIN_HANDLERS", with_ours(of_ours)), BUILTIN),
        (lambda patch, _: patch.setattr(handlers, "BUILTIN_HANDLERS", with_ours(DORMANT)), BUILTIN),
    ],
)
def test_what_is_left_is_seen(
    change: Callable[[pytest.MonkeyPatch, Any], None], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name, a class's attribute, a variable or a handler that stays changed is found; so is one of ours too many."""
    with FakeSecretsManager():  # registers the dormant handlers, once in a process
        pass
    client = boto3.Session("a", "b").client("secretsmanager", region_name=REGION)
    before = picture()
    change(monkeypatch, client)
    found = differences(before, picture())
    monkeypatch.undo()
    assert any(path in left for left in found)
