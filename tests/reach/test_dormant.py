"""While no fake is active the package does nothing, and other services never notice it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import boto3
import botocore.handlers
import pytest

from pytest_secretsdelete import FakeSecretsManager, _active
from pytest_secretsdelete._reach import interception

from ..support import REGION, VALUE, Network, Watch, response, run_python, send_raw

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock

KEYS = {"region_name": REGION, "aws_access_key_id": "a", "aws_secret_access_key": "b"}
IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>me</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
BUCKETS = b"""<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket><Name>mine</Name>
</Bucket></Buckets></ListAllMyBucketsResult>"""


def test_a_call_goes_towards_the_network() -> None:
    """Before, between and after fakes, a call goes its way, raw or not; inside, it never gets so far."""
    client = boto3.Session().client("secretsmanager", **KEYS)
    network = Network(client)
    for number in (1, 2, 3):
        assert client.describe_secret(SecretId="db/password")["Name"] == "from the network"
        assert len(network.urls) == 2 * number - 1
        with FakeSecretsManager(region=REGION) as fake:
            assert client.describe_secret(SecretId="db/password")["Name"] == "from the network"  # a foreign answer
            assert fake.calls == ()
    assert send_raw(client, "DescribeSecret", {"SecretId": "db/password"})[1]["Name"] == "from the network"


def test_a_client_of_the_fake_goes_towards_the_network_after_it() -> None:
    """A client that the fake itself has made is a common one once the fake has stopped."""
    with FakeSecretsManager() as fake:
        fake.seed("db/password", VALUE)
        client = fake.client()
        client.describe_secret(SecretId="db/password")
    network = Network(client)
    assert client.describe_secret(SecretId="db/password")["Name"] == "from the network"
    assert network.urls == [client.meta.endpoint_url + "/"]
    assert len(fake.calls) == 1


def test_late_interception_leaves_nothing_behind() -> None:
    """A client keeps nothing of a late interception."""
    client = boto3.Session().client("secretsmanager", **KEYS)
    with FakeSecretsManager(region=REGION) as fake:
        fake.fail("DescribeSecret", "DecryptionFailure")
        with pytest.raises(client.exceptions.DecryptionFailure):
            client.describe_secret(SecretId="db/password")
    network = Network(client)
    assert client.describe_secret(SecretId="db/password")["Name"] == "from the network"
    assert len(network.urls) == 1


def test_a_call_before_the_first_fake_of_the_process_and_after_it() -> None:
    """Where handlers have been put into a client that was there, it goes its own way again afterwards."""
    source = f"""
import boto3
from botocore.awsrequest import AWSResponse
client = boto3.client("secretsmanager", region_name="{REGION}", aws_access_key_id="a", aws_secret_access_key="b")
urls = []
def answer(request, **_):
    urls.append(request.url)
    response = AWSResponse(request.url, 200, {{}}, None)
    response._content = b'{{"Name":"elsewhere"}}'
    return response
from pytest_secretsdelete import FakeSecretsManager
with FakeSecretsManager(region="{REGION}") as fake:
    fake.seed("a", "b")
    print(client.describe_secret(SecretId="a")["Name"])
