"""Every botocore client of the process is answered by the active fake, however and whenever it was made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.config import Config

from pytest_secretsdelete import FakeSecretsManager

from ..support import INTERCEPTIONS, PATIENCE, REGION, VALUE, refused, run_python

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}

SESSIONS: dict[str, Callable[..., Any]] = {
    "boto3": lambda **options: boto3.client("secretsmanager", **options),
    "boto3 session": lambda **options: boto3.Session().client("secretsmanager", **options),
    "botocore session": lambda **options: botocore.session.Session().create_client("secretsmanager", **options),
    "botocore get_session": lambda **options: botocore.session.get_session().create_client("secretsmanager", **options),
}


def made_while_dormant() -> Any:
    """Return a client that was made while no fake was active."""
    return boto3.Session().client("secretsmanager", region_name=REGION, **KEYS)


MADE_AT_IMPORT = made_while_dormant()


def reads(client: Any, fake: FakeSecretsManager) -> bool:
    """Return whether a client reads what this fake holds, and the fake knows of it."""
    before = len(fake.calls)
    value = client.get_secret_value(SecretId="db/password")["SecretString"]
    return bool(value == VALUE and len(fake.calls) == before + 1)


@INTERCEPTIONS
@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS.keys())
def test_clients_made_while_active(make: Callable[..., Any], intercept: Callable[[Any], Any]) -> None:
    """A client made inside is answered, whichever library made it."""
    with FakeSecretsManager() as fake:
        fake.seed("db/password", VALUE)
        client = make()
        intercept(client)
        assert reads(client, fake)


@INTERCEPTIONS
@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS.keys())
def test_clients_made_before(make: Callable[..., Any], intercept: Callable[[Any], Any]) -> None:
    """A client made before the fake starts is answered."""
    client = make(region_name=REGION, **KEYS)
    intercept(client)
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        assert reads(client, fake)


@INTERCEPTIONS
def test_a_client_made_at_import(intercept: Callable[[Any], Any]) -> None:
    """A client that a module made while it was imported is answered."""
    intercept(MADE_AT_IMPORT)
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        assert reads(MADE_AT_IMPORT, fake)


@INTERCEPTIONS
def test_a_client_left_over_from_an_earlier_fake(intercept: Callable[[Any], Any]) -> None:
    """A client made inside one fake is answered by the next one, and finds nothing of the first there."""
    with FakeSecretsManager(region=REGION) as first:
        first.seed("db/password", VALUE)
        client = boto3.client("secretsmanager")
        intercept(client)
        assert reads(client, first)
    with FakeSecretsManager(region=REGION) as second, refused("ResourceNotFoundException"):
        client.get_secret_value(SecretId="db/password")
    assert len(first.calls) == len(second.calls) == 1


def test_a_client_out_of_sight_of_the_collector() -> None:
    """Clients that gc.freeze has put aside are found, too, and stay aside."""
    source = """
import gc
import boto3
client = boto3.client("secretsmanager", region_name="eu-west-1")
gc.freeze()
from pytest_secretsdelete import FakeSecretsManager
with FakeSecretsManager() as fake:
    client.create_secret(Name="a", SecretString="x")
    print("a" in fake, gc.get_freeze_count() > 0)
"""
    assert run_python(source) == "True True"


def test_a_session_made_before_and_its_client_inside() -> None:
    """A session made while dormant hands the handlers on to the clients that it makes later."""
    session = botocore.session.Session()
    with FakeSecretsManager() as fake:
        fake.seed("db/password", VALUE)
        assert reads(session.create_client("secretsmanager"), fake)


def test_a_session_without_builtin_handlers_made_before() -> None:
    """Even a session that takes no built-in handlers is found, if it is there when the first fake starts."""
    source = """
import botocore.session
session = botocore.session.Session(include_builtin_handlers=False)
from pytest_secretsdelete import FakeSecretsManager
with FakeSecretsManager() as fake:
    fake.seed("a", "b")
    print(session.create_client("secretsmanager").get_secret_value(SecretId="a")["SecretString"])
"""
    assert run_python(source) == "b"


@INTERCEPTIONS
def test_the_region_of_a_call_is_its_clients(intercept: Callable[[Any], Any]) -> None:
    """Clients of several regions see the secrets of their own region, whatever the fake's is."""
    with FakeSecretsManager(region=REGION) as fake:
        for region in ("us-east-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1"):
            client = boto3.client("secretsmanager", region_name=region)
            intercept(client)
            arn = client.create_secret(Name="db/password", SecretString=region)["ARN"]
            assert arn.split(":")[3] == fake.calls[-1].region == region
            assert client.get_secret_value(SecretId="db/password")["SecretString"] == region
        with refused("ResourceNotFoundException"):
            fake.client().get_secret_value(SecretId="db/password")


