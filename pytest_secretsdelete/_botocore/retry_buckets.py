"""The pace of botocore's adaptive retries: which clock their token buckets read, and how they wait.

A bucket fills as the time of day advances, and waits on a condition. Under frozen time it would never fill.
"""

from __future__ import annotations

import sys
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._service import locks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


@dataclass(frozen=True, eq=False)
class Pace:
    """A clock, read in seconds, and how to wait on it; without functions to sleep buckets wait in real time."""

    now_in_seconds: Callable[[], float]
    sleep: Callable[[float], Any] | None = None
    sleep_async: Callable[[float], Awaitable[Any]] | None = None

    @property
    def is_virtual(self) -> bool:
        """Return whether waiting moves the clock."""
        return self.sleep is not None


#: The paces that are set, real ones first. The last one counts.
_paces: list[Pace] = []
#: The owner, the name, the original and its replacement.
_patched: list[tuple[type, str, Any, Any]] = []
_used_buckets: set[weakref.ref[Any]] = set()
_lock = locks.new()


def begin(pace: Pace) -> None:
    """Set a pace for every token bucket of the process. A virtual pace takes precedence over a real one."""
    from botocore.retries import bucket

    with _lock:
        try:
            _paces.insert(len(_paces) if pace.is_virtual else 0, pace)
            if pace.is_virtual or len(_paces) == 1:
                _patch(bucket)
        except BaseException:
            _remove(pace)
            raise


def end(pace: Pace) -> None:
    """Remove a pace, if it is set; after the last one the buckets are botocore's own again."""
    with _lock:
        _remove(pace)


def _remove(pace: Pace) -> None:
    _paces[:] = [other for other in _paces if other is not pace]
    if not _paces:
        _put_back()


@contextmanager
def paced(pace: Pace) -> Iterator[None]:
    """Set a pace for the duration of the context."""
    try:
        try:
            begin(pace)
            yield
        finally:
            end(pace)
    except BaseException:
        end(pace)  # an interrupt may have cut it short
        raise


def _pace() -> Pace | None:
    paces = _paces[-1:]
    return paces[0] if paces else None


def _patch(bucket: Any) -> None:
    """Replace the methods that are not replaced yet: aiobotocore may have been imported since the last time."""
    aio_bucket = sys.modules.get("aiobotocore.retries.bucket")
    table: list[tuple[type, str, Callable[[Any], Any]]] = [
        (bucket.Clock, "current_time", _current_time),
        (bucket.TokenBucket, "_refill", _refill),
        (bucket.TokenBucket, "_acquire", _acquire),
    ]
    if aio_bucket is not None:
        table += [
            (aio_bucket.AsyncTokenBucket, "_refill", _refill),
            (aio_bucket.AsyncTokenBucket, "_acquire", _acquire_async),
        ]
    patched = {(owner, name) for owner, name, *_ in _patched}
    for owner, name, make in table:
        if (owner, name) not in patched and name in vars(owner):
            original = vars(owner)[name]
            stand_in = make(original)
            _patched.append((owner, name, original, stand_in))
            setattr(owner, name, stand_in)


def _put_back() -> None:
    """Restore the methods that no other code has replaced meanwhile."""
    for owner, name, original, stand_in in _patched:
        if vars(owner).get(name) is stand_in:
            setattr(owner, name, original)
    _patched.clear()
    for reference in _used_buckets:
        if (bucket := reference()) is not None:
            _set_back(bucket)
    _used_buckets.clear()


def _set_back(bucket: Any) -> None:
    """Discard a reading of a clock that was ahead: the bucket would count a negative time that may be years long."""
    now_in_seconds = bucket._clock.current_time()
    if bucket._last_timestamp is not None and bucket._last_timestamp > now_in_seconds:
        bucket._last_timestamp = now_in_seconds


# A replacement calls the original where no pace is set: another patch may still hold a reference to it.


def _current_time(original: Callable[[Any], float]) -> Callable[[Any], float]:
    def current_time(clock: Any) -> float:
        pace = _pace()
        return original(clock) if pace is None else pace.now_in_seconds()

    return current_time


def _refill(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def refill(bucket: Any) -> None:
        if _pace() is not None:
            with _lock:
                _used_buckets.add(weakref.ref(bucket))
            _set_back(bucket)
        original(bucket)

    return refill


def _missing_in_seconds(bucket: Any, amount: float) -> float:
    """Return how long it takes until a bucket holds enough."""
    bucket._refill()
    missing: float = bucket._sleep_amount(amount)
    return missing


def _acquire(original: Callable[..., bool]) -> Callable[..., bool]:
    def acquire(bucket: Any, amount: float, block: bool) -> bool:  # noqa: FBT001 - botocore's own signature
        while block and (pace := _pace()) and pace.sleep and (missing := _missing_in_seconds(bucket, amount)) > 0:
            bucket._lock.release()  # as waiting on the bucket's condition does
            try:
                pace.sleep(missing)
            finally:
                bucket._lock.acquire()
        return original(bucket, amount=amount, block=block)

    return acquire


def _acquire_async(original: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
    async def acquire(bucket: Any, amount: float, block: bool) -> bool:  # noqa: FBT001 - botocore's own signature
        while block and (pace := _pace()) and pace.sleep_async and (missing := _missing_in_seconds(bucket, amount)) > 0:
            await pace.sleep_async(missing)
        return await original(bucket, amount=amount, block=block)

    return acquire
