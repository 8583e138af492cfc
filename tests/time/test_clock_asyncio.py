"""Event loops under the clock: they run in real time, and do not hang."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._time import freezing

from ..support import PATIENCE, VALUE, run_python, within_patience

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


def run(main: Any) -> Any:
    """Run a coroutine function to its end; a loop that hangs is an error."""
    return within_patience(lambda: asyncio.run(main()))


def test_sleeping_is_real(clock: Clock) -> None:
    """Without skip_sleeps a task sleeps in real time, and the clock stands still."""
    now = clock.now()

    async def main() -> str:
        await asyncio.sleep(0.01)
        return "awake"

    assert run(main) == "awake"
    assert clock.now() == now


def test_timeouts_expire(clock: Clock) -> None:
    """A timeout of an event loop expires in real time."""

    async def main() -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)

    with pytest.raises(asyncio.TimeoutError):
        run(main)


def test_threads_of_a_loop(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Calls in a loop's executor are answered at the clock's time."""

    async def main() -> Any:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, lambda: client.create_secret(Name="a", SecretString=VALUE))
        clock.advance(days=1)
        return await asyncio.to_thread(client.describe_secret, SecretId="a")

    answer = run(main)
    assert answer["CreatedDate"] == clock.now() - timedelta(days=1)


def test_moving_inside_a_task(clock: Clock, fake: FakeSecretsManager) -> None:
    """A task moves the clock, and all tasks see it; the loop's own time does not jump."""
    fake.seed("a", VALUE, deleted_days_ago=0, recovery_window_in_days=7)

    async def main() -> tuple[datetime, float]:
        loop = asyncio.get_running_loop()
        before = loop.time()
        clock.advance(days=7)
        await asyncio.sleep(0)
        return datetime.now(timezone.utc), loop.time() - before

    seen, elapsed = run(main)
    assert seen == clock.now()
    assert elapsed < 3600
    assert "a" not in fake


def test_loops_are_put_back(clock: Clock) -> None:
    """After the clock's freeze a loop's time is the standard library's own."""
    from pytest_secretsdelete._time import freezing

    held = asyncio.BaseEventLoop.__dict__["time"]
    with freezing.freeze():
        assert asyncio.BaseEventLoop.__dict__["time"] is not held
    assert asyncio.BaseEventLoop.__dict__["time"] is held


def test_an_earlier_freeze_of_asyncio_leaves_nothing_in_the_way() -> None:
    """freezegun's real_asyncio leaves a method behind on the loop's class; event loops stay real all the same."""
    source = """
import asyncio, freezegun
from pytest_secretsdelete._time.freezing import freeze
with freezegun.freeze_time("2030-01-01", real_asyncio=True):
    pass
async def main():
    await asyncio.wait_for(asyncio.sleep(0.01), 60)
    return "woken"
with freeze():
    print(asyncio.run(main()))
with freezegun.freeze_time("2030-01-01", real_asyncio=True):
    asyncio.run(main())
asyncio.run(main())
"""
    assert run_python(source) == "woken"


def test_loops_with_a_time_of_their_own_keep_it() -> None:
    """A loop class that overrides `time` on purpose is left alone, and everything is put back."""

    class OwnTime(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return 5.0

    before = asyncio.BaseEventLoop.time
    with freezing.freeze():
        assert asyncio.BaseEventLoop.time is not before
        loop = OwnTime()
        assert loop.time() == 5.0
        loop.close()
    assert asyncio.BaseEventLoop.time is before


def test_event_loops_stay_real_under_an_adopted_freeze(pytester: pytest.Pytester) -> None:
    """The clock fixture that adopts a user's freeze keeps asyncio from hanging in it."""
    pytester.makepyfile(
        """
        import asyncio, freezegun, pytest

        @pytest.fixture
        def mine():
            with freezegun.freeze_time("2030-01-01"):
                yield

        def test_it(mine, secretsmanager_clock):
            asyncio.run(asyncio.wait_for(asyncio.sleep(0.01), 60))
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:asyncio", timeout=PATIENCE)
    result.assert_outcomes(passed=1)
