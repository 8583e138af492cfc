"""What a fake adds to pytest's reports: findings that fail a test, and sections of a failed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .._service.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .joining import Use
    from .markers import Plan


def fail(outcome: Any, findings: Iterable[str]) -> None:
    """Make the outcome of a hook a failure that shows the findings and no traceback."""
    outcome.force_exception(pytest.fail.Exception("\n".join(findings), pytrace=False))


def fail_for_findings(outcome: Any, use: Use, plan: Plan) -> None:
    """Fail a test that passed, if it left faults unused or, where the plan forbids it, secrets behind."""
    findings = list(_findings(use, plan))
    if findings:
        fail(outcome, findings)


def section(use: Use) -> tuple[str, str]:
    """Return the section that renders the calls of a test and the lifecycle of its secrets."""
    return "Secrets Manager", render(use.record)


def _findings(use: Use, plan: Plan) -> Iterator[str]:
    unused = use.unused_faults()
    if unused:
        yield (
            f"Faults that were not used up: {'; '.join(map(str, unused))}. The code under test made fewer calls than "
            f"the test expected. Give times=None for a fault that may go unused, or withdraw() it. "
            "Read on: docs/reference/fake.md#faults-and-denials"
        )
    left = use.leftovers() if plan.fail_on_leftovers else ()
    if left:
        yield (
            f"Secrets left behind: {', '.join(secret.name for secret in left)}. The code under test created them and "
            "did not delete them. Read on: docs/how-to/find-leftovers.md"
        )
