"""botocore's retries while sleeps are skipped: they back off on the clock, and end at once."""

from __future__ import annotations

import contextlib
import sys
import types
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import CapacityNotAvailableError, ClientError
from botocore.retries import bucket as bucket_module
from botocore.retries.bucket import Clock as BucketClock
from botocore.retries.bucket import TokenBucket

from pytest_secretsdelete import Clock, FakeSecretsManager, Timeout
from pytest_secretsdelete._time import freezing

from ..support import REGION, VALUE, force_late_interception, in_threads, refused, within_patience

if TYPE_CHECKING:
    from collections.abc import Callable

#: What the back-off before the first and second retry may come to, in seconds, for each mode.
LONGEST = {"legacy": 1 + 2, "standard": 1 + 2, "adaptive": 30}


def client_of(fake: FakeSecretsManager, mode: str, attempts: int = 5) -> Any:
    """Return a client that retries in this mode."""
    return fake.client(config=Config(retries={"mode": mode, "total_max_attempts": attempts}))


@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServiceError", "ServiceUnavailable", Timeout.READ])
@pytest.mark.parametrize("mode", LONGEST)
def test_retries_end_at_once(mode: str, error: Any, clock: Clock, fake: FakeSecretsManager) -> None:
    """Two faults are retried: the answer says so, and the clock has moved by the back-off."""
    fake.seed("a", VALUE)
    client, start = client_of(fake, mode), clock.now()
    fake.fail("GetSecretValue", error, times=2)
    with clock.skip_sleeps():
        answer = within_patience(lambda: client.get_secret_value(SecretId="a"))
    assert answer["SecretString"] == VALUE
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert len(fake.calls) == 3
    assert timedelta(0) < clock.now() - start <= timedelta(seconds=LONGEST[mode])
    assert clock.now() - fake.calls[-1].at < timedelta(milliseconds=1)  # the answer came after all of it


@pytest.mark.parametrize("mode", LONGEST)
def test_retries_that_give_up(mode: str, clock: Clock, fake: FakeSecretsManager) -> None:
    """A fault that stays is answered in the end, after as many attempts as the client makes."""
    client = client_of(fake, mode, attempts=4)
    fake.fail("ListSecrets", "ThrottlingException", times=None)
    with clock.skip_sleeps(), refused("ThrottlingException", match="reached max retries: 3"):
        within_patience(client.list_secrets)
    assert len(fake.calls) == 4


@pytest.mark.parametrize("mode", LONGEST)
def test_a_refusal_that_botocore_repeats(mode: str, clock: Clock, fake: FakeSecretsManager) -> None:
    """A limit of the store is asked about as often as a fault of that name, each attempt a call, nothing changed."""
    fake.seed("a", VALUE)
    client = client_of(fake, mode, attempts=3)
    labels = [f"L{number}" for number in range(21)]
    second = client.put_secret_value(SecretId="a", SecretString="two", VersionStages=labels[:19])["VersionId"]
    secret = fake.secret("a")
    attempts = []
    with clock.skip_sleeps():
        for trouble in (None, fake.fail("ListSecrets", "LimitExceededException", times=None)):
            before = len(fake.calls)
            with pytest.raises(ClientError) as caught:
                if trouble is None:
                    client.update_secret_version_stage(SecretId="a", VersionStage=labels[20], MoveToVersionId=second)
                else:
                    client.list_secrets()
            assert caught.value.response["Error"]["Code"] == "LimitExceededException"
            attempts.append((caught.value.response["ResponseMetadata"]["RetryAttempts"], len(fake.calls) - before))
    assert attempts == [(0, 1) if mode == "legacy" else (2, 3)] * 2
    assert fake.secret("a") == secret


