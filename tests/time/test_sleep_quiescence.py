"""What virtual time knows of other threads, and the private interfaces from which it knows it."""

from __future__ import annotations

import ast
import asyncio
import re
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import _time
from pytest_secretsdelete._time import quiescence
from pytest_secretsdelete._time.quiescence import (
    PRIVATE_INTERFACES,
    TESTED_VERSIONS,
    ThreadObserver,
    _Observation,
    _observe,
    _thread_status,
    _ThreadStatus,
)

from ..support import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME = sys._getframe()
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of threads, other systems do not")


def private_interface(name: str) -> Any:
    """Return what a name of the list stands for in this process."""
    if name.startswith("/"):
        return Path(name.format(native_id=threading.get_native_id())).read_text()
    module, _, attribute = name.rpartition(".")
    if module == "asyncio.BaseEventLoop":
        loop = asyncio.SelectorEventLoop()
        loop.close()
        return getattr(loop, attribute)
    return getattr(sys.modules[module], attribute)


@pytest.mark.parametrize("name", PRIVATE_INTERFACES)
def test_every_private_interface_exists(name: str) -> None:
    """What the list names is there in this Python."""
    if name.startswith("/") and sys.platform != "linux":
        pytest.skip("Linux tells of threads, other systems do not")
    assert private_interface(name) is not None


def test_private_interfaces_tell_what_is_read_from_them() -> None:
    """A thread that waits is seen where it is, is known by its identifier, and is not about to run."""
    gate = threading.Lock()
    with gate:
        thread = threading.Thread(target=gate.acquire, daemon=True)
        thread.start()
        assert thread.ident in sys._current_frames()
        assert threading._active[thread.ident] is thread  # type: ignore[attr-defined]
        assert thread not in threading._limbo  # type: ignore[attr-defined]
    thread.join(PATIENCE)
    loop = asyncio.SelectorEventLoop()
    assert not loop._ready  # type: ignore[attr-defined]
    loop.call_soon(loop.stop)
    assert len(loop._ready) == 1  # type: ignore[attr-defined]
    assert loop._stopping is False  # type: ignore[attr-defined]
    loop.close()


def private_attributes(tree: ast.AST) -> Iterator[str]:
    """Yield the private attributes that code reads of anything but its own object."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name, owner = node.attr, getattr(node.value, "id", None)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "getattr":
            name, owner = getattr(node.args[1], "value", None), None
        else:
            continue
        if isinstance(name, str) and name.startswith("_") and not name.startswith("__") and owner != "self":
            yield name


def test_no_other_private_interface_is_read() -> None:
    """The list is whole: code of this folder reads no private attribute that it does not name."""
    read = {
        name
        for path in Path(_time.__file__).parent.glob("*.py")
        for name in private_attributes(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert read == {name.rpartition(".")[2] for name in PRIVATE_INTERFACES if not name.startswith("/")}


def test_the_versions_tested() -> None:
    """The interfaces were tested on every version of Python that the package names as its own."""
    pyproject = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r"Python :: (3\.\d+)", pyproject) == list(TESTED_VERSIONS)


@pytest.mark.parametrize(
    ("status", "unmoved", "undisturbed"),
    [
        (_ThreadStatus(is_running=False, context_switches=7), 5, 3),
        (_ThreadStatus(is_running=False, context_switches=8), 5, 0),
        (_ThreadStatus(is_running=True, context_switches=7), 0, 0),
        (None, 5, 0),
    ],
)
def test_an_observation_after_another(status: _ThreadStatus | None, unmoved: int, undisturbed: int) -> None:
    """Looks in a row count where a thread stays at its instruction, and apart those in which it was not woken at all."""
    last = _Observation(id(FRAME), FRAME.f_lasti, 7, unmoved=4, undisturbed=2)
    observation = _observe(last, FRAME, status)
    assert (observation.unmoved, observation.undisturbed) == (unmoved, undisturbed)


def test_an_observation_of_a_thread_that_has_moved() -> None:
    """A thread at another instruction is observed from the beginning."""
    last = _Observation(id(FRAME), FRAME.f_lasti - 2, 7, unmoved=4, undisturbed=2)
    observation = _observe(last, FRAME, _ThreadStatus(is_running=False, context_switches=7))
    assert (observation.unmoved, observation.undisturbed) == (0, 0)


def test_a_thread_that_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a thread is being started, nothing is quiescent."""
    observer, everybody = ThreadObserver(), sys._current_frames().keys()
    assert observer.is_quiescent(everybody)
    monkeypatch.setitem(threading._limbo, object(), object())  # type: ignore[attr-defined]
    assert not observer.is_quiescent(everybody)


