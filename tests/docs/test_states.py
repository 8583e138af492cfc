"""The table of states says what each call answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsdelete import Clock, FakeSecretsManager

from ..support import LAMBDA, REGION
from . import pages

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = pages.DOCS / "explanation" / "states.md"
SHORT = {
    "InvalidRequestException": "InvalidRequest",
    "ResourceNotFoundException": "NotFound",
    "ResourceExistsException": "Exists",
}
A_DAY = timedelta(days=1)


def schedule(client: Any, clock: Clock) -> None:
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)


def force(client: Any, clock: Clock) -> None:
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)


def let_the_window_end(client: Any, clock: Clock) -> None:
    schedule(client, clock)
    clock.advance(days=7)


def purge(client: Any, clock: Clock) -> None:
    force(client, clock)
    clock.advance(A_DAY)


STATES: dict[str, Callable[[Any, Clock], None]] = {
    "available": lambda client, clock: None,
    "scheduled": schedule,
    "window over": let_the_window_end,
    "forced": force,
    "gone": purge,
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "GetSecretValue": lambda client: client.get_secret_value(SecretId="a"),
    "DescribeSecret": lambda client: client.describe_secret(SecretId="a"),
    "ListSecretVersionIds": lambda client: client.list_secret_version_ids(SecretId="a"),
    "PutSecretValue": lambda client: client.put_secret_value(SecretId="a", SecretString="y"),
    "UpdateSecret": lambda client: client.update_secret(SecretId="a", Description="b"),
    "TagResource": lambda client: client.tag_resource(SecretId="a", Tags=[{"Key": "b", "Value": "c"}]),
    "GetResourcePolicy": lambda client: client.get_resource_policy(SecretId="a"),
    "RotateSecret": lambda client: client.rotate_secret(
        SecretId="a", RotationLambdaARN=LAMBDA, RotateImmediately=False
    ),
    "RestoreSecret": lambda client: client.restore_secret(SecretId="a"),
    "DeleteSecret": lambda client: client.delete_secret(SecretId="a"),
    "DeleteSecret, forced": lambda client: client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True),
    "CreateSecret": lambda client: client.create_secret(Name="a", SecretString="y"),
}


def table() -> dict[str, list[str]]:
    """Return the cells of the page's table, by the call in the first column."""
    lines = PAGE.read_text(encoding="utf-8").split("## What each call answers")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head, _, *body = rows
    assert head == ["call", *STATES]
    return {call: answers for call, *answers in body}


def test_every_call_is_tried() -> None:
    """The table holds the calls that are tried here, and no other."""
    assert list(table()) == list(CALLS)


@pytest.mark.parametrize("call", CALLS)
def test_states(call: str, secretsmanager_clock: Clock) -> None:
    """In each state a call is answered as the table says."""
    answers = []
    for enter in STATES.values():
        with FakeSecretsManager(region=REGION, purge_delay=A_DAY, force_delete_delay=A_DAY) as fake:
            fake.rotation_function(LAMBDA, lambda event, context: None)
            fake.seed("a", "x")
            client = fake.client()
            enter(client, secretsmanager_clock)
            try:
                CALLS[call](client)
                answers.append("200")
            except ClientError as error:
                answers.append(SHORT[error.response["Error"]["Code"]])
    assert answers == table()[call]
