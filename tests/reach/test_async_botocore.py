"""What aiobotocore needs of the interception, on stand-ins for its parts: coroutines as handlers, awaited bodies."""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._botocore.responses import AwaitableBytes
from pytest_secretsdelete._reach import interception

from ..support import REGION, VALUE, json_response

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager


class AsyncEmitter:
    """The emitter of an aiobotocore client as far as it differs: it awaits what its handlers return."""

    def __init__(self, client: Any) -> None:
        emitter = client.meta.events._emitter
        self._handlers = emitter._handlers
        self._lookup_cache: dict[str, deque[Any]] = {}

    async def _emit(self, event: str, arguments: dict[str, Any]) -> list[Any]:
        """Call the handlers, one after the other."""
        given = [handler(event_name=event, **arguments) for handler in self._lookup_cache[event]]
        return [await one if asyncio.iscoroutine(one) else one for one in given]


class Request:
    """A prepared request."""

    url = "https://secretsmanager.test/"
    headers = {"X-Amz-Target": b"secretsmanager.GetSecretValue"}  # noqa: RUF012 - as requests have it
    body = b'{"SecretId":"db/password"}'


def send(client: Any, operation: str = "GetSecretValue") -> Any:
    """Take the fake's place at before-send, and emit that event as aiobotocore does."""
    emitter = AsyncEmitter(client)
    interception._answer_last(emitter, operation)
    interception._answer_last(emitter, operation)
    (stand_in,) = emitter._lookup_cache[f"before-send.secrets-manager.{operation}"]
    assert inspect.iscoroutinefunction(type(stand_in).__call__)
    (answer,) = asyncio.run(emitter._emit(f"before-send.secrets-manager.{operation}", {"request": Request()}))
    return answer


def test_the_fake_answers_last(fake: FakeSecretsManager, client: Any) -> None:
    """Where no handler answers, the fake does, and the body of its answer can be awaited."""
    fake.seed("db/password", VALUE)
    asked: list[str] = []

    async def looks_on(**_: Any) -> None:
        asked.append("coroutine")

    client.meta.events.register("before-send", looks_on)
    client.meta.events.register("before-send", lambda **_: asked.append("function"))
    answer = send(client)
    assert VALUE in answer.text
    assert asked == ["coroutine", "function"]
    assert [call.operation for call in fake.calls] == ["GetSecretValue"]


@pytest.mark.parametrize("kind", ["coroutine", "function"])
def test_a_users_handler_wins(kind: str, fake: FakeSecretsManager, client: Any) -> None:
    """The first answer of a user's handler is taken, be it a coroutine or not; all are asked; the fake is not."""
    first, second = json_response({"Name": "first"}), json_response({"Name": "second"})

    async def answers(**_: Any) -> Any:
        return first

    client.meta.events.register("before-send", answers if kind == "coroutine" else lambda **_: first)
    client.meta.events.register("before-send", lambda **_: second)
    assert send(client) is first
    assert fake.calls == ()


def test_a_body_is_bytes_and_can_be_awaited() -> None:
    """botocore reads the content of an answer, aiobotocore awaits it."""

    async def read() -> bytes:
        return await AwaitableBytes(b"body")

    assert AwaitableBytes(b"body") == b"body"
    assert asyncio.run(read()) == b"body"


def test_an_emitter_without_a_cache(fake: FakeSecretsManager, client: Any) -> None:
    """An event system that keeps no look-ups is left as it is, and its calls are intercepted early."""

    class Plain:
        _handlers = client.meta.events._emitter._handlers

    plain = Plain()
    interception._answer_last(plain, "GetSecretValue")
    assert vars(plain) == {}
    assert not interception._needs_late_interception(plain, "GetSecretValue")
    assert fake.region == REGION
