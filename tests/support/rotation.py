"""A rotation function like AWS's template, and helpers for what comes due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import freezegun

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.instant import to_datetime

from .names import LAMBDA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from pytest_secretsdelete import Clock, FakeSecretsManager


def rotate_as_the_template(client: Any, event: Mapping[str, str], *, keeps_pending: bool = False) -> None:
    """Run one step of AWS's template of a rotation function; the new value contains the id of its version."""
    arn, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        client.get_secret_value(SecretId=arn)
        try:
            client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
        except client.exceptions.ResourceNotFoundException:
            value = {"SecretString": f"rotated {token}", "VersionStages": ["AWSPENDING"]}
            client.put_secret_value(SecretId=arn, ClientRequestToken=token, **value)
    elif event["Step"] == "testSecret":
        client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
    elif event["Step"] == "finishSecret":
        stages = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        ids = {"MoveToVersionId": token, "RemoveFromVersionId": current}
        client.update_secret_version_stage(SecretId=arn, VersionStage="AWSCURRENT", **ids)
        if not keeps_pending:
            client.update_secret_version_stage(SecretId=arn, VersionStage="AWSPENDING", RemoveFromVersionId=token)


class Rotator:
    """The template as the rotation function of a fake, in the region of the secret; it records its calls."""

    def __init__(self, fake: FakeSecretsManager, *, fails_at: str | None = None, keeps_pending: bool = False) -> None:
        self._fake = fake
        self._keeps_pending = keeps_pending
        self.fails_at = fails_at
        self.events: list[dict[str, str]] = []
        self.contexts: list[Any] = []

    @property
    def steps(self) -> list[str]:
        """The steps for which it was called."""
        return [event["Step"] for event in self.events]

    def __call__(self, event: dict[str, str], context: Any) -> None:
        self.events.append(event)
        self.contexts.append(context)
        if event["Step"] == self.fails_at:
            raise RuntimeError("the database says no")
        client = self._fake.client(event["SecretId"].split(":")[3])
        rotate_as_the_template(client, event, keeps_pending=self._keeps_pending)


def set_up_rotation(fake: FakeSecretsManager, name: str, **rules: Any) -> Rotator:
    """Give a secret a rotation function and rules, without a first rotation; return the function."""
    rotator = Rotator(fake)
    fake.rotation_function(LAMBDA, rotator)
    fake.client().rotate_secret(SecretId=name, RotationLambdaARN=LAMBDA, RotationRules=rules, RotateImmediately=False)
    rotator.events.clear()
    rotator.contexts.clear()
    return rotator


def until_the_next_due(fake: FakeSecretsManager, clock: Clock) -> timedelta:
    """Return the time until something comes due."""
    due = service_of(fake).next_due()
    assert due is not None
    return to_datetime(due) - clock.now()


def tick(step: timedelta) -> None:
    """Move the innermost freeze through freezegun, without the clock."""
    freezegun.api.freeze_factories[-1].tick(step)
