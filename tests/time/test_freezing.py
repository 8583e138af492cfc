"""A freeze that the clock begins itself: entered whole or not at all."""

from __future__ import annotations

import asyncio
import datetime
import sys
import time
import types
from typing import Any
from unittest import mock

import pytest

from pytest_secretsdelete._time import freezing, reading

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
