"""Timing of pairs: the two things to compare run in turns, so that their ratio holds on a noisy machine."""

from __future__ import annotations

import gc
import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

#: The processor time of this process, which no other process changes; in a tuple, where freezegun does not replace it.
_CLOCK = (time.process_time,)


def seconds(act: Callable[[], Any], repeats: int = 1) -> float:
    """Return the processor time of one run of `act`; the garbage collector is off meanwhile."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        begin = _CLOCK[0]()
        for _ in range(repeats):
            act()
        return (_CLOCK[0]() - begin) / repeats
    finally:
        if was_on:
            gc.enable()


def pairs(rounds: int, first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float, float]:
    """Return the medians of two measurements, taken in turns, and the median of the ratios of the pairs.

    Which of the two comes first alternates. A first pair, in which caches are filled, does not count.
    """
    first(), second()
    measured = []
    for number in range(rounds):
        if number % 2:
            other = second()
            measured.append((first(), other))
        else:
            measured.append((first(), second()))
    firsts, seconds_ = zip(*measured, strict=True)
    ratio = statistics.median(one / other for one, other in measured)
    return statistics.median(firsts), statistics.median(seconds_), ratio


def within(context: Callable[[], AbstractContextManager[Any]], act: Callable[[Any], Any], repeats: int) -> float:
    """Return the processor time of `act` with what a context gives; entering, leaving and a first run do not count."""
    with context() as given:
        act(given)
        return seconds(lambda: act(given), repeats)


def numbered(name: str) -> Iterator[str]:
    """Yield names without end."""
    number = 0
    while True:
        yield f"{name}-{number}"
        number += 1
