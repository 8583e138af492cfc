"""Running a rotation: the steps, what the function is given and may do, and what becomes of the secret."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import freezegun
import pytest

from pytest_secretsdelete import FakeSecretsManager, _active
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import rotation_run

from ..support import (
    INTERCEPTIONS,
    LAMBDA,
    PATIENCE,
    REGION,
    STEPS,
    VALUE,
    Rotator,
    in_threads,
    refused,
    set_up_rotation,
    tick,
    token,
    until_the_next_due,
    within_patience,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock, FakeSecretsManager


@pytest.fixture
def rotator(clock: Clock, fake: FakeSecretsManager) -> Rotator:
    """Give a rotation function, in place, and a secret to rotate."""
    fake.seed("a", VALUE)
    rotator = Rotator(fake)
    fake.rotation_function(LAMBDA, rotator)
    return rotator


def names_of(fake: FakeSecretsManager, beginning: str) -> list[str]:
    """Return the names of the events that begin so."""
    return [event.name for event in fake.events if event.name.startswith(beginning)]


def rotations_known(fake: FakeSecretsManager) -> set[tuple[str, str]]:
    """Return the rotations that a fake remembers: the ARN of the secret, and the version."""
    runner = service_of(fake).vault.rotations
    return {*runner._begun, *runner._to_complete, *runner._abandoned}


@INTERCEPTIONS
def test_four_steps(
    intercept: Callable[[Any], Any], clock: Clock, fake: FakeSecretsManager, client: Any, rotator: Rotator
) -> None:
    """A rotation calls the function for four steps; its own calls reach the fake, and the new value is current."""
    intercept(client)
    answer = client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, ClientRequestToken=token(1))
    assert answer["VersionId"] == token(1)
    arn = fake.secret("a").arn
    (rotation_token,) = {event["RotationToken"] for event in rotator.events}
    assert rotator.events == [
        {"Step": step, "SecretId": arn, "ClientRequestToken": token(1), "RotationToken": rotation_token}
        for step in STEPS
    ]
    assert client.get_secret_value(SecretId="a")["SecretString"] == f"rotated {token(1)}"
    assert [sorted(version.staging_labels) for version in fake.secret("a").versions] == [
        ["AWSPREVIOUS"],
        ["AWSCURRENT"],
    ]
    assert [
        (rotation.secret, rotation.version_id, rotation.step, rotation.at, rotation.error)
        for rotation in fake.rotations
    ] == [(arn, token(1), step, clock.now(), None) for step in STEPS]
    assert names_of(fake, "Rotation") == ["RotationStarted", "RotationSucceeded"]
    described = client.describe_secret(SecretId="a")
    assert described["LastRotatedDate"] == clock.now()
    assert [call.operation for call in fake.calls] == [
        "RotateSecret",
        *["GetSecretValue"] * 2,
        "PutSecretValue",
        "GetSecretValue",
        "DescribeSecret",
        *["UpdateSecretVersionStage"] * 2,
        "GetSecretValue",
        "DescribeSecret",
    ]


def test_the_context(fake: FakeSecretsManager, client: Any, rotator: Rotator) -> None:
    """The second argument has what Lambda's context has, as far as rotation functions read it."""
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    context = rotator.contexts[0]
    assert (context.function_name, context.invoked_function_arn) == ("rotate", LAMBDA)
    assert context.get_remaining_time_in_millis() > 0
    assert len({context.aws_request_id for context in rotator.contexts}) == 4


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails(step: str, fake: FakeSecretsManager, client: Any, rotator: Rotator) -> None:
    """What the function raises ends the rotation there; the caller's answer is a success all the same."""
    rotator.fails_at = step
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, ClientRequestToken=token(1))
    done = STEPS[: STEPS.index(step) + 1]
    assert rotator.steps == [rotation.step for rotation in fake.rotations] == list(done)
    assert [rotation.error for rotation in fake.rotations[:-1]] == [None] * (len(done) - 1)
    assert str(fake.rotations[-1].error) == "the database says no"
    assert "the database says no" not in repr(fake.rotations)
    assert names_of(fake, "Rotation") == ["RotationStarted", "RotationFailed"]
    assert client.get_secret_value(SecretId="a")["SecretString"] == VALUE
    described = client.describe_secret(SecretId="a")
    assert "LastRotatedDate" not in described
    assert described["VersionIdsToStages"][token(1)] == ["AWSPENDING"]
    with refused("InvalidRequestException", match="previous rotation isn't complete"):
        client.rotate_secret(SecretId="a")


