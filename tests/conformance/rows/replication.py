"""Replicas in other regions."""

from __future__ import annotations

from .. import sources
from ..sources import USUAL, filled
from ..table import (
    ARN_A, D, DAY, F, FUNCTION, HERE, I, NOT_FOUND, R, T1, T2, Arn, At, Late, Midnight, Refused, Row, a, call, named,
    steps,
)  # fmt: skip

AWAY, FURTHER = "eu-west-1", "eu-central-1"
KEY = "alias/aws/secretsmanager"
REPLICATE = {"SecretId": "a", "AddReplicaRegions": [{"Region": AWAY}]}
replicated = steps(a, call("ReplicateSecretToRegions", **REPLICATE))
REPLICA_ARN = Late(lambda world: world.arn("a").replace(HERE, AWAY))
NOT_HERE = Refused("InvalidParameterException",
                   "Operation not permitted on a replica secret. Call must be made in primary secret's region.")  # fmt: skip

#: Operations that change a secret, and so are legal at its primary only.
CHANGES = {
    "UpdateSecret": {"Description": "new"},
    "TagResource": {"Tags": [{"Key": "team", "Value": "blue"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "PutResourcePolicy": {"ResourcePolicy": "{}"},
    "DeleteResourcePolicy": {},
    "CancelRotateSecret": {},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": [HERE]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": FURTHER}]},
    "PutSecretValue": {"SecretString": "two"},
    "UpdateSecretVersionStage": {"VersionStage": "MINE", "MoveToVersionId": T1},
    "RotateSecret": {"RotationLambdaARN": FUNCTION},
}


def status(state, region=AWAY, key=KEY, **more):
    """Return one entry of a ReplicationStatus."""
    message = {
        "InSync": "Replication succeeded",
        "Failed": f"Replication failed: Secret name b already exists in region {region}.",
    }
    text = {"StatusMessage": message[state]} if state in message else {}
    return {"Region": region, "KmsKeyId": key, "Status": state, **text, **more}


def primary(*entries, changed=1):
    """Return the description of a primary."""
    return named(CreatedDate=At(), LastChangedDate=At(changed), VersionIdsToStages={T1: ["AWSCURRENT"]},
                 PrimaryRegion=HERE, ReplicationStatus=list(entries))  # fmt: skip


def replica(versions="VersionIdsToStages", **more):
    """Return the description of a replica."""
    return {"ARN": REPLICA_ARN, "Name": "a", "CreatedDate": At(), "LastChangedDate": At(), "PrimaryRegion": HERE,
            "KmsKeyId": KEY, versions: {T1: ["AWSCURRENT"]}, **more}  # fmt: skip


def tagged(world):
    """Create a with a tag."""
    world.call("CreateSecret", Name="a", SecretString="one", ClientRequestToken=T1, Tags=[{"Key": "k", "Value": "v"}])


def unchanged(world):
    """Find the secret as it was created."""
    assert world.call("DescribeSecret", SecretId="a")["LastChangedDate"] == At()


def standalone(world):
    """Find the promoted replica alone, and gone from its primary's list."""
    world.call("PutSecretValue", region=AWAY, SecretId="a", SecretString="x")
    assert world.call("GetSecretValue", SecretId="a")["SecretString"] == "one"
    assert "PrimaryRegion" not in world.call("DescribeSecret", region=AWAY, SecretId="a")
    assert "ReplicationStatus" not in world.call("DescribeSecret", SecretId="a")


def taken(world):
    """Create a secret with this name in the other region."""
    a(world)
    world.call("CreateSecret", region=AWAY, Name="b", SecretString="other")
    world.call("CreateSecret", Name="b", SecretString="one", ClientRequestToken=T1)


def follows(world):
    """Find the primary's newer value at the replica."""
    assert world.call("GetSecretValue", region=AWAY, SecretId="a")["SecretString"] == "two"


def in_sync(name):
    """Return a check that finds a replica which follows."""

    def check(world):
        (entry,) = world.call("DescribeSecret", SecretId=name)["ReplicationStatus"]
        assert entry["Status"] == "InSync"

    return check


def still_a_primary(world):
    """Find the region of the primary at itself, and at the replica that is left."""
    for region in (HERE, FURTHER):
        assert world.call("DescribeSecret", region=region, SecretId="a")["PrimaryRegion"] == HERE


