"""What calls are compared with: a handler with a canned answer, with and without botocore's parser, and moto."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.parsers import create_parser
from moto import mock_aws

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach.interception import REGISTRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"
KEYS: dict[str, Any] = {
    "region_name": REGION,
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
SECRET, VALUE = "db/password", "hunter2"
_DATES = ("CreatedDate", "DeletedDate", "DeletionDate", "LastAccessedDate", "LastChangedDate")


def plain_client() -> Any:
    """Return a client of botocore alone: without the handlers of this package."""
    client = boto3.Session().client("secretsmanager", **KEYS)
    for event, handler, _section in REGISTRATIONS:
        client.meta.events.unregister(event, handler)
    return client


def canned_client(answers: dict[str, dict[str, Any]], *, parse: bool) -> Any:
    """Return a client whose operations are answered with canned members at before-call.

    `parse`: from the bytes of a body, through botocore's parser, as real answers are (the floor); otherwise the
    members are returned as they are (the bare handler).
    """
    client, parser = plain_client(), create_parser("json")
    headers = {"content-type": "application/x-amz-json-1.1"}
    bodies = {operation: json.dumps(members, default=_on_the_wire).encode() for operation, members in answers.items()}

    def parsed(model: Any, **_: Any) -> Any:
        response = AWSResponse("", 200, headers, None)  # type: ignore[arg-type]
        raw = {"headers": headers, "status_code": 200, "body": bodies[model.name], "context": {}}
        return response, parser.parse(raw, model.output_shape)

    def bare(model: Any, **_: Any) -> Any:
        return AWSResponse("", 200, headers, None), {**answers[model.name], "ResponseMetadata": {}}  # type: ignore[arg-type]

    client.meta.events.register_first("before-call.secrets-manager", parsed if parse else bare)
    return client


def _on_the_wire(value: Any) -> float:
    return float(value.timestamp())


def fake_answers() -> dict[str, dict[str, Any]]:
    """Return what the fake answers to each operation that is measured: the canned members."""
    with FakeSecretsManager(region=REGION) as fake:
        client, answers = fake.client(), {}
        client.meta.events.register_last(
            "after-call", lambda model, parsed, **_: answers.update({model.name: dict(parsed)})
        )
        client.create_secret(Name=SECRET, SecretString=VALUE)
        client.get_secret_value(SecretId=SECRET)
        client.describe_secret(SecretId=SECRET)
        client.put_secret_value(SecretId=SECRET, SecretString=VALUE)
        client.delete_secret(SecretId=SECRET)
        client.restore_secret(SecretId=SECRET)
    for members in answers.values():
        members.pop("ResponseMetadata")
    return answers


@contextmanager
def fake_with_a_secret() -> Iterator[Any]:
    """Give a client of a new fake that holds one secret."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed(SECRET, VALUE)
        yield fake.client()


@contextmanager
def moto_with_a_secret() -> Iterator[Any]:
    """Give a client under a new mock_aws that holds one secret."""
    with mock_aws():
        client = boto3.client("secretsmanager", **KEYS)
        client.create_secret(Name=SECRET, SecretString=VALUE)
        yield client
