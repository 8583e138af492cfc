"""What the rules choose from."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from pytest_secretsdelete import MALFORMED, Timeout

from ...support import STEPS, policy
from ..reference import CURRENT, PENDING, PREVIOUS

START = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=timezone.utc)
HOME, ABROAD = "us-east-1", "eu-west-1"
NAMES = ("app", "app/db", "app-abc123", "x!y")
PLACES = tuple((region, name) for name in NAMES for region in (HOME, ABROAD))
TOKENS = tuple(f"{number}" * 32 for number in range(1, 4))
POLICY = policy({"AWS": "arn:aws:iam::210987654321:root"}, Action="secretsmanager:GetSecretValue")
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
#: The rotation functions that are there, and the step in which each raises.
FUNCTIONS: dict[str, str | None] = {f"{LAMBDA}works": None} | {f"{LAMBDA}fails-in-{step}": step for step in STEPS}
FAULTS: dict[str, Any] = {
    "ThrottlingException": "ThrottlingException",
    "InternalServiceError": "InternalServiceError",
    "DecryptionFailure": "DecryptionFailure",
    "ResourceNotFoundException": "ResourceNotFoundException",
    "ConnectTimeoutError": Timeout.CONNECT,
    "ReadTimeoutError": Timeout.READ,
    "MALFORMED": MALFORMED,
}
#: Those that botocore tries again by itself.
RETRIED = {"ThrottlingException", "InternalServiceError", "ConnectTimeoutError", "ReadTimeoutError"}
ATTEMPTS = 2
#: (purge delay, forced delete delay, whether they are given as callables)
DELAYS = (
    (timedelta(0), timedelta(0), False),
    (timedelta(0), timedelta(0), True),
    (timedelta(hours=2), timedelta(minutes=5), False),
    (timedelta(days=3), timedelta(days=1), True),
)
#: (window, force): most of them legal
DELETIONS = (
    *[(None, None), (7, None), (None, True)] * 3,
    *[(8, False), (30, None), (7, True), (6, None), (31, None), (0, None), (-7, None)],
)
ACTIONS = (
    *("*", "BatchGetSecretValue", "CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "ListSecrets"),
    *("PutSecretValue", "RestoreSecret", "TagResource", "UpdateSecretVersionStage"),
)
#: Of a seed: its age in days, and since how many days it is scheduled for deletion, in a window of seven.
AGES: tuple[tuple[float | None, int | None], ...] = (
    *[(None, None)] * 3,
    *[(0.5, None), (3, None), (40, None), (None, 0), (None, 2), (3, 2), (40, 6)],
)

whoms = st.integers(0, 15)
forms = st.sampled_from((*["name"] * 6, *["arn"] * 4, "partial", "partial", "stale", "foreign"))
tokens = st.sampled_from((None, None, None, *TOKENS))
values = st.sampled_from(("one", "two", b"\x00three"))
labels = st.sampled_from((CURRENT, PREVIOUS, PENDING, "mine", "AWSMINE"))
label_lists = st.none() | st.lists(labels, min_size=1, max_size=4, unique=True)
descriptions = st.sampled_from((None, None, "", "of the app"))
tag_lists = st.lists(
    st.fixed_dictionaries({"Key": st.sampled_from("ab"), "Value": st.sampled_from(("1", "2"))}), max_size=2
)
steps = st.sampled_from((0, 0.0004, 0.001, 3600, 86400, 86400, 2 * 86400, 7 * 86400, 31 * 86400))
regions = st.sampled_from((HOME, ABROAD))


def other(region: str) -> str:
    """Return the other of the two regions."""
    return ABROAD if region == HOME else HOME


def brought(value: str | bytes | None) -> dict[str, Any]:
    """Return the member that brings a value."""
    if value is None:
        return {}
    return {"SecretBinary" if isinstance(value, bytes) else "SecretString": value}
