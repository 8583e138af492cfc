"""Folds the rows of a life: repeated calls into one row, and puts the moves of the clock between the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import places
from ..instant import SECOND
from .rows import CALL, LIFE, MOVE, Row
from .wording import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..entries import Move
    from .facts import Facts

#: From so many rows between two steps of a life on, equal calls are folded that do not follow each other at once.
_MANY = 8
#: How many rows of calls a stretch between two steps of a life shows at its beginning, and at its end.
_FIRST, _LATEST = 10, 20


def folded(facts: Facts, rows: Sequence[Row]) -> list[Row]:
    """Return the rows with repeated calls in one; each step in the life of the secret stays."""
    done: list[Row] = []
    stretch: list[Row] = []
    for row in rows:
        if row.kind == LIFE:
            done += [*_stretch(facts, stretch), row]
            stretch = []
        else:
            stretch.append(row)
    return [*done, *_stretch(facts, stretch)]


def _stretch(facts: Facts, rows: list[Row]) -> list[Row]:
    """Fold the calls between two steps of a life."""
    found: list[Row] = []
    for row in rows:
        if found and _is_same(found[-1], row):
            found[-1] = _joined(found[-1], row)
        else:
            found.append(row)
    if len(found) > _MANY:
        found = _grouped(found)
    return _shortened(_with_answers(facts, found))


def _is_same(one: Row, other: Row) -> bool:
    return (one.what, one.detail, one.place, one.kind) == (other.what, other.detail, other.place, other.kind)


def _joined(first: Row, later: Row) -> Row:
    apart = later.at - first.last
    steady = apart if first.count == 1 or first.every == apart else None
    return replace(first, last=later.last, count=first.count + later.count, every=steady)


def _grouped(rows: Iterable[Row]) -> list[Row]:
    """Join equal calls, whatever is between them."""
    found: dict[tuple[str, str, str, str], Row] = {}
    for row in rows:
        key = (row.what, row.detail, row.place, row.kind)
        found[key] = _joined(found[key], row) if key in found else row
    return list(found.values())


def _with_answers(facts: Facts, rows: Iterable[Row]) -> list[Row]:
    """Say in the row of faults that the test asked for that the same call was answered in the end."""
    found: list[Row] = []
    for row in rows:
        before = found[-1] if found else None
        if before and before.asked and row.count == 1 and _are_attempts_of_one_call(before, row):
            found[-1] = replace(before, then=f", then answered at {facts.at(row.at)}", last=row.last)
        else:
            found.append(row)
    return found


def _are_attempts_of_one_call(failed: Row, answered: Row) -> bool:
    return answered.kind == CALL and (failed.what, failed.place) == (answered.what, answered.place)


def _shortened(rows: list[Row]) -> list[Row]:
    left_out = len(rows) - _FIRST - _LATEST
    if left_out <= 1:
        return rows
    middle = rows[_FIRST:-_LATEST]
    count = sum(row.count for row in middle)
    note = Row(middle[0].at, f"({count:,} calls left out)", kind=CALL, last=middle[-1].last)
    return [*rows[:_FIRST], note, *rows[-_LATEST:]]


def details(facts: Facts, row: Row, *, with_start: bool = False) -> str:
    """Return what is written beside the operation of a row: its details, how often it happened, and who asked for it.

    `with_start`: where no instant of the row is written beside it, a steady pace says when it began.
    """
    if row.asked:
        times = f" x{row.count:,}" if row.count > 1 else ""
        return f"{row.detail}{times} (asked for by {row.asked}){row.then}"
    return " ".join(filter(None, (row.detail, _times(facts, row, with_start=with_start))))


def _times(facts: Facts, row: Row, *, with_start: bool) -> str:
    if row.count == 1:
        return ""
    start = f" from {facts.at(row.at)}" if with_start else ""
    pace = f", every {duration(row.every)}{start}" if row.every and row.every >= SECOND else ""
    last = f"; last {facts.at(row.last)}" if facts.at(row.last) != facts.at(row.at) else ""
    return f"x{row.count:,}{pace}{last}"


def with_moves(rows: Sequence[Row], moves: Iterable[Move]) -> list[Row]:
    """Put the moves of the clock between the rows; those between folded calls are left out."""
    gaps: dict[int, list[Move]] = {}
    for move in moves:
        if not any(row.at <= move.start and move.end <= row.last for row in rows):
            place = next((number for number, row in enumerate(rows) if row.at > move.start), len(rows))
            gaps.setdefault(place, []).append(move)
    return [
        row for number in range(len(rows) + 1) for row in (*_moves(gaps.get(number, ())), *rows[number : number + 1])
    ]


def _moves(moves: Iterable[Move]) -> Iterator[Row]:
    """Return the rows of moves that follow each other; those from one place are one row."""
    found: list[list[Move]] = []
    for move in moves:
        if found and (found[-1][0].place, found[-1][0].slept) == (move.place, move.slept):
            found[-1].append(move)
        else:
            found.append([move])
    for group in found:
        length = duration(sum(move.end - move.start for move in group))
        steps = f" in {len(group):,} steps" if len(group) > 1 else ""
        words = f"sleeping took {length}{steps}" if group[0].slept else f"clock advanced {length}{steps}"
        yield Row(group[0].start, words, "", places.shown(group[0].place), MOVE)


def brief(facts: Facts, rows: Iterable[Row]) -> str:
    """Return a life in one line."""
    shown = _without_places(row for row in rows if row.kind != MOVE and not row.is_inside)
    parts = _merged(row.brief if row.kind == LIFE else _call_in_brief(facts, row) for row in shown)
    return ("; " if any({",", ";"} & set(part) for part in parts) else ", ").join(parts)


def _without_places(rows: Iterable[Row]) -> list[Row]:
    """Fold calls that differ in their places alone, which the form of one line does not show."""
    found: list[Row] = []
    for row in rows:
        before = found[-1] if found else None
        if (
            before
            and row.kind != LIFE
            and not before.asked
            and not row.asked
            and _is_same(before, replace(row, place=before.place))
        ):
            found[-1] = replace(_joined(before, row), every=None)
        else:
            found.append(row)
    return found


def _call_in_brief(facts: Facts, row: Row) -> str:
    words = details(facts, row, with_start=True)
    operation = row.what + (": " if row.detail else " " if words else "")
    is_at_once = facts.at(row.last) == facts.at(row.at)
    return f"{operation}{words}{f' {facts.at(row.at)}' if is_at_once and not row.then else ''}"


def _merged(parts: Iterable[str]) -> list[str]:
    """Join what happened again: `rotated +0s, +30d`."""
    found: list[str] = []
    for part in filter(None, parts):
        words, _, instant = part.rpartition(" +")
        if found and words and found[-1].startswith(f"{words} +") and "(" not in part:
            found[-1] += f", +{instant}"
        else:
            found.append(part)
    return found
