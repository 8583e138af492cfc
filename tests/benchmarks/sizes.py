"""How much the benchmarks measure: the full run, and a small one that only shows that they work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The numbers that differ between the full and the small run."""

    #: Pairs of each row in one process, and repetitions in one side of a pair of quick things.
    rounds: int
    repeats: int
    #: Pairs of whole processes, and of processes whose ratio is near 1.
    processes: int
    close_processes: int
    #: Tests in the natural suites, and in the suite of empty tests.
    tests: int
    empty_tests: int
    #: Secrets in the large and in the small store.
    large: int
    small: int
    #: Records of calls whose memory is measured.
    calls: int
    #: Days of the stories about waiting.
    days: int


FULL = Sizes(
    rounds=15,
    repeats=50,
    processes=2,
    close_processes=15,
    tests=200,
    empty_tests=1000,
    large=100_000,
    small=100,
    calls=1_000_000,
    days=365,
)
SMALL = Sizes(
    rounds=2,
    repeats=3,
    processes=1,
    close_processes=1,
    tests=3,
    empty_tests=3,
    large=300,
    small=30,
    calls=2_000,
    days=10,
)
