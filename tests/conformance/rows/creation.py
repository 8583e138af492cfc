"""CreateSecret and UpdateSecret."""

from __future__ import annotations

from .. import sources
from ..sources import (
    CREATION_ASSERTED, CREATION_RECORDED, CREATION_SEEN, USUAL, model, filled,
)  # fmt: skip
from ..table import (
    ARN_A, D, F, I, MARKED, NOT_FOUND, R, SCHEDULED, T1, T2, T3, T4, V, Arn, At, Late, Refused, Row, a, call, empty,
    labels,
    named, purged, put, scheduled, steps,
)  # fmt: skip

EXISTS = Refused("ResourceExistsException", "The operation failed because the secret a already exists.")
IN_USE = Refused(
    "ResourceExistsException",
    f"You can't use ClientRequestToken {T1} because that value is already in use for a version of secret {{arn}}.",
)
BOTH = Refused(
    "InvalidParameterException",
    "You can't specify both a binary secret value and a string secret value in the same secret.",
    code_is_inferred=True,
)
SAME = {"Name": "a", "SecretString": "one", "ClientRequestToken": T1}


def describe(**members):
    """Return a check of what DescribeSecret then has, or lacks where None."""

    def check(world):
        answer = world.call("DescribeSecret", SecretId="a")
        assert {member: answer.get(member) for member in members} == members

    return check


def another_suffix(world):
    """Compare the ARN with the one before."""
    assert world.fake.secret("a").arn != world.arn("a")


def keys(**expected):
    """Return a check of the keys of the versions: v1="alias/own", the default key as an empty text."""

    def check(world):
        versions = world.call("ListSecretVersionIds", SecretId="a", IncludeDeprecated=True)["Versions"]
        held = {version["VersionId"]: version["KmsKeyIds"] for version in versions}
        names = {f"v{number}": token for number, token in enumerate((T1, T2, T3, T4), start=1)}
        assert held == {names[name]: [key or "DefaultEncryptionKey"] for name, key in expected.items()}

    return check


DEFAULT_KEY = "alias/aws/secretsmanager"
NO_KEY = Refused("InvalidParameterException", "The operation failed because of an invalid KMS key: Invalid keyId")


def only_created(world):
    """Find the secret as it was created: its version, its description, its dates."""
    labels(v1="AWSCURRENT")(world)
    describe(Description=None, LastChangedDate=At())(world)


