"""The same for aiobotocore's clients: what began under a fake that has stopped never leaves the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

aiobotocore_session = pytest.importorskip("aiobotocore.session")
from aiobotocore.config import AioConfig  # noqa: E402

from pytest_secretsdelete import FakeSecretsManager, FakeStoppedError  # noqa: E402

from ..support import VALUE  # noqa: E402
from .listener import KEYS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from .listener import Listener

EVENTS = ("provide-client-params", "before-call", "request-created", "choose-signer", "before-sign", "before-send")


def client(listener: Listener, **options: Any) -> Any:
    """Return a context that gives an aiobotocore client with keys of its own."""
    return aiobotocore_session.get_session().create_client(
        "secretsmanager", endpoint_url=listener.url, **KEYS, **options
    )


async def stopped(call: Callable[[], Any]) -> None:
    """Expect a call to be stopped."""
    with pytest.raises(FakeStoppedError):
        await call()


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_retry_after_the_stop(
    mode: str, started: FakeSecretsManager, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fake that stops during the back-off: the next attempt is stopped."""
    started.fail("DeleteSecret", "ThrottlingException", times=3)
    real_sleep = asyncio.sleep

    async def stop(delay: float, result: Any = None) -> Any:
        started.stop()
        return await real_sleep(0, result)

    async def main() -> None:
        config = AioConfig(retries={"mode": mode, "total_max_attempts": 4})
        async with client(listener, config=config) as aio:
            monkeypatch.setattr("asyncio.sleep", stop)
            await stopped(lambda: aio.delete_secret(SecretId="db/password", ForceDeleteWithoutRecovery=True))

    asyncio.run(main())
    assert len(started.calls) == 1
    assert listener.requests == []


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_a_handler_that_spans_the_stop(kind: str, event: str, started: FakeSecretsManager, listener: Listener) -> None:
    """Whichever handler the fake stops in, the call is not sent; a call that begins afterwards is."""

    async def stop(**_: Any) -> None:
        await asyncio.sleep(0)
        started.stop()

    async def main() -> str:
        async with client(listener) as aio:
            aio.meta.events.register(event, stop if kind == "coroutine" else lambda **_: started.stop())
            await stopped(lambda: aio.get_secret_value(SecretId="db/password"))
            name: str = (await aio.describe_secret(SecretId="db/password"))["Name"]
            return name

    assert asyncio.run(main()) == "from the network"
    assert started.calls == ()
    assert listener.requests == ["secretsmanager.DescribeSecret"]


def test_the_next_page_after_the_stop(started: FakeSecretsManager, listener: Listener) -> None:
    """A paginator whose last page came from the fake asks nobody for the next."""
    for number in range(3):
        started.seed(f"s{number}", VALUE)

    async def main() -> None:
        async with client(listener) as aio:
            pages = aio.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})
            walk = pages.__aiter__()
            await walk.__anext__()
            started.stop()
            await stopped(walk.__anext__)

    asyncio.run(main())
    assert listener.requests == []


def test_tasks_that_outlive_the_fake(started: FakeSecretsManager, listener: Listener) -> None:
    """Of many tasks under way when the fake stops, each is answered or stopped, and none sends anything."""

    async def main() -> list[Any]:
        async with client(listener) as aio:

            async def dawdle(**_: Any) -> None:
                await asyncio.sleep(0)

            for event in EVENTS:
                aio.meta.events.register(event, dawdle)
            tasks = [asyncio.ensure_future(aio.get_secret_value(SecretId="db/password")) for _ in range(20)]
            while not started.calls:
                await asyncio.sleep(0)
            started.stop()
            return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert {type(result) for result in results} <= {dict, FakeStoppedError}
    assert any(isinstance(result, dict) for result in results)
    assert listener.requests == []
