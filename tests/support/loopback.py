"""A plugin for the suite: a run in which anything asks for a host outside loopback fails, and says what asked.

The request is stopped before the network, in every Python process of the run: workers of xdist, children by fork or
spawn, scripts, runs within tests. A test that starts a Python without the watch fails its run too. Programs that are
not Python are not watched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

#: Processes that a test starts import the watch from here by itself: it is one module in all of them.
FOLDER = str(Path(__file__).with_name("every_process"))
sys.path.insert(0, FOLDER)
import loopback_alone  # noqa: E402
from loopback_alone import NOTES, TEST  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTES = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Watch this process, and those that will be started; the first process of a run keeps the notes of all."""
    loopback_alone.install()
    if NOTES in os.environ:  # a worker
        return
    descriptor, name = tempfile.mkstemp(prefix="loopback-alone-")
    os.close(descriptor)
    config.stash[_NOTES] = Path(name)
    os.environ[NOTES] = name
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [FOLDER, os.environ.get("PYTHONPATH")]))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Name the test for its processes."""
    os.environ[TEST] = item.nodeid
    yield
    os.environ.pop(TEST, None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which something was noted."""
    if _noted(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which test asked for which host."""
    if noted := _noted(config):
        terminalreporter.section("hosts outside loopback", red=True)
        for line in noted:
            terminalreporter.line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the notes."""
    if _NOTES in config.stash:
        del os.environ[NOTES]
        config.stash[_NOTES].unlink(missing_ok=True)


def _noted(config: pytest.Config) -> list[str]:
    """Return the notes of a run, each once; none in a worker."""
    path = config.stash.get(_NOTES, None)
    return sorted(set(path.read_text(encoding="utf-8").splitlines())) if path is not None else []
