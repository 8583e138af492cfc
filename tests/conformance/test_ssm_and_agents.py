"""The rows of SSM, under early and late interception, and those of the agents, through an HTTP client."""

from __future__ import annotations

import json
from contextlib import ExitStack, nullcontext

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_secretsdelete._service.instant import aware
from pytest_secretsdelete._time.freezing import freeze

from .rows import agent, extension, ssm
from .runner import World, error_of, resolved, send_by_client, text_of
from .table import ACCOUNT, HERE, Matcher, Refused
from .test_conformance import check_metadata


@pytest.fixture
def started(row, frozen):
    """Return the clock at the start of the row."""
    with freeze(aware(row.at)) if row.at else nullcontext():
        yield frozen


def parameter_store(interception):
    """Return a client of SSM, prepared for early or late interception."""
    client = boto3.Session().client("ssm", HERE, aws_access_key_id=ACCOUNT, aws_secret_access_key="x")
    if interception == "late":
        client.meta.events.register("request-created.ssm", lambda **_: None)
    return client


@pytest.mark.parametrize("row", [pytest.param(row, id=row.label) for row in ssm.ROWS])
@pytest.mark.parametrize("interception", ["early", "late"])
def test_parameter_store(interception, row, started):
    """The answer is Parameter Store's, whole."""
    client = parameter_store(interception)
    with World(row, send_by_client, started) as world:
        row.given(world)
        Matcher.world = world
        if isinstance(row.answer, Refused):
            with pytest.raises(ClientError) as refused:
                send_by_client(client, row.operation, row.call)
            check_refusal(row, refused.value.response, world, client)
        else:
            answer = send_by_client(client, row.operation, row.call)
            check_metadata(answer.pop("ResponseMetadata"))
            assert answer == resolved(row.answer, world)
        row.afterwards(world)


def check_refusal(row, response, world, client):
    """Compare the whole error: a top-level message only where the service model declares the error."""
    check_metadata(response["ResponseMetadata"])
    text = text_of(row.answer, world)
    assert response["Error"] == {"Code": row.answer.code, "Message": text}
    shape = client.meta.service_model.shape_for_error_code(row.answer.code)
    more = {name: value for name, value in error_of(response).items() if name != "Error"}
    assert set(more) <= set(shape.members if shape else ())
    assert set(more.values()) <= {text}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == row.answer.status


@pytest.mark.parametrize("row", [pytest.param(row, id=row.label) for row in [*agent.ROWS, *extension.ROWS]])
def test_agents(row, started, monkeypatch):
    """The answer is that of the Agent or of the extension, whole."""
    with World(row, None, started) as world, monkeypatch.context() as environment, ExitStack() as agent:
        environment.delenv("SECRETS_MANAGER_TTL", raising=False)
        for name, value in row.variables.items():
            environment.setenv(name, value)
        agent.enter_context(world.fake.agent(**row.agent))
        row.given(world)
        Matcher.world = world
        reply = world.ask(**row.call)
        text = reply.data.decode()
        assert reply.status == row.answer.status, text
        assert (text if isinstance(row.answer.content, str) else json.loads(text)) == row.answer.content
        row.afterwards(world)
