"""Changes that a primary passes to its replicas in other regions, and properties of a replica itself."""

from __future__ import annotations

import json

from ..sources import REPLICATION_FOLLOWS, filled
from ..table import (
    ARN_A, D, FUNCTION, HERE, I, OTHER_ACCOUNT, T1, T2, T3, Arn, At, Midnight, Row, a, call, named, put, steps,
)  # fmt: skip
from .replication import AWAY, KEY, REPLICA_ARN, REPLICATE, replicated, status

THIRD = "eu-central-1"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "secretsmanager:*", "Resource": "*"}]})  # fmt: skip
READ_AWAY = call("GetSecretValue", region=AWAY, SecretId="a")
FUNCTION_AWAY = FUNCTION.replace(HERE, AWAY)
ROTATE = {"SecretId": "a", "RotationLambdaARN": FUNCTION, "ClientRequestToken": T2}
tagged = call("TagResource", SecretId="a", Tags=[{"Key": "team", "Value": "blue"}])


def replica(changed=0, **more):
    """Return the description of the replica of a, changed so many milliseconds after the start."""
    return {"ARN": REPLICA_ARN, "Name": "a", "CreatedDate": At(), "LastChangedDate": At(changed), "PrimaryRegion": HERE,
            "KmsKeyId": KEY, "VersionIdsToStages": {T1: ["AWSCURRENT"]}, **more}  # fmt: skip


def seen(world, region):
    """Return what a primary passes to its replicas, as seen in a region."""
    described = world.call("DescribeSecret", region=region, SecretId="a")
    stages = {version_id: sorted(labels) for version_id, labels in described["VersionIdsToStages"].items()}
    policy = world.call("GetResourcePolicy", region=region, SecretId="a").get("ResourcePolicy")
    return described.get("Description"), described.get("Tags", []), stages, policy


def follows(world):
    """Check that the replica equals its primary."""
    assert seen(world, AWAY) == seen(world, HERE)


def follow(operation, more, answer, given=replicated, evidence=D, case="a replica follows its primary"):
    """Return a row of a change that reaches the replica and is visible there."""

    def changed(world):
        follows(world)
        assert seen(world, AWAY) != world.before

    def remember(world):
        world.before = seen(world, AWAY)

    return Row(operation, case, evidence, {"SecretId": "a", **more}, answer, given=steps(given, remember),
               afterwards=changed)  # fmt: skip


def keys_away(world):
    """Find the replica, and its version, under the replica's own key."""
    described = world.call("DescribeSecret", region=AWAY, SecretId="a")
    (version,) = world.call("ListSecretVersionIds", region=AWAY, SecretId="a")["Versions"]
    assert (described["KmsKeyId"], version["KmsKeyIds"]) == ("alias/away", ["alias/away"])


def failing(event, context):
    """Fail, as the rotation function."""
    raise RuntimeError("no database")


def function(called):
    """Return a step that registers a callable as the rotation function."""
    return lambda world: world.fake.rotation_function(FUNCTION, called)


