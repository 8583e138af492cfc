"""RotateSecret and CancelRotateSecret, and what a rotation function does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from .records import CURRENT, PENDING, Held, HeldVersion, Refused, Request, Schedule, Turn, named
from .store import MOST_LABELS, Store, put, stamp

ALL_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST_STEP = ("testSecret",)
NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
NOT_INVOKABLE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
    "the principal secretsmanager.amazonaws.com."
)


class Rotation:
    """The rotation functions that are there."""

    def __init__(self) -> None:
        #: Rotation functions by ARN: the step in which each raises, or None.
        self.functions: dict[str, str | None] = {}

    def rotate_secret(self, store: Store, request: Request) -> dict[str, Any]:
        """RotateSecret."""
        held, token = store.primary(request), request.get("ClientRequestToken")
        if request.get("RotationLambdaARN", f":::{held.region}:").split(":")[3] != held.region:
            raise Refused("InvalidParameterException")
        before = held.schedule or Schedule()
        function = request.get("RotationLambdaARN", before.function)
        if function is None:
            raise Refused("InvalidRequestException", NO_FUNCTION)
        if function not in self.functions:
            raise Refused("AccessDeniedException", NOT_INVOKABLE)
        if held.unfinished() is not None:
            raise Refused("InvalidRequestException")
        if token in held.rotated_to:
            return named(held, VersionId=token)
        if held.version(token) is not None:
            raise Refused("InvalidRequestException")
        if not has_room(held):
            raise Refused("InvalidRequestException")
        days = request.get("RotationRules", {}).get("AutomaticallyAfterDays", before.days)
        held.schedule = Schedule(function, days)
        held.schedule.plan(request.at)
        immediately, current = request.get("RotateImmediately", True), held.holder(CURRENT)
        tried = None if immediately or current is None else current.value
        add_pending(store, held, token, request.at, tried)
        steps = ALL_STEPS if immediately else TEST_STEP
        if immediately:
            begin(held, token)
        request.afterwards.append(Turn(held, token, steps, request.at, request.at))
        return named(held, VersionId=token)


def begin(held: Held, token: str) -> None:
    """Note that a rotation is to complete a version."""
    held.to_complete.add(token)
    held.abandoned.discard(token)


def has_room(held: Held) -> bool:
    """Return whether the version of a rotation may hold its label."""
    probe = copy.deepcopy(held)
    put(probe, "the version of a rotation", "", [PENDING], 0)
    return probe.labels() <= MOST_LABELS


def add_pending(store: Store, held: Held, token: str, at: int, value: str | bytes | None = None) -> None:
    """Begin a rotation: a version that is AWSPENDING."""
    with store.change(held, at):
        version = HeldVersion(token, at, value, key=held.key)
        held.versions.append(version)
        held.attach(version, [PENDING])


def cancel_rotate_secret(store: Store, request: Request) -> dict[str, Any]:
    """CancelRotateSecret: no replica has a part in it."""
    held = store.primary(request)
    if held.schedule is None:
        raise Refused("InvalidRequestException")
    stamp(held, request.at)
    held.schedule.turn_off()
    unfinished = held.unfinished()
    if unfinished is not None:
        held.to_complete.discard(unfinished.id)
    return named(held) if unfinished is None else named(held, VersionId=unfinished.id)


def rotate_like_the_template(call: Callable[..., dict[str, Any]], arn: str, step: str, token: str) -> None:
    """Do what AWS's template of a rotation function does in one step; `call` raises Refused."""
    if step == "createSecret":
        call("GetSecretValue", SecretId=arn)
        try:
            call("GetSecretValue", SecretId=arn, VersionId=token, VersionStage=PENDING)
        except Refused as refused:
            if refused.code != "ResourceNotFoundException":
                raise
            value = {"SecretString": f"rotated {token}", "VersionStages": [PENDING]}
            call("PutSecretValue", SecretId=arn, ClientRequestToken=token, **value)
    elif step == "testSecret":
        call("GetSecretValue", SecretId=arn, VersionId=token, VersionStage=PENDING)
    elif step == "finishSecret":
        stages = call("DescribeSecret", SecretId=arn)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if CURRENT in labels)
        if current != token:
            move = {"VersionStage": CURRENT, "RemoveFromVersionId": current, "MoveToVersionId": token}
            call("UpdateSecretVersionStage", SecretId=arn, **move)
