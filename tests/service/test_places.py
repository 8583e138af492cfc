"""Where in the user's own code something was asked for."""

from __future__ import annotations

import functools
import json
import threading
from typing import TYPE_CHECKING, Any

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


def test_code_without_lines() -> None:
    """An instruction without a line stands for the first line of its function."""
    code = test_code_without_lines.__code__
    assert places.shown((code, 10**6)) == f"test_places.py:{code.co_firstlineno}"


def _line_of_caller() -> int:
    place = places.here()
    assert place is not None
    return int(places.shown(place).partition(":")[2])
