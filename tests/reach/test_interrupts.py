"""An interrupt anywhere in the starting and stopping of a fake: nothing is left half done."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import boto3
import freezegun
import pytest

import pytest_secretsdelete
from pytest_secretsdelete import Clock, FakeSecretsManager, _active
from pytest_secretsdelete._botocore import retry_buckets
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import environment, interception
from pytest_secretsdelete._time import freezing, patching

from ..support import REGION, VALUE, run_python, within_patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

PACKAGE = os.path.dirname(pytest_secretsdelete.__file__)
OWN = {"AWS_ACCESS_KEY_ID": "own", "AWS_PROFILE": "own", "AWS_DEFAULT_REGION": "ap-south-1"}
#: From Python 3.14 on, an interrupt may come between taking the lock of a with statement and its block, which then stays
#: taken: a lock of threading alone, taken in a loop, stayed so at every second interrupt, and at none on 3.11 and 3.13.
IS_CUT_AT_LOCKS = sys.version_info >= (3, 14)
#: More lines than any of these calls runs through.
MANY = 1000


class Interrupt(BaseException):
    """Stands for what a signal handler raises."""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put variables and a default session of the user's own in place; let go of locks that an interrupt has left.

    A tracer strikes where no signal does: between the last line of a with statement and the release of its lock.
    """
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", object())
    before = len(environment._layers)
    yield
    let_go_of_locks()
    assert len(environment._layers) == before
    assert _active.responders() == ()
    assert retry_buckets._paces == retry_buckets._patched == []


def let_go_of_locks() -> None:
    """Release what this thread has left locked."""
    for lock in (environment.changing, interception._installation, retry_buckets._lock):
        while lock._is_owned():  # type: ignore[attr-defined]
            lock.release()


def interrupted_at(number: int, call: Callable[[], Any]) -> bool:
    """Call, and raise at the line of the package with this number; tell whether there was such a line."""
    passed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal passed
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            passed += 1
            if passed == number:
                raise Interrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except Interrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def at_each_line(prepare: Callable[[], Callable[[], Any]], check: Callable[[int], None]) -> int:
    """Interrupt a call at each of its lines, prepared anew each time; return how many there were."""
    for number in range(1, MANY):
        if not interrupted_at(number, prepare()):
            return number - 1
        check(number)
    raise AssertionError("it does not end")


def state() -> dict[str, Any]:
    """Return what a fake changes in the process."""
    variables = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    return {**variables, "session": boto3.DEFAULT_SESSION}


def another_starts_and_stops() -> None:
    """Start and stop another fake, which puts right what is not."""
    with FakeSecretsManager():
        pass


@pytest.mark.parametrize("is_nested", [False, True], ids=["alone", "nested"])
@pytest.mark.parametrize("was_used", [False, True], ids=["new", "used before"])
def test_start(was_used: bool, is_nested: bool) -> None:
    """After an interrupt of its start a fake is not active, and the environment is as it was; it can be started."""
    outer = FakeSecretsManager(region="us-west-2")
    if is_nested:
        outer.start()
    before, fakes = state(), []

    def prepare() -> Callable[[], Any]:
        fakes.append(FakeSecretsManager(region=REGION))
        if was_used:
            with fakes[-1]:
                pass
        return fakes[-1].start

    def check(number: int) -> None:
        fake = fakes[-1]
        assert not _active.is_active(service_of(fake)), number
        assert "not active" in repr(fake)
        assert state() == before, number
        with fake:
            fake.seed("a", VALUE)
            assert fake.client().get_secret_value(SecretId="a")["SecretString"] == VALUE
        assert state() == before, number

    try:
        assert at_each_line(prepare, check) > 20
        assert _active.is_active(service_of(fakes[-1]))
        assert len(_active.responders()) == 1 + is_nested
        fakes[-1].stop()
    finally:
        outer.stop()


