"""Lays a story out as text, 80 to 120 columns wide, in plain ASCII."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .folding import details
from .rows import MOVE
from .story import in_one_line, untouched_in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Facts
    from .rows import Row
    from .story import Life, Story

NARROWEST, WIDEST = 80, 120
_INSTANT = 10
_LONGEST_NAME = 24
_GAP = 2
_NAMELESS = "other calls"


def as_text(story: Story, width: int = NARROWEST) -> str:
    """Return the text of a story; a width outside of 80 to 120 columns is brought there."""
    width = min(max(width, NARROWEST), WIDEST)
    parts = ["\n".join(_wrapped(sentence, width)) for sentence in story.sentences]
    paragraphs = ["\n".join(parts)] if parts else []
    paragraphs += ["\n".join(_block(story.facts, life, width)) for life in story.concerned]
    rest = [*_in_one_line_each(story, width), *_wrapped(untouched_in_one_line(story.untouched), width)]
    return "\n\n".join([*paragraphs, *(["\n".join(rest)] if rest else [])])


def _block(facts: Facts, life: Life, width: int) -> Iterator[str]:
    yield life.name
    what = min(max((len(row.what) for row in life.rows if details(facts, row)), default=0), 2 * _LONGEST_NAME)
    place = max((len(row.place) for row in life.rows), default=0)
    for row in life.rows:
        yield from _row(facts, row, what + _GAP, place, width)


def _row(facts: Facts, row: Row, what: int, place: int, width: int) -> Iterator[str]:
    """Yield a row: the instant, what happened, its details, and at the right where."""
    instant = "" if row.kind == MOVE else facts.at(row.at)
    words = details(facts, row)
    head = f"  {instant:<{_INSTANT}}{row.what:<{what if words else 0}}"
    room = width - place - _GAP
    first, *more = _wrapped(words, room, head, 2 + _INSTANT + what) or [head]
    yield f"{first:<{room}}{' ' * _GAP}{row.place:>{place}}".rstrip() if row.place else first
    yield from more


def _in_one_line_each(story: Story, width: int) -> Iterator[str]:
    lives = [(life.name or _NAMELESS, in_one_line(story.facts, life)) for life in story.others]
    column = min(max((len(name) for name, _ in lives), default=0), _LONGEST_NAME) + _GAP
    for name, words in lives:
        yield from _wrapped(words, width, f"{name:<{column - 1}} ", column)


def _wrapped(text: str, width: int, head: str = "", indent: int = 0) -> list[str]:
    """Return lines no wider than the width, unless a word is; the later ones are indented."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
