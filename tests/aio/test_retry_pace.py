"""aiobotocore's adaptive retries keep real pace under a freeze of the user's own while a fake is active."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import freezegun
import pytest

aiobotocore_session = pytest.importorskip("aiobotocore.session")
from aiobotocore.config import AioConfig  # noqa: E402
from aiobotocore.retries.bucket import AsyncTokenBucket, Clock  # noqa: E402

from pytest_secretsdelete import FakeSecretsManager  # noqa: E402

PAST, FUTURE = datetime(2001, 1, 1, tzinfo=timezone.utc), datetime(2090, 1, 1, tzinfo=timezone.utc)
PATIENCE = 30


def hold(holder, when):
    """Hold time as a user does; under freezegun event loops hang unless it leaves them alone."""
    if holder == "freezegun":
        return freezegun.freeze_time(when, real_asyncio=True)
    return pytest.importorskip("time_machine").travel(when, tick=False)


HOLDERS = pytest.mark.parametrize("holder", ["freezegun", "time-machine"])
INSTANTS = pytest.mark.parametrize("when", [PAST, FUTURE], ids=["past", "future"])


@HOLDERS
@INSTANTS
def test_throttled(holder, when):
    """A throttled client retries and ends, and time is left alone."""

    async def main():
        options = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        config = AioConfig(retries={"mode": "adaptive", "total_max_attempts": 5})
        session = aiobotocore_session.get_session()
        async with session.create_client("secretsmanager", config=config, **options) as client:
            answer = await asyncio.wait_for(client.list_secrets(), PATIENCE)
            return answer["ResponseMetadata"]["RetryAttempts"]

    with FakeSecretsManager() as fake, hold(holder, when):
        fake.fail("ListSecrets", "ThrottlingException", times=2)
        assert asyncio.run(main()) == 2
        assert {call.at for call in fake.calls} == {when}


@HOLDERS
@INSTANTS
def test_a_bucket_made_before_the_fake(holder, when):
    """A bucket that has read the held time does not wait for it to come, and is put back afterwards."""
    methods = [vars(AsyncTokenBucket)[name] for name in ("_refill", "_acquire")]

    async def take_three():
        bucket = AsyncTokenBucket(max_rate=20, clock=Clock())
        with FakeSecretsManager():
            for _ in range(3):
                await asyncio.wait_for(bucket.acquire(), PATIENCE)

    with hold(holder, when):
        asyncio.run(take_three())
    assert [vars(AsyncTokenBucket)[name] for name in ("_refill", "_acquire")] == methods
