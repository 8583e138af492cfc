"""RotateSecret and CancelRotateSecret."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError

from ..sources import ROTATION_ASSERTED, ROTATION_RECORDED, ROTATION_SEEN, DELETION_INVALID_REQUEST, model, filled
from ..table import (
    D, DAY, F, FUNCTION, I, MARKED, NOT_FOUND, R, T1, T2, T3, V, At, Midnight, Refused, Row, a, call, labels, move, named,
    put, scheduled, steps,
)  # fmt: skip

RULES = {"AutomaticallyAfterDays": 30}
NOON, END = DAY // 2 + 123, DAY - 1000
ROTATE = {"SecretId": "a", "RotationLambdaARN": FUNCTION, "RotationRules": RULES, "ClientRequestToken": T2}
rotated = steps(a, call("RotateSecret", **ROTATE))
NO_FUNCTION = Refused("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
NOT_INVOKABLE = Refused(
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com.",
)
IN_PROGRESS = Refused(
    "InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted."
)


def shown(**rules):
    """Return a check that finds these rules described."""

    def check(world):
        assert world.call("DescribeSecret", SecretId="a")["RotationRules"] == rules

    return check


def not_rotating(world):
    """Find no trace of a rotation."""
    described = world.call("DescribeSecret", SecretId="a")
    assert not [member for member in described if "Rotat" in member]
    assert [version.version_id for version in world.fake.secret("a").versions] == [T1]


def only_tested(world):
    """Find that testSecret alone has run, and that its version is gone."""
    assert [rotation.step for rotation in world.fake.rotations] == ["testSecret"]
    assert [version.version_id for version in world.fake.secret("a").versions] == [T1]


def four_steps(world):
    """Find that the four steps have run, in their order."""
    assert [rotation.step for rotation in world.fake.rotations] == STEPS
    assert not any(rotation.error for rotation in world.fake.rotations)


def failing(world):
    """Rotate with a function that fails in its second step."""
    a(world)

    def fail(event, context):
        if event["Step"] == "setSecret":
            raise RuntimeError("no database")

    world.fake.rotation_function("arn:aws:lambda:us-east-1:123456789012:function:fails", fail)
    world.call(
        "RotateSecret", **{**ROTATE, "RotationLambdaARN": "arn:aws:lambda:us-east-1:123456789012:function:fails"}
    )


def external(world):
    """Find what the rotation of an external secret was given."""
    described = world.call("DescribeSecret", SecretId="a")
    assert described["ExternalSecretRotationMetadata"] == [{"Key": "k", "Value": "v"}]
    assert described["ExternalSecretRotationRoleArn"] == FUNCTION


def tried_on_the_current_value(world):
    """Register a function that reads the version in testSecret, as AWS's templates do."""
    a(world)
    read = []

    def test(event, context):
        ids = {"SecretId": "a", "VersionId": event["ClientRequestToken"], "VersionStage": "AWSPENDING"}
        read.append(world.call("GetSecretValue", **ids)["SecretString"])

    world.fake.rotation_function(FUNCTION, test)
    world.read = read


def was_one(world):
    """Find the current value read."""
    assert world.read == ["one"]


def under_its_key(world):
    """Find both versions under the key of their secret."""
    versions = world.call("ListSecretVersionIds", SecretId="a")["Versions"]
    assert [version["KmsKeyIds"] for version in versions] == [["alias/own"]] * 2


def twice(world):
    """Find that two secrets have rotated."""
    assert len({rotation.secret for rotation in world.fake.rotations}) == 2
    assert len(world.fake.rotations) == 8


def rotated_again(world):
    """Find the second rotation's labels."""
    labels(v1="", v2="AWSPREVIOUS", v3="AWSCURRENT")(world)


def listening(world):
    """Register a function that records its events."""
    a(world)
    world.events = []
    world.fake.rotation_function(FUNCTION, lambda event, context: world.events.append(event))


