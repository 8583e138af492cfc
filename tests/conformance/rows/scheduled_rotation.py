"""Scheduled rotations: when they begin, and what moves or prevents them."""

from __future__ import annotations

from uuid import UUID

from ..sources import filled, model
from ..table import D, DAY, FUNCTION, I, T2, T3, At, Row, a, call, labels, move, named, steps
from .rotation import END, NOON, ROTATE

DAILY = {"AutomaticallyAfterDays": 1}
ROLE = "arn:aws:iam::123456789012:role/rotate"
daily = steps(a, call("RotateSecret", **{**ROTATE, "RotationRules": DAILY}))
every_ten_days = steps(a, call("RotateSecret", **{**ROTATE, "RotationRules": {"AutomaticallyAfterDays": 10}}))
at_a_rate = steps(a, call("RotateSecret", **{**ROTATE, "RotationRules": {"ScheduleExpression": "rate(10 days)"}}))
scheduled = call("DeleteSecret", SecretId="a", RecoveryWindowInDays=7)
VALUE = {"SecretId": "a", "SecretString": "three", "ClientRequestToken": T3}
FIRST = DAY - NOON


def later(days):
    """Return a step that moves the clock by days."""
    return lambda world: world.advance(days=days)


def ran(*offsets, after=0.0):
    """Return a check: once so many days have passed, rotations have run, each at its offset in milliseconds."""

    def check(world):
        world.advance(days=after)
        rotations = world.fake.rotations
        assert [rotation.at for rotation in rotations] == [At(offset) for offset in offsets for _ in range(4)]
        assert not any(rotation.error for rotation in rotations)

    return check


def next_is(offset):
    """Return a check of the NextRotationDate, so many milliseconds after the row's midnight."""

    def check(world):
        assert world.call("DescribeSecret", SecretId="a")["NextRotationDate"] == At(offset - NOON)

    return check


def shown(offset):
    """Return a check of the LastRotatedDate."""

    def check(world):
        assert world.call("DescribeSecret", SecretId="a")["LastRotatedDate"] == At(offset)

    return check


def tried_again(world):
    """Find the same version tried again a day later, and no other begun."""
    world.advance(days=1)
    steps_run = [(rotation.step, rotation.version_id) for rotation in world.fake.rotations]
    assert steps_run == [("createSecret", T2), ("setSecret", T2)] * 2
    labels(v1="AWSCURRENT", v2="AWSPENDING")(world)


def fails(world):
    """Create a, and register a rotation function that fails in its second step."""
    a(world)

    def fail(event, context):
        if event["Step"] == "setSecret":
            raise RuntimeError("no database")

    world.fake.rotation_function(FUNCTION, fail)


def purged_in_time(world):
    """Find the secret gone at the end of its window, whatever its rotation."""
    world.advance(days=7)
    assert "a" not in world.fake


def full_but_one(world):
    """Rotate daily, with nineteen labels: AWSCURRENT, AWSPREVIOUS and AWSPENDING among them."""
    daily(world)
    held = sum(map(len, world.labels("a").values()))
    for number in range(19 - held):
        move(f"label{number}", None, T2)(world)


def never_began(world):
    """Find that the rotation of the next day did not begin, and that the one after has a date."""
    world.advance(days=1)
    assert len(world.fake.rotations) == 4
    failed = world.fake.events[-1]
    assert failed.name == "RotationFailed"
    assert str(UUID(failed.detail["versionId"])) == failed.detail["versionId"]
    assert sum(map(len, world.labels("a").values())) == 20
    next_is(2 * DAY + END)(world)


def begins_once_there_is_room(world):
    """Find the rotation of the next window."""
    move("free", T2)(world)
    world.advance(days=1)
    assert len(world.fake.rotations) == 8


def row(operation, case, evidence, more, answer, given, *checks):
    """Return a row that moves the clock."""
    return Row(operation, case, evidence, {"SecretId": "a", **more}, answer, given=given, afterwards=steps(*checks),
               timed=True)  # fmt: skip


ROWS = filled([
    row("RotateSecret", "rules: the next rotation begins by itself", D, {**ROTATE, "RotationRules": DAILY},
        named(VersionId=T2), a, ran(0, FIRST, after=1), shown(FIRST), next_is(2 * DAY + END)),
    row("RotateSecret", "rules: one rotation a window", D, {**ROTATE, "RotationRules": DAILY}, named(VersionId=T2), a,
        ran(0, FIRST, FIRST + DAY, FIRST + 2 * DAY, after=3)),
    row("RotateSecret", "rules: not before the window opens", D, {**ROTATE, "RotationRules": DAILY},
        named(VersionId=T2), a, ran(0, after=0.499)),
    row("RotateSecret", "a function and a role: the function rotates", I,
        {**ROTATE, "RotationRules": DAILY, "ExternalSecretRotationRoleArn": ROLE}, named(VersionId=T2), a,
        ran(0, FIRST, after=1)),
    row("RotateSecret", "a role alone: it rotates by itself, too", I,
        {"SecretId": "a", "RotationRules": DAILY, "ClientRequestToken": T2, "ExternalSecretRotationRoleArn": FUNCTION},
        named(VersionId=T2), a, ran(0, FIRST, after=1)),
    row("RotateSecret", "a failed rotation is tried again, to the same version", D,
        {"RotationRules": DAILY, "ClientRequestToken": T2, "RotationLambdaARN": FUNCTION}, named(VersionId=T2),
        fails, tried_again),
    row("UpdateSecretVersionStage", "twenty labels: a scheduled rotation fails until one is free", I,
        {"VersionStage": "free", "MoveToVersionId": T2}, named(), full_but_one, never_began, begins_once_there_is_room),
    row("CancelRotateSecret", "no scheduled rotation any more", D, {}, named(), daily, ran(0, after=3)),
    row("PutSecretValue", "a value put by hand moves the window", D, VALUE,
        named(VersionId=T3, VersionStages=["AWSCURRENT"]), steps(every_ten_days, later(2)), next_is(12 * DAY + END)),
    row("UpdateSecret", "a value put by hand moves the window", D, VALUE, named(VersionId=T3),
        steps(every_ten_days, later(2)), next_is(12 * DAY + END)),
    row("PutSecretValue", "a value with a custom label moves no window", I, {**VALUE, "VersionStages": ["mine"]},
        named(VersionId=T3, VersionStages=["mine"]), steps(every_ten_days, later(2)), next_is(10 * DAY + END)),
    row("PutSecretValue", "a value put by hand moves no window of a schedule expression", D, VALUE,
        named(VersionId=T3, VersionStages=["AWSCURRENT"]), steps(at_a_rate, later(2)), next_is(10 * DAY + END)),
    row("DeleteSecret", "a secret that rotates: no rotation in the window, and the purge in time", I,
        {"RecoveryWindowInDays": 7}, named(DeletionDate=At(7 * DAY)), daily, ran(0, after=3), purged_in_time),
    row("RestoreSecret", "a secret that rotated: its rotation stays off", I, {}, named(),
        steps(daily, scheduled, later(3)), ran(0), ran(0, after=3)),
], {"documented": model("RotationRulesType", "AutomaticallyAfterDays")})  # fmt: skip
