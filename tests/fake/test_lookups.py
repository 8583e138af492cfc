"""Looking into the fake: one secret, all of them, whether one is there, and what was left behind."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from ..support import REGION, VALUE

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


def test_the_current_value(fake: FakeSecretsManager) -> None:
    """A secret gives its current value, str or bytes; one that has none is a LookupError that says so."""
    assert fake.seed("a", VALUE, previous="old").value == VALUE
    assert fake.seed("b", b"\x00").value == b"\x00"
    for name, more in (("empty", {}), ("pending", {"pending": VALUE})):
        with pytest.raises(LookupError, match=f"The secret '{name}' has no current value: no version of it holds"):
            _ = fake.seed(name, **more).value


def test_the_current_value_as_json(fake: FakeSecretsManager) -> None:
    """The current value is parsed, bytes as well; what is no JSON is a ValueError without the value in it."""
    assert fake.seed("a", {"user": "app", "ports": [1, 2.5]}).json() == {"user": "app", "ports": [1, 2.5]}
    assert fake.seed("b", b"[true, null]").json() == [True, None]
    for name, value in (("text", VALUE), ("binary", b"\xff" + VALUE.encode()), ("deep", "[" * 20_000 + VALUE)):
        with pytest.raises(ValueError, match=f"value of the secret '{name}' is no JSON text") as caught:
            fake.seed(name, value).json()
        assert caught.value.__context__ is None
        assert not any(VALUE in repr(frame.locals) for frame in caught.traceback[1:])
    with pytest.raises(LookupError):
        fake.seed("empty").json()


def test_the_two_dates_of_a_deletion(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A scheduled secret knows when it was deleted and when its window ends; a restored one neither."""
    fake.seed("a", VALUE)
    assert fake.secret("a").deleted_date is None
    now = clock.now()
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    clock.advance(days=1)
    assert fake.secret("a").deleted_date == now == client.describe_secret(SecretId="a")["DeletedDate"]
    assert fake.secret("a").deletion_date == now + timedelta(days=7)
    client.restore_secret(SecretId="a")
    assert fake.secret("a").deleted_date is fake.secret("a").deletion_date is None


def test_by_name_and_by_arn(fake: FakeSecretsManager) -> None:
    """A secret is found by its name, its ARN, and its ARN without the six characters."""
    secret = fake.seed("db/password", VALUE)
    for secret_id in ("db/password", secret.arn, secret.arn[:-7]):
        assert fake.secret(secret_id) == secret
    there = fake.seed("db/password", VALUE, region="us-east-1")
    assert fake.secret("db/password", "us-east-1") == fake.secret("db/password", region="us-east-1") == there
    assert fake.secret(there.arn) == there


@pytest.mark.parametrize(
    ("secret_id", "region", "message"),
    [
        ("db/pasword", None, f"No secret 'db/pasword' in {REGION}. Similar names: db/password."),
        ("nothing-alike", None, f"No secret 'nothing-alike' in {REGION}. Existing names: db/password, api/key."),
        (
            "db/token",
            None,
            f"No secret 'db/token' in {REGION}. Existing names: db/password, api/key. "
            "The name exists in eu-west-2, us-east-1: pass region=.",
        ),
        (
            "db/password",
            "us-east-1",
            f"No secret 'db/password' in us-east-1. Existing names: db/token. The name exists in {REGION}: pass region=.",
        ),
        ("x", "ap-south-1", "No secret 'x' in ap-south-1. Existing names: none."),
        (
            f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-AbCdEf",
            None,
            f"No secret 'arn:aws:secretsmanager:{REGION}:123456789012:secret:none-AbCdEf' in {REGION}. "
            "Existing names: db/password, api/key.",
        ),
        (
            "arn:aws:s3:::bucket",
            None,
            f"No secret 'arn:aws:s3:::bucket' in {REGION}. Existing names: db/password, api/key.",
        ),
    ],
)
def test_an_unknown_secret(secret_id: str, region: str | None, message: str, fake: FakeSecretsManager) -> None:
    """An unknown secret is a LookupError that names what is near and where the name is held; no value."""
    fake.seed("db/password", VALUE)
    fake.seed("api/key", VALUE)
    fake.seed("db/token", VALUE, region="us-east-1")
    fake.seed("db/token", VALUE, region="eu-west-2")
    with pytest.raises(LookupError) as caught:
        fake.secret(secret_id, region)
    assert (
        str(caught.value)
        == f"{message} Read on: https://pytest-secretsdelete.readthedocs.io/page/reference/fake.html#members"
    )


