"""The edges of time: the first and the last year, a thousand years, zones, summer time, functions that never return."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._botocore.sessions import service_model
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.story import story_of
from pytest_secretsdelete._time import freezing

from ..support import (
    LAMBDA,
    PATIENCE,
    REGION,
    VALUE,
    in_threads,
    rotate_as_the_template,
    set_up_rotation,
    within_patience,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_secretsdelete import Secret

FIRST = datetime(1, 1, 2, tzinfo=timezone.utc)
LAST = datetime(9999, 12, 31, tzinfo=timezone.utc)
BERLIN = ZoneInfo("Europe/Berlin")
BEYOND = "to the last midnight of the year 9999"
needs_cron = pytest.mark.skipif("not __import__('importlib.util').util.find_spec('aws_croniter')")


def watched(test: Callable[..., None]) -> Callable[..., None]:
    """Let a test that could loop without end fail instead, with the stack of each thread."""

    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        within_patience(lambda: test(**fixtures))

    return run


@pytest.fixture(params=["UTC", "Etc/GMT+12", "Pacific/Kiritimati", "Europe/Berlin"])
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the process be in a zone: 12 hours behind UTC, 14 ahead of it, and with summer time."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize("start", [FIRST, LAST - timedelta(days=31)], ids=["first", "last"])
@watched
def test_the_first_and_the_last_days(start: datetime) -> None:
    """From the second day of the year 1 to the last midnight of 9999 all dates are answered, in every zone."""
    with freezing.freeze(start), FakeSecretsManager(region=REGION) as fake:
        clock, client = Clock(), fake.client()
        client.create_secret(Name="a", SecretString=VALUE)
        fake.seed("b", VALUE)
        set_up_rotation(fake, "b", AutomaticallyAfterDays=1000)
        assert client.describe_secret(SecretId="a")["CreatedDate"] == start
        assert client.get_secret_value(SecretId="a")["CreatedDate"] == start
        clock.advance(days=1)
        assert client.delete_secret(SecretId="a")["DeletionDate"] == start + timedelta(days=31)
        assert client.describe_secret(SecretId="a")["DeletedDate"] == clock.now()
        assert len(client.list_secrets(IncludePlannedDeletion=True)["SecretList"]) == 2
        assert as_text(story_of(service_of(fake), ValueError()))
        clock.move_to_deletion_date("a")
        assert [secret.name for secret in fake.secrets()] == ["b"]
        assert clock.now() == start + timedelta(days=31)


@pytest.mark.skipif(
    "SortBy" not in service_model().operation_model("ListSecrets").input_shape.members,
    reason="this botocore knows of no order but that of creation",
)
@pytest.mark.parametrize("start", [FIRST, LAST], ids=["first", "last"])
def test_secrets_that_were_never_read(start: datetime) -> None:
    """Sorted by the date of their last access they come first, page by page, whatever the year is."""
    with freezing.freeze(start), FakeSecretsManager(region=REGION) as fake:
        client = fake.client()
        for name in ("read", "never", "nor-this"):
            client.create_secret(Name=name, SecretString=VALUE)
        client.get_secret_value(SecretId="read")
        pages = client.get_paginator("list_secrets").paginate(SortBy="last-accessed-date", MaxResults=1)
        assert [secret["Name"] for page in pages for secret in page["SecretList"]] == ["never", "nor-this", "read"]


@pytest.mark.usefixtures("_zone")
@watched
def test_the_last_midnight() -> None:
    """At the end of time secrets are read and deleted by force; schedules never come due."""
    with freezing.freeze(LAST), FakeSecretsManager(region=REGION) as fake:
        client = fake.client()
        client.create_secret(Name="a", SecretString=VALUE)
        set_up_rotation(fake, "a", ScheduleExpression="rate(4 hours)")
        assert "NextRotationDate" not in client.describe_secret(SecretId="a")
        client.rotate_secret(SecretId="a")
        assert client.describe_secret(SecretId="a")["LastRotatedDate"] == LAST
        assert client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)["DeletionDate"] == LAST


@watched
def test_sleeps_beyond_the_last_midnight() -> None:
    """Under skip_sleeps a sleep that would go beyond it is refused, whoever sleeps, and the clock stays."""
    with freezing.freeze(LAST - timedelta(hours=1)):
        clock = Clock()
        start = clock.now()
        with clock.skip_sleeps():
            for seconds in (3600.001, 86_400, 200 * 365 * 86_400):
                for sleep in (time.sleep, lambda seconds: asyncio.run(asyncio.sleep(seconds))):
                    with pytest.raises(ValueError, match=BEYOND):
                        sleep(seconds)
                    assert clock.now() == start
            time.sleep(1800)
            asyncio.run(asyncio.sleep(1800))
            assert clock.now() == LAST
            with pytest.raises(ValueError, match=BEYOND):
                time.sleep(0.001)
        assert clock.now() == LAST


@watched
def test_one_sleeper_beyond_the_last_midnight() -> None:
    """Of several threads that sleep, the one that would go beyond it is refused; the others wake in their order."""
    woken: list[str] = []

    def sleep(name: str, seconds: float) -> None:
        try:
            time.sleep(seconds)
        except ValueError as error:
            name = f"{name}: {error}"
        woken.append(name)

    with freezing.freeze(LAST - timedelta(hours=1)), Clock().skip_sleeps():
        in_threads(lambda: sleep("late", 4000), lambda: sleep("first", 10), lambda: sleep("second", 3600))
        assert Clock().now() == LAST
    assert woken[:2] == ["first", "second"]
    assert BEYOND in woken[2]


@pytest.mark.parametrize("zone", [14, -12])
@pytest.mark.parametrize("edge", [datetime.min, datetime.max], ids=["min", "max"])
def test_instants_of_far_zones(zone: int, edge: datetime, clock: Clock) -> None:
    """The first and the last datetime of a far zone are before the clock, or beyond it, and change nothing."""
    start = clock.now()
    with pytest.raises(ValueError, match="forward only|beyond it"):
        clock.move_to(edge.replace(tzinfo=timezone(timedelta(hours=zone))))
    assert clock.now() == start


@pytest.mark.usefixtures("_zone")
def test_summer_time() -> None:
    """A recovery window has days of 24 hours, wherever the process is, and an hour that is there twice is two."""
    with freezing.freeze(datetime(2026, 10, 24, 12, tzinfo=BERLIN)), FakeSecretsManager(region=REGION) as fake:
        clock, client = Clock(), fake.client()
        client.create_secret(Name="a", SecretString=VALUE)
        deleted = client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
        assert deleted["DeletionDate"] - clock.now() == timedelta(days=7)
        assert deleted["DeletionDate"].astimezone(BERLIN).hour == 11
        clock.move_to(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN))
        first = clock.now()
        clock.move_to(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1))
        assert clock.now() - first == timedelta(hours=1)


def test_a_leap_second() -> None:
    """No instant has the second 60, as in Python; the seconds around it are next to each other."""
    with freezing.freeze(datetime(2016, 12, 31, 23, 59, 59, tzinfo=timezone.utc)):
        clock = Clock()
        with pytest.raises(ValueError, match="is no instant"):
            clock.move_to("2016-12-31T23:59:60Z")
        clock.advance(seconds=1)
        assert clock.now() == datetime(2017, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize("how", ["advance", "move_to", "skip_sleeps"])
@watched
def test_four_hours_over_a_thousand_years(how: str, clock: Clock, fake: FakeSecretsManager) -> None:
    """However the clock is moved, the cost is told before anything has run, and what to do about it."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", ScheduleExpression="rate(4 hours)")
    start, later = clock.now(), clock.now() + timedelta(days=365_250)
    told = r"About [\d,]{7,} rotations .* smaller steps, .* longer period, or set rotation_limit\. Read on: "
    with pytest.raises(RuntimeError, match=told):
        if how == "advance":
            clock.advance(days=365_250)
        elif how == "move_to":
            clock.move_to(later)
        else:
            with clock.skip_sleeps():
                time.sleep(250 * 365 * 86_400)  # Python cannot sleep for longer than 292 years
    assert (clock.now(), rotator.steps) == (start, [])


