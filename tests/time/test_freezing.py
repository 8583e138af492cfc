"""A freeze that the clock begins itself: where it starts, and that it is entered whole or not at all."""

from __future__ import annotations

import asyncio
import datetime
import sys
import time
import types
from typing import TYPE_CHECKING, Any
from unittest import mock

import freezegun.api
import pytest

from pytest_secretsdelete import Clock
from pytest_secretsdelete._time import freezing, reading

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager

REAL = (time.time, time.monotonic, datetime.datetime, datetime.date)


class ReadOnly(types.ModuleType):
    """A module whose attributes cannot be set, from outside at least."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} is read-only")


def test_a_freeze_that_fails_to_start() -> None:
    """Where freezegun stops half-way, at a module that it cannot patch, time is real again."""
    module = ReadOnly("odd")
    vars(module)["datetime"] = datetime.datetime
    with (
        mock.patch.dict(sys.modules, odd=module),
        pytest.raises(AttributeError, match="is read-only"),
        freezing.freeze(),
    ):
        raise AssertionError("it has been entered")
    assert reading.is_real()
    assert (time.time, time.monotonic, datetime.datetime, datetime.date) == REAL
    with freezing.freeze():
        assert reading.is_frozen()
    assert reading.is_real()


def test_a_freeze_that_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a freeze is interrupted before it has begun, the freeze outside it goes on."""

    def interrupted(_: Any) -> None:
        raise KeyboardInterrupt

    with freezing.freeze(datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)):
        with monkeypatch.context() as patched:
            patched.setattr(freezegun.api._freeze_time, "start", interrupted)
            with pytest.raises(KeyboardInterrupt), freezing.freeze():
                raise AssertionError("it has been entered")
        assert reading.is_frozen()
        assert Clock().now().year == 2030
    assert reading.is_real()


class Resistant(type):
    """The class of an event loop class that cannot be patched, while `resists` is set."""

    resists = False

    def __setattr__(cls, name: str, value: Any) -> None:
        if Resistant.resists:
            raise TypeError(f"{name} is immutable")
        super().__setattr__(name, value)


class ImmutableLoop(asyncio.SelectorEventLoop, metaclass=Resistant):
    """A loop class with a method of its own that is the base class's."""

    time = asyncio.BaseEventLoop.time


def test_event_loops_that_cannot_be_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a class of event loops resists, the classes patched before it are put back, and time is real again."""
    held = asyncio.BaseEventLoop.time
    monkeypatch.setattr(Resistant, "resists", True)
    with pytest.raises(TypeError, match="time is immutable"), freezing.freeze():
        raise AssertionError("it has been entered")
    monkeypatch.undo()
    assert asyncio.BaseEventLoop.time is held
    assert ImmutableLoop.time is held
    assert reading.is_real()
    with freezing.freeze():
        assert ImmutableLoop.time is asyncio.BaseEventLoop.time is not held
    assert ImmutableLoop.time is asyncio.BaseEventLoop.time is held


def test_deletion_dates_under_a_freeze_of_the_clocks_own(fake: FakeSecretsManager) -> None:
    """A freeze that the clock begins starts at a whole millisecond, not before the present: dates can be compared."""
    client = fake.client()
    for number in range(20):
        before = datetime.datetime.now(datetime.timezone.utc)
        with freezing.held(None):
            clock = Clock()
            client.create_secret(Name=f"s{number}")
            answered = client.delete_secret(SecretId=f"s{number}", RecoveryWindowInDays=7)["DeletionDate"]
            assert answered == clock.now() + datetime.timedelta(days=7)
            assert before <= clock.now() < before + datetime.timedelta(days=1)


def test_the_instant_given_is_kept() -> None:
    """A freeze at a given instant starts at it, to the microsecond."""
    with freezing.held(datetime.datetime(2001, 1, 1, microsecond=123456, tzinfo=datetime.timezone.utc)):
        assert Clock().now().microsecond == 123456
