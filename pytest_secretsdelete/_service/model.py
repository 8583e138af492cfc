"""What a secret is: immutable, so that a snapshot costs nothing and a refused call cannot have changed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .instant import to_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
DEFAULT_KEY = "alias/aws/secretsmanager"
_DEFAULT_KEY_ARN = re.compile(rf"arn:[\w-]+:kms:[\w-]*:[0-9]*:{DEFAULT_KEY}")


def own_key(kms_key_id: str | None) -> str | None:
    """Return a key as the fake keeps it: None for the default key, which AWS leaves out of its answers."""
    is_default = kms_key_id in (None, "", DEFAULT_KEY) or _DEFAULT_KEY_ARN.fullmatch(kms_key_id or "")
    return None if is_default else kms_key_id


@dataclass(frozen=True, slots=True, repr=False)
class Version:
    """One version of a secret, as it stood when it was asked for. Its repr never shows the value."""

    version_id: str
    created: int
    #: The secret value: str, bytes, or None for a rotation's version that has none yet.
    value: str | bytes | None
    labels: tuple[str, ...] = ()
    kms_key_id: str | None = None
    accessed: int | None = None

    def __repr__(self) -> str:
        return f"Version(version_id={self.version_id!r}, staging_labels={sorted(self.labels)})"

    @property
    def staging_labels(self) -> frozenset[str]:
        """The staging labels attached to this version; empty for a deprecated one."""
        return frozenset(self.labels)

    @property
    def created_date(self) -> datetime:
        """When this version was created: an aware UTC datetime, to the millisecond."""
        return to_datetime(self.created)


@dataclass(frozen=True, slots=True)
class RotationSetup:
    """How a secret rotates: what RotateSecret has set up."""

    enabled: bool
    function_arn: str | None
    rules: Mapping[str, Any]
    anchor: int
    opens: int | None = None
    closes: int | None = None
    external_metadata: tuple[Mapping[str, str], ...] | None = None
    external_role_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica of a secret in another region, as its primary knows it."""

    region: str
    kms_key_id: str | None = None
    status: str = "InSync"
    message: str | None = None


@dataclass(frozen=True, slots=True)
class CrossAccountLink:
    """The other end of a replication between two accounts."""

    arn: str
    status: str
    role_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secret:
    """A secret as it stood when it was asked for. Its repr never shows a value."""

    name: str
    arn: str
    region: str
    account_id: str
    created: int
    changed: int
    #: The place in the order of creation, where several were created in the same millisecond.
    serial: int = 0
    description: str = ""
    kms_key_id: str | None = None
    #: None until a tag was ever set: AWS then leaves the member out, and keeps it, empty, afterwards.
    tag_pairs: tuple[tuple[str, str], ...] | None = None
    #: All versions, oldest first, those without a staging label included.
    versions: tuple[Version, ...] = ()
    removed_version_ids: frozenset[str] = frozenset()
    accessed: int | None = None
    deletion: int | None = None
    purge_due: int | None = None
    #: The latest instant that the fake had seen when the deletion was scheduled: time may have been set back before.
    seen: int = 0
    creation_token: str | None = None
    seeded: bool = False
    rotation: RotationSetup | None = None
    last_rotated: int | None = None
    policy: str | None = None
    type: str | None = None
    primary_region: str | None = None
    replicas: tuple[Replica, ...] = ()
    cross_account_primary: CrossAccountLink | None = None
    cross_account_replicas: tuple[CrossAccountLink, ...] = ()

    def __repr__(self) -> str:
        until = "" if self.deletion is None else f", deletion_date={to_datetime(self.deletion).isoformat()}"
        return f"Secret(name={self.name!r}, arn={self.arn!r}{until})"

    @property
    def tags(self) -> dict[str, str]:
        """The tags, in the order of their addition."""
        return dict(self.tag_pairs or ())

    @property
    def current(self) -> Version | None:
        """The version that holds AWSCURRENT, or None."""
        return self.holder_of(CURRENT)

    @property
    def created_date(self) -> datetime:
        """When the secret was created: an aware UTC datetime, to the millisecond."""
        return to_datetime(self.created)

    @property
    def deletion_date(self) -> datetime | None:
        """The end of the recovery window, an aware UTC datetime; None unless scheduled for deletion."""
        return None if self.deletion is None else to_datetime(self.deletion)

    @property
    def is_scheduled_for_deletion(self) -> bool:
        """Whether DeleteSecret has been called and the secret has been neither restored nor purged."""
        return self.deletion is not None

    @property
    def is_replica(self) -> bool:
        """Whether the secret is a replica of a secret in another region."""
        return self.primary_region is not None and self.primary_region != self.region

    def holder_of(self, label: str) -> Version | None:
        """Return the version that holds a staging label, or None."""
        return next((version for version in self.versions if label in version.labels), None)

    def version(self, version_id: str) -> Version | None:
        """Return the version with this id, or None."""
        return next((version for version in self.versions if version.version_id == version_id), None)
