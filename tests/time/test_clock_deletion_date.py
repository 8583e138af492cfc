"""`move_to_deletion_date` and weeks: the clock in the terms of a recovery window."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager

from ..support import REGION

SECOND = timedelta(seconds=1)


def test_weeks(clock: Clock) -> None:
    """Weeks add up with the others."""
    start = clock.now()
    clock.advance(weeks=2, days=1)
    assert clock.now() - start == timedelta(days=15)


def test_the_end_of_the_window(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Moving there purges the secret; one second before, it can still be restored."""
    for name in ("a", "b"):
        fake.seed(name, "x")
        client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    end = fake.secret("a").deletion_date
    clock.move_to_deletion_date(fake.secret("a").arn, before=SECOND)
    assert clock.now() == end - SECOND
    client.restore_secret(SecretId="b")
    clock.move_to_deletion_date("a")
    assert clock.now() == end
    assert "a" not in fake
    assert "b" in fake


def test_of_the_innermost_fake(clock: Clock, fake: FakeSecretsManager) -> None:
    """The secret is looked up in the innermost fake."""
    with FakeSecretsManager(region=REGION) as inner:
        end = inner.seed("a", "x", deleted_days_ago=1).deletion_date
        clock.move_to_deletion_date("a")
        assert clock.now() == end


def test_errors(clock: Clock, fake: FakeSecretsManager) -> None:
    """Each mistake has its error, and time stays."""
    start = clock.now()
    fake.seed("live", "x")
    fake.seed("dying", "x", deleted_days_ago=29)
    with pytest.raises(LookupError, match="No secret 'deying' .* Similar names: dying"):
        clock.move_to_deletion_date("deying")
    with pytest.raises(ValueError, match="'live' is not scheduled for deletion"):
        clock.move_to_deletion_date("live")
    with pytest.raises(ValueError, match="before=-1 day, 0:00:00 is negative"):
        clock.move_to_deletion_date("dying", before=timedelta(days=-1))
    with pytest.raises(ValueError, match="The clock moves forward only"):
        clock.move_to_deletion_date("dying", before=timedelta(days=2))
    with pytest.raises(TypeError, match="takes a timedelta as before="):
        clock.move_to_deletion_date("dying", before=1)  # type: ignore[arg-type]
    assert clock.now() == start


def test_without_a_fake(clock: Clock) -> None:
    """Without an active fake there is nothing to look up."""
    with pytest.raises(RuntimeError, match="No fake of Secrets Manager is active"):
        clock.move_to_deletion_date("a")
