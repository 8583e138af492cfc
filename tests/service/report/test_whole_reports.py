"""Whole reports of long lives, as text and as a page, held against files beside this one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.page import fragment
from pytest_secretsdelete._service.report.story import story_of

from ...support import VALUE, hold_against, set_up_rotation, shows, token

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager

EXPECTED = Path(__file__).with_name("expected")
#: What differs from run to run, or with the lines of tests: places, and ids that the service has made.
CHANGING = {r"\w+\.py:\d+": "here", r"\b[0-9a-f]{8}\b": "xxxxxxxx"}


def hold(name: str, text: str) -> None:
    """Hold a report against its file."""
    for pattern, words in CHANGING.items():
        text = re.sub(pattern, words, text)
    assert not shows(VALUE, text)
    hold_against(EXPECTED / name, text)


def test_recovery_windows(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A secret that is deleted, restored and deleted again, beside one that is purged and one that nobody calls."""
    for name in ("a", "b", "c", "idle"):
        fake.seed(name, VALUE)
    fake.seed("old", VALUE, deleted_days_ago=3)
    for name in ("a", "c"):
        client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    for _ in range(2):
        clock.advance(days=1)
    client.restore_secret(SecretId="a")
    client.restore_secret(SecretId="a")
    for _ in range(2):
        client.describe_secret(SecretId="a")
    client.delete_secret(SecretId="a", RecoveryWindowInDays=10)
    clock.advance(hours=60)
    client.delete_secret(SecretId="b")
    client.delete_secret(SecretId="none", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="forced", SecretString=VALUE, ClientRequestToken=token(1))
    client.delete_secret(SecretId="forced", ForceDeleteWithoutRecovery=True)
    clock.advance(days=7)
    client.list_secrets()
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId="a")
    story = story_of(service_of(fake), caught.value, ("a leftover",))
    hold("recovery_windows_wide.txt", as_text(story, 120))
    hold("recovery_windows_narrow.txt", as_text(story, 72))
    hold("recovery_windows.html", fragment(story, "test_windows", "failed").replace("><", ">\n<"))


def test_versions_and_rotations(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A secret with labels, rotations that succeed and fail, faults, and more calls than a report shows."""
    client.create_secret(Name="a", SecretString=VALUE, ClientRequestToken=token(1))
    client.put_secret_value(SecretId="a", SecretString="2", ClientRequestToken=token(2), VersionStages=["NEXT"])
    current = {"VersionStage": "AWSCURRENT", "MoveToVersionId": token(2), "RemoveFromVersionId": token(1)}
    client.update_secret_version_stage(SecretId="a", **current)
    rotator = set_up_rotation(fake, "a", AutomaticallyAfterDays=30)
    clock.advance(days=30)
    rotator.fails_at = "setSecret"
    clock.advance(days=30)
    rotator.fails_at = None
    for number in range(35):
        with pytest.raises(ClientError):
            client.get_secret_value(SecretId="a", VersionStage=f"L{number}")
        clock.advance(minutes=number % 3)
    clock.advance(hours=1)
    fake.fail("GetSecretValue", "InternalServiceError", times=2)
    client.get_secret_value(SecretId="a")
    client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])
    fake.client("us-east-1").create_secret(Name="a", SecretString=VALUE, ClientRequestToken=token(4))
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId="a", VersionId=token(9))
    story = story_of(service_of(fake), caught.value)
    hold("versions_and_rotations.txt", as_text(story, 120))
    assert "<tr class=call><td>+60d</td><td>(6 calls left out)</td>" in fragment(story, "test_rotations", "failed")
