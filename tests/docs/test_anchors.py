"""What the documentation and the package say of each other is there: links, anchors, names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pytest_secretsdelete
from pytest_secretsdelete._service.docs import read_on

from ..conformance.fidelity import ANCHORS, evidence_of
from ..conformance.rows import TABLE as ROWS
from . import pages

PACKAGE = Path(pytest_secretsdelete.__file__).parent
REFERENCE = pages.DOCS / "reference"
_LABEL = re.compile(r"\[([\w-]+)\](?![(\[:\w])")
_OUTSIDE = ("http://", "https://", "mailto:")


def named_by_the_package() -> list[str]:
    """Return the pages and anchors that the package's messages name."""
    calls = (
        node
        for source in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "read_on"
    )
    return sorted({ast.literal_eval(call.args[0]) for call in calls})


def is_there(page: Path, anchor: str) -> bool:
    """Return whether a file is there, and its anchor in it where one is given."""
    return page.exists() and (not anchor or anchor in pages.anchors(page))


def inside_code(page: Path) -> set[str]:
    """Return the identifiers that a page names in code."""
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", pages.prose(page)))))


#: The words that each anchor of the fidelity page stands for.
EVIDENCE_OF = {ANCHORS[row.label]: {row.evidence, *evidence_of(row).split()} for row in ROWS}
EVIDENCE_OF["evidence"] = {"recorded", "asserted", "documented", "seen", "inferred"}


def test_the_address_is_written_once() -> None:
    """Every message that names a page has its address from one function."""
    sources = {source.name: source.read_text(encoding="utf-8") for source in PACKAGE.rglob("*.py")}
    assert [name for name, text in sources.items() if "readthedocs" in text] == ["docs.py"]
    assert read_on("how-to/a#b") == "Read on: https://pytest-secretsdelete.readthedocs.io/page/how-to/a.html#b"
    assert read_on("how-to/a").endswith("/page/how-to/a.html")


@pytest.mark.parametrize("place", named_by_the_package())
def test_what_a_message_names_is_there(place: str) -> None:
    """The page and the anchor that a message of the package sends its reader to exist."""
    page, _, anchor = place.partition("#")
    assert is_there(pages.DOCS / f"{page}.md", anchor)


@pytest.mark.parametrize("page", pages.all_pages(), ids=pages.shown)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page resolves, its anchor included."""
    broken = []
    for link in pages.links(page):
        target, _, anchor = link.partition("#")
        if not link.startswith(_OUTSIDE) and not is_there((page.parent / target) if target else page, anchor):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", pages.all_pages(), ids=pages.shown)
def test_definitions_are_used(page: Path) -> None:
    """Each link by a label has its definition, and each definition its link."""
    text = re.sub(r"`[^`\n]+`", "", pages.prose(page))
    assert set(_LABEL.findall(text)) == pages.definitions(page).keys()


@pytest.mark.parametrize("page", pages.all_pages(), ids=pages.shown)
def test_evidence_leads_to_its_row(page: Path) -> None:
    """Each word for evidence leads to a row of the fidelity page that has this evidence, or to what the words mean."""
    astray = [
        (word, target)
        for word, target in pages.evidence(page)
        if (page.parent / target.partition("#")[0]).resolve() != (REFERENCE / "fidelity.md").resolve()
        or word not in EVIDENCE_OF.get(target.partition("#")[2], ())
    ]
    assert astray == []


def test_every_page_is_in_the_index() -> None:
    """No page stands alone."""
    index = pages.DOCS / "index.md"
    linked = {(index.parent / link).resolve() for link in pages.links(index)}
    assert set(pages.DOCS.rglob("*.md")) - {index} <= linked


def test_event_names_are_documented() -> None:
    """Each name that the package gives to an event which no call stands for is in the reference."""
    from pytest_secretsdelete._service.report.rows import BY_THEMSELVES

    assert inside_code(REFERENCE / "records.md") >= BY_THEMSELVES


def test_floors_are_those_of_the_metadata() -> None:
    """The floors in the table of tools are those that pyproject.toml asks for."""
    pyproject = (pages.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    floors = dict(re.findall(r'"([\w-]+)(?:\[[\w,-]+\])?>=([\d.]+)"', pyproject))
    rows = re.findall(
        r"^\| ([\w-]+)(?:, \w+)? \| ([\d.]+) \|", pages.prose(REFERENCE / "compatibility.md"), re.MULTILINE
    )
    documented = {name: floor for name, floor in rows if name != "Python"}
    assert documented
    assert documented.items() <= floors.items()
    assert {"botocore", "freezegun", "pytest"} <= documented.keys()
