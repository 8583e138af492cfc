"""The fidelity table of the documentation, made from the rows: `python -m tests.conformance.fidelity`."""

from __future__ import annotations

import re
from pathlib import Path

from .rows import ROWS
from .table import D, F, I, R, Refused, V

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fidelity.md"
HEAD = """# Fidelity

What the fake answers, and how anybody knows that AWS does. The table is made from the data that the test suite runs,
through a client and as raw requests; each answer is compared whole.

| evidence | meaning |
|---|---|
| recorded | a response of AWS has been recorded |
| asserted | a test that ran against AWS asserts it |
| documented | AWS's documentation or the service model says so |
| ..., text inferred | the code of the error is known, and nobody has published its text |
| ..., code inferred | that it is refused is known, and nobody has published the code of the error |
| seen | it stands in output of AWS that users have published |
| inferred | nobody has published what AWS does: the least surprising choice, and no claim about AWS |

| operation | case | answer | evidence |
|---|---|---|---|
"""


def answer_of(row) -> str:
    """Say in short what a row answers."""
    if isinstance(row.answer, Refused):
        return f"{row.answer.code}: {re.sub(r'{[a-z]+}', '(its ARN)', row.answer.text)}"
    members = [name for name in row.answer if name != "ResponseMetadata"]
    return ", ".join(members) or "an empty body"


def evidence_of(row) -> str:
    """Return a row's evidence, and what of its error nobody has published."""
    if row.evidence == I or not isinstance(row.answer, Refused):
        return row.evidence
    texts_known = {form_of(one) for one in ROWS if isinstance(one.answer, Refused) and one.evidence in {R, V, F}}
    is_text_known = (row.evidence != D or form_of(row) in texts_known) and not row.answer.text_is_inferred
    inferred = ["code"] * row.answer.code_is_inferred + ["text"] * (not is_text_known)
    return f"{row.evidence}, {' and '.join(inferred)} inferred" if inferred else row.evidence


def form_of(row) -> str:
    """Return an error's text without what differs from call to call."""
    return re.sub(r"\{[a-z]+\}|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=label: )\w+", "...", row.answer.text)


def case_of(row) -> str:
    """Return the case, as code where it would be taken for a link."""
    return f"`{row.case}`" if "[" in row.case else shortened(row.case)


def shortened(text: str, most: int = 220) -> str:
    """Return text that fits a cell."""
    text = text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    return text if len(text) <= most else f"{text[:most]}..."


def rendered() -> str:
    """Return the page."""
    order = sorted(range(len(ROWS)), key=lambda place: (ROWS[place].operation, place))
    rows = [ROWS[place] for place in order]
    lines = [f"| {row.operation} | {case_of(row)} | {shortened(answer_of(row))} | {evidence_of(row)} |" for row in rows]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
