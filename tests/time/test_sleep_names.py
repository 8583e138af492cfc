"""Names under which sleep was imported: they move the clock while sleeps are skipped, and are real afterwards."""

from __future__ import annotations

import asyncio
import asyncio as aio
import contextlib
import functools
import importlib
import sys
import time
import types
from asyncio import sleep as nap_of_a_task
from datetime import timedelta
from time import sleep
from time import sleep as nap
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from pytest_secretsdelete._time import patching

from ..support import run_python, within_patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_secretsdelete import Clock

REAL = (time.sleep, asyncio.sleep)


@pytest.fixture
def other_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the name of a module that imports sleep in every way, not imported yet."""
    name = "a_module_that_sleeps"
    (tmp_path / f"{name}.py").write_text(
        "import asyncio, time\nfrom time import sleep\nfrom asyncio import sleep as nap_of_a_task\n"
        "naps = {'sleep': sleep}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)


def slept(clock: Clock, function: Any, *arguments: Any) -> timedelta:
    """Return how far a function moves the clock."""
    start = clock.now()
    within_patience(lambda: function(*arguments))
    return clock.now() - start


def test_names_imported_before(clock: Clock) -> None:
    """Names that a module imported at its top are the clock's inside, and real again afterwards."""
    with clock.skip_sleeps():
        assert slept(clock, time.sleep, 10) == timedelta(seconds=10)
        assert slept(clock, sleep, 10) == timedelta(seconds=10)
        assert slept(clock, nap, 10) == timedelta(seconds=10)
        assert slept(clock, lambda: asyncio.run(asyncio.sleep(10))) == timedelta(seconds=10)
        assert slept(clock, lambda: asyncio.run(aio.tasks.sleep(10))) == timedelta(seconds=10)
        assert slept(clock, lambda: asyncio.run(nap_of_a_task(10))) == timedelta(seconds=10)
    assert (time.sleep, sleep, nap) == (REAL[0],) * 3
    assert (asyncio.sleep, asyncio.tasks.sleep, nap_of_a_task) == (REAL[1],) * 3


def test_a_module_imported_before(clock: Clock, other_module: str) -> None:
    """Names of another module are the clock's inside, and real again afterwards."""
    module = importlib.import_module(other_module)
    with clock.skip_sleeps():
        assert slept(clock, module.sleep, 10) == timedelta(seconds=10)
        assert slept(clock, lambda: asyncio.run(module.nap_of_a_task(10))) == timedelta(seconds=10)
    assert (module.sleep, module.nap_of_a_task) == REAL


def test_a_module_imported_inside(clock: Clock, other_module: str) -> None:
    """A module that is imported inside gets the clock's, and the real ones afterwards."""
    with clock.skip_sleeps():
        module = importlib.import_module(other_module)
        assert slept(clock, module.sleep, 10) == timedelta(seconds=10)
        assert slept(clock, lambda: asyncio.run(module.nap_of_a_task(10))) == timedelta(seconds=10)
        kept = module.naps["sleep"]
    assert (module.sleep, module.nap_of_a_task) == REAL
    assert slept(clock, kept, 0.001) == timedelta(0)


def test_a_name_taken_within_and_kept(clock: Clock) -> None:
    """A reference taken while sleeps are skipped sleeps in real time outside, and moves the clock in the next block."""
    kept: list[Any] = []
    for _ in range(2):
        with clock.skip_sleeps():
            kept.append((time.sleep, asyncio.sleep))
            for taken, taken_async in kept:
                assert slept(clock, taken, 10) == timedelta(seconds=10)
                assert slept(clock, lambda seconds, sleep=taken_async: asyncio.run(sleep(seconds)), 10) == timedelta(
                    seconds=10
                )
    for taken, taken_async in kept:
        assert slept(clock, taken, 0.001) == timedelta(0)
        assert slept(clock, lambda seconds, sleep=taken_async: asyncio.run(sleep(seconds)), 0.001) == timedelta(0)


def test_nothing_is_left_after_an_exception(clock: Clock) -> None:
    """All is put back where the block ends by an exception."""
    with pytest.raises(ZeroDivisionError), clock.skip_sleeps():
        raise ZeroDivisionError
    assert (time.sleep, asyncio.sleep) == REAL
    assert holders_of_stand_ins() == []