@pytest.mark.parametrize("makes_a_session", [False, True], ids=["", "a session made inside"])
@pytest.mark.parametrize("others", ["none", "outer", "inner"])
def test_stop(others: str, makes_a_session: bool) -> None:
    """After an interrupt of its stop a fake is wholly active or wholly inactive."""
    outer, inner = FakeSecretsManager(region="us-west-2"), FakeSecretsManager(region="us-east-2")
    own_session = boto3.DEFAULT_SESSION
    if others == "outer":
        outer.start()
    before, fakes = state(), []

    def prepare() -> Callable[[], Any]:
        inner.stop()
        if fakes:
            fakes[-1].stop()
        boto3.DEFAULT_SESSION = own_session
        assert state() == before
        fakes.append(FakeSecretsManager(region=REGION).start())
        if makes_a_session:
            boto3.DEFAULT_SESSION = object()
        if others == "inner":
            inner.start()
        return fakes[-1].stop

    def check(number: int) -> None:
        is_active = _active.is_active(service_of(fakes[-1]))
        assert service_of(fakes[-1]).is_stopped is not is_active
        if others == "inner":
            assert os.environ["AWS_DEFAULT_REGION"] == "us-east-2"
            inner.stop()
        if is_active:
            assert os.environ["AWS_DEFAULT_REGION"] == REGION
            fakes[-1].stop()
        assert state() == before, number

    try:
        assert at_each_line(prepare, check) > 20
    finally:
        inner.stop()
        outer.stop()