def test_the_pending_version_has_no_value_yet(fake: FakeSecretsManager, client: Any) -> None:
    """While the function runs, the new version is there as AWSPENDING, without a value."""
    fake.seed("a", VALUE)
    seen: list[Any] = []

    def look(event: dict[str, str], context: Any) -> None:
        if event["Step"] == "createSecret":
            secret = fake.secret("a")
            seen.append((secret.versions[-1].staging_labels, secret.versions[-1].value))
            with refused("ResourceNotFoundException"):
                client.get_secret_value(SecretId="a", VersionStage="AWSPENDING")

    fake.rotation_function(LAMBDA, look)
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    assert seen == [({"AWSPENDING"}, None)]


def test_a_trial(fake: FakeSecretsManager, client: Any, rotator: Rotator) -> None:
    """RotateImmediately=False calls testSecret alone, and takes the version away again, whatever comes of it."""
    for fails_at, ending in ((None, "Succeeded"), ("testSecret", "Failed")):
        rotator.fails_at = fails_at
        client.rotate_secret(
            SecretId="a",
            RotationLambdaARN=LAMBDA,
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )
        assert rotator.steps.pop() == "testSecret"
        assert len(fake.secret("a").versions) == 1
        assert names_of(fake, "TestRotation")[-2:] == ["TestRotationStarted", f"TestRotation{ending}"]
    assert "LastRotatedDate" not in client.describe_secret(SecretId="a")
    assert client.describe_secret(SecretId="a")["RotationEnabled"] is True


def test_the_function_may_delete_its_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A function that deletes the secret it rotates ends the story of the secret, and nothing fails."""
    fake.seed("a", VALUE)
    fake.rotation_function(
        LAMBDA, lambda event, context: client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    )
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    assert "a" not in fake
    assert names_of(fake, "Rotation") == ["RotationStarted"]
    assert [rotation.error for rotation in fake.rotations] == [None] * 4


def test_no_function_stands_for_the_arn(fake: FakeSecretsManager, client: Any) -> None:
    """A function that nobody gave is refused as one that cannot be invoked; what is no function is a TypeError."""
    fake.seed("a", VALUE)
    with refused("AccessDeniedException", match="cannot invoke the specified Lambda function"):
        client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    with pytest.raises(TypeError, match=r"rotation_function\(\) takes a callable, not str"):
        fake.rotation_function(LAMBDA, "rotate")  # type: ignore[arg-type]


def test_a_function_replaced_by_another(fake: FakeSecretsManager, client: Any, rotator: Rotator) -> None:
    """The function given last is the one that is called."""
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    second = Rotator(fake)
    fake.rotation_function(LAMBDA, second)
    client.rotate_secret(SecretId="a")
    assert (len(rotator.events), len(second.events)) == (4, 4)


def test_a_function_that_leaves_the_label(fake: FakeSecretsManager, client: Any) -> None:
    """AWSPENDING may stay on the version that has become current: the next rotation moves it."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, Rotator(fake, keeps_pending=True))
    for number in (1, 2):
        client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, ClientRequestToken=token(number))
        current = fake.secret("a").current
        assert current is not None
        assert (current.version_id, current.staging_labels) == (token(number), {"AWSCURRENT", "AWSPENDING"})
    assert [rotation.error for rotation in fake.rotations] == [None] * 8


