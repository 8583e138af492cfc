"""RotateSecret and CancelRotateSecret: setting up a rotation, and starting or stopping it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import errors, names
from ..model import ALL_STEPS, CURRENT, PENDING, TEST_STEP, RotationSetup, SecretRecord, Turn, VersionRecord
from ..request import Outcome
from .lookup import find_primary, named
from .managed import rotate_by_owner
from .replication import sync_replicas
from .rotation_dates import check_rules, planned, turned_off
from .staging import TOO_MANY_LABELS, add, has_room_for_version, pending_version
from .values import token_in_use

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store, Vault

NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
NOT_INVOKABLE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
    "the principal secretsmanager.amazonaws.com."
)
IN_PROGRESS = "A previous rotation isn't complete. That rotation will be reattempted."
BAD_FUNCTION = (
    "Invalid rotation Lambda ARN. Ensure the ARN matches format "
    "arn:aws:lambda:<region>:<account>:function:<functionName>."
)
_LAMBDA_NAME = re.compile(r"\d{12}:function:[\w-]+(:[\w$-]+)?", re.ASCII)


def rotate_secret(store: Store, request: Request) -> Outcome:
    """Set up what is given, and start a rotation; without RotateImmediately, test the function alone."""
    secret = find_primary(store, request)
    _check_function(request)
    setup = _new_setup(secret, request)
    function = setup.function_arn or setup.external_role_arn
    if function is None and secret.owning_service is None:
        raise errors.invalid_request(NO_FUNCTION)
    if function is not None and not store.vault.rotations.has_stand_in(function):
        raise errors.access_denied(NOT_INVOKABLE)
    token = request["ClientRequestToken"]
    refuse_rotation_in_progress(secret)
    if store.vault.rotations.has_begun(secret.arn, token):
        return Outcome(named(secret, VersionId=token))  # repeated with the same token: nothing starts twice (inferred)
    if secret.version(token) is not None:
        refusal = token_in_use(token, secret)
        raise errors.invalid_request(refusal.message)  # the model declares no ResourceExistsException for it
    immediately = request.get("RotateImmediately", True)
    if (function or immediately) and not has_room(secret, function):
        raise errors.invalid_request(TOO_MANY_LABELS)  # inferred; the model declares no LimitExceededException for it
    if function is None:
        return _rotate_managed(store, secret, planned(setup, request.at), request, immediately=immediately)
    tried = None if immediately else secret.current
    secret = start(store, secret, token, request.at, tried, rotation=planned(setup, request.at))
    steps = ALL_STEPS if immediately else TEST_STEP
    turn = store.vault.rotations.register(Turn(secret.arn, token, function, steps, request.at))
    return Outcome(named(secret, VersionId=token), turn)


def _rotate_managed(
    store: Store, secret: SecretRecord, setup: RotationSetup, request: Request, *, immediately: bool
) -> Outcome:
    """Let the service that owns a secret rotate it, or only store the rules."""
    token = request["ClientRequestToken"]
    turn = None
    if immediately:
        turn = rotate_by_owner(store, secret, token, request.at, rotation=setup)
    else:
        store.vault.change(secret, request.at, rotation=setup)
    return Outcome(named(secret, VersionId=token), turn)


def cancel_rotate_secret(store: Store, request: Request) -> dict[str, Any]:
    """Turn rotation off; a version left AWSPENDING stays, and is named (documentation)."""
    secret = find_primary(store, request)
    if secret.rotation is None:
        raise errors.invalid_request(NO_FUNCTION)  # text inferred
    store.vault.change(secret, request.at, rotation=turned_off(secret.rotation))
    pending = pending_version(secret)
    if pending is None:
        return named(secret)
    store.vault.rotations.call_off(secret.arn, pending.version_id)
    return named(secret, VersionId=pending.version_id)


def start(
    store: Store, secret: SecretRecord, token: str, at: int, tried: VersionRecord | None = None, **changes: Any
) -> SecretRecord:
    """Give the secret its new version: AWSPENDING, and without a value (asserted against AWS).

    If the function is only tested, the version has the current value: AWS's own rotation functions log in with
    the version's value in testSecret (inferred).
    """
    fresh = VersionRecord(token, at, tried.value if tried else None, kms_key_id=secret.kms_key_id)
    started = store.vault.change(secret, at, versions=add(secret.versions, fresh, [PENDING]), **changes)
    sync_replicas(store.vault, started, at)
    return started


def finish(vault: Vault, turn: Turn, ended: int, *, succeeded: bool) -> None:
    """Record the end of a rotation; after a test of the function, remove the version that it was run on.

    The version goes as the documentation of RotateImmediately says. Windows that passed while the function ran are
    missed: the next one follows the end of the rotation (inferred).
    """
    secret = vault.by_arn(turn.arn)
    if secret is None:
        return
    if turn.is_test:
        secret = vault.touch(secret, versions=secret.versions.without({turn.token}))
        sync_replicas(vault, secret, turn.due)
    elif succeeded:
        secret = vault.change(secret, ended, last_rotated=ended)
    setup = secret.rotation
    if setup is not None and setup.opens is not None and turn.due < ended >= setup.opens:
        vault.touch(secret, rotation=planned(setup, ended))


def refuse_rotation_in_progress(secret: SecretRecord) -> None:
    """Refuse to rotate while AWSPENDING is on another version than AWSCURRENT (documentation; the text is seen)."""
    if pending_version(secret) is not None:
        raise errors.invalid_request(IN_PROGRESS)


def has_room(secret: SecretRecord, function: str | None) -> bool:
    """Return whether the version of a rotation may hold its label: AWSPENDING, or AWSCURRENT where no function runs."""
    return has_room_for_version(secret.versions, PENDING if function else CURRENT)


def _check_function(request: Request) -> None:
    """Refuse what is no ARN of a Lambda function of this region and partition (the text is seen, the code inferred).

    The function may be of another account, and its ARN may name a version or an alias of it (inferred).
    """
    arn = request.get("RotationLambdaARN")
    head = f"arn:{names.partition_of(request.region)}:lambda:{request.region}:"
    if arn and not (arn.startswith(head) and _LAMBDA_NAME.fullmatch(arn[len(head) :])):
        raise errors.invalid_parameter(BAD_FUNCTION)


def _new_setup(secret: SecretRecord, request: Request) -> RotationSetup:
    """Return the setup that follows from the old one and what the request gives."""
    held = secret.rotation or RotationSetup(enabled=True, function_arn=None, rules={})
    rules = request.get("RotationRules")
    if rules:
        check_rules(rules)
    metadata = request.get("ExternalSecretRotationMetadata")
    return replace(
        held,
        enabled=True,
        function_arn=request.get("RotationLambdaARN") or held.function_arn,
        rules=rules or held.rules,
        external_metadata=held.external_metadata if metadata is None else tuple(metadata),
        external_role_arn=request.get("ExternalSecretRotationRoleArn", held.external_role_arn),
    )
