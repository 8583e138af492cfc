"""The fidelity page in the documentation, and the sources that it names."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pytest_secretsdelete._botocore.sessions import service_model

from ..docs import pages
from .fidelity import PAGE, rendered
from .rows import TABLE as ROWS
from .rows import implemented
from .table import D, F, I, R, V

#: What the source of a row may be, by its evidence.
SOURCES = {
    R: r"(a |three )?record(ed responses?|ings)\b.*",
    V: r"(asserted against AWS, .+|a test that was run against AWS)",
    D: r"(Secrets Manager API Reference|((IAM|Systems Manager) )?User Guide|AWS General Reference|service model|source of the "
    r"AWS Secrets Manager Agent), .+",
    F: r"(output of AWS in |(three )?public reports?\b).+",
    I: r"",
}
IN_THE_MODEL = re.compile(r"service model, (\w+)(?:\$(\w+))?")


def test_the_page_is_up_to_date():
    """It is up to date; `python -m tests.conformance.fidelity` generates it."""
    assert PAGE.read_text(encoding="utf-8") == rendered()


def test_each_row_has_its_source():
    """A recording is one, an assertion has been run against AWS, and what is inferred has no source."""
    assert [
        (row.label, row.evidence, row.source) for row in ROWS if not re.fullmatch(SOURCES[row.evidence], row.source)
    ] == []


@pytest.mark.parametrize(
    "source", sorted({row.source for row in ROWS if implemented(row) and IN_THE_MODEL.match(row.source)})
)
def test_a_source_in_the_model_is_there(source):
    """What a source names of the service model is a shape of it, a member of that, or an operation."""
    name, member = IN_THE_MODEL.match(source).groups()
    if name not in service_model().operation_names:
        shape = service_model().shape_for(name)
        assert member is None or member in shape.members


def test_each_row_has_an_anchor_of_its_own():
    """No anchor is there twice, and none is that of a heading."""
    text = PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (\w+)$", text, re.MULTILINE)
    anchors = [*re.findall(r'<a id="([^"]*)"></a>', text), *map(str.lower, headings)]
    assert [anchor for anchor, count in Counter(anchors).items() if count > 1] == []
    assert set(anchors) == pages.anchors(PAGE)
    assert len(anchors) > len(ROWS)
