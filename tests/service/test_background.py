"""What happens by itself: purges and the clean-up of versions, at their instants and in their order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from freezegun import freeze_time

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import background
from pytest_secretsdelete._service.instant import to_microseconds
from pytest_secretsdelete._time.freezing import held

from ..support import LAMBDA, REGION, VALUE, Rotator, refused, set_up_rotation, tick, token


def purges(fake: FakeSecretsManager) -> list[tuple[str, Any]]:
    """Return which names were purged, and when."""
    return [
        (event.secret.split(":")[6][:-7], event.at) for event in fake.events if event.name == "EndSecretVersionDelete"
    ]


@pytest.mark.parametrize("how", ["clock", "freezegun"])
def test_purges_in_order(how: str, clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Secrets are purged at their own instants, the earliest first, however far time moves at once."""
    start = clock.now()
    for name, days in (("c", 9), ("a", 7), ("d", 30), ("b", 8)):
        client.create_secret(Name=name, SecretString=VALUE)
        client.delete_secret(SecretId=name, RecoveryWindowInDays=days)
    if how == "clock":
        clock.advance(days=20)
    else:
        tick(timedelta(days=20))
    assert purges(fake) == [(name, start + timedelta(days=days)) for name, days in (("a", 7), ("b", 8), ("c", 9))]
    assert [secret.name for secret in fake.secrets()] == ["d"]