client.meta.events.register("before-send", answer)
print(client.describe_secret(SecretId="a")["Name"], len(urls))
"""
    assert run_python(source).split() == ["a", "elsewhere", "1"]


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [("sts", "get_caller_identity", IDENTITY), ("s3", "list_buckets", BUCKETS)],
)
@pytest.mark.parametrize("made", ["before", "inside"])
def test_other_services_are_untouched(service: str, operation: str, body: bytes, made: str) -> None:
    """Clients of other services see the same events as ever, and their calls go out."""

    def call() -> tuple[list[str], dict[str, Any]]:
        watch, sent = Watch(), []
        client = early if made == "before" else boto3.Session().client(service, **KEYS)
        events = ("before-call", "request-created", "before-sign", "before-send", "needs-retry", "after-call")
        for event in events:
            client.meta.events.register_first(event, watch)
        answer = client.meta.events.register_last

        def send(request: Any, **_: Any) -> Any:
            sent.append(request.headers["Authorization"])
            return response(body, url=request.url)

        answer("before-send", send)
        result = getattr(client, operation)()
        for event in events:
            client.meta.events.unregister(event, watch)
        client.meta.events.unregister("before-send", send)
        assert len(sent) == 1
        result.pop("ResponseMetadata")
        return watch.seen, result

    early = boto3.Session().client(service, **KEYS)
    outside = call()
    with FakeSecretsManager(region=REGION) as fake:
        assert call() == outside
        assert fake.calls == ()
    assert all(outside)


def _attributes() -> dict[tuple[str, ...], int]:
    """Return what botocore, boto3 and the modules of time hold that can be called, classes' own included."""
    found: dict[tuple[str, ...], int] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in {
            "botocore",
            "boto3",
            "aiobotocore",
            "time",
            "asyncio",
            "datetime",
            "threading",
        }:
            continue
        for attribute, value in list(vars(module).items()):
            if not callable(value):
                continue
            found[name, attribute] = id(value)
            if isinstance(value, type) and value.__module__ == name:
                found.update({(name, attribute, own): id(held) for own, held in list(vars(value).items())})
    volatile = {"__annotations__", "__annotations_cache__", "_abc_impl", "__static_attributes__"}
    return {key: value for key, value in found.items() if not volatile & set(key)}


def test_nothing_stays_patched(clock: Clock) -> None:
    """Neither a fake nor a clock nor skipped sleeps leave any attribute of botocore, boto3 or time changed."""
    with FakeSecretsManager() as fake:
        fake.client()
    early = boto3.Session().client("secretsmanager", **KEYS)
    exceptions = early.exceptions
    before = _attributes()
    session = boto3.DEFAULT_SESSION
    with FakeSecretsManager() as fake, clock.skip_sleeps():
        fake.seed("db/password", VALUE)
        fake.fail("GetSecretValue", "ThrottlingException")
        boto3.client("secretsmanager").get_secret_value(SecretId="db/password")
        for other in (boto3.Session().client("secretsmanager"), early):
            with pytest.raises(other.exceptions.ResourceNotFoundException):
                other.get_secret_value(SecretId="missing")
        boto3.Session().resource("dynamodb")
        clock.advance(days=1)
    after = _attributes()
    assert {("time", "sleep"), ("botocore.endpoint", "Endpoint", "make_request")} <= before.keys()
    assert {key for key in before if after.get(key) != before[key]} == set()
    assert boto3.DEFAULT_SESSION is session
    assert early.exceptions is exceptions


def test_handlers_are_put_in_place_once() -> None:
    """However many fakes start, botocore's handlers hold each of ours once, and so does a client."""
    for _ in range(3):
        with FakeSecretsManager() as fake:
            client = fake.client()
    for event, handler, _section in interception.REGISTRATIONS:
        assert [entry[0] for entry in botocore.handlers.BUILTIN_HANDLERS if entry[1] is handler] == [event]
        held = client.meta.events._emitter._handlers.prefix_search(event.replace("*", "GetSecretValue"))
        assert list(held).count(handler) == 1


def test_an_event_system_that_has_our_handlers_already() -> None:
    """A session that was made while handlers were being put in place does not get them twice."""
    source = """
import botocore.session
from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach import interception
from pytest_secretsdelete._botocore import sessions
emitter = botocore.session.Session().get_component("event_emitter")._emitter
for event, handler, section in interception.REGISTRATIONS[1:]:
    getattr(emitter, f"register_{section}")(event, handler)
with FakeSecretsManager():
    pass
counts = []
for event, handler, section in interception.REGISTRATIONS:
    counts.append(list(emitter._handlers.prefix_search(event.replace("*", "GetSecretValue"))).count(handler))
print(*counts)
"""
    assert run_python(source).split() == ["1"] * 5


def test_nothing_is_active_afterwards() -> None:
    """No fake is left among the active ones, also where the block has ended by an exception."""
    before = _active.responders()
    with pytest.raises(ZeroDivisionError), FakeSecretsManager():
        assert len(_active.responders()) == len(before) + 1
        raise ZeroDivisionError
    assert _active.responders() == before
