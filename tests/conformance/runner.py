"""Running a row: a fake, a client for each caller, and the roads that a request can take."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import boto3

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._service.instant import milliseconds, to_datetime, to_microseconds

from .table import ACCOUNT, DAY, FUNCTION, HERE, TOKENS, Late


@functools.cache
def client_for(account: str, region: str) -> Any:
    """Return a client whose access key id names the account; one for the whole run."""
    session = boto3.Session(aws_access_key_id=account, aws_secret_access_key="x", region_name=region)
    return session.client("secretsmanager")


def model_of(operation: str) -> Any:
    """Return the installed model of an operation."""
    return client_for(ACCOUNT, HERE).meta.service_model.operation_model(operation)


def send_by_client(client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make the call as a user does."""
    parameters = {name: value for name, value in parameters.items() if value is not None}
    return client._make_api_call(operation, parameters)


def send_raw(client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Send a request that nobody has checked, past before-call."""
    from base64 import b64encode

    model = client.meta.service_model.operation_model(operation)
    body = {
        name: b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in parameters.items()
        if value is not None
    }
    request = {
        "method": "POST",
        "url_path": "/",
        "url": client.meta.endpoint_url,
        "query_string": "",
        "headers": {"X-Amz-Target": f"secretsmanager.{operation}", "Content-Type": "application/x-amz-json-1.1"},
        "body": json.dumps(body).encode(),
        "context": {"client_region": client.meta.region_name, "client_config": client.meta.config},
    }
    response, parsed = client._endpoint.make_request(model, request)
    if response.status_code >= 300:
        error = client.exceptions.from_code(parsed["Error"]["Code"])(parsed, operation)
        error.body = json.loads(response.content)
        raise error
    return parsed


transports = {"client": send_by_client, "raw": send_raw}


class World:
    """A fake at the start of a row."""

    def __init__(self, row: Any, transport: Any, clock: Any) -> None:
        self.row = row
        self.clock = clock
        self.transport = transport
        self.fake = FakeSecretsManager(**row.options)
        clock.move_to(to_datetime(to_microseconds(clock.now()) // 1000 // DAY * DAY + DAY + DAY // 2 + 123))
        self.start = milliseconds(clock.now() - to_datetime(0))
        self.fake.rotation_function(FUNCTION, rotate)
        self._arns: dict[str, str] = {}

    def __enter__(self) -> World:
        self.fake.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fake.stop()

    def call(self, operation: str, account: str = ACCOUNT, region: str = HERE, **parameters: Any) -> dict[str, Any]:
        """Make a call that is not the row's own."""
        answer = send_by_client(client_for(account, region), operation, resolved(parameters, self))
        if operation == "CreateSecret":
            self._arns[parameters["Name"]] = answer["ARN"]
        return answer

    def send(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make the row's call, along the row's road."""
        token = {"ClientRequestToken": TOKENS[9]} if "ClientRequestToken" in self._members(operation) else {}
        return self.transport(client_for(self.row.account, self.row.region), operation, {**token, **parameters})

    def arn(self, name: str) -> str:
        """Return the ARN that a secret of this row has, or had."""
        return self._arns.get(name, "")

    def snapshot(self) -> list[Any]:
        """Return everything the fake holds."""
        return list(self.fake._vault.secrets())

    def advance(self, **delta: float) -> None:
        """Move time within the row."""
        self.clock.advance(timedelta(**delta))

    @staticmethod
    def _members(operation: str) -> Any:
        return model_of(operation).input_shape.members


def rotate(event: Mapping[str, str], context: Any) -> None:
    """Rotate as AWS's template does, in the region of the secret."""
    arn, token = event["SecretId"], event["ClientRequestToken"]
    client = client_for(arn.split(":")[4], arn.split(":")[3])
    if event["Step"] == "createSecret":
        client.get_secret_value(SecretId=arn)
        client.put_secret_value(
            SecretId=arn, ClientRequestToken=token, SecretString="rotated", VersionStages=["AWSPENDING"]
        )
    elif event["Step"] == "finishSecret":
        held = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
        current = next(version for version, labels in held.items() if "AWSCURRENT" in labels)
        for label, source, target in (("AWSCURRENT", current, token), ("AWSPENDING", token, None)):
            ids = {"RemoveFromVersionId": source, **({"MoveToVersionId": target} if target else {})}
            client.update_secret_version_stage(SecretId=arn, VersionStage=label, **ids)


def resolved(value: Any, world: World) -> Any:
    """Look up what is known only when the row runs."""
    if isinstance(value, Late):
        return value.look_up(world)
    if isinstance(value, Mapping):
        return {name: resolved(item, world) for name, item in value.items()}
    return [resolved(item, world) for item in value] if isinstance(value, list) else value


def error_of(response: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error's body without its metadata."""
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}
