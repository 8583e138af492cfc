"""One use of each public name, with the type that a checker is to find. It is checked, and not run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from typing_extensions import assert_type

from pytest_secretsdelete import (
    MALFORMED,
    Call,
    Clock,
    Event,
    FakeSecretsManager,
    Fault,
    Rotation,
    Secret,
    Timeout,
    Version,
    __version__,
    fake_secretsmanager,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[FakeSecretsManager]:
    with FakeSecretsManager(region="eu-west-1", purge_delay=timedelta(hours=1)) as fake:
        assert_type(fake, FakeSecretsManager)
        yield fake


def secrets(secretsmanager: FakeSecretsManager) -> None:
    seeded = secretsmanager.seed(
        "db/password", {"password": "x"}, tags={"team": "db"}, policy={"Version": "2012-10-17", "Statement": []}
    )
    assert_type(seeded, Secret)
    assert_type(secretsmanager.secret("db/password").value, str | bytes)
    assert_type(secretsmanager.secret("db/password").json(), Any)
    assert_type(seeded.current, Version | None)
    assert_type(seeded.deletion_date, datetime | None)
    assert_type(seeded.deleted_date, datetime | None)
    assert_type(secretsmanager.secrets(), tuple[Secret, ...])
    assert_type(secretsmanager.leftovers(), tuple[Secret, ...])
    assert_type("db/password" in secretsmanager, bool)


def records(secretsmanager: FakeSecretsManager) -> None:
    assert_type(secretsmanager.calls, tuple[Call, ...])
    assert_type(secretsmanager.calls_of("GetSecretValue", "db/password"), tuple[Call, ...])
    assert_type(secretsmanager.events, tuple[Event, ...])
    assert_type(secretsmanager.rotations, tuple[Rotation, ...])


def failures(secretsmanager: FakeSecretsManager) -> None:
    fault = secretsmanager.fail("GetSecretValue", "ThrottlingException", times=2, secret_id="db/password")
    assert_type(fault, Fault)
    secretsmanager.fail("*", Timeout.READ)
    secretsmanager.fail("DeleteSecret", MALFORMED)
    secretsmanager.fail("AnOperationOfTomorrow", "AnErrorOfTomorrow")
    secretsmanager.deny("GetSecretValue")
    secretsmanager.allow()
    fault.withdraw()


def rotating(secretsmanager: FakeSecretsManager) -> None:
    def rotate(event: dict[str, str], context: Any) -> None:
        print(event["Step"])

    secretsmanager.rotation_function("*", rotate)


def sharing() -> None:
    fake = FakeSecretsManager.active()
    assert_type(fake, FakeSecretsManager)
    with fake.checkpoint():
        fake.seed("db/password")
    with fake.endpoint() as url:
        assert_type(url, str)


def moving(secretsmanager_clock: Clock) -> None:
    assert_type(secretsmanager_clock.now(), datetime)
    secretsmanager_clock.advance(weeks=1)
    secretsmanager_clock.advance(timedelta(days=1))
    secretsmanager_clock.move_to("2030-01-01T00:00Z")
    secretsmanager_clock.move_to_deletion_date("db/password", before=timedelta(hours=1))
    with secretsmanager_clock.skip_sleeps():
        pass


@fake_secretsmanager(region="eu-west-1")
def decorated(number: int) -> str:
    return str(number)


@fake_secretsmanager()
async def decorated_coroutine(number: int) -> str:
    return str(number)


@fake_secretsmanager()
class Decorated:
    number: int = 5


async def uses_of_the_decorated() -> None:
    assert_type(decorated(5), str)
    assert_type(await decorated_coroutine(5), str)
    assert_type(Decorated().number, int)
    with fake_secretsmanager() as fake:
        assert_type(fake, FakeSecretsManager)
    async with fake_secretsmanager(account_id="210987654321") as fake:
        assert_type(fake, FakeSecretsManager)
    assert_type(__version__, str)
