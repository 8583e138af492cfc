"""Staging labels under Put, Update and UpdateSecretVersionStage."""

from __future__ import annotations

from dataclasses import replace

from ..sources import QUOTAS, STAGING_ASSERTED, STAGING_RECORDED, STAGING_SEEN, DELETION_INVALID_REQUEST, model, filled
from ..table import (
    D, F, FUNCTION, I, MARKED, NOT_FOUND, R, T1, T2, T3, T4, V, Refused, Row, a, empty, labels, move, named, put,
    scheduled, steps,
)  # fmt: skip

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"


def step(case, given, operation, call, evidence=R, source="", **expected):
    """Return a row that checks only the labels afterwards."""
    version = call.get("ClientRequestToken")
    members = {"VersionId": version} if version else {}
    if operation == "PutSecretValue":
        members["VersionStages"] = call.get("VersionStages", [CURRENT])
    return Row(operation, case, evidence, {"SecretId": "a", **call}, named(**members), given=given,
               afterwards=labels(**expected), source=source)  # fmt: skip


def new(token, *stages):
    """Return the parameters of a Put."""
    return {"ClientRequestToken": token, "SecretString": token, **({"VersionStages": list(stages)} if stages else {})}


def moved(label, source=None, target=None):
    """Return the parameters of a move."""
    ids = {"VersionStage": label, "RemoveFromVersionId": source, "MoveToVersionId": target}
    return {name: value for name, value in ids.items() if value}


STAGE, PUT, UPDATE = "UpdateSecretVersionStage", "PutSecretValue", "UpdateSecret"
PROMOTED = steps(a, put(T2, PENDING), move(CURRENT, T1, T2))
MANY = [f"label{number}" for number in range(20)]
HALVES = steps(a, put(T2, *MANY[:9]), put(T3, *MANY[9:18]))  # with AWSCURRENT, 19 labels on three versions
FULL = steps(HALVES, move("last", None, T1))
FULL_WITH_PREVIOUS = steps(a, put(T2), put(T3, *MANY[:18]))
NO_ROOM = Refused("LimitExceededException", "A secret can have at most 20 staging labels.", code_is_inferred=True)


def refused(case, evidence, call, code, text, given=a, source="", code_is_inferred=False):
    """Return a row for a move that AWS refuses."""
    refusal = Refused(code, text, code_is_inferred=code_is_inferred)
    return Row(STAGE, case, evidence, {"SecretId": "a", **call}, refusal, given=given, source=source)


def no_room(operation, case, call, given=FULL, evidence=D):
    """Return a row for a label too many."""
    return Row(operation, case, evidence, {"SecretId": "a", **call}, NO_ROOM, given=given,
               source=QUOTAS if evidence == D else "")  # fmt: skip


