"""What can be seen of a fake: the answers to requests sent as bytes, and the secrets as Python has them."""

from __future__ import annotations

import json
from typing import Any

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.wire import Answer, Incoming

HOME, ABROAD, STRANGER = "us-east-1", "eu-west-1", "210987654321"
#: The operations that describe a secret, and what they are asked for besides.
DESCRIBING: dict[str, dict[str, Any]] = {
    "DescribeSecret": {},
    "ListSecretVersionIds": {"IncludeDeprecated": True},
    "GetResourcePolicy": {},
}
#: What a reading changes.
DAYS_OF_READING = {"LastAccessedDate"}


def send(
    fake: FakeSecretsManager, operation: str, body: bytes, region: str = HOME, caller: str | None = None
) -> Answer:
    """Send the bytes of a request, as they come over the wire."""
    return service_of(fake).answer(Incoming(operation, body, region, caller))


def ask(fake: FakeSecretsManager, operation: str, **members: Any) -> tuple[int, dict[str, Any]]:
    """Make a call; `region` and `caller` say from where. Return the status and the answer."""
    region, caller = members.pop("region", HOME), members.pop("caller", None)
    answer = send(fake, operation, json.dumps(members).encode(), region, caller)
    return answer.status, json.loads(answer.content() or b"{}")


def say(fake: FakeSecretsManager, operation: str, **members: Any) -> dict[str, Any]:
    """Make a call that is meant to succeed."""
    status, answer = ask(fake, operation, **members)
    assert status == 200, answer
    return answer


def everything(fake: FakeSecretsManager) -> dict[str, dict[str, Any]]:
    """Return what can be seen of each secret, by ARN."""
    return {secret.arn: seen(fake, secret) for secret in fake.secrets()}


def seen(fake: FakeSecretsManager, secret: Any) -> dict[str, Any]:
    """Return what can be seen of a secret: what describes it to its owner, and its values."""
    where = {"SecretId": secret.arn, "region": secret.region, "caller": secret.account_id}
    answers = {operation: ask(fake, operation, **where, **more) for operation, more in DESCRIBING.items()}
    versions = [(one.version_id, sorted(one.staging_labels), one.created_date, one.value) for one in secret.versions]
    return {"versions": versions, "deletion": secret.deletion_date, "key": secret.kms_key_id, **answers}


def unread(value: Any) -> Any:
    """Return what was seen without the days of readings."""
    if isinstance(value, dict):
        return {name: unread(inner) for name, inner in value.items() if name not in DAYS_OF_READING}
    return [unread(inner) for inner in value] if isinstance(value, (list, tuple)) else value
