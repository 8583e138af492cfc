"""Event loops beside threads, all on one fake, while sleeping moves the clock and secrets rotate."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from ..support import in_threads
from .callers import Ledger, be_busy, check, populate
from .conftest import LOAD

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_secretsdelete import Clock, FakeSecretsManager

LOOPS, TASKS, THREADS, ROUNDS = 4, 8, 16, 2 * LOAD
#: In seconds.
DAY = 24 * 3600


def test_loops_beside_threads(clock: Clock, fake: FakeSecretsManager) -> None:
    """Tasks call within their loops and from threads of their loops, threads call beside them, and all of them sleep."""
    ledger, last = Ledger(), {}
    populate(fake, ledger)
    client = ledger.watch(fake.client())
    fake.fail("PutSecretValue", "ThrottlingException", times=2 * THREADS, secret_id="shared/0")
    woken: list[datetime] = []

    async def task(loop: int, number: int) -> None:
        caller = 1000 * (loop + 1) + number
        await asyncio.sleep(60 * number)
        woken.append(clock.now())
        if number % 2:
            last.update(await asyncio.to_thread(be_busy, ledger, client, caller, ROUNDS))
        else:
            last.update(be_busy(ledger, client, caller, ROUNDS))
        await asyncio.sleep(DAY)

    async def tasks(loop: int) -> None:
        await asyncio.gather(*[task(loop, number) for number in range(TASKS)])

    def thread(number: int) -> None:
        time.sleep(30 * number)
        woken.append(clock.now())
        last.update(be_busy(ledger, client, number, ROUNDS))

    started = clock.now()
    with clock.skip_sleeps():
        in_threads(
            *[lambda loop=loop: asyncio.run(tasks(loop)) for loop in range(LOOPS)],
            *[lambda number=number: thread(number) for number in range(THREADS)],
        )
    assert len(last) == LOOPS * TASKS + THREADS
    assert woken == sorted(woken)
    assert (clock.now() - started).total_seconds() >= DAY + 60 * (TASKS - 1)
    assert sum(call.error_code == "ThrottlingException" for call in fake.calls) == 2 * THREADS
    assert check([fake], ledger, last) > 4
