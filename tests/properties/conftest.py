"""How many examples the property-based tests try: SECRETSDELETE_EXAMPLES=10000 asks for a long run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

PROFILE = "secretsdelete"

settings.register_profile(
    PROFILE,
    max_examples=int(os.environ.get("SECRETSDELETE_EXAMPLES", "200")),
    stateful_step_count=30,
    deadline=None,
    derandomize="CI" in os.environ,  # the same examples for the same commit; new ones wherever somebody develops
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
