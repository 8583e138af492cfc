"""A sample of mutants that can be drawn again, spread over all modules, and what it says of the rest."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import sqrt

#: The quantile of the normal distribution for an interval of 95 %.
_QUANTILE = 1.96
LEAST_KILLED = 0.95


def is_enough(killed: int, differing: int, failed_controls: int) -> bool:
    """Return whether enough mutants were killed. Where tests failed at a control, nobody knows what has killed them."""
    return not failed_controls and differing > 0 and killed / differing >= LEAST_KILLED


def drawn(by_module: Mapping[str, Sequence[str]], size: int | None, seed: int) -> list[str]:
    """Return about so many mutants, or all: of each module its share, rounded, and one at the least."""
    total = sum(map(len, by_module.values()))
    if size is None or size >= total:
        return [name for module in sorted(by_module) for name in by_module[module]]
    chosen: list[str] = []
    for module in sorted(by_module):
        names = sorted(by_module[module])
        share = min(len(names), max(1, round(size * len(names) / total)))
        chosen.extend(random.Random(f"{seed} {module}").sample(names, share))
    return chosen


def interval(count: int, total: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share, as two shares."""
    if not total:
        return 0.0, 1.0
    share, square = count / total, _QUANTILE**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = _QUANTILE * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
