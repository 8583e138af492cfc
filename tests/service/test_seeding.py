"""Secrets put in without a call: every option, and what is refused."""

from __future__ import annotations

import json
import re
import traceback
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from freezegun import freeze_time

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._service import seeding, seeds
from pytest_secretsdelete._service.instant import parse, to_microseconds
from pytest_secretsdelete._service.settings import Settings

from ..support import REGION, VALUE, refused, shows

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock


def test_a_secret_with_a_value(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A seed is a secret of the fake's region, created now, its value AWSCURRENT; no call is recorded."""
    secret = fake.seed("db/password", VALUE)
    assert re.fullmatch(
        rf"arn:aws:secretsmanager:{REGION}:123456789012:secret:db/password-[A-Za-z0-9]{{6}}", secret.arn
    )
    assert (secret.name, secret.region, secret.account_id) == ("db/password", REGION, "123456789012")
    assert secret.created_date == clock.now()
    assert secret.current is not None
    assert secret.current.created_date == clock.now()
    assert secret.current.staging_labels == {"AWSCURRENT"}
    assert fake.calls == fake.events == fake.leftovers() == ()
    answer = client.get_secret_value(SecretId=secret.arn)
    assert (answer["SecretString"], answer["VersionId"]) == (VALUE, secret.current.version_id)
    described = client.describe_secret(SecretId="db/password")
    assert set(described) == {
        "ARN",
        "Name",
        "CreatedDate",
        "LastAccessedDate",
        "LastChangedDate",
        "VersionIdsToStages",
        "ResponseMetadata",
    }


@pytest.mark.parametrize(
    ("value", "member", "stored"),
    [
        ("text", "SecretString", "text"),
        ("ünï", "SecretString", "ünï"),
        (b"\x00\xff", "SecretBinary", b"\x00\xff"),
        ({"user": "app", "port": 5432}, "SecretString", '{"user": "app", "port": 5432}'),
        (["a", 1, None], "SecretString", '["a", 1, null]'),
        (("a", "b"), "SecretString", '["a", "b"]'),
        ({}, "SecretString", "{}"),
        ("x" * 65_536, "SecretString", "x" * 65_536),
    ],
    ids=["text", "unicode", "bytes", "dict", "list", "tuple", "empty dict", "largest"],
)
def test_values(value: Any, member: str, stored: Any, fake: FakeSecretsManager, client: Any) -> None:
    """A value is str or bytes, or a dict or list that is stored as JSON text."""
    secret = fake.seed("db/password", value)
    assert secret.current is not None
    assert secret.current.value == stored
    assert client.get_secret_value(SecretId="db/password")[member] == stored


def test_a_secret_without_a_value(fake: FakeSecretsManager, client: Any) -> None:
    """Without a value the secret has no version."""
    secret = fake.seed("empty")
    assert secret.versions == ()
    assert secret.current is None
    assert "VersionIdsToStages" not in client.describe_secret(SecretId="empty")
    with refused("ResourceNotFoundException", match="AWSCURRENT"):
        client.get_secret_value(SecretId="empty")


def test_versions(fake: FakeSecretsManager, client: Any) -> None:
    """`previous` and `pending` are versions of their own, oldest first."""
    secret = fake.seed("db/password", "now", previous="then", pending={"soon": True})
    assert [sorted(version.staging_labels) for version in secret.versions] == [
        ["AWSPREVIOUS"],
        ["AWSCURRENT"],
        ["AWSPENDING"],
    ]
    assert len({version.version_id for version in secret.versions}) == 3
    for label, value in (("AWSPREVIOUS", "then"), ("AWSCURRENT", "now"), ("AWSPENDING", '{"soon": true}')):
        assert client.get_secret_value(SecretId="db/password", VersionStage=label)["SecretString"] == value


def test_what_describes_it(fake: FakeSecretsManager, client: Any) -> None:
    """Description, tags and key are those of DescribeSecret; the key of the versions is the secret's."""
    secret = fake.seed("db/password", VALUE, description="words", tags={"b": "1", "a": "2"}, kms_key_id="alias/mine")
    assert secret.description == "words"
    assert list(secret.tags.items()) == [("b", "1"), ("a", "2")]
    described = client.describe_secret(SecretId="db/password")
    assert described["Description"] == "words"
    assert described["Tags"] == [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert described["KmsKeyId"] == "alias/mine"
    assert client.list_secret_version_ids(SecretId="db/password")["Versions"][0]["KmsKeyIds"] == ["alias/mine"]
    assert secret.kms_key_id == secret.versions[0].kms_key_id == "alias/mine"


def test_tags_as_aws_writes_them(fake: FakeSecretsManager) -> None:
    """Tags may be AWS's list as well; without tags there is no Tags member, and with none of them an empty one."""
    assert fake.seed("a", tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]).tags == {
        "b": "1",
        "a": "",
    }
    fake.seed("none", tags=None)
    assert "Tags" not in fake.client().describe_secret(SecretId="none")
    for name, empty in (("dict", {}), ("list", [])):
        fake.seed(name, tags=empty)
        assert fake.client().describe_secret(SecretId=name)["Tags"] == []


def test_the_default_key(fake: FakeSecretsManager) -> None:
    """The default key is no customer managed key, named or not; DescribeSecret gives the name that was given."""
    seed = fake.seed("a", VALUE, kms_key_id="alias/aws/secretsmanager")
    assert seed.kms_key_id is seed.versions[0].kms_key_id is None
    assert fake.client().describe_secret(SecretId="a")["KmsKeyId"] == "alias/aws/secretsmanager"
    fake.seed("b")
    assert "KmsKeyId" not in fake.client().describe_secret(SecretId="b")


@pytest.mark.parametrize(
    "key", ["1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234", "k", "arn:aws:kms:eu-west-1:123456789012:key/1234"]
)
def test_a_key(fake: FakeSecretsManager, key: str) -> None:
    """Whatever can name a KMS key is taken for one, and given back as it is."""
    assert fake.seed("a", kms_key_id=key).kms_key_id == key
    assert fake.client().describe_secret(SecretId="a")["KmsKeyId"] == key


def test_a_managed_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A secret of a service of AWS is known by it, bears its tag first, and is rotated without a function."""
    secret = fake.seed("rds!db", {"user": "a", "password": "b"}, owning_service="rds", tags={"k": "v"})
    assert (secret.owning_service, list(secret.tags)) == ("rds", ["aws:secretsmanager:owningService", "k"])
    assert fake.seed("own").owning_service is None
    client.rotate_secret(SecretId="rds!db", RotationRules={"AutomaticallyAfterDays": 7})
    rotated = fake.secret("rds!db").json()
    assert rotated["user"] == "a"
    assert rotated["password"] != "b"
    for name, value in (("text", "plain"), ("list", [1])):
        fake.seed(name, value, owning_service="rds")
        client.rotate_secret(SecretId=name)
        assert len(fake.secret(name).value) == 32


def test_a_region(fake: FakeSecretsManager) -> None:
    """A seed may lie in another region, and the same name in each."""
    fake.seed("db/password", "here")
    assert fake.seed("db/password", "there", region="us-east-2").region == "us-east-2"
    assert fake.client("us-east-2").get_secret_value(SecretId="db/password")["SecretString"] == "there"
    assert fake.client().get_secret_value(SecretId="db/password")["SecretString"] == "here"


def test_ages(clock: Clock, fake: FakeSecretsManager) -> None:
    """Days count back from now; fractions are days, too."""
    now = clock.now()
    assert fake.seed("a", created_days_ago=90).created_date == now - timedelta(days=90)
    halved = fake.seed("b", VALUE, created_days_ago=0.5).current
    assert halved is not None
    assert halved.created_date == now - timedelta(hours=12)
    assert fake.seed("c", created_days_ago=0).created_date == now
    assert fake.client().describe_secret(SecretId="a")["LastChangedDate"] == now - timedelta(days=90)


def test_scheduled_for_deletion(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """`deleted_days_ago` schedules it; it is as old as its deletion, or older if told."""
    now = clock.now()
    secret = fake.seed("a", VALUE, deleted_days_ago=2)
    assert secret.is_scheduled_for_deletion
    assert secret.created_date == now - timedelta(days=2)
    assert secret.deletion_date == now + timedelta(days=28)
    older = fake.seed("b", VALUE, deleted_days_ago=2.5, created_days_ago=9, recovery_window_in_days=7)
    assert older.created_date == now - timedelta(days=9)
    assert older.deletion_date == now + timedelta(days=4.5)
    assert older.deleted_date == now - timedelta(days=2.5) == client.describe_secret(SecretId="b")["DeletedDate"]
    with refused("InvalidRequestException", match="marked for deletion"):
        client.get_secret_value(SecretId="a")
    assert client.describe_secret(SecretId="b")["LastChangedDate"] == now - timedelta(days=2.5)
    client.restore_secret(SecretId="a")
    assert client.get_secret_value(SecretId="a")["SecretString"] == VALUE
    assert fake.seed("c", deleted_days_ago=0).deletion_date == now + timedelta(days=30)


def test_a_window_that_ends_is_purged(clock: Clock, fake: FakeSecretsManager) -> None:
    """A seed that is scheduled is purged when its window ends, as any other."""
    fake.seed("a", VALUE, deleted_days_ago=6, recovery_window_in_days=7)
    clock.advance(days=1, seconds=-0.001)
    assert "a" in fake
    clock.advance(seconds=0.001)
    assert "a" not in fake
    assert fake.seed("a", VALUE).name == "a"


def test_a_window_that_is_over(clock: Clock) -> None:
    """A deletion whose window is over is an error, unless `purge_delay` keeps the secret."""
    with FakeSecretsManager(region=REGION) as fake:
        now = clock.now().isoformat()
        with pytest.raises(ValueError, match="recovery window of 'a' ended at") as caught:
            fake.seed("a", deleted_days_ago=7, recovery_window_in_days=7)
        assert str(caught.value) == (
            f"The recovery window of 'a' ended at {now}: the secret would be gone. Use a smaller deleted_days_ago, a "
            "longer recovery_window_in_days, or a purge_delay that keeps it."
        )
        assert "a" not in fake
    seen: list[str] = []

    def slowly(secret: Any) -> timedelta:
        seen.append(secret.name)
        return timedelta(days=10)

    with FakeSecretsManager(region=REGION, purge_delay=slowly) as fake:
        secret = fake.seed("a", deleted_days_ago=12, recovery_window_in_days=7)
        assert secret.deletion_date is not None
        assert secret.deletion_date < clock.now()
        assert seen == ["a"]
        with refused("InvalidRequestException", match="because it was deleted"):
            fake.client().restore_secret(SecretId="a")
        clock.advance(days=5)
        assert "a" not in fake


def test_a_name_that_is_taken_meanwhile(clock: Clock) -> None:
    """A taken name is refused before a delay is asked for, and once more where it is taken while the delay is asked."""
    asked: list[str] = []

    def take(secret: Any) -> timedelta:
        asked.append(secret.name)
        fake.seed("late", VALUE)
        return timedelta(0)

    with FakeSecretsManager(region=REGION, purge_delay=take) as fake:
        fake.seed("early", VALUE)
        for name in ("early", "late"):
            with pytest.raises(ValueError, match=f"secret '{name}' is already there"):
                fake.seed(name, "other", deleted_days_ago=1)
            assert fake.secret(name).value == VALUE
    assert asked == ["late"]


@pytest.mark.parametrize(
    ("delay", "shown"),
    [(7, "int"), (None, "NoneType"), ("7d", "str"), (timedelta(days=-1), "-1 day, 0:00:00")],
)
def test_a_delay_that_is_none(delay: Any, shown: str, clock: Clock) -> None:
    """What a callable returns in the place of a delay is told as it is, and nothing is seeded."""
    with FakeSecretsManager(region=REGION, purge_delay=lambda secret: delay) as fake:
        with pytest.raises(ValueError, match=f"^purge_delay as a callable returns .*; it returned {shown}.$"):
            fake.seed("a", VALUE, deleted_days_ago=1)
        assert "a" not in fake


@pytest.mark.parametrize(
    ("words", "options", "error", "message"),
    [
        (("no name",), {}, ValueError, "'no name' is not a secret name: letters, digits"),
        (("",), {}, ValueError, "'' is not a secret name"),
        ((5,), {}, ValueError, "A secret's name comes first, and is a str, not int"),
        (("x" * 513,), {}, ValueError, "has 513 characters; 512 are the most"),
        (("a", ""), {}, ValueError, "value has 0 bytes; a secret value has 1 to 65536"),
        (("a", b""), {}, ValueError, "value has 0 bytes"),
        (("a", "ü" * 32_769), {}, ValueError, "value has 65538 bytes"),
        (("a", "\ud83d"), {}, ValueError, "value holds surrogates"),
        (("a",), {"description": "\ud83d"}, ValueError, "description holds surrogates"),
        (("a",), {"tags": {"k": "\ud83d"}}, ValueError, "tags hold surrogates"),
        (("a", 5), {}, TypeError, "value is of type int; str, bytes, or a dict or list"),
        (("a", {"key": {1}}), {}, TypeError, "value cannot be written as JSON text: TypeError"),
        (("a",), {"previous": "x"}, ValueError, "'a' has a previous value but no current one"),
        (("a", "x"), {"previous": 1.5}, TypeError, "previous is of type float"),
        (("a", "x"), {"pending": object()}, TypeError, "pending is of type object"),
        (("a",), {"description": 5}, TypeError, "description=5 is of type int; a str is legal"),
        (("a",), {"kms_key_id": b"k"}, TypeError, "kms_key_id=b'k' is of type bytes"),
        (("a",), {"owning_service": 5}, TypeError, "owning_service=5 is of type int"),
        (("a",), {"owning_service": ""}, ValueError, "owning_service has 0 characters; 1 to 128 are legal"),
        (("a",), {"owning_service": "x" * 129}, ValueError, "owning_service has 129 characters"),
        (("a",), {"kms_key_id": "my key"}, ValueError, "kms_key_id='my key' can name no KMS key: a key id, an alias"),
        (("a",), {"region": 5}, TypeError, "region=5 is of type int"),
        (("a",), {"region": "Ireland"}, ValueError, "region='Ireland' is in no partition"),
        (("a",), {"region": "not a label"}, ValueError, "region='not a label' is not a region code"),
        (("a",), {"tags": {"k": 1}}, TypeError, "keys and values of tags are strings"),
        (("a",), {"tags": {1: "v"}}, TypeError, "keys and values of tags are strings"),
        (("a",), {"tags": ["k"]}, ValueError, "tags is a dict of strings, or AWS's list"),
        (("a",), {"tags": [{"Name": "k"}]}, ValueError, "tags is a dict of strings, or AWS's list"),
        (("a",), {"tags": "k=v"}, ValueError, "tags is a dict of strings, or AWS's list"),
        (("a",), {"tags": ""}, ValueError, "tags is a dict of strings, or AWS's list"),
        (("a",), {"tags": {"aws:k": "v"}}, ValueError, "tags: .*aws:"),
        (
            ("a",),
            {"tags": {str(n): "" for n in range(51)}},
            ValueError,
            "tags: A secret can have at most 50 tags",
        ),
        (("a",), {"tags": [{"Value": "v"}]}, ValueError, "tags: A tag must have a key"),
        (("a",), {"created_days_ago": -1}, ValueError, "created_days_ago=-1 is not a number of days >= 0"),
        (("a",), {"created_days_ago": True}, ValueError, "created_days_ago=True is not a number of days"),
        (("a",), {"created_days_ago": "1"}, ValueError, "created_days_ago='1' is not a number of days"),
        (
            ("a",),
            {"deleted_days_ago": float("nan")},
            ValueError,
            "deleted_days_ago=nan is not a number of days",
        ),
        (
            ("a",),
            {"deleted_days_ago": float("inf")},
            ValueError,
            "deleted_days_ago=inf is not a number of days",
        ),
        (
            ("a",),
            {"created_days_ago": 10**9},
            ValueError,
            "created_days_ago=1000000000 is not a number of days",
        ),
        (
            ("a",),
            {"created_days_ago": 1, "deleted_days_ago": 2},
            ValueError,
            "created_days_ago=1 is later than",
        ),
        (("a",), {"recovery_window_in_days": 6}, ValueError, "recovery_window_in_days=6 is outside 7 to 30"),
        (("a",), {"recovery_window_in_days": 31}, ValueError, "recovery_window_in_days=31 is outside"),
        (("a",), {"recovery_window_in_days": 7.5}, ValueError, "recovery_window_in_days=7.5 is outside"),
        (("a",), {"colour": "red"}, TypeError, "colour"),
        (("a",), {"value": "x"}, TypeError, "value"),
    ],
)
def test_wrong_words(
    words: tuple[Any, ...],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
    fake: FakeSecretsManager,
) -> None:
    """What is not legal is refused with a sentence that says so, and nothing is stored."""
    with pytest.raises(error, match=message):
        fake.seed(*words, **options)
    assert fake.secrets() == ()


NOW = 1_600_000_000_000
CHECKED: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({}, {}, None),
    ({"created_days_ago": 36_500}, {}, None),
    ({"deleted_days_ago": 29.9}, {}, None),
    ({"deleted_days_ago": 30}, {}, "recovery window of 'a' ended at 2020-09-13T12:26:40"),
    ({"deleted_days_ago": 30}, {"purge_delay": timedelta(milliseconds=1)}, None),
    ({"deleted_days_ago": 9, "recovery_window_in_days": 7}, {"purge_delay": timedelta(2)}, "recovery window of 'a'"),
    ({"deleted_days_ago": 30}, {"force_delete_delay": timedelta(1)}, "recovery window of 'a'"),
    ({"deleted_days_ago": 30}, {"purge_delay": lambda secret: 1 / 0}, None),
]


@pytest.mark.parametrize(("options", "given", "message"), CHECKED)
def test_checking_without_a_fake(options: dict[str, Any], given: dict[str, Any], message: str | None) -> None:
    """A seed can be checked against settings and an instant alone; a callable delay is not called for it."""
    with nullcontext() if message is None else pytest.raises(ValueError, match=message):
        seeding.check(seeds.secret("a", VALUE, **options), Settings(**given), NOW)


@pytest.mark.parametrize("at", ["0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z"])
def test_dates_that_no_year_has(at: str) -> None:
    """A date before the year 1 or after the year 9999 is an error, in the check and in the fake alike."""
    seed = seeds.secret("a", VALUE, deleted_days_ago=3)
    with pytest.raises(ValueError, match="dates of 'a' are outside the years 1 to 9999"):
        seeding.check(seed, Settings(), to_microseconds(parse(at)) // 1000)
    with freeze_time(at), FakeSecretsManager(region=REGION) as fake:
        with pytest.raises(ValueError, match="dates of 'a' are outside the years 1 to 9999"):
            fake.seed("a", VALUE, deleted_days_ago=3)
        assert fake.secrets() == ()


def test_a_policy_that_locks_out(fake: FakeSecretsManager) -> None:
    """A seed's policy must not lock its own caller out; what it says of another secret counts for nothing."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*"}
    arn, other = (f"arn:aws:secretsmanager:{REGION}:{fake.account_id}:secret:{name}-AbCdEf" for name in "ab")
    for resource, given in ((arn, arn), (f"{arn[:-6]}*", None)):
        with pytest.raises(ValueError, match="policy of the seed 'a': Your requested changes will not allow"):
            fake.seed("a", VALUE, arn=given, policy={"Statement": [{**deny, "Resource": resource}]})
    fake.seed("a", VALUE, policy={"Statement": [{**deny, "Resource": other}]})


def test_the_longest_name(fake: FakeSecretsManager) -> None:
    """A name may have 512 characters, as in the service model."""
    assert fake.seed("x" * 512, VALUE).name == "x" * 512


def test_a_name_twice(fake: FakeSecretsManager) -> None:
    """A name that is there already, scheduled or not, is an error; in another region it is another name."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE, deleted_days_ago=1)
    for name in ("a", "b"):
        with pytest.raises(ValueError, match=f"secret '{name}' is already there in {REGION}"):
            fake.seed(name, VALUE)
    fake.seed("a", VALUE, region="us-east-1")


def test_no_message_shows_a_value(fake: FakeSecretsManager) -> None:
    """However a value is wrong, and whatever is wrong beside it, no message shows it."""
    wrong: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("a", {VALUE: {1}}), {}),
        (("a", VALUE * 10_000), {}),
        (("a", VALUE), {"previous": 5}),
        (("a", VALUE), {"created_days_ago": -1}),
        (("no name", VALUE), {}),
        (("a",), {"previous": VALUE}),
    ]
    for words, options in wrong:
        with pytest.raises((TypeError, ValueError)) as caught:
            fake.seed(*words, **options)
        assert not shows(VALUE, "".join(traceback.format_exception(caught.value)))


def test_before_the_fake_starts(clock: Clock) -> None:
    """A fake can be seeded before it starts."""
    fake = FakeSecretsManager(region=REGION)
    fake.seed("db/password", {"a": 1})
    with fake:
        answer = fake.client().get_secret_value(SecretId="db/password")
    assert json.loads(answer["SecretString"]) == {"a": 1}
    assert answer["CreatedDate"] == clock.now()
