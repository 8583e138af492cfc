"""Other accounts: by ARN under a resource policy, and replicas between two accounts."""

from __future__ import annotations

import json

from .. import sources
from ..sources import ACCOUNTS_ASSERTED, USUAL, filled, model
from ..table import (
    ARN_A, D, DAY, I, NOT_FOUND, OTHER_ACCOUNT, T1, T2, V, Arn, At, JsonText, Late, Midnight, Refused, Row, a,
    call, named, put, steps,
)  # fmt: skip

POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "secretsmanager:*", "Resource": "*"}]}  # fmt: skip
admitted = call("PutResourcePolicy", SecretId="a", ResourcePolicy=json.dumps(POLICY))
READING = {"Version": "2012-10-17",
           "Statement": [{**POLICY["Statement"][0], "Action": "secretsmanager:GetSecretValue"}]}  # fmt: skip
admitted_to_read = call("PutResourcePolicy", SecretId="a", ResourcePolicy=json.dumps(READING))
own_key = call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, KmsKeyId="alias/own")
BY_ALIAS = "alias/aws/secretsmanager"
default_key = call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, KmsKeyId=BY_ALIAS)
DEFAULT_KEY = Refused(
    "InvalidRequestException",
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
)
WITHOUT_POLICY = Refused(
    "AccessDeniedException",
    f"User: arn:aws:iam::{OTHER_ACCOUNT}:user/test is not authorized to perform: secretsmanager:DescribeSecret on "
    "resource: {arn} because no resource-based policy allows the secretsmanager:DescribeSecret action",
)


def other(operation, case, answer, given=(a, admitted), evidence=V, source="", **more):
    """Return a row of a caller from another account, by ARN."""
    return Row(operation, f"another account: {case}", evidence, {"SecretId": ARN_A, **more}, answer,
               given=steps(*given), account=OTHER_ACCOUNT, source=source)  # fmt: skip


FOLLOWER = Late(lambda world: world.fake.secret(world.arn("copy")).arn)
COPY = {"Name": "copy", "KmsKeyId": "alias/own", "CrossAccountPrimaryARN": ARN_A}
follower = steps(a, call("CreateSecret", account=OTHER_ACCOUNT, **COPY))
linked = steps(follower, call("AssociateCrossAccountReplica", SecretId="a", CrossAccountReplicaARN=FOLLOWER))
LINK = {"SecretId": "a", "CrossAccountReplicaARN": FOLLOWER}
ASSOCIATE = "AssociateCrossAccountReplica"
unlinked = steps(linked, call("DisassociateCrossAccountReplica", **LINK))
stopped = steps(linked, call("StopReplicationToReplica", account=OTHER_ACCOUNT, SecretId="copy"))
NOT_ITS_REPLICA = Refused(
    "InvalidRequestException",
    "The replica secret was not created as a replica of this primary secret.",
    code_is_inferred=True,
)
NOT_ITS_PLACE = Refused(
    "InvalidParameterException",
    "A cross-account replica and its primary must be secrets of two accounts in the same Region and partition.",
    code_is_inferred=True,
)
GONE = Late(lambda world: world.arn("copy"))
LINK_GONE = {"SecretId": "a", "CrossAccountReplicaARN": GONE}
PRIMARY_ABROAD = Late(lambda world: world.arn("a").replace("us-east-1", "eu-west-1"))
FOLLOWER_ABROAD = Late(lambda world: FOLLOWER.look_up(world).replace("us-east-1", "eu-west-1"))


def another_primary(world):
    """Create a replica of another primary, and a."""
    world.call("CreateSecret", Name="b", SecretString="other")
    world.call("CreateSecret", account=OTHER_ACCOUNT, **{**COPY, "CrossAccountPrimaryARN": world.arn("b")})
    a(world)


