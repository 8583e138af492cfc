"""DescribeSecret, ListSecrets and ListSecretVersionIds of secrets that nobody has deleted."""

from __future__ import annotations

from .. import sources
from ..sources import USUAL, filled
from ..table import (
    ARN_A, D, FUNCTION, I, NOT_FOUND, OTHER_ACCOUNT, R, T1, T2, T3, V, At, Late, Midnight, Pattern, Refused, Row, a, call,
    empty, named, put, steps,
)  # fmt: skip

READ = call("GetSecretValue", SecretId="a")
BAD_TOKEN = Refused("InvalidNextTokenException", "Invalid Token")


def described(**members):
    """Return a description of a with version 1."""
    usual = {"CreatedDate": At(), "LastChangedDate": At(), "VersionIdsToStages": {T1: ["AWSCURRENT"]}}
    whole = named(**{**usual, **members})
    return {name: value for name, value in whole.items() if value is not None}


def version(token, *labels, **more):
    """Return the entry of a version."""
    stages = {"VersionStages": list(labels)} if labels else {}
    return {"VersionId": token, "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"], **stages, **more}


def entry(name, changed=0):
    """Return the list entry of an empty secret."""
    return named(name, CreatedDate=At(), LastChangedDate=At(changed))


def names(*created):
    """Return a step that creates empty secrets in this order."""
    return steps(*[call("CreateSecret", Name=name) for name in created])


def sort(case, evidence, parameters, *expected):
    """Return a row that lists b, a and c, created in this order."""
    return Row("ListSecrets", case, evidence, parameters, {"SecretList": [entry(name) for name in expected]},
               given=names("b", "a", "c"))  # fmt: skip


def token(operation, **parameters):
    """Return the NextToken of a first page."""
    return Late(lambda world: world.call(operation, **parameters)["NextToken"])


def changed_again(world):
    """Change a twice in the instant of its creation."""
    a(world)
    for _ in range(2):
        world.call("UpdateSecret", SecretId="a", Description="d")


def two(world):
    """Create a and b, each with two versions."""
    for name in ("a", "b"):
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=T1)
        world.call("PutSecretValue", SecretId=name, SecretString="two", ClientRequestToken=T2)


def without_a_value(world):
    """Begin a rotation whose function puts no value."""
    a(world)
    world.fake.rotation_function(FUNCTION, lambda event, context: None)
    world.call("RotateSecret", SecretId="a", RotationLambdaARN=FUNCTION, ClientRequestToken=T2)


