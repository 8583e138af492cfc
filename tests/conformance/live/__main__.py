"""The command: `python -m tests.conformance.live`; it exits with 0 where no row differs, with 1 where one does.

2: nothing was run, or something could not be removed. 130: interrupted.
"""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..rows import ROWS
from ..table import HERE
from .checking import Result, check_all
from .cleaning import sweep
from .names import Place
from .plan import Plan, plan
from .report import report, write
from .endpoint import Endpoint
from .world import place_of

DIFFERENT, NOT_DONE, INTERRUPTED = 1, 2, 130
LONGEST_PREFIX = 40
PER_SECRET_MONTH, HOURS_OF_MONTH, PER_CALL = 0.40, 730, 0.05 / 10_000


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m tests.conformance.live", description=__doc__)
    parser.add_argument("--endpoint-url", help="an endpoint other than AWS")
    parser.add_argument("--region", default=HERE, help=f"a region of the aws partition (default: {HERE})")
    parser.add_argument("--prefix", default="secretsdelete-check", help="how the names of the secrets begin")
    parser.add_argument("--rows", default="", metavar="SUBSTRING", help="only rows whose operation and case contain it")
    parser.add_argument("--output", type=Path, default=Path("live-answers.json"), metavar="FILE", help="the report")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    chosen = parser.parse_args(given)
    if not 0 < len(chosen.prefix) <= LONGEST_PREFIX:
        parser.error(f"a prefix has 1 to {LONGEST_PREFIX} characters")
    return chosen


def announced(todo: Plan, where: str, root: str) -> str:
    """Say what a run would do, and about what it would cost."""
    created = 1 + sum(one.secrets for one in todo.rows)
    calls = sum(one.calls for one in todo.rows) + 3 * created + 2 * len(todo.regions)
    cost = created * PER_SECRET_MONTH / HOURS_OF_MONTH + calls * PER_CALL
    reasons = Counter(todo.left_out.values()).most_common()
    return "\n".join([
        f"{len(todo.rows)} rows at {where}; {len(todo.left_out)} left out:",
        *[f"  {count:4d} need {reason}" for reason, count in reasons],
        f"At most {created} secrets named {root}... in {len(todo.regions)} regions, removed after each row.",
        f"About {calls} calls. An estimate by AWS's list prices, one hour for each secret: ${cost:.2f}",
        f"(${PER_SECRET_MONTH:.2f} for a secret and month, $0.05 for 10,000 calls). Your prices may differ.",
    ])  # fmt: skip


def is_agreed() -> bool:
    """Ask."""
    try:
        return input("Run it? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def run(todo: Plan, endpoint: Endpoint, root: str, results: list[Result]) -> list[str]:
    """Run the rows, and remove everything whatever happens; return what is left."""
    left: list[str] = []
    place = Place(region=endpoint.region)
    try:
        place = place_of(endpoint, f"{root}probe")
        for result in check_all(todo.rows, root, place, endpoint):
            results.append(result)
            if result.differs:
                print(f"differs: {result.row.label}", flush=True)
    finally:
        others = {place.swapped(region) for region in todo.regions} - {endpoint.region}
        regions = [endpoint.region, *sorted(others)]  # most primaries are in the first, their replicas in the others
        left += sweep(endpoint.client, regions, root, endpoint.pauses)
        for one in left:
            print(f"NOT REMOVED, please remove it: {one}", file=sys.stderr)
    return left


def main(given: Sequence[str] | None = None) -> int:
    """Plan, ask, run, report; return the exit code."""
    chosen = arguments(given)
    root = f"{chosen.prefix}-{secrets.randbelow(10**8):08d}/"
    rows = [row for row in ROWS if chosen.rows.lower() in row.label.lower()]
    todo = plan(rows, reserve=len(root) + len("000/"))
    print(announced(todo, chosen.endpoint_url or f"AWS, {chosen.region}", root), flush=True)
    if not todo.rows or not (chosen.yes or is_agreed()):
        print("Nothing was run.")
        return NOT_DONE
    results: list[Result] = []
    left: list[str] = []
    try:
        left = run(todo, Endpoint(chosen.region, chosen.endpoint_url), root, results)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        write(chosen.output, report(results, todo, is_aws=chosen.endpoint_url is None))
        print(f"{len(results)} rows, {sum(one.differs for one in results)} differ: see {chosen.output}")
    return NOT_DONE if left else DIFFERENT if any(one.differs for one in results) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended removes what it made, too
    sys.exit(main())
