"""Parameter Store's references to secrets: GetParameter and GetParameters, through a client of SSM."""

from __future__ import annotations

from ..sources import SSM_RECORDED, SSM_REFERENCE, filled
from ..table import (
    ACCOUNT, D, I, JsonText, R, T1, T2, Arn, At, Matcher, Refused, Row, a, call, empty, purged, put, scheduled, steps,
    wait,
)  # fmt: skip

PREFIX = "/aws/reference/secretsmanager/"
DECRYPTED = {"WithDecryption": True}


class JavaDate(Matcher):
    """The start of the row, a noon, as Java writes it."""

    def matches(self, value):
        """Compare exactly."""
        start = Matcher.world.start_date
        return value == f"{start:%b} {start.day}, {start.year}, 12:00:00 PM"


def source_result(value, version, stages, created):
    """Return what Parameter Store has read of the secret."""
    text = {} if value is None else {"secretString": value}
    return JsonText({"ARN": Arn("a"), "name": "a", "versionId": version, **text, "versionStages": list(stages),
                     "createdDate": created or JavaDate()})  # fmt: skip


def parameter(value="one", version=T1, stages=("AWSCURRENT",), created="", offset=0, **more):
    """Return a parameter, whole; its version was created so many milliseconds after the start of the row."""
    text = {} if value is None else {"Value": value}
    return {"Name": f"{PREFIX}a", "Type": "SecureString", **text, "Version": 0, **more, "LastModifiedDate": At(offset),
            "SourceResult": source_result(value, version, stages, created), "ARN": Arn("a")}  # fmt: skip


def one(case, evidence, name, answer, given=a, **more):
    """Return a row of GetParameter."""
    members = {"Name": f"{PREFIX}{name}", **DECRYPTED, **more.pop("call", {})}
    answer = answer if isinstance(answer, Refused) else {"Parameter": answer}
    return Row("GetParameter", case, evidence, members, answer, given=given, **more)


def several(case, evidence, names, found, invalid, given=a, **more):
    """Return a row of GetParameters."""
    named = [f"{PREFIX}{name}" for name in names]
    answer = {"Parameters": found, "InvalidParameters": [f"{PREFIX}{name}" for name in invalid]}
    return Row("GetParameters", case, evidence, {"Names": named, **DECRYPTED}, answer, given=given, **more)


def missing(name, selector="null"):
    """Return the refusal of a secret, or of a version of one, that is not there."""
    return Refused("ParameterNotFound", "An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret "
                   f"aws/reference/secretsmanager/{name}{selector} not found.")  # fmt: skip


def recorded(*operations):
    """Return a check of the calls that the fake has recorded since the row was prepared."""

    def check(world):
        assert [made.operation for made in world.fake.calls[-len(operations) :]] == list(operations)

    return check


def only_recorded(operation):
    """Return a check that the fake has recorded one call and no look-up of a secret."""

    def check(world):
        assert [made.operation for made in world.fake.calls] == ["CreateSecret", operation]

    return check


MALFORMED = Refused(
    "ValidationException",
    "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>",
)
NO_DECRYPTION = Refused(
    "ValidationException", "WithDecryption flag must be True for retrieving a Secret Manager secret."
)
INVALID = Refused("ValidationException", "Invalid Request to Secrets Manager")
PREVIOUS = parameter(version=T1, stages=["AWSPREVIOUS"], Selector=":AWSPREVIOUS")
NO_KEY = Refused("AccessDeniedException", "Access to KMS is not allowed")
DENIED = Refused(
    "AccessDeniedException",
    f"User: arn:aws:iam::{ACCOUNT}:user/test is not authorized to perform: secretsmanager:GetSecretValue on resource: a "
    "because no identity-based policy allows the secretsmanager:GetSecretValue action",
)
BINARY = call("CreateSecret", Name="a", SecretBinary=b"\x00\xff", ClientRequestToken=T1)
ELEVEN = [f"n{number}" for number in range(11)]
TOO_MANY = Refused("ValidationException", f"1 validation error detected: Value '[{', '.join(PREFIX + n for n in ELEVEN)}]' "
                   "at 'names' failed to satisfy constraint: Member must have length less than or equal to 10.")  # fmt: skip

