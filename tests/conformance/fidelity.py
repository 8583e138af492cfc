"""The fidelity page of the documentation, made from the rows: `python -m tests.conformance.fidelity`."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from .rows import TABLE as ROWS
from .table import D, F, I, R, Refused, Reply, V

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fidelity.md"
HEAD = """# Fidelity

The answers of the fake, and the evidence that AWS gives them. The tables are generated from the data that the test suite
runs, through a client and as raw requests. The tests compare the whole answer.

## Evidence

| evidence | meaning |
|---|---|
| recorded | a response of AWS was recorded |
| asserted | a test that ran against AWS asserts it |
| documented | AWS's documentation or the service model says so |
| seen | it is in output of AWS that users have published |
| inferred | no published source says what AWS does: the least surprising choice, and no claim about AWS |
| ..., text inferred | the code of the error is known; no published source has its text |
| ..., code inferred | that AWS refuses it is known; no published source has the code of the error |

The source says where the evidence is: the subject of the recordings or of the tests against AWS, the title of a page of
AWS's documentation, the shape and its member in the service model that botocore ships, or the content of a public
report.
"""
TABLE_HEAD = "| case | answer | evidence | source |\n|---|---|---|---|"


def answer_of(row) -> str:
    """Return the answer of a row in short form."""
    if isinstance(row.answer, Refused):
        return f"{row.answer.code}: {re.sub(r'{[a-z]+}', '(its ARN)', row.answer.text)}"
    if isinstance(row.answer, Reply) and isinstance(row.answer.content, str):
        return f"{row.answer.status} {row.answer.content}"
    given = row.answer.content if isinstance(row.answer, Reply) else row.answer
    members = [name for name in given if name != "ResponseMetadata"]
    return ", ".join(members) or "an empty body"


def evidence_of(row) -> str:
    """Return a row's evidence, and which parts of its error are inferred."""
    if row.evidence == I or not isinstance(row.answer, Refused):
        return row.evidence
    texts_known = {form_of(one) for one in ROWS if isinstance(one.answer, Refused) and one.evidence in {R, V, F}}
    is_described_alone = row.evidence == D and not row.answer.text_is_documented and form_of(row) not in texts_known
    is_text_known = not (is_described_alone or row.answer.text_is_inferred)
    inferred = ["code"] * row.answer.code_is_inferred + ["text"] * (not is_text_known)
    return f"{row.evidence}, {' and '.join(inferred)} inferred" if inferred else row.evidence


def form_of(row) -> str:
    """Return an error's text without the parts that differ from call to call."""
    return re.sub(r"\{[a-z]+\}|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=label: )\w+", "...", row.answer.text)


def anchors_of(rows) -> dict[str, str]:
    """Return the anchors of rows by their labels, made from the words of a case.

    Those of rows that differ in punctuation only are numbered.
    """
    anchors: dict[str, str] = {}
    for row in rows:
        words = f"{row.operation.lower()}-{re.sub(r'[^A-Za-z0-9]+', '-', row.case)}"
        numbers = itertools.chain([""], itertools.count(2))
        anchors[row.label] = next(one for one in (f"{words}{n}" for n in numbers) if one not in anchors.values())
    return anchors


ANCHORS = anchors_of(ROWS)


def case_of(row) -> str:
    """Return the case, as code if Markdown would read it as a link."""
    return f"`{row.case}`" if "[" in row.case else shortened(row.case)


def shortened(text: str, most: int = 220) -> str:
    """Return text that fits into a cell."""
    text = text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    return text if len(text) <= most else f"{text[:most]}..."


def line_of(row) -> str:
    """Return a row's line of the table."""
    anchored = f'<a id="{ANCHORS[row.label]}"></a>{case_of(row)}'
    return f"| {anchored} | {shortened(answer_of(row))} | {evidence_of(row)} | {shortened(row.source)} |"


def rendered() -> str:
    """Return the page: a section for each operation, its rows in the order of the data."""
    sections = [HEAD]
    for operation in sorted({row.operation for row in ROWS}):
        lines = [line_of(row) for row in ROWS if row.operation == operation]
        sections.append("\n".join([f"## {operation}", "", TABLE_HEAD, *lines, ""]))
    return "\n".join(sections)


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
