"""Seeds: secrets put into a fake without an API call, by `fake.seed` and `@pytest.mark.secret`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from . import names
from .delays import DelayAsked, WrongDelay
from .errors import Refusal
from .instant import DAY, milliseconds, to_datetime
from .model import CURRENT, PENDING, PREVIOUS, SecretRecord, VersionRecord
from .operations.managed import OWNER_TAG
from .operations.policies import check_policy
from .versions import Versions

if TYPE_CHECKING:
    from .seeds import Seed
    from .settings import Settings
    from .store import Store


def check(seed: Seed, settings: Settings, at: int) -> None:
    """Check that a seed fits a fake with these settings at an instant, in milliseconds; ValueError if not.

    A callable `purge_delay` is called once, when the secret is put in, so not here.
    """
    dates = _dates(seed, at)
    if dates.deletion is not None and isinstance(settings.purge_delay, timedelta):
        _check_window(seed.name, dates.deletion, dates.deletion + milliseconds(settings.purge_delay), at)


def check_place(seed: Seed, *, region: str, account: str, arn: str | None = None) -> None:
    """Check that the ARN and the policy of a seed fit the place that it is for; ValueError if not."""
    arn = seed.arn or arn
    given = names.parse_arn(seed.arn or "")
    if given is not None and (given.region, given.account) != (region, account):
        raise ValueError(
            f"arn={seed.arn!r} is of region {given.region} and account {given.account}; the seed {seed.name!r} is for "
            f"region {region} and account {account}. Give region=, or make the fake with that region= and account_id=."
        )
    if seed.policy is not None:
        try:
            check_policy(seed.policy, account=account, resource=arn)
        except Refusal as refusal:
            raise ValueError(f"The policy of the seed {seed.name!r}: {refusal.message}") from None


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
    arn = seed.arn or store.new_arn(seed.name)
    check_place(seed, region=store.region, account=store.account, arn=arn)
    return SecretRecord(
        name=seed.name,
        arn=arn,
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
        policy=seed.policy,
    )


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
        to_datetime(deletion or created)
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
        return store.vault.delays.of("purge_delay", lambda: made)
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
