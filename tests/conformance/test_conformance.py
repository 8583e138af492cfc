"""Every row of the table, by both transports: through the client, and as a raw request that skips before-call."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import ClientError

from .runner import World, error_of, model_of, resolved, text_of, transports
from .rows import ROWS, implemented
from .table import Matcher, Refused
from .test_model_coverage import members_to_matter, named_in

RUNNABLE = [
    pytest.param(transport, row, id=f"{transport}-{row.label}")
    for row in ROWS
    for transport in transports
    if implemented(row) and not (row.raw and transport == "client")
]


@pytest.mark.parametrize(("transport", "row"), RUNNABLE)
def test_row(transport, row, frozen):
    """The answer is AWS's, whole; a refused call leaves the store as it was."""
    check(transport, row, frozen)


def without(value, member):
    """Return parameters without a member, wherever it stands."""
    if isinstance(value, Mapping):
        return {name: without(inner, member) for name, inner in value.items() if name != member}
    return [without(item, member) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("operation", "member"), sorted(members_to_matter()))
def test_a_member_matters(operation, member, frozen):
    """For each request member there is a row that fails without it: each named member has an effect."""
    rows = [row for row in ROWS if row.operation == operation and member in named_in(row.call) and implemented(row)]
    assert any(fails(replace(row, call=without(row.call, member)), frozen) for row in rows)


def fails(row, frozen):
    """Return whether a row does not hold."""
    try:
        check("raw", row, frozen)
    except (AssertionError, KeyError, ClientError, pytest.fail.Exception):
        return True
    return False


def check(transport, row, frozen):
    """Make a row's call, and compare."""
    with World(row, transports[transport], frozen) as world:
        row.given(world)
        before = world.snapshot()
        parameters = resolved(row.call, world)
        Matcher.world = world
        if isinstance(row.answer, Refused):
            with pytest.raises(ClientError) as refused:
                world.send(row.operation, parameters)
            check_refusal(row, refused.value.response, world, transport)
            if transport == "raw":
                assert refused.value.body == body_of(row.answer, world)
            assert world.snapshot() == before
        else:
            answer = world.send(row.operation, parameters)
            check_metadata(answer.pop("ResponseMetadata"))
            assert answer == resolved(row.answer, world)
        row.afterwards(world)


def check_refusal(row, response, world, transport):
    """Compare the whole error body: a top-level Message only where the service model declares the error."""
    retried = 4 if row.answer.code == "LimitExceededException" else 0  # at most, in the modes of botocore
    check_metadata(response["ResponseMetadata"], retries=retried)
    text = text_of(row.answer, world)
    expected = {"Error": {"Code": row.answer.code, "Message": text}}
    if model_of(row.operation).service_model.shape_for_error_code(row.answer.code) is not None:
        expected["Message"] = text
    assert error_of(response) == expected
    assert response["ResponseMetadata"]["HTTPStatusCode"] == row.answer.status


def body_of(refused, world):
    """Return the body of a refusal, whole: that of a ValidationException alone has a small message."""
    text = "message" if refused.code == "ValidationException" else "Message"
    return {"__type": refused.code, text: text_of(refused, world)}


def check_metadata(metadata, retries=0):
    """Compare what every answer carries."""
    headers = metadata["HTTPHeaders"]
    assert str(uuid.UUID(metadata["RequestId"])) == metadata["RequestId"] == headers["x-amzn-requestid"]
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert parsedate_to_datetime(headers["date"])
    assert metadata["RetryAttempts"] <= retries


def test_the_wire(frozen):
    """A refusal's body has two keys, a date is seconds with milliseconds, an absent token is no key."""
    from pytest_secretsdelete._fake import service_of
    from pytest_secretsdelete._service.wire import Incoming

    with World(ROWS[0], transports["client"], frozen) as world:
        service = service_of(world.fake)
        created = service.answer(Incoming("CreateSecret", b'{"Name": "a", "ClientRequestToken": "' + b"1" * 32 + b'"}'))
        assert sorted(json.loads(created.content())) == ["ARN", "Name"]
        described = json.loads(service.answer(Incoming("DescribeSecret", b'{"SecretId": "a", "Unknown": 1}')).content())
        assert described["CreatedDate"] == world.start / 1000
        refused = json.loads(service.answer(Incoming("DescribeSecret", b'{"SecretId": "b"}')).content())
        assert sorted(refused) == ["Message", "__type"]
        assert "NextToken" not in json.loads(service.answer(Incoming("ListSecrets", b"{}")).content())
        assert service.answer(Incoming("TagResource", b'{"SecretId": "a", "Tags": []}')).content() == b""
