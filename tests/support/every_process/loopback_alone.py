"""Stops a process that asks for a host outside loopback, before the network is asked; notes who wanted what.

A process that would start another Python without this watch is stopped as well.

On the standard library alone: each Python that a test starts runs it, through `sitecustomize` beside it.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

#: The file that takes the notes of a run, from all of its processes.
NOTES = "LOOPBACK_ALONE_NOTES"
#: The test that runs, for the processes that it starts.
TEST = "LOOPBACK_ALONE_TEST"

#: What asks for an address, and what looks up a name: https://docs.python.org/3/library/audit_events.html
_ADDRESSED = {"socket.bind", "socket.connect", "socket.getnameinfo", "socket.sendmsg", "socket.sendto"}
_LOOKED_UP = {"socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"}
_INSTALLED = "_loopback_alone"
#: What PYTHONPATH must have for Python to import the watch at its start.
_FOLDER = os.path.dirname(__file__)


class OutsideLoopbackError(OSError):
    """This process asked for a host that is not this machine."""


class UnwatchedError(RuntimeError):
    """This process would start another Python without the watch."""


def is_possible() -> bool:
    """Return whether this process can be watched: not while it is traced, as by coverage, before Python 3.12.

    There a thread that is about to be traced ends with an error where another thread runs a hook for the same reason.
    """
    return sys.version_info >= (3, 12) or sys.gettrace() is None


def install() -> None:
    """Watch this process from now on, where that is possible; a hook cannot be removed."""
    if not hasattr(sys, _INSTALLED) and is_possible():
        setattr(sys, _INSTALLED, True)
        sys.addaudithook(_look)


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _look_at_child(*arguments)
    if not event.startswith("socket."):
        return
    if event in _LOOKED_UP:
        host = arguments[0]
    elif event in _ADDRESSED:
        address = arguments[0 if event == "socket.getnameinfo" else 1]
        # what is no tuple of a host and a port is a path, or no address at all
        host = address[0] if isinstance(address, tuple) and isinstance(address[0], (str, bytes)) else None
    else:
        return
    if not is_loopback(host):
        _note(f"{os.environ.get(TEST, 'outside of any test')}: {event} {host}")
        raise OutsideLoopbackError(f"{event}: {host} is outside loopback")


def _look_at_child(program: Any, _arguments: Any, _folder: Any, environment: Any) -> None:
    given = os.environ if environment is None else environment
    path = given.get("PYTHONPATH") or given.get(b"PYTHONPATH") or ""
    if _FOLDER not in os.fsdecode(path).split(os.pathsep) and _is_python(os.fsdecode(program)):
        _note(f"{os.environ.get(TEST, 'outside of any test')}: subprocess.Popen {os.fsdecode(program)}, not watched")
        raise UnwatchedError(f"{program} would run without {_FOLDER} in its PYTHONPATH")


def _is_python(program: str) -> bool:
    """Return whether a program is Python, or a script that Python runs."""
    import shutil

    path = shutil.which(program) or program
    if os.path.basename(path).startswith("python"):
        return True
    try:
        with open(path, "rb") as file:
            first = file.readline(200)
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first


def is_loopback(host: str | bytes | None) -> bool:
    """Return whether a host is this machine alone: None, localhost, 127.0.0.0/8 or ::1."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _note(line: str) -> None:
    path = os.environ.get(NOTES)
    if path is not None:
        notes = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)  # one write: lines of processes do not mix
        try:
            os.write(notes, f"{line}\n".encode())
        finally:
            os.close(notes)