ROWS = filled([
    one("by name", R, "a", parameter(), afterwards=recorded("GetParameter", "GetSecretValue")),
    one("by staging label", R, "a:AWSPREVIOUS", PREVIOUS, steps(a, put(T2))),
    one("by VersionId", D, f"a:{T1}", parameter(Selector=f":{T1}"), source=SSM_REFERENCE),
    one("a binary value", R, "a", parameter(None), BINARY),
    one("the dates of the version", R, "a", parameter(T2, T2, created="Nov 16, 2022, 8:22:40 AM", offset=3_600_000),
        steps(a, wait(hours=1), put(T2), wait(hours=1)), at="2022-11-16T07:22:40.499Z", timed=True),
    one("a date in the afternoon", I, "a", parameter(created="Jan 2, 2023, 1:05:09 PM"), at="2023-01-02T13:05:09.5Z"),
    one("a date at midnight", I, "a", parameter(created="Dec 31, 2023, 12:00:00 AM"), at="2023-12-31T00:00:00Z"),
    one("a malformed selector", R, "a:one:two", MALFORMED),
    one("an empty selector", I, "a:", MALFORMED),
    one("a malformed selector of a secret that is not there", R, "b:one:two", MALFORMED,
        afterwards=only_recorded("GetParameter")),
    one("a malformed selector without decryption", I, "a:one:two", MALFORMED, call={"WithDecryption": False}),
    one("without decryption", R, "a", NO_DECRYPTION, call={"WithDecryption": False}),
    one("without decryption, of a secret that is not there", R, "b", NO_DECRYPTION, call={"WithDecryption": False},
        afterwards=only_recorded("GetParameter")),
    one("not there", R, "b", missing("b"), afterwards=recorded("GetParameter", "GetSecretValue")),
    one("not there, with a selector", R, "b:AWSPREVIOUS", missing("b", ":AWSPREVIOUS")),
    one("no version with the label", R, "a:AWSPREVIOUS", missing("a", ":AWSPREVIOUS")),
    one("no version with the VersionId", I, f"a:{T2}", missing("a", f":{T2}")),
    one("without a value", I, "a", missing("a"), empty),
    one("scheduled for deletion", R, "a", INVALID, scheduled),
    one("purged", I, "a", missing("a"), purged, timed=True),
    one("no legal name of a secret", I, "a b", INVALID),
    one("denied", I, "a", DENIED, steps(a, lambda world: world.fake.deny("GetSecretValue"))),
    one("a key that may not be used", I, "a", NO_KEY,
        steps(a, lambda world: world.fake.fail("GetSecretValue", "AccessDeniedException"))),
    several("in the order of the names", R, ["a:AWSPREVIOUS", "b", "a"],
            [PREVIOUS, parameter(T2, T2)], ["b"], steps(a, put(T2)),
            afterwards=recorded("GetParameters", "GetSecretValue", "GetSecretValue", "GetSecretValue")),
    several("not there", R, ["b", "a"], [parameter()], ["b"]),
    several("scheduled for deletion", R, ["a"], [], ["a"], scheduled),
    several("a malformed selector", R, ["a", "a:one:two"], [parameter()], ["a:one:two"]),
    several("an empty selector", I, ["a", "a:"], [parameter()], ["a:"]),
    Row("GetParameters", "without decryption", I, {"Names": [f"{PREFIX}a"]}, NO_DECRYPTION, given=a),
    Row("GetParameters", "denied", I, {"Names": [f"{PREFIX}a"], **DECRYPTED}, DENIED,
        given=steps(a, lambda world: world.fake.deny("GetSecretValue"))),
    Row("GetParameters", "more than ten names", I, {"Names": [f"{PREFIX}{name}" for name in ELEVEN], **DECRYPTED}, TOO_MANY),
], {R: SSM_RECORDED})  # fmt: skip