@pytest.mark.parametrize("when", [datetime(2001, 1, 1, tzinfo=timezone.utc), datetime(2090, 1, 1, tzinfo=timezone.utc)])
@pytest.mark.parametrize("made", ["before the freeze", "before skipping", "inside"])
def test_adaptive_clients_of_another_time(made: str, when: datetime) -> None:
    """An adaptive client made in real time waits for seconds, not for years; and is usable afterwards."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.seed("a", VALUE)
        early = client_of(fake, "adaptive")
        with freezing.freeze(when):
            clock = Clock()
            client = early if made == "before the freeze" else client_of(fake, "adaptive")
            with clock.skip_sleeps():
                client = client_of(fake, "adaptive") if made == "inside" else client
                fake.fail("GetSecretValue", "ThrottlingException", times=3)
                answer = within_patience(lambda: client.get_secret_value(SecretId="a"))
                assert answer["ResponseMetadata"]["RetryAttempts"] == 3
                for _ in range(3):
                    within_patience(lambda: client.get_secret_value(SecretId="a"))
            assert clock.now() - when <= timedelta(minutes=2)
            moved = clock.now()
            within_patience(lambda: client.get_secret_value(SecretId="a"))
            assert clock.now() == moved
        within_patience(lambda: client.get_secret_value(SecretId="a"))


@pytest.mark.parametrize("ending", [None, ZeroDivisionError])
def test_adaptive_clients_afterwards(ending: type[Exception] | None, fake: FakeSecretsManager) -> None:
    """However the context ends, an adaptive client that was throttled in it does not wait for its time to come."""
    fake.seed("a", VALUE)
    client = client_of(fake, "adaptive")
    force_late_interception(client)  # early interception uses no bucket
    with freezing.freeze(datetime(2090, 1, 1, tzinfo=timezone.utc)):
        with contextlib.suppress(ZeroDivisionError), Clock().skip_sleeps():
            fake.fail("GetSecretValue", "ThrottlingException", times=3)
            client.get_secret_value(SecretId="a")
            if ending is not None:
                raise ending
    within_patience(lambda: client.get_secret_value(SecretId="a"))


def test_adaptive_clients_of_several_threads(clock: Clock, fake: FakeSecretsManager) -> None:
    """Threads that share an adaptive client take their tokens in turn, none waits for ever."""
    fake.seed("a", VALUE)
    client, start = client_of(fake, "adaptive", attempts=6), clock.now()
    fake.fail("GetSecretValue", "ThrottlingException", times=4)

    def read() -> None:
        for _ in range(3):
            client.get_secret_value(SecretId="a")

    with clock.skip_sleeps():
        in_threads(*[read] * 4)
    assert len([call for call in fake.calls if call.error_code is None]) == 12
    assert clock.now() - start < timedelta(minutes=5)


def test_a_bucket_fills_on_the_clock(clock: Clock) -> None:
    """A bucket gives a token at once if it has one, and waits for it on the clock if not."""
    with clock.skip_sleeps():
        bucket = TokenBucket(max_rate=2, clock=BucketClock())
        start = clock.now()
        bucket.acquire()
        assert clock.now() - start == timedelta(seconds=0.5)
        clock.advance(seconds=1)
        bucket.acquire(2)
        assert clock.now() - start == timedelta(seconds=1.5)
        with pytest.raises(CapacityNotAvailableError):
            bucket.acquire(block=False)
        clock.advance(seconds=0.5)
        assert bucket.acquire(block=False) is True
        assert bucket.available_capacity == pytest.approx(0)


def test_a_bucket_whose_rate_changes() -> None:
    """A rate that is set first of all on the clock, before any token is taken, does not count the years between."""
    early = TokenBucket(max_rate=1, clock=BucketClock())
    early._refill()
    with freezing.freeze(datetime(2001, 1, 1, tzinfo=timezone.utc)):
        clock = Clock()
        start = clock.now()
        with clock.skip_sleeps():
            early.max_rate = 0.5
            within_patience(early.acquire)
        assert clock.now() - start <= timedelta(seconds=2)
    early.max_rate = 100
    within_patience(early.acquire)


def test_buckets_are_put_back(clock: Clock) -> None:
    """The methods of botocore's buckets are its own again afterwards."""
    names = ("_acquire", "_refill", "acquire", "max_rate")
    before = [vars(TokenBucket)[name] for name in names], vars(BucketClock)["current_time"]
    with clock.skip_sleeps():
        assert BucketClock().current_time() == clock.now().timestamp()
        assert vars(TokenBucket)["_acquire"] is not before[0][0]
    assert ([vars(TokenBucket)[name] for name in names], vars(BucketClock)["current_time"]) == before


@pytest.fixture
def aio_bucket(monkeypatch: pytest.MonkeyPatch) -> type:
    """Stand in for aiobotocore's module of buckets, as far as it matters."""

    class AsyncTokenBucket(TokenBucket):
        async def acquire(self, amount: float = 1, block: bool = True) -> bool:  # type: ignore[override]
            return await self._acquire(amount=amount, block=block)  # type: ignore[misc,no-any-return]

        async def _acquire(self, amount: float, block: bool) -> bool:  # type: ignore[override]
            self._refill()
            if amount > self._current_capacity:
                assert not block, "it waits in real time"
                raise CapacityNotAvailableError
            self._current_capacity -= amount
            return True

    module = types.ModuleType("aiobotocore.retries.bucket")
    module.AsyncTokenBucket = AsyncTokenBucket  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "aiobotocore.retries.bucket", module)
    return AsyncTokenBucket


def test_aiobotocores_buckets(clock: Clock, aio_bucket: Callable[..., Any]) -> None:
    """The buckets of aiobotocore wait on the clock, too, and are put back."""
    import asyncio

    held = vars(aio_bucket)["_acquire"]

    async def main() -> None:
        bucket = aio_bucket(max_rate=2, clock=BucketClock())
        start = clock.now()
        assert await bucket.acquire() is True
        assert clock.now() - start == timedelta(seconds=0.5)
        with pytest.raises(CapacityNotAvailableError):
            await bucket.acquire(block=False)

    with clock.skip_sleeps():
        within_patience(lambda: asyncio.run(main()))
    assert vars(aio_bucket)["_acquire"] is held
    assert bucket_module.TokenBucket is TokenBucket


def test_retries_under_a_clock_without_skipping(clock: Clock, fake: FakeSecretsManager) -> None:
    """Without skip_sleeps an adaptive client paces itself in real time, and does not hang on the frozen clock."""
    fake.seed("a", VALUE)
    client, start = client_of(fake, "adaptive", attempts=3), clock.now()
    fake.fail("GetSecretValue", "ThrottlingException")
    assert within_patience(lambda: client.get_secret_value(SecretId="a"))["ResponseMetadata"]["RetryAttempts"] == 1
    assert clock.now() == start
