"""botocore's adaptive retries keep real pace while a fake is active, whoever holds time."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from unittest import mock

import freezegun
import pytest
from botocore.config import Config
from botocore.retries.bucket import Clock as BucketClock
from botocore.retries.bucket import TokenBucket

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._botocore import retry_buckets
from pytest_secretsdelete._time.reading import real_time_in_seconds

from ..support import REGION, VALUE, run_python, within_patience

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

PAST, FUTURE = datetime(2001, 1, 1, tzinfo=timezone.utc), datetime(2090, 1, 1, tzinfo=timezone.utc)
ADAPTIVE = Config(retries={"mode": "adaptive", "total_max_attempts": 5})
METHODS = [(BucketClock, "current_time"), (TokenBucket, "_refill"), (TokenBucket, "_acquire")]


def freeze_by_freezegun(when: datetime) -> AbstractContextManager[Any]:
    """Hold time as a user of freezegun does."""
    return freezegun.freeze_time(when)


def freeze_by_time_machine(when: datetime) -> AbstractContextManager[Any]:
    """Hold time as a user of time-machine does."""
    travel: AbstractContextManager[Any] = pytest.importorskip("time_machine").travel(when, tick=False)
    return travel


HOLDERS = pytest.mark.parametrize("hold", [freeze_by_freezegun, freeze_by_time_machine])
INSTANTS = pytest.mark.parametrize("when", [PAST, FUTURE], ids=["past", "future"])


def stand_in(owner: type, name: str) -> Any:
    """Return what a class holds under the name of a method."""
    return vars(owner)[name]


@pytest.mark.parametrize(
    ("hold", "when", "first"),
    [
        (freeze_by_freezegun, PAST, "fake"),
        (freeze_by_freezegun, FUTURE, "freeze"),
        (freeze_by_time_machine, PAST, "freeze"),
        (freeze_by_time_machine, FUTURE, "fake"),
    ],
)
def test_throttled_under_a_freeze_of_the_users_own(hold: Callable[..., Any], when: datetime, first: str) -> None:
    """A throttled client retries and ends, whether time was held before the fake started or later, and time is left."""
    with contextlib.ExitStack() as stack:
        if first == "freeze":
            stack.enter_context(hold(when))
        fake = stack.enter_context(FakeSecretsManager(region=REGION))
        if first == "fake":
            stack.enter_context(hold(when))
        client = fake.client(config=ADAPTIVE)
        fake.seed("a", VALUE)
        fake.fail("GetSecretValue", "ThrottlingException", times=2)
        answer = within_patience(lambda: client.get_secret_value(SecretId="a"))
        assert answer["ResponseMetadata"]["RetryAttempts"] == 2
        assert datetime.now(timezone.utc) == when
        assert [(call.error_code, call.at) for call in fake.calls] == [
            ("ThrottlingException", when),
            ("ThrottlingException", when),
            (None, when),
        ]


@HOLDERS
@INSTANTS
def test_a_bucket_made_before_the_fake(hold: Callable[..., Any], when: datetime) -> None:
    """A bucket that has read another clock waits neither for that clock's time to come, nor afterwards for ours."""
    buckets = [TokenBucket(max_rate=20, clock=BucketClock())]
    with hold(when):
        buckets.append(TokenBucket(max_rate=20, clock=BucketClock()))
        with FakeSecretsManager():
            for bucket in buckets:
                within_patience(lambda: [bucket.acquire() for _ in range(3)])
    for bucket in buckets:
        within_patience(bucket.acquire)


@HOLDERS
@INSTANTS
def test_a_bucket_waits_in_real_time(hold: Callable[..., Any], when: datetime, fake: FakeSecretsManager) -> None:
    """A bucket of twenty tokens a second takes at least a quarter of a second for five, not less and not for ever."""
    with hold(when):
        bucket = TokenBucket(max_rate=20, clock=BucketClock())
        start = real_time_in_seconds()
        within_patience(lambda: [bucket.acquire() for _ in range(5)])
        assert real_time_in_seconds() - start >= 0.2


@HOLDERS
@INSTANTS
def test_the_clock_of_buckets(hold: Callable[..., Any], when: datetime) -> None:
    """It is real while a fake is active, and the held one before and after."""
    before = time.time()
    with hold(when):
        assert BucketClock().current_time() == when.timestamp()
        with FakeSecretsManager():
            assert before <= BucketClock().current_time()
        assert BucketClock().current_time() == when.timestamp()
    after = time.time()
    with hold(when), FakeSecretsManager():
        assert after <= BucketClock().current_time() <= real_time_in_seconds()
    assert BucketClock().current_time() <= time.time()


