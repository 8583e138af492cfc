"""The life of a deleted secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pytest_secretsdelete._service.instant import milliseconds, to_datetime

from .. import sources
from ..sources import USUAL, filled
from ..table import (
    ARN_A, D, DAY, DELETED, F, FUNCTION, I, MARKED, NOT_FOUND, R, SCHEDULED, T1, T2, V, At, Midnight, Refused,
    Row, a, call, named, purged, scheduled, steps,
)  # fmt: skip
from .rotation import RULES, rotated

SLOW = {"purge_delay": timedelta(days=1)}
SLOW_FORCE = {"force_delete_delay": timedelta(seconds=90)}
NO_WINDOW = Refused("InvalidParameterException",
                    "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")  # fmt: skip
NOT_BOTH = Refused("InvalidParameterException",
                   "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")  # fmt: skip
FORCE = {"SecretId": "a", "ForceDeleteWithoutRecovery": True}
forced = steps(a, call("DeleteSecret", **FORCE))
AWAY, FURTHER = "us-west-2", "ap-northeast-2"
replicated = steps(
    a, call("ReplicateSecretToRegions", SecretId="a", AddReplicaRegions=[{"Region": AWAY}, {"Region": FURTHER}])
)
AT_A_REPLICA = Refused("InvalidParameterException",
                       "Operation not permitted on a replica secret. Call must be made in primary secret's region.")  # fmt: skip
rotating = steps(rotated, call("DeleteSecret", SecretId="a"))


def state(deletion):
    """Return a check: A, S with its window in days, or N."""

    def check(world):
        if deletion == "N":
            assert "a" not in world.fake
            return
        secret = world.fake.secret("a")
        until = secret.deletion_date
        offset = None if until is None else milliseconds(until - to_datetime(0)) - world.start
        assert offset == (None if deletion == "A" else deletion * DAY)
        assert secret.deleted_date == (None if deletion == "A" else to_datetime(world.start))

    return check


def later(**delta):
    """Return a step that moves time."""
    return lambda world: world.advance(**delta)


def readable(world):
    """Read the value, and find no DeletedDate."""
    assert world.call("GetSecretValue", SecretId="a")["SecretString"] == "one"
    assert "DeletedDate" not in world.call("DescribeSecret", SecretId="a")


def delete(case, evidence, call_, answer, given=a, then=None, **more):
    """Return a row of DeleteSecret."""
    return Row("DeleteSecret", case, evidence, {"SecretId": "a", **call_}, answer, given=given,
               afterwards=state(then) if then is not None else lambda world: None, **more)  # fmt: skip


def still_there(world):
    """Find the replica where it was."""
    assert world.call("GetSecretValue", region=AWAY, SecretId="a")["SecretString"] == "one"


def no_longer_rotating(**members):
    """Return the description of a secret whose deletion has turned its rotation off."""
    return named(CreatedDate=At(), LastAccessedDate=Midnight(), RotationEnabled=False, RotationLambdaARN=FUNCTION,
                 RotationRules=RULES, VersionIdsToStages={T1: ["AWSPREVIOUS"], T2: ["AWSCURRENT"]}, **members)  # fmt: skip


def never_rotates(world):
    """Find that no rotation comes due any more."""
    before = len(world.fake.rotations)
    world.advance(days=400)
    assert len(world.fake.rotations) == before


def window(days):
    """Return the answer of a deletion."""
    return named(DeletionDate=At(days * DAY))


CHANGES = {
    "PutSecretValue": {"SecretString": "x"},
    "UpdateSecret": {"SecretString": "x"},
    "UpdateSecretVersionStage": {"VersionStage": "X", "MoveToVersionId": T1},
    "RotateSecret": {},
    "CancelRotateSecret": {},
    "PutResourcePolicy": {"ResourcePolicy": "{}"},
    "DeleteResourcePolicy": {},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "StopReplicationToReplica": {},
    "ListResourcePolicies": {},
}
LIST_ENTRY = {"ARN": ARN_A, "Name": "a", "CreatedDate": At(), "LastChangedDate": At(1), "DeletedDate": At()}
VERSION = {"VersionId": T1, "CreatedDate": At(), "KmsKeyIds": ["DefaultEncryptionKey"], "VersionStages": ["AWSCURRENT"]}

ROWS = filled([
    delete("no option", R, {}, window(30), then=30),
    delete("by ARN", R, {"SecretId": ARN_A}, window(30), then=30),
    delete("window 7", R, {"RecoveryWindowInDays": 7}, window(7), then=7),
    delete("window 30", R, {"RecoveryWindowInDays": 30}, window(30), then=30),
    delete("window, force false", V, {"RecoveryWindowInDays": 8, "ForceDeleteWithoutRecovery": False}, window(8), then=8),
    delete("force, active", R, FORCE, window(0), then="N"),
    delete("force, scheduled", R, FORCE, window(0), given=scheduled, then="N"),
    delete("force, by name, nothing there", V, FORCE, window(0), given=lambda world: None, then="N"),
    delete("force, by ARN, nothing there", D, {**FORCE, "SecretId": ARN_A}, {**window(0), "ARN": ARN_A}, given=forced,
           then="N", source=sources.DELETION_FORCE),
    delete("force, purged", D, FORCE, named(DeletionDate=At(7 * DAY)), given=purged, then="N", timed=True,
           source=sources.DELETION_FORCE),
    delete("nothing there", D, {}, NOT_FOUND, given=lambda world: None),
    delete("purged", D, {}, NOT_FOUND, given=purged, timed=True),
    delete("again", D, {}, replace(MARKED, text_is_inferred=True), given=scheduled, then=7,
           source=sources.DELETION_INVALID_REQUEST),
    *[delete(f"window {days}", F, {"RecoveryWindowInDays": days}, NO_WINDOW, then="A",
             source=sources.DELETION_WINDOW_TEXT) for days in (0, 6, 31)],
    delete("window with force", F, {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}, NOT_BOTH, then="A",
           source=sources.DELETION_CONJUNCTION),
    delete("window 0 with force: the range is checked first", F,
           {"RecoveryWindowInDays": 0, "ForceDeleteWithoutRecovery": True}, NO_WINDOW, then="A",
           source=sources.DELETION_WINDOW_TEXT),
    *[delete(f"a primary with replicas{how}", F, more,
             Refused("InvalidParameterException",
                     f"You can't delete secret {{arn}} that still has replica regions [{FURTHER}, {AWAY}]."),
             given=replicated, then="A", source=sources.DELETION_PRIMARY)
      for how, more in (("", {}), (", by ARN", {"SecretId": ARN_A}), (", force", FORCE))],
    *[Row("DeleteSecret", f"a replica{how}", F, {"SecretId": "a", **more}, AT_A_REPLICA, given=replicated, region=AWAY,
          afterwards=still_there, source=sources.DELETION_REPLICA)
      for how, more in (("", {}), (", with a window", {"RecoveryWindowInDays": 7}), (", force", FORCE))],
    delete("force again while the removal runs", D, FORCE, window(0), given=forced, options=SLOW_FORCE, then=0,
           source=sources.DELETION_FORCE),
    delete("force at the date: the removal is under way already", I, FORCE, named(DeletionDate=At(7 * DAY)),
           given=steps(scheduled, later(days=7)), options=SLOW, then=7, timed=True),
    delete("again after the date, not yet purged", D, {}, replace(MARKED, text_is_inferred=True),
           given=steps(scheduled, later(days=7)), options=SLOW, timed=True, source=sources.DELETION_INVALID_REQUEST),
    Row("RestoreSecret", "scheduled", R, {"SecretId": "a"}, named(), given=scheduled, afterwards=readable),
    Row("RestoreSecret", "1 ms before the date", D, {"SecretId": "a"}, named(), afterwards=readable, timed=True,
        given=steps(scheduled, later(days=6, hours=23, minutes=59, seconds=59.999)), source=sources.DELETION_REFERENCE),
    Row("RestoreSecret", "at the date, purged at once", I, {"SecretId": "a"}, NOT_FOUND, given=purged, timed=True),
    Row("RestoreSecret", "after the date, not yet purged", I, {"SecretId": "a"}, DELETED, options=SLOW, timed=True,
        given=steps(scheduled, later(days=7))),
    Row("RestoreSecret", "forced, removal running", I, {"SecretId": "a"}, DELETED, options=SLOW_FORCE, given=forced),
    Row("RestoreSecret", "active", I, {"SecretId": "a"}, named(), given=a, afterwards=readable),
    Row("RestoreSecret", "nothing there", D, {"SecretId": "a"}, NOT_FOUND),
    Row("DescribeSecret", "scheduled: DeletedDate is the instant of the request", R, {"SecretId": "a"},
        {**LIST_ENTRY, "VersionIdsToStages": {T1: ["AWSCURRENT"]}}, given=scheduled,
        source=sources.DELETION_DELETED_DATE),
    Row("DescribeSecret", "after the date, not yet purged", I, {"SecretId": "a"},
        {**LIST_ENTRY, "VersionIdsToStages": {T1: ["AWSCURRENT"]}}, given=steps(scheduled, later(days=7)), options=SLOW,
        timed=True),
    Row("DescribeSecret", "forced, removal running", I, {"SecretId": "a"},
        {**LIST_ENTRY, "VersionIdsToStages": {T1: ["AWSCURRENT"]}}, given=forced, options=SLOW_FORCE),
    Row("DescribeSecret", "purged", D, {"SecretId": "a"}, NOT_FOUND, given=purged, timed=True),
    Row("DescribeSecret", "scheduled: rotation is off", R, {"SecretId": "a"},
        no_longer_rotating(DeletedDate=At(), LastChangedDate=At(6)), given=rotating, source=sources.DELETION_ROTATION),
    Row("DescribeSecret", "restored: rotation stays off", I, {"SecretId": "a"},
        no_longer_rotating(LastChangedDate=At(7)), given=steps(rotating, call("RestoreSecret", SecretId="a")),
        afterwards=never_rotates, timed=True),
    Row("ListSecretVersionIds", "scheduled", D, {"SecretId": "a"}, named(Versions=[VERSION]), given=scheduled),
    Row("ListSecrets", "scheduled: hidden", D, {}, {"SecretList": []}, given=scheduled, source=sources.DELETION_PLANNED),
    Row("ListSecrets", "IncludePlannedDeletion", R, {"IncludePlannedDeletion": True},
        {"SecretList": [{**LIST_ENTRY, "SecretVersionsToStages": {T1: ["AWSCURRENT"]}}]}, given=scheduled,
        source=sources.DELETION_DELETED_DATE),
    Row("GetSecretValue", "after the date, not yet purged", I, {"SecretId": "a"}, MARKED, options=SLOW, timed=True,
        given=steps(scheduled, later(days=7))),
    Row("GetResourcePolicy", "scheduled", F, {"SecretId": "a"}, MARKED, given=scheduled, source=sources.DELETION_MARKED),
    Row("TagResource", "scheduled", R, {"SecretId": "a", "Tags": [{"Key": "k", "Value": "v"}]}, MARKED, given=scheduled),
    Row("UntagResource", "scheduled", R, {"SecretId": "a", "TagKeys": ["k"]}, MARKED, given=scheduled),
    *[Row(operation, "in the window", I if operation.startswith("List") else D, {"SecretId": "a", **more}, MARKED,
          given=scheduled,
          source="" if operation.startswith("List") else sources.DELETION_INVALID_REQUEST)
      for operation, more in CHANGES.items()],
    Row("CreateSecret", "while a forced removal runs", F, {"Name": "a"}, SCHEDULED, given=forced, options=SLOW_FORCE,
        source=sources.DELETION_ASYNCHRONOUS),
    Row("CreateSecret", "once a forced removal is over", R,
        {"Name": "a", "SecretString": "x", "ClientRequestToken": T2}, named(VersionId=T2), options=SLOW_FORCE,
        given=steps(forced, later(seconds=90)), timed=True),
    Row("CreateSecret", "after the date, not yet purged", I, {"Name": "a"}, SCHEDULED, options=SLOW, timed=True,
        given=steps(scheduled, later(days=7))),
], {**USUAL, R: sources.DELETION_RECORDED})  # fmt: skip
