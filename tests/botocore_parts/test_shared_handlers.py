"""Registering handlers while a fake is active: what botocore refuses, renames and keeps apart, stays so."""

from __future__ import annotations

import copy
import functools
import inspect
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import botocore.session
import pytest
from botocore import compat, hooks
from botocore.handlers import BUILTIN_HANDLERS

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager


def takes_any(first: Any = None, **named: Any) -> None:
    """Take what comes."""


def takes_one(first: Any = None) -> None:
    """Take one thing."""


class Callable:
    """Things that can be called, in many ways."""

    def __call__(self, **named: Any) -> None:
        """Take what comes."""

    def takes_any(self, **named: Any) -> None:
        """Take what comes."""

    def takes_one(self, first: Any = None) -> None:
        """Take one thing."""

    @staticmethod
    def static(**named: Any) -> None:
        """Take what comes."""

    @classmethod
    def of_the_class(cls, first: Any) -> None:
        """Take one thing."""


class Refusing:
    """Takes one thing when it is called."""

    def __call__(self, first: Any = None) -> None:
        """Take one thing."""


class Signed:
    """Says of itself what it takes, which is not what it says."""

    __signature__ = inspect.signature(takes_any)

    def __call__(self, first: Any = None) -> None:
        """Take one thing."""


def signed(first: Any = None) -> None:
    """Take one thing, and say something else."""


signed.__signature__ = inspect.signature(takes_any)  # type: ignore[attr-defined]


@functools.wraps(takes_one)
def wrapped(**named: Any) -> None:
    """Take what comes."""


HANDLERS = {
    "function": takes_any,
    "function of one": takes_one,
    "lambda": lambda **_: None,
    "lambda of none": lambda: None,
    "method": Callable().takes_any,
    "method of one": Callable().takes_one,
    "static": Callable.static,
    "of the class": Callable.of_the_class,
    "object": Callable(),
    "object of one": Refusing(),
    "signed object": Signed(),
    "signed function": signed,
    "wrapped": wrapped,
    "partial": functools.partial(takes_any, 1),
    "partial of one": functools.partial(takes_one, 1),
    "class": Callable,
    "builtin": print,
    "builtin without a signature": iter,
    "mock": mock.MagicMock(),
    "mock of a function": mock.create_autospec(takes_any),
    "mock of one": mock.create_autospec(takes_one),
}


def outcome(register: Any, handler: Any) -> str:
    """Tell whether a handler is taken."""
    try:
        register("before-call.x", handler)
    except ValueError as error:
        return str(error)
    return "taken"


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS.keys())
def test_which_handlers_are_taken(handler: Any, fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler must accept keywords, however it tells so."""
    while_shared = outcome(boto3.Session().events.register, handler)
    monkeypatch.setattr(hooks, "accepts_kwargs", compat.accepts_kwargs)
    assert while_shared == outcome(boto3.Session().events.register, handler)


def test_names_of_events(fake: FakeSecretsManager) -> None:
    """Old names of services mean the new ones; another table of aliases counts for those who have it."""
    called: list[str] = []
    for _ in range(2):
        session = boto3.Session()
        session.events.register("mine.elb", lambda event_name, **_: called.append(event_name))
        session.events.emit("mine.elastic-load-balancing")
        session.events.emit("mine.elb")
    assert called == ["mine.elastic-load-balancing"] * 4
    other = hooks.EventAliaser(hooks.HierarchicalEmitter(), {"elb": "mine"})
    other.register("mine.elb", lambda event_name, **_: called.append(event_name))
    other.emit("mine.elb")
    assert called[-1] == "mine.mine"


def test_handlers_of_sessions_to_come(fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody adds to botocore's handlers, a session made afterwards has."""
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", BUILTIN_HANDLERS)
    called: list[str] = []
    boto3.Session().events.emit("mine.elb")
    BUILTIN_HANDLERS.append(("mine.elb", lambda **_: called.append("first")))
    try:
        boto3.Session().events.emit("mine.elb")
        boto3.Session().events.emit("mine.elb")
    finally:
        del BUILTIN_HANDLERS[-1]
    boto3.Session().events.emit("mine.elb")
    assert called == ["first", "first"]


def test_event_systems_of_ones_own(fake: FakeSecretsManager) -> None:
    """A session that is given an event system registers each handler there."""
    registered: list[str] = []

    class Emitter(hooks.HierarchicalEmitter):
        def register(self, event_name: str, *words: Any, **named: Any) -> None:
            registered.append(event_name)
            super().register(event_name, *words, **named)

    for _ in range(2):
        registered.clear()
        botocore.session.Session(event_hooks=Emitter())
        assert len(registered) > 50
    filled = hooks.HierarchicalEmitter()
    filled.register("before-call.mine", takes_any)
    session = botocore.session.Session(event_hooks=filled)
    count = str(botocore.session.Session().get_component("event_emitter")._emitter._handlers._root).count(" at 0x")
    assert str(session.get_component("event_emitter")._emitter._handlers._root).count(" at 0x") == count + 1


def test_a_copy_of_a_tree(fake: FakeSecretsManager) -> None:
    """A copy of the handlers' tree has the same handlers in lists of its own; a tree that holds more, has more."""
    tree = boto3.Session().events._emitter._handlers
    made = copy.copy(tree)
    assert made._root == tree._root
    made.append_item("before-call", takes_any)
    assert takes_any not in tree.prefix_search("before-call")
    tree.more = {"a": {}}
    made = copy.copy(tree)
    assert made.more == tree.more
    assert made.more["a"] is not tree.more["a"]
