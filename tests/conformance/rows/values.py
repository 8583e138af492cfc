"""GetSecretValue, BatchGetSecretValue and PutSecretValue."""

from __future__ import annotations

from dataclasses import replace

from ..sources import (
    BATCH_SEEN, CREATION_SEEN, DELETION_INVALID_REQUEST, DELETION_REFERENCE, LENGTHS_SEEN, VALUES_ASSERTED, VALUES_RECORDED, VALUES_SEEN,
    filled, model,
)  # fmt: skip
from ..table import (
    ARN_A, D, F, I, MARKED, NOT_FOUND, R, T0, T1, T2, T3, V, At, Late, Pattern, Refused, Row, a, call, constraint, empty,
    labels, move, named, put, purged, scheduled, steps,
)  # fmt: skip
from .creation import BOTH
from .validation import AT_MOST

PARTIAL = Late(lambda world: world.arn("a")[:-7])
VALUE = named(VersionId=T1, VersionStages=["AWSCURRENT"], CreatedDate=At(), SecretString="one")
TWENTY = [f"label{number}" for number in range(20)]
NO_BATCH = Refused(
    "InvalidParameterException",
    "You must provide either SecretIdList or Filters, but not both.",
    code_is_inferred=True,
)
TOO_MANY_FILTERS = Refused(
    "InvalidParameterException", "The filter list has too many filters. You can include up to 10 filters."
)
NO_VALUE = Refused("InvalidRequestException", "You must provide either SecretString or SecretBinary.")


def nobody(label):
    """Return the refusal of a label that no version holds."""
    return Refused(
        "ResourceNotFoundException",
        f"Secrets Manager can't find the specified secret value for staging label: {label}",
    )


def cleaned_up(world):
    """Create 102 versions, and wait until AWS has cleaned up."""
    a(world)
    for number in range(101):
        put(f"{number:032d}")(world)
    world.advance(hours=24)


def old_tag_values(world):
    """Create b, which no filter of these rows admits."""
    world.call("CreateSecret", Name="b", SecretString="two", ClientRequestToken=T2)


def three(world):
    """Create a, b and a third."""
    a(world)
    old_tag_values(world)
    world.call("CreateSecret", Name="ac", SecretString="three", ClientRequestToken=T3)


def many(world):
    """Create 21 secrets whose names begin alike."""
    for number in range(21):
        world.call("CreateSecret", Name=f"m{number:02d}", SecretString="x", ClientRequestToken=T1)


def one_scheduled(world):
    """Create a, and schedule another whose name begins alike."""
    three(world)
    world.call("DeleteSecret", SecretId="ac")


def created(**expected):
    """Return a check of when versions were created: v1=0, so many milliseconds after the start."""

    def check(world):
        versions = world.call("ListSecretVersionIds", SecretId="a")["Versions"]
        tokens = {"v1": T1, "v2": T2}
        assert {version["VersionId"]: version["CreatedDate"] for version in versions} == {
            tokens[name]: At(offset) for name, offset in expected.items()
        }

    return check


def pending_without_value(world):
    """Start a rotation whose function does nothing."""
    a(world)
    world.fake.rotation_function("arn:aws:lambda:us-east-1:123456789012:function:idle", lambda event, context: None)
    world.call("RotateSecret", SecretId="a", ClientRequestToken=T2,
               RotationLambdaARN="arn:aws:lambda:us-east-1:123456789012:function:idle")  # fmt: skip