def test_a_thread_that_is_at_work() -> None:
    """A thread that runs is never quiescent, however often it is looked at; one that waits is, after some looks."""
    gate, is_to_stop = threading.Lock(), threading.Event()

    def work() -> None:
        while not is_to_stop.is_set():
            pass
        gate.acquire()

    with gate:
        others = set(sys._current_frames())
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        observer = ThreadObserver()
        for _ in range(100):
            assert not observer.is_quiescent(others)
            time.sleep(0.0005)
        is_to_stop.set()
        latest = time.monotonic() + PATIENCE
        while not observer.is_quiescent(others):
            assert time.monotonic() < latest, "it never counts as waiting"
            time.sleep(0.0005)
        observer.forget()
        assert not observer.is_quiescent(others)
    thread.join(PATIENCE)


@pytest.mark.parametrize("is_known", [pytest.param(True, marks=on_linux), False], ids=["known", "unknown"])
def test_how_often_a_waiting_thread_is_looked_at(
    is_known: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A thread that waits is quiescent after four looks, or after 61 where the system tells nothing of it."""
    if not is_known:
        monkeypatch.setattr(quiescence, "_TASKS", tmp_path / "nothing")
    gate, others = threading.Lock(), set(sys._current_frames())
    with gate:
        thread = threading.Thread(target=gate.acquire, daemon=True)
        thread.start()
        observer = ThreadObserver()
        latest = time.monotonic() + PATIENCE
        while not observer.is_quiescent(others):
            assert time.monotonic() < latest, "it never counts as waiting"
            time.sleep(0.0005)
        observer.forget()
        looks = [observer.is_quiescent(others) for _ in range(62)]
        assert looks.index(True) == (3 if is_known else 60)
        assert all(looks[looks.index(True) :])
    thread.join(PATIENCE)


def test_a_system_that_tells_nothing_of_threads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the system has no list of threads, nothing is known of them."""
    monkeypatch.setattr(quiescence, "_TASKS", tmp_path / "nothing")
    assert _thread_status(threading.get_ident()) is None
    assert _thread_status(-1) is None


@on_linux
def test_what_the_system_tells_of_threads() -> None:
    """This thread runs; the threads that threading does not know are looked at together."""
    status = _thread_status(threading.get_ident())
    assert status is not None
    assert status.is_running
    assert status.context_switches > 0
    import _thread

    gate, passed = threading.Lock(), threading.Event()
    gate.acquire()
    unknown = _thread.start_new_thread(lambda: (gate.acquire(), passed.set()), ())
    try:
        assert _thread_status(unknown) is not None
    finally:
        gate.release()
    assert passed.wait(PATIENCE)


@on_linux
def test_a_thread_with_a_name_that_is_no_text() -> None:
    """The system gives a thread's name as the bytes that it is."""
    name = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
    before = name.read_bytes()
    name.write_bytes(b"\xff\xfe")
    try:
        assert _thread_status(threading.get_ident()) is not None
    finally:
        name.write_bytes(before)


class OpaqueLoop:
    """An event loop that tells no more than it has to."""

    def __init__(self, *, runs: bool = True) -> None:
        self._runs = runs

    def is_running(self) -> bool:
        """Return whether it runs."""
        return self._runs


class Loop(OpaqueLoop):
    """An event loop that tells what this package reads of it."""

    def __init__(self, *ready: str, runs: bool = True, is_stopping: bool = False) -> None:
        super().__init__(runs=runs)
        self._ready = ready
        self._stopping = is_stopping


@pytest.mark.parametrize(
    ("loop", "passes_left", "idle"),
    [
        (Loop(), 5, True),
        (Loop("callback"), 0, False),
        (Loop(runs=False), 0, False),
        (Loop(is_stopping=True), 0, False),
        (OpaqueLoop(), 1, False),
        (OpaqueLoop(), 0, True),
        (OpaqueLoop(runs=False), 0, False),
    ],
)
def test_an_idle_loop(loop: Any, passes_left: int, idle: bool) -> None:
    """A loop is idle while it has no callbacks, or after some passes where it hides them; never while it ends."""
    assert quiescence.is_idle(loop, passes_left) is idle