def test_nothing_comes_due_inside_a_function(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """What is due while a function runs, because the function moves time, follows when it has returned."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
    seen: list[bool] = []

    def move(event: dict[str, str], context: Any) -> None:
        assert service_of(fake).vault.rotations.is_inside
        if event["Step"] == "createSecret":
            clock.advance(days=10)
        seen.append("b" in fake)

    fake.rotation_function(LAMBDA, move)
    within_patience(lambda: client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA))
    assert seen == [True] * 4
    assert [rotation.error for rotation in fake.rotations] == [None] * 4
    assert "b" not in fake
    assert not service_of(fake).vault.rotations.is_inside


def test_what_other_threads_let_happen_meanwhile(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """While a function runs, calls of other threads let purges happen, and start no other rotation."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
    fake.seed("c", VALUE)
    set_up_rotation(fake, "c", AutomaticallyAfterDays=10)
    rotated = len(fake.rotations)
    found: list[tuple[list[str], int]] = []

    def wait(event: dict[str, str], context: Any) -> None:
        if event["SecretId"] != fake.secret("a").arn or event["Step"] != "createSecret":
            return
        for days in (8, 4):
            tick(timedelta(days=days))
            with ThreadPoolExecutor(1) as pool:
                listed = pool.submit(client.list_secrets, IncludePlannedDeletion=True).result(PATIENCE)["SecretList"]
            found.append((sorted(secret["Name"] for secret in listed), len(fake.rotations) - rotated))

    fake.rotation_function(LAMBDA, wait)
    within_patience(lambda: client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA))
    assert found == [(["a", "c"], 0)] * 2
    client.list_secrets()
    assert [rotation.secret for rotation in fake.rotations[rotated:]] == [
        fake.secret(name).arn for name in "ac" for _ in STEPS
    ]


