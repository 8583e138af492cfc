"""Delays that are callables of the test's: asked once, outside the lock, and obeyed on the state as it then is."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..support import REGION, VALUE, refused, shows, within_patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock, Secret


def deleting(delay: Callable[[FakeSecretsManager, Secret], Any], **options: Any) -> FakeSecretsManager:
    """Delete a secret of a fake whose purge_delay may use the fake; return the fake, stopped."""
    fake = FakeSecretsManager(region=REGION, purge_delay=lambda secret: delay(fake, secret))
    with fake:
        fake.seed("a", VALUE)
        within_patience(lambda: fake.client().delete_secret(SecretId="a", **options))
    return fake


def test_a_delay_that_tags_the_secret(clock: Clock) -> None:
    """What the callable does to the secret stays, and the secret is scheduled."""
    seen: list[Secret] = []

    def tag(fake: FakeSecretsManager, secret: Secret) -> timedelta:
        seen.append(secret)
        fake.client().tag_resource(SecretId=secret.name, Tags=[{"Key": "k", "Value": "v"}])
        return timedelta(days=1)

    fake = deleting(tag, RecoveryWindowInDays=7)
    secret = fake.secret("a")
    assert (secret.tags, secret.deletion_date) == ({"k": "v"}, clock.now() + timedelta(days=7))
    assert [one.deletion_date for one in seen] == [secret.deletion_date]


def test_a_delay_that_forces_the_deletion(clock: Clock) -> None:
    """A secret that the callable deletes by force is not revived: the call finds none."""

    def force(fake: FakeSecretsManager, secret: Secret) -> timedelta:
        fake.client().delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)
        return timedelta(0)

    with pytest.raises(Exception, match="ResourceNotFoundException"):
        deleting(force)


def test_a_delay_that_joins_a_thread(clock: Clock) -> None:
    """A thread that the callable waits for may use the fake."""
    names: list[str] = []

    def wait(fake: FakeSecretsManager, secret: Secret) -> timedelta:
        thread = threading.Thread(target=lambda: names.extend(one.name for one in fake.secrets()))
        thread.start()
        thread.join()
        return timedelta(0)

    assert deleting(wait).secret("a").is_scheduled_for_deletion
    assert names == ["a"]


@pytest.mark.parametrize(("given", "shown"), [(None, "NoneType"), (5, "int"), (timedelta(-1), "-1 day, 0:00:00")])
def test_a_wrong_delay(given: Any, shown: str, fake: FakeSecretsManager) -> None:
    """What is no delay is answered with a text that helps, and nothing changes."""
    with FakeSecretsManager(region=REGION, purge_delay=lambda secret: given) as inner:
        inner.seed("a", VALUE)
        with refused("InternalServiceError", match=f"returns a timedelta of zero or more; it returned {shown}"):
            inner.client().delete_secret(SecretId="a")
        assert not inner.secret("a").is_scheduled_for_deletion
        with pytest.raises(ValueError, match=f"it returned {shown}"):
            inner.seed("b", VALUE, deleted_days_ago=1)


def test_a_delay_that_raises(fake: FakeSecretsManager) -> None:
    """An error of the callable's is told by its kind, for its text may hold a value."""

    def fail(secret: Secret) -> timedelta:
        raise LookupError(VALUE)

    with FakeSecretsManager(region=REGION, purge_delay=fail) as inner:
        inner.seed("a", VALUE)
        with refused("InternalServiceError", match="failed with LookupError") as caught:
            inner.client().delete_secret(SecretId="a")
        assert not shows(VALUE, str(caught.value))
        with pytest.raises(ValueError, match="purge_delay failed for 'b': it raised LookupError") as seeding:
            inner.seed("b", deleted_days_ago=1)
        assert not shows(VALUE, str(seeding.value))


def test_a_seed_whose_delay_uses_the_fake(clock: Clock) -> None:
    """A seed asks outside the lock, too, of the secret that is seeded."""
    seen: list[Secret] = []
    fake = FakeSecretsManager(region=REGION, purge_delay=lambda secret: (seen.append(secret), timedelta(days=40))[1])
    with fake:
        planted = fake.seed("a", VALUE, deleted_days_ago=10, recovery_window_in_days=7)
        assert [one.arn for one in seen] == [planted.arn]
        assert fake.secret("a") == planted
