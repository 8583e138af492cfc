"""Users' own handlers on botocore's events: all of them run, and their answers win."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import botocore.endpoint
import pytest
from botocore.config import Config

from pytest_secretsdelete import FakeSecretsManager, FakeStoppedError

from ..support import EVENTS_BEFORE_SENDING, ORDERS, REGION, VALUE, Watch, force_late_interception, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock

    from .listener import Listener

EVENTS = (
    *EVENTS_BEFORE_SENDING,
    "response-received",
    *(["before-parse"] if "before-parse" in inspect.getsource(botocore.endpoint) else []),  # a newer one
    "needs-retry",
    "after-call",
)
ANSWERING = ("before-call", "before-send")
FORMS = ("{}", "{}.secretsmanager", "{}.secrets-manager", "{}.*.*", "{}.secrets-manager.GetSecretValue")
MINE = {"SecretString": "mine", "ARN": "arn", "Name": "db/password"}


def answer_of(event: str) -> Any:
    """Return what a handler on an event gives to answer a call itself."""
    own = json_response(MINE)
    return (own, {**MINE, "ResponseMetadata": {}}) if event == "before-call" else own


def read(client: Any) -> str:
    """Read the secret."""
    value: str = client.get_secret_value(SecretId="db/password")["SecretString"]
    return value


@pytest.fixture(params=["before", "after"])
def register(request: pytest.FixtureRequest) -> Any:
    """Give a function that registers a handler before or after the fake starts, and returns fake and client."""
    with FakeSecretsManager(region=REGION) as outer:
        client = outer.client()
    fake = FakeSecretsManager(region=REGION)
    fake.seed("db/password", VALUE)

    def register(order: str, event: str, handler: Any) -> tuple[FakeSecretsManager, Any]:
        if request.param == "after":
            fake.start()
        getattr(client.meta.events, order)(event, handler)
        if request.param == "before":
            fake.start()
        return fake, client

    yield register
    fake.stop()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("event", EVENTS)
def test_a_handler_runs_once(event: str, form: str, order: str, register: Any) -> None:
    """A handler that looks on is called once for an attempt, and the fake answers."""
    watch = Watch()
    fake, client = register(order, form.format(event), watch)
    assert read(client) == VALUE
    assert watch.seen == [f"{event}.secrets-manager.GetSecretValue"]
    assert [call.operation for call in fake.calls] == ["GetSecretValue"]
    client.list_secrets()
    assert len(watch.seen) == (1 if form.endswith("GetSecretValue") else 2)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("event", ANSWERING)
def test_an_answer_wins(event: str, form: str, order: str, register: Any) -> None:
    """A handler that answers is the one that answers, once, and the store and the record know nothing of it."""
    given: list[str] = []

    def handler(event_name: str, **_: Any) -> Any:
        given.append(event_name)
        return answer_of(event)

    fake, client = register(order, form.format(event), handler)
    before = fake.secrets()
    assert read(client) == "mine"
    assert len(given) == 1
    assert fake.calls == ()
    assert fake.secrets() == before


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("event", ANSWERING)
def test_an_answer_leaves_changes_undone(event: str, order: str, register: Any) -> None:
    """A call that would change the store, answered by a handler, changes nothing."""
    fake, client = register(order, event, lambda **_: answer_of(event))
    before = fake.secrets()
    client.put_secret_value(SecretId="db/password", SecretString="new")
    client.create_secret(Name="other", SecretString="new")
    client.delete_secret(SecretId="db/password", ForceDeleteWithoutRecovery=True)
    assert fake.secrets() == before
    assert fake.calls == fake.events == ()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("event", ANSWERING)
def test_an_answer_uses_up_no_fault(event: str, order: str, register: Any) -> None:
    """A handler wins over faults and denials as well, and uses none of them up."""
    fake, client = register(order, event, lambda **_: answer_of(event))
    fault = fake.fail("GetSecretValue", "ThrottlingException")
    fake.deny("GetSecretValue")
    assert read(client) == "mine"
    assert fake.unused_faults() == (fault,)


class Callables:
    """Handlers of every kind."""

    def __init__(self) -> None:
        self.calls = 0

    def method(self, **_: Any) -> None:
        """Count."""
        self.calls += 1

    def __call__(self, **_: Any) -> None:
        self.calls += 1

    @staticmethod
    def with_counter(counter: Callables, **_: Any) -> None:
        """Count, for a partial."""
        counter.calls += 1


def _function(counter: Callables) -> Callable[..., None]:
    def handler(**_: Any) -> None:
        counter.calls += 1

    return handler


def _without_a_module(counter: Callables) -> Callable[..., None]:
    handler = _function(counter)
    handler.__module__ = None  # type: ignore[assignment]
    return handler


KINDS: dict[str, Callable[[Callables], Any]] = {
    "function": _function,
    "bound method": lambda counter: counter.method,
    "callable": lambda counter: counter,
    "partial": lambda counter: functools.partial(Callables.with_counter, counter),
    "partial of a partial": lambda counter: functools.partial(functools.partial(Callables.with_counter), counter),
    "mock": lambda counter: Mock(side_effect=counter.method),
    "lambda": lambda counter: lambda **_: counter.method(),
    "without a module": _without_a_module,
    "without the name of a module": lambda counter: _function(counter).__call__,
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("event", ["before-call", "request-created", "before-send", "needs-retry"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_handler(kind: str, event: str, order: str, fake: FakeSecretsManager, client: Any) -> None:
    """Functions, methods, partials, mocks and callables are all recognised as somebody's own."""
    fake.seed("db/password", VALUE)
    counter = Callables()
    getattr(client.meta.events, order)(event, KINDS[kind](counter))
    assert read(client) == VALUE
    assert counter.calls == 1


