"""Secret and Version: the snapshots of a secret that users get."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .docs import read_on
from .instant import to_datetime
from .model import CURRENT, own_key

if TYPE_CHECKING:
    from datetime import datetime

    from .model import SecretRecord, VersionRecord


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Version:
    """A snapshot of one version of a secret. Its repr never shows the value."""

    version_id: str
    """The id: the ClientRequestToken of the call that made this version."""
    value: str | bytes | None
    """The secret value: str, bytes, or None for the version of a rotation that has no value yet."""
    staging_labels: frozenset[str]
    """The staging labels attached to this version; empty for a deprecated one."""
    created_date: datetime
    """When this version was created: an aware UTC datetime, to the millisecond."""
    kms_key_id: str | None
    """The customer managed key, or None for the default key, even if it was named."""

    def __repr__(self) -> str:
        return f"Version(version_id={self.version_id!r}, staging_labels={sorted(self.staging_labels)})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secret:
    """A snapshot of a secret. Its repr never shows a value."""

    name: str
    """The name."""
    arn: str
    """The whole ARN, its six random characters included."""
    region: str
    """The region that the secret is in."""
    account_id: str
    """The account that the secret belongs to: twelve digits."""
    description: str
    """The description, empty if there is none."""
    kms_key_id: str | None
    """The customer managed key, or None for the default key, even if it was named."""
    tags: dict[str, str] = field(hash=False)
    """The tags, in the order of their addition."""
    versions: tuple[Version, ...]
    """All versions, oldest first, those without a staging label included."""
    created_date: datetime
    """When the secret was created: an aware UTC datetime, to the millisecond."""
    deleted_date: datetime | None
    """The instant of the DeleteSecret request, an aware UTC datetime, which DescribeSecret answers as DeletedDate.

    None unless the secret is scheduled for deletion.
    """
    deletion_date: datetime | None
    """The end of the recovery window, an aware UTC datetime, which DeleteSecret answers as DeletionDate.

    None unless the secret is scheduled for deletion.
    """
    owning_service: str | None
    """The service of AWS that manages the secret, such as `rds`; None for your own."""
    is_replica: bool
    """Whether the secret is a replica of a secret in another region."""
    follows_another: bool
    """Whether the secret is a replica of a secret in another region or account."""

    def __repr__(self) -> str:
        until = "" if self.deletion_date is None else f", deletion_date={self.deletion_date.isoformat()}"
        return f"Secret(name={self.name!r}, arn={self.arn!r}{until})"

    @property
    def current(self) -> Version | None:
        """The version that holds AWSCURRENT, or None."""
        return self.holder_of(CURRENT)

    @property
    def value(self) -> str | bytes:
        """The value of the version that holds AWSCURRENT: str or bytes.

        Raises:
            LookupError: There is none.
        """
        current = self.current
        if current is None or current.value is None:
            raise LookupError(
                f"The secret {self.name!r} has no current value: no version of it holds AWSCURRENT. "
                f"{read_on('reference/records#secret')}"
            )
        return current.value

    def json(self) -> Any:
        """Return the current value, parsed as JSON.

        Raises:
            LookupError: There is no current value.
            ValueError: The current value is not JSON; the message does not show it.
        """
        is_json, parsed = _parsed(self.value)
        if not is_json:
            raise ValueError(f"The current value of the secret {self.name!r} is no JSON text.")
        return parsed

    @property
    def is_scheduled_for_deletion(self) -> bool:
        """Whether DeleteSecret has been called and the secret has been neither restored nor purged."""
        return self.deletion_date is not None

    def holder_of(self, label: str) -> Version | None:
        """Return the version that holds a staging label, or None."""
        return next((version for version in self.versions if label in version.staging_labels), None)

    def version(self, version_id: str) -> Version | None:
        """Return the version with this id, or None."""
        return next((version for version in self.versions if version.version_id == version_id), None)


def snapshot(record: SecretRecord) -> Secret:
    """Return the snapshot of a secret."""
    return Secret(
        name=record.name,
        arn=record.arn,
        region=record.region,
        account_id=record.account_id,
        description=record.description,
        kms_key_id=own_key(record.kms_key_id),
        tags=dict(record.tag_pairs or ()),
        versions=tuple(map(_version, record.versions)),
        created_date=to_datetime(record.created),
        deleted_date=None if record.deleted is None else to_datetime(record.deleted),
        deletion_date=None if record.deletion is None else to_datetime(record.deletion),
        owning_service=record.owning_service,
        is_replica=record.is_replica,
        follows_another=record.is_replica or record.cross_account_primary is not None,
    )


def _parsed(text: str | bytes) -> tuple[bool, Any]:
    """Return whether a text is JSON, and its content; the parser's error, which holds the text, is not raised."""
    try:
        return True, json.loads(text)
    except (ValueError, RecursionError):
        return False, None


def _version(record: VersionRecord) -> Version:
    return Version(
        version_id=record.version_id,
        value=record.value,
        staging_labels=frozenset(record.labels),
        created_date=to_datetime(record.created),
        kms_key_id=own_key(record.kms_key_id),
    )
