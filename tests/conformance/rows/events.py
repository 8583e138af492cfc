"""Events: CloudTrail's of a rotation that a new value abandons, and EventBridge's of attached labels."""

from __future__ import annotations

from ..sources import CLOUDTRAIL, EVENTBRIDGE, filled
from ..table import D, FUNCTION, HERE, I, T1, T2, T3, T4, Row, a, call, empty, labels, move, named, put, steps

ROTATE = {"SecretId": "a", "RotationLambdaARN": FUNCTION, "ClientRequestToken": T2}
THREE = {"SecretId": "a", "SecretString": "three", "ClientRequestToken": T3}
TOLD_OF_LABELS = "Secret Label Updated"
CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
AT_ONCE = "createSecret setSecret testSecret finishSecret"


def rotating_by(function):
    """Return a step that registers a rotation function."""
    return lambda world: world.fake.rotation_function(FUNCTION, lambda event, context: function(world, event))


def fail(world, event):
    """Fail in the second step."""
    if event["Step"] == "setSecret":
        raise RuntimeError("no database")


def put_another(world, event):
    """Put a value with another token in the second step."""
    if event["Step"] == "setSecret":
        put(T3)(world)


failed = steps(a, rotating_by(fail), call("RotateSecret", **ROTATE))
cancelled = steps(failed, call("CancelRotateSecret", SecretId="a"))


def ended(*names):
    """Return a check of the events of rotations, all of the same version."""

    def check(world):
        found = [event for event in world.fake.events if event.name.startswith("Rotation")]
        assert [event.name.removeprefix("Rotation") for event in found] == list(names)
        assert {(event.secret, event.detail["versionId"]) for event in found} == {(world.arn("a"), T2)}

    return check


def steps_run(names):
    """Return a check of the steps that a rotation function was called for."""

    def check(world):
        assert [rotation.step for rotation in world.fake.rotations] == names.split()

    return check


def rotates_again(world):
    """Find that the rotation is over: another one may begin."""
    world.fake.rotation_function(FUNCTION, lambda event, context: None)
    world.call("RotateSecret", SecretId="a", RotationLambdaARN=FUNCTION, ClientRequestToken=T4)


def labels_updated(*expected):
    """Return a check of EventBridge's events: pairs of a label and a version."""

    def check(world):
        events = [event for event in world.fake.events if event.name == TOLD_OF_LABELS]
        details = [{"name": "a", "labelUpdated": label, "versionId": version} for label, version in expected]
        assert [dict(event.detail) for event in events] == details
        assert all(event.secret == world.fake.secret("a").arn and event.region == HERE for event in events)

    return check


def label_events(operation, case, call, members, *expected, given=a, evidence=D):
    """Return a row that checks EventBridge's events of labels since the creation of the secret."""
    return Row(operation, f"EventBridge: {case}", evidence, call, named(**members), given=given,
               afterwards=labels_updated(*expected), source=EVENTBRIDGE if evidence == D else "")  # fmt: skip


def moved(label, source=None, target=None):
    """Return the parameters of a move."""
    ids = {"VersionStage": label, "RemoveFromVersionId": source, "MoveToVersionId": target}
    return {"SecretId": "a", **{name: value for name, value in ids.items() if value}}


def shown(*stages):
    """Return the members of an answer to PutSecretValue of version 3."""
    return {"VersionId": T3, "VersionStages": list(stages)}


