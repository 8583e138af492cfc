"""When a secret rotates next, and how DescribeSecret shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import errors
from ..instant import LATEST, on_the_wire
from ..rules import rotation_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import RotationSetup, SecretRecord


def check_rules(rules: Mapping[str, Any]) -> None:
    """Refuse rotation rules that AWS does not take (rules documented, two of the texts seen, the others inferred)."""
    try:
        rotation_schedule.check(rules)
    except rotation_schedule.MissingCronLibrary as missing:
        raise errors.beyond_the_fake(str(missing)) from None
    except rotation_schedule.InvalidSchedule as invalid:
        raise errors.invalid_parameter(str(invalid)) from None


def planned(setup: RotationSetup, after: int) -> RotationSetup:
    """Return the setup with the rotation window that follows an instant; none without rules, or after the last one."""
    window = rotation_schedule.next_window(setup.rules, after=after) if setup.enabled and setup.rules else None
    if window is None:
        return replace(setup, opens=None, closes=None)
    return replace(setup, opens=window.opens, closes=window.closes)


def turned_off(setup: RotationSetup | None) -> RotationSetup | None:
    """Return the setup without its rotations to come: function and rules stay."""
    return None if setup is None else replace(setup, enabled=False, opens=None, closes=None)


def counted_as_rotation(secret: SecretRecord, at: int) -> dict[str, Any]:
    """Return what a new current value changes in the schedule.

    Under AutomaticallyAfterDays a value put by a caller counts as a rotation (documentation of RotationRules).
    """
    setup = secret.rotation
    if setup is None or not setup.enabled or "AutomaticallyAfterDays" not in setup.rules:
        return {}
    return {"rotation": planned(setup, at)}


def describe_rotation(secret: SecretRecord) -> dict[str, Any]:
    """Return the members of DescribeSecret about rotation; none before rotation was first set up.

    A date that no client could read is left out.
    """
    setup = secret.rotation
    if setup is None:
        return {}
    members: dict[str, Any] = {
        "RotationEnabled": setup.enabled,
        "RotationLambdaARN": setup.function_arn,
        "RotationRules": _shown_rules(setup.rules, after=secret.last_rotated) or None,
        "ExternalSecretRotationMetadata": None if setup.external_metadata is None else list(setup.external_metadata),
        "ExternalSecretRotationRoleArn": setup.external_role_arn,
    }
    if setup.enabled:
        dates = {"LastRotatedDate": secret.last_rotated, "NextRotationDate": setup.closes}
        members |= {member: on_the_wire(date) for member, date in dates.items() if date is not None and date <= LATEST}
    return members


def _shown_rules(rules: Mapping[str, Any], *, after: int | None) -> dict[str, Any]:
    """Return the rules with the number of days that AWS works out from an expression."""
    days = rotation_schedule.days_between(rules, after=after) if rules else None
    return dict(rules) if days is None else {"AutomaticallyAfterDays": days, **rules}
