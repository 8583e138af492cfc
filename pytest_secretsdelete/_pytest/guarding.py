"""The reports of calls that no fake answered: a separate pytest plugin, for secretsmanager_unmocked = block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .._reach.guard import Guard
from . import report

if TYPE_CHECKING:
    from collections.abc import Generator

_WORKER_OUTPUT = "secretsmanager_stopped_outside_of_any_test"


def start(config: pytest.Config) -> None:
    """Stop calls until the end of the run, and register the hooks that report them."""
    guard = Guard()
    guard.install()
    config.add_cleanup(guard.uninstall)
    config.pluginmanager.register(StoppedCalls(guard), "secretsdelete_stopped_calls")


class StoppedCalls:
    """Fails the test that made a stopped call, or else the run."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        #: Calls of the running test that no failure has shown yet.
        self._of_test: list[str] = []
        #: Calls outside of any test, those of pytest-xdist's workers included.
        self._outside: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> None:
        """Keep the calls that were stopped before this test for the end of the run."""
        self._outside += self._guard.take()
        self._of_test = []

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, Any, None]:
        """Report calls of the fixtures' set-up and of the test, before the findings of its fake."""
        outcome = yield
        self._report(outcome)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, None]:
        """Report calls since the end of the test, of fixtures and of threads."""
        outcome = yield
        self._report(outcome)

    def _report(self, outcome: Any) -> None:
        """Fail what passed or was skipped; keep the calls for the report of what failed for another reason."""
        stopped = self._guard.take()
        if stopped and (outcome.excinfo is None or issubclass(outcome.excinfo[0], pytest.skip.Exception)):
            report.fail(outcome, stopped)
        else:
            self._of_test += stopped

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, None]:
        """Add the calls to the report of a failure whose text does not show them."""
        outcome = yield
        made = outcome.get_result()
        if made.failed:
            stopped, self._of_test = [*self._of_test, *self._guard.take()], []  # a failed set-up has no call phase
            shown = str(made.longrepr)
            if missing := [call for call in stopped if call not in shown]:
                made.sections.append(("Secrets Manager calls that were stopped", "\n".join(missing)))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run in which calls were stopped outside of any test; a worker of pytest-xdist hands them over."""
        self._outside += self._guard.take()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_WORKER_OUTPUT] = self._outside
        elif self._outside and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over the calls that a worker of pytest-xdist stopped outside of any test."""
        self._outside += getattr(node, "workeroutput", {}).get(_WORKER_OUTPUT, [])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the calls outside of any test."""
        if self._outside:
            terminalreporter.section("Secrets Manager calls outside of any test", red=True)
            terminalreporter.line("\n".join(self._outside))