@INTERCEPTIONS
@pytest.mark.parametrize(
    ("options", "region"),
    [
        ({"region_name": "fips-us-east-1"}, "us-east-1"),
        ({"region_name": "us-west-2-fips"}, "us-west-2"),
        ({"region_name": "us-east-2", "config": Config(use_fips_endpoint=True)}, "us-east-2"),
        ({"region_name": "eu-west-3", "config": Config(use_dualstack_endpoint=True)}, "eu-west-3"),
        (
            {
                "region_name": "eu-west-2",
                "endpoint_url": "https://vpce-0abc.secretsmanager.eu-west-2.vpce.amazonaws.com",
            },
            "eu-west-2",
        ),
        ({"region_name": "eu-west-2", "endpoint_url": "https://secrets.example.com/prefix"}, "eu-west-2"),
        ({"region_name": "sa-east-1", "endpoint_url": "http://localhost:4566"}, "sa-east-1"),
        ({"region_name": "sa-east-1", "endpoint_url": "http://127.0.0.1:1"}, "sa-east-1"),
        ({"region_name": "sa-east-1", "endpoint_url": "http://[::1]:4566"}, "sa-east-1"),
    ],
    ids=[
        "pseudo-region",
        "pseudo-region suffix",
        "fips",
        "dualstack",
        "vpc",
        "custom",
        "localhost",
        "loopback",
        "v6",
    ],
)
def test_every_endpoint_is_secrets_manager(
    options: dict[str, Any], region: str, intercept: Callable[[Any], Any]
) -> None:
    """The service counts, not the host: FIPS, VPC, custom and local endpoints are all answered."""
    with FakeSecretsManager(region=REGION) as fake:
        client = boto3.client("secretsmanager", **options)
        intercept(client)
        client.create_secret(Name="db/password", SecretString=VALUE)
        assert fake.secret("db/password", region).region == region


def test_an_endpoint_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoint variables stay in force, and their clients are answered."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://localhost:4566")
    with FakeSecretsManager() as fake:
        fake.seed("db/password", VALUE)
        client = fake.client()
        assert client.meta.endpoint_url == os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == "http://localhost:4566"
        assert reads(client, fake)


@INTERCEPTIONS
def test_a_client_without_credentials(intercept: Callable[[Any], Any]) -> None:
    """A client that found no credentials when it was made needs none."""
    client = boto3.Session().client("secretsmanager", region_name=REGION)
    assert client._request_signer._credentials is None
    intercept(client)
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        assert reads(client, fake)


def test_a_fault_reaches_a_client_without_credentials() -> None:
    """A fault, which needs late interception, needs no credentials either."""
    client = boto3.Session().client("secretsmanager", region_name=REGION)
    with FakeSecretsManager(region=REGION) as fake:
        fake.fail("GetSecretValue", "DecryptionFailure")
        with refused("DecryptionFailure"):
            client.get_secret_value(SecretId="db/password")


@INTERCEPTIONS
def test_credentials_that_would_be_fetched_are_not_asked(intercept: Callable[[Any], Any]) -> None:
    """A client whose credentials come from the network at the first signature does not fetch them."""
    from botocore.credentials import DeferredRefreshableCredentials

    def fetch() -> dict[str, str]:
        raise AssertionError("credentials were fetched")

    session = botocore.session.Session()
    session._credentials = DeferredRefreshableCredentials(fetch, "sso")
    client = session.create_client("secretsmanager", region_name=REGION)
    intercept(client)
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        assert reads(client, fake)


def test_clients_made_before_the_package_was_imported() -> None:
    """Clients made before the import of this package are found and answered, by early and late interception."""
    source = f"""
import sys
import boto3
import botocore.session
options = dict(region_name="{REGION}")
keys = dict(aws_access_key_id="a", aws_secret_access_key="b")
clients = [
    maker(**options, **credentials)
    for maker in (
        lambda **options: boto3.client("secretsmanager", **options),
        lambda **options: boto3.Session().client("secretsmanager", **options),
        lambda **options: botocore.session.Session().create_client("secretsmanager", **options),
    )
    for credentials in (keys, {{}})
    for interception in ("early", "late")
]
for client in clients[::2]:
    client.meta.events.register("before-send", lambda **_: None)
assert "pytest_secretsdelete" not in sys.modules
from pytest_secretsdelete import FakeSecretsManager
with FakeSecretsManager(region="{REGION}") as fake:
    fake.seed("a", "b")
    print(*[client.get_secret_value(SecretId="a")["SecretString"] for client in clients], len(fake.calls))
"""
    assert run_python(source).split() == ["b"] * 12 + ["12"]


def test_threads_that_run_already() -> None:
    """A thread that was started before the fake, and a client that it uses, meet the fake at their next call."""
    import queue
    import threading

    names: queue.Queue[str | None] = queue.Queue()
    answers: queue.Queue[str] = queue.Queue()
    client = made_while_dormant()

    def work() -> None:
        while (name := names.get()) is not None:
            answers.put(client.get_secret_value(SecretId=name)["SecretString"])

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    for value in ("one", "two"):
        with FakeSecretsManager(region=REGION) as fake:
            fake.seed("db/password", value)
            names.put("db/password")
            assert answers.get(timeout=PATIENCE) == value
    names.put(None)
    worker.join()
