"""Runs a row: a fake, a client for each caller, and the transports of a request."""

from __future__ import annotations

import functools
import json
import os
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import urllib3

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.instant import milliseconds, to_datetime, to_microseconds

from .. import support
from .table import ACCOUNT, DAY, FUNCTION, HERE, TOKENS, Late, Refused

#: Variables that programs read to find their agent.
PORT, TOKEN = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "AWS_SESSION_TOKEN"
HTTP = urllib3.PoolManager(retries=False)


@functools.cache
def client_for(account: str, region: str) -> Any:
    """Return a client whose access key id names the account; one for the whole run."""
    return support.client_of(account, region)


def model_of(operation: str) -> Any:
    """Return the installed model of an operation."""
    return client_for(ACCOUNT, HERE).meta.service_model.operation_model(operation)


def send_by_client(client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make the call through a client."""
    parameters = {name: value for name, value in parameters.items() if value is not None}
    return client._make_api_call(operation, parameters)


def send_raw(client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Send an unchecked request, which skips before-call."""
    body = {
        name: b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in parameters.items()
        if value is not None
    }
    response, parsed = support.make_request(client, operation, body)
    json.loads(response.content or b"{}", object_pairs_hook=_without_nulls)
    if response.status_code >= 300:
        error = client.exceptions.from_code(parsed["Error"]["Code"])(parsed, operation)
        error.body = json.loads(response.content)
        raise error
    return parsed


def _without_nulls(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return members, none of which is null: AWS leaves out what is not there, where botocore would hide a null."""
    nulls = [name for name, value in members if value is None]
    assert nulls == [], "members of the answer that are null"
    return dict(members)


transports = {"client": send_by_client, "raw": send_raw}


class World:
    """A fake at the start of a row."""

    tolerance = 0  # in milliseconds: how exactly dates are compared

    def __init__(self, row: Any, transport: Any, clock: Any) -> None:
        self.row = row
        self.clock = clock
        self.transport = transport
        self.fake = FakeSecretsManager(**row.options)
        if not row.at:
            clock.move_to(to_datetime(to_microseconds(clock.now()) // 1000 // DAY * DAY + DAY + DAY // 2 + 123))
        self.start_date = clock.now()
        self.start = milliseconds(self.start_date - to_datetime(0))
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
        """Make the row's call, by the row's transport."""
        token = {"ClientRequestToken": TOKENS[9]} if "ClientRequestToken" in self._members(operation) else {}
        return self.transport(client_for(self.row.account, self.row.region), operation, {**token, **parameters})

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        with_token: bool = True,
    ) -> Any:
        """Ask the agent of the row over HTTP."""
        port, token = (os.environ[name] for name in (PORT, TOKEN))
        named = {"X-Aws-Parameters-Secrets-Token": token} if with_token else {}
        headers = {name: value.replace("TOKEN", token) for name, value in (headers or {}).items()}
        return HTTP.request(method, f"http://127.0.0.1:{port}{path}", body=body, headers={**named, **headers})

    def arn(self, name: str) -> str:
        """Return the ARN that a secret of this row has, or had."""
        return self._arns.get(name, "")

    def labels(self, name: str) -> dict[str, set[str]]:
        """Return the labels of each version of a secret, those without a value included."""
        return {version.version_id: set(version.staging_labels) for version in self.fake.secret(name).versions}

    def snapshot(self) -> list[Any]:
        """Return all secrets of the fake, after everything due has been carried out."""
        service_of(self.fake).settled()
        return list(self.fake._vault.secrets())

    def advance(self, **delta: float) -> None:
        """Move time within the row."""
        self.clock.advance(timedelta(**delta))

    @staticmethod
    def _members(operation: str) -> Any:
        return model_of(operation).input_shape.members


def rotate(event: Mapping[str, str], context: Any) -> None:
    """Rotate like AWS's template, in the account and the region of the secret."""
    _, _, _, region, account, *_ = event["SecretId"].split(":")
    support.rotate_as_the_template(client_for(account, region), event)


def resolved(value: Any, world: World) -> Any:
    """Replace the values that are known only when the row runs."""
    if isinstance(value, Late):
        return value.look_up(world)
    if isinstance(value, Mapping):
        return {name: resolved(item, world) for name, item in value.items()}
    return [resolved(item, world) for item in value] if isinstance(value, list) else value


def text_of(refused: Refused, world: Any) -> str:
    """Return the text of a refusal in a row."""
    return refused.text.replace("{arn}", world.arn("a")).replace("{copy}", world.arn("copy"))


def error_of(response: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error's body without its metadata."""
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}
