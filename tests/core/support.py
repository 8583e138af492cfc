"""What the core's tests share: a network that answers, requests by hand, a rotation function, a time limit."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import freezegun
import pytest
from botocore.awsrequest import AWSResponse, prepare_request_dict
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from pytest_secretsdelete import Clock, FakeSecretsManager

REGION = "eu-west-1"
VALUE = "correct horse battery staple"
TOKEN = "token-" + "0" * 32
LAMBDA = f"arn:aws:lambda:{REGION}:123456789012:function:rotate"
#: Long enough for a slow machine, short enough not to stop a run for good.
PATIENCE = 20.0


def token(number: int) -> str:
    """Return a ClientRequestToken."""
    return f"token-{number:032d}"


def json_response(members: dict[str, Any], status: int = 200, url: str = "https://elsewhere.test/") -> AWSResponse:
    """Return an HTTP response that is not the fake's."""
    content = json.dumps(members).encode()
    return response(content, status, url)


def response(content: bytes, status: int = 200, url: str = "https://elsewhere.test/") -> AWSResponse:
    """Return an HTTP response with this body."""
    return AWSResponse(url, status, {"x-amzn-requestid": "not-the-fake"}, _Stream(content))


class _Stream(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the body, as urllib3's response does."""
        yield self.read()


class Network:
    """Stands where the network is: the last on before-send, answering what nobody else has."""

    def __init__(self, client: Any, content: bytes = b'{"Name":"from the network"}') -> None:
        self.urls: list[str] = []
        self._content = content
        client.meta.events.register_last("before-send", self.send)

    def send(self, request: Any, **_: Any) -> AWSResponse:
        """Answer a request that has come this far."""
        self.urls.append(request.url)
        return response(self._content, url=request.url)


class Watch:
    """A handler that looks on: counts and answers nothing."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, event_name: str, **_: Any) -> None:
        self.seen.append(event_name)


def take_the_long_road(client: Any) -> Watch:
    """Give a client a foreign handler on a later event, so that its calls go as far as before-send."""
    watch = Watch()
    client.meta.events.register("before-send.secrets-manager", watch)
    return watch


def raw_request(client: Any, operation: str, body: bytes | str | dict[str, Any], **context: Any) -> dict[str, Any]:
    """Return botocore's request dict for a request that no client method has made."""
    model = client.meta.service_model.operation_model(operation)
    request: dict[str, Any] = create_serializer("json", include_validation=False).serialize_to_request({}, model)
    prepare_request_dict(request, endpoint_url=client.meta.endpoint_url, context=context)
    request["body"] = json.dumps(body) if isinstance(body, dict) else body
    return request


def send_raw(
    client: Any,
    operation: str,
    body: bytes | str | dict[str, Any],
    *,
    target: str | None = None,
    **context: Any,
) -> tuple[int, dict[str, Any]]:
    """Send a request past all of the client's own checks; return its status and its parsed answer."""
    request = raw_request(client, operation, body, **context)
    if target is not None:
        request["headers"]["X-Amz-Target"] = target
    model = client.meta.service_model.operation_model(operation)
    answer, parsed = client._endpoint.make_request(model, request)
    return answer.status_code, parsed


@contextmanager
def refused(code: str, match: str | None = None) -> Iterator[pytest.ExceptionInfo[ClientError]]:
    """Expect an error of the service with this code."""
    with pytest.raises(ClientError, match=match) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code


def run_python(source: str, **environment: str) -> str:
    """Run a script in an interpreter of its own, on a machine without any AWS configuration; return its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    nothing["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        env={**kept, **nothing, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def within_patience(function: Callable[[], Any]) -> Any:
    """Run what might hang in a thread of its own; return what it returns, raise what it raises."""
    outcome: list[Any] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's thread
            errors.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it hangs"
    for error in errors:
        raise error
    return outcome[0]


def in_threads(*functions: Callable[[], Any]) -> None:
    """Run functions at the same time, and wait for all of them; none may hang or raise."""
    errors: list[BaseException] = []

    def guarded(function: Callable[[], Any]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's thread
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it hangs"
    for error in errors:
        raise error


class Rotator:
    """A rotation function that does what AWS's templates do, through a client; it remembers its calls."""

    def __init__(self, fake: FakeSecretsManager, *, fails_at: str | None = None) -> None:
        self._fake = fake
        self.fails_at = fails_at
        self.events: list[dict[str, str]] = []
        self.contexts: list[Any] = []

    @property
    def steps(self) -> list[str]:
        """The steps it was called for."""
        return [event["Step"] for event in self.events]

    def __call__(self, event: dict[str, str], context: Any) -> None:
        self.events.append(event)
        self.contexts.append(context)
        if event["Step"] == self.fails_at:
            raise RuntimeError("the database says no")
        step = {"createSecret": self._create, "finishSecret": self._finish}.get(event["Step"])
        if step is not None:
            step(
                self._fake.client(event["SecretId"].split(":")[3]),
                event["SecretId"],
                event["ClientRequestToken"],
            )

    def _create(self, client: Any, secret_id: str, version_id: str) -> None:
        client.put_secret_value(
            SecretId=secret_id,
            ClientRequestToken=version_id,
            SecretString=f"rotated {version_id}",
            VersionStages=["AWSPENDING"],
        )

    def _finish(self, client: Any, secret_id: str, version_id: str) -> None:
        stages = client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        client.update_secret_version_stage(
            SecretId=secret_id,
            VersionStage="AWSCURRENT",
            MoveToVersionId=version_id,
            RemoveFromVersionId=current,
        )


def set_up_rotation(fake: FakeSecretsManager, name: str, **rules: Any) -> Rotator:
    """Give a secret a rotation function and rules, without a first rotation; return the function."""
    rotator = Rotator(fake)
    fake.rotation_function(LAMBDA, rotator)
    fake.client().rotate_secret(SecretId=name, RotationLambdaARN=LAMBDA, RotationRules=rules, RotateImmediately=False)
    rotator.events.clear()
    rotator.contexts.clear()
    return rotator


def until_the_next_due(fake: FakeSecretsManager, clock: Clock) -> timedelta:
    """Return how long it is until something comes due by itself."""
    due = service_of(fake).next_due()
    assert due is not None
    return to_datetime(due) - clock.now()


def tick(step: timedelta) -> None:
    """Move the innermost freeze as a user of freezegun does, past the clock."""
    freezegun.api.freeze_factories[-1].tick(step)