ROWS = filled([
    follow("UpdateSecret", {"Description": "d"}, named()),
    follow("UpdateSecretVersionStage", {"VersionStage": "mine", "MoveToVersionId": T1}, named()),
    follow("UpdateSecretVersionStage", {"VersionStage": "mine", "RemoveFromVersionId": T1}, named(),
           steps(replicated, call("UpdateSecretVersionStage", SecretId="a", VersionStage="mine", MoveToVersionId=T1)),
           case="a removed label is removed from the replica, too"),
    follow("TagResource", {"Tags": [{"Key": "team", "Value": "blue"}]}, {}),
    follow("UntagResource", {"TagKeys": ["team"]}, {}, steps(a, tagged, call("ReplicateSecretToRegions", **REPLICATE))),
    follow("PutResourcePolicy", {"ResourcePolicy": POLICY}, named()),
    follow("DeleteResourcePolicy", {}, named(),
           steps(replicated, call("PutResourcePolicy", SecretId="a", ResourcePolicy=POLICY))),
    follow("RotateSecret", {"RotationLambdaARN": FUNCTION, "ClientRequestToken": T2}, named(VersionId=T2)),
    follow("RotateSecret", {"RotationLambdaARN": FUNCTION, "ClientRequestToken": T2}, named(VersionId=T2),
           steps(replicated, function(failing)), case="a replica has the version of a rotation that failed", evidence=I),
    Row("RotateSecret", "RotateImmediately false: the version leaves the replica, too", I,
        {**ROTATE, "RotateImmediately": False}, named(VersionId=T2), given=replicated, afterwards=follows),
    Row("CreateSecret", "with replicas: they follow at once", D,
        {"Name": "a", "SecretString": "one", "ClientRequestToken": T1, "AddReplicaRegions": [{"Region": AWAY}]},
        named(VersionId=T1, ReplicationStatus=[status("InProgress")]),
        afterwards=steps(follows, READ_AWAY)),
    Row("CreateSecret", "with replicas under a key of their own", D,
        {"Name": "a", "SecretString": "one", "ClientRequestToken": T1, "KmsKeyId": "alias/own",
         "AddReplicaRegions": [{"Region": AWAY, "KmsKeyId": "alias/away"}]},
        named(VersionId=T1, ReplicationStatus=[status("InProgress", key="alias/away")]), afterwards=keys_away),
    Row("DescribeSecret", "a replica after a change of its primary", I, {"SecretId": "a"},
        replica(1, VersionIdsToStages={T1: ["AWSPREVIOUS"], T2: ["AWSCURRENT"]}), region=AWAY,
        given=steps(replicated, put(T2))),
    Row("DescribeSecret", "a replica that was read keeps its own dates", I, {"SecretId": "a"},
        replica(1, LastAccessedDate=Midnight(), Tags=[{"Key": "team", "Value": "blue"}]), region=AWAY,
        given=steps(replicated, READ_AWAY, tagged)),
    Row("ListSecretVersionIds", "a replica that was read keeps its own dates", I, {"SecretId": "a"},
        {"ARN": REPLICA_ARN, "Name": "a",
         "Versions": [{"VersionId": T1, "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"],
                       "VersionStages": ["AWSCURRENT"], "LastAccessedDate": Midnight()}]}, region=AWAY,
        given=steps(replicated, READ_AWAY, tagged)),
    Row("DescribeSecret", "a replica whose primary alone was read", I, {"SecretId": "a"},
        replica(1, Tags=[{"Key": "team", "Value": "blue"}]), region=AWAY,
        given=steps(replicated, call("GetSecretValue", SecretId="a"), tagged)),
    Row("DescribeSecret", "a replica of a secret that rotates: no rotation of its own", I, {"SecretId": "a"},
        replica(4, VersionIdsToStages={T1: ["AWSPREVIOUS"], T2: ["AWSCURRENT"]}), region=AWAY,
        given=steps(replicated, call("RotateSecret", **ROTATE, RotationRules={"AutomaticallyAfterDays": 1}))),
    Row("DescribeSecret", "a promoted replica: its primary's last rotation was none of its own", I, {"SecretId": "a"},
        {"ARN": REPLICA_ARN, "Name": "a", "CreatedDate": At(), "LastChangedDate": At(7), "KmsKeyId": KEY,
         "Tags": [{"Key": "team", "Value": "blue"}], "RotationEnabled": True, "RotationLambdaARN": FUNCTION_AWAY, "VersionIdsToStages": {T1: ["AWSPREVIOUS"], T2: ["AWSCURRENT"]}}, region=AWAY,
        given=steps(replicated, call("RotateSecret", **ROTATE), tagged,
                    call("StopReplicationToReplica", region=AWAY, SecretId="a"),
                    lambda world: world.fake.rotation_function(FUNCTION_AWAY, lambda event, context: None),
                    call("RotateSecret", region=AWAY, SecretId="a", ClientRequestToken=T3,
                         RotationLambdaARN=FUNCTION_AWAY, RotateImmediately=False))),
    Row("DescribeSecret", "a replica of a primary that another account follows", I, {"SecretId": "a"}, replica(),
        region=AWAY, needs="AssociateCrossAccountReplica",
        given=steps(replicated,
                    call("CreateSecret", account=OTHER_ACCOUNT, Name="copy", KmsKeyId="alias/own",
                         CrossAccountPrimaryARN=ARN_A),
                    lambda world: world.call("AssociateCrossAccountReplica", SecretId="a",
                                             CrossAccountReplicaARN=world.arn("copy")),
                    )),
    Row("ListSecrets", "a replica keeps its place when its primary changes", I, {},
        {"SecretList": [{"ARN": REPLICA_ARN, "Name": "a", "CreatedDate": At(), "LastChangedDate": At(1), "KmsKeyId": KEY,
                         "PrimaryRegion": HERE, "Tags": [{"Key": "team", "Value": "blue"}],
                         "SecretVersionsToStages": {T1: ["AWSCURRENT"]}},
                        {"ARN": Arn("z", AWAY), "Name": "z", "CreatedDate": At(), "LastChangedDate": At()}]}, region=AWAY,
        given=steps(replicated, call("CreateSecret", region=AWAY, Name="z"), tagged)),
], {"documented": REPLICATION_FOLLOWS})  # fmt: skip
