"""Run the rows of the table against a real endpoint, and write how its answers differ: docs/how-to/check-against-aws.md.

Exit codes: 0 no row differs; 1 a row differs; 2 nothing was run, or something could not be removed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import re
import secrets
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..rows import ROWS
from ..table import HERE
from .checking import Result, check_all
from .cleaning import FAILURES, sweep
from .endpoint import Endpoint
from .names import Place
from .plan import ELSEWHERE, Plan, plan
from .report import report, write
from .world import place_of

DIFFERENT, NOT_DONE, INTERRUPTED = 1, 2, 130
LONGEST_PREFIX = 40
PER_SECRET_MONTH, HOURS_OF_MONTH, PER_CALL = 0.40, 730, 0.05 / 10_000


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    about, _, codes = str(__doc__).partition("\n\n")
    parser = argparse.ArgumentParser("python -m tests.conformance.live", description=about, epilog=codes)
    parser.add_argument("--endpoint-url", help="an endpoint other than AWS")
    parser.add_argument("--region", default=HERE, help=f"a region of the aws partition (default: {HERE})")
    parser.add_argument("--prefix", default="secretsdelete-check", help="how the names of the secrets begin")
    parser.add_argument("--rows", default="", metavar="REGEX", help="only rows whose `operation: case` has a match")
    parser.add_argument("--output", type=Path, default=Path("live-answers.json"), metavar="FILE", help="the report")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    chosen = parser.parse_args(given)
    if not re.fullmatch(rf"[\w+=.@-]{{1,{LONGEST_PREFIX}}}", chosen.prefix, re.ASCII):
        parser.error(f"a prefix has 1 to {LONGEST_PREFIX} letters, digits and characters of _+=.@-")
    if chosen.region.startswith(ELSEWHERE):
        parser.error("the table is about the aws partition")
    return chosen


def announced(todo: Plan, endpoint: Endpoint, root: str) -> str:
    """Say what a run would do, and about what it would cost."""
    calls = todo.calls + 2 * todo.secrets + 2 * len(todo.regions)
    cost = todo.secrets * PER_SECRET_MONTH / HOURS_OF_MONTH + calls * PER_CALL
    reasons = Counter(todo.left_out.values()).most_common()
    return "\n".join([
        f"{len(todo.rows)} rows at {endpoint}; {len(todo.left_out)} rows are left out:",
        *[f"  {count:4d} need {reason}" for reason, count in reasons],
        f"At most {todo.secrets} secrets named {root}... in {len(todo.regions)} regions, removed after each row.",
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
    rows = [row for row in ROWS if re.search(chosen.rows, row.label)]
    todo = plan(rows, reserve=len(root) + len("000/"))
    endpoint = Endpoint(chosen.region, chosen.endpoint_url)
    print(announced(todo, endpoint, root), flush=True)
    if not todo.rows or not (chosen.yes or is_agreed()):
        print("Nothing was run.")
        return NOT_DONE
    results: list[Result] = []
    left: list[str] = []
    try:
        left = run(todo, endpoint, root, results)
    except KeyboardInterrupt:
        return INTERRUPTED
    except FAILURES as error:  # of the first secret, which names the account
        print(f"Stopped: {error}", file=sys.stderr)
        return NOT_DONE
    finally:
        whole = report(results, todo, is_aws=endpoint.is_aws)
        write(chosen.output, whole)
        print(f"{len(results)} rows, {len(whole['differ'])} differ, {len(whole['settled'])} inferred ones are settled:")
        print(f"see {chosen.output}")
    return NOT_DONE if left else DIFFERENT if whole["differ"] else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended removes what it made, too
    sys.exit(main())