@watched
def test_a_thousand_years_without_many_rotations(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A schedule of years, a purge and a clean-up of versions are carried out in one move."""
    fake.seed("a", VALUE)
    fake.seed("gone", VALUE, deleted_days_ago=1)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=999)
    fake.rotation_function(LAMBDA, lambda event, context: rotate_as_the_template(client, event))
    clock.advance(days=365_250)
    assert sum(event.name == "RotationSucceeded" for event in fake.events) == 365
    assert [secret.name for secret in fake.secrets()] == ["a"]
    assert len(fake.secret("a").versions) <= 102
    assert client.describe_secret(SecretId="a")["NextRotationDate"] > clock.now()


@needs_cron
@watched
def test_a_cron_ends_with_the_year_2199(fake: FakeSecretsManager) -> None:
    """After its last window the secret rotates no more, and calls are answered as before."""
    with freezing.freeze(datetime(2198, 6, 1, tzinfo=timezone.utc)):
        clock, client = Clock(), fake.client()
        fake.seed("a", VALUE)
        rotator = set_up_rotation(fake, "a", ScheduleExpression="cron(0 8 1 1 ? *)")
        clock.advance(days=365_250)
        assert rotator.steps.count("createSecret") == 1
        described = client.describe_secret(SecretId="a")
        assert described["RotationEnabled"] is True
        assert "NextRotationDate" not in described
        fake.seed("b", VALUE)
        set_up_rotation(fake, "b", ScheduleExpression="cron(0 8 1 1 ? *)")
        assert "NextRotationDate" not in client.describe_secret(SecretId="b")


@needs_cron
@pytest.mark.parametrize(("limit", "is_enough"), [(20, True), (19, False)])
@watched
def test_the_windows_of_a_cron_are_counted(limit: int, is_enough: bool, clock: Clock) -> None:
    """Two days of each January over ten years are 20 rotations, although the first two are a day apart."""
    with FakeSecretsManager(region=REGION, rotation_limit=limit) as fake:
        fake.seed("a", VALUE)
        rotator = set_up_rotation(fake, "a", ScheduleExpression="cron(0 8 1,2 1 ? *)")
        if is_enough:
            clock.advance(days=3652)
        else:
            with pytest.raises(RuntimeError, match="About 20 rotations come due at once"):
                clock.advance(days=3652)
        assert rotator.steps.count("createSecret") == (20 if is_enough else 0)


@watched
def test_functions_that_rotate_each_other(fake: FakeSecretsManager, client: Any) -> None:
    """It ends: the rotation of a secret that is being rotated is refused."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE)
    asked: list[str] = []

    def rotate_the_other(event: dict[str, str], context: Any) -> None:
        other = "b" if ":a-" in event["SecretId"] else "a"
        asked.append(other)
        client.rotate_secret(SecretId=other, RotationLambdaARN=LAMBDA)

    fake.rotation_function(LAMBDA, rotate_the_other)
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    assert asked == ["b", "a", "b"]  # for a's second step that of b is not complete
    errors = [type(rotation.error).__name__ for rotation in fake.rotations]
    assert errors == ["InvalidRequestException", "NoneType", "InvalidRequestException"]


@watched
def test_a_function_that_advances_the_clock_again_and_again(
    clock: Clock, fake: FakeSecretsManager, client: Any
) -> None:
    """Time goes on inside it; what comes due meanwhile runs once it has returned, and then one after the other."""
    client.create_secret(Name="a", SecretString=VALUE)
    fake.seed("gone", VALUE, deleted_days_ago=1)
    depth: list[int] = []

    def advance(event: dict[str, str], context: Any) -> None:
        depth.append(len(depth))
        if len(depth) < 9:
            clock.advance(days=40)

    fake.rotation_function(LAMBDA, advance)
    start = clock.now()
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30})
    clock.advance(days=1)
    assert clock.now() - start == timedelta(days=161)
    assert "gone" not in fake
    assert len(depth) == 4 * sum(event.name == "RotationStarted" for event in fake.events)


