"""No repr, message, event or log line of the package shows a secret value."""

from __future__ import annotations

import base64
import logging
from email import message_from_string
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._botocore.responses import http_response
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import http_server
from pytest_secretsdelete._reach.under_way import UnderWay
from pytest_secretsdelete._service import request, seeds, wire
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.page import fragment
from pytest_secretsdelete._service.report.story import story_of

from ..support import INTERCEPTIONS, VALUE, lead_a_full_life, shows

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock


@pytest.mark.parametrize("around", ["", "?", "??", '{"password": "'])
def test_shown_in_each_form(around: str) -> None:
    """A value is found plain, in hexadecimal and in base64, wherever it begins; another value is not."""
    shown, other = (f"{around}{value}{around}".encode() for value in (VALUE, VALUE[1:]))
    for form in (bytes.decode, bytes.hex, lambda data: base64.b64encode(data).decode()):
        assert shows(VALUE, f"Message: {form(shown)}")
        assert not shows(VALUE, f"Message: {form(other)}")


def test_reprs(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Nothing that the fake hands out shows a value when it is printed."""
    lead_a_full_life(fake, client)
    handles = [fake.fail("*", "ThrottlingException", secret_id="a")]
    printed = [
        fake,
        clock,
        fake.secrets(),
        fake.secret("seeded"),
        fake.secret("seeded").versions,
        fake.secret("seeded").current,
        fake.leftovers(),
        fake.calls,
        fake.events,
        fake.rotations,
        fake.unused_faults(),
        handles,
        [str(handle) for handle in handles],
        service_of(fake),
        as_text(story_of(service_of(fake))),
        as_text(story_of(service_of(fake), ValueError(VALUE))),
        fragment(story_of(service_of(fake), ValueError(VALUE)), "test", "failed"),
    ]
    for one in printed:
        assert not shows(VALUE, repr(one))
        assert not shows(VALUE, str(one))
    assert fake.secret("seeded").current.value == VALUE  # type: ignore[union-attr]


def test_reprs_of_what_is_on_its_way(fake: FakeSecretsManager) -> None:
    """Nor do the requests, answers and seeds that a traceback may show among its locals."""
    store = service_of(fake).store()
    body = {"SecretId": "a", "SecretString": VALUE}
    fake.seed("a", VALUE, previous=VALUE)
    on_their_way = [
        wire.Incoming("PutSecretValue", f'{{"SecretString":"{VALUE}"}}'.encode()),
        wire.Answer(200, {"SecretString": VALUE}, 0),
        request.Request("PutSecretValue", body, "123456789012", "eu-west-1", 0),
        seeds.secret("a", VALUE, previous=VALUE, pending=VALUE),
        http_server.HttpRequest("POST", "/", message_from_string(f"X: {VALUE}"), VALUE.encode),
        http_server.HttpResponse(200, {}, VALUE.encode()),
        UnderWay(held=wire.Answer(200, {"SecretString": VALUE}, 0)),
        http_response(wire.Answer(200, {"SecretString": VALUE}, 0), "https://elsewhere.test/"),
        store.get("a"),
    ]
    for one in on_their_way:
        assert not shows(VALUE, repr(one)), type(one)


@INTERCEPTIONS
def test_logs(
    intercept: Any, fake: FakeSecretsManager, client: Any, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    """No logger but botocore's own, which the user has asked for, says anything that shows a value."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        intercept(client)
        lead_a_full_life(fake, client)
    finally:
        logging.getLogger("botocore").setLevel(logging.NOTSET)
    logging.getLogger("pytest_secretsdelete").debug("the last record")
    assert caplog.records[-1].getMessage() == "the last record"
    for record in caplog.records:
        assert not shows(VALUE, record.getMessage())
        assert not shows(VALUE, str(record.__dict__))


def test_secrets_and_versions_say_what_they_are(fake: FakeSecretsManager) -> None:
    """Their reprs tell name, ARN and labels, and when a deletion ends."""
    secret = fake.seed("a", VALUE)
    assert repr(secret) == f"Secret(name='a', arn={secret.arn!r})"
    version_id = secret.versions[0].version_id
    assert repr(secret.current) == f"Version(version_id={version_id!r}, staging_labels=['AWSCURRENT'])"
    scheduled = fake.seed("b", VALUE, deleted_days_ago=1)
    assert repr(scheduled).endswith(f", deletion_date={scheduled.deletion_date.isoformat()})")  # type: ignore[union-attr]


def test_the_fake_says_what_it_is() -> None:
    """The repr of a fake tells account, region, number of secrets, and whether it is active."""
    fake = FakeSecretsManager()
    assert repr(fake) == "<FakeSecretsManager 123456789012 in the default region: 0 secrets, not active>"
    with fake:
        fake.seed("a", VALUE)
        assert repr(fake) == "<FakeSecretsManager 123456789012 in us-east-1: 1 secret, active>"
