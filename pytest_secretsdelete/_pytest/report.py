"""What a fake adds to pytest's reports: findings that fail a test, and the story of its secrets."""

from __future__ import annotations

import shutil
import traceback
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .._fake import service_of
from .._service.docs import read_on
from .._service.report.layout import as_text
from .._service.report.story import story_of
from . import tracebacks
from .hints import TITLE
from .report_option import Reporting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._service.report.story import Story
    from .joining import Use
    from .markers import Plan

_LEFT_BEHIND = "Secrets left behind: "
_PLEASE_TELL = "Please tell us: https://github.com/pytest-secretsdelete/pytest-secretsdelete/issues"
_NOT_TOLD = "A mistake of pytest-secretsdelete keeps it from saying what happened to the secrets of this test: "


def fail(outcome: Any, findings: Iterable[str]) -> None:
    """Make the outcome of a hook a failure that shows the findings and no traceback."""
    outcome.force_exception(pytest.fail.Exception("\n".join(findings), pytrace=False))


def fail_for_findings(outcome: Any, use: Use, plan: Plan) -> None:
    """Fail a test that passed, if it left faults unused or, where the plan forbids it, secrets behind."""
    findings = list(_findings(use, plan))
    if findings:
        fail(outcome, findings)


def folded(error: BaseException | None) -> AbstractContextManager[None]:
    """Return a context in which pytest folds the frames of botocore and of this package away."""
    return nullcontext() if error is None else tracebacks.folded(error)


def add_story(report: Any, item: pytest.Item, call: pytest.CallInfo[Any], use: Use, asked: Reporting | None) -> None:
    """Add the story of a test's secrets to its report, as text and for the page, where either is asked for."""
    asked = asked or Reporting()
    if not report.failed and report.when != "call":
        return
    try:
        _add_story(report, item, call, use, asked)
    except Exception as mistake:  # noqa: BLE001 - raised in this hook, it would end the run
        frame = traceback.extract_tb(mistake.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        report.sections.append((TITLE, f"{_NOT_TOLD}{type(mistake).__name__} in {place}. {_PLEASE_TELL}"))


def _add_story(report: Any, item: pytest.Item, call: pytest.CallInfo[Any], use: Use, asked: Reporting) -> None:
    error = call.excinfo.value if report.failed and call.excinfo is not None else None
    story = story_of(service_of(use.fake), error, _left_behind(use, report), record=use.record)
    if asked.shows(report):
        _add_text(report, item, story)
    if asked.page is not None:
        from .._service.report.page import fragment

        report.secretsmanager_page = fragment(story, report.nodeid, report.outcome)


def _add_text(report: Any, item: pytest.Item, story: Story) -> None:
    """Put the text where the traceback is, which JUnit XML has, too; of a passed test, into its properties."""
    text = as_text(story, shutil.get_terminal_size().columns)
    report.secretsmanager_story = [story.title, text]
    add_section = getattr(report.longrepr, "addsection", None)
    if not report.failed:
        item.user_properties.append(("secretsmanager", f"{story.title}\n{text}"))
    elif add_section is not None:
        add_section(story.title, text)
    else:
        report.sections.append((story.title, text))


def _left_behind(use: Use, report: pytest.TestReport) -> list[str]:
    """Return the secrets whose being left behind is what has failed the test."""
    is_about_them = report.failed and _LEFT_BEHIND in str(report.longrepr)
    return [secret.name for secret in use.leftovers()] if is_about_them else []


def _findings(use: Use, plan: Plan) -> Iterator[str]:
    unused = use.unused_faults()
    if unused:
        yield (
            f"Faults that were not used up: {'; '.join(map(str, unused))}. The code under test made fewer calls than "
            f"the test expected. Give times=None for a fault that may go unused, or withdraw() it. "
            f"{read_on('reference/fake#faults-and-denials')}"
        )
    left = use.leftovers() if plan.fail_on_leftovers else ()
    if left:
        yield (
            f"{_LEFT_BEHIND}{', '.join(secret.name for secret in left)}. The code under test created them and "
            f"did not delete them. {read_on('how-to/find-leftovers')}"
        )
