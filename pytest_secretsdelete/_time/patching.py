"""Patches sleep: gives every module of the process functions that move the clock, and restores its own afterwards."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from .._botocore.retry_buckets import Pace, paced
from .scheduler import RealSleeps, Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MICROSECONDS_PER_SECOND = 1_000_000
_namespace_of = cast(Any, ModuleType).__dict__["__dict__"].__get__
#: In an object, where the replacement of module attributes does not look.
_real = RealSleeps(lambda seconds: threading.Event().wait(seconds), asyncio.sleep)
_open_schedulers: list[Scheduler] = []


@contextmanager
def skip_sleeps(now_in_microseconds: Callable[[], int], go_to: Callable[[int], None]) -> Iterator[None]:
    """Let sleeping move the clock everywhere in the process, under whatever name sleep was imported.

    `now_in_microseconds` returns the instant, `go_to` moves to one, in microseconds too. Within another such block
    nothing changes. A sleep still running when the block ends finishes in real time.
    """
    if _open_schedulers:
        yield
        return
    _learn_real_sleeps()
    scheduler = Scheduler(now_in_microseconds, go_to, _real)
    # the token buckets of adaptive retries wait on a condition, not on sleep
    pace = Pace(lambda: now_in_microseconds() / _MICROSECONDS_PER_SECOND, scheduler.sleep, scheduler.sleep_async)
    with _opened(scheduler), _replaced(), paced(pace):
        yield


@contextmanager
def _opened(scheduler: Scheduler) -> Iterator[None]:
    """Connect the replacement functions to a scheduler."""

    def close() -> None:
        _open_schedulers[:] = [other for other in _open_schedulers if other is not scheduler]
        scheduler.close()

    try:
        try:
            _open_schedulers.append(scheduler)
            yield
        finally:
            close()
    except BaseException:
        close()  # an interrupt may have cut it short
        raise


@contextmanager
def _replaced() -> Iterator[None]:
    """Put the replacements in the place of the real functions in all modules."""
    real_functions = (_real.sleep, _real.sleep_async)
    before = _modules()
    changed: list[ModuleType] = []

    def put_back() -> None:
        # a module imported meanwhile may have imported the replacements; kept references call the real functions
        known = set(map(id, before))
        imported = [module for module in _modules() if id(module) not in known]
        _replace(_STAND_INS, real_functions, [*changed, *imported])

    try:
        try:
            _replace(real_functions, _STAND_INS, before, changed)
            yield
        finally:
            put_back()
    except BaseException:
        put_back()  # an interrupt may have cut it short
        raise


def _present() -> Scheduler | RealSleeps:
    """Return the open scheduler, or the real functions; another thread may close it meanwhile."""
    return next(iter(_open_schedulers), _real)


def sleep(seconds: float, /) -> None:
    """Replace time.sleep."""
    _present().sleep(seconds)


async def sleep_async(delay: float, result: Any = None) -> Any:
    """Replace asyncio.sleep."""
    return await _present().sleep_async(delay, result)


#: Always the same two, as code may keep a reference.
_STAND_INS = (sleep, sleep_async)


def _learn_real_sleeps() -> None:
    """Find the real functions, which other code may have patched when this module was imported."""
    if getattr(time.sleep, "__self__", None) is time:
        _real.sleep = time.sleep
    code = getattr(asyncio.sleep, "__code__", None)  # a wrapper made with functools.wraps bears the same names
    if code is not None and code.co_filename == asyncio.tasks.__file__:
        _real.sleep_async = asyncio.sleep


def _modules() -> list[ModuleType]:
    """Return all modules with a namespace; an entry of sys.modules that is not a module has none."""
    modules = [module for module in list(sys.modules.values()) if issubclass(type(module), ModuleType)]
    return [module for module in modules if _namespace_of(module)]


def _replace(
    old: tuple[Any, Any], new: tuple[Any, Any], modules: list[ModuleType], changed: list[ModuleType] | None = None
) -> None:
    """Put functions in the place of others, under any name, in the namespaces where functions look names up.

    The namespaces are used directly, because a module's attributes may raise, or not show what the namespace holds.
    With `changed`, read-only modules are passed over, and the others are listed there before they are changed.
    """
    by_id = dict(zip(map(id, old), new, strict=True))
    for module in modules:
        namespace = _namespace_of(module)
        # set operations are fast: most of some thousand modules hold none
        if by_id.keys().isdisjoint(map(id, list(namespace.values()))):
            continue
        found = {name: value for name, value in list(namespace.items()) if id(value) in by_id}
        if changed is not None:
            if _is_read_only(module, found):
                continue
            changed.append(module)
        for name, value in found.items():
            namespace[name] = by_id[id(value)]


def _is_read_only(module: ModuleType, values: dict[str, Any]) -> bool:
    """Return whether a module refuses to have its attributes set, even to the values that they have."""
    if type(module).__setattr__ is ModuleType.__setattr__:
        return False
    try:
        for name, value in values.items():
            setattr(module, name, value)
    except Exception:  # noqa: BLE001 - whatever the module raises
        return True
    return False
