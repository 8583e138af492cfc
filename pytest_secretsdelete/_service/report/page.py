"""The page of a run: each test with the timelines of its secrets, self-contained, without scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from . import drawing
from .folding import details
from .rows import MOVE
from .story import in_one_line, untouched_in_one_line
from .style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .facts import Facts
    from .rows import Row
    from .story import Life, Story

_EMPTY = "<p>No test of this run used the fake.</p>"


def fragment(story: Story, test: str, outcome: str) -> str:
    """Return what the page says of one test."""
    sentences = "".join(f"<p class=why>{escape(sentence)}</p>" for sentence in story.sentences)
    lives = "".join(_life(story.facts, life) for life in (*story.concerned, *story.others))
    untouched = untouched_in_one_line(story.untouched)
    kind, rest = escape(outcome, quote=True), f"<p>{escape(untouched)}</p>" if untouched else ""
    return (
        f"<article class={kind}><h2><span class=outcome>{kind}</span> {escape(test)}</h2>"
        f"<p class=when>{escape(story.title)}</p>{sentences}{lives}{rest}</article>\n"
    )


def whole_page(fragments: Sequence[str]) -> str:
    """Return the page, the tests that failed first."""
    ordered = sorted(fragments, key=lambda one: not one.startswith("<article class=failed"))
    failed = sum(one.startswith("<article class=failed") for one in fragments)
    count = f"{len(fragments)} {'test' if len(fragments) == 1 else 'tests'}, {failed} failed"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>Secrets Manager: {count}</title><style>{STYLE}</style></head>\n"
        f"<body><main><h1>Secrets Manager</h1><p>{count}</p>{drawing.LEGEND}\n{''.join(ordered) or _EMPTY}"
        "</main></body></html>\n"
    )


def _life(facts: Facts, life: Life) -> str:
    name = escape(life.name or "other calls")
    return (
        f"<details open><summary><b>{name}</b> <span>{escape(in_one_line(facts, life))}</span></summary>"
        f"{drawing.timeline(facts, life)}<table>{''.join(_rows(facts, life.rows))}</table></details>"
    )


def _rows(facts: Facts, rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        cells = ("" if row.kind == MOVE else facts.at(row.at), row.what, details(facts, row), row.place)
        yield f"<tr class={row.kind}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