REPLICATED = {"AddReplicaRegions": [{"Region": "eu-west-1"}]}
SAME_AGAIN = {"SecretId": "a", "SecretString": "one", "ClientRequestToken": T1}
ROWS = filled([
    Row("CreateSecret", "with a value", R, SAME, named(VersionId=T1)),
    Row("CreateSecret", "with a binary value", R, {"Name": "a", "SecretBinary": b"\0", "ClientRequestToken": T1},
        named(VersionId=T1)),
    Row("CreateSecret", "name only", R, {"Name": "a"}, named(), afterwards=describe(VersionIdsToStages=None)),
    Row("CreateSecret", "name and description", R, {"Name": "a", "Description": "d"}, named(),
        afterwards=describe(Description="d")),
    Row("CreateSecret", "with a key", D, {"Name": "a", "KmsKeyId": "alias/own"}, named(),
        afterwards=describe(KmsKeyId="alias/own")),
    Row("CreateSecret", "with the default key", R, {"Name": "a", "KmsKeyId": DEFAULT_KEY}, named(),
        afterwards=describe(KmsKeyId=DEFAULT_KEY), source=sources.KEYS_AS_GIVEN),
    Row("CreateSecret", "with an empty key", I, {"Name": "a", "KmsKeyId": ""}, named(), afterwards=describe(KmsKeyId=None)),
    Row("CreateSecret", "a KmsKeyId that names no key: my key", F, {"Name": "a", "KmsKeyId": "my key"}, NO_KEY,
        source=sources.KEYS_NONE),
    *[Row("CreateSecret", f"a KmsKeyId that names no key: {key}", I, {"Name": "a", "KmsKeyId": key}, NO_KEY)
      for key in ("alias/", "arn:aws:s3:::bucket")],
    Row("CreateSecret", "with a type", D, {"Name": "a", "Type": "Partner"}, named(), afterwards=describe(Type="Partner"),
        source=model("CreateSecretRequest", "Type")),
    Row("CreateSecret", "name exists, other token", R, {**SAME, "ClientRequestToken": T2}, EXISTS, given=a),
    Row("CreateSecret", "name exists, neither has a value", I, {"Name": "a", "ClientRequestToken": T2}, EXISTS,
        given=empty),
    Row("CreateSecret", "same token, same value again", V, SAME, named(VersionId=T1), given=a),
    Row("CreateSecret", "same token, same value and replicas again", V, {**SAME, **REPLICATED},
        named(VersionId=T1, ReplicationStatus=[{"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager",
                                                "Status": "InProgress"}]), given=call("CreateSecret", **SAME, **REPLICATED)),
    Row("CreateSecret", "same token, no value, again", I, {"Name": "a", "ClientRequestToken": T1}, named(),
        given=call("CreateSecret", Name="a", ClientRequestToken=T1)),
    Row("CreateSecret", "same token, no value, and replicas, again", I,
        {"Name": "a", "ClientRequestToken": T1, **REPLICATED},
        named(ReplicationStatus=[{"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}]),
        given=call("CreateSecret", Name="a", ClientRequestToken=T1, **REPLICATED)),
    Row("CreateSecret", "same token, a value where there was none", I, SAME, EXISTS,
        given=call("CreateSecret", Name="a", ClientRequestToken=T1)),
    Row("CreateSecret", "same token, no value where there was one", I, {"Name": "a", "ClientRequestToken": T1}, EXISTS,
        given=a),
    Row("CreateSecret", "same token, other value", V, {**SAME, "SecretString": "two"}, IN_USE, given=a),
    Row("CreateSecret", "name scheduled for deletion", R, {"Name": "a"}, SCHEDULED, given=scheduled,
        source=sources.DELETION_RECORDED),
    Row("CreateSecret", "name purged after its window", R, {**SAME, "ClientRequestToken": T2}, named(VersionId=T2),
        given=purged, afterwards=another_suffix, timed=True),
    Row("CreateSecret", "name free after a forced deletion", R, {**SAME, "ClientRequestToken": T2},
        named(VersionId=T2), afterwards=another_suffix,
        given=steps(a, call("DeleteSecret", SecretId="a", ForceDeleteWithoutRecovery=True))),
    Row("CreateSecret", "both kinds of value", F, {**SAME, "SecretBinary": b"\0"}, BOTH),
    Row("UpdateSecret", "with a value", R, {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2},
        named(VersionId=T2), given=a, afterwards=labels(v1="AWSPREVIOUS", v2="AWSCURRENT")),
    Row("UpdateSecret", "with a binary value", R, {"SecretId": "a", "SecretBinary": b"\1", "ClientRequestToken": T2},
        named(VersionId=T2), given=a),
    Row("UpdateSecret", "description only", R, {"SecretId": "a", "Description": "d"}, named(), given=a,
        afterwards=steps(describe(Description="d"), labels(v1="AWSCURRENT"))),
    Row("UpdateSecret", "description cleared", D, {"SecretId": "a", "Description": ""}, named(),
        given=steps(a, call("UpdateSecret", SecretId="a", Description="d")), afterwards=describe(Description=None),
        source=model("UpdateSecretRequest", "Description")),
    Row("UpdateSecret", "SecretId alone", R, {"SecretId": "a"}, named(),
        given=call("CreateSecret", Name="a", Description="d"), afterwards=describe(Description="d")),
    Row("UpdateSecret", "by ARN", R, {"SecretId": ARN_A, "Description": "d"}, named(), given=a),
    Row("UpdateSecret", "key", D, {"SecretId": "a", "KmsKeyId": "alias/own"}, named(), given=a,
        afterwards=describe(KmsKeyId="alias/own")),
    Row("UpdateSecret", "the default key", R, {"SecretId": "a", "KmsKeyId": DEFAULT_KEY}, named(),
        given=call("CreateSecret", Name="a", KmsKeyId="alias/own"), afterwards=describe(KmsKeyId=DEFAULT_KEY),
        source=sources.KEYS_AS_GIVEN),
    Row("UpdateSecret", "key cleared", D, {"SecretId": "a", "KmsKeyId": ""}, named(),
        given=call("CreateSecret", Name="a", KmsKeyId="alias/own"), afterwards=describe(KmsKeyId=None),
        source=sources.KEYS_CLEARED),
    Row("UpdateSecret", "a KmsKeyId that names no key", I, {"SecretId": "a", "KmsKeyId": "arn:aws:s3:::bucket"}, NO_KEY,
        given=a),
    Row("UpdateSecret", "key: versions in use are encrypted anew", D, {"SecretId": "a", "KmsKeyId": "alias/own"}, named(),
        given=steps(a, put(T2), put(T3), put(T4, "AWSPENDING")),
        afterwards=keys(v1="", v2="alias/own", v3="alias/own", v4="alias/own")),
    Row("UpdateSecret", "a value, a key and a description", D,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2, "KmsKeyId": "alias/own", "Description": "d"},
        named(VersionId=T2), given=a,
        afterwards=steps(keys(v1="alias/own", v2="alias/own"), describe(Description="d", KmsKeyId="alias/own"))),
    Row("UpdateSecret", "type", D, {"SecretId": "a", "Type": "Partner"}, named(), given=a,
        afterwards=describe(Type="Partner"), source=model("UpdateSecretRequest", "Type")),
    Row("UpdateSecret", "same token, same value: nothing changes", V, SAME_AGAIN, named(VersionId=T1), given=a,
        afterwards=only_created),
    Row("UpdateSecret", "same token, same value, of a version that is AWSPREVIOUS: nothing changes", V, SAME_AGAIN,
        named(VersionId=T1), given=steps(a, put(T2)), afterwards=labels(v1="AWSPREVIOUS", v2="AWSCURRENT")),
    Row("UpdateSecret", "same token, same value, and a description: nothing changes", I,
        {**SAME_AGAIN, "Description": "d"}, named(VersionId=T1), given=a, afterwards=only_created),
    Row("UpdateSecret", "same token, binary value of the same bytes", I,
        {"SecretId": "a", "SecretBinary": b"one", "ClientRequestToken": T1}, IN_USE, given=a),
    Row("UpdateSecret", "same token, other value", V,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T1}, IN_USE, given=a),
    Row("UpdateSecret", "both kinds of value", F, {"SecretId": "a", "SecretString": "x", "SecretBinary": b"\0"}, BOTH,
        given=a),
    Row("UpdateSecret", "unknown secret", R, {"SecretId": "b", "SecretString": "x"}, NOT_FOUND),
    Row("UpdateSecret", "scheduled for deletion", D, {"SecretId": "a", "Description": "d"}, MARKED, given=scheduled,
        source=sources.DELETION_INVALID_REQUEST),
    Row("CreateSecret", "in China", D, {"Name": "a"}, {"ARN": Arn("a", "cn-north-1", partition="aws-cn"), "Name": "a"},
        region="cn-north-1", source=sources.REGIONS_PARTITION),
    Row("CreateSecret", "in GovCloud", D, {"Name": "a"},
        {"ARN": Arn("a", "us-gov-west-1", partition="aws-us-gov"), "Name": "a"}, region="us-gov-west-1",
        source=sources.REGIONS_PARTITION),
    Row("UpdateSecret", "labels follow a third value", R,
        {"SecretId": "a", "SecretString": "x", "ClientRequestToken": Late(lambda world: T1[:-1] + "9")},
        named(VersionId=T1[:-1] + "9"), given=steps(a, put(T2))),
], {**USUAL, R: CREATION_RECORDED, V: CREATION_ASSERTED, F: CREATION_SEEN})  # fmt: skip