def test_a_restored_secret_is_not_purged(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A restored secret outlives its old date; deleted once more, its new date counts."""
    client.create_secret(Name="a", SecretString=VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    clock.advance(days=3)
    client.restore_secret(SecretId="a")
    clock.advance(days=10)
    assert "a" in fake
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    date = clock.now() + timedelta(days=7)
    clock.advance(days=7)
    assert purges(fake) == [("a", date)]


def test_a_purged_name_is_free(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A name that was purged can be created again, with another ARN, and is not purged with the old one."""
    first = client.create_secret(Name="a", SecretString=VALUE)["ARN"]
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    clock.advance(days=7)
    second = client.create_secret(Name="a", SecretString=VALUE)["ARN"]
    assert first != second
    clock.advance(days=60)
    assert fake.secret("a").arn == second
    with refused("ResourceNotFoundException"):
        client.describe_secret(SecretId=first)


def test_a_forced_deletion_with_a_delay(clock: Clock) -> None:
    """The name stays taken for the delay; meanwhile the secret is scheduled, and cannot be restored."""
    delays = {"slow": timedelta(minutes=5), "slower": timedelta(minutes=9)}
    with FakeSecretsManager(region=REGION, force_delete_delay=lambda secret: delays[secret.name]) as fake:
        client, start = fake.client(), clock.now()
        for name in delays:
            client.create_secret(Name=name, SecretString=VALUE)
            first = client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            assert first["DeletionDate"] == start
            clock.advance(minutes=1)
            again = client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            assert again["DeletionDate"] == start
            with refused("InvalidRequestException", match="because it was deleted"):
                client.restore_secret(SecretId=name)
            with refused("InvalidRequestException", match="already scheduled"):
                client.create_secret(Name=name)
            start = clock.now()
        clock.advance(hours=1)
        assert purges(fake) == [
            ("slow", start + timedelta(minutes=3)),
            ("slower", start + timedelta(minutes=8)),
        ]


def test_old_versions_are_cleaned_up(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Beyond the newest hundred, versions without a label go once they are a day old; each is an event."""
    fake.seed("a", "0")
    start = clock.now()
    for number in range(1, 106):
        client.put_secret_value(SecretId="a", SecretString=str(number), ClientRequestToken=token(number))
    assert len(fake.secret("a").versions) == 106
    clock.advance(hours=23, minutes=59)
    assert len(fake.secret("a").versions) == 106
    clock.advance(minutes=1)
    secret = fake.secret("a")
    assert [version.value for version in secret.versions] == [str(number) for number in range(6, 106)]
    gone = [event for event in fake.events if event.name == "SecretVersionDeletion"]
    assert len(gone) == 6
    assert {event.detail["versionId"] for event in gone} >= {token(number) for number in range(1, 6)}
    assert all(start + timedelta(days=1) <= event.at <= clock.now() + timedelta(seconds=1) for event in gone)
    with refused("InvalidRequestException", match=f"secret version {token(1)} because it was deleted"):
        client.get_secret_value(SecretId="a", VersionId=token(1))
    assert client.get_secret_value(SecretId="a", VersionId=token(6))["SecretString"] == "6"
    fake.rotation_function(LAMBDA, Rotator(fake))  # under the id of a version that has gone, it finds an empty one
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, ClientRequestToken=token(1))
    assert [rotation.error for rotation in fake.rotations] == [None] * 4
    assert client.get_secret_value(SecretId="a")["VersionId"] == token(1)


@pytest.mark.parametrize(
    ("rate", "order"),
    [
        ("4 hours", ["RotationStarted", "SecretVersionDeletion"]),
        ("2 days", ["SecretVersionDeletion", "RotationStarted"]),
    ],
)
def test_a_clean_up_beside_a_schedule(
    rate: str, order: list[str], clock: Clock, fake: FakeSecretsManager, client: Any
) -> None:
    """Of one secret, the clean-up of versions and the scheduled rotation each come at their own instant."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", ScheduleExpression=f"rate({rate})")
    for number in range(105):
        client.put_secret_value(SecretId="a", SecretString="x", ClientRequestToken=token(number))
    day_later = clock.now() + timedelta(days=1)
    clock.advance(days=3)
    events = [event for event in fake.events if event.name in order]
    assert list(dict.fromkeys(event.name for event in events)) == order
    assert next(event.at for event in events if event.name == "SecretVersionDeletion") == day_later


def test_a_clean_up_after_the_test_of_a_rotation(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """The clean-up stays due where the version of a tested rotation is removed."""
    fake.seed("a", "0")
    for number in range(105):
        client.put_secret_value(SecretId="a", SecretString=str(number))
    set_up_rotation(fake, "a", AutomaticallyAfterDays=100)
    clock.advance(days=1)
    assert len(fake.secret("a").versions) == 100


def test_labelled_versions_stay(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A version that holds a label is never cleaned up, however old it is."""
    fake.seed("a", "0")
    client.put_secret_value(SecretId="a", SecretString="kept", ClientRequestToken=token(0), VersionStages=["KEPT"])
    for number in range(1, 104):
        client.put_secret_value(SecretId="a", SecretString=str(number), ClientRequestToken=token(number))
    clock.advance(days=2)
    values = [version.value for version in fake.secret("a").versions]
    assert values[0] == "kept"
    assert "0" not in values
    assert client.get_secret_value(SecretId="a", VersionStage="KEPT")["SecretString"] == "kept"


def test_time_set_back_after_the_deletion_date(clock: Clock) -> None:
    """Once the deletion date has been seen to come, no earlier time makes the secret restorable again."""
    with FakeSecretsManager(region=REGION, purge_delay=timedelta(days=1)) as fake:
        fake.seed("a", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
        client = fake.client()
        clock.advance(days=7)
        for _ in range(2):
            with refused("InvalidRequestException", match="because it was deleted"):
                client.restore_secret(SecretId="a")
            tick(timedelta(days=-3))


def test_a_deletion_after_time_was_set_back(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """What was seen before a deletion does not count against it."""
    fake.seed("a", VALUE)
    with freeze_time("2099-01-01"):
        fake.secrets()
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    client.restore_secret(SecretId="a")
    assert not fake.secret("a").is_scheduled_for_deletion


def test_a_deletion_beyond_all_dates() -> None:
    """A window that ends after the year 9999 cannot be answered, and changes nothing; nor is such a seed taken."""
    with held(datetime(9999, 12, 20, tzinfo=timezone.utc)), FakeSecretsManager() as fake:
        secret = fake.seed("a", VALUE)
        with (
            refused("NotImplementedByFake", match="The DeletionDate would lie beyond 9999-12-31"),
            Clock().skip_sleeps(),
        ):
            fake.client().delete_secret(SecretId="a")
        assert fake.secret("a") == secret
        with pytest.raises(ValueError, match="dates of 'b' are outside the years 1 to 9999"):
            fake.seed("b", VALUE, deleted_days_ago=0)


def test_nothing_is_due(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A fake with nothing on its agenda has nothing due, also once what was on it has been overtaken."""
    service = service_of(fake)
    assert service.next_due() is None
    client.create_secret(Name="a", SecretString=VALUE)
    client.delete_secret(SecretId="a")
    assert service.next_due() is not None
    client.restore_secret(SecretId="a")
    assert service.next_due() is None


def test_nothing_comes_due_in_a_stopped_fake(clock: Clock) -> None:
    """What a fake holds stays to be read once it has stopped, whatever time it becomes; started again, it goes on."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("a", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
        fake.seed("b", VALUE)
        set_up_rotation(fake, "b", AutomaticallyAfterDays=1)
    before = len(fake.rotations)
    clock.advance(days=7)
    assert fake.secret("a").is_scheduled_for_deletion
    assert len(fake.rotations) == before
    with fake:
        assert "a" not in fake
        assert len(fake.rotations) > before


def test_what_comes_due_in_a_fake_that_is_not_started(clock: Clock) -> None:
    """A fake that has been made and filled, and not started yet, keeps time as an active one does."""
    fake = FakeSecretsManager(region=REGION)
    fake.seed("a", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
    clock.advance(days=7)
    assert "a" not in fake


def test_a_rotation_reaches_its_own_fake(clock: Clock, fake: FakeSecretsManager) -> None:
    """The functions of an outer fake call that fake, also while an inner one answers everybody else."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=1)
    client = fake.client()
    with FakeSecretsManager(region=REGION) as inner:
        clock.advance(days=3)
        assert client.list_secrets()["SecretList"] == []
        assert [call.operation for call in inner.calls] == ["ListSecrets"]
    assert all(step.error is None for step in fake.rotations)
    assert fake.secret("a").current.value.startswith("rotated")  # type: ignore[union-attr]


def test_what_another_thread_has_let_happen_meanwhile(fake: FakeSecretsManager) -> None:
    """A thread that comes second, when nothing is due any more, lets nothing happen."""
    background._run_next(service_of(fake).vault, due=1, until=1)
    assert (fake.events, fake.secrets()) == ((), ())


def test_what_somebody_else_has_run_meanwhile(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Where something due has been run before its turn, nothing runs in its place: not what comes due later."""
    for name, days in (("a", 7), ("b", 30)):
        fake.seed(name, VALUE)
        client.delete_secret(SecretId=name, RecoveryWindowInDays=days)
    vault = service_of(fake).vault
    date = to_microseconds(clock.now() + timedelta(days=7)) // 1000

    def run_first(due: int) -> None:
        assert due == date
        background.run_due([vault], due)

    background.run_due([vault], date, run_first)
    assert [name for name, _ in purges(fake)] == ["a"]
    assert "b" in fake