def test_a_handler_with_a_unique_id(fake: FakeSecretsManager, client: Any) -> None:
    """A handler registered under an id runs, and no more once it is unregistered."""
    fake.seed("db/password", VALUE)
    handler = Mock(return_value=json_response(MINE))
    client.meta.events.register("before-send.secretsmanager", handler, unique_id="mine")
    assert read(client) == "mine"
    client.meta.events.unregister("before-send.secretsmanager", unique_id="mine")
    assert read(client) == VALUE
    assert handler.call_count == 1


def test_a_handler_on_the_session(fake: FakeSecretsManager) -> None:
    """A handler of a session counts for the clients that the session makes."""
    import botocore.session

    fake.seed("db/password", VALUE)
    session = botocore.session.Session()
    watch = Watch()
    session.register("request-created.secretsmanager", watch)
    assert read(session.create_client("secretsmanager")) == VALUE
    assert len(watch.seen) == 1


def test_handlers_may_come_and_go(fake: FakeSecretsManager, client: Any) -> None:
    """The present handlers of a client decide between early and late interception."""
    fake.seed("db/password", VALUE)
    for _ in range(2):
        assert read(client) == VALUE
        watch = force_late_interception(client)
        assert read(client) == VALUE
        assert read(client) == VALUE
        client.meta.events.unregister("before-send.secrets-manager", watch)
        assert read(client) == VALUE
        assert len(watch.seen) == 2


def test_the_first_answer_wins_and_all_are_called(fake: FakeSecretsManager, client: Any) -> None:
    """botocore asks every handler at before-send, also after an answer, and takes the first one."""
    first = Mock(return_value=json_response({"SecretString": "first"}))
    second = Mock(return_value=json_response({"SecretString": "second"}))
    client.meta.events.register("before-send.secretsmanager", first)
    client.meta.events.register("before-send", second)
    assert read(client) == "first"
    assert first.call_count == second.call_count == 1
    assert fake.calls == ()


def test_a_handler_may_change_the_request(fake: FakeSecretsManager, client: Any) -> None:
    """What a handler writes into the request, before the fake reads it, counts."""
    fake.seed("db/password", VALUE)

    def rename(params: dict[str, Any], **_: Any) -> None:
        params["SecretId"] = "db/password"

    client.meta.events.register("provide-client-params.secretsmanager.GetSecretValue", rename)
    assert client.get_secret_value(SecretId="other")["SecretString"] == VALUE

    def rewrite(request: Any, **_: Any) -> None:
        request.data = b'{"SecretId":"db/password"}'

    client.meta.events.unregister("provide-client-params.secretsmanager.GetSecretValue", rename)
    client.meta.events.register("request-created", rewrite)
    assert client.get_secret_value(SecretId="other")["SecretString"] == VALUE


@pytest.mark.parametrize("event", EVENTS)
def test_what_a_handler_raises(event: str, fake: FakeSecretsManager, client: Any) -> None:
    """An exception of a handler reaches the caller; before the answer, the store is untouched."""

    def stumble(**_: Any) -> None:
        raise ZeroDivisionError

    client.meta.events.register_last(event, stumble)
    with pytest.raises(ZeroDivisionError):
        client.create_secret(Name="db/password", SecretString=VALUE)
    answered = EVENTS.index(event) > EVENTS.index("before-send")
    assert ("db/password" in fake) == answered


