"""The site is built without a warning, and no link in it is broken."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import pytest_secretsdelete

from . import pages
from .public import CLASSES, members_of
from .test_anchors import named_by_the_package

#: Where the site is, as its page for what is not found says it.
PREFIX = "/en/latest/"


class Page(HTMLParser):
    """The anchors and links of a page of the site."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.anchors.add(value)
            if value and (name, tag) in {
                ("href", "a"),
                ("href", "link"),
                ("src", "img"),
                ("src", "script"),
                ("data", "object"),
            }:
                self.links.append(value)


class Prose(HTMLParser):
    """The text of a page outside code and signatures, and the links in it that stand within other links."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = ""
        self.nested: list[str] = []
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and "a" in self._open:
            self.nested.append(dict(attrs).get("href") or "")
        if tag in {"a", "article", "code", "dt", "pre"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        if "article" in self._open and not {"code", "dt", "pre"} & set(self._open):
            self.text += data


def test_no_markup_is_shown(site: Path) -> None:
    """No page shows the markup of Markdown or reStructuredText in its sentences, nor a link within a link."""
    found = {path.stem: Prose(path) for path in site.rglob("*.html")}
    markup = re.compile(r":py:\w+:|`|\*\*\w|\]\(|^\.\. ", re.MULTILINE)
    assert "Goal: " in found["share-a-fake"].text
    assert {name: markup.findall(page.text) for name, page in found.items() if markup.search(page.text)} == {}
    assert {name: page.nested for name, page in found.items() if page.nested} == {}


def test_no_link_is_broken(site: Path) -> None:
    """Each link within the site leads to a page, and to an anchor that is there."""
    found = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    broken = [
        f"{path.relative_to(site)}: {link}"
        for path, page in found.items()
        for link in page.links
        if not urlsplit(link).scheme and not _is_there(path, link, found)
    ]
    assert found
    assert not broken, "\n".join(broken)


def _is_there(path: Path, link: str, found: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    place = unquote(parts.path)
    if path.name == "404.html":  # it is shown at any address, so its links have the whole path of the site
        assert not place or place.startswith(PREFIX)
        place = place.removeprefix(PREFIX) or "index.html"
    target = (path.parent / place).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if target not in found or not parts.fragment:
        return target.is_file()
    return unquote(parts.fragment) in found[target].anchors


def test_what_is_not_found(site: Path) -> None:
    """The page for an address that is not there says so, and leads to the others."""
    text = (site / "404.html").read_text(encoding="utf-8")
    assert "<h1>Page not found</h1>" in text
    assert {f"{PREFIX}tutorial.html", f"{PREFIX}reference/fixtures.html"} <= set(Page(site / "404.html").links)


def test_every_page_is_in_the_site(site: Path) -> None:
    """Each page of the documentation is rendered, and found by the search."""
    sources = {page.relative_to(pages.DOCS).with_suffix("").as_posix() for page in pages.DOCS.rglob("*.md")}
    rendered = {page.relative_to(site).with_suffix("").as_posix() for page in site.rglob("*.html")}
    assert sources <= rendered
    assert sources == set(search_index(site)["docnames"])


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("purge delay", "explanation/time"),
        ("throttling", "how-to/survive-throttling"),
        ("leftovers", "how-to/find-leftovers"),
        ("fail_on_leftovers", "reference/markers"),
        ("move_to_deletion_date", "reference/clock"),
        ("secretsmanager_unmocked", "reference/ini-options"),
    ],
)
def test_the_search_finds_words(site: Path, words: str, page: str) -> None:
    """The search leads from the words of a reader to their page."""
    from sphinx.search.en import SearchEnglish

    index, stem = search_index(site), SearchEnglish({}).stem
    found = [
        [number for terms in ("terms", "titleterms") for number in _as_list(index[terms].get(stem(word.lower()), []))]
        for word in words.split()
    ]
    assert all(index["docnames"].index(page) in numbers for numbers in found)


def search_index(site: Path) -> dict[str, Any]:
    """Return the index that the search of the site reads."""
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index: dict[str, Any] = json.loads(text.removeprefix("Search.setIndex(").rstrip(";\n").removesuffix(")"))
    return index


def _as_list(numbers: int | list[int]) -> list[int]:
    return [numbers] if isinstance(numbers, int) else numbers


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """What the package exports is described, with every member that users find on it, and nothing else is."""
    wanted = {f"pytest_secretsdelete.{name}" for name in pytest_secretsdelete.__all__ if name != "__version__"}
    wanted |= {f"pytest_secretsdelete.{name}.{member}" for name in CLASSES for member in members_of(name)}
    names = described_names(site, "py")
    # a class has the name of the private module that defines it as a second one
    described = {name for name in names if name.startswith("pytest_secretsdelete.") and "._" not in name[:22]}
    assert described == wanted | {"pytest_secretsdelete.FakeSecretsManager.__contains__"}


def test_what_the_plugin_declares_is_in_the_reference(site: Path) -> None:
    """Each fixture, marker and option is described in the place to which links lead."""
    from docs._extensions import declared

    python, options = described_names(site, "py"), described_names(site, "std")
    assert set(declared.fixtures()) | {"pytest.mark.secret", "pytest.mark.secretsmanager"} <= python
    assert set(declared.options().ini) | {"--secretsmanager-report"} <= options


def test_types_that_are_not_exported_are_explained(site: Path) -> None:
    """Each type in the reference that is no link has a row in the table of such types, and each row has its type."""
    _, _, table = (pages.DOCS / "reference" / "api.md").read_text(encoding="utf-8").partition("## Types in signatures")
    explained = set(re.findall(r"^\| (_?[A-Z]\w+) \| ", table, re.MULTILINE))
    text = "".join((site / "reference" / f"{page}.html").read_text(encoding="utf-8") for page in ("fake", "markers"))
    bare = set(re.findall(r"<em>(_?[A-Z]\w+)</em>(?!</a>)", text))
    assert "Delay" in bare
    assert bare - {"Any", "Literal", "None"} <= explained
    assert {name for name in explained if not re.search(rf">[\w\[]*{name}\b", text)} == set()


def described_names(site: Path, domain: str) -> set[str]:
    """Return the names of a domain of Sphinx that the site describes."""
    from sphinx.util.inventory import InventoryFile

    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    return {item for kind, items in inventory.data.items() if kind.startswith(f"{domain}:") for item in items}


@pytest.mark.parametrize("place", named_by_the_package())
def test_messages_lead_into_the_site(site: Path, place: str) -> None:
    """The page and the anchor that a message of the package names are in the site."""
    page, _, anchor = place.partition("#")
    assert not anchor or anchor in Page(site / f"{page}.html").anchors
    assert (site / f"{page}.html").is_file()


def test_names_of_other_projects_are_links(site: Path) -> None:
    """Names of Python, pytest, botocore, boto3 and freezegun lead from the pages to their documentation."""
    from docs._extensions import inventories

    links = {link for path in site.rglob("*.html") for link in Page(path).links}
    linked: dict[str, set[str]] = {}
    for inventory in inventories.FOLDER.glob("*.txt"):
        address, entries = inventories.read(inventory.stem)
        places = {name: f"{address.rstrip('/')}/{place}" for _, name, place in entries}
        linked[inventory.stem] = {name for name, place in places.items() if place in links}
    assert linked.keys() == {"boto3", "botocore", "freezegun", "pytest", "python"}
    assert all(linked.values())
    assert "pytest.raises" in linked["pytest"]
    assert {"ValueError", "asyncio.wait_for", "datetime", "time.sleep", "timedelta"} <= linked["python"]


def test_inventories_are_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place that has moved is written anew; a name that is no longer there is reported, and kept."""
    pytest.importorskip("sphinx")
    from docs._extensions import inventories

    (tmp_path / "a.txt").write_text(
        "# https://a.example/\npy:class A new.html#A\npy:class C c.html#C\n", encoding="utf-8"
    )
    monkeypatch.setattr(inventories, "FOLDER", tmp_path)
    _, whole = inventories.written("a", tmp_path)
    (tmp_path / "a.txt").write_text(
        "# https://a.example/\npy:class A old.html#A\npy:class B b.html#C\npy:class D d.html#D\n", encoding="utf-8"
    )
    assert inventories.renew("a", Path(whole)) == ["D"]
    assert inventories.read("a") == (
        "https://a.example/",
        [["py:class", "A", "new.html#A"], ["py:class", "B", "c.html#C"], ["py:class", "D", "d.html#D"]],
    )


def test_wrong_evidence_ends_the_build(tmp_path: Path) -> None:
    """A link to a row that is not there, and a word that is not the evidence of its row, are warnings."""
    pytest.importorskip("myst_parser")
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(pages.DOCS)!r})\nextensions = ['myst_parser', '_extensions.evidence']\n"
    )
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "fidelity.md").write_text("---\norphan: true\n---\n# Fidelity\n")
    table = "reference/fidelity.md#"
    (tmp_path / "index.md").write_text(
        f"# A\n<sup>[recorded]({table}deletesecret-window-7)</sup> [seen]({table}no-such-row) "
        f"[inferred]({table}deletesecret-window-6) [a page]({table}evidence)\n"
    )
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--no-color",
        "--keep-going",
        "-b",
        "dummy",
        "-D",
        "suppress_warnings=myst",
    ]
    result = subprocess.run(
        [*command, str(tmp_path), str(tmp_path / "made")], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert [line.partition("WARNING: ")[2] for line in result.stderr.splitlines() if "WARNING" in line] == [
        "No row of the fidelity tables has the anchor 'no-such-row'.",
        "The evidence of 'deletesecret-window-6' is not 'inferred' but seen.",
    ]