ROWS = filled([
    step("v1[CUR]: new value", a, PUT, new(T2), v1=PREVIOUS, v2=CURRENT),
    step("v1[PREV] v2[CUR]: new value", steps(a, put(T2)), PUT, new(T3), v1="", v2=PREVIOUS, v3=CURRENT),
    step("v1[PREV] v2[CUR]: new value by UpdateSecret", steps(a, put(T2)), UPDATE, new(T3), v1="", v2=PREVIOUS,
         v3=CURRENT),
    step("v1[CUR]: Put [AWSPENDING]", a, PUT, new(T2, PENDING), v1=CURRENT, v2=PENDING),
    step("v1[CUR] v2[PENDING]: move AWSCURRENT", steps(a, put(T2, PENDING)), STAGE, moved(CURRENT, T1, T2),
         v1=PREVIOUS, v2=f"{CURRENT} {PENDING}"),
    step("v1[PREV] v2[CUR,PENDING]: Put, no stages", PROMOTED, PUT, new(T3), v1="", v2=PREVIOUS, v3=CURRENT),
    step("v1[PREV] v2[CUR,PENDING]: Put [AWSPENDING]", PROMOTED, PUT, new(T3, PENDING), v1=PREVIOUS, v2=CURRENT,
         v3=PENDING),
    step("v2[CUR] v3[PENDING]: move AWSCURRENT", steps(PROMOTED, put(T3, PENDING)), STAGE, moved(CURRENT, T2, T3),
         v1="", v2=PREVIOUS, v3=f"{CURRENT} {PENDING}"),
    step("labels that begin with AWS are legal", steps(a, put(T2, "AWSSOMETHING", PENDING, "PUT1")), STAGE,
         moved(CURRENT, T1, T2), v1=PREVIOUS, v2=f"{CURRENT} AWSSOMETHING {PENDING} PUT1"),
    step("custom labels stay", steps(a, put(T2, CURRENT, "X", "PUT1"), put(T3, PENDING, "PUT2")), STAGE,
         moved(CURRENT, T2, T3), v1="", v2=f"{PREVIOUS} X PUT1", v3=f"{CURRENT} {PENDING} PUT2"),
    step("v1[CUR]: Put [AWSCURRENT,PUT0]", a, PUT, new(T2, CURRENT, "PUT0"), v1=PREVIOUS, v2=f"{CURRENT} PUT0"),
    step("v2[PREV,PUT0] v3[CUR] v4: move AWSCURRENT", steps(a, put(T2, CURRENT, "PUT0"), put(T3), put(T4, "X")), STAGE,
         moved(CURRENT, T3, T4), v1="", v2="PUT0", v3=PREVIOUS, v4=f"{CURRENT} X"),
    step("Put takes all labels of another", steps(a, put(T2, "one", "two", "three")), PUT,
         new(T3, "one", "two", "three", "four"), v1=CURRENT, v2="", v3="one two three four"),
    step("Put takes some labels of another", steps(a, put(T2, "one", "two", "three")), PUT,
         new(T3, "one", "two", "four"), v1=CURRENT, v2="three", v3="one two four"),
    step("RemoveFromVersionId only", steps(a, put(T2, PENDING)), STAGE, moved(PENDING, T2), v1=CURRENT, v2=""),
    step("MoveToVersionId only, label new", a, STAGE, moved("X", None, T1), I, v1=f"{CURRENT} X"),
    step("moved to where it is", a, STAGE, moved(CURRENT, None, T1), I, v1=CURRENT),
    step("moved to where it is: AWSPREVIOUS stays", steps(a, put(T2)), STAGE, moved(CURRENT, None, T2), I, v1=PREVIOUS,
         v2=CURRENT),
    step("v1[PREV] v2[CUR]: move AWSCURRENT back", steps(a, put(T2)), STAGE, moved(CURRENT, T2, T1), D, model(STAGE), v1=CURRENT,
         v2=PREVIOUS),
    step("v1[CUR]: Put [AWSCURRENT,AWSPREVIOUS]", a, PUT, new(T2, CURRENT, PREVIOUS), I, v1="",
         v2=f"{CURRENT} {PREVIOUS}"),
    step("twenty labels", empty, PUT, new(T2, CURRENT, *MANY[:19]), D, QUOTAS, v2=" ".join([CURRENT, *MANY[:19]])),
    refused("AWSCURRENT without RemoveFromVersionId", V, moved(CURRENT, None, T2), "InvalidParameterException",
            "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to "
            f"version {T1}, so you must explicitly reference that version in RemoveFromVersionId.",
            steps(a, put(T2, PENDING))),
    refused("RemoveFromVersionId is not the holder", D, moved(CURRENT, T2, T1), "InvalidParameterException",
            f"Staging label AWSCURRENT is not attached to version {T2}.", steps(a, put(T2, PENDING)),
            model("UpdateSecretVersionStageRequest", "RemoveFromVersionId"), code_is_inferred=True),
    refused("no version holds the label to remove", I, moved("X", T1), "InvalidParameterException",
            f"Staging label X is not attached to version {T1}."),
    refused("neither version", I, moved("X"), "InvalidParameterException",
            "You must specify RemoveFromVersionId, MoveToVersionId, or both."),
    refused("AWSCURRENT removed", F, moved(CURRENT, T1), "InvalidParameterException",
            "You can only move staging label AWSCURRENT to a different secret version. It can\N{RIGHT SINGLE QUOTATION MARK}t "
            "be completely removed."),
    refused("unknown version", I, moved("X", None, T2), "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {T2}"),
    refused("unknown version to remove from", I, moved("X", T2, T1), "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {T2}"),
    step("the twentieth label of all versions", HALVES, STAGE, moved("X", None, T1), D, QUOTAS, v1=f"{CURRENT} X",
         v2=" ".join(MANY[:9]), v3=" ".join(MANY[9:18])),
    no_room(STAGE, "a twenty-first label, on whichever version", moved("X", None, T2)),
    no_room(PUT, "a twenty-first label, on a version of its own", new(T4, "X")),
    no_room(PUT, "a twenty-first label, AWSPREVIOUS", new(T4), evidence=I),
    no_room(UPDATE, "a twenty-first label, AWSPREVIOUS", new(T4), evidence=I),
    no_room(PUT, "twenty labels beside AWSCURRENT", new(T2, *MANY), given=a),
    Row("RotateSecret", "a twenty-first label, AWSPENDING", I,
        {"SecretId": "a", "RotationLambdaARN": FUNCTION, "ClientRequestToken": T4},
        replace(NO_ROOM, code="InvalidRequestException"), given=FULL),
    Row("RotateSecret", "a twenty-first label, AWSPENDING, beside AWSPREVIOUS", I,
        {"SecretId": "a", "RotationLambdaARN": FUNCTION, "ClientRequestToken": T4},
        replace(NO_ROOM, code="InvalidRequestException"), given=FULL_WITH_PREVIOUS),
    step("twenty labels: one of them moved", FULL, STAGE, moved("label0", T2, T3), D, QUOTAS, v1=f"{CURRENT} last",
         v2=" ".join(MANY[1:9]), v3=" ".join(MANY[9:18]) + " label0"),
    Row(STAGE, "unknown secret", R, {"SecretId": "b", "VersionStage": "X", "MoveToVersionId": T1}, NOT_FOUND),
    Row(STAGE, "scheduled for deletion", D, {"SecretId": "a", "VersionStage": "X", "MoveToVersionId": T1}, MARKED,
        given=scheduled, source=DELETION_INVALID_REQUEST),
], {R: STAGING_RECORDED, V: STAGING_ASSERTED, F: STAGING_SEEN})  # fmt: skip
