"""Comparing: answers with the model's, and secrets as Python sees them with those that the model holds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from botocore.exceptions import ClientError

from ..reference import CURRENT, DEFAULT_KEY, Held, Refused, Struck

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def now_in_milliseconds() -> int:
    """Return the present instant, cut off to the millisecond."""
    return milliseconds(datetime.now(timezone.utc))


def milliseconds(when: datetime) -> int:
    """Return an instant in whole milliseconds since 1970."""
    return (when - EPOCH) // timedelta(milliseconds=1)


def plain(answer: Any, member: str = "") -> Any:
    """Return an answer with dates in milliseconds, and labels, which have no order, sorted."""
    if isinstance(answer, dict):
        return {name: plain(value, name) for name, value in answer.items() if name != "ResponseMetadata"}
    if isinstance(answer, list):
        inner = [plain(item) for item in answer]
        labels_of_a_version = member == "VersionStages" or re.fullmatch(r".{32,64}", member)
        return sorted(inner) if labels_of_a_version else inner
    if isinstance(answer, datetime):
        return milliseconds(answer)
    return answer


def assert_same_answer(observed: Any, expected: Any, attempts: int) -> None:
    """Compare two answers: members, or code and text."""
    if isinstance(expected, Struck):
        assert_struck(observed, expected.error, attempts)
    elif isinstance(expected, Refused):
        assert isinstance(observed, ClientError), f"{observed} instead of {expected.code}"
        error = observed.response["Error"]
        assert error["Code"] == expected.code, error
        assert expected.text in {None, error["Message"]}
        assert observed.response["ResponseMetadata"]["RetryAttempts"] == attempts - 1
    else:
        assert isinstance(observed, dict), f"{getattr(observed, 'response', observed)} instead of {expected}"
        assert observed["ResponseMetadata"]["RetryAttempts"] == attempts - 1
        assert plain(observed) == plain(expected)


def assert_struck(observed: Any, error: str, attempts: int) -> None:
    """Check that a fault has come out as a real one would."""
    if error == "MALFORMED":
        assert isinstance(observed, dict)
        assert plain(observed) == {}
        assert observed["ResponseMetadata"]["RetryAttempts"] == attempts - 1
    elif error.endswith("TimeoutError"):
        assert type(observed).__name__ == error
    else:
        assert isinstance(observed, ClientError)
        assert observed.response["Error"]["Code"] == error
        assert observed.response["ResponseMetadata"]["RetryAttempts"] == attempts - 1


def snapshot(secret: Any) -> dict[str, Any]:
    """Return what a Secret shows, dates in milliseconds."""
    return {
        "name": secret.name,
        "arn": secret.arn,
        "region": secret.region,
        "account": secret.account_id,
        "description": secret.description,
        "key": secret.kms_key_id,
        "tags": list(secret.tags.items()),
        "versions": [
            (one.version_id, set(one.staging_labels), milliseconds(one.created_date), one.value)
            for one in secret.versions
        ],
        "current": secret.current and secret.current.version_id,
        "created": milliseconds(secret.created_date),
        "deleted": None if secret.deleted_date is None else milliseconds(secret.deleted_date),
        "deletion": None if secret.deletion_date is None else milliseconds(secret.deletion_date),
        "scheduled": secret.is_scheduled_for_deletion,
        "replica": secret.is_replica,
    }


def expected_snapshot(held: Held) -> dict[str, Any]:
    """Return what a Secret must show of a secret of the model's."""
    current = held.holder(CURRENT)
    return {
        "name": held.name,
        "arn": held.arn,
        "region": held.region,
        "account": "123456789012",
        "description": held.description,
        "key": None if held.key == DEFAULT_KEY else held.key,
        "tags": list((held.tags or {}).items()),
        "versions": [(one.id, set(one.labels), one.created, one.value) for one in held.versions],
        "current": current and current.id,
        "created": held.created,
        "deleted": held.deleted,
        "deletion": held.deletion,
        "scheduled": held.deletion is not None,
        "replica": held.is_replica,
    }


def look_at_labels(secret: Any) -> None:
    """A label is on one version at most, versions hold 20 at most, but for a rotation's, and stand in order."""
    every = [label for version in secret.versions for label in version.staging_labels]
    assert len(every) == len(set(every))
    assert len(every) <= 20 + 1
    created = [version.created_date for version in secret.versions]
    assert created == sorted(created)