def test_many_similar_names(fake: FakeSecretsManager) -> None:
    """Of many names that are near, the three nearest are listed."""
    for name in ("db/passwords-of-old", "db/password-1", "db/password", "db/passwords-2"):
        fake.seed(name, VALUE)
    with pytest.raises(LookupError, match="Similar names: db/password, db/password-1, db/passwords-2\\. Read on: "):
        fake.secret("db/passwor")


@pytest.mark.parametrize("secret_id", [None, 1, b"db/password"])
def test_what_is_no_text(secret_id: Any, fake: FakeSecretsManager) -> None:
    """What is neither a name nor an ARN is a TypeError that says so."""
    with pytest.raises(TypeError, match=f"by its name or ARN, a str, not by {type(secret_id).__name__}"):
        fake.secret(secret_id)


def test_contains(fake: FakeSecretsManager) -> None:
    """`in` takes a name or an ARN of any region, scheduled ones included, and nothing else."""
    scheduled = fake.seed("scheduled", VALUE, deleted_days_ago=1)
    there = fake.seed("there", VALUE, region="us-east-1")
    assert "scheduled" in fake
    assert scheduled.arn in fake
    assert "there" in fake
    assert there.arn in fake
    assert "sched" not in fake
    assert there.arn.replace("us-east-1", REGION) not in fake
    assert None not in fake
    assert 5 not in fake


def test_all_secrets(fake: FakeSecretsManager, client: Any) -> None:
    """`secrets` gives all, oldest first, of every region or of one, scheduled ones included."""
    fake.seed("b", VALUE, created_days_ago=1)
    fake.seed("a", VALUE, created_days_ago=3)
    fake.seed("c", VALUE, region="us-east-1", created_days_ago=2)
    fake.seed("d", VALUE, deleted_days_ago=0)
    client.create_secret(Name="e")
    assert [secret.name for secret in fake.secrets()] == ["a", "c", "b", "d", "e"]
    assert [secret.name for secret in fake.secrets("us-east-1")] == ["c"]
    assert [secret.name for secret in fake.secrets(region=REGION)] == ["a", "b", "d", "e"]
    assert fake.secrets("eu-west-3") == ()


