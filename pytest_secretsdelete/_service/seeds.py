"""What a seed may be: the schema of `fake.seed` and `@pytest.mark.secret`, checked without a store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import names
from .errors import Refusal
from .operations.deletion import LONGEST_WINDOW, SHORTEST_WINDOW
from .operations.keys import checked_key
from .operations.tags import checked_tags

#: What a value may be written as; a mapping or a sequence is stored as JSON text.
SeedValue = str | bytes | Mapping[str, Any] | Sequence[Any]
LARGEST_VALUE = 65_536
#: Characters of an OwningService (service model, OwningServiceType).
LONGEST_OWNER = 128
#: Characters of a resource policy (service model, NonEmptyResourcePolicyType).
LONGEST_POLICY = 20_480
#: A hundred years: enough for any test, and far from the first year that dates can name.
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Seed:
    """One secret to seed, its arguments checked as far as possible without a clock."""

    name: str
    value: str | bytes | None = field(repr=False)
    description: str
    tags: tuple[tuple[str, str], ...] | None
    kms_key_id: str | None
    region: str | None
    previous: str | bytes | None = field(repr=False)
    pending: str | bytes | None = field(repr=False)
    created_days_ago: float | None
    deleted_days_ago: float | None
    recovery_window_in_days: int
    owning_service: str | None
    arn: str | None
    policy: str | None = field(repr=False)


def secret(
    name: str,
    value: SeedValue | None = None,
    /,
    *,
    description: str | None = None,
    tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
    kms_key_id: str | None = None,
    region: str | None = None,
    previous: SeedValue | None = None,
    pending: SeedValue | None = None,
    created_days_ago: float | None = None,
    deleted_days_ago: float | None = None,
    recovery_window_in_days: int = LONGEST_WINDOW,
    owning_service: str | None = None,
    arn: str | None = None,
    policy: str | Mapping[str, Any] | None = None,
) -> Seed:
    """Check the arguments of one seed: the schema of the marker and of `FakeSecretsManager.seed`, which documents them.

    ValueError or TypeError says what is wrong and what is legal.
    """
    _check_name(name)
    if previous is not None and value is None:
        raise ValueError(f"The seed of {name!r} has a previous value but no current one; give value, too.")
    _check_days(created_days_ago, deleted_days_ago, recovery_window_in_days)
    return Seed(
        name=name,
        value=stored_value("value", value),
        description=_text("description", description) or "",
        tags=_tag_pairs(tags),
        kms_key_id=_key(_text("kms_key_id", kms_key_id)),
        region=_region(_text("region", region)),
        previous=stored_value("previous", previous),
        pending=stored_value("pending", pending),
        created_days_ago=created_days_ago,
        deleted_days_ago=deleted_days_ago,
        recovery_window_in_days=recovery_window_in_days,
        owning_service=_owner(_text("owning_service", owning_service)),
        arn=_arn(_text("arn", arn), name),
        policy=_policy(policy),
    )


def _check_name(name: str) -> None:
    if not isinstance(name, str):  # it may be the value
        raise ValueError(f"A secret's name comes first, and is a str, not {type(name).__name__}.")
    if not names.is_valid_name(name):
        raise ValueError(f"{name!r} is not a secret name: letters, digits and -/_+=.@! are legal, and nothing else.")
    if len(name) > 512:  # noqa: PLR2004 - the service model's NameType
        raise ValueError(f"The secret name has {len(name)} characters; 512 are the most.")


def _check_days(created: float | None, deleted: float | None, window: int) -> None:
    if not isinstance(window, int) or not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
        raise ValueError(f"recovery_window_in_days={window!r} is outside 7 to 30 whole days.")
    _check_number_of_days("created_days_ago", created)
    _check_number_of_days("deleted_days_ago", deleted)
    if deleted is None and window != LONGEST_WINDOW:
        raise ValueError(
            f"recovery_window_in_days={window} is the window of a seed that is scheduled for deletion: give "
            "deleted_days_ago, too. For a deletion during the test, the code under test gives RecoveryWindowInDays."
        )
    if created is not None and deleted is not None and created < deleted:
        raise ValueError(
            f"created_days_ago={created:g} is later than deleted_days_ago={deleted:g}: a secret is created before it "
            "is deleted."
        )


def _check_number_of_days(what: str, days: float | None) -> None:
    if days is None:
        return
    if isinstance(days, bool) or not isinstance(days, (int, float)) or not 0 <= days <= MOST_DAYS:
        raise ValueError(f"{what}={days!r} is not a number of days >= 0 (and at most {MOST_DAYS}).")


def tried(name: str, value: SeedValue | None, /, **options: Any) -> tuple[Any, Exception | None]:
    """Check the arguments of a seed; return it, or what is wrong, without the frames that hold the values."""
    try:
        return secret(name, value, **options), None
    except (TypeError, ValueError) as error:
        return None, error.with_traceback(None)


def stored_value(what: str, value: SeedValue | None) -> str | bytes | None:
    """Return a value as AWS would store it; the error never shows it."""
    if value is None:
        return None
    if isinstance(value, (Mapping, list, tuple)):
        try:
            value = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{what} cannot be written as JSON text: {type(error).__name__}.") from None
    if not isinstance(value, (str, bytes)):
        raise TypeError(
            f"{what} is of type {type(value).__name__}; str, bytes, or a dict or list for JSON text are legal."
        )
    if isinstance(value, str) and not _is_unicode(value):
        raise ValueError(f"{what} holds surrogates, which no UTF-8 text does; give bytes.")
    size = len(value.encode() if isinstance(value, str) else value)
    if not 1 <= size <= LARGEST_VALUE:
        raise ValueError(f"{what} has {size} bytes; a secret value has 1 to {LARGEST_VALUE}.")
    return value


def _text(what: str, value: str | None) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{what}={value!r} is of type {type(value).__name__}; a str is legal.")
    if value is not None and not _is_unicode(value):
        raise ValueError(f"{what} holds surrogates, which no UTF-8 text does.")
    return value


def _is_unicode(text: str) -> bool:
    """Return whether a text can be sent: not with half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _region(region: str | None) -> str | None:
    if region is not None and not names.is_region(region):
        raise ValueError(f"region={region!r} is not a region code such as eu-west-1.")
    return region