def test_the_methods_are_put_back_after_the_last_fake() -> None:
    """Fakes that end in any order leave botocore's buckets as they were."""
    originals = [stand_in(*method) for method in METHODS]
    first, second = FakeSecretsManager().start(), FakeSecretsManager().start()
    replaced = [stand_in(*method) for method in METHODS]
    first.stop()
    assert [stand_in(*method) for method in METHODS] == replaced
    assert not set(replaced) & set(originals)
    second.stop()
    assert [stand_in(*method) for method in METHODS] == originals
    assert retry_buckets._paces == retry_buckets._patched == []


@pytest.mark.parametrize("order", ["fake first", "skipping first", "fake stops inside"])
def test_the_virtual_pace_comes_first(order: str, clock: Clock) -> None:
    """While sleeps are skipped buckets read the clock, whenever the fake starts and stops; else real time."""
    fake, bucket_clock = FakeSecretsManager(), BucketClock()
    with contextlib.ExitStack() as stack:
        if order != "skipping first":
            fake.start()
            assert bucket_clock.current_time() != clock.now().timestamp()
        stack.enter_context(clock.skip_sleeps())
        assert bucket_clock.current_time() == clock.now().timestamp()
        if order == "skipping first":
            fake.start()
        elif order == "fake stops inside":
            fake.stop()
        assert bucket_clock.current_time() == clock.now().timestamp()
        start = clock.now()
        within_patience(TokenBucket(max_rate=2, clock=bucket_clock).acquire)
        assert clock.now() - start == timedelta(seconds=0.5)
    is_active = order != "fake stops inside"
    assert (bucket_clock.current_time() == clock.now().timestamp()) is not is_active
    fake.stop()
    assert bucket_clock.current_time() == clock.now().timestamp()


def test_a_bucket_used_under_a_fake_that_stops_before_the_freeze_ends() -> None:
    """Its last reading is of real time, which is ahead of the held one: it counts no years as missing."""
    buckets = [TokenBucket(max_rate=2, clock=BucketClock()) for _ in range(2)]
    with FakeSecretsManager() as fake, freezegun.freeze_time(PAST) as frozen:
        for bucket in buckets:
            bucket.max_rate = 1
        del buckets[0], bucket
        gc.collect()
        fake.stop()
        assert buckets[0].available_capacity >= 0
        frozen.tick(1)
        assert buckets[0].acquire(block=False) is True


def test_a_patch_of_the_users_own_that_lasts_longer() -> None:
    """What somebody else has put in the place of a method stays; a stand-in that they put back reads as ever."""
    original = stand_in(BucketClock, "current_time")
    with FakeSecretsManager():
        patch = mock.patch.object(BucketClock, "current_time", return_value=5.0)
        patch.start()
        assert BucketClock().current_time() == 5.0
    assert BucketClock().current_time() == 5.0
    patch.stop()
    try:
        with freezegun.freeze_time(PAST):
            assert BucketClock().current_time() == PAST.timestamp()
            with FakeSecretsManager():
                assert BucketClock().current_time() != PAST.timestamp()
    finally:
        BucketClock.current_time = original


def test_a_start_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake whose buckets cannot be patched has not started, and the environment is as before."""
    fake, before = FakeSecretsManager(), dict(os.environ)
    with monkeypatch.context() as patched:
        patched.setattr("botocore.retries.bucket.TokenBucket", None)
        with pytest.raises(TypeError):
            fake.start()
    assert "not active" in repr(fake)
    assert dict(os.environ) == before
    assert retry_buckets._paces == retry_buckets._patched == []
    with fake:
        assert fake.client().list_secrets()["SecretList"] == []


def test_a_fake_that_starts_before_boto3_is_imported() -> None:
    """Where the code under test imports boto3 last of all, in the held time, its retries keep real pace as well."""
    source = f"""
import sys
import freezegun
from pytest_secretsdelete import FakeSecretsManager
with freezegun.freeze_time("2090-01-01"), FakeSecretsManager(region="{REGION}") as fake:
    assert not {{"boto3", "aiobotocore"}} & sys.modules.keys()
    import boto3
    from botocore.config import Config
    fake.seed("a", "x")
    fake.fail("GetSecretValue", "ThrottlingException", times=2)
    client = boto3.client("secretsmanager", config=Config(retries={{"mode": "adaptive", "total_max_attempts": 5}}))
    print(client.get_secret_value(SecretId="a")["ResponseMetadata"]["RetryAttempts"])
"""
    assert run_python(source) == "2"
