"""Seeds: secrets put into a fake without an API call, by `fake.seed` and `@pytest.mark.secret`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from . import names
from .delays import DelayAsked, WrongDelay
from .errors import Refusal
from .instant import DAY, milliseconds, to_datetime
from .model import CURRENT, PENDING, PREVIOUS, SecretRecord, VersionRecord
from .operations.deletion import LONGEST_WINDOW, SHORTEST_WINDOW
from .operations.keys import checked_key
from .operations.managed import OWNER_TAG
from .operations.tags import checked_tags
from .versions import Versions

if TYPE_CHECKING:
    from .settings import Settings
    from .store import Store

#: What a value may be written as; a mapping or a sequence is stored as JSON text.
SeedValue = str | bytes | Mapping[str, Any] | Sequence[Any]
LARGEST_VALUE = 65_536
#: Characters of an OwningService (service model, OwningServiceType).
LONGEST_OWNER = 128
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
) -> Seed:
    """Check the arguments of one seed: the schema of the marker and of `fake.seed`.

    `previous` and `pending` become versions that hold AWSPREVIOUS and AWSPENDING. Days are numbers >= 0,
    counted back from the start of the test. `owning_service` is the service of AWS that manages the secret, such
    as rds. ValueError or TypeError says what is wrong and what is legal.
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


def tried(name: str, value: SeedValue | None, options: dict[str, Any]) -> tuple[Any, Exception | None]:
    """Check the arguments of a seed; return it, or what is wrong, without the frames that hold the values."""
    try:
        return secret(name, value, **options), None
    except (TypeError, ValueError) as error:
        return None, error.with_traceback(None)


def check(seed: Seed, settings: Settings, at: int) -> None:
    """Check that a seed fits a fake with these settings at an instant, in milliseconds; ValueError if not.

    A callable `purge_delay` is called once, when the secret is put in, so not here.
    """
    dates = _dates(seed, at)
    if dates.deletion is not None and isinstance(settings.purge_delay, timedelta):
        _check_window(seed.name, dates.deletion, dates.deletion + milliseconds(settings.purge_delay), at)


def seed_into(store: Store, seed: Seed, at: int) -> SecretRecord:
    """Put a seed into a store; ValueError where its name is taken or its recovery window is over.

    A delay that is a callable is called outside the vault's lock.
    """
    _refuse_taken(store, seed.name)
    made = _record(store, seed, at)
    if made.deletion is not None:
        made = _with_purge(store, made, made.deletion, at)
    with store.vault.lock:
        _refuse_taken(store, seed.name)  # meanwhile, by a delay or another thread
        store.vault.put(made)
        store.vault.timeline.seed(made, at)
    return made


def _refuse_taken(store: Store, name: str) -> None:
    if store.get(name) is not None:
        raise ValueError(f"The secret {name!r} is already there in {store.region}; a name can be seeded once.")


def _record(store: Store, seed: Seed, at: int) -> SecretRecord:
    dates = _dates(seed, at)
    owner = seed.owning_service
    return SecretRecord(
        name=seed.name,
        arn=store.new_arn(seed.name),
        region=store.region,
        account_id=store.account,
        created=dates.created,
        changed=dates.created if dates.deleted is None else max(dates.deleted, dates.created),
        serial=store.vault.next_serial(),
        description=seed.description,
        kms_key_id=seed.kms_key_id,
        owning_service=owner,
        tag_pairs=seed.tags if owner is None else ((OWNER_TAG, owner), *(seed.tags or ())),
        versions=_versions(seed, dates.created),
        deleted=dates.deleted,
        deletion=dates.deletion,
        seeded=True,
    )


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
        raise TypeError(f"{what} is a {type(value).__name__}; str, bytes, or a dict or list for JSON text are legal.")
    if isinstance(value, str) and not _is_unicode(value):
        raise ValueError(f"{what} holds surrogates, which no UTF-8 text does; give bytes.")
    size = len(value.encode() if isinstance(value, str) else value)
    if not 1 <= size <= LARGEST_VALUE:
        raise ValueError(f"{what} has {size} bytes; a secret value has 1 to {LARGEST_VALUE}.")
    return value


class _Dates(NamedTuple):
    """The dates of a seed, in milliseconds; `deletion` is the end of the recovery window."""

    created: int
    deleted: int | None
    deletion: int | None


def _dates(seed: Seed, at: int) -> _Dates:
    """Count a seed's days back from an instant; ValueError outside the years that dates can name."""
    deleted = None if seed.deleted_days_ago is None else at - _milliseconds(seed.deleted_days_ago)
    deletion = None if deleted is None else deleted + seed.recovery_window_in_days * DAY
    created = at - _milliseconds(seed.created_days_ago or seed.deleted_days_ago or 0)
    try:
        to_datetime(created)
        to_datetime(deletion or 0)
    except OverflowError:
        raise ValueError(f"The dates of {seed.name!r} are outside the years 1 to 9999.") from None
    return _Dates(created, deleted, deletion)


def _with_purge(store: Store, made: SecretRecord, deletion: int, at: int) -> SecretRecord:
    purge_due = deletion + _purge_delay(store, made)
    _check_window(made.name, deletion, purge_due, at)
    return replace(made, purge_due=purge_due)


def _check_window(name: str, deletion: int, purge_due: int, at: int) -> None:
    """Refuse a deletion whose purge has come due already."""
    if purge_due <= at:
        raise ValueError(
            f"The recovery window of {name!r} ended at {to_datetime(deletion).isoformat()}: the secret would be gone. "
            "Use a smaller deleted_days_ago, a longer recovery_window_in_days, or a purge_delay that keeps it."
        )


def _purge_delay(store: Store, made: SecretRecord) -> int:
    try:
        return store.vault.delays.of("purge_delay", made)
    except DelayAsked as question:
        asked = question
    try:
        return asked.answer()
    except WrongDelay:
        raise
    except Exception as error:  # noqa: BLE001 - the callable's own, whose text may show a value
        raise ValueError(f"purge_delay failed for {made.name!r}: it raised {type(error).__name__}.") from None


def _versions(seed: Seed, created: int) -> Versions:
    labelled = ((seed.previous, PREVIOUS), (seed.value, CURRENT), (seed.pending, PENDING))
    given = [(value, label) for value, label in labelled if value is not None]
    return Versions.of(
        *(VersionRecord(str(uuid4()), created, value, (label,), seed.kms_key_id) for value, label in given)
    )


def _milliseconds(days: float) -> int:
    return milliseconds(timedelta(days=days))


def _text(what: str, value: str | None) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{what}={value!r} is a {type(value).__name__}; a str is legal.")
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