ROWS = filled([
    Row("PutSecretValue", "a rotation that is not complete is abandoned", D, THREE, named(**shown(CURRENT)), given=failed,
        afterwards=steps(labels(v1=PREVIOUS, v2="", v3=CURRENT), ended("Started", "Failed", "Abandoned"), rotates_again)),
    Row("PutSecretValue", "a rotation that is not complete is abandoned for a custom label", D,
        {**THREE, "VersionStages": ["X"]}, named(**shown("X")), given=failed,
        afterwards=steps(labels(v1=CURRENT, v2="", v3="X"), ended("Started", "Failed", "Abandoned"), rotates_again)),
    Row("PutSecretValue", "a rotation that is not complete is abandoned for another AWSPENDING", D,
        {**THREE, "VersionStages": [PENDING]}, named(**shown(PENDING)), given=failed,
        afterwards=steps(labels(v1=CURRENT, v2="", v3=PENDING), ended("Started", "Failed", "Abandoned"))),
    Row("PutSecretValue", "the rotation's own value does not abandon it", I, {**THREE, "ClientRequestToken": T2},
        named(VersionId=T2, VersionStages=[PENDING, CURRENT]), given=failed,
        afterwards=steps(labels(v1=PREVIOUS, v2=f"{CURRENT} {PENDING}"), ended("Started", "Failed"))),
    Row("PutSecretValue", "a cancelled rotation is not abandoned", I, THREE, named(**shown(CURRENT)), given=cancelled,
        afterwards=steps(labels(v1=PREVIOUS, v2=PENDING, v3=CURRENT), ended("Started", "Failed"))),
    Row("PutSecretValue", "an AWSPENDING that no rotation made is left alone", I, THREE, named(**shown(CURRENT)),
        given=steps(a, put(T2, PENDING)), afterwards=labels(v1=PREVIOUS, v2=PENDING, v3=CURRENT)),
    Row("UpdateSecret", "a rotation that is not complete is abandoned", D, THREE, named(VersionId=T3), given=failed,
        afterwards=steps(labels(v1=PREVIOUS, v2="", v3=CURRENT), ended("Started", "Failed", "Abandoned"), rotates_again)),
    Row("UpdateSecret", "a description leaves a rotation alone", I, {"SecretId": "a", "Description": "d"}, named(),
        given=failed, afterwards=steps(labels(v1=CURRENT, v2=PENDING), ended("Started", "Failed"))),
    Row("RotateSecret", "a new value while the function runs: abandoned, no further step", D, ROTATE, named(VersionId=T2),
        given=steps(a, rotating_by(put_another)),
        afterwards=steps(labels(v1=PREVIOUS, v2="", v3=CURRENT), ended("Started", "Abandoned"),
                         steps_run("createSecret setSecret"), rotates_again)),
    label_events("CreateSecret", "nothing of the first AWSCURRENT", {"Name": "a", "SecretString": "one", "ClientRequestToken": T1},
            {"VersionId": T1}, given=lambda world: None, evidence=I),
    label_events("PutSecretValue", "the first AWSCURRENT", THREE, shown(CURRENT), (CURRENT, T3), given=empty),
    label_events("PutSecretValue", "AWSCURRENT, and nothing of AWSPREVIOUS", THREE, shown(CURRENT), (CURRENT, T3)),
    label_events("PutSecretValue", "custom labels, and nothing of AWSPENDING", {**THREE, "VersionStages": ["X", PENDING, "Y"]},
            shown("X", PENDING, "Y"), ("X", T3), ("Y", T3)),
    label_events("UpdateSecret", "AWSCURRENT", THREE, {"VersionId": T3}, (CURRENT, T3)),
    label_events("UpdateSecretVersionStage", "AWSCURRENT moved", moved(CURRENT, T1, T2), {}, ("X", T2), (CURRENT, T2),
            given=steps(a, put(T2, "X", PENDING))),
    label_events("UpdateSecretVersionStage", "a custom label moved", moved("X", T2, T1), {}, ("X", T2), ("X", T1),
            given=steps(a, put(T2, "X"))),
    label_events("UpdateSecretVersionStage", "nothing of AWSPENDING and AWSPREVIOUS", moved(PREVIOUS, T1, T3), {},
            (CURRENT, T2), ("X", T3), given=steps(a, put(T2), put(T3, "X"), move(PENDING, None, T3))),
    label_events("UpdateSecretVersionStage", "nothing of a removed label", moved("X", T2), {}, ("X", T2),
            given=steps(a, put(T2, "X")), evidence=I),
], {D: CLOUDTRAIL})  # fmt: skip