def seen_by_the_replica(status):
    """Return a check of the link that the replica shows; None for one that stands alone."""

    def check(world):
        described = world.call("DescribeSecret", account=OTHER_ACCOUNT, SecretId="copy")
        link = {"PrimarySecretARN": world.arn("a"), "ReplicationStatus": status}
        assert described.get("CrossAccountPrimary") == (link if status else None)

    return check


def seen_by_the_primary(status):
    """Return a check of the link that the primary shows; None for none at all."""

    def check(world):
        described = world.call("DescribeSecret", SecretId="a")
        link = {"ReplicaSecretARN": world.arn("copy"), "ReplicationStatus": status}
        assert described.get("CrossAccountReplicas") == ([link] if status else None)

    return check


def followed(world):
    """Find the primary's tags, description and value at the replica, and its own key."""
    described = world.call("DescribeSecret", account=OTHER_ACCOUNT, SecretId="copy")
    assert described["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert (described["Description"], described["KmsKeyId"]) == ("d", "alias/own")
    (version,) = world.call("ListSecretVersionIds", account=OTHER_ACCOUNT, SecretId="copy")["Versions"]
    assert (version["VersionId"], version["KmsKeyIds"], "LastAccessedDate" in version) == (T1, ["alias/own"], False)


def left_behind(world):
    """Change the primary, and find the replica as it was."""
    world.call("PutSecretValue", SecretId="a", SecretString="two")
    follows(world)


def its_own(world):
    """Change what was a replica, and find the primary as it was."""
    before = world.call("GetSecretValue", SecretId="a")["VersionId"]
    world.call("PutSecretValue", account=OTHER_ACCOUNT, SecretId="copy", SecretString="three")
    assert world.call("GetSecretValue", SecretId="a")["VersionId"] == before


def follows(world):
    """Find the primary's value at the replica."""
    answer = world.call("GetSecretValue", account=OTHER_ACCOUNT, SecretId="copy")
    assert answer["SecretString"] == "one"


def under_a_role(world):
    """Find the role that replicates."""
    (link,) = world.call("DescribeSecret", SecretId="a")["CrossAccountReplicas"]
    assert link["ReplicationRoleARN"].endswith("role/copy")


ROWS = filled([
    other("DescribeSecret", "admitted", named(CreatedDate=At(), LastChangedDate=At(1),
                                              VersionIdsToStages={T1: ["AWSCURRENT"]})),
    other("DescribeSecret", "no policy", WITHOUT_POLICY, given=[a], evidence=I),
    other("ListSecretVersionIds", "admitted", named(Versions=[
        {"VersionId": T1, "VersionStages": ["AWSCURRENT"], "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"]}])),
    other("GetResourcePolicy", "admitted", named(ResourcePolicy=JsonText(POLICY))),
    other("PutResourcePolicy", "admitted", named(), ResourcePolicy=json.dumps(POLICY)),
    other("TagResource", "admitted", {}, Tags=[{"Key": "k", "Value": "v"}]),
    other("UntagResource", "admitted", {}, TagKeys=["k"]),
    other("DeleteSecret", "admitted", named(DeletionDate=At(30 * DAY))),
    other("RestoreSecret", "admitted", named(), given=[a, admitted, call("DeleteSecret", SecretId="a")]),
    other("GetSecretValue", "default key", DEFAULT_KEY),
    other("PutSecretValue", "default key", DEFAULT_KEY, SecretString="x"),
    other("UpdateSecret", "a description, default key", named(), Description="d", evidence=I),
    other("UpdateSecret", "a value, default key", DEFAULT_KEY, SecretString="x", evidence=I),
    *[other("UpdateSecret", f"back to the default key{how}", DEFAULT_KEY, given=[own_key, admitted], KmsKeyId=key,
            evidence=evidence, source=source)
      for how, key, evidence, source in (("", "", D, sources.KEYS_CLEARED), (", by its alias", BY_ALIAS, I, ""))],
    other("GetSecretValue", "default key, by its alias", DEFAULT_KEY, given=[default_key, admitted], evidence=I),
    other("GetSecretValue", "own key", named(VersionId=T1, VersionStages=["AWSCURRENT"], CreatedDate=At(),
                                             SecretString="one"), given=[own_key, admitted]),
    other("PutSecretValue", "own key", named(VersionId=T2, VersionStages=["AWSCURRENT"]), given=[own_key, admitted],
          SecretString="x", ClientRequestToken=T2),
    Row("BatchGetSecretValue", "another account: default key", I, {"SecretIdList": [ARN_A]},
        {"SecretValues": [], "Errors": [{"SecretId": ARN_A, "ErrorCode": DEFAULT_KEY.code, "Message": DEFAULT_KEY.text}]},
        given=steps(a, admitted), account=OTHER_ACCOUNT),
    Row("BatchGetSecretValue", "another account: GetSecretValue alone is admitted", I, {"SecretIdList": [ARN_A]},
        {"SecretValues": [named(VersionId=T1, VersionStages=["AWSCURRENT"], CreatedDate=At(), SecretString="one")],
         "Errors": []}, given=steps(own_key, admitted_to_read), account=OTHER_ACCOUNT),
    Row("ListSecrets", "another account's are not shown", V, {}, {"SecretList": []}, given=steps(a, admitted),
        account=OTHER_ACCOUNT),
    Row("DescribeSecret", "another account: by name", D, {"SecretId": "a"}, NOT_FOUND, given=steps(a, admitted),
        account=OTHER_ACCOUNT, source=model("GetSecretValueRequest", "SecretId")),
    Row("CreateSecret", "a cross-account replica", D, COPY,
        {"ARN": Arn("copy", account=OTHER_ACCOUNT), "Name": "copy"}, given=a, account=OTHER_ACCOUNT,
        source=sources.ACCOUNTS_REPLICA),
    Row("CreateSecret", "a cross-account replica with a value", D, {**COPY, "SecretString": "x"},
        Refused("InvalidParameterException", "You can't use CrossAccountPrimaryARN together with SecretString.",
                code_is_inferred=True), given=a, account=OTHER_ACCOUNT, source=sources.ACCOUNTS_REPLICA),
    Row("CreateSecret", "a cross-account replica with the default key", D,
        {"Name": "copy", "CrossAccountPrimaryARN": ARN_A},
        Refused("InvalidParameterException",
                "A cross-account replica secret needs a customer managed KMS key in KmsKeyId.", code_is_inferred=True),
        given=a, account=OTHER_ACCOUNT, source=sources.ACCOUNTS_REPLICA),
    Row("CreateSecret", "a cross-account replica of a primary in another region", D,
        {**COPY, "CrossAccountPrimaryARN": PRIMARY_ABROAD}, NOT_ITS_PLACE, given=a, account=OTHER_ACCOUNT,
        source=sources.ACCOUNTS_REPLICA),
    Row("CreateSecret", "a cross-account replica of a primary in the same account", D, COPY, NOT_ITS_PLACE, given=a,
        source=sources.ACCOUNTS_REPLICA),
    Row("AssociateCrossAccountReplica", "linked", D,
        {**LINK, "ReplicaRestriction": "NoRestriction", "ReplicationRoleARN": "arn:aws:iam::123456789012:role/copy"},
        {"ARN": ARN_A, "CrossAccountReplicaARN": FOLLOWER, "ReplicationStatus": "InProgress"}, needs="AssociateCrossAccountReplica", given=follower,
        afterwards=steps(follows, under_a_role)),
    Row("AssociateCrossAccountReplica", "not created as its replica", D, LINK,
        NOT_ITS_REPLICA, given=steps(a, call("CreateSecret", account=OTHER_ACCOUNT, Name="copy"))),
    Row("AssociateCrossAccountReplica", "of the same account", D, {"SecretId": "a", "CrossAccountReplicaARN": ARN_A},
        NOT_ITS_PLACE, given=a),
    Row(ASSOCIATE, "created as the replica of another primary", D, LINK, NOT_ITS_REPLICA, needs=ASSOCIATE,
        given=another_primary),
    Row(ASSOCIATE, "of another region", D, {"SecretId": "a", "CrossAccountReplicaARN": FOLLOWER_ABROAD}, NOT_ITS_PLACE,
        needs=ASSOCIATE, given=follower),
    Row(ASSOCIATE, "a replica that does not exist", I,
        {"SecretId": "a", "CrossAccountReplicaARN": Late(lambda world: world.arn("copy")[:-6] + "zzzzzz")}, NOT_FOUND,
        needs=ASSOCIATE, given=follower),
    Row(ASSOCIATE, "linked again", I, LINK,
        {"ARN": ARN_A, "CrossAccountReplicaARN": FOLLOWER, "ReplicationStatus": "InProgress"}, needs=ASSOCIATE,
        given=linked, afterwards=seen_by_the_primary("InSync")),
    Row(ASSOCIATE, "linked again after it was unlinked", I, LINK,
        {"ARN": ARN_A, "CrossAccountReplicaARN": FOLLOWER, "ReplicationStatus": "InProgress"}, needs=ASSOCIATE,
        given=unlinked, afterwards=steps(seen_by_the_primary("InSync"), seen_by_the_replica("InSync"))),
    Row(ASSOCIATE, "a second replica", D,
        {"SecretId": "a", "CrossAccountReplicaARN": Late(lambda world: world.arn("copy2"))},
        Refused("LimitExceededException", "A primary secret can have at most one cross-account replica.",
                code_is_inferred=True),
        needs=ASSOCIATE,
        given=steps(linked, call("CreateSecret", account=OTHER_ACCOUNT, **{**COPY, "Name": "copy2"})),
        afterwards=seen_by_the_primary("InSync")),
    Row(ASSOCIATE, "existing content is replicated", D, LINK,
        {"ARN": ARN_A, "CrossAccountReplicaARN": FOLLOWER, "ReplicationStatus": "InProgress"}, needs=ASSOCIATE,
        given=steps(follower, call("TagResource", SecretId="a", Tags=[{"Key": "team", "Value": "blue"}]),
                    call("UpdateSecret", SecretId="a", Description="d"), call("GetSecretValue", SecretId="a")),
        afterwards=followed),
    Row("DescribeSecret", "a cross-account replica that is not associated", D, {"SecretId": "copy"},
        {"ARN": FOLLOWER, "Name": "copy", "CreatedDate": At(), "LastChangedDate": At(), "KmsKeyId": "alias/own",
         "CrossAccountPrimary": {"PrimarySecretARN": ARN_A, "ReplicationStatus": "Pending"}}, needs=ASSOCIATE,
        given=follower, account=OTHER_ACCOUNT),
    Row("ListSecretVersionIds", "a cross-account replica that was read keeps its own dates", I, {"SecretId": "copy"},
        {"ARN": FOLLOWER, "Name": "copy", "Versions": [
            {"VersionId": T1, "CreatedDate": At(), "KmsKeyIds": ["alias/own"], "VersionStages": ["AWSPREVIOUS"],
             "LastAccessedDate": Midnight()},
            {"VersionId": T2, "CreatedDate": At(), "KmsKeyIds": ["alias/own"], "VersionStages": ["AWSCURRENT"]}]},
        needs=ASSOCIATE, account=OTHER_ACCOUNT,
        given=steps(linked, call("GetSecretValue", account=OTHER_ACCOUNT, SecretId="copy"), put(T2))),
    Row("PutSecretValue", "a cross-account replica follows its primary", D,
        {"SecretId": "a", "SecretString": "one", "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["AWSCURRENT"]), needs=ASSOCIATE,
        given=steps(call("CreateSecret", Name="a", SecretString="zero", ClientRequestToken=T1),
                    call("CreateSecret", account=OTHER_ACCOUNT, **COPY), call(ASSOCIATE, **LINK)), afterwards=follows),
    Row("DescribeSecret", "a cross-account primary", D, {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(1), VersionIdsToStages={T1: ["AWSCURRENT"]},
              CrossAccountReplicas=[{"ReplicaSecretARN": FOLLOWER, "ReplicationStatus": "InSync"}]), needs="AssociateCrossAccountReplica", given=linked),
    Row("DisassociateCrossAccountReplica", "unlinked", D, LINK, {"ARN": ARN_A, "CrossAccountReplicaARN": FOLLOWER},
        needs="AssociateCrossAccountReplica", given=linked,
        afterwards=steps(seen_by_the_replica("Detached"), seen_by_the_primary(None), left_behind)),
    Row("DisassociateCrossAccountReplica", "a replica that stands alone already", I, LINK,
        {"ARN": ARN_A, "CrossAccountReplicaARN": FOLLOWER}, needs=ASSOCIATE, given=stopped,
        afterwards=steps(seen_by_the_replica(None), seen_by_the_primary(None))),
    Row("DisassociateCrossAccountReplica", "a replica that is gone", I, LINK_GONE,
        {"ARN": ARN_A, "CrossAccountReplicaARN": GONE}, needs=ASSOCIATE,
        given=steps(stopped, call("DeleteSecret", account=OTHER_ACCOUNT, SecretId="copy",
                                  ForceDeleteWithoutRecovery=True)), afterwards=seen_by_the_primary(None)),
    Row("DisassociateCrossAccountReplica", "not linked", I, LINK,
        Refused("ResourceNotFoundException", "Secrets Manager can't find the specified cross-account replica.",
                code_is_inferred=True),
        needs="AssociateCrossAccountReplica", given=follower),
    Row("DeleteSecret", "a cross-account primary", D, {"SecretId": "a"},
        Refused("InvalidParameterException",
                "You can't delete secret {arn} that is still associated with a cross-account replica.",
                code_is_inferred=True), needs="AssociateCrossAccountReplica", given=linked),
    Row("StopReplicationToReplica", "a cross-account replica", D, {"SecretId": "copy"}, {"ARN": FOLLOWER},
        needs="AssociateCrossAccountReplica", given=linked, account=OTHER_ACCOUNT,
        afterwards=steps(seen_by_the_primary("Detached"), seen_by_the_replica(None), left_behind, its_own)),
    Row("StopReplicationToReplica", "a cross-account replica that is not associated", I, {"SecretId": "copy"}, {"ARN": FOLLOWER},
        needs=ASSOCIATE, given=follower, account=OTHER_ACCOUNT,
        afterwards=steps(seen_by_the_primary(None), seen_by_the_replica(None), its_own)),
    Row("StopReplicationToReplica", "a cross-account replica whose primary has another one", I, {"SecretId": "copy2"},
        {"ARN": Late(lambda world: world.arn("copy2"))}, needs=ASSOCIATE, account=OTHER_ACCOUNT,
        given=steps(linked, call("CreateSecret", account=OTHER_ACCOUNT, **{**COPY, "Name": "copy2"})),
        afterwards=steps(seen_by_the_primary("InSync"), seen_by_the_replica("InSync"))),
    Row("TagResource", "a cross-account replica", I, {"SecretId": "copy", "Tags": [{"Key": "team", "Value": "blue"}]},
        Refused("InvalidParameterException", "You can't perform this operation on a cross-account replica secret."),
        needs="AssociateCrossAccountReplica", given=linked, account=OTHER_ACCOUNT),
    Row("DeleteSecret", "a cross-account replica", D, {"SecretId": "copy"},
        Refused("InvalidParameterException",
                "You can't delete secret {copy} before you stop replication to it with StopReplicationToReplica.",
                code_is_inferred=True),
        needs="AssociateCrossAccountReplica", given=linked, account=OTHER_ACCOUNT),
], {**USUAL, V: ACCOUNTS_ASSERTED})  # fmt: skip