BY_NAME = {"Filters": [{"Key": "name", "Values": ["a"]}]}
DEFAULT_KEY = "alias/aws/secretsmanager"
DEFAULT_KEY_ARN = f"arn:aws:kms:us-east-1:123456789012:{DEFAULT_KEY}"
ROWS = filled([
    Row("DescribeSecret", "with a value", R, {"SecretId": "a"}, described(), given=a),
    Row("DescribeSecret", "by ARN", R, {"SecretId": ARN_A}, described(), given=a),
    Row("DescribeSecret", "without a value", R, {"SecretId": "a"}, described(VersionIdsToStages=None), given=empty),
    Row("DescribeSecret", "after a read", V, {"SecretId": "a"}, described(LastAccessedDate=Midnight()),
        given=steps(a, READ)),
    Row("DescribeSecret", "with a description, a key and tags", R, {"SecretId": "a"},
        described(Description="d", KmsKeyId="alias/own", Tags=[{"Key": "k", "Value": "v"}]),
        given=call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, Description="d",
                   KmsKeyId="alias/own", Tags=[{"Key": "k", "Value": "v"}])),
    Row("DescribeSecret", "with a type", D, {"SecretId": "a"}, described(Type="Partner"), needs="CreateSecret.Type",
        given=call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, Type="Partner")),
    Row("DescribeSecret", "unknown members are ignored", R, {"SecretId": "a", "Colour": "blue", "Size": None, "More": {}},
        described(), given=a, raw=True),
    Row("DescribeSecret", "with the default key's ARN", I, {"SecretId": "a"}, described(KmsKeyId=DEFAULT_KEY_ARN),
        given=call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, KmsKeyId=DEFAULT_KEY_ARN)),
    Row("DescribeSecret", "a version without labels is left out", R, {"SecretId": "a"},
        {**described(), "LastChangedDate": At(2), "VersionIdsToStages": {T2: ["AWSPREVIOUS"], T3: ["AWSCURRENT"]}},
        given=steps(a, put(T2), put(T3))),
    Row("DescribeSecret", "each change is later than the one before", V, {"SecretId": "a"},
        {**described(Description="d"), "LastChangedDate": At(2)}, given=changed_again),
    Row("DescribeSecret", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("ListSecretVersionIds", "default", R, {"SecretId": "a"},
        named(Versions=[version(T2, "AWSPREVIOUS"), version(T3, "AWSCURRENT")]), given=steps(a, put(T2), put(T3))),
    Row("ListSecretVersionIds", "IncludeDeprecated", R, {"SecretId": "a", "IncludeDeprecated": True},
        named(Versions=[version(T1), version(T2, "AWSPREVIOUS"), version(T3, "AWSCURRENT")]),
        given=steps(a, put(T2), put(T3))),
    Row("ListSecretVersionIds", "after a read", R, {"SecretId": "a"},
        named(Versions=[version(T1, "AWSCURRENT", LastAccessedDate=Midnight())]), given=steps(a, READ)),
    Row("ListSecretVersionIds", "after a read of each version", R, {"SecretId": "a"},
        named(Versions=[version(T1, "AWSPREVIOUS", LastAccessedDate=Midnight()),
                        version(T2, "AWSCURRENT", LastAccessedDate=Midnight())]),
        given=steps(a, put(T2), READ, call("GetSecretValue", SecretId="a", VersionId=T1))),
    Row("ListSecretVersionIds", "AWSPENDING without a value", I, {"SecretId": "a"},
        named(Versions=[version(T1, "AWSCURRENT")]), given=without_a_value),
    Row("ListSecretVersionIds", "a version put under the key of its secret", D, {"SecretId": "a"},
        named(Versions=[{**version(T1, "AWSCURRENT"), "KmsKeyIds": ["alias/own"]}]),
        given=steps(call("CreateSecret", Name="a", KmsKeyId="alias/own"), put(T1))),
    Row("ListSecretVersionIds", "with a key", D, {"SecretId": "a"},
        named(Versions=[{**version(T1, "AWSCURRENT"), "KmsKeyIds": ["alias/own"]}]),
        given=call("CreateSecret", Name="a", SecretString="x", ClientRequestToken=T1, KmsKeyId="alias/own")),
    *[Row("ListSecretVersionIds", f"with the default key as {key}", I, {"SecretId": "a"},
          named(Versions=[version(T1, "AWSCURRENT")]),
          given=call("CreateSecret", Name="a", SecretString="x", ClientRequestToken=T1, KmsKeyId=key))
      for key in (DEFAULT_KEY, DEFAULT_KEY_ARN)],
    Row("ListSecretVersionIds", "a page", R, {"SecretId": "a", "MaxResults": 1,
                                              "NextToken": token("ListSecretVersionIds", SecretId="a", MaxResults=1)},
        named(Versions=[version(T2, "AWSCURRENT")]), given=steps(a, put(T2))),
    Row("ListSecretVersionIds", "MaxResults", D, {"SecretId": "a", "MaxResults": 1},
        named(Versions=[version(T1, "AWSPREVIOUS")], NextToken=Pattern(".+")), given=steps(a, put(T2))),
    Row("ListSecretVersionIds", "the next page of a listing by name, by ARN", I,
        {"SecretId": ARN_A, "MaxResults": 1, "NextToken": token("ListSecretVersionIds", SecretId="a", MaxResults=1)},
        named(Versions=[version(T2, "AWSCURRENT")]), given=steps(a, put(T2))),
    Row("ListSecretVersionIds", "the NextToken of another secret", I,
        {"SecretId": "b", "MaxResults": 1, "NextToken": token("ListSecretVersionIds", SecretId="a", MaxResults=1)},
        BAD_TOKEN, given=two),
    Row("ListSecretVersionIds", "no version", R, {"SecretId": "a"}, named(Versions=[]), given=empty),
    Row("ListSecretVersionIds", "a bad NextToken", D, {"SecretId": "a", "NextToken": "x"}, BAD_TOKEN, given=a),
    Row("ListSecretVersionIds", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("ListSecrets", "none", R, {}, {"SecretList": []}),
    Row("ListSecrets", "an entry", R, {},
        {"SecretList": [named(CreatedDate=At(), LastChangedDate=At(), SecretVersionsToStages={T1: ["AWSCURRENT"]})]},
        given=a),
    sort("by creation, oldest first", R, {}, "b", "a", "c"),
    sort("SortOrder desc", D, {"SortOrder": "desc"}, "c", "a", "b"),
    sort("SortOrder asc", D, {"SortOrder": "asc"}, "b", "a", "c"),
    sort("SortBy name", D, {"SortBy": "name"}, "a", "b", "c"),
    sort("SortBy name, desc", D, {"SortBy": "name", "SortOrder": "desc"}, "c", "b", "a"),
    Row("ListSecrets", "SortBy last-changed-date", D, {"SortBy": "last-changed-date"},
        {"SecretList": [entry("a"), {**entry("b", 1), "Description": "d"}]},
        given=steps(names("b", "a"), call("UpdateSecret", SecretId="b", Description="d"))),
    Row("ListSecrets", "SortBy name, after SortBy last-changed-date", D,
        {"SortBy": "name", "IncludePlannedDeletion": True}, {"SecretList": [entry("a"), entry("b")]},
        given=steps(names("b", "a"), call("ListSecrets", SortBy="last-changed-date", IncludePlannedDeletion=True))),
    Row("ListSecrets", "SortBy last-accessed-date: never read first", I, {"SortBy": "last-accessed-date"},
        {"SecretList": [entry("b"), named(CreatedDate=At(), LastChangedDate=At(), LastAccessedDate=Midnight(),
                                          SecretVersionsToStages={T1: ["AWSCURRENT"]})]},
        given=steps(a, READ, names("b"))),
    Row("ListSecrets", "a page", D, {"MaxResults": 2, "NextToken": token("ListSecrets", MaxResults=2)},
        {"SecretList": [entry("c")]}, given=names("b", "a", "c")),
    Row("ListSecrets", "a page, its defaults spelt out", I,
        {"NextToken": token("ListSecrets", MaxResults=2), "IncludePlannedDeletion": False, "SortOrder": "asc",
         "SortBy": "created-date", "Filters": []}, {"SecretList": [entry("c")]}, given=names("b", "a", "c")),
    Row("ListSecrets", "the last page is full", D, {"MaxResults": 2}, {"SecretList": [entry("b"), entry("a")]},
        given=names("b", "a")),
    Row("ListSecrets", "a page, the newest first", D,
        {"SortOrder": "desc", "NextToken": token("ListSecrets", MaxResults=2, SortOrder="desc")},
        {"SecretList": [entry("b")]}, given=names("b", "a", "c")),
    Row("ListSecrets", "a page of another size", I, {"MaxResults": 1, "NextToken": token("ListSecrets", MaxResults=2)},
        {"SecretList": [entry("c")]}, given=names("b", "a", "c")),
    Row("ListSecrets", "the NextToken of another region", I, {"NextToken": token("ListSecrets", MaxResults=2)}, BAD_TOKEN,
        given=names("b", "a", "c"), region="eu-west-1"),
    Row("ListSecrets", "the NextToken of another account", I, {"NextToken": token("ListSecrets", MaxResults=2)}, BAD_TOKEN,
        given=names("b", "a", "c"), account=OTHER_ACCOUNT),
    Row("BatchGetSecretValue", "the NextToken of another operation", I,
        {**BY_NAME, "NextToken": token("ListSecrets", MaxResults=1, **BY_NAME)}, BAD_TOKEN, given=names("a", "ab")),
    Row("ListSecrets", "a bad NextToken", D, {"NextToken": "x"}, BAD_TOKEN),
    Row("ListSecrets", "the NextToken of another listing", I,
        {"SortBy": "name", "NextToken": token("ListSecrets", MaxResults=2)}, BAD_TOKEN, given=names("b", "a", "c")),
], {**USUAL, R: sources.LISTING_RECORDED})  # fmt: skip
