"""The token buckets of botocore's adaptive retries, put on the clock: they wait on a condition, not on sleep."""

from __future__ import annotations

import functools
import sys
import weakref
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


@dataclass
class _Tap:
    """Draws tokens, waiting by sleeping on the clock; its methods stand in for a bucket's own."""

    sleep: Callable[[float], None]
    sleep_async: Callable[[float], Awaitable[Any]]
    seconds: Callable[[], float]
    empty: type[Exception]
    known: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)

    def refill(self, refill: Callable[[Any], None], bucket: Any) -> None:
        """Stand in for _refill: a bucket's last reading of real time must not count as one of the clock."""
        if bucket not in self.known:
            self.known.add(bucket)
            if bucket._last_timestamp is not None:
                bucket._last_timestamp = self.seconds()
        refill(bucket)

    def missing(self, bucket: Any, amount: float, block: bool) -> float:  # noqa: FBT001 - botocore's own signature
        """Return the seconds until a bucket holds enough; raise what it raises where it is not to wait."""
        bucket._refill()
        missing: float = bucket._sleep_amount(amount)
        if missing > 0 and not block:
            raise self.empty
        return missing

    def acquire(self, bucket: Any, amount: float, block: bool) -> bool:  # noqa: FBT001
        """Stand in for TokenBucket._acquire."""
        while (missing := self.missing(bucket, amount, block)) > 0:
            bucket._lock.release()  # as waiting on the bucket's condition does
            try:
                self.sleep(missing)
            finally:
                bucket._lock.acquire()
        bucket._current_capacity -= amount
        return True

    async def acquire_async(self, bucket: Any, amount: float, block: bool) -> bool:  # noqa: FBT001
        """Stand in for AsyncTokenBucket._acquire."""
        while (missing := self.missing(bucket, amount, block)) > 0:
            await self.sleep_async(missing)
        bucket._current_capacity -= amount
        return True


@contextmanager
def on_the_clock(
    sleep: Callable[[float], None], sleep_async: Callable[[float], Awaitable[Any]], seconds: Callable[[], float]
) -> Iterator[None]:
    """Let every token bucket of the process read the clock and wait on it."""
    module, aio_module, empty = _modules()
    tap = _Tap(sleep, sleep_async, seconds, empty)
    patches: list[tuple[Any, str, Any]] = [
        (module.Clock, "current_time", lambda _: seconds()),
        (module.TokenBucket, "_acquire", _as_method(tap.acquire)),
    ]
    if aio_module is not None:
        patches.append((aio_module.AsyncTokenBucket, "_acquire", _as_method(tap.acquire_async)))
    owners = [owner for owner, name, _ in patches if name == "_acquire"]
    patches += [(owner, "_refill", _as_method(functools.partial(tap.refill, owner._refill))) for owner in owners]
    try:
        with ExitStack() as patched:
            for owner, name, stand_in in patches:
                patched.enter_context(mock.patch.object(owner, name, stand_in))
            yield
    finally:
        for bucket in tap.known:
            bucket._last_timestamp = None  # its next reading is of another clock


def _as_method(stand_in: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function, which binds to the bucket as a method does; a bound method would not."""

    def method(bucket: Any, **words: Any) -> Any:
        return stand_in(bucket, **words)

    return method


def _modules() -> tuple[Any, Any, type[Exception]]:
    """Return the modules that hold the token buckets of adaptive retries, botocore's and aiobotocore's if loaded.

    And what a bucket raises that is asked not to wait.
    """
    from botocore.exceptions import CapacityNotAvailableError
    from botocore.retries import bucket

    return bucket, sys.modules.get("aiobotocore.retries.bucket"), CapacityNotAvailableError