A_FILTER = {"Key": "name", "Values": ["a"]}
BATCH = model("BatchGetSecretValue")
ROWS = filled([
    Row("GetSecretValue", "by name", R, {"SecretId": "a"}, VALUE, given=a),
    Row("GetSecretValue", "by ARN", R, {"SecretId": ARN_A}, VALUE, given=a),
    Row("GetSecretValue", "by partial ARN", R, {"SecretId": PARTIAL}, VALUE, given=a),
    Row("GetSecretValue", "binary", R, {"SecretId": "a"},
        named(VersionId=T1, VersionStages=["AWSCURRENT"], CreatedDate=At(), SecretBinary=b"\xff"),
        given=call("CreateSecret", Name="a", SecretBinary=b"\xff", ClientRequestToken=T1)),
    Row("GetSecretValue", "VersionId", R, {"SecretId": "a", "VersionId": T1},
        {**VALUE, "VersionStages": ["AWSPREVIOUS"]}, given=steps(a, put(T2))),
    Row("GetSecretValue", "VersionStage", R, {"SecretId": "a", "VersionStage": "AWSPREVIOUS"},
        {**VALUE, "VersionStages": ["AWSPREVIOUS"]}, given=steps(a, put(T2))),
    Row("GetSecretValue", "VersionId and its VersionStage", R,
        {"SecretId": "a", "VersionId": T1, "VersionStage": "AWSCURRENT"}, VALUE, given=a),
    Row("GetSecretValue", "a version without labels", I, {"SecretId": "a", "VersionId": T1},
        {name: value for name, value in VALUE.items() if name != "VersionStages"}, given=steps(a, put(T2), put(T3))),
    Row("GetSecretValue", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("GetSecretValue", "purged", D, {"SecretId": "a"}, NOT_FOUND, given=purged, timed=True,
        source=DELETION_REFERENCE),
    Row("GetSecretValue", "no version", R, {"SecretId": "a"}, nobody("AWSCURRENT"), given=empty),
    Row("GetSecretValue", "no version holds the label", R, {"SecretId": "a", "VersionStage": "X"}, nobody("X"), given=a),
    Row("GetSecretValue", "unknown VersionId", R, {"SecretId": "a", "VersionId": T2},
        Refused("ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for VersionId: {T2}"), given=a),
    Row("GetSecretValue", "VersionId without that VersionStage", R,
        {"SecretId": "a", "VersionId": T1, "VersionStage": "AWSCURRENT"},
        Refused("InvalidRequestException",
                "You provided a VersionStage that is not associated to the provided VersionId."),
        given=steps(a, put(T2))),
    Row("GetSecretValue", "a version that AWS has cleaned up", F, {"SecretId": "a", "VersionId": T1},
        Refused("InvalidRequestException",
                f"You can't perform this operation on secret version {T1} because it was deleted."),
        given=cleaned_up, timed=True),
    Row("GetSecretValue", "AWSPENDING without a value", V, {"SecretId": "a", "VersionStage": "AWSPENDING"},
        replace(nobody("AWSPENDING"), text_is_inferred=True), given=pending_without_value),
    Row("GetSecretValue", "VersionId of a version without a value", I, {"SecretId": "a", "VersionId": T2},
        Refused("ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for VersionId: {T2}"),
        given=pending_without_value),
    Row("GetSecretValue", "AWSPENDING without a value, by VersionId", V, {"SecretId": "a", "VersionId": T2},
        Refused("ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for VersionId: {T2}", text_is_inferred=True),
        given=pending_without_value),
    Row("GetSecretValue", "scheduled for deletion", F, {"SecretId": "a"}, MARKED, given=scheduled),
    Row("PutSecretValue", "no stages", R, {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["AWSCURRENT"]), given=a,
        afterwards=labels(v1="AWSPREVIOUS", v2="AWSCURRENT")),
    Row("PutSecretValue", "binary", R, {"SecretId": "a", "SecretBinary": b"\0", "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["AWSCURRENT"]), given=a),
    Row("PutSecretValue", "VersionStages given", R,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2, "VersionStages": ["Y", "X"]},
        named(VersionId=T2, VersionStages=["Y", "X"]), given=a, afterwards=labels(v1="AWSCURRENT", v2="X Y")),
    Row("PutSecretValue", "RotationToken given", I,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2, "RotationToken": "r" * 36},
        named(VersionId=T2, VersionStages=["AWSCURRENT"]), given=a),
    Row("PutSecretValue", "first version of an empty secret", R,
        {"SecretId": "a", "SecretString": "one", "ClientRequestToken": T1},
        named(VersionId=T1, VersionStages=["AWSCURRENT"]), given=empty),
    Row("PutSecretValue", "first version, custom stage: AWSCURRENT is added", D,
        {"SecretId": "a", "SecretString": "one", "ClientRequestToken": T1, "VersionStages": ["X"]},
        named(VersionId=T1, VersionStages=["X", "AWSCURRENT"]), given=empty, source=model("PutSecretValue")),
    Row("PutSecretValue", "first version, twenty custom stages: AWSCURRENT is one too many", I,
        {"SecretId": "a", "SecretString": "one", "ClientRequestToken": T1, "VersionStages": TWENTY},
        Refused("LimitExceededException", "A secret can have at most 20 staging labels."), given=empty),
    Row("PutSecretValue", "same token, same value again", V,
        {"SecretId": "a", "SecretString": T2, "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["X"]), given=steps(a, put(T2, "X"))),
    Row("PutSecretValue", "same token, other value", V,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T1},
        Refused("ResourceExistsException", f"You can't use ClientRequestToken {T1} because that value is already in "
                "use for a version of secret {arn}."), given=a),
    Row("PutSecretValue", "rotation's AWSPENDING gets its value", V,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2, "VersionStages": ["AWSPENDING"]},
        named(VersionId=T2, VersionStages=["AWSPENDING"]), given=pending_without_value),
    Row("PutSecretValue", "an AWSCURRENT without a value gets one: AWSPREVIOUS stays where it is", I,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["AWSPENDING", "AWSCURRENT"]),
        given=steps(pending_without_value, move("AWSCURRENT", T1, T2)),
        afterwards=labels(v1="AWSPREVIOUS", v2="AWSCURRENT AWSPENDING")),
    Row("PutSecretValue", "an AWSPREVIOUS without a value gets one: it becomes AWSCURRENT", I,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["AWSCURRENT"]),
        given=steps(pending_without_value, move("AWSCURRENT", T1, T2), move("AWSCURRENT", T2, T1)),
        afterwards=labels(v1="AWSPREVIOUS", v2="AWSCURRENT")),
    Row("PutSecretValue", "rotation's AWSPENDING is as old as its value", I,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2, "VersionStages": ["AWSPENDING"]},
        named(VersionId=T2, VersionStages=["AWSPENDING"]), timed=True, afterwards=created(v1=0, v2=3_600_000),
        given=steps(pending_without_value, lambda world: world.advance(hours=1))),
    Row("PutSecretValue", "same token, same value again, without a label", I,
        {"SecretId": "a", "SecretString": "one", "ClientRequestToken": T1}, named(VersionId=T1),
        given=steps(a, put(T2), put(T3))),
    Row("PutSecretValue", "no value", F, {"SecretId": "a"}, NO_VALUE, given=a),
    Row("PutSecretValue", "both kinds of value", F, {"SecretId": "a", "SecretString": "x", "SecretBinary": b"\0"}, BOTH,
        given=a, source=CREATION_SEEN),
    Row("PutSecretValue", "unknown secret", R, {"SecretId": "b", "SecretString": "x"}, NOT_FOUND),
    Row("PutSecretValue", "scheduled for deletion", D, {"SecretId": "a", "SecretString": "x"}, MARKED, given=scheduled,
        source=DELETION_INVALID_REQUEST),
    Row("BatchGetSecretValue", "by names, one unknown", D, {"SecretIdList": ["a", "x"]},
        {"SecretValues": [VALUE],
         "Errors": [{"SecretId": "x", "ErrorCode": NOT_FOUND.code, "Message": NOT_FOUND.text}]}, given=a, source=BATCH),
    Row("BatchGetSecretValue", "scheduled for deletion", D, {"SecretIdList": ["a"]},
        {"SecretValues": [], "Errors": [{"SecretId": "a", "ErrorCode": MARKED.code, "Message": MARKED.text}]},
        given=scheduled, source=model("APIErrorType", "ErrorCode")),
    Row("BatchGetSecretValue", "by filter", D, {"Filters": [A_FILTER]},
        {"SecretValues": [VALUE, {**named("ac"), "VersionId": T3, "VersionStages": ["AWSCURRENT"],
                                  "CreatedDate": At(), "SecretString": "three"}], "Errors": []}, given=three, source=BATCH),
    Row("BatchGetSecretValue", "ten filters", F, {"Filters": [A_FILTER] * 10}, {"SecretValues": [VALUE], "Errors": []},
        given=a, source=BATCH_SEEN),
    Row("BatchGetSecretValue", "eleven filters", F, {"Filters": [A_FILTER] * 11}, TOO_MANY_FILTERS, given=a,
        source=BATCH_SEEN),
    Row("ListSecrets", "filter: eleven filters", I, {"Filters": [A_FILTER] * 11}, TOO_MANY_FILTERS, given=a),
    Row("BatchGetSecretValue", "eleven Values of a filter", F, {"Filters": [{"Key": "name", "Values": ["x"] * 11}]},
        constraint(f"Value '[{', '.join(['x'] * 11)}]'", "filters.1.member.values", AT_MOST.format(10)), given=a,
        source=LENGTHS_SEEN),
    Row("BatchGetSecretValue", "by filter, one scheduled for deletion", I, {"Filters": [{"Key": "name", "Values": ["a"]}]},
        {"SecretValues": [VALUE], "Errors": []}, given=one_scheduled),
    Row("BatchGetSecretValue", "by filter, twenty at once", D, {"Filters": [{"Key": "name", "Values": ["m"]}]},
        {"SecretValues": [{**named(f"m{number:02d}"), "VersionId": T1, "VersionStages": ["AWSCURRENT"],
                           "CreatedDate": At(), "SecretString": "x"} for number in range(20)],
         "Errors": [], "NextToken": Pattern(".+")}, given=many, source=model("BatchGetSecretValueRequest", "MaxResults")),
    Row("BatchGetSecretValue", "a page of a filter", D,
        {"Filters": [A_FILTER], "MaxResults": 1,
         "NextToken": Late(lambda world: world.call("BatchGetSecretValue", MaxResults=1,
                                                    Filters=[A_FILTER])["NextToken"])},
        {"SecretValues": [{**named("ac"), "VersionId": T3, "VersionStages": ["AWSCURRENT"], "CreatedDate": At(),
                           "SecretString": "three"}], "Errors": []}, given=three,
        source=model("BatchGetSecretValueRequest", "MaxResults")),
    Row("BatchGetSecretValue", "neither names nor filters", D, {}, NO_BATCH,
        source=model("BatchGetSecretValueRequest", "SecretIdList")),
    Row("BatchGetSecretValue", "names and filters", D, {"SecretIdList": ["a"], "Filters": [A_FILTER]}, NO_BATCH, given=a,
        source=model("BatchGetSecretValueRequest", "SecretIdList")),
    Row("BatchGetSecretValue", "names and MaxResults", D, {"SecretIdList": ["a"], "MaxResults": 1},
        Refused("InvalidParameterException", "You can use MaxResults and NextToken only together with Filters.",
                code_is_inferred=True),
        given=a, source=model("BatchGetSecretValueRequest", "MaxResults")),
    Row("BatchGetSecretValue", "a bad NextToken", D, {"Filters": [A_FILTER], "NextToken": "x"},
        Refused("InvalidNextTokenException", "Invalid Token"), source=model("InvalidNextTokenException")),
    Row("GetSecretValue", "an empty secret's token is no version", I, {"SecretId": "a", "VersionId": T0},
        Refused("ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for VersionId: {T0}"), given=empty),
], {R: VALUES_RECORDED, V: VALUES_ASSERTED, F: VALUES_SEEN})  # fmt: skip
