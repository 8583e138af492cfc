"""The command: runs the benchmarks and prints one table, as text or as Markdown."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from . import calls, clients, memory, processes, profiles, sizes, stores, waiting
from .table import markdown, text, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .table import Row

#: The groups of rows, in the order of the table.
GROUPS: dict[str, Callable[[sizes.Sizes], Iterator[Row]]] = {
    "clients": clients.rows,
    "processes": processes.rows,
    "calls": calls.rows,
    "stores": stores.rows,
    "waiting": waiting.rows,
    "memory": memory.rows,
}


def main() -> None:
    """Measure, and print the rows as they come; at the end all of them as one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="few rounds and small stores: only to see that it works")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="groups of rows to measure")
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead of the table")
    options = parser.parse_args()
    if options.profile:
        profiles.show()
        return
    size = sizes.SMALL if options.small else sizes.FULL
    rows = []
    for name in options.only:
        for row in GROUPS[name](size):
            print(f"{row.what} / {row.against}: {row.ratio:.3g}", file=sys.stderr)
            rows.append(row)
    print((markdown if options.markdown else text)(rows))
    print(f"\n{versions()}")


if __name__ == "__main__":
    main()
