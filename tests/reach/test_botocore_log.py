"""botocore's debug log prints bodies; what it holds of the package's objects adds no value to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from pytest_secretsdelete import MALFORMED, FakeSecretsManager, FakeStoppedError, Timeout
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach.endpoint import serve
from pytest_secretsdelete._reach.guard import Guard, UnmockedCallError

from ..support import INTERCEPTIONS, REGION, VALUE, Watch, botocore_log, lead_a_full_life, refused
from .http import TOKEN, ask_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_secretsdelete import Clock

    from ..support.botocore_log import BotocoreLog
    from .listener import Listener

    Intercept = Callable[[Any], Any]

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
WRITE = {"SecretId": "db/password", "SecretString": VALUE, "ClientRequestToken": TOKEN}


@pytest.fixture
def log() -> Iterator[BotocoreLog]:
    """Look at all that is logged; at the end nothing may have shown the value."""
    with botocore_log() as log:
        yield log
    log.check()


@INTERCEPTIONS
def test_a_full_life(intercept: Intercept, started: FakeSecretsManager, log: BotocoreLog) -> None:
    """Writes, reads, batches, rotations and refusals of every kind."""
    client = started.client()
    is_late = intercept(client) is not None
    lead_a_full_life(started, client)
    assert {"provide_client_params", "before_call", "_LastAnswer"} <= log.kinds
    assert ("UnderWay" in log.kinds) is is_late


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@INTERCEPTIONS
def test_attempts(mode: str, intercept: Intercept, clock: Clock, started: FakeSecretsManager, log: BotocoreLog) -> None:
    """Faults that are retried and faults that are not, an answer that never comes or breaks off, and a denial."""
    client = started.client(config=Config(retries={"mode": mode, "total_max_attempts": 3}))
    intercept(client)
    with clock.skip_sleeps():
        for error in ("ThrottlingException", "InternalServiceError", Timeout.CONNECT, Timeout.READ):
            started.fail("PutSecretValue", error)
            client.put_secret_value(**WRITE)
        started.fail("GetSecretValue", Timeout.READ, times=None)
        with pytest.raises(ReadTimeoutError):
            client.get_secret_value(SecretId="db/password")
    started.fail("PutSecretValue", MALFORMED)
    client.put_secret_value(**WRITE)
    started.deny("PutSecretValue")
    with refused("AccessDeniedException"):
        client.put_secret_value(**WRITE)
    assert {"_LastAnswer", "UnderWay"} <= log.kinds


@pytest.mark.parametrize("is_late", [False, True], ids=["early", "late"])
def test_references_of_parameter_store(is_late: bool, started: FakeSecretsManager, log: BotocoreLog) -> None:
    """A secret that is read through GetParameter and GetParameters, and one that is not there."""
    client = boto3.client("ssm", region_name=REGION)
    if is_late:
        client.meta.events.register("request-created.ssm", Watch())
    name = "/aws/reference/secretsmanager/db/password"
    for _ in range(2):
        assert client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == VALUE
        assert len(client.get_parameters(Names=[name, f"{name}/none"], WithDecryption=True)["Parameters"]) == 1
    with pytest.raises(ClientError):
        client.get_parameter(Name=f"{name}/none", WithDecryption=True)
    assert log.kinds


@INTERCEPTIONS
def test_beside_an_endpoint(intercept: Intercept, started: FakeSecretsManager, log: BotocoreLog) -> None:
    """Calls over HTTP, which log nothing, and calls of clients that name the endpoint."""
    with serve(service_of(started)) as url:
        client = boto3.client("secretsmanager", region_name=REGION)
        assert client.meta.endpoint_url == url
        intercept(client)
        lead_a_full_life(started, client)
        for body, status in ((WRITE, 200), ({**WRITE, "SecretString": f"{VALUE}!"}, 400), (str(WRITE).encode(), 400)):
            assert ask_once(url, "PutSecretValue", body).status == status
        assert ask_once(url, "GetSecretValue", {"SecretId": "db/password"}).members["SecretString"] == VALUE


@pytest.mark.parametrize("is_early", [False, True], ids=["late", "early"])
@INTERCEPTIONS
def test_a_fake_that_stops_during_a_call(
    intercept: Intercept, is_early: bool, started: FakeSecretsManager, log: BotocoreLog
) -> None:
    """The call is stopped."""
    client = started.client()
    intercept(client)
    client.put_secret_value(**WRITE)
    event = "before-parameter-build" if is_early else "request-created"
    client.meta.events.register(f"{event}.secrets-manager", lambda **_: started.stop())
    with pytest.raises(FakeStoppedError):
        client.put_secret_value(**WRITE)
    assert log.kinds


@INTERCEPTIONS
def test_without_a_fake(
    intercept: Intercept, started: FakeSecretsManager, listener: Listener, guard: Guard, log: BotocoreLog
) -> None:
    """A call that the guard stops, and one that it lets through to this machine."""
    started.stop()
    for client in (boto3.client("secretsmanager", region_name=REGION, **KEYS), listener.client()):
        intercept(client)
        if client.meta.endpoint_url == listener.url:
            client.put_secret_value(**WRITE)
        else:
            with pytest.raises(UnmockedCallError):
                client.put_secret_value(**WRITE)
    assert listener.requests == ["secretsmanager.PutSecretValue"]
    assert {"before_call", "_LastAnswer"} <= log.kinds