def called_with_four_members(world):
    """Find the events of the four steps: the same members, and one RotationToken for all of them."""
    expected = {"SecretId": world.arn("a"), "ClientRequestToken": T2}
    tokens = {event.pop("RotationToken") for event in world.events}
    assert world.events == [{"Step": step, **expected} for step in STEPS]
    (token,) = tokens
    assert re.fullmatch("[a-zA-Z0-9-]{36,256}", token)
    assert token != T2


def looking(world):
    """Register a function that looks up the new version in its first step."""
    a(world)
    world.seen = []

    def look(event, context):
        if event["Step"] == "createSecret":
            world.seen.append(world.call("DescribeSecret", SecretId="a")["VersionIdsToStages"])
            with pytest.raises(ClientError, match="ResourceNotFoundException"):
                world.call("GetSecretValue", SecretId="a", VersionId=T2, VersionStage="AWSPENDING")

    world.fake.rotation_function(FUNCTION, look)


def was_pending(world):
    """Find that the new version was there, and that the four steps have run."""
    assert world.seen == [{T1: ["AWSCURRENT"], T2: ["AWSPENDING"]}]
    four_steps(world)


STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
TOKEN_MEMBER = model("PutSecretValueRequest", "RotationToken")
ROWS = filled([
    Row("RotateSecret", "success", R, ROTATE, named(VersionId=T2), given=a,
        afterwards=steps(labels(v1="AWSPREVIOUS", v2="AWSCURRENT"), four_steps)),
    Row("RotateSecret", "the function's event has a RotationToken", D, ROTATE, named(VersionId=T2), given=listening,
        afterwards=called_with_four_members, source=TOKEN_MEMBER, needs="PutSecretValue.RotationToken"),
    Row("RotateSecret", "AWSPENDING is there from the start, without a value", V, ROTATE, named(VersionId=T2),
        given=looking, afterwards=was_pending),
    Row("RotateSecret", "SecretId alone, the second time", R, {"SecretId": "a", "ClientRequestToken": T3},
        named(VersionId=T3), given=rotated, afterwards=steps(rotated_again, shown(**RULES))),
    Row("RotateSecret", "AWSPENDING on the current version", D, {**ROTATE, "ClientRequestToken": T3},
        named(VersionId=T3), given=steps(a, put(T2, "AWSPENDING"), move("AWSCURRENT", T1, T2)),
        afterwards=steps(labels(v1="", v2="AWSPREVIOUS", v3="AWSCURRENT"), four_steps), source=model("RotateSecret")),
    Row("RotateSecret", "a secret under a key", D, ROTATE, named(VersionId=T2), afterwards=under_its_key,
        source=model("RotateSecret"), given=call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, KmsKeyId="alias/own")),
    Row("RotateSecret", "the token of another secret's rotation", I, {**ROTATE, "SecretId": "b"},
        named("b", VersionId=T2), given=steps(rotated, call("CreateSecret", Name="b", SecretString="one")),
        afterwards=twice),
    Row("RotateSecret", "same token again", I, {"SecretId": "a", "ClientRequestToken": T2}, named(VersionId=T2),
        given=rotated, afterwards=four_steps),
    Row("RotateSecret", "RotateImmediately false: testSecret alone", V, {**ROTATE, "RotateImmediately": False},
        named(VersionId=T2), given=a, afterwards=only_tested),
    Row("RotateSecret", "RotateImmediately false: on a version with the current value", I,
        {**ROTATE, "RotateImmediately": False}, named(VersionId=T2), given=tried_on_the_current_value,
        afterwards=was_one),
    Row("RotateSecret", "same token again, while the rotation is not complete", D, {"SecretId": "a", "ClientRequestToken": T2},
        IN_PROGRESS, given=failing, source=model("RotateSecret")),
    Row("RotateSecret", "same token again, after a trial", I, {**ROTATE, "RotateImmediately": False},
        named(VersionId=T2), given=steps(a, call("RotateSecret", **ROTATE, RotateImmediately=False)),
        afterwards=only_tested),
    Row("RotateSecret", "the token of a version that no rotation made", I, {**ROTATE, "ClientRequestToken": T1},
        Refused("InvalidRequestException", f"You can't use ClientRequestToken {T1} because that value is already in use "
                "for a version of secret {arn}."), given=a, afterwards=not_rotating),
    Row("RotateSecret", "a failing function: AWSPENDING stays", F, {"SecretId": "a", "ClientRequestToken": T3},
        IN_PROGRESS, given=failing, afterwards=labels(v1="AWSCURRENT", v2="AWSPENDING")),
    Row("RotateSecret", "AWSPENDING on another version", F, ROTATE | {"ClientRequestToken": T3}, IN_PROGRESS,
        given=steps(a, put(T2, "AWSPENDING"))),
    Row("RotateSecret", "no function", R, {"SecretId": "a"}, NO_FUNCTION, given=a, afterwards=not_rotating),
    Row("RotateSecret", "a function that does not exist", R,
        {**ROTATE, "RotationLambdaARN": FUNCTION + "r"}, NOT_INVOKABLE, given=a, afterwards=not_rotating),
    Row("RotateSecret", "external secret: metadata and role", I,
        {"SecretId": "a", "ClientRequestToken": T2, "ExternalSecretRotationRoleArn": FUNCTION,
         "ExternalSecretRotationMetadata": [{"Key": "k", "Value": "v"}]}, named(VersionId=T2), given=a,
        afterwards=external),
    Row("RotateSecret", "external secret: metadata and role stay the second time", I,
        {"SecretId": "a", "ClientRequestToken": T3}, named(VersionId=T3), afterwards=external,
        needs="RotateSecret.ExternalSecretRotationRoleArn",
        given=steps(a, call("RotateSecret", SecretId="a", ClientRequestToken=T2, ExternalSecretRotationRoleArn=FUNCTION,
                            ExternalSecretRotationMetadata=[{"Key": "k", "Value": "v"}]))),
    Row("RotateSecret", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("RotateSecret", "scheduled for deletion", D, ROTATE, MARKED, given=scheduled, source=DELETION_INVALID_REQUEST),
    Row("CancelRotateSecret", "turned off", D, {"SecretId": "a"}, named(), given=rotated,
        source=model("CancelRotateSecret")),
    Row("CancelRotateSecret", "a rotation in progress", D, {"SecretId": "a"}, named(VersionId=T2), given=failing,
        source=model("CancelRotateSecretResponse", "VersionId")),
    Row("CancelRotateSecret", "never set up", I, {"SecretId": "a"}, NO_FUNCTION, given=a),
    Row("CancelRotateSecret", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("DescribeSecret", "after RotateImmediately false: never rotated", I, {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(1), LastAccessedDate=Midnight(), RotationEnabled=True,
              RotationLambdaARN=FUNCTION, RotationRules=RULES, NextRotationDate=At(30 * DAY + END - NOON),
              VersionIdsToStages={T1: ["AWSCURRENT"]}),
        given=steps(a, call("RotateSecret", **ROTATE, RotateImmediately=False))),
    Row("DescribeSecret", "rotation turned off: dates gone", D, {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(6), LastAccessedDate=Midnight(), RotationEnabled=False,
              RotationLambdaARN=FUNCTION, RotationRules=RULES,
              VersionIdsToStages={T1: ["AWSPREVIOUS"], T2: ["AWSCURRENT"]}),
        given=steps(rotated, call("CancelRotateSecret", SecretId="a")),
        source=model("DescribeSecretResponse", "NextRotationDate")),
], {R: ROTATION_RECORDED, V: ROTATION_ASSERTED, F: ROTATION_SEEN})  # fmt: skip
