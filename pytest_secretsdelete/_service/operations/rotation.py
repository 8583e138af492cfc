"""RotateSecret and CancelRotateSecret: setting up a rotation, and starting or stopping it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import errors
from ..model import CURRENT, PENDING, RotationSetup, Secret, Version
from ..request import Request, find_primary, named
from ..rotation_run import ALL_STEPS, TEST_STEP, Turn, claim, run
from .replication import sync_replicas
from .rotation_dates import check_rules, planned
from .staging import attach
from .values import token_in_use

if TYPE_CHECKING:
    from ..store import Store, Vault

NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
NOT_INVOKABLE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
    "the principal secretsmanager.amazonaws.com."
)
IN_PROGRESS = "A previous rotation isn't complete. That rotation will be reattempted."  # inferred


def rotate_secret(store: Store, request: Request) -> dict[str, Any]:
    """Set up what is given, and start a rotation; without RotateImmediately, test the function alone."""
    secret = find_primary(store, request)
    setup = _new_setup(secret, request)
    function = setup.function_arn or setup.external_role_arn
    if function is None:
        raise errors.invalid_request(NO_FUNCTION)
    if function not in store.vault.rotation_functions:
        raise errors.access_denied(NOT_INVOKABLE)
    token = request["ClientRequestToken"]
    refuse_rotation_in_progress(secret)
    if any(one.secret == secret.arn and one.version_id == token for one in store.vault.timeline.rotations):
        return named(secret, VersionId=token)  # asked again with the same token: nothing starts twice (inferred)
    if secret.version(token) is not None:
        refusal = token_in_use(token, secret)
        raise errors.invalid_request(refusal.message)  # the model declares no ResourceExistsException for it
    immediately = request.get("RotateImmediately", True)
    tried = None if immediately else secret.current
    secret = start(store, secret, token, request.at, tried, rotation=planned(setup, request.at))
    steps = ALL_STEPS if immediately else TEST_STEP
    turn = claim(store.vault, Turn(secret.arn, token, function, steps, request.at))
    request.afterwards.append(lambda: run(store.vault, turn) if immediately else _try_out(store.vault, turn))
    return named(secret, VersionId=token)


def cancel_rotate_secret(store: Store, request: Request) -> dict[str, Any]:
    """Turn rotation off; a version left AWSPENDING stays, and is named (documentation)."""
    secret = find_primary(store, request)
    if secret.rotation is None:
        raise errors.invalid_request(NO_FUNCTION)  # text inferred
    off = replace(secret.rotation, enabled=False, opens=None, closes=None)
    store.vault.change(secret, request.at, rotation=off)
    pending = pending_version(secret)
    return named(secret) if pending is None else named(secret, VersionId=pending.version_id)


def start(store: Store, secret: Secret, token: str, at: int, tried: Version | None = None, **changes: Any) -> Secret:
    """Give the secret its new version: AWSPENDING, and without a value (asserted against AWS).

    Where the function is only tried out, the version has the value of the one to try it on: AWS's own rotation
    functions log in with it in testSecret, which an empty version would not let them (inferred).
    """
    fresh = Version(token, at, tried.value if tried else None, kms_key_id=secret.kms_key_id)
    versions = attach((*secret.versions, fresh), token, [PENDING])
    changes["removed_version_ids"] = secret.removed_version_ids - {token}
    started = store.vault.change(secret, at, versions=versions, **changes)
    sync_replicas(store.vault, started, at)
    return started


def _try_out(vault: Vault, turn: Turn) -> None:
    """Run the function's test, and remove the version that it was run on (documentation of RotateImmediately)."""
    try:
        run(vault, turn)
    finally:
        _remove(vault, turn)


def _remove(vault: Vault, turn: Turn) -> None:
    with vault.lock:
        secret = vault.by_arn(turn.arn)
        if secret is not None:
            kept = tuple(version for version in secret.versions if version.version_id != turn.token)
            sync_replicas(vault, vault.touch(secret, versions=kept), turn.due)


def pending_version(secret: Secret) -> Version | None:
    """Return the version of a rotation that has not come to its end."""
    holder = secret.holder_of(PENDING)
    return None if holder is None or CURRENT in holder.labels else holder


def refuse_rotation_in_progress(secret: Secret) -> None:
    """Refuse to rotate while AWSPENDING is on another version than AWSCURRENT (documentation)."""
    if pending_version(secret) is not None:
        raise errors.invalid_request(IN_PROGRESS)


def _new_setup(secret: Secret, request: Request) -> RotationSetup:
    """Return the setup that follows from the old one and what the request gives."""
    held = secret.rotation or RotationSetup(enabled=True, function_arn=None, rules={}, anchor=request.at)
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
