"""Draws the timeline of one secret as inline SVG, to scale, whatever the width of the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .folding import details
from .rows import CALL, LIFE, MOVE, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Facts
    from .rows import Row
    from .story import Life

#: The heights of the drawing, in pixels: the middle of the bar, its thickness, and from dot to dot above it.
_MIDDLE, _THICKNESS, _STEP = 58, 10, 11
_HEIGHT = 86
_RADIUS = 5
_MOST_STACKED = 4
#: What stays free at the left and the right, in percent of the width.
_MARGIN = 2.0
_KINDS = {LIFE: "changed it", CALL: "answered", REFUSED: "refused"}
LEGEND = "<p class=legend>{}<span><i class=window></i>recovery window</span></p>".format(
    "".join(f"<span><i class={kind}></i>{words}</span>" for kind, words in _KINDS.items())
)


def timeline(facts: Facts, life: Life) -> str:
    """Return the drawing of a life, from the start of the test to its end or the end of the last window."""
    end = max([facts.end, *(window.until for window in life.windows if window.ended is None)])
    scale = _Scale(facts.start, end)
    label = escape(f"Timeline of {life.name or 'other calls'}", quote=True)
    return (
        f'<svg role="img" aria-label="{label}" width="100%" height="{_HEIGHT}">'
        f"{''.join(_bars(scale, life))}{''.join(_dots(facts, scale, life))}{''.join(_labels(facts, scale))}</svg>"
    )


class _Scale:
    """Where an instant is, in percent of the width."""

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end

    def __call__(self, instant: int) -> float:
        length = max(self.end - self.start, 1)
        share = min(max(instant - self.start, 0), length) / length
        return round(_MARGIN + share * (100 - 2 * _MARGIN), 2)


def _bars(scale: _Scale, life: Life) -> Iterator[str]:
    """Yield the line of the whole time, and the recovery windows on it."""
    yield f'<line class="time" x1="{_MARGIN}%" x2="{100 - _MARGIN}%" y1="{_MIDDLE}" y2="{_MIDDLE}"/>'
    for window in life.windows:
        start, end = scale(window.began), scale(window.until if window.ended is None else window.ended)
        yield (
            f'<rect class="window" x="{start}%" width="{max(end - start, 0.2):.2f}%" y="{_MIDDLE - _THICKNESS // 2}" '
            f'height="{_THICKNESS}"/>'
        )


def _dots(facts: Facts, scale: _Scale, life: Life) -> Iterator[str]:
    """Yield a dot for each row; those of one instant are above each other."""
    stacked: dict[float, int] = {}
    for row in life.rows:
        if row.kind == MOVE:
            continue
        place = scale(row.at)
        height = stacked[place] = stacked.get(place, -1) + 1
        if height < _MOST_STACKED:
            yield (
                f'<circle class="{row.kind}" cx="{place}%" cy="{_MIDDLE - height * _STEP}" r="{_RADIUS}">'
                f"<title>{escape(_told(facts, row))}</title></circle>"
            )


def _told(facts: Facts, row: Row) -> str:
    return " ".join(filter(None, (facts.at(row.at), row.what, details(facts, row), row.place)))


def _labels(facts: Facts, scale: _Scale) -> Iterator[str]:
    """Yield the instants at both ends, and where the test ended, if a window lasts longer."""
    yield _text(_MARGIN, "start", facts.at(scale.start))
    if facts.at(scale.end) != facts.at(scale.start):
        yield _text(100 - _MARGIN, "end", facts.at(scale.end))
    if scale.end > facts.end:
        place = scale(facts.end)
        yield f'<line class="end" x1="{place}%" x2="{place}%" y1="{_MIDDLE - 14}" y2="{_MIDDLE + 14}"/>'
        yield f'<text x="{place}%" dx="6" y="{_MIDDLE - 16}">the test ended</text>'


def _text(place: float, anchor: str, words: str) -> str:
    return f'<text x="{place}%" y="{_HEIGHT - 4}" text-anchor="{anchor}">{escape(words)}</text>'
