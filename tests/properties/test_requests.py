"""Requests of every kind, sent raw: each is answered as the service model allows, and none does harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_secretsdelete import FakeSecretsManager

from ..support import make_request, shows
from . import shapes
from .answers import look_at_answer
from .conftest import PROFILE
from .filled_store import FilledStore
from .seen import ABROAD, HOME, STRANGER, everything, say, send, unread

START = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
OPERATIONS = shapes.service_model().operation_names
DEFAULT = settings.get_profile(PROFILE)
#: There is a test for each operation: 200 examples of the profile are 40 of each.
EACH = settings(DEFAULT, max_examples=max(DEFAULT.max_examples // 5, 1))

operations = st.sampled_from(OPERATIONS)
callers = st.sampled_from((None, None, None, None, STRANGER))
regions = st.sampled_from((HOME, HOME, HOME, HOME, ABROAD))
#: Nobody of whom a request could be: what waits for it must not disturb the others.
troubles = st.sampled_from((None, None, "denial", "fault"))


@pytest.fixture(scope="module", autouse=True)
def _time_stands_still() -> Iterator[None]:
    with freeze_time(START, real_asyncio=True, ignore=["hypothesis", "_pytest.timing", "botocore.retries"]):
        yield


class Store(FilledStore):
    """A store that looks at what each request has made of it."""

    def trouble(self, kind: str | None) -> None:
        """Let something wait for somebody else."""
        if kind == "denial":
            self.fake.deny("*", "somebody-else")
        elif kind == "fault":
            self.fake.fail("*", "ThrottlingException", secret_id="somebody-else")

    def send(self, operation: str, members: dict[str, Any], region: str, caller: str | None) -> None:
        """Send a request and look at its answer, and at what has become of the store."""
        body = json.dumps(shapes.filled_in(members, self.finder(operation, members, region))).encode()
        self.send_raw(operation, body, region, caller)

    def send_raw(self, operation: str, body: bytes, region: str = HOME, caller: str | None = None) -> None:
        """Send the bytes of a request."""
        before = everything(self.fake)
        calls, waiting = len(self.fake.calls), self.fake.unused_faults()
        answer = send(self.fake, operation, body, region, caller)
        members = json.loads(answer.content() or b"{}")
        assert not shows(shapes.SENTINEL, repr(self.fake.calls[calls:]))
        after = everything(self.fake)
        look_at_answer(operation, answer.status, members)
        if answer.status != 200:
            assert after == before, "a refused call has changed something"
        elif operation.startswith(shapes.READING):
            assert unread(after) == unread(before)
        else:
            look_at_changes(self.fake, before, after)
        assert self.fake.unused_faults() == waiting, "a fault has struck a request that it was not about"
        assert "identity-based" not in members.get("Message", ""), "a denial, too"


def look_at_changes(fake: FakeSecretsManager, before: dict[str, Any], after: dict[str, Any]) -> None:
    """What has changed is consistent, its date has risen, and it can be described."""
    for secret in fake.secrets():
        old, new = before.get(secret.arn), after[secret.arn]
        if old == new:
            continue
        (described, shown), (listed, versions) = new["DescribeSecret"], new["ListSecretVersionIds"]
        if old is not None and unread(old) != unread(new):
            assert shown["LastChangedDate"] > old["DescribeSecret"][1]["LastChangedDate"]
        labels = [label for version in secret.versions for label in version.staging_labels]
        assert len(labels) == len(set(labels))
        assert len(labels) <= 20
        assert len({version.version_id for version in secret.versions}) == len(secret.versions)
        assert ("DeletedDate" in shown) == secret.is_scheduled_for_deletion == (secret.deletion_date is not None)
        look_at_answer("DescribeSecret", described, shown)
        look_at_answer("ListSecretVersionIds", listed, versions)
        assert described == listed == 200
        where = {"region": secret.region, "caller": secret.account_id}
        look_at_answer("ListSecrets", 200, say(fake, "ListSecrets", IncludePlannedDeletion=True, **where))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_answers_as_the_model_allows(operation: str) -> None:
    """Whatever is asked of an operation, its answer is in the model, and a refusal changes nothing."""

    @EACH
    @given(members=shapes.requests(operation), region=regions, caller=callers, trouble=troubles)
    def ask(members: dict[str, Any], region: str, caller: str | None, trouble: str | None) -> None:
        store = Store()
        store.trouble(trouble)
        store.send(operation, members, region, caller)

    ask()


@settings(DEFAULT)
@given(data=st.data(), chosen=st.lists(st.tuples(operations, regions, callers), min_size=2, max_size=8))
def test_one_request_after_the_other(data: st.DataObject, chosen: list[tuple[str, str, str | None]]) -> None:
    """What several requests have made of the store is answered for as well as what was there."""
    store = Store()
    for operation, region, caller in chosen:
        store.send(operation, data.draw(shapes.requests(operation)), region, caller)


@settings(DEFAULT)
@given(
    operation=operations,
    body=st.binary(max_size=40)
    | st.sampled_from(
        (b"", b"null", b"[]", b'"s3cr3t"', b"7", b"{", b'{"SecretId":', b"[" * 100_000, b'{"a":' * 100_000)
    )
    | st.sampled_from(
        (b'{"MaxResults": ' + b"9" * 5000 + b"}", b'{"SecretId": "a", "SecretId": 7}', b"\xff\xfe{\0}\0")
    ),
)
def test_bodies_that_are_no_requests(operation: str, body: bytes) -> None:
    """What is no JSON object is refused like anything else."""
    Store().send_raw(operation, body)


@pytest.fixture(scope="module")
def client() -> Any:
    """Return a client that does not try again."""
    return botocore.session.Session().create_client(
        "secretsmanager",
        region_name=HOME,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_raw_requests_through_botocore(client: Any) -> None:
    """A request that botocore has not checked is answered like those that it has."""

    @settings(DEFAULT)
    @given(data=st.data(), operation=operations)
    def ask(data: st.DataObject, operation: str) -> None:
        store = Store()
        members = data.draw(shapes.requests(operation))
        with store.fake:
            response, _ = make_request(
                client, operation, shapes.filled_in(members, store.finder(operation, members, HOME))
            )
        look_at_answer(operation, response.status_code, json.loads(response.content or b"{}"))

    ask()
