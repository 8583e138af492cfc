"""trio under the clock: its timeouts and sleeps stay real, as asyncio's event loops do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio
from freezegun import freeze_time
from trio._core._run import SystemClock

from pytest_secretsdelete._time.freezing import held

from ..support import run_python, within_patience

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


def test_a_sleep_ends(clock: Clock, fake: FakeSecretsManager) -> None:
    """A run of trio ends under the clock, time stands still in it, and the clock moves in it."""

    async def main() -> None:
        start = clock.now()
        await trio.sleep(0.001)
        with trio.move_on_after(0.001):
            await trio.sleep_forever()
        assert clock.now() == start
        fake.seed("a", deleted_days_ago=0, recovery_window_in_days=7)
        clock.advance(days=7)
        assert "a" not in fake

    within_patience(lambda: trio.run(main))


@pytest.mark.parametrize("adopted", [False, True])
def test_all_is_put_back(adopted: bool) -> None:
    """Under a freeze of the user's own as well; afterwards nothing of trio is patched."""
    before = SystemClock.current_time
    if adopted:
        with freeze_time("2030-01-01"), held(None):
            within_patience(lambda: trio.run(trio.sleep, 0.001))
    else:
        with held(None):
            assert SystemClock.current_time is not before
    assert SystemClock.current_time is before


@pytest.mark.parametrize(
    ("before", "patched"),
    [
        ("", False),
        ("sys.modules['trio'] = None; sys.modules['anyio'] = sys", False),
        ("sys.modules['anyio'] = sys", True),
        ("import trio", True),
    ],
    ids=["not in mind", "not installed", "with anyio", "imported"],
)
def test_where_nobody_has_it_in_mind(before: str, patched: bool) -> None:
    """trio is imported for nobody who has neither it nor anyio, and not missed where it is not installed."""
    source = f"""
import sys
{before}
from pytest_secretsdelete._time import freezing
with freezing.held(None):
    module = sys.modules.get("trio._core._run")
    print(module is not None and module.SystemClock.current_time.__module__ == "pytest_secretsdelete._time.freezing")
"""
    assert run_python(source) == str(patched)