def test_the_order_within_a_millisecond(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Secrets of the same instant are in the order in which they were made."""
    names = [f"s{number}" for number in (5, 3, 9, 1)]
    for name in names:
        client.create_secret(Name=name)
    assert [secret.name for secret in fake.secrets()] == names
    assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == names


def test_leftovers(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """What calls have created and nobody has deleted: not seeds, nor what is scheduled or gone; restored ones are."""
    fake.seed("seeded", VALUE)
    for name in ("kept", "scheduled", "forced", "restored", "purged"):
        client.create_secret(Name=name, SecretString=VALUE)
    client.delete_secret(SecretId="purged", RecoveryWindowInDays=7)
    clock.advance(days=7)
    client.delete_secret(SecretId="scheduled")
    client.delete_secret(SecretId="restored")
    client.delete_secret(SecretId="forced", ForceDeleteWithoutRecovery=True)
    client.restore_secret(SecretId="restored")
    client.put_secret_value(SecretId="seeded", SecretString="new")
    fake.client("us-east-1").create_secret(Name="elsewhere")
    assert [secret.name for secret in fake.leftovers()] == ["kept", "restored", "elsewhere"]


def test_a_snapshot_stays_as_it_was(fake: FakeSecretsManager, client: Any) -> None:
    """A Secret shows the state in which it was asked for, however the secret changes."""
    before = fake.seed("db/password", "one", tags={"a": "1"})
    client.put_secret_value(SecretId="db/password", SecretString="two")
    client.tag_resource(SecretId="db/password", Tags=[{"Key": "b", "Value": "2"}])
    client.delete_secret(SecretId="db/password")
    assert before.current is not None
    assert before.current.value == "one"
    assert before.tags == {"a": "1"}
    assert not before.is_scheduled_for_deletion
    after = fake.secret("db/password")
    assert after.current is not None
    assert (after.current.value, after.is_scheduled_for_deletion) == ("two", True)
    assert [version.value for version in after.versions] == ["one", "two"]
    assert after != before


def test_a_snapshot_cannot_be_changed(fake: FakeSecretsManager) -> None:
    """Secrets and versions are frozen, and what they hand out is a copy."""
    secret = fake.seed("db/password", VALUE, tags={"a": "1"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        secret.name = "other"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        secret.versions[0].value = "other"  # type: ignore[misc]
    secret.tags["b"] = "2"
    assert fake.secret("db/password").tags == {"a": "1"}
    assert isinstance(secret.versions, tuple)
    assert isinstance(secret.versions[0].staging_labels, frozenset)


def test_unlabelled_versions_are_among_the_versions(fake: FakeSecretsManager, client: Any) -> None:
    """All versions are there, oldest first, those without a staging label included."""
    fake.seed("db/password", "one")
    for value in ("two", "three"):
        client.put_secret_value(SecretId="db/password", SecretString=value)
    secret = fake.secret("db/password")
    assert [(version.value, sorted(version.staging_labels)) for version in secret.versions] == [
        ("one", []),
        ("two", ["AWSPREVIOUS"]),
        ("three", ["AWSCURRENT"]),
    ]
    assert secret.holder_of("AWSPREVIOUS") is secret.versions[1]
    assert secret.holder_of("none") is None
    assert secret.version(secret.versions[0].version_id) is secret.versions[0]
    assert secret.version("none") is None


def test_dates_are_plain(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Dates that the fake gives out are the standard library's own, aware and in UTC, under a freeze as well."""
    from freezegun.api import real_datetime

    fake.seed("db/password", VALUE)
    client.delete_secret(SecretId="db/password")
    secret = fake.secret("db/password")
    assert secret.deletion_date is not None
    dates = [
        secret.created_date,
        secret.deletion_date,
        secret.versions[0].created_date,
        fake.calls[0].at,
        fake.events[0].at,
        fake.events[1].detail["deletionDate"],
        clock.now(),
    ]
    for date in dates:
        assert type(date) is real_datetime
        assert date.tzinfo is timezone.utc
    assert type(datetime.now(timezone.utc)) is not real_datetime


def test_clients(fake: FakeSecretsManager) -> None:
    """`client` gives a botocore client of the fake's region or another; options are create_client's."""
    from botocore.config import Config

    assert fake.client().meta.region_name == REGION
    assert fake.client("us-east-2").meta.region_name == "us-east-2"
    options = {
        "config": Config(user_agent_extra="mine"),
        "endpoint_url": "http://localhost:1",
        "use_ssl": False,
    }
    client = fake.client(region="eu-west-2", **options)
    assert client.meta.endpoint_url == "http://localhost:1"
    assert client.meta.config.user_agent_extra == "mine"
    keyed = fake.client(aws_access_key_id="210987654321", aws_secret_access_key="x")
    keyed.create_secret(Name="theirs")
    assert fake.secrets()[0].account_id == "210987654321"
    with pytest.raises(TypeError):
        fake.client(colour="red")


def test_clients_have_nothing_in_common(fake: FakeSecretsManager) -> None:
    """A handler of one client is no handler of another."""
    seen: list[str] = []
    one, other = fake.client(), fake.client()
    one.meta.events.register("before-call", lambda **_: seen.append("one"))
    other.list_secrets()
    fake.client().list_secrets()
    assert seen == []
    one.list_secrets()
    assert seen == ["one"]


def test_a_client_heeds_handlers_added_to_botocore(fake: FakeSecretsManager) -> None:
    """What somebody adds to botocore's built-in handlers counts for the next client."""
    from botocore.handlers import BUILTIN_HANDLERS

    seen: list[str] = []
    fake.client().list_secrets()
    entry = ("before-call.secretsmanager", lambda **_: seen.append("call"))
    BUILTIN_HANDLERS.append(entry)
    try:
        fake.client().list_secrets()
    finally:
        BUILTIN_HANDLERS.remove(entry)
    fake.client().list_secrets()
    assert seen == ["call"]


def test_an_endpoint(fake: FakeSecretsManager, client: Any) -> None:
    """`endpoint` serves the same fake over HTTP on this machine."""
    import json
    from urllib.request import Request, urlopen

    client.create_secret(Name="db/password", SecretString=VALUE)
    with fake.endpoint() as url:
        assert url.startswith("http://127.0.0.1:")
        headers = {
            "X-Amz-Target": "secretsmanager.GetSecretValue",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=testing/20300101/{REGION}/secretsmanager/aws4_request",
        }
        with urlopen(Request(url, b'{"SecretId":"db/password"}', headers)) as answer:
            assert json.load(answer)["SecretString"] == VALUE
    assert [call.operation for call in fake.calls] == ["CreateSecret", "GetSecretValue"]


def test_an_unknown_name_among_many(fake: FakeSecretsManager) -> None:
    """Of many secrets the message lists the first ten, and counts the others."""
    for number in range(2000):
        fake.seed(f"{number:04d}")
    with pytest.raises(LookupError) as caught:
        fake.secret("nothing-alike")
    assert "Existing names: 0000, 0001, 0002, 0003, 0004, 0005, 0006, 0007, 0008, 0009 and 1,990 more." in str(
        caught.value
    )
