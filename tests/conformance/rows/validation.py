"""Constraints of the service model, in AWS's words."""

from __future__ import annotations

from ..sources import LENGTHS_SEEN, QUOTAS, model, filled
from ..table import F, I, D, T1, Refused, Row, a, constraint, named

LONG = "x" * 65_537
AT_MOST = "Member must have length less than or equal to {}"
AT_LEAST = "Member must have length greater than or equal to {}"


def serialization(text):
    """Return the refusal of a value of the wrong type."""
    return Refused("SerializationException", text)


ROWS = filled([
    Row("CreateSecret", "name of 512 characters", D, {"Name": "n" * 512}, named("n" * 512),
        source=model("NameType")),
    Row("CreateSecret", "name of 513 characters", I, {"Name": "n" * 513},
        constraint(f"Value '{'n' * 513}'", "name", AT_MOST.format(512))),
    Row("CreateSecret", "name missing", I, {},
        constraint("Value null", "name", "Member must not be null"), raw=True),
    Row("CreateSecret", "value of 65,536 bytes", D, {"Name": "a", "SecretString": "é" * 32_768, "ClientRequestToken": T1},
        named(VersionId=T1), source=QUOTAS),
    Row("CreateSecret", "value of 65,537 bytes: left out of the text", F, {"Name": "a", "SecretString": "é" * 32_769},
        constraint("Value", "secretString", AT_MOST.format(65_536))),
    Row("CreateSecret", "binary value of 65,537 bytes", F, {"Name": "a", "SecretBinary": LONG.encode()},
        constraint("Value", "secretBinary", AT_MOST.format(65_536))),
    Row("CreateSecret", "empty value", F, {"Name": "a", "SecretString": ""},
        constraint("Value", "secretString", AT_LEAST.format(1)), raw=True),
    Row("CreateSecret", "token of 31 characters", I, {"Name": "a", "ClientRequestToken": "t" * 31},
        constraint(f"Value '{'t' * 31}'", "clientRequestToken", AT_LEAST.format(32)), raw=True),
    Row("CreateSecret", "token of 65 characters", I, {"Name": "a", "ClientRequestToken": "t" * 65},
        constraint(f"Value '{'t' * 65}'", "clientRequestToken", AT_MOST.format(64))),
    Row("CreateSecret", "tag key of 129 characters", I, {"Name": "a", "Tags": [{"Key": "k" * 129, "Value": ""}]},
        constraint(f"Value '{'k' * 129}'", "tags.1.member.key", AT_MOST.format(128))),
    Row("CreateSecret", "several constraints violated at once", I, {"Name": "", "Description": "d" * 2049},
        Refused("ValidationException", "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: "
                f"{AT_LEAST.format(1)}; Value '{'d' * 2049}' at 'description' failed to satisfy constraint: "
                f"{AT_MOST.format(2048)}"), raw=True),
    Row("RotateSecret", "a member within a member", I, {"SecretId": "a", "RotationRules": {"AutomaticallyAfterDays": 1001}},
        constraint("Value '1001'", "rotationRules.automaticallyAfterDays",
                   "Member must have value less than or equal to 1000"), raw=True),
    Row("ListSecrets", "MaxResults 0", I, {"MaxResults": 0},
        constraint("Value '0'", "maxResults", "Member must have value greater than or equal to 1"), raw=True),
    Row("ListSecrets", "MaxResults 101", I, {"MaxResults": 101},
        constraint("Value '101'", "maxResults", "Member must have value less than or equal to 100")),
    Row("ListSecrets", "unknown SortOrder", I, {"SortOrder": "up"},
        constraint("Value 'up'", "sortOrder", "Member must satisfy enum value set: [asc, desc]")),
    Row("PutSecretValue", "RotationToken with a space: left out of the text", I,
        {"SecretId": "a", "SecretString": "x", "RotationToken": "r" * 40 + " "},
        constraint("Value", "rotationToken", "Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\-]+$"),
        given=a),
    Row("PutSecretValue", "21 labels", I, {"SecretId": "a", "SecretString": "x", "VersionStages": ["x"] * 21},
        constraint(f"Value '[{', '.join(['x'] * 21)}]'", "versionStages", AT_MOST.format(20)), given=a),
    Row("PutSecretValue", "no labels", I, {"SecretId": "a", "SecretString": "x", "VersionStages": []},
        constraint("Value '[]'", "versionStages", AT_LEAST.format(1)), given=a, raw=True),
    Row("DescribeSecret", "a number as SecretId", I, {"SecretId": 5},
        serialization("NUMBER_VALUE can not be converted to String"), raw=True),
    Row("DeleteSecret", "text as a window", I, {"SecretId": "a", "RecoveryWindowInDays": "7"},
        serialization("STRING_VALUE can not be converted to Long"), given=a, raw=True),
    Row("DeleteSecret", "a truth value as a window", I, {"SecretId": "a", "RecoveryWindowInDays": True},
        serialization("BOOLEAN_VALUE can not be converted to Long"), given=a, raw=True),
    Row("TagResource", "text as tags", I, {"SecretId": "a", "Tags": "x"},
        serialization("STRING_VALUE can not be converted to List"), given=a, raw=True),
    Row("CreateSecret", "a list as a tag", I, {"Name": "a", "Tags": [[]]},
        serialization("Start of structure or list can not be converted to Structure"), raw=True),
    Row("CreateSecret", "a blob that is not base64", I, {"Name": "a", "SecretBinary": "é"},
        serialization("The blob is not valid base64"), raw=True),
], {F: LENGTHS_SEEN})  # fmt: skip
