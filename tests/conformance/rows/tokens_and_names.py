"""Idempotency tokens, names, and ARNs whole and partial."""

from __future__ import annotations

from ..sources import NAMES_RECORDED, filled
from ..table import BAD_NAME, I, NOT_FOUND, R, T1, At, Late, Refused, Row, a, named

TEXT = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
NO_TOKEN = Refused("InvalidRequestException", TEXT)
VALUE = {"VersionId": T1, "VersionStages": ["AWSCURRENT"], "CreatedDate": At(), "SecretString": "one"}
BY_NAME = {
    "DeleteSecret": {"ForceDeleteWithoutRecovery": True},
    "DescribeSecret": {},
    "GetSecretValue": {},
    "ListSecretVersionIds": {},
    "PutSecretValue": {"SecretString": "x"},
    "TagResource": {"Tags": []},
    "UntagResource": {"TagKeys": []},
    "UpdateSecret": {},
    "ValidateResourcePolicy": {"ResourcePolicy": "{}"},
}
MARKS = {" ": "a space", "*": "an asterisk", "?": "a question mark", "]": "a bracket", "\\": "a backslash"}
INFERRED_BY_NAME = ("RestoreSecret", "CancelRotateSecret", "RotateSecret", "GetResourcePolicy", "DeleteResourcePolicy")


def create(name):
    """Return a step that creates a secret of any name."""
    return lambda world: world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=T1)


def partial(name, evidence, *, found):
    """Return a row that reads by a partial ARN."""
    look_up = Late(lambda world: world.arn(name)[:-7])
    answer = named(name, **VALUE) if found else NOT_FOUND
    return Row("GetSecretValue", f"partial ARN of {name}", evidence, {"SecretId": look_up}, answer, given=create(name))


def whole(name):
    """Return a row that reads by a whole ARN."""
    look_up = Late(lambda world: world.arn(name))
    return Row("GetSecretValue", f"whole ARN of {name}", R, {"SecretId": look_up}, named(name, **VALUE),
               given=create(name))  # fmt: skip


def arn(old, new):
    """Return the ARN of a, changed in one part."""
    return Late(lambda world: world.arn("a").replace(old, new))


SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
ROWS = filled([
    Row("CreateSecret", "no token", R, {"Name": "a", "ClientRequestToken": None}, NO_TOKEN, raw=True),
    Row("UpdateSecret", "no token, unknown secret", R, {"SecretId": "b", "ClientRequestToken": None}, NO_TOKEN, raw=True),
    Row("PutSecretValue", "no token, unknown secret", R,
        {"SecretId": "b", "SecretString": "x", "ClientRequestToken": None}, NO_TOKEN, raw=True),
    Row("RotateSecret", "no token, unknown secret", R, {"SecretId": "b", "ClientRequestToken": None},
        Refused("InvalidParameterException", TEXT), raw=True),
    *[Row("CreateSecret", f"bad name with {words}", R, {"Name": f"a{mark}b"}, BAD_NAME) for mark, words in MARKS.items()],
    *[Row(operation, f"bad name with {words}", R, {"SecretId": f"a{mark}b", **more}, BAD_NAME)
      for operation, more in BY_NAME.items() for mark, words in MARKS.items()],
    *[Row(operation, "bad name", I, {"SecretId": "a b"}, BAD_NAME) for operation in INFERRED_BY_NAME],
    *[Row("CreateSecret", f"good name: {name}", R, {"Name": name}, named(name)) for name in ("a!b", "/-_+=.@!9Z")],
    partial("plain", R, found=True),
    partial("name-abcdef", R, found=False),
    partial("name-abcd", R, found=True),
    partial("name-abcdef-", R, found=True),
    whole("name-abcdef"),
    Row("GetSecretValue", "name that ends like a suffix", R, {"SecretId": "name-abcdef"}, named("name-abcdef", **VALUE),
        given=create("name-abcdef")),
    Row("GetSecretValue", "ARN of another region", I, {"SecretId": arn("us-east-1", "eu-west-1")}, NOT_FOUND, given=a),
    Row("GetSecretValue", "ARN of another account", I, {"SecretId": arn("123456789012", "210987654321")}, NOT_FOUND,
        given=a),
    Row("GetSecretValue", "ARN of another partition", I,
        {"SecretId": Late(lambda world: world.arn("a")[:-7].replace("arn:aws:", "arn:aws-cn:"))}, NOT_FOUND, given=a),
    Row("GetSecretValue", "ARN of another service", I, {"SecretId": "arn:aws:s3:::bucket"}, NOT_FOUND),
    Row("DeleteSecret", "force, an ARN without a name", I, {"SecretId": SECRET_ARN, "ForceDeleteWithoutRecovery": True},
        BAD_NAME),
    Row("DeleteSecret", "force, an ARN with what looks like a suffix alone", I,
        {"SecretId": f"{SECRET_ARN}-abcdef", "ForceDeleteWithoutRecovery": True},
        {"ARN": f"{SECRET_ARN}-abcdef", "Name": "-abcdef", "DeletionDate": At()}),
    Row("GetSecretValue", "ARN with another suffix", R, {"SecretId": Late(lambda world: world.arn("a")[:-6] + "zzzzzz")},
        NOT_FOUND, given=a),
], {R: NAMES_RECORDED})  # fmt: skip
