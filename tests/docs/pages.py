"""The pages of the documentation, taken apart: their fenced blocks, headings and links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
#: A language, or a directive of the site with its argument.
_FENCE = re.compile(r"```(\w+|\{[\w-]+\}(?= |$)|$)")
_TITLE = re.compile(r"(?:#|//) ([\w./-]+\.(?:py|ini|toml|js))$")
_COMMENT = re.compile(r"<!-- (.+) -->$")
_HEADING = re.compile(r"#+ (.+)$")
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
_EVIDENCE = re.compile(r"\[(recorded|asserted|documented|seen|inferred)\](?:\[([\w-]+)\]|\(([^)\s]+)\))?(?!:)")
_LINK = re.compile(r"\[(?:[^\]]+)\]\(([^)\s]+)\)")
_DEFINITION = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line it begins at, and the comments right above it."""

    language: str
    text: str
    line: int
    comments: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str | None:
        """The file that the block's first line names, as in `# conftest.py`."""
        match = _TITLE.match(self.text.partition("\n")[0])
        return match[1] if match else None


@dataclass(frozen=True)
class Table:
    """A table: the heading that it stands under, the head of its first column, and that column's cells."""

    heading: str
    head: str
    firsts: list[str]


def all_pages() -> list[Path]:
    """Return the README and every page under docs/."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def shown(page: Path) -> str:
    """Return how a page is called in the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """Return a page's fenced blocks, in their order."""
    found: list[Block] = []
    comments: list[str] = []
    lines = enumerate(page.read_text(encoding="utf-8").splitlines(), start=1)
    for number, line in lines:
        fence, comment = _FENCE.match(line), _COMMENT.match(line)
        if fence:
            body: list[str] = []
            for _, inner in lines:
                if inner == "```":
                    break
                body.append(inner)
            found.append(Block(fence[1], "\n".join(body) + "\n", number, tuple(comments)))
        if comment:
            comments.append(comment[1])
        elif line:
            comments.clear()
    return found


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def tables(page: Path) -> list[Table]:
    """Return a page's tables, in their order."""
    found: list[Table] = []
    heading, above = "", ""
    for line in prose(page).splitlines():
        if match := _HEADING.match(line):
            heading = match[1]
        if line.startswith("|"):
            first = _first_cell(line)
            if not above.startswith("|"):
                found.append(Table(heading, first, []))
            elif first.strip("-"):
                found[-1].firsts.append(first)
        above = line
    return found


def _first_cell(line: str) -> str:
    return re.split(r"(?<!\\)\|", line)[1].strip()


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page: those of its headings, as GitHub makes them, and those that it sets itself."""
    text = prose(page)
    found: set[str] = set(_ANCHOR.findall(text))
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            slug = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
            count = sum(1 for other in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other))
            found.add(f"{slug}-{count}" if count else slug)
    return found


def links(page: Path) -> list[str]:
    """Return where a page's links lead, those of definitions included."""
    text = re.sub(r"`[^`\n]+`", "`code`", prose(page))
    return [*_LINK.findall(text), *(target for _, target in _DEFINITION.findall(text))]


def evidence(page: Path) -> list[tuple[str, str]]:
    """Return the words for evidence in brackets, and where each of them leads."""
    text, defined = re.sub(r"`[^`\n]+`", "", prose(page)), definitions(page)
    return [(word, place or defined.get(label or word, "")) for word, label, place in _EVIDENCE.findall(text)]


def definitions(page: Path) -> dict[str, str]:
    """Return a page's link definitions: `[recorded]: reference/fidelity.md`."""
    return dict(_DEFINITION.findall(prose(page)))