def gone(world):
    """Find no replica."""
    assert not world.fake.secrets(AWAY)


def overwritten(world):
    """Find the replica alone under its name, and the secret that held it gone."""
    (copy,) = world.fake.secrets(AWAY)
    assert (copy.is_replica, copy.arn) == (True, world.arn("b").replace(HERE, AWAY))
    assert world.call("GetSecretValue", region=AWAY, SecretId="b")["SecretString"] == "one"


def untouched(world):
    """Find the secret that held the name, as it was."""
    assert world.call("GetSecretValue", region=AWAY, SecretId="b")["SecretString"] == "other"


def still_alone(world):
    """Find the secret that was a replica once, and stands alone since."""
    assert world.call("GetSecretValue", region=AWAY, SecretId="a")["SecretString"] == "one"


def changed_at(offset):
    """Return a check of when the primary was changed."""

    def check(world):
        assert world.call("DescribeSecret", SecretId="a")["LastChangedDate"] == At(offset)

    return check


def replica_of_another(world):
    """Give the other region a replica of a third region's secret with this name."""
    a(world)
    world.call("CreateSecret", region=FURTHER, Name="b", SecretString="other")
    world.call("ReplicateSecretToRegions", region=FURTHER, SecretId="b", AddReplicaRegions=[{"Region": AWAY}])
    world.call("CreateSecret", Name="b", SecretString="one", ClientRequestToken=T1)


