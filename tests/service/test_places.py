"""Where in the user's own code something was asked for."""

from __future__ import annotations

import builtins
import functools
import itertools
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._service import places

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager


def test_a_place_is_a_line(fake: FakeSecretsManager) -> None:
    """The place of a fault is the line of the call that asked for it."""
    fault, line = fake.fail("*", "ThrottlingException", times=None), _line_of_caller()
    assert places.shown(fault._place) == f"test_places.py:{line}"


def test_code_of_libraries() -> None:
    """The standard library, installed packages, generated code and this package are not the user's; doctests are."""
    here = test_code_of_libraries.__code__
    files = {
        json.__file__: False,
        "/venv/lib/python3.12/site-packages/app/main.py": False,
        "/usr/lib/python3/dist-packages/app.py": False,
        places.__file__: False,
        "<frozen importlib._bootstrap>": False,
        "<doctest app.read[0]>": True,
        "/home/me/app/main.py": True,
        __file__: True,
    }
    assert {name: places.is_users(here.replace(co_filename=name)) for name in files} == files


def test_a_thread_without_code_of_the_users(fake: FakeSecretsManager, client: Any) -> None:
    """A call from a thread that runs the client's method itself has no place."""
    thread = threading.Thread(target=functools.partial(client.describe_secret, SecretId=fake.seed("a").arn))
    thread.start()
    thread.join()
    assert [attempt.place for attempt in fake._timeline if hasattr(attempt, "place")] == [None]
    assert places.shown(None) == ""


def test_where_an_exception_was_raised() -> None:
    """It is the innermost line of the user's that the exception has passed; none where it has passed none."""
    try:
        json.loads("{")
    except ValueError as error:
        assert places.shown(places.raised_at(error)).startswith("test_places.py:")  # noqa: PT017 - it is about tracebacks
    assert places.raised_at(ValueError()) is None


class _Odd(ValueError):
    """An exception of the user's whose attribute has the name of a group's."""

    exceptions = "none"


def test_the_chain_of_an_exception() -> None:
    """It is followed by its cause, else by its context, and by what these come from; each comes once, also in a ring."""
    first, second, third, fourth = _Odd("1"), ValueError("2"), ValueError("3"), ValueError("4")
    first.__cause__, first.__context__ = second, fourth
    second.__context__, third.__cause__ = third, first
    assert list(itertools.islice(places.chain(first), 9)) == [first, second, third]
    assert list(places.chain(fourth)) == [fourth]
    assert list(places.chain(None)) == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python has no groups of exceptions")
def test_the_chain_of_a_group() -> None:
    """The exceptions of a group come in their order, each with what it comes from, and then the cause of the group."""
    one, two, origin, cause = ValueError("1"), ValueError("2"), ValueError("3"), ValueError("4")
    one.__cause__ = origin
    group = builtins.ExceptionGroup("of two", [one, two])  # type: ignore[attr-defined,unused-ignore]
    group.__cause__ = cause
    assert list(places.chain(group)) == [group, one, origin, two, cause]


def test_code_without_lines() -> None:
    """An instruction without a line stands for the first line of its function."""
    code = test_code_without_lines.__code__
    assert places.shown((code, 10**6)) == f"test_places.py:{code.co_firstlineno}"


def _line_of_caller() -> int:
    place = places.here()
    assert place is not None
    return int(places.shown(place).partition(":")[2])
