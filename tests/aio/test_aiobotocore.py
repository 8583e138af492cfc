"""aiobotocore clients: the whole table again, faults with retries, handlers, and the event loop under the clock."""

from __future__ import annotations

import asyncio
import time
from unittest.mock import Mock

import pytest

aiobotocore_session = pytest.importorskip("aiobotocore.session")
from aiobotocore.config import AioConfig  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError  # noqa: E402

from pytest_secretsdelete import MALFORMED, Clock, FakeSecretsManager, Timeout  # noqa: E402
from pytest_secretsdelete._service.instant import aware  # noqa: E402
from pytest_secretsdelete._time.freezing import freeze  # noqa: E402

from ..conformance.rows import ROWS, implemented  # noqa: E402
from ..conformance.runner import World, resolved, send_by_client  # noqa: E402
from ..conformance.table import Matcher, Refused  # noqa: E402
from ..conformance.test_conformance import check_metadata, check_refusal  # noqa: E402
from ..support import VALUE, botocore_log  # noqa: E402

TIMELESS = [pytest.param(row, id=row.label) for row in ROWS if implemented(row) and not row.timed and not row.raw]


@pytest.fixture(scope="module")
def frozen():
    """Hold time; the clock that moves it."""
    with freeze(aware("2026-01-15T12:00:00.123Z")):
        yield Clock()


@pytest.fixture
def fake():
    """An active fake."""
    with FakeSecretsManager() as active:
        yield active


def client(account="123456789012", region="us-east-1", **options):
    """Return a context that gives an aiobotocore client."""
    return aiobotocore_session.get_session().create_client(
        "secretsmanager", region_name=region, aws_access_key_id=account, aws_secret_access_key="x", **options
    )


@pytest.mark.parametrize("row", TIMELESS)
def test_row(row, frozen):
    """The answer is the one that botocore gets."""
    answers = []

    async def send(operation, parameters):
        async with client(row.account, row.region) as aio:
            answers.append(await aio._make_api_call(operation, parameters))

    with World(row, send_by_client, frozen) as world:
        row.given(world)
        Matcher.world = world
        token = {"ClientRequestToken": "9" * 32} if "ClientRequestToken" in world._members(row.operation) else {}
        parameters = {**token, **resolved(row.call, world)}
        if isinstance(row.answer, Refused):
            with pytest.raises(ClientError) as refused:
                asyncio.run(send(row.operation, parameters))
            check_refusal(row, refused.value.response, world, "aio")
        else:
            asyncio.run(send(row.operation, parameters))
            check_metadata(answers[0].pop("ResponseMetadata"))
            assert answers[0] == resolved(row.answer, world)
        row.afterwards(world)


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_faults_are_retried(mode, frozen, fake):
    """botocore's own retries run, and their waiting moves the clock."""
    config = AioConfig(retries={"mode": mode, "total_max_attempts": 4})
    fake.fail("ListSecrets", "ThrottlingException", times=3)

    async def main():
        async with client(config=config) as aio:
            return (await aio.list_secrets())["ResponseMetadata"]["RetryAttempts"]

    began = frozen.now()
    with frozen.skip_sleeps():
        assert asyncio.run(main()) == 3
    assert frozen.now() > began
    assert [call.error_code for call in fake.calls] == ["ThrottlingException"] * 3 + [None]


def test_timeouts_and_malformed_answers(frozen, fake):
    """A timeout is raised once the attempts are used up; a broken answer has no members."""

    async def main():
        async with client(config=AioConfig(retries={"mode": "standard", "total_max_attempts": 2})) as aio:
            fake.fail("ListSecrets", Timeout.READ, times=2)
            with pytest.raises(ReadTimeoutError):
                await aio.list_secrets()
            fake.fail("ListSecrets", MALFORMED)
            assert list(await aio.list_secrets()) == ["ResponseMetadata"]

    with frozen.skip_sleeps():
        asyncio.run(main())


def test_an_unknown_region(fake):
    """The call raises what a connection would."""

    async def main():
        async with client(region="eu-wset-1") as aio:
            with pytest.raises(EndpointConnectionError):
                await aio.list_secrets()

    asyncio.run(main())


@pytest.mark.parametrize("event", ["before-call", "before-send"])
@pytest.mark.parametrize("order", ["register_first", "register", "register_last"])
@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_users_handlers_win(event, order, kind, fake):
    """Whatever their order, and coroutines too; the store is untouched."""

    class Body(bytes):
        def __await__(self):
            yield from ()
            return bytes(self)

    response = AWSResponse("", 200, {}, None)
    response._content = Body(b'{"SecretList": []}')
    answer = (response, {"mine": True}) if event == "before-call" else response

    async def coroutine(**_):
        return answer

    async def main():
        async with client() as aio:
            handler = coroutine if kind == "coroutine" else lambda **_: answer
            getattr(aio.meta.events, order)(event, handler)
            return await aio.create_secret(Name="a", SecretString="x")

    asyncio.run(main())
    assert fake.secrets() == ()
    assert fake.calls == ()


