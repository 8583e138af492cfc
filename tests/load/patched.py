"""What code may have left patched in this process: a picture of it, and the differences of two pictures.

Run as a script it prints what each way to end a test leaves behind, as JSON.
"""

from __future__ import annotations

import asyncio
import gc
import http.server  # noqa: F401 - what is imported during a test has changed nothing
import json
import os
import signal
import sys
import threading
import warnings
from typing import Any

import botocore.session
import freezegun
import pytest
from botocore import handlers
from botocore.hooks import HierarchicalEmitter

#: Whose modules are pictured, with all that is below them.
PACKAGES = ("asyncio", "boto3", "botocore", "datetime", "freezegun", "http", "random", "socket", "threading", "time")
PACKAGES += ("_strptime", "concurrent", "s3transfer", "select", "selectors", "socketserver", "ssl", "urllib3", "uuid")
#: What these packages themselves remember of what they have seen, and of the threads that live.
CACHES = {
    "asyncio.coroutines._iscoroutine_typecache",
    "botocore._xform_cache",
    "freezegun.api._GLOBAL_MODULES_CACHE",
    "threading._active",
    "threading._limbo",
}
#: What copyreg and enum remember at a class.
CACHES_OF_CLASSES = {"__slotnames__", "_value2member_map_"}

#: What register_first and register_last are in botocore's list of handlers, and in this module.
SECTIONS = {handlers.REGISTER_FIRST: "first", handlers.REGISTER_LAST: "last"}

Picture = dict[str, Any]


class Handlers:
    """What is registered, as (event, handler, section).

    Equal to another with the same but for the plugin's own registrations, of which each may be there once: they stay,
    and do nothing while no fake is active.
    """

    def __init__(self, entries: list[tuple[str, Any, str]]) -> None:
        self.entries = entries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handlers) and self._without_dormant() == other._without_dormant()

    __hash__ = None  # type: ignore[assignment]

    def _without_dormant(self) -> list[tuple[str, Any, str]]:
        # imported after the picture of the process before its first fake, in which an import might change something
        from pytest_secretsdelete._reach import interception, ssm

        left = self.entries[:]
        for entry in (*interception.REGISTRATIONS, *ssm.REGISTRATIONS):
            if entry in left:
                left.remove(entry)
        return left


