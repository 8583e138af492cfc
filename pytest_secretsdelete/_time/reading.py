"""Reads the time, whatever controls it: freezegun (pytest-freezer uses it too), time-machine, or the real clock.

The fake keeps no clock of its own.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from .._service.docs import read_on
from .._service.instant import to_microseconds

MICROSECONDS_PER_MILLISECOND = 1000


def now_in_microseconds() -> int:
    """Return the instant, to the microsecond, that the code under test would read next.

    Under freezegun it is read from the freeze itself, not through freezegun's replacement functions: those return
    real time to code near a thread, and each reading makes an auto-ticking freeze tick.
    """
    freeze = innermost_freeze()
    if freeze is None:
        return time.time_ns() // 1000
    held = freeze.time_to_freeze if hasattr(freeze, "step_width") else freeze()
    return to_microseconds(held)


def now() -> int:
    """Return the instant in milliseconds, rounded down. No other function rounds it."""
    return now_in_microseconds() // MICROSECONDS_PER_MILLISECOND


def real_time_in_seconds() -> float:
    """Return the real time since 1970, even under frozen time."""
    if under_time_machine():
        real: float = sys.modules["time_machine"].escape_hatch.time.time()
    else:
        real = getattr(sys.modules.get("freezegun.api"), "real_time", time.time)()
    return real


def is_frozen() -> bool:
    """Return whether freezegun controls time."""
    return innermost_freeze() is not None


def is_real() -> bool:
    """Return whether time is real."""
    return not is_frozen() and not under_time_machine()


def may_freeze() -> bool:
    """Return whether freezegun may freeze time: not where time-machine controls it."""
    return is_frozen() or not under_time_machine()


def innermost_freeze() -> Any:
    """Return freezegun's own record of the innermost freeze, or None."""
    api = sys.modules.get("freezegun.api")
    factories = getattr(api, "freeze_factories", None)
    return factories[-1] if factories else None


def under_time_machine() -> bool:
    module = sys.modules.get("time_machine")
    return bool(getattr(module, "traveller_stack", None))


def who_controls_time() -> str:
    holder = "time-machine controls time" if under_time_machine() else "time is real"
    return (
        f"The clock cannot be moved: {holder}. Freeze time with the secretsmanager_clock fixture, freezegun "
        "or pytest-freezer, or move it with the tool that controls it; the fake reads its time. "
        f"{read_on('how-to/use-beside-other-tools#time-machine')}"
    )