def test_a_handler_that_only_watches(fake):
    """It sees the request once, and the fake answers."""
    seen = []

    async def watch(request, **_):
        seen.append(request.headers["X-Amz-Target"])

    async def main():
        async with client() as aio:
            aio.meta.events.register("before-send", watch)
            return await aio.create_secret(Name="a", SecretString="x")

    assert asyncio.run(main())["Name"] == "a"
    assert len(seen) == 1


def test_pages(fake):
    """A paginator walks through all pages."""
    for number in range(5):
        fake.seed(f"s{number}", "x")

    async def main():
        async with client() as aio:
            pages = aio.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})
            return [[secret["Name"] for secret in page["SecretList"]] async for page in pages]

    assert asyncio.run(main()) == [["s0", "s1"], ["s2", "s3"], ["s4"]]


def test_many_tasks_on_one_client(fake):
    """Nothing is lost, and one version is the current one."""
    fake.seed("a", "x")

    async def main():
        async with client() as aio:
            await asyncio.gather(*(aio.put_secret_value(SecretId="a", SecretString=str(n)) for n in range(100)))

    asyncio.run(main())
    versions = fake.secret("a").versions
    assert len(versions) == 101
    assert sum("AWSCURRENT" in version.staging_labels for version in versions) == 1


def test_a_client_made_before_the_fake(fake):
    """A client that outlives one fake is answered by the next."""

    async def main():
        async with client() as aio:
            await aio.create_secret(Name="a", SecretString="x")
            with FakeSecretsManager() as inner:
                await aio.create_secret(Name="b", SecretString="x")
                return [secret.name for secret in inner.secrets()]

    assert asyncio.run(main()) == ["b"]
    assert [secret.name for secret in fake.secrets()] == ["a"]


def test_sessions_share_what_is_parsed(fake, monkeypatch):
    """The second session parses no file again, and has a model of its own."""

    async def changed():
        async with client() as made:
            made.meta.service_model.metadata["changed"] = True
            return made

    asyncio.run(changed())
    parsed = []
    monkeypatch.setattr("botocore.loaders.json", Mock(loads=lambda text, **_: parsed.append(text)))

    async def main():
        async with client() as made:
            assert "changed" not in made.meta.service_model.metadata
            await made.list_secrets()

    asyncio.run(main())
    assert parsed == []


def test_exceptions_are_those_of_other_clients(fake):
    """What an aiobotocore client raises is caught by the class of a boto3 client, and the reverse."""
    other = fake.client()

    async def main():
        async with client() as aio:
            with pytest.raises(other.exceptions.ResourceNotFoundException):
                await aio.get_secret_value(SecretId="missing")
            with pytest.raises(aio.exceptions.ResourceNotFoundException):
                other.get_secret_value(SecretId="missing")

    asyncio.run(main())


def test_exceptions_of_a_client_made_before_the_fake():
    """Its errors are caught by the class that it had before, and by that of a client made since."""

    async def main():
        async with client() as aio:
            own = aio.exceptions.ResourceNotFoundException
            with FakeSecretsManager() as fake:
                shared = fake.client().exceptions.ResourceNotFoundException
                with pytest.raises(own):
                    await aio.get_secret_value(SecretId="missing")
                with pytest.raises(shared):
                    await aio.get_secret_value(SecretId="missing")
                assert aio.exceptions.ResourceNotFoundException is shared
            assert aio.exceptions.ResourceNotFoundException is own

    asyncio.run(main())


@pytest.mark.parametrize("is_late", [False, True], ids=["early", "late"])
def test_the_debug_log(is_late, fake):
    """What aiobotocore's debug log holds of the package's objects shows no value."""

    async def main():
        async with client() as aio:
            if is_late:
                aio.meta.events.register("before-send.secrets-manager", Mock(return_value=None))
            for number in range(2):
                await aio.create_secret(Name=f"secret/{number}", SecretString=VALUE)
                await aio.put_secret_value(SecretId=f"secret/{number}", SecretBinary=VALUE.encode())
                await aio.get_secret_value(SecretId=f"secret/{number}")
                with pytest.raises(ClientError):
                    await aio.create_secret(Name="secret/0", SecretString=VALUE)

    with botocore_log() as log:
        asyncio.run(main())
    log.check()
    assert "before_call" in log.kinds
    assert ("_LastAnswerAsync" in log.kinds) is is_late


def test_the_clock_does_not_stall_the_event_loop(frozen):
    """asyncio.sleep ends, wait_for times out, and the loop's own time goes on, while time stands still."""

    async def main():
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(0.01)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)
        return loop.time() - began

    began = time.time()
    assert asyncio.run(main()) > 0
    assert time.time() == began


def test_aioboto3(fake):
    """aioboto3's sessions are aiobotocore's."""
    aioboto3 = pytest.importorskip("aioboto3")

    async def main():
        async with aioboto3.Session(region_name="us-east-1").client("secretsmanager") as aio:
            await aio.create_secret(Name="a", SecretString="x")

    asyncio.run(main())
    assert "a" in fake