class ReadOnly(types.ModuleType):
    """A module of whose attributes some cannot be set."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.read_only:
            raise self.error(name)
        super().__setattr__(name, value)


class Watching(types.ModuleType):
    """A module that has a look at what is set."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)


class Raising(types.ModuleType):
    """A module whose attributes raise, as those of a proxy for something that is not there."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


class Lying(types.ModuleType):
    """A module that shows a namespace which is not its own."""

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        return {"sleep": REAL[0], "elsewhere": REAL[1]}


class Silent(types.ModuleType):
    """A module that has no namespace to show."""

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        raise OSError


class NoModule:
    """What some libraries put in the place of a module."""

    sleep = REAL[0]

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


def namespace_of(module: Any) -> Any:
    """Return the namespace in which the functions of a module look names up; an empty module may have none."""
    return types.ModuleType.__dict__["__dict__"].__get__(module)


@pytest.mark.parametrize(
    "make",
    [Watching, Raising, Lying, Silent, lambda _: types.ModuleType.__new__(types.ModuleType)],
    ids=["watching", "raising", "lying", "silent", "empty"],
)
def test_an_odd_module(make: Any, clock: Clock) -> None:
    """A module that is not as others is patched all the same, and afterwards it is as before."""
    odd = make("odd")
    namespace = namespace_of(odd)
    if namespace:
        namespace["sleep"] = REAL[0]
    before = namespace and dict(namespace)
    with mock.patch.dict(sys.modules, odd=odd), clock.skip_sleeps():
        assert slept(clock, sleep, 10) == timedelta(seconds=10)
        if namespace:
            assert slept(clock, namespace["sleep"], 10) == timedelta(seconds=10)
    assert namespace_of(odd) == before
    assert (time.sleep, sleep, asyncio.sleep) == (REAL[0], REAL[0], REAL[1])
    assert slept(clock, sleep, 0.001) == timedelta(0)


@pytest.mark.parametrize("read_only", [{"sleep", "other"}, {"sleep"}, {"other"}], ids=["wholly", "first", "second"])
@pytest.mark.parametrize("error", [AttributeError, TypeError, ZeroDivisionError])
def test_a_read_only_module_is_passed_over(read_only: set[str], error: type[Exception], clock: Clock) -> None:
    """A module that refuses to have one of its names set keeps all of them, and the others are patched."""
    odd, later = ReadOnly("odd"), types.ModuleType("later")
    namespace = namespace_of(odd)
    namespace.update(sleep=REAL[0], other=REAL[0], read_only=read_only, error=error)
    before = dict(namespace)
    vars(later)["sleep"] = REAL[0]
    with mock.patch.dict(sys.modules, odd=odd, later=later), clock.skip_sleeps():
        assert slept(clock, sleep, 10) == slept(clock, vars(later)["sleep"], 10) == timedelta(seconds=10)
        assert namespace == before
    assert namespace == before
    assert (time.sleep, sleep, asyncio.sleep) == (REAL[0], REAL[0], REAL[1])


def test_a_read_only_module_imported_inside(clock: Clock) -> None:
    """One that has taken a replacement for its own, before it became read-only, gets the real function afterwards."""
    odd = ReadOnly("odd")
    with mock.patch.dict(sys.modules):
        with clock.skip_sleeps():
            namespace_of(odd).update(sleep=time.sleep, read_only={"sleep"}, error=AttributeError)
            sys.modules["odd"] = odd
        assert namespace_of(odd)["sleep"] is REAL[0]


@pytest.mark.parametrize("odd", [NoModule(), None, "text", 5], ids=["object", "None", "text", "number"])
def test_what_is_no_module_is_passed_over(odd: Any, clock: Clock) -> None:
    """What stands in sys.modules and is no module stays as it is."""
    with mock.patch.dict(sys.modules, odd=odd), clock.skip_sleeps():
        assert slept(clock, sleep, 10) == timedelta(seconds=10)
        assert NoModule.sleep is REAL[0]
        assert "sleep" not in getattr(odd, "__dict__", {})
    assert (time.sleep, sleep, asyncio.sleep) == (REAL[0], REAL[0], REAL[1])


def holders_of_stand_ins() -> list[str]:
    """Return the modules of others that hold a function which moves the clock."""
    return [
        name
        for name, module in list(sys.modules.items())
        if not name.startswith("pytest_secretsdelete")
        and any(value is stand_in for value in list(vars(module).values()) for stand_in in patching._STAND_INS)
    ]


@pytest.mark.parametrize("failing", ["_replace", "paced"])
def test_entering_fails(failing: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where entering fails half-way nothing stays on, and the next attempt works."""
    replace = patching._replace

    def fail(old: Any, new: Any, namespaces: Any, changed: Any) -> None:
        replace(old, new, namespaces[: len(namespaces) // 2], changed)
        monkeypatch.undo()
        raise KeyboardInterrupt

    @contextlib.contextmanager
    def fail_later(*_: Any) -> Iterator[None]:
        assert holders_of_stand_ins()
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(patching, failing, {"_replace": fail, "paced": fail_later}[failing])
    with pytest.raises(KeyboardInterrupt), clock.skip_sleeps():
        raise AssertionError("it has been entered")
    monkeypatch.undo()
    assert holders_of_stand_ins() == []
    assert not patching._open_schedulers
    assert slept(clock, sleep, 0.001) == timedelta(0)
    with clock.skip_sleeps():
        assert slept(clock, sleep, 10) == timedelta(seconds=10)


def test_nested(clock: Clock) -> None:
    """skip_sleeps inside skip_sleeps, also of another clock, changes nothing; the outer one ends it."""
    from pytest_secretsdelete import Clock

    with clock.skip_sleeps():
        outer = time.sleep
        with Clock().skip_sleeps(), clock.skip_sleeps():
            assert time.sleep is outer
            assert slept(clock, time.sleep, 10) == timedelta(seconds=10)
        assert time.sleep is outer
        assert slept(clock, time.sleep, 10) == timedelta(seconds=10)
    assert time.sleep is REAL[0]


def test_one_after_the_other(clock: Clock) -> None:
    """It can be used again and again."""
    for _ in range(3):
        with clock.skip_sleeps():
            assert slept(clock, sleep, 10) == timedelta(seconds=10)
        assert sleep is REAL[0]


def test_a_sleep_of_the_users_own_at_the_first_use() -> None:
    """Where somebody has patched time.sleep at the very first use, the real one is still found at the next."""
    source = """
import asyncio, functools, time
from unittest import mock
import freezegun
from pytest_secretsdelete import Clock
real = time.sleep, asyncio.sleep
real_sleep = asyncio.sleep
@functools.wraps(real_sleep)
async def other(delay): pass
with freezegun.freeze_time("2030-01-01"):
    with mock.patch("time.sleep", lambda seconds: None), mock.patch("asyncio.sleep", other):
        with Clock().skip_sleeps():
            pass
    assert (time.sleep, asyncio.sleep) == real
    before = Clock().now()
    with Clock().skip_sleeps():
        assert time.sleep is not real[0] and asyncio.sleep is not real[1]
        time.sleep(1)
        asyncio.run(asyncio.sleep(1))
    assert (time.sleep, asyncio.sleep) == real
    print((Clock().now() - before).total_seconds())
"""
    assert run_python(source) == "2.0"


def test_a_patch_of_the_users_own_is_kept(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sleep that the user has patched is theirs, inside and afterwards."""
    seen: list[float] = []
    monkeypatch.setattr(time, "sleep", seen.append)
    with clock.skip_sleeps():
        time.sleep(10)
    time.sleep(20)
    assert seen == [10, 20]


def test_a_replacement_that_is_no_function(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever object the user has put in the place of asyncio.sleep stays there."""
    theirs = functools.partial(REAL[1], 0)
    monkeypatch.setattr(asyncio, "sleep", theirs)
    with clock.skip_sleeps():
        assert asyncio.sleep is theirs
        assert slept(clock, time.sleep, 10) == timedelta(seconds=10)
    assert asyncio.sleep is theirs