def picture() -> Picture:
    """Return all names of these packages with their values, and what else a test might leave changed."""
    gc.collect()
    seen: Picture = {}
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES:
            _add_names(seen, name, vars(module))
    seen |= {f"os.environ {name}": value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    for emitter in [thing for thing in gc.get_objects() if type(thing) is HierarchicalEmitter]:
        seen[f"handlers of {id(emitter)}"] = (emitter, Handlers(_registered(emitter)))
    for number in signal.valid_signals():
        seen[f"signal {number}"] = signal.getsignal(number)
    seen["threads"] = [thread.name for thread in threading.enumerate()]
    seen["tracing"] = (sys.gettrace(), sys.getprofile(), sys.excepthook, threading.excepthook, sys.meta_path[:])
    seen["warnings"] = list(warnings.filters)
    return seen


def _add_names(seen: Picture, prefix: str, names: Any) -> None:
    for name, value in list(names.items()):
        path = f"{prefix}.{name}"
        if path in CACHES or name in CACHES_OF_CLASSES or name == "__builtins__":
            continue
        seen[path] = value
        if path == "botocore.handlers.BUILTIN_HANDLERS":
            entries = [(entry[0], entry[1], SECTIONS.get(entry[-1], "middle")) for entry in value]
            seen[f"{path}, its contents"] = Handlers(entries)
        elif isinstance(value, (list, dict, set)):
            seen[f"{path}, its contents"] = value.copy()
        elif isinstance(value, type) and value.__module__.partition(".")[0] in PACKAGES:
            if f"class {value.__module__}.{value.__qualname__}" not in seen:
                seen[f"class {value.__module__}.{value.__qualname__}"] = value
                _add_names(seen, f"class {value.__module__}.{value.__qualname__}", vars(value))


def _registered(emitter: Any) -> list[tuple[str, Any, str]]:
    """Return all that is registered on an emitter, under whatever event."""
    found, nodes = [], [([], emitter._handlers._root)]
    while nodes:
        parts, node = nodes.pop()
        sections = node["values"]._asdict() if node["values"] is not None else {}
        found += [(".".join(parts), handler, section) for section in sections for handler in sections[section]]
        nodes += [([*parts, part], child) for part, child in node["children"].items()]
    return found


def differences(before: Picture, after: Picture) -> list[str]:
    """Return what is not the same object, or does not have the same contents, and what has gone or come."""
    modules = {path.rpartition(".")[0] for path in before}
    found = [path for path in before if path not in after]
    for path, value in after.items():
        if path not in before:
            # a module that was imported meanwhile, and a client that was made, have changed nothing
            is_new = path.rpartition(".")[0] not in modules or path.startswith("handlers of")
            found += [] if is_new else [path]
        elif isinstance(value, (list, dict, set, tuple, str, Handlers)):
            found += [] if value == before[path] else [path]
        elif value is not before[path]:
            found.append(path)
    return found


TESTS = """
import asyncio, time
import boto3, pytest
from pytest_secretsdelete import FakeSecretsManager, fake_secretsmanager

def everything_is_changed(client, clock):
    client.create_secret(Name="a", SecretString="value")
    clock.advance(days=1)
    time.sleep(3600)
    asyncio.run(asyncio.sleep(3600))
    boto3.client("secretsmanager").describe_secret(SecretId="a")
    assert "sleep" in time.sleep.__name__ and time.sleep.__module__ != "time"

@pytest.fixture
def both(secretsmanager_client, secretsmanager_clock, secretsmanager_endpoint, secretsmanager_agent, request):
    everything_is_changed(secretsmanager_client, secretsmanager_clock)

@pytest.fixture(scope="module", params=["fixtures", "blocks"])
def how(request):
    return request.param

@pytest.mark.secretsmanager(region="eu-west-3", skip_sleeps=True, now="2031-05-06T07:08:09Z")
@pytest.mark.secret("seeded", "value")
def test_ends(how, request):
    if how == "fixtures":
        request.getfixturevalue("both")
        END
    with fake_secretsmanager(region="us-west-2") as outer, FakeSecretsManager() as inner, outer.endpoint():
        with inner.checkpoint(), inner.agent():
            inner.client().create_secret(Name="b")
            END
"""
ENDINGS = {
    "normally": "return",
    "assertion": "assert not how",
    "exception": "raise ZeroDivisionError",
    "skip": "pytest.skip()",
    "interrupt": "raise KeyboardInterrupt",
    "exit": "pytest.exit('enough')",
    "system exit": "raise SystemExit(3)",
}


def main() -> None:
    """End tests in each way, and print what is not as before the first fake, and how the runs ended."""
    client = botocore.session.Session().create_client("secretsmanager", region_name="eu-west-1")
    with freezegun.freeze_time("2031-05-06"):
        pass
    asyncio.run(asyncio.sleep(0))
    options = ["-q", *(f"-pno:{name}" for name in ("cacheprovider", "randomly", "socket", "hypothesispytest"))]
    pytest.main([*options, "--version"])
    before, report = picture(), {}
    for name, ending in ENDINGS.items():
        with open("test_ends.py", "w") as file:
            file.write(TESTS.replace("END", ending))
        sys.modules.pop("test_ends", None)
        for how in ("fixtures", "blocks"):
            status = pytest.main([*options, f"test_ends.py::test_ends[{how}]"])
            report[f"{name}, {how}"] = (int(status), differences(before, picture()))
    print("\n" + json.dumps(report))
    del client


if __name__ == "__main__":
    main()
