"""What the interception passes to a guard while no fake is active, early and late."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach.guard import Guard, UnmockedCallError
from pytest_secretsdelete._service.wire import Incoming

from ..support import REGION, VALUE, Network, json_response, send_raw, shows

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}


@pytest.fixture(params=[KEYS, {}], ids=["credentials", "no credentials"])
def client(request: pytest.FixtureRequest) -> Any:
    """Give a client with credentials or without."""
    return boto3.Session().client("secretsmanager", region_name=REGION, **request.param)


def test_a_call_is_stopped(guard: Guard, client: Any) -> None:
    """A call is stopped before it leaves the process; the guard is told operation, secret and region."""
    with pytest.raises(UnmockedCallError, match=f"GetSecretValue of 'db/password' in {REGION} would have left"):
        client.get_secret_value(SecretId="db/password")
    (message,) = guard.take()
    assert message.startswith("GetSecretValue of 'db/password'")
    assert guard.take() == []


def test_a_raw_request_is_stopped(guard: Guard) -> None:
    """A request that never came past before-call is stopped as well; its secret's value is not told."""
    client = boto3.Session().client("secretsmanager", region_name=REGION, **KEYS)
    with pytest.raises(UnmockedCallError, match=f"CreateSecret of 'new' in {REGION}") as caught:
        send_raw(client, "CreateSecret", {"Name": "new", "SecretString": VALUE})
    assert not shows(VALUE, str(caught.value))
    for body in ("{", "[]", "{}"):
        with pytest.raises(UnmockedCallError, match="CreateSecret of no secret by name"):
            send_raw(client, "CreateSecret", body)
    assert len(guard.take()) == 4


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "aws.localhost"])
def test_a_server_on_this_machine_is_let_through(guard: Guard, host: str) -> None:
    """A call to loopback goes its way, raw or not."""
    client = boto3.Session().client("secretsmanager", region_name=REGION, endpoint_url=f"http://{host}:4566", **KEYS)
    network = Network(client)
    assert client.describe_secret(SecretId="a")["Name"] == "from the network"
    assert send_raw(client, "DescribeSecret", {"SecretId": "a"})[1]["Name"] == "from the network"
    assert len(network.urls) == 2
    assert guard.take() == []


@pytest.mark.parametrize("event", ["before-call", "before-send"])
def test_users_handlers_win_over_the_guard(guard: Guard, client: Any, event: str) -> None:
    """A call that a user's handler answers does not leave the process, and is not stopped."""
    own = json_response({"Name": "mine"})
    answer = (own, {"Name": "mine"}) if event == "before-call" else own
    client.meta.events.register(event, lambda **_: answer)
    assert client.describe_secret(SecretId="a")["Name"] == "mine"
    assert guard.take() == []


def test_a_fake_wins_over_the_guard(guard: Guard, client: Any) -> None:
    """While a fake is active the guard has nothing to do."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        assert client.get_secret_value(SecretId="db/password")["SecretString"] == VALUE
        assert send_raw(fake.client(), "DescribeSecret", {"SecretId": "db/password"})[0] == 200
    assert guard.take() == []
    with pytest.raises(UnmockedCallError):
        client.get_secret_value(SecretId="db/password")


def test_an_uninstalled_guard_stops_nothing(guard: Guard) -> None:
    """Taken away, it lets calls go where they would."""
    guard.uninstall()
    client = boto3.Session().client("secretsmanager", region_name=REGION, **KEYS)
    Network(client)
    assert client.describe_secret(SecretId="a")["Name"] == "from the network"
    assert guard.take() == []


def test_a_call_that_is_let_through_is_signed(guard: Guard) -> None:
    """A call to loopback is botocore's, which needs credentials for it as it does without the package."""
    client = boto3.Session().client("secretsmanager", region_name=REGION, endpoint_url="http://localhost:4566")
    with pytest.raises(NoCredentialsError):
        client.describe_secret(SecretId="a")


def test_a_handler_wins_a_raw_request(guard: Guard) -> None:
    """A raw request that a user's handler answers, even the last one of them, is not stopped."""
    client = boto3.Session().client("secretsmanager", region_name=REGION, **KEYS)
    network = Network(client)
    assert send_raw(client, "DescribeSecret", {"SecretId": "a"})[1]["Name"] == "from the network"
    assert len(network.urls) == 1
    assert guard.take() == []


def test_the_region_of_a_raw_request(guard: Guard) -> None:
    """The region told is that of the request's context, rather than the one of the client that sends it."""
    client = boto3.Session().client("secretsmanager", region_name=REGION, **KEYS)
    with pytest.raises(UnmockedCallError, match="DescribeSecret of 'a' in eu-west-3 would"):
        send_raw(client, "DescribeSecret", {"SecretId": "a"}, client_region="eu-west-3")


@pytest.mark.parametrize(
    ("body", "region", "told"),
    [
        (b'{"SecretId": "a", "Name": "b"}', "eu-west-3", "'a' in eu-west-3"),
        (b'{"Name": "b"}', None, "'b' in an unknown region"),
        (b'{"SecretId": 7}', None, "no secret by name in an unknown region"),
        (b'{"SecretId": "", "Name": ""}', REGION, f"no secret by name in {REGION}"),
        (b"", REGION, f"no secret by name in {REGION}"),
    ],
)
def test_the_message(guard: Guard, body: bytes, region: str | None, told: str) -> None:
    """It names the operation, the secret and the region as far as they are known, and says what to do."""
    with pytest.raises(UnmockedCallError) as caught:
        guard.stop(Incoming("DescribeSecret", body, region, None))
    assert str(caught.value) == (
        f"DescribeSecret of {told} would have left the process: no fake was active. Ask for the secretsmanager "
        "fixture, mark the test with @pytest.mark.secret(...), or set secretsmanager_unmocked = pass. "
        "Read on: https://pytest-secretsdelete.readthedocs.io/page/how-to/block-leaks.html"
    )
    assert guard.take() == [str(caught.value)]


@pytest.mark.parametrize("url", ["http://[", "localhost", "", "http://", "https://secretsmanager.test/localhost"])
def test_what_is_not_on_this_machine(guard: Guard, url: str) -> None:
    """What is no URL, or has no host, or another one, is not let through."""
    assert not guard.lets_through(url)
