"""Shows stories in the terminal: colours those of failed tests, and prints those of tests that have passed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

#: What gets which of pytest's markups, in the text of a story.
_MARKUP: tuple[tuple[re.Pattern[str], dict[str, bool]], ...] = (
    (re.compile(r"^(?!.*  )\S.*$(?=\n  )", re.MULTILINE), {"bold": True}),
    (re.compile(r"\b(?:\w+Exception|\w+Error|\w+Failure|MALFORMED)\b"), {"red": True}),
    (re.compile(r"(?<!\w)[\w.-]+\.py:\d+"), {"cyan": True}),
    (re.compile(r"\bwindow ended: purged\b"), {"yellow": True}),
)


def coloured(text: str, writer: Any) -> str:
    """Return the text of a story with pytest's markup, which is none where the terminal has no colours."""
    for pattern, markup in _MARKUP:
        text = pattern.sub(lambda match, markup=markup: writer.markup(match[0], **markup), text)  # type: ignore[misc]
    return text


def colour(reports: Iterable[pytest.TestReport], terminal: Any) -> None:
    """Colour the stories of failed tests, once every other report of the run has been written."""
    writer = terminal._tw  # noqa: SLF001 - it has no other name
    for report in reports:
        title, text = report.secretsmanager_story
        sections = getattr(report.longrepr, "sections", [])
        sections[:] = [
            (name, coloured(content, writer) if (name, content) == (title, text) else content, separator)
            for name, content, separator in sections
        ]


def print_passed(reports: Iterable[pytest.TestReport], terminal: Any) -> None:
    """Print the stories of tests that have passed."""
    for report in (one for one in reports if one.passed):
        title, text = report.secretsmanager_story
        terminal.section(f"{report.nodeid} passed: {title}", sep="-")
        terminal.line(coloured(text, terminal._tw))  # noqa: SLF001 - as above
