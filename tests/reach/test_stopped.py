"""A call that began under a fake, and goes on once that fake has stopped: it never leaves the process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from pytest_secretsdelete import FakeSecretsManager, FakeStoppedError, Timeout
from pytest_secretsdelete._reach.guard import Guard

from ..support import (
    EVENTS_BEFORE_SENDING,
    ORDERS,
    PATIENCE,
    REGION,
    VALUE,
    force_late_interception,
    json_response,
    refused,
    send_raw,
)
from .test_moto import motos_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from .listener import Listener

MODES = ("legacy", "standard", "adaptive")


def retrying(mode: str) -> Config:
    """Return a configuration of retries."""
    return Config(retries={"mode": mode, "total_max_attempts": 4})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("error", ["ThrottlingException", Timeout.READ])
def test_a_retry_after_the_stop(
    mode: str, error: Any, started: FakeSecretsManager, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fake that stops during the back-off: the next attempt is stopped, is the last, and says what to do."""
    client = listener.client(config=retrying(mode))
    started.fail("DeleteSecret", error, times=3)
    attempts: list[str] = []
    client.meta.events.register_first(
        "needs-retry.secrets-manager.DeleteSecret", lambda event_name, **_: attempts.append(event_name)
    )
    monkeypatch.setattr("time.sleep", lambda seconds: started.stop())
    with pytest.raises(FakeStoppedError) as caught:
        client.delete_secret(SecretId="db/password", ForceDeleteWithoutRecovery=True)
    assert len(attempts) == 2
    assert len(started.calls) == 1
    assert "db/password" in started
    assert listener.requests == []
    for part in (f"DeleteSecret of 'db/password' in {REGION}", "has stopped", "Nothing was sent", "join"):
        assert part in str(caught.value)
    assert str(caught.value).endswith(
        "Read on: https://pytest-secretsdelete.readthedocs.io/page/explanation/limits.html#calls-and-processes"
    )