@pytest.mark.parametrize("number", [1, 2, len(environment.FAKE_CREDENTIALS) + 1])
@pytest.mark.parametrize("change", ["start", "stop"])
def test_variables_that_cannot_be_set(change: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the setting of a variable is interrupted, a start is undone, and a stop is done all the same."""
    before, fake, passed, real = state(), FakeSecretsManager(region=REGION), [], environment._set

    def interrupted(name: str, value: str | None) -> None:
        passed.append(name)
        if len(passed) == number:
            raise Interrupt
        real(name, value)

    if change == "stop":
        fake.start()
    monkeypatch.setattr(environment, "_set", interrupted)
    with pytest.raises(Interrupt):
        getattr(fake, change)()
    assert len(passed) > number
    assert not _active.is_active(service_of(fake))
    assert state() == before


@pytest.mark.parametrize("number", [1, 2, len(environment.FAKE_CREDENTIALS) + 1])
def test_an_interrupt_of_the_undoing(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a start is interrupted, and its undoing as well, the next fake that starts puts the variables back."""
    before, passed, real = state(), [], environment._set

    def interrupted(name: str, value: str | None) -> None:
        passed.append(name)
        if len(passed) == number:
            raise Interrupt
        real(name, value)

    def push(_: Any) -> None:
        monkeypatch.setattr(environment, "_set", interrupted)
        raise Interrupt

    fake = FakeSecretsManager(region=REGION)
    with monkeypatch.context() as patched, pytest.raises(Interrupt):
        patched.setattr(_active, "push", push)
        fake.start()
    assert not _active.is_active(service_of(fake))
    assert len(passed) == number
    assert state() != before
    another_starts_and_stops()
    assert state() == before
    fake.stop()
    assert state() == before


@pytest.mark.parametrize("change", ["start", "stop"])
def test_a_second_interrupt(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a second interrupt cuts short what a start or stop does after the first, the next fake does the rest.

    In a thread of its own: a tracer that raises in an except block leaves the exception current in its thread.
    """

    def interrupt() -> None:
        try:
            _interrupt_twice(change, monkeypatch)
        finally:
            let_go_of_locks()

    within_patience(interrupt)


def _interrupt_twice(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class First(BaseException):
        """The first interrupt; the tracer is to strike after it."""

    before, name = state(), "push" if change == "start" else "remove"
    real = getattr(_active, name)
    for number in range(1, MANY):
        fake, passed = FakeSecretsManager(region=REGION), []

        def first(service: Any, passed: list[Any] = passed) -> None:
            passed.append(service)
            if len(passed) == 1:
                raise First
            real(service)

        if change == "stop":
            fake.start()
        with monkeypatch.context() as patched:
            patched.setattr(_active, name, first)
            try:
                assert interrupted_at(number, getattr(fake, change))
            except First as error:
                if error.__context__ is None:
                    break  # there are no more lines
        if change == "stop" and not passed:
            fake.stop()  # a single interrupt
        another_starts_and_stops()
        assert not _active.is_active(service_of(fake)), number
        assert state() == before, number
    assert passed
    assert number > 30
    assert state() == before


@pytest.mark.parametrize("is_covered", [False, True], ids=["on top", "covered"])
def test_layers(is_covered: bool) -> None:
    """After an interrupt of its beginning or its end, a layer of variables is there or not, and can be ended."""
    before, layers, tops = state(), [], []

    def begin() -> Callable[[], Any]:
        layers.append(environment.Layer({"AWS_PROFILE": "mine", "AWS_ACCESS_KEY_ID": None}))
        return layers[-1].begin

    def end() -> Callable[[], Any]:
        begin()()
        if is_covered:
            tops.append(environment.Layer({"AWS_PROFILE": "top"}))
            tops[-1].begin()
        return layers[-1].end

    def check(number: int) -> None:
        is_there = layers[-1] in environment._layers
        if tops:
            assert os.environ["AWS_PROFILE"] == "top"
            tops.pop().end()
        elif is_there and not layers[-1].is_over:
            assert "AWS_ACCESS_KEY_ID" not in os.environ
        if is_there and not layers[-1].is_over:
            layers[-1].end()
        another_starts_and_stops()
        assert state() == before, number

    assert at_each_line(begin, check) > 5
    layers[-1].end()
    assert at_each_line(end, check) > 5
    check(0)


def test_skipped_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt at the beginning or the end of a block, sleeps and event loops are as they were before it."""
    modules = [time, asyncio, sys.modules[__name__]]
    monkeypatch.setattr(patching, "_modules", lambda: modules)  # all of them have too many lines

    def present() -> tuple[Any, ...]:
        loop_times = [loop.__dict__.get("time") for loop in freezing._classes_below(asyncio.BaseEventLoop)]
        return time.sleep, asyncio.sleep, loop_times

    def hold() -> None:
        with freezing.real_event_loops(), Clock().skip_sleeps():
            assert not {id(value) for value in before[:2]} & {id(value) for value in present()[:2]}

    def check(number: int) -> None:
        assert present() == before, number
        assert patching._open_schedulers == []
        assert retry_buckets._paces == []

    with freezegun.freeze_time("2030-01-01"):
        before = present()
        hold()
        assert at_each_line(lambda: hold, check) > 60
        check(0)


def test_the_handlers_are_put_in_place_once() -> None:
    """An interrupt while the handlers are put in place leaves none out and puts none in place twice."""
    source = f"""
import botocore.handlers, botocore.session
from botocore.hooks import HierarchicalEmitter
from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach import interception
class Interrupt(BaseException): pass
def interrupt(self, event, handler):
    raise Interrupt
client = botocore.session.Session().create_client("secretsmanager", region_name="{REGION}")
for name in ("register_first", "register_last"):
    real = getattr(HierarchicalEmitter, name)
    setattr(HierarchicalEmitter, name, interrupt)
    try:
        FakeSecretsManager().start()
    except Interrupt:
        print("interrupted")
    setattr(HierarchicalEmitter, name, real)
with FakeSecretsManager():
    pass
ours = [(event.replace("*", "ListSecrets"), handler) for event, handler, _ in interception.REGISTRATIONS]
held = [entry[1] for entry in botocore.handlers.BUILTIN_HANDLERS]
print(*[held.count(handler) for _, handler in ours])
print(*[list(client.meta.events._emitter._handlers.prefix_search(event)).count(handler) for event, handler in ours])
"""
    assert run_python(source).split() == ["interrupted"] * 2 + ["1"] * 10


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
def test_signals() -> None:
    """Signals that raise while fakes start and stop leave no variable, no fake and no lock behind."""
    source = f"""
import os, random, signal
from pytest_secretsdelete import FakeSecretsManager, _active
from pytest_secretsdelete._reach import environment
class Interrupt(BaseException): pass
def interrupt(_, frame):
    while frame is not None:
        if frame.f_code.co_filename.startswith({PACKAGE!r}):
            raise Interrupt
        frame = frame.f_back
signal.signal(signal.SIGALRM, interrupt)
with FakeSecretsManager(region="{REGION}"):
    pass
before, rounds, interrupts = dict(os.environ), 0, 0
while rounds < 3000 or interrupts <= 30:  # on a busy machine most timers strike elsewhere
    rounds += 1
    fake = FakeSecretsManager(region="{REGION}")
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 150e-6))
        fake.start()
        fake.stop()
    except Interrupt:
        interrupts += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    while {IS_CUT_AT_LOCKS} and environment.changing._is_owned():
        environment.changing.release()
    assert not environment.changing._is_owned()
    if _active.responders():
        assert os.environ["AWS_DEFAULT_REGION"] == "{REGION}"
        fake.stop()
    assert _active.responders() == ()
    assert dict(os.environ) == before
print("done")
"""
    assert run_python(source) == "done"
