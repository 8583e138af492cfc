"""The story of a test's secrets, ready to be laid out: why it failed, what concerns that, and the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import places
from ..entries import Attempt, Rotation
from . import causes
from .facts import gather, instant_of, subject_of_arn
from .folding import brief, folded, with_moves
from .rows import rows_of
from .windows import windows
from .wording import date, duration, listed, offset, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..entries import Entry
    from ..service import Service
    from .facts import Facts, Subject
    from .rows import Row
    from .windows import Window

_DID_NOT_RAISE = "DID NOT RAISE"
_MOST_SCHEDULED = 3


@dataclass
class Life:
    """One secret: its name, its rows, and its windows for the page."""

    name: str
    rows: list[Row]
    windows: list[Window] = field(default_factory=list)


@dataclass
class Story:
    """What a report says."""

    facts: Facts
    title: str
    sentences: list[str]
    #: The secrets that the failure is about.
    concerned: list[Life]
    #: Every other secret.
    others: list[Life]
    #: The secrets that were seeded, and that nothing happened to.
    untouched: list[str]


def story_of(
    service: Service,
    error: BaseException | None = None,
    leftovers: Iterable[str] = (),
    *,
    record: Sequence[Entry] | None = None,
) -> Story:
    """Return the story of a fake; of a failure, why it came about, where that can be known.

    `record`: what happened, where it is not the whole timeline of the fake.
    `leftovers`: the names of secrets whose being left behind is a failure.
    """
    facts = gather(service, list(service.timeline) if record is None else record, error)
    concerned = _concerned(facts) if error is not None else []
    untouched = [subject for subject in facts.lives if subject not in concerned and _is_untouched(facts.lives[subject])]
    others = [subject for subject in facts.lives if subject not in concerned and subject not in untouched]
    sentences = [*_first(facts, error), *_left_behind(facts, leftovers)]
    loose = folded(facts, rows_of(facts, facts.other_calls))
    return Story(
        facts,
        _title(facts),
        sentences,
        [_life(facts, subject, with_clock=True) for subject in concerned],
        [*(_life(facts, subject) for subject in others), *([Life("", loose)] if loose else [])],
        [facts.called(subject) for subject in untouched],
    )


def _is_untouched(life: Sequence[Entry]) -> bool:
    return len(life) == 1 and not isinstance(life[0], Attempt) and not windows(life)


def _title(facts: Facts) -> str:
    regions = sorted({subject.region for subject in facts.lives} | {call.region for call in facts.other_calls})
    parts = ["Secrets Manager", ", ".join(regions or [facts.service.region])]
    length = offset(facts.end - facts.start)
    if facts.start:  # else nothing has happened yet
        parts.append(date(facts.start) + (f" to {date(facts.end)} ({length})" if length != offset(0) else ""))
    return ", ".join(parts)


def _life(facts: Facts, subject: Subject, *, with_clock: bool = False) -> Life:
    life = facts.life_of(subject) if with_clock else facts.lives[subject]
    rows = folded(facts, rows_of(facts, life))
    return Life(facts.called(subject), with_moves(rows, facts.moves) if with_clock else rows, windows(life))


def _concerned(facts: Facts) -> list[Subject]:
    """Return the secrets of the failed call, else those that the failure names, else the last that was called."""
    if facts.failed is not None:
        named = [subject for subject in facts.subjects_of(facts.failed) if subject in facts.lives]
        if named:
            return list(dict.fromkeys(named))
    named = [subject for subject in facts.lives if _is_named(subject.name, facts.failure)]
    return named or _latest(facts)


def _is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w/+=@!-]){re.escape(name)}(?![\w/+=@!-])", text) is not None


def _latest(facts: Facts) -> list[Subject]:
    called = [(instant_of(life[-1]), subject) for subject, life in facts.lives.items()]
    latest = max((instant for instant, _ in called), default=0)
    return [subject for instant, subject in called if instant == latest][-1:]


def _first(facts: Facts, error: BaseException | None) -> Iterator[str]:
    """Yield the sentences that say why."""
    last = _last_call(facts)
    if last is None and not facts.failed_elsewhere:
        yield "No call reached the fake."
    if error is None:
        return
    if facts.failed is not None:
        yield causes.why(facts, facts.failed)
        return
    if last is not None and last.error_code is not None:
        yield f"The last call was refused. {causes.why(facts, last)}"
    elif last is not None and facts.failure.startswith(_DID_NOT_RAISE):
        call = f"{last.operation} at {facts.at(last.at)}"
        yield f"The last call, {call}, was answered without an error{_early(facts, last)}."
    yield from _rotation_failed(facts)
    yield from _still_scheduled(facts)


def _last_call(facts: Facts) -> Attempt | None:
    return next((entry for entry in reversed(facts.record) if isinstance(entry, Attempt)), None)


def _early(facts: Facts, call: Attempt) -> str:
    """Return how long before the end of its window a secret was restored."""
    for subject in facts.subjects_of(call) if call.operation == "RestoreSecret" else ():
        window = next(reversed(windows(facts.lives[subject])), None)
        if window is not None and window.was_restored:
            left = duration(window.until - call.at)
            return f": it came {left} before the recovery window of {facts.called(subject)} ended"
    return ""


def _rotation_failed(facts: Facts) -> Iterator[str]:
    """Yield where the last rotation failed, if it did."""
    last = next((entry for entry in reversed(facts.record) if isinstance(entry, Rotation)), None)
    if last is not None and last.error is not None:
        place = places.shown(places.raised_at(last.error))
        raised = f"{plain(type(last.error).__name__)}{f' in {place}' if place else ''}"
        subject = subject_of_arn(last.secret)
        at = facts.at(instant_of(last))
        yield f"The rotation of {facts.called(subject)} failed at {at}: {last.step} raised {raised}."


def _still_scheduled(facts: Facts) -> Iterator[str]:
    """Yield which secrets are inside their windows at the end: what was to be gone is not."""
    found = [(subject, found[-1]) for subject, life in facts.lives.items() if (found := windows(life))]
    scheduled = [(subject, window) for subject, window in found if window.ended is None]
    for subject, window in scheduled[:_MOST_SCHEDULED]:
        left = window.until - facts.end
        ends = f"ends at {facts.at(window.until)} ({date(window.until)})"
        if left > 0:
            yield f"{facts.called(subject)} is still in its recovery window, which {ends}, {duration(left)} later."
        else:
            yield f"{facts.called(subject)} is not purged yet; its recovery window {ends.replace('ends', 'ended', 1)}."


def _left_behind(facts: Facts, names: Iterable[str]) -> Iterator[str]:
    for subject, life in facts.lives.items():
        if subject.name in names:
            made = next(call for call in life if isinstance(call, Attempt) and call.error_code is None)
            by = causes.Case(facts, made, subject).by(made)
            yield f"Left behind: {facts.called(subject)}, by {by}. Nothing has deleted it."


def in_one_line(facts: Facts, life: Life) -> str:
    """Return a life in one line."""
    return brief(facts, life.rows)


def untouched_in_one_line(names: Sequence[str]) -> str:
    """Return the secrets that nothing happened to."""
    return f"seeded and not called: {listed(names, most=20)}" if names else ""
