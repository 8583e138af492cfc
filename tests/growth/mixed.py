"""Calls of many kinds to one fake, as bytes: some only read, some are refused, some change what they find and undo it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.wire import Incoming

from ..support import LAMBDA, REGION, VALUE, token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_secretsdelete import FakeSecretsManager

#: Reads and refusals: none is a step in the life of a secret.
IDLE: tuple[tuple[str, dict[str, object]], ...] = (
    ("GetSecretValue", {"SecretId": "a"}),
    ("DescribeSecret", {"SecretId": "a"}),
    ("ListSecrets", {"MaxResults": 1}),
    ("ListSecrets", {"Filters": [{"Key": "name", "Values": ["a"]}], "SortBy": "name"}),
    ("ListSecretVersionIds", {"SecretId": "a"}),
    ("BatchGetSecretValue", {"SecretIdList": ["a", "none"]}),
    ("GetRandomPassword", {}),
    ("GetResourcePolicy", {"SecretId": "a"}),
    ("GetSecretValue", {"SecretId": "none"}),
    ("CreateSecret", {"Name": "a", "SecretString": VALUE}),
    ("TagResource", {"SecretId": "a", "Tags": "none"}),
    ("DeleteSecret", {"SecretId": "a", "RecoveryWindowInDays": 3}),
)


def changes(number: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the calls of one life: what it creates it takes away again."""
    names = iter(range(number * 10, number * 10 + 10))
    yield "CreateSecret", {"Name": "b", "SecretString": VALUE, "ClientRequestToken": token(next(names))}
    yield "PutSecretValue", {"SecretId": "b", "SecretString": VALUE, "ClientRequestToken": token(next(names))}
    yield "TagResource", {"SecretId": "b", "Tags": [{"Key": "a", "Value": "b"}]}
    yield "RotateSecret", {"SecretId": "b", "RotationLambdaARN": LAMBDA, "ClientRequestToken": token(next(names))}
    yield "UpdateSecret", {"SecretId": "b", "Description": "of the app", "ClientRequestToken": token(next(names))}
    yield "DeleteSecret", {"SecretId": "b"}
    yield "GetSecretValue", {"SecretId": "b"}
    yield "RestoreSecret", {"SecretId": "b"}
    yield "DeleteSecret", {"SecretId": "b", "ForceDeleteWithoutRecovery": True}


def ask(fake: FakeSecretsManager, operation: str, members: dict[str, object]) -> None:
    """Make one call."""
    service_of(fake).answer(Incoming(operation, json.dumps(members).encode(), REGION))


def idle_calls(fake: FakeSecretsManager, count: int) -> None:
    """Make calls that change nothing."""
    for number in range(count):
        ask(fake, *IDLE[number % len(IDLE)])


def lives(fake: FakeSecretsManager, first: int, count: int) -> None:
    """Let secrets live and go, each with a fault that is used up."""
    for number in range(first, first + count):
        fake.fail("DescribeSecret", "ThrottlingException")
        ask(fake, "DescribeSecret", {"SecretId": "a"})
        for call in changes(number):
            ask(fake, *call)
