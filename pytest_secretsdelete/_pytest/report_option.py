"""The option --secretsmanager-report: whose stories are shown, and whether a page is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from .._service.docs import read_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SHOWN = ("failed", "all", "none")
_PAGE = "html"
_PAGE_NAME = "secretsmanager-report.html"


@dataclass(frozen=True)
class Reporting:
    """What is asked for."""

    shown: str = "failed"
    #: Where the page of the run is written, if it is.
    page: Path | None = None

    def shows(self, report: pytest.TestReport) -> bool:
        """Return whether the text of a test's story is asked for."""
        return self.shown == "all" or (self.shown == "failed" and report.failed)


def begin(config: pytest.Config, values: Sequence[str]) -> Reporting:
    """Read the values of the option; UsageError for one that is not legal. Register what writes the page."""
    shown, page = "failed", None
    for value in values:
        kind, _, path = value.partition("=")
        if value in _SHOWN:
            shown = value
        elif kind == _PAGE and (path or value == _PAGE):
            page = config.invocation_params.dir / (path or _PAGE_NAME)
        else:
            raise pytest.UsageError(
                f"--secretsmanager-report={value}: {', '.join(_SHOWN)}, html and html=PATH are legal. "
                f"{read_on('how-to/read-a-failed-test#choose-what-is-shown')}"
            )
    if page is not None and not hasattr(config, "workerinput"):
        from .page import PageOfTheRun

        config.pluginmanager.register(PageOfTheRun(page), "secretsdelete_page")
    return Reporting(shown, page)
