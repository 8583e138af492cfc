"""What other handlers may make of a request: whatever it is, the answer is a refusal of the service's kind."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach.guard import Guard, UnmockedCallError
from pytest_secretsdelete._service.wire import Incoming

from ..support import REGION, VALUE, refused, send_raw
from .listener import KEYS, new_session

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = b'{"SecretId":"db/password"}'


class Stream(io.BytesIO):
    """A stream that reads well, unless a test says otherwise."""

    def __init__(self) -> None:
        super().__init__(BODY)


class Raises(Stream):
    """Cannot be read."""

    def read(self, *_: Any) -> bytes:
        """Fail."""
        raise ZeroDivisionError


class ReadsNumbers(Stream):
    """Reads what is no text."""

    def read(self, *_: Any) -> Any:
        """Return no bytes."""
        return 7


class WithoutTell:
    """A file that cannot say where it is, nor go back."""

    def read(self) -> bytes:
        """Return the body."""
        return BODY


class Cannot:
    """An object whose attributes cannot be asked for."""

    @property
    def read(self) -> Any:
        """Fail."""
        raise ZeroDivisionError


ODD: dict[str, Callable[[], Any]] = {
    "generator": lambda: (part for part in (BODY,)),
    "zero": lambda: 0,
    "int": lambda: 5,
    "list": lambda: [1, 2],
    "dict": lambda: {"SecretId": "db/password"},
    "surrogates": lambda: "\ud800",
    "raises": Raises,
    "reads numbers": ReadsNumbers,
    "without tell": WithoutTell,
    "cannot": Cannot,
}
FINE: dict[str, Callable[[], Any]] = {
    "bytes": lambda: BODY,
    "bytearray": lambda: bytearray(BODY),
    "memoryview": lambda: memoryview(BODY),
    "text": BODY.decode,
    "stream": Stream,
    "text stream": lambda: io.StringIO(BODY.decode()),
}


def put_in(client: Any, event: str, body: Any) -> None:
    """Let a handler put a body into the next requests, early or late."""

    def handler(**words: Any) -> None:
        if event == "before-call":
            words["params"]["body"] = body
        else:
            words["request"].body = body

    client.meta.events.register_first(f"{event}.secrets-manager.GetSecretValue", handler)  # in front of the fake's


@pytest.fixture
def fake() -> Any:
    """Give an active fake that holds a secret."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("db/password", VALUE)
        yield fake


@pytest.mark.parametrize("event", ["before-call", "before-send"])
@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_body(kind: str, event: str, fake: FakeSecretsManager) -> None:
    """An object that HTTP cannot send is refused as a body that is not JSON, and is a call of the record."""
    client = fake.client()
    put_in(client, event, ODD[kind]())
    with refused("SerializationException", match="not valid JSON"):
        client.get_secret_value(SecretId="db/password")
    assert [(call.operation, call.error_code) for call in fake.calls] == [("GetSecretValue", "SerializationException")]


@pytest.mark.parametrize("event", ["before-call", "before-send"])
@pytest.mark.parametrize("kind", FINE)
def test_what_is_a_body(kind: str, event: str, fake: FakeSecretsManager) -> None:
    """Bytes, text and streams that can go back are read, streams without being moved."""
    client, body = fake.client(), FINE[kind]()
    put_in(client, event, body)
    assert client.get_secret_value(SecretId="other")["SecretString"] == VALUE
    if hasattr(body, "tell"):
        assert body.tell() == 0


def test_a_fault_waits_beside_it(fake: FakeSecretsManager) -> None:
    """A fault for one secret waits on: what cannot be read is about no secret."""
    client = fake.client()
    fault = fake.fail("GetSecretValue", "DecryptionFailure", secret_id="db/password")
    put_in(client, "before-call", Raises())
    with refused("SerializationException"):
        client.get_secret_value(SecretId="db/password")
    assert fake.unused_faults() == (fault,)


def test_an_interrupt_is_nobodys_refusal(fake: FakeSecretsManager) -> None:
    """What ends the test goes on its way, also out of the reading of a body."""
    client = fake.client()

    class Interrupted(Stream):
        def read(self, *_: Any) -> bytes:
            raise KeyboardInterrupt

    put_in(client, "before-call", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        client.get_secret_value(SecretId="db/password")


def test_a_header_that_is_no_text(fake: FakeSecretsManager) -> None:
    """Headers that are no UTF-8 name neither an operation nor an origin."""
    client = fake.client()

    def spoil(request: Any, **_: Any) -> None:
        request.headers["X-Amz-Target"] = request.headers["Authorization"] = b"\xff"

    client.meta.events.register("before-send", spoil)
    assert client.get_secret_value(SecretId="db/password")["SecretString"] == VALUE


@pytest.mark.parametrize("body", ["[" * 100_000, '{"SecretId": {"SecretString": "x"}}', '{"SecretId": 7}', b"\xff"])
def test_the_guard_and_what_it_cannot_read(body: Any, guard: Guard) -> None:
    """The guard stops such requests as all others, and shows nothing of what stands in the place of a name."""
    client = new_session().create_client("secretsmanager", **KEYS)
    with pytest.raises(UnmockedCallError, match="GetSecretValue of no secret by name"):
        send_raw(client, "GetSecretValue", body)
    for odd in ODD.values():
        client = new_session().create_client("secretsmanager", **KEYS)
        put_in(client, "before-send", odd())
        with pytest.raises(UnmockedCallError, match="GetSecretValue of no secret by name"):
            client.get_secret_value(SecretId="db/password")


def test_a_url_that_is_none() -> None:
    """A URL that cannot be read is no server of this machine."""
    guard = Guard()
    assert not guard.lets_through("http://[")
    with pytest.raises(UnmockedCallError, match="ListSecrets of no secret by name in an unknown region"):
        guard.stop(Incoming("ListSecrets", b""))