def test_a_handler_sees_the_request_and_the_answer(fake: FakeSecretsManager, client: Any) -> None:
    """Under late interception handlers see the signed request and the response."""
    seen: dict[str, Any] = {}
    client.meta.events.register("before-send", lambda request, **_: seen.update(request=request))
    client.meta.events.register("response-received", lambda response_dict, **_: seen.update(response=response_dict))
    client.meta.events.register("after-call", lambda http_response, **_: seen.update(http=http_response))
    client.list_secrets()
    assert seen["request"].headers["X-Amz-Target"] == b"secretsmanager.ListSecrets"
    assert b"Credential=" in seen["request"].headers["Authorization"]
    assert seen["response"]["body"] == b'{"SecretList":[]}'
    assert seen["http"].status_code == 200
    assert seen["http"].text == '{"SecretList":[]}'


def test_a_fault_of_the_users_own_is_retried(clock: Clock, fake: FakeSecretsManager) -> None:
    """A handler that answers 500 twice is retried by botocore, and the third attempt reaches the fake."""
    fake.seed("db/password", VALUE)
    client = fake.client(config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    answers = [json_response({}, 500), json_response({}, 500)]
    client.meta.events.register("before-send", lambda **_: answers.pop() if answers else None)
    watch = Watch()
    client.meta.events.register("needs-retry", watch)
    with clock.skip_sleeps():
        response = client.get_secret_value(SecretId="db/password")
    assert response["SecretString"] == VALUE
    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert [call.operation for call in fake.calls] == ["GetSecretValue"]
    assert len(watch.seen) == 3


@pytest.mark.parametrize("event", ["request-created", "before-sign"])
def test_a_fake_that_starts_in_the_midst_of_a_call(event: str) -> None:
    """It answers the call at before-send, in the region of that call and not of an earlier one."""
    with FakeSecretsManager(region="us-east-2") as warm:
        client, elsewhere = warm.client(REGION), warm.client()
        force_late_interception(elsewhere)
        elsewhere.list_secrets()
    fake = FakeSecretsManager(region="us-west-2")
    fake.seed("db/password", VALUE, region=REGION)
    client.meta.events.register_last(event, lambda **_: start())
    started: list[FakeSecretsManager] = []

    def start() -> None:
        started.append(fake.start())

    try:
        assert read(client) == VALUE
    finally:
        fake.stop()
    assert [call.region for call in fake.calls] == [REGION]


@pytest.mark.parametrize("order", ORDERS)
def test_a_handler_on_one_operation(order: str, fake: FakeSecretsManager, client: Any) -> None:
    """It is called for that operation, whichever operation was called before, and for no other."""
    fake.seed("db/password", VALUE)
    watch = Watch()
    getattr(client.meta.events, order)("request-created.secrets-manager.GetSecretValue", watch)
    client.list_secrets()
    assert watch.seen == []
    assert read(client) == VALUE
    assert len(watch.seen) == 1


@pytest.mark.parametrize("target", ["secretsmanager.ListSecrets", b"secretsmanager.ListSecrets"])
def test_a_handler_may_change_the_operation(target: str | bytes, fake: FakeSecretsManager, client: Any) -> None:
    """The operation is that of the target header which a request has in the end."""

    def rewrite(request: Any, **_: Any) -> None:
        request.headers.replace_header("X-Amz-Target", target)
        request.data = b"{}"

    client.meta.events.register("request-created", rewrite)
    client.get_secret_value(SecretId="db/password")
    assert [call.operation for call in fake.calls] == ["ListSecrets"]


def test_headers_that_are_no_text(fake: FakeSecretsManager, client: Any) -> None:
    """Bytes that are not UTF-8 in the headers that the fake reads name nothing, and are no error."""
    fake.seed("db/password", VALUE)

    def spoil(request: Any, **_: Any) -> None:
        request.headers["X-Amz-Target"] = request.headers["Authorization"] = b"\xff"

    client.meta.events.register("before-send", spoil)
    assert read(client) == VALUE


def test_a_fake_that_starts_and_stops_in_the_midst_of_a_call(listener: Listener) -> None:
    """A call that has met a fake on its way is not sent, though it began without one."""
    fake, client = FakeSecretsManager(region=REGION), listener.client()
    fake.start()
    fake.stop()
    client.meta.events.register("before-parameter-build", lambda **_: fake.start() and None)
    client.meta.events.register("before-send", lambda **_: fake.stop())
    try:
        with pytest.raises(FakeStoppedError):
            read(client)
    finally:
        fake.stop()
    assert listener.requests == []