def test_what_ends_the_test_is_not_swallowed(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """pytest.fail in a function fails the test, through the call that made the rotation run."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, lambda event, context: pytest.fail("no good"))
    with pytest.raises(pytest.fail.Exception, match="no good"):
        client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    assert not service_of(fake).vault.rotations.is_inside


@pytest.mark.parametrize("error", [ValueError, SystemExit, GeneratorExit, asyncio.CancelledError, BaseException])
@pytest.mark.parametrize("immediately", [True, False])
def test_whatever_a_function_raises(
    error: type[BaseException], immediately: bool, clock: Clock, fake: FakeSecretsManager, client: Any
) -> None:
    """The rotation alone fails: the caller has its answer, the clock goes on, and no version of a trial is left."""
    fake.seed("a", VALUE)

    def fail(event: dict[str, str], context: Any) -> None:
        raise error("no database")

    fake.rotation_function(LAMBDA, fail)
    rules = {"AutomaticallyAfterDays": 1}
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotationRules=rules, RotateImmediately=immediately)
    assert [type(rotation.error) for rotation in fake.rotations] == [error]
    assert fake.events[-1].name == ("RotationFailed" if immediately else "TestRotationFailed")
    assert len(fake.secret("a").versions) == (2 if immediately else 1)
    start = clock.now()
    clock.advance(days=3)
    assert clock.now() - start == timedelta(days=3)
    assert len(fake.rotations) > 1


def test_threads_do_not_start_a_rotation_twice(clock: Clock, fake: FakeSecretsManager) -> None:
    """What is due runs once, one after the other, however many threads make contact, the function's own among them."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", AutomaticallyAfterDays=1)
    running: list[str] = []
    overlaps: list[str] = []
    rotator = Rotator(fake)

    def rotate(event: dict[str, str], context: Any) -> None:
        overlaps.extend(running)
        running.append(event["Step"])
        with ThreadPoolExecutor(1) as pool:  # a function may work in a thread of its own
            pool.submit(rotator, event, context).result(PATIENCE)
        running.remove(event["Step"])

    fake.rotation_function(LAMBDA, rotate)
    before = len(fake.rotations)
    client = fake.client()
    tick(timedelta(days=10))
    in_threads(*[client.list_secrets] * 8)
    assert overlaps == []
    assert all(rotation.error is None for rotation in fake.rotations)
    names = [event.name for event in fake.events if event.name.startswith("Rotation")]
    assert names == ["RotationStarted", "RotationSucceeded"] * (len(names) // 2)
    assert len(fake.rotations) - before >= 4 * 9


def test_each_rotation_reads_its_own_instant(clock: Clock, fake: FakeSecretsManager) -> None:
    """Rotations that come due on the clock's way run in order, and the function reads the instant of each."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE)
    for name, days in (("a", 10), ("b", 7)):
        set_up_rotation(fake, name, AutomaticallyAfterDays=days)
    read: list[datetime] = []
    rotator = Rotator(fake)

    def rotate(event: dict[str, str], context: Any) -> None:
        read.append(datetime.now(timezone.utc))
        rotator(event, context)

    fake.rotation_function(LAMBDA, rotate)
    before = len(fake.rotations)
    clock.advance(days=60)
    rotations = fake.rotations[before:]
    assert read == [rotation.at for rotation in rotations]
    assert read == sorted(read)
    assert len(rotations) % 4 == 0
    for name, least in (("a", 4), ("b", 6)):
        arn = fake.secret(name).arn
        own = [rotation.at for rotation in rotations if rotation.secret == arn][::4]
        assert len(own) >= least
        assert own == sorted(set(own))
    assert {rotation.error for rotation in rotations} == {None}
    assert fake.secret("a").current.value.startswith("rotated ")  # type: ignore[union-attr]


def test_the_oldest_secret_first(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Rotations that come due at one instant run in the order of the secrets' creation, whichever was set up first."""
    for name in ("a", "b", "c"):
        fake.seed(name, VALUE)
    for name in ("c", "b", "a"):
        set_up_rotation(fake, name, AutomaticallyAfterDays=1)
    client.cancel_rotate_secret(SecretId="b")
    client.rotate_secret(SecretId="b", RotateImmediately=False)
    before = len(fake.rotations)
    clock.advance(days=2)
    rotated = [rotation.secret for rotation in fake.rotations[before:] if rotation.step == "createSecret"]
    assert rotated == [fake.secret(name).arn for name in ("a", "b", "c")] * 2


def test_a_replica_made_anew_waits_for_its_turn(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A replica that is made again under its old ARN is as young as it is new."""
    regions = {"AddReplicaRegions": [{"Region": "us-west-2"}]}
    away = fake.client("us-west-2")
    client.create_secret(Name="a", SecretString=VALUE, **regions)
    away.create_secret(Name="b", SecretString=VALUE)
    for number in range(101):
        for one, name in ((client, "a"), (away, "b")):
            one.put_secret_value(SecretId=name, SecretString=str(number))
    client.remove_regions_from_replication(SecretId="a", RemoveReplicaRegions=["us-west-2"])
    client.replicate_secret_to_regions(SecretId="a", **regions)
    clock.advance(days=1)
    cleaned = [event.secret for event in fake.events if event.name == "SecretVersionDeletion"]
    assert list(dict.fromkeys(cleaned)) == [
        fake.secret(name, region).arn for name, region in (("a", REGION), ("b", "us-west-2"), ("a", "us-west-2"))
    ]


def test_one_long_step_is_as_many_short_ones(clock: Clock, fake: FakeSecretsManager) -> None:
    """A year in one step gives the same rotations as a year of days."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=30)
    before, start = len(fake.rotations), clock.now()
    clock.advance(days=365)
    once = [rotation.at - start for rotation in fake.rotations[before:]]
    fake.client().rotate_secret(SecretId="a", RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
    rotator.events.clear()
    before, start = len(fake.rotations), clock.now()
    for _ in range(365):
        clock.advance(days=1)
    daily = [rotation.at - start for rotation in fake.rotations[before:]]
    assert len(once) == len(daily) == 4 * 12
    assert [later - earlier for earlier, later in zip(once, once[1:], strict=False)] == [
        later - earlier for earlier, later in zip(daily, daily[1:], strict=False)
    ]


@pytest.mark.parametrize("contact", ["call", "look-up", "contains", "events", "rotations", "seed", "leftovers"])
def test_due_work_at_the_next_contact(contact: str, clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Where freezegun itself moves time, what has come due happens when somebody next looks."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=1)
    start = clock.now()
    tick(timedelta(days=8))
    assert rotator.events == []
    contacts: dict[str, Callable[[], Any]] = {
        "call": client.list_secrets,
        "look-up": lambda: fake.secret("a"),
        "contains": lambda: "a" in fake,
        "events": lambda: fake.events,
        "rotations": lambda: fake.rotations,
        "seed": lambda: fake.seed("c"),
        "leftovers": fake.leftovers,
    }
    contacts[contact]()
    assert len(rotator.events) >= 4 * 6
    assert "b" not in fake
    by_itself = [event for event in fake.events if event.name in {"RotationStarted", "EndSecretVersionDelete"}]
    assert [event.at for event in by_itself] == sorted(event.at for event in by_itself)
    assert ("EndSecretVersionDelete", start + timedelta(days=7)) in {(event.name, event.at) for event in by_itself}


def test_a_failed_rotation_is_tried_again(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """At the next window a rotation that failed is taken up again, with the same version."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=10)
    rotator.fails_at = "setSecret"
    while not rotator.events:
        clock.advance(days=1)
    failed = rotator.events[0]["ClientRequestToken"]
    assert names_of(fake, "Rotation") == ["RotationStarted", "RotationFailed"]
    rotator.fails_at = None
    rotator.events.clear()
    while not rotator.events:
        clock.advance(days=1)
    assert {event["ClientRequestToken"] for event in rotator.events} == {failed}
    assert names_of(fake, "Rotation")[2:] == ["RotationStarted", "RotationSucceeded"]
    current = fake.secret("a").current
    assert current is not None
    assert current.version_id == failed


def test_an_abandoned_rotation_taken_up_again(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Where AWSPENDING is put back on the version of an abandoned rotation, the schedule completes it."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=10)
    rotator.fails_at = "setSecret"
    while not rotator.events:
        clock.advance(days=1)
    failed = rotator.events[0]["ClientRequestToken"]
    client.put_secret_value(SecretId="a", SecretString="by hand")
    assert names_of(fake, "Rotation") == ["RotationStarted", "RotationFailed", "RotationAbandoned"]
    client.update_secret_version_stage(SecretId="a", VersionStage="AWSPENDING", MoveToVersionId=failed)
    rotator.fails_at = None
    rotator.events.clear()
    while not rotator.events:
        clock.advance(days=1)
    assert rotator.steps == list(STEPS)
    assert {event["ClientRequestToken"] for event in rotator.events} == {failed}
    assert names_of(fake, "Rotation")[3:] == ["RotationStarted", "RotationSucceeded"]


def test_an_abandoned_rotation_of_a_secret_that_is_gone(fake: FakeSecretsManager, client: Any) -> None:
    """A function that abandons its rotation and removes the secret is called for no further step; nothing is left."""
    fake.seed("a", VALUE)
    steps: list[str] = []

    def function(event: dict[str, str], _context: Any) -> None:
        steps.append(event["Step"])
        client.put_secret_value(SecretId="a", SecretString="by hand")
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    fake.rotation_function(LAMBDA, function)
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    assert steps == ["createSecret"]
    assert names_of(fake, "Rotation") == ["RotationStarted", "RotationAbandoned"]
    assert rotations_known(fake) == set()


def test_rotations_to_versions_that_were_cleaned_up(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """The rotations of a secret that is gone are forgotten, those to versions that were cleaned up before, too."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, Rotator(fake))
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, ClientRequestToken=token(0))
    for number in range(1, 103):
        client.put_secret_value(SecretId="a", SecretString="by hand", ClientRequestToken=token(number))
    clock.advance(days=2)
    assert fake.secret("a").version(token(0)) is None
    assert (fake.secret("a").arn, token(0)) in rotations_known(fake)
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert "a" not in fake
    assert rotations_known(fake) == set()


def test_rotations_that_have_begun_are_bounded(
    fake: FakeSecretsManager, client: Any, rotator: Rotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated RotateSecret starts nothing twice while its rotation is among the latest; an older one is refused."""
    monkeypatch.setattr(rotation_run, "_BEGUN_KEPT", 20)
    runner = service_of(fake).vault.rotations

    def rotate(number: int) -> None:
        client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, ClientRequestToken=token(number))

    for number in range(30):
        rotate(number)
        assert len(runner._begun) <= 22
    begun = len(rotator.events)
    rotate(29)
    rotate(10)
    assert len(rotator.events) == begun
    with refused("InvalidRequestException"):
        rotate(0)
    known = dict(runner._begun)
    with fake.checkpoint():
        for number in range(30, 60):
            rotate(number)
        assert known.keys().isdisjoint(runner._begun)
    assert runner._begun == known


def test_rotations_that_are_over_leave_nothing_else(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Which rotations are to complete is known for versions that exist, and which are abandoned while they run."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=1)
    rotator.fails_at = "createSecret"
    for number in range(110):
        clock.advance(days=1)
        client.put_secret_value(SecretId="a", SecretString=str(number))
    runner = service_of(fake).vault.rotations
    assert len(names_of(fake, "RotationAbandoned")) > 100
    assert (runner._to_complete, runner._abandoned) == (set(), set())
    rotator.fails_at = None
    for _ in range(210):
        clock.advance(days=1)
    assert len(runner._begun) > 300
    assert {version_id for _, version_id in runner._to_complete} <= {
        one.version_id for one in fake.secret("a").versions
    }


def test_a_version_is_as_old_as_its_rotation(clock: Clock, fake: FakeSecretsManager) -> None:
    """The version of a rotation is created at the instant at which that came due, however late it is noticed."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=10)
    rotator.fails_at = "createSecret"
    due = clock.now() + until_the_next_due(fake, clock)
    tick(timedelta(days=11))
    assert fake.secret("a").versions[-1].created_date == due
    assert [event.at for event in fake.events if event.name == "RotationStarted"] == [due]


def test_a_cancelled_rotation_comes_due_no_more(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """After CancelRotateSecret nothing comes due, and a deleted secret does not rotate either."""
    for name in ("a", "b"):
        fake.seed(name, VALUE)
        rotator = set_up_rotation(fake, name, AutomaticallyAfterDays=1)
    client.cancel_rotate_secret(SecretId="a")
    client.delete_secret(SecretId="b")
    clock.advance(days=29)
    assert rotator.events == []


def test_a_rotation_slower_than_its_schedule(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Windows that pass while the function runs are missed; the next one follows the end of the rotation."""
    fake.seed("a", VALUE)
    begun: list[timedelta] = []
    start = clock.now()

    def slow(event: dict[str, str], context: Any) -> None:
        if event["Step"] == "createSecret":
            begun.append(clock.now() - start)
        clock.advance(hours=2)

    fake.rotation_function(LAMBDA, slow)
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotationRules={"ScheduleExpression": "rate(4 hours)"})
    assert clock.now() - start == timedelta(hours=8)
    clock.advance(days=1)
    assert timedelta(days=1, hours=8) <= clock.now() - start < timedelta(days=1, hours=8 + 8)
    moved = clock.now()
    for _ in range(3):
        assert fake.secrets()
    assert clock.now() - moved <= timedelta(hours=8)
    assert len(begun) == len({each // timedelta(hours=4) for each in begun}) > 2
    assert all(later - sooner >= timedelta(hours=8) for sooner, later in itertools.pairwise(begun))


def test_a_slow_rotation_under_skipped_sleeps(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """The same where the function sleeps, and sleeping moves the clock."""
    fake.seed("a", VALUE)
    start = clock.now()
    fake.rotation_function(LAMBDA, lambda event, context: time.sleep(2 * 3600))
    rules = {"ScheduleExpression": "rate(4 hours)"}
    with clock.skip_sleeps():
        client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotationRules=rules)
        clock.advance(days=1)
        assert clock.now() - start < timedelta(days=2)
    assert 4 < len(fake.rotations) <= 4 * 4


def test_a_value_put_inside_a_freeze_in_the_past(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A function that puts a value in a freeze of its own, in the past, does not plan the next window there."""
    fake.seed("a", VALUE)

    def put(event: dict[str, str], context: Any) -> None:
        with freezegun.freeze_time("2001-01-01"):
            client.put_secret_value(SecretId="a", SecretString="another")

    fake.rotation_function(LAMBDA, put)
    rules = {"AutomaticallyAfterDays": 1}
    within_patience(
        lambda: client.rotate_secret(
            SecretId="a", RotationLambdaARN=LAMBDA, RotationRules=rules, RotateImmediately=False
        )
    )
    within_patience(lambda: clock.advance(days=3))
    assert 0 < len({rotation.version_id for rotation in fake.rotations if rotation.step == "createSecret"}) <= 3


def test_another_fake_goes_on_inside_a_function(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A rotation function holds up what comes due in its own fake, and nothing in another."""
    with FakeSecretsManager(region=REGION) as inner:
        inner.seed("b", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
        fake.seed("a", VALUE)
        fake.seed("b", VALUE, deleted_days_ago=0, recovery_window_in_days=7)
        seen: list[tuple[bool, bool]] = []

        def move(event: dict[str, str], context: Any) -> None:
            if event["Step"] == "createSecret":
                clock.advance(days=8)
            seen.append(("b" in fake, "b" in inner))

        fake.rotation_function(LAMBDA, move)
        with _active.answering(service_of(fake)):
            client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
        assert seen == [(True, False)] * 4
        assert "b" not in fake


def test_a_thousand_years_of_rotations(clock: Clock, fake: FakeSecretsManager) -> None:
    """More rotations than the limit are refused with a sentence that says how many, before any has run."""
    fake.seed("a", VALUE)
    rotator = set_up_rotation(fake, "a", ScheduleExpression="rate(4 hours)")
    start = clock.now()
    with pytest.raises(
        RuntimeError, match=r"About 2,19\d,\d{3} rotations come due at once, those of 'a' .* 10,000.*limits.html#time$"
    ):
        clock.advance(days=365_250)
    assert (clock.now(), rotator.steps) == (start, [])
    clock.advance(days=1)
    assert rotator.steps.count("createSecret") == 6


@pytest.mark.parametrize("other", [None, FakeSecretsManager(region=REGION, rotation_limit=3)], ids=["same", "other"])
def test_many_rotations_of_several_secrets(clock: Clock, other: FakeSecretsManager | None) -> None:
    """They are counted before any has run, also those of secrets and fakes whose turn comes later."""
    with FakeSecretsManager(region=REGION, rotation_limit=9) as fake:
        fake.seed("daily", VALUE)
        daily = set_up_rotation(fake, "daily", AutomaticallyAfterDays=1)
        with other or contextlib.nullcontext(fake) as later_fake:
            later_fake.seed("later", VALUE)
            later = set_up_rotation(later_fake, "later", AutomaticallyAfterDays=2)
            start = clock.now()
            with pytest.raises(RuntimeError, match="rotations come due at once, those of 'later' among them"):
                clock.advance(days=8)
            assert (clock.now(), daily.steps, later.steps) == (start, [], [])
            clock.advance(days=4)
            assert (daily.steps + later.steps).count("createSecret") == 6


def test_a_schedule_set_up_meanwhile(clock: Clock) -> None:
    """The rotations of a secret that gets its schedule from a rotation function count towards the limit, too."""
    with FakeSecretsManager(region=REGION, rotation_limit=9) as fake:
        for name in ("first", "second"):
            fake.seed(name, VALUE)
        started: list[str] = []

        def function(event: dict[str, str], context: Any) -> None:
            started.append(event["SecretId"])
            if event["Step"] == "finishSecret" and len(started) == 4:
                set_up_rotation(fake, "second", ScheduleExpression="rate(4 hours)")

        set_up_rotation(fake, "first", AutomaticallyAfterDays=2)
        fake.rotation_function(LAMBDA, function)
        with pytest.raises(RuntimeError, match="rotations come due at once, those of 'second' among them"):
            clock.advance(days=8)
        assert {secret_id.split(":")[6][:-7] for secret_id in started} == {"first"}


def test_many_rotations_found_by_a_call(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """The same where somebody else has moved time, and a call finds what has come due."""
    fake.seed("a", VALUE)
    set_up_rotation(fake, "a", ScheduleExpression="rate(4 hours)")
    tick(timedelta(days=365_250))
    with pytest.raises(RuntimeError, match="About 2,19"):
        client.list_secrets()
    with pytest.raises(RuntimeError, match="About 2,19"):
        fake.secrets()
