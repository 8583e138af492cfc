"""Forks that each run one program, so many at once, with a limit on each test that a program runs."""

from __future__ import annotations

import mmap
import os
import resource
import signal
import struct
import time
from collections.abc import Callable

#: What a test may take beyond five times what it takes without a mutant: seconds of the processor, and of the clock.
SECONDS, CLOCK_SECONDS = 5, 20
_VERDICTS = {0: "survived", -signal.SIGXCPU: "timeout", -signal.SIGKILL: "timeout"}


class Deadline:
    """When a child has to be done with its present test: the child writes it, and the parent reads it."""

    _FORMAT = struct.Struct("dq")

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, self._FORMAT.size)

    def put_off(self, seconds: float, position: int) -> None:
        """Begin the test at a position, which takes so many seconds without a mutant."""
        limit = int(used() + 5 * seconds + SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        self._FORMAT.pack_into(self._shared, 0, now() + 5 * seconds + CLOCK_SECONDS, position)

    def read(self) -> tuple[bool, int]:
        """Return whether the child is late, and the position of its present test."""
        end, position = self._FORMAT.unpack_from(self._shared)
        return bool(end) and now() > end, position


Program = Callable[[Deadline], int]
#: Is told what became of a program, and the position of its last test.
Told = Callable[[str, int], None]


class Children:
    """The forks that run."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._running: dict[int, tuple[Told, Deadline]] = {}

    def start(self, program: Program, told: Told) -> None:
        """Run a program in a fork, when there is room for it."""
        self._wait(self.most - 1)
        deadline = Deadline()
        pid = os.fork()
        if pid == 0:
            _become(program, deadline)
        self._running[pid] = told, deadline

    def finish(self) -> None:
        """Wait until all have ended."""
        self._wait(0)

    def _wait(self, left: int) -> None:
        """Wait until only so many programs run."""
        while len(self._running) > left:
            for pid in list(self._running):
                self._look_at(pid)
            time.sleep(0.001)

    def _look_at(self, pid: int) -> None:
        """Tell what became of a child that has ended, and end one that is late."""
        told, deadline = self._running[pid]
        late, position = deadline.read()
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del self._running[pid]
            told(_VERDICTS.get(os.waitstatus_to_exitcode(status), "killed"), position)
        elif late:
            os.killpg(pid, signal.SIGKILL)


def _become(program: Program, deadline: Deadline) -> None:
    """Run a program in this process, without output, and end the process with its answer."""
    code = 1
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        code = program(deadline)
    finally:
        os._exit(code)


def now() -> float:
    """Return the time of a clock that no freeze of a test's reaches."""
    return os.times().elapsed


def used() -> float:
    """Return how many seconds this process has had the processor."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
