"""A fake that the test itself stops, a guard, and a server on loopback that no call is to reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach.guard import Guard

from ..support import REGION, VALUE
from .listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give a server on loopback that counts the requests that reach it."""
    with Listener() as listener:
        yield listener


@pytest.fixture
def started() -> Iterator[FakeSecretsManager]:
    """Give an active fake, which the test itself stops."""
    fake = FakeSecretsManager(region=REGION).start()
    fake.seed("db/password", VALUE)
    yield fake
    fake.stop()


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Stop calls that no fake answers."""
    guard = Guard()
    guard.install()
    yield guard
    guard.uninstall()
