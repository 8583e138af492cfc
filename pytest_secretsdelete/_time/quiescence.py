"""Quiescence: whether the other threads and the event loops of the process have nothing to run.

Virtual time may move only then. The standard library has no public interface for this, so this module
reads private ones. PRIVATE_INTERFACES lists all of them.
"""

from __future__ import annotations

import re
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Collection
    from types import FrameType

#: Everything private, or not promised, that virtual time reads, and what for. Tested on the versions below.
PRIVATE_INTERFACES = {
    "threading._limbo": "the threads that are being started: one of them is about to run",
    "threading._active": "the native id of a thread, by its identifier; threading.enumerate() may wait for a lock",
    "sys._current_frames": "the instruction at which each thread is",
    "asyncio.BaseEventLoop._ready": "the callbacks that a loop is about to run; a loop that lacks it gets some passes",
    "asyncio.BaseEventLoop._stopping": "that a loop ends after this pass; a loop that lacks it counts as running on",
    "/proc/self/task/{native_id}/status": "a thread's state and context switches (Linux; else it is observed longer)",
}
#: Versions of CPython on which these interfaces were tested.
TESTED_VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")

#: A thread is quiescent after so many observations in a row that found it waiting at the same instruction, and ...
_OBSERVATIONS_UNDISTURBED = 3
#: ... so many where it has been on a processor in between (it may be after the interpreter lock), or this is unknown.
_OBSERVATIONS_DISTURBED = 60
#: A loop that hides its callbacks is idle after so many passes.
PASSES_OF_OPAQUE_LOOP = 5
#: States of a Linux thread that runs, or will run without being woken: running or ready, and waiting for a disk.
_RUNNING_STATES = frozenset("RD")
_TASKS = Path("/proc/self/task")
_STATE = re.compile(r"^State:\s+(\w)", re.MULTILINE)
_CONTEXT_SWITCHES = re.compile(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class _Observation:
    """The instruction at which a thread was last observed, and for how many observations it has been there."""

    frame_id: int
    instruction: int
    context_switches: int | None
    unmoved: int = 0
    undisturbed: int = 0


@dataclass(frozen=True)
class _ThreadStatus:
    """The state of a thread in the operating system."""

    is_running: bool
    context_switches: int


class ThreadObserver:
    """Observes the threads of the process, again and again, until they are quiescent."""

    def __init__(self) -> None:
        self._observations: dict[int, _Observation] = {}

    def forget(self) -> None:
        """Start the observation again: something has happened that may make a waiting thread run."""
        self._observations.clear()

    def is_quiescent(self, resting: Collection[int]) -> bool:
        """Observe once more, and return whether every thread but the resting ones and this one is quiescent.

        `resting`: identifiers of threads that are known to have nothing to run.
        """
        if threading._limbo:  # type: ignore[attr-defined] # noqa: SLF001
            return False
        own = threading.get_ident()
        frames = sys._current_frames()  # noqa: SLF001
        others = [(thread, frame) for thread, frame in frames.items() if thread != own and thread not in resting]
        return all([self._is_thread_quiescent(thread, frame) for thread, frame in others])  # noqa: C419 - observe all

    def _is_thread_quiescent(self, thread: int, frame: FrameType) -> bool:
        status = _thread_status(thread)
        observation = _observe(self._observations.get(thread), frame, status)
        self._observations[thread] = observation
        return observation.undisturbed >= _OBSERVATIONS_UNDISTURBED or observation.unmoved >= _OBSERVATIONS_DISTURBED


def _observe(last: _Observation | None, frame: FrameType, status: _ThreadStatus | None) -> _Observation:
    """Return the next observation of a thread after the last one."""
    switches = None if status is None else status.context_switches
    place = (id(frame), frame.f_lasti)
    is_running = status is not None and status.is_running
    if last is None or is_running or place != (last.frame_id, last.instruction):
        return _Observation(*place, switches)
    undisturbed = switches is not None and switches == last.context_switches
    return _Observation(*place, switches, last.unmoved + 1, last.undisturbed + 1 if undisturbed else 0)


def _thread_status(thread: int) -> _ThreadStatus | None:
    """Return the state of a thread; None where it is unknown (the system is not Linux, or the thread has ended).

    A thread that threading has not started has an unknown native id: all such threads are looked at together.
    """
    known = threading._active.get(thread)  # type: ignore[attr-defined] # noqa: SLF001
    native_ids = _native_ids_unknown_to_threading() if known is None else [known.native_id]
    texts = [text for native_id in native_ids if (text := _status_text(native_id))]
    if not texts:
        return None
    states = [state for text in texts for state in _STATE.findall(text)]
    switches = [int(count) for text in texts for count in _CONTEXT_SWITCHES.findall(text)]
    return _ThreadStatus(not _RUNNING_STATES.isdisjoint(states), sum(switches))


def _native_ids_unknown_to_threading() -> list[str]:
    known = {str(thread.native_id) for thread in list(threading._active.values())}  # type: ignore[attr-defined] # noqa: SLF001
    return [path.name for path in _TASKS.glob("*") if path.name not in known]


def _status_text(native_id: int | str) -> str:
    try:
        return (_TASKS / str(native_id) / "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def is_ending(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether a loop does not run, or stops after this pass."""
    return not loop.is_running() or bool(getattr(loop, "_stopping", False))


def is_idle(loop: asyncio.AbstractEventLoop, passes_left: int) -> bool:
    """Return, from within a callback of a loop, whether the loop has nothing else to run.

    `passes_left`: after how many passes a loop that hides its callbacks counts as idle.
    """
    if is_ending(loop):
        return False
    ready = getattr(loop, "_ready", None)
    return not ready if ready is not None else passes_left <= 0