OVERWRITE = {"SecretId": "b", "AddReplicaRegions": [{"Region": AWAY}], "ForceOverwriteReplicaSecret": True}
ROWS = filled([
    Row("ReplicateSecretToRegions", "to one region", D, REPLICATE,
        {"ARN": ARN_A, "ReplicationStatus": [status("InProgress")]}, given=a),
    Row("ReplicateSecretToRegions", "with a key", D,
        {"SecretId": "a", "AddReplicaRegions": [{"Region": AWAY, "KmsKeyId": "alias/own"}]},
        {"ARN": ARN_A, "ReplicationStatus": [status("InProgress", key="alias/own")]}, given=a),
    Row("ReplicateSecretToRegions", "a KmsKeyId that names no key", I,
        {"SecretId": "a", "AddReplicaRegions": [{"Region": AWAY, "KmsKeyId": "my key"}]},
        Refused("InvalidParameterException", "The operation failed because of an invalid KMS key: Invalid keyId"),
        given=a),
    Row("ReplicateSecretToRegions", "ForceOverwriteReplicaSecret", D,
        OVERWRITE, {"ARN": Arn("b"), "ReplicationStatus": [status("InProgress")]}, given=taken,
        afterwards=steps(in_sync("b"), overwritten)),
    Row("ReplicateSecretToRegions", "ForceOverwriteReplicaSecret: a primary stays", I, OVERWRITE,
        {"ARN": Arn("b"), "ReplicationStatus": [status("InProgress")]},
        given=steps(taken, call("ReplicateSecretToRegions", region=AWAY, SecretId="b",
                                AddReplicaRegions=[{"Region": FURTHER}])), afterwards=untouched),
    Row("ReplicateSecretToRegions", "ForceOverwriteReplicaSecret: another's replica stays", I, OVERWRITE,
        {"ARN": Arn("b"), "ReplicationStatus": [status("InProgress")]}, given=replica_of_another, afterwards=untouched),
    Row("ReplicateSecretToRegions", "to a second region", D, {"SecretId": "a", "AddReplicaRegions": [{"Region": FURTHER}]},
        {"ARN": ARN_A, "ReplicationStatus": [status("InSync"), status("InProgress", FURTHER)]}, given=replicated),
    Row("ReplicateSecretToRegions", "to the same region twice at once", I,
        {"SecretId": "a", "AddReplicaRegions": [{"Region": AWAY}, {"Region": AWAY}]},
        Refused("InvalidParameterException", f"The secret is already replicated to {AWAY}."), given=a),
    Row("ReplicateSecretToRegions", "to another partition", I, {"SecretId": "a", "AddReplicaRegions": [{"Region": "cn-north-1"}]},
        Refused("InvalidParameterException", "Invalid replica region."), given=a),
    Row("ReplicateSecretToRegions", "to a region that does not exist", I,
        {"SecretId": "a", "AddReplicaRegions": [{"Region": "eu-wset-1"}]},
        Refused("InvalidParameterException", "Invalid replica region."), given=a),
    Row("DeleteSecret", "a primary whose replication failed", I, {"SecretId": "b"},
        named("b", DeletionDate=At(30 * DAY)),
        given=steps(taken, call("ReplicateSecretToRegions", SecretId="b", AddReplicaRegions=[{"Region": AWAY}]))),
    Row("ReplicateSecretToRegions", "to its own region", F, {"SecretId": "a", "AddReplicaRegions": [{"Region": HERE}]},
        Refused("InvalidParameterException", "Invalid replica region."), given=a, source=sources.REPLICATION_OWN_REGION),
    Row("CreateSecret", "with a replica in its own region", I, {"Name": "a", "AddReplicaRegions": [{"Region": HERE}]},
        Refused("InvalidParameterException", "Invalid replica region.")),
    Row("ReplicateSecretToRegions", "to the same region again", I, REPLICATE,
        Refused("InvalidParameterException", f"The secret is already replicated to {AWAY}."), given=replicated),
    Row("ReplicateSecretToRegions", "again, overwriting what it failed on", I,
        {"SecretId": "b", "AddReplicaRegions": [{"Region": AWAY}], "ForceOverwriteReplicaSecret": True},
        {"ARN": Arn("b"), "ReplicationStatus": [status("InProgress")]},
        given=steps(taken, call("ReplicateSecretToRegions", SecretId="b", AddReplicaRegions=[{"Region": AWAY}]))),
    Row("ReplicateSecretToRegions", "unknown secret", D, REPLICATE, NOT_FOUND),
    Row("CreateSecret", "with replicas", D, {"Name": "a", "SecretString": "one", "ClientRequestToken": T1,
                                             "AddReplicaRegions": [{"Region": AWAY}]},
        named(VersionId=T1, ReplicationStatus=[status("InProgress")])),
    Row("CreateSecret", "with replicas, overwriting", D,
        {"Name": "a", "AddReplicaRegions": [{"Region": AWAY}], "ForceOverwriteReplicaSecret": True},
        named(ReplicationStatus=[status("InProgress")]), given=call("CreateSecret", region=AWAY, Name="a"),
        afterwards=in_sync("a")),
    Row("DescribeSecret", "a primary, in sync", R, {"SecretId": "a"}, primary(status("InSync")), given=replicated),
    Row("DescribeSecret", "a primary whose replica was read", R, {"SecretId": "a"},
        primary(status("InSync", LastAccessedDate=Midnight())),
        given=steps(replicated, call("GetSecretValue", region=AWAY, SecretId="a"))),
    Row("DescribeSecret", "a replica whose name was taken", I, {"SecretId": "b"},
        {**primary(status("Failed")), "ARN": Arn("b"), "Name": "b"},
        given=steps(taken, call("ReplicateSecretToRegions", SecretId="b", AddReplicaRegions=[{"Region": AWAY}]))),
    Row("DescribeSecret", "a primary that has lost its last replica", R, {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(2), VersionIdsToStages={T1: ["AWSCURRENT"]}),
        given=steps(replicated, call("RemoveRegionsFromReplication", SecretId="a", RemoveReplicaRegions=[AWAY])),
        source=sources.REPLICATION_LAST_REGION),
    Row("DescribeSecret", "a primary whose last replica has been promoted", I, {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(2), VersionIdsToStages={T1: ["AWSCURRENT"]}),
        given=steps(replicated, call("StopReplicationToReplica", region=AWAY, SecretId="a"))),
    Row("DescribeSecret", "a replica: the default key is named", R, {"SecretId": "a"}, replica(), given=replicated,
        region=AWAY),
    Row("DescribeSecret", "a replica with a key and tags", D, {"SecretId": "a"},
        replica(KmsKeyId="alias/own", Tags=[{"Key": "k", "Value": "v"}]), region=AWAY,
        given=steps(tagged, call("ReplicateSecretToRegions", SecretId="a",
                                 AddReplicaRegions=[{"Region": AWAY, "KmsKeyId": "alias/own"}]))),
    Row("DescribeSecret", "a replica of a primary with an empty list of tags", R, {"SecretId": "a"},
        replica(LastChangedDate=At(1)), region=AWAY,
        given=steps(tagged, call("ReplicateSecretToRegions", **REPLICATE), call("UntagResource", SecretId="a", TagKeys=["k"]))),
    Row("DescribeSecret", "a promoted replica: the default key is still named", I, {"SecretId": "a"},
        {name: value for name, value in replica(LastChangedDate=At(1)).items() if name != "PrimaryRegion"}, region=AWAY,
        given=steps(replicated, call("StopReplicationToReplica", region=AWAY, SecretId="a"))),
    Row("ListSecretVersionIds", "of a replica with the default key", I, {"SecretId": "a"},
        {"ARN": REPLICA_ARN, "Name": "a", "Versions": [{"VersionId": T1, "VersionStages": ["AWSCURRENT"],
                                                        "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"]}]},
        given=replicated, region=AWAY),
    Row("ListSecrets", "a replica: primary-region", D, {"Filters": [{"Key": "primary-region", "Values": [HERE]}]},
        {"SecretList": [replica("SecretVersionsToStages")]}, given=replicated, region=AWAY,
        source=sources.REPLICATION_FILTER),
    Row("PutSecretValue", "a replica follows its primary", D,
        {"SecretId": "a", "SecretString": "two", "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=["AWSCURRENT"]), given=replicated, afterwards=follows,
        source=sources.REPLICATION_FOLLOWS),
    Row("PutSecretValue", "whose replication failed: the secret with the name stays", I,
        {"SecretId": "b", "SecretString": "two", "ClientRequestToken": T2},
        named("b", VersionId=T2, VersionStages=["AWSCURRENT"]), afterwards=untouched,
        given=steps(taken, call("ReplicateSecretToRegions", SecretId="b", AddReplicaRegions=[{"Region": AWAY}]))),
    *[Row(operation, "at a replica", F if operation == "PutResourcePolicy" else I, {"SecretId": "a", **more}, NOT_HERE,
          given=replicated, region=AWAY, source=sources.REPLICATION_AT_A_REPLICA if operation == "PutResourcePolicy" else "")
      for operation, more in CHANGES.items()],
    Row("RemoveRegionsFromReplication", "the last one", R, {"SecretId": "a", "RemoveReplicaRegions": [AWAY]},
        {"ARN": ARN_A, "ReplicationStatus": []}, given=replicated, afterwards=steps(gone, changed_at(2)),
        source=sources.REPLICATION_LAST_REGION),
    Row("RemoveRegionsFromReplication", "one of two", D, {"SecretId": "a", "RemoveReplicaRegions": [AWAY]},
        {"ARN": ARN_A, "ReplicationStatus": [status("InSync", region=FURTHER)]},
        afterwards=steps(gone, still_a_primary),
        given=steps(a, call("ReplicateSecretToRegions", SecretId="a",
                            AddReplicaRegions=[{"Region": AWAY}, {"Region": FURTHER}]))),
    Row("RemoveRegionsFromReplication", "one that failed: the secret with the name stays", I,
        {"SecretId": "a", "RemoveReplicaRegions": [AWAY]}, {"ARN": ARN_A, "ReplicationStatus": []},
        given=steps(replicated, call("StopReplicationToReplica", region=AWAY, SecretId="a"),
                    call("ReplicateSecretToRegions", **REPLICATE)), afterwards=still_alone),
    Row("RemoveRegionsFromReplication", "a region without a replica", I,
        {"SecretId": "a", "RemoveReplicaRegions": [AWAY]}, {"ARN": ARN_A, "ReplicationStatus": []}, given=a,
        afterwards=unchanged),
    Row("RemoveRegionsFromReplication", "one with a replica and one without", I,
        {"SecretId": "a", "RemoveReplicaRegions": [FURTHER, AWAY]}, {"ARN": ARN_A, "ReplicationStatus": []},
        given=replicated, afterwards=gone),
    Row("RemoveRegionsFromReplication", "unknown secret", D, {"SecretId": "b", "RemoveReplicaRegions": [AWAY]},
        NOT_FOUND),
    Row("StopReplicationToReplica", "promoted", D, {"SecretId": "a"}, {"ARN": REPLICA_ARN}, given=replicated,
        region=AWAY, afterwards=standalone),
    Row("StopReplicationToReplica", "not a replica", I, {"SecretId": "a"},
        Refused("InvalidRequestException", "The secret is not a replica secret."), given=a),
    Row("StopReplicationToReplica", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
], {**USUAL, R: sources.REPLICATION_RECORDED})  # fmt: skip
