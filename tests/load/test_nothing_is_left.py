"""However a test ends, nothing stays patched: names of modules and classes, the environment, handlers, threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.client
import pytest

from ..support import PATIENCE, REGION
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
    ran = subprocess.run(
        [sys.executable, "-m", "tests.load.patched"],
        cwd=tmp_path_factory.mktemp("left"),
        env=environment | {"AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, tuple[int, list[str]]] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("how", ["fixtures", "blocks"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left(left: dict[str, Any], ending: str, how: str) -> None:
    """A test with fixtures or blocks of every kind leaves all as it was before the first fake of the process."""
    assert left[f"{ending}, {how}"] == [STATUSES.get(ending, FAILED), []]


def add_a_handler(client: Any) -> None:
    client.meta.events.register("before-call", lambda **_: None)


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
        (lambda _, client: add_a_handler(client), "handlers of"),
    ],
)
def test_what_is_left_is_seen(
    change: Callable[[pytest.MonkeyPatch, Any], None], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name, a class's attribute, a variable or a handler that stays changed is found."""
    client = boto3.Session("a", "b").client("secretsmanager", region_name=REGION)
    before = picture()
    change(monkeypatch, client)
    found = differences(before, picture())
    monkeypatch.undo()
    assert any(path in left for left in found)
