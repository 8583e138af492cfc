"""Runs a sample of mutants, or all: python -m tests.mutants [--sample N] [--seed S] [paths].

Exits with 1 where less than 95 % of the mutants that are not equivalent were killed, or where tests failed at a control.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from . import tool
from .equivalents import Change, listed
from .sample import drawn, interval, is_enough

_COLUMNS = ("room", "mutants", "tried", "killed", "equivalent", "survived", "killed %")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="how many mutants, of each module its share; all without it")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws another sample")
    parser.add_argument("--processes", type=int, default=2, help="how many mutants run at once")
    parser.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="how long the tests of one mutant may have the processor",
    )
    parser.add_argument("paths", nargs="*", help="modules or folders of the package; without any, all rooms")
    return parser.parse_args()


def survivors_among(names: list[str], processes: int, seconds: float) -> tuple[list[str], int]:
    """Run the tests against mutants; return those that no test has noticed, and at how many controls tests failed."""
    verdicts = tool.run(names, processes, seconds)
    controls = verdicts.keys() - set(names)
    noticed = sorted(name for name in controls if verdicts[name] != "survived")
    print(f"\n{len(controls)} controls, which change nothing. Tests failed at: {', '.join(noticed) or 'none'}.")
    print(f"Killed because a test took too long: {sum(verdicts[name] == 'timeout' for name in names)}.")
    return [name for name in names if verdicts[name] == "survived"], len(noticed)


def row(room: str, count: int, tried: int, survived: int, equivalent: int) -> tuple[str, ...]:
    """Return one row of the table."""
    differing = tried - equivalent
    share = f"{100 * (differing - survived) / differing:.1f}" if differing else "-"
    return (room, str(count), str(tried), str(differing - survived), str(equivalent), str(survived), share)


def show(rows: list[tuple[str, ...]], survivors: list[Change]) -> None:
    """Print the survivors and the table, as Markdown."""
    for change in survivors:
        print(
            "",
            change.function,
            *(f"  - {line}" for line in change.was),
            *(f"  + {line}" for line in change.becomes),
            sep="\n",
        )
    print("", "| " + " | ".join(_COLUMNS) + " |", "|---" * len(_COLUMNS) + "|", sep="\n")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")


def main() -> int:
    """Run the command."""
    options = arguments()
    made = tool.made(options.processes)
    paths = tuple(path.rstrip("/") for path in options.paths) or tuple(tool.rooms())
    wanted = {
        path: names for path, names in made.items() if any(path == one or path.startswith(f"{one}/") for one in paths)
    }
    path_of = {name: path for path, names in wanted.items() for name in names}
    names = drawn(wanted, options.sample, options.seed)
    survivors, failed_controls = survivors_among(names, options.processes, options.seconds)
    changes = {name: tool.change(name, path_of[name]) for name in survivors}
    known = listed()
    equivalent = {name for name, change in changes.items() if any(one.covers(change) for one in known)}
    rows, total = [], Counter()
    for room in [*tool.rooms(), "all"]:
        of_room = {name for name, path in path_of.items() if room == "all" or path.startswith(f"{room}/")}
        numbers = [
            len(of_room),
            *(len(of_room & set(some)) for some in (names, changes.keys() - equivalent, equivalent)),
        ]
        if of_room:
            rows.append(row(room, *numbers))
        total = dict(zip(("count", "tried", "survived", "equivalent"), numbers, strict=True))
    show(rows, [change for name, change in changes.items() if name not in equivalent])
    differing = total["tried"] - total["equivalent"]
    killed = differing - total["survived"]
    if total["tried"] < total["count"]:
        low, high = interval(killed, differing)
        print(
            f"\nA sample, seed {options.seed}: of all mutants {100 * low:.1f} to {100 * high:.1f} % are killed (95 % interval)."
        )
    return 0 if is_enough(killed, differing, failed_controls) else 1


if __name__ == "__main__":
    sys.exit(main())