def test_a_function_that_never_returns(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Its call waits for it, as for any code. Other threads' calls are answered, the clock moves, and purges happen.

    A scheduled rotation waits for the end of the other, and so does what comes due after it.
    """
    entered, released = threading.Event(), threading.Event()

    def wait(event: dict[str, str], context: Any) -> None:
        entered.set()
        assert released.wait(PATIENCE)

    fake.seed("b", VALUE)
    rotator = set_up_rotation(fake, "b", AutomaticallyAfterDays=1)
    fake.rotation_function(f"{LAMBDA}-2", wait)
    client.create_secret(Name="a", SecretString=VALUE)
    fake.seed("early", VALUE, deleted_days_ago=29.5)
    fake.seed("late", VALUE, deleted_days_ago=1)

    def others() -> None:
        try:
            assert entered.wait(PATIENCE)
            clock.advance(days=30)
            assert fake.client().get_secret_value(SecretId="a")["SecretString"] == VALUE
            assert "early" not in fake
            assert "late" in fake
            assert rotator.steps == []
        finally:
            released.set()

    in_threads(lambda: client.rotate_secret(SecretId="a", RotationLambdaARN=f"{LAMBDA}-2"), others)
    assert "late" not in fake
    assert rotator.steps.count("createSecret") == 30


def test_a_delay_that_never_returns(clock: Clock) -> None:
    """Its deletion waits for it, and has not happened yet; other threads' calls are answered."""
    entered, released = threading.Event(), threading.Event()

    def wait(secret: Secret) -> timedelta:
        entered.set()
        assert released.wait(PATIENCE)
        return timedelta(0)

    with FakeSecretsManager(region=REGION, purge_delay=wait) as fake:
        fake.seed("a", VALUE)
        client = fake.client()

        def others() -> None:
            try:
                assert entered.wait(PATIENCE)
                assert fake.client().get_secret_value(SecretId="a")["SecretString"] == VALUE
                clock.advance(days=365)
            finally:
                released.set()

        in_threads(lambda: client.delete_secret(SecretId="a"), others)
        assert fake.secrets() == ()  # the request was made a year ago


@watched
def test_the_longest_delay(clock: Clock) -> None:
    """A delay beyond all dates keeps the secret for ever, and the report can be written."""
    with FakeSecretsManager(region=REGION, purge_delay=timedelta.max) as fake:
        fake.seed("a", VALUE)
        fake.client().delete_secret(SecretId="a")
        clock.move_to("9999-12-31T00:00:00Z")
        assert fake.secret("a").is_scheduled_for_deletion
        assert as_text(story_of(service_of(fake), ValueError()))