def test_a_stop_from_another_thread(
    started: FakeSecretsManager, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that waits for its next attempt while the test ends sends nothing."""
    client = listener.client(config=retrying("standard"))
    started.fail("DeleteSecret", "ThrottlingException", times=3)
    waits, goes_on = threading.Event(), threading.Event()
    errors: list[Exception] = []

    def wait(seconds: float) -> None:
        waits.set()
        goes_on.wait(PATIENCE)

    def work() -> None:
        try:
            client.delete_secret(SecretId="db/password", ForceDeleteWithoutRecovery=True)
        except FakeStoppedError as error:
            errors.append(error)

    with monkeypatch.context() as patched:
        patched.setattr("time.sleep", wait)
        thread = threading.Thread(target=work)
        thread.start()
        assert waits.wait(PATIENCE)
        started.stop()
        goes_on.set()
        thread.join(PATIENCE)
    assert len(errors) == 1
    assert listener.requests == []


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("event", EVENTS_BEFORE_SENDING)
def test_a_handler_that_spans_the_stop(event: str, order: str, started: FakeSecretsManager, listener: Listener) -> None:
    """Whichever handler the fake stops in, the call is not sent, nor answered by a fake that has stopped."""
    client = listener.client()
    getattr(client.meta.events, order)(event, lambda **_: started.stop())
    with pytest.raises(FakeStoppedError, match="GetSecretValue of 'db/password'"):
        client.get_secret_value(SecretId="db/password")
    assert started.calls == ()
    assert listener.requests == []
    assert client.describe_secret(SecretId="db/password")["Name"] == "from the network"


@pytest.mark.parametrize("event", ["request-created", "before-sign", "before-send"])
def test_a_raw_request_that_spans_the_stop(event: str, started: FakeSecretsManager, listener: Listener) -> None:
    """A request that never came past before-call is not sent either."""
    client = listener.client()
    client.meta.events.register_last(event, lambda **_: started.stop())
    with pytest.raises(FakeStoppedError, match=f"GetSecretValue of 'db/password' in {REGION}"):
        send_raw(client, "GetSecretValue", {"SecretId": "db/password"})
    assert started.calls == ()
    assert listener.requests == []


def test_a_raw_request_that_is_retried_after_the_stop(
    started: FakeSecretsManager, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next attempt is the first one's, and is stopped."""
    client = listener.client(config=retrying("legacy"))
    started.fail("GetSecretValue", "ThrottlingException", times=3)
    monkeypatch.setattr("time.sleep", lambda seconds: started.stop())
    with pytest.raises(FakeStoppedError):
        send_raw(client, "GetSecretValue", {"SecretId": "db/password"}, client_config=client.meta.config)
    assert listener.requests == []


@pytest.mark.parametrize("event", ["request-created", "before-sign", "before-send"])
def test_an_answer_that_is_held_is_given(event: str, started: FakeSecretsManager, listener: Listener) -> None:
    """What the fake has answered at before-call, for the first attempt, reaches its caller after the stop."""
    client = listener.client(config=Config(retries={"total_max_attempts": 1}))

    def stop(**_: Any) -> None:
        started.stop()

    stop.__module__ = "botocore.handlers"  # a foreign one would have been seen at before-call
    client.meta.events.register(event, stop)
    labels = [f"label {number}" for number in range(19)]
    version = started.client().put_secret_value(SecretId="db/password", SecretString=VALUE, VersionStages=labels)
    with refused("LimitExceededException"):
        client.update_secret_version_stage(
            SecretId="db/password", VersionStage="one more", MoveToVersionId=version["VersionId"]
        )
    assert [call.operation for call in started.calls] == ["PutSecretValue", "UpdateSecretVersionStage"]
    assert listener.requests == []


@pytest.mark.parametrize("event", EVENTS_BEFORE_SENDING)
def test_an_outer_fake_answers_what_the_inner_has_not(event: str, listener: Listener) -> None:
    """A call that the inner fake has not answered yet goes to the outer one when the inner stops."""
    with FakeSecretsManager(region=REGION) as outer:
        outer.seed("db/password", "outer")
        inner = FakeSecretsManager(region=REGION).start()
        client = listener.client()
        client.meta.events.register_last(event, lambda **_: inner.stop())
        assert client.get_secret_value(SecretId="db/password")["SecretString"] == "outer"
        assert inner.calls == ()
        assert len(outer.calls) == 1


@pytest.mark.parametrize("mode", MODES)
def test_an_outer_fake_does_not_take_over(mode: str, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that the inner fake has answered once is the inner one's: no other store sees its next attempt."""
    with FakeSecretsManager(region=REGION) as outer:
        outer.seed("db/password", VALUE)
        inner = FakeSecretsManager(region=REGION).start()
        inner.fail("DeleteSecret", "ThrottlingException", times=3)
        client = listener.client(config=retrying(mode))
        with monkeypatch.context() as patched, pytest.raises(FakeStoppedError):
            patched.setattr("time.sleep", lambda seconds: inner.stop())
            client.delete_secret(SecretId="db/password")
        assert outer.calls == ()
        assert not outer.secret("db/password").is_scheduled_for_deletion
    assert listener.requests == []


def test_a_fake_that_starts_does_not_take_over(
    started: FakeSecretsManager, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All attempts of a call are its first fake's, also where an inner one has started meanwhile."""
    client = listener.client(config=retrying("standard"))
    started.fail("GetSecretValue", "ThrottlingException")
    inner = FakeSecretsManager(region=REGION)
    try:
        with monkeypatch.context() as patched:
            patched.setattr("time.sleep", lambda seconds: inner.start())
            assert client.get_secret_value(SecretId="db/password")["SecretString"] == VALUE
    finally:
        inner.stop()
    assert inner.calls == ()
    assert len(started.calls) == 2


@pytest.mark.parametrize("take", [lambda client: None, force_late_interception], ids=["early", "late"])
def test_the_next_page_after_the_stop(
    take: Callable[[Any], Any], started: FakeSecretsManager, listener: Listener
) -> None:
    """A paginator whose last page came from a fake that has stopped asks nobody for the next."""
    for number in range(3):
        started.seed(f"s{number}", VALUE)
    client = listener.client()
    take(client)
    pages = iter(client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2}))
    next(pages)
    started.stop()
    with pytest.raises(FakeStoppedError, match="ListSecrets"):
        next(pages)
    assert listener.requests == []


def test_a_page_of_somebody_elses_listing(started: FakeSecretsManager, listener: Listener) -> None:
    """A token that no fake has given out goes its way once no fake is active, and so does what is no token."""
    client = listener.client(config=Config(parameter_validation=False))
    started.stop()
    for token in ("AAIBAdm+x/3kQ==", "not base64", "bm8gc2VhbA==", "", 7):
        client.list_secrets(NextToken=token)
    assert len(listener.requests) == 5


@pytest.mark.parametrize("event", ["request-created", "before-sign", "before-send"])
@pytest.mark.parametrize("raw", [False, True], ids=["call", "raw"])
def test_moto_does_not_get_the_call(event: str, raw: bool) -> None:
    """Under mock_aws, what began under the fake does not reach moto's store either."""
    with mock_aws():
        fake = FakeSecretsManager(region=REGION).start()
        client = boto3.client("secretsmanager")
        client.meta.events.register(event, lambda **_: fake.stop())
        with pytest.raises(FakeStoppedError):
            if raw:
                send_raw(client, "CreateSecret", {"Name": "a", "ClientRequestToken": "t" * 32})
            else:
                client.create_secret(Name="a")
        assert motos_secrets() == []
        client.create_secret(Name="b")
        assert motos_secrets() == ["b"]


@pytest.mark.parametrize("event", ["before-call", "before-send"])
def test_users_handlers_win(event: str, started: FakeSecretsManager, listener: Listener) -> None:
    """A handler of the user's own that stops the fake may answer the call."""
    own = json_response({"Name": "mine"})
    answer = (own, {"Name": "mine"}) if event == "before-call" else own
    client = listener.client()

    def stop(**_: Any) -> Any:
        started.stop()
        return answer

    client.meta.events.register(event, stop)
    assert client.describe_secret(SecretId="db/password")["Name"] == "mine"
    assert listener.requests == []


@pytest.mark.parametrize("event", ["before-call", "before-send"])
def test_the_guard_remembers_it(event: str, started: FakeSecretsManager, listener: Listener, guard: Guard) -> None:
    """Where calls without a fake are stopped, this one is reported as well, though its host is this machine."""
    client = listener.client()
    client.meta.events.register(event, lambda **_: started.stop())
    with pytest.raises(FakeStoppedError) as caught:
        client.get_secret_value(SecretId="db/password")
    assert guard.take() == [str(caught.value)]
    assert listener.requests == []


@pytest.mark.parametrize("event", ["request-created", "before-sign", "before-send"])
def test_calls_within_calls(event: str, started: FakeSecretsManager, listener: Listener) -> None:
    """A handler that makes calls of its own, and then spans the stop, does not make a call forget its fake."""
    client, other = listener.client(), listener.client()
    force_late_interception(other)

    def call_and_stop(**_: Any) -> None:
        other.describe_secret(SecretId="db/password")
        assert send_raw(other, "DescribeSecret", {"SecretId": "db/password"})[0] == 200
        started.stop()

    client.meta.events.register(event, call_and_stop)
    with pytest.raises(FakeStoppedError):
        client.get_secret_value(SecretId="db/password")
    assert [call.operation for call in started.calls] == ["DescribeSecret", "DescribeSecret"]
    assert listener.requests == []
