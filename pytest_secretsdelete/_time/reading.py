"""What time it is, and who holds it: freezegun (pytest-freezer is freezegun too), time-machine, or nobody.

The fake keeps no clock of its own. It asks in the way of whoever holds time.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from .._service.instant import to_microseconds

MICROSECONDS_PER_MILLISECOND = 1000


def now_in_microseconds() -> int:
    """Return the true instant, to the microsecond, as the code under test would read it next.

    A freeze is asked for the time it holds, not through the functions it has put in the place of the real
    ones: those give real time to code near a thread, and a reading makes an auto-ticking freeze tick.
    """
    freeze = innermost_freeze()
    if freeze is None:
        return time.time_ns() // 1000
    held = freeze.time_to_freeze if hasattr(freeze, "step_width") else freeze()
    return to_microseconds(held)


def now() -> int:
    """Return the instant in whole milliseconds, cut off once, here."""
    return now_in_microseconds() // MICROSECONDS_PER_MILLISECOND


def real_time_in_seconds() -> float:
    """Return the real time since 1970, whoever holds time."""
    if under_time_machine():
        real: float = sys.modules["time_machine"].escape_hatch.time.time()
    else:
        real = getattr(sys.modules.get("freezegun.api"), "real_time", time.time)()
    return real


def is_frozen() -> bool:
    """Return whether freezegun holds time."""
    return innermost_freeze() is not None


def is_real() -> bool:
    """Return whether nobody holds time."""
    return not is_frozen() and not under_time_machine()


def may_freeze() -> bool:
    """Return whether freezegun may take hold of time: not where time-machine has it."""
    return is_frozen() or not under_time_machine()


def innermost_freeze() -> Any:
    """Return freezegun's own record of the innermost freeze, or None."""
    api = sys.modules.get("freezegun.api")
    factories = getattr(api, "freeze_factories", None)
    return factories[-1] if factories else None


def under_time_machine() -> bool:
    module = sys.modules.get("time_machine")
    return bool(getattr(module, "traveller_stack", None))


def who_holds_time() -> str:
    holder = "time-machine holds time" if under_time_machine() else "time is real: nothing holds it"
    return (
        f"The clock cannot be moved: {holder}. Let the secretsmanager_clock fixture, freezegun or pytest-freezer hold "
        "time for this test, or move it with the tool that holds it; the fake follows. "
        "Read on: docs/how-to/use-beside-other-tools.md#time-machine"
    )
