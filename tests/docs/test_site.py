"""The site is built without a warning, and no link in it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from . import pages

pytest.importorskip("furo")
pytest.importorskip("myst_parser")
if shutil.which("dot") is None:
    pytest.skip("the pictures need Graphviz", allow_module_level=True)


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, warnings as errors."""
    made = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(pages.DOCS), str(made)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert result.returncode == 0, result.stderr
    return made


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
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if target not in found or not parts.fragment:
        return target.is_file()
    return unquote(parts.fragment) in found[target].anchors


def test_every_page_is_in_the_site(site: Path) -> None:
    """Each page of the documentation is rendered, and found by the search."""
    sources = {page.relative_to(pages.DOCS).with_suffix("").as_posix() for page in pages.DOCS.rglob("*.md")}
    rendered = {page.relative_to(site).with_suffix("").as_posix() for page in site.rglob("*.html")}
    assert sources <= rendered
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert all(f'"{source}"' in index for source in sources)
