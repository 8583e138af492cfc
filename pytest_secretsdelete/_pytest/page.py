"""The page of a run: gathers the stories of its tests, those of pytest-xdist's workers too, and writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .._service.report.page import whole_page

if TYPE_CHECKING:
    from pathlib import Path


class PageOfTheRun:
    """A pytest plugin of its own, where --secretsmanager-report=html."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fragments: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the story of a test over."""
        found = getattr(report, "secretsmanager_page", None)
        if found is not None:
            self._fragments.append(found)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(whole_page(self._fragments), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where it is."""
        terminalreporter.section("Secrets Manager report", sep="-")
        terminalreporter.line(f"{self._path.as_uri()}")