def _owner(owning_service: str | None) -> str | None:
    if owning_service is not None and not 1 <= len(owning_service) <= LONGEST_OWNER:
        raise ValueError(f"owning_service has {len(owning_service)} characters; 1 to {LONGEST_OWNER} are legal.")
    return owning_service


def _key(kms_key_id: str | None) -> str | None:
    try:
        return checked_key(kms_key_id)
    except Refusal:
        raise ValueError(
            f"kms_key_id={kms_key_id!r} can name no KMS key: a key id, an alias or an ARN of either is legal."
        ) from None


def _tag_pairs(tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...] | None:
    if tags is None:
        return None
    if isinstance(tags, Mapping):
        tags = [{"Key": key, "Value": value} for key, value in tags.items()]
    is_list = isinstance(tags, Sequence) and not isinstance(tags, (str, bytes))
    if not is_list or not all(isinstance(tag, Mapping) and set(tag) <= {"Key", "Value"} for tag in tags):
        raise ValueError("tags is a dict of strings, or AWS's list of {'Key': ..., 'Value': ...}.")
    if not all(isinstance(text, str) for tag in tags for text in tag.values()):
        raise TypeError("The keys and values of tags are strings.")
    if not all(_is_unicode(text) for tag in tags for text in tag.values()):
        raise ValueError("tags hold surrogates, which no UTF-8 text does.")
    try:
        return checked_tags(tags, ())
    except Refusal as refusal:
        raise ValueError(f"tags: {refusal.message}") from None


def _arn(arn: str | None, name: str) -> str | None:
    if arn is not None and not names.is_arn_of(arn, name):
        raise ValueError(
            f"arn={arn!r} is not the ARN of a secret {name!r}. Legal is "
            f"{names.build_arn(name, '<six letters or digits>', region='<region>', account='<twelve digits>')}, "
            "with the partition of its region."
        )
    return arn


def _policy(policy: str | Mapping[str, Any] | None) -> str | None:
    """Return a resource policy as text."""
    if policy is None:
        return None
    if isinstance(policy, Mapping):
        try:
            policy = json.dumps(policy)
        except (TypeError, ValueError) as error:
            raise TypeError(f"policy cannot be written as JSON text: {type(error).__name__}.") from None
    if not isinstance(policy, str):
        raise TypeError(f"policy is of type {type(policy).__name__}; JSON text, or a dict to write as such, is legal.")
    if not 1 <= len(policy) <= LONGEST_POLICY:
        raise ValueError(f"policy has {len(policy)} characters; 1 to {LONGEST_POLICY} are legal.")
    return policy
