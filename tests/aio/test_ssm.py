"""Parameter Store's references to secrets through aiobotocore clients."""

from __future__ import annotations

import asyncio

import pytest

aiobotocore_session = pytest.importorskip("aiobotocore.session")
from botocore.exceptions import ClientError  # noqa: E402

from pytest_secretsdelete import FakeSecretsManager  # noqa: E402

from ..support import REGION, VALUE  # noqa: E402

OURS, MISSING, THEIRS = "/aws/reference/secretsmanager/a", "/aws/reference/secretsmanager/none", "/app/level"


@pytest.fixture
def fake():
    """An active fake with a secret."""
    with FakeSecretsManager(region=REGION) as active:
        active.seed("a", VALUE)
        yield active


def client():
    """Return a context that gives an aiobotocore client of SSM."""
    return aiobotocore_session.get_session().create_client(
        "ssm", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )


def late(aio):
    """Give a client a foreign handler on a later event."""
    aio.meta.events.register("request-created.ssm", lambda **_: None)


@pytest.mark.parametrize("intercept", [lambda aio: None, late], ids=["early", "late"])
def test_one_and_several(intercept, fake):
    """Values, what is missing, and a fault that is retried."""

    async def main():
        async with client() as aio:
            intercept(aio)
            assert (await aio.get_parameter(Name=OURS, WithDecryption=True))["Parameter"]["Value"] == VALUE
            answer = await aio.get_parameters(Names=[MISSING, OURS], WithDecryption=True)
            assert [one["Name"] for one in answer["Parameters"]] == [OURS]
            assert answer["InvalidParameters"] == [MISSING]
            fake.fail("GetSecretValue", "InternalServiceError")
            assert (await aio.get_parameter(Name=OURS, WithDecryption=True))["Parameter"]["Value"] == VALUE
            with pytest.raises(ClientError, match="nonenull not found"):
                await aio.get_parameter(Name=MISSING, WithDecryption=True)

    asyncio.run(main())
    assert [call.operation for call in fake.calls].count("GetParameter") == 4


def test_both_kinds_in_one_call(fake):
    """What a handler answers for other names is joined by the fake's part."""

    async def main():
        async with client() as aio:
            theirs = {"Parameters": [{"Name": THEIRS, "Value": "theirs"}], "ResponseMetadata": {"HTTPStatusCode": 200}}
            aio.meta.events.register("before-call", lambda **_: (Answered(), theirs))
            answer = await aio.get_parameters(Names=[THEIRS, MISSING, OURS], WithDecryption=True)
            assert [one["Value"] for one in answer["Parameters"]] == ["theirs", VALUE]
            assert answer["InvalidParameters"] == [MISSING]

    asyncio.run(main())


class Answered:
    """An HTTP response, as far as a client looks at it."""

    status_code = 200
