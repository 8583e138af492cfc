"""A machine without AWS configuration; a fake, its client and its endpoint; a clock."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import freezegun
import pytest
from hypothesis import HealthCheck, settings

from pytest_secretsdelete import Clock, FakeSecretsManager, _active
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach.endpoint import serve
from pytest_secretsdelete._time import freezing

from .support import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest_plugins = ["pytester", "tests.support.loopback"]

# How long an example takes says more of the machine than of the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
# hypothesis reads the time at each garbage collection, which would make a freeze tick that ticks with each reading
freezegun.configure(extend_ignore_list=["hypothesis"])

START = datetime(2031, 5, 6, 7, 8, 9, 123000, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _environment_stays() -> Iterator[None]:
    """Let no test leave a variable of AWS behind for the next."""
    before = _variables()
    yield
    assert _variables() == before


@pytest.fixture(autouse=True)
def _no_configuration(_environment_stays: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test read the AWS configuration of the machine, nor ask the network for any.

    A marker starts its fake before any fixture: the variables are that fake's then, and stay.
    """
    for name in () if _active.responders() else _variables():
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.fixture
def fake() -> Iterator[FakeSecretsManager]:
    """Give a fake that is active."""
    with FakeSecretsManager(region=REGION) as fake:
        yield fake


@pytest.fixture
def client(fake: FakeSecretsManager) -> Any:
    """Give a client of that fake."""
    return fake.client()


@pytest.fixture
def url(secretsmanager: FakeSecretsManager) -> Iterator[str]:
    """Return the URL of an endpoint of the test's own fake; the environment of child processes names it."""
    with serve(service_of(secretsmanager)) as url:
        yield url


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Give a clock over time that stands still."""
    with freezing.freeze(START):
        yield Clock()
