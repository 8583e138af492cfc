"""The clean-up of versions: AWS keeps the newest 100, those with a label, and those younger than 24 hours."""

from __future__ import annotations

from ..sources import VALUES_SEEN, filled, model
from ..table import D, F, FUNCTION, I, T1, At, Late, Refused, Row, a, call, named, put, steps

HOUR = 3_600_000


def number(place):
    """Return the id of a version that `many` puts."""
    return f"{place:032d}"


def many(world):
    """Put 101 values."""
    for place in range(101):
        put(number(place))(world)


def idle(world):
    """Register a rotation function that does nothing."""
    world.fake.rotation_function(FUNCTION, lambda event, context: None)


def later(hours):
    """Return a step that moves the clock by hours."""
    return lambda world: world.advance(hours=hours)


def deleted(version_id):
    """Return the refusal of a version that has been cleaned up."""
    return Refused(
        "InvalidRequestException",
        f"You can't perform this operation on secret version {version_id} because it was deleted.",
    )


def read(case, evidence, version_id, answer, *given):
    """Return a row that reads one version."""
    return Row("GetSecretValue", f"clean-up: {case}", evidence, {"SecretId": "a", "VersionId": version_id}, answer,
               given=steps(*given), timed=True)  # fmt: skip


def value(version_id, offset=0, text=None, **more):
    """Return the answer to a read."""
    return named(VersionId=version_id, CreatedDate=At(offset), SecretString=text or version_id, **more)


def readable(world):
    """Read what was put again under the id of a version that had been cleaned up."""
    assert world.call("GetSecretValue", SecretId="a", VersionId=T1)["SecretString"] == "again"


CLEANED = (a, many, later(24))
#: The second version is twelve hours younger than the first.
TWO_AGES = (a, later(12), many, later(12))
FIRST_PAGE = {"SecretId": "a", "IncludeDeprecated": True}
ROWS = filled([
    read("the 101st newest version", F, number(0), deleted(number(0)), *CLEANED),
    read("the 100th newest version stays", D, number(1), value(number(1)), *CLEANED),
    read("not before 24 hours", D, T1, value(T1, text="one"), a, many, later(23.99)),
    read("a version with a label stays", D, T1, value(T1, text="one", VersionStages=["mine"]), a,
         call("UpdateSecretVersionStage", SecretId="a", VersionStage="mine", MoveToVersionId=T1), many, later(24)),
    read("the first of two ages", D, T1, deleted(T1), *TWO_AGES),
    read("a version younger than 24 hours stays", D, number(0), value(number(0), 12 * HOUR), *TWO_AGES),
    read("the second of two ages, in its turn", D, number(0), deleted(number(0)), *TWO_AGES, later(12)),
    read("the first of two ages, later", I, T1, deleted(T1), *TWO_AGES, later(12)),
    Row("DescribeSecret", "clean-up: no change of the secret", I, {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(101),
              VersionIdsToStages={number(99): ["AWSPREVIOUS"], number(100): ["AWSCURRENT"]}),
        given=steps(*CLEANED), timed=True),
    Row("PutSecretValue", "clean-up: the id of a version that is gone, again", I,
        {"SecretId": "a", "SecretString": "again", "ClientRequestToken": T1},
        named(VersionId=T1, VersionStages=["AWSCURRENT"]), given=steps(*CLEANED), afterwards=readable, timed=True),
    Row("RotateSecret", "clean-up: the id of a version that is gone, again", I,
        {"SecretId": "a", "RotationLambdaARN": FUNCTION, "ClientRequestToken": T1}, named(VersionId=T1),
        given=steps(*CLEANED), afterwards=call("GetSecretValue", SecretId="a", VersionId=T1), timed=True),
    read("the id of a version that is gone, taken again without a value", I, T1,
         Refused("ResourceNotFoundException",
                 f"Secrets Manager can't find the specified secret value for VersionId: {T1}"), *CLEANED, idle,
         call("RotateSecret", SecretId="a", RotationLambdaARN=FUNCTION, ClientRequestToken=T1)),
    Row("ListSecretVersionIds", "clean-up between two pages", I,
        {**FIRST_PAGE, "NextToken": Late(lambda world: world.token)},
        named(Versions=[
            {"VersionId": number(99), "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"],
             "VersionStages": ["AWSPREVIOUS"]},
            {"VersionId": number(100), "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"],
             "VersionStages": ["AWSCURRENT"]}]),
        given=steps(a, many, lambda world: setattr(world, "token", world.call("ListSecretVersionIds", **FIRST_PAGE)["NextToken"]),
                    later(24)), timed=True),
], {"documented": model("PutSecretValue"), "seen": VALUES_SEEN})  # fmt: skip
