"""The guard: stops and reports calls that no fake answers, where secretsmanager_unmocked = block."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .. import _active
from .._service import locks
from .._service.docs import read_on
from .interception import ensure_installed
from .under_way import described

if TYPE_CHECKING:
    from .._service.wire import Incoming


class UnmockedCallError(Exception):
    """A Secrets Manager call would have left the process, because no fake was active."""


class Guard:
    """Stops such calls and records them, for code that swallows the exception and for threads."""

    def __init__(self) -> None:
        self._lock = locks.new()
        self._stopped: list[str] = []

    def install(self) -> None:
        """Stop calls from now on."""
        ensure_installed()
        _active.set_guard(self)

    def uninstall(self) -> None:
        """Let calls pass again."""
        _active.set_guard(None)

    def lets_through(self, url: str) -> bool:
        """Return whether a request stays on this machine, such as one to a server that the test runs."""
        try:
            host = urlsplit(url).hostname
        except ValueError:  # no URL: botocore will say so
            return False
        return host is not None and is_loopback(host)

    def stop(self, incoming: Incoming) -> None:
        """Stop a call: record it, and raise."""
        message = (
            f"{described(incoming)} would have left the process: no fake was active. Ask for the secretsmanager "
            "fixture, mark the test with @pytest.mark.secret(...), or set secretsmanager_unmocked = pass. "
            f"{read_on('how-to/block-leaks')}"
        )
        self.remember(message)
        raise UnmockedCallError(message)

    def remember(self, message: str) -> None:
        """Record a message about a stopped call, for the report."""
        with self._lock:
            self._stopped.append(message)

    def take(self) -> list[str]:
        """Return the messages since the last time this was called."""
        with self._lock:
            stopped, self._stopped = self._stopped, []
        return stopped


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
