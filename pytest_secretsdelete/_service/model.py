"""What the service keeps of a secret: immutable records, so that a refused call cannot have changed one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
#: The steps of a rotation, and of a test of the rotation function.
ALL_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST_STEP = ("testSecret",)
DEFAULT_KEY = "alias/aws/secretsmanager"
_DEFAULT_KEY_ARN = re.compile(rf"arn:[\w-]+:kms:[\w-]*:[0-9]*:{DEFAULT_KEY}")


def own_key(kms_key_id: str | None) -> str | None:
    """Return a customer managed key; None for the default key, however it was named."""
    is_default = kms_key_id in (None, "", DEFAULT_KEY) or _DEFAULT_KEY_ARN.fullmatch(kms_key_id or "")
    return None if is_default else kms_key_id


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of a secret."""

    version_id: str
    created: int
    #: The secret value: str, bytes, or None for a rotation's version that has none yet.
    value: str | bytes | None = field(repr=False)
    labels: tuple[str, ...] = ()
    kms_key_id: str | None = None
    accessed: int | None = None


@dataclass(frozen=True, slots=True)
class RotationSetup:
    """How a secret rotates: what RotateSecret has set up."""

    enabled: bool
    function_arn: str | None
    rules: Mapping[str, Any]
    opens: int | None = None
    closes: int | None = None
    external_metadata: tuple[Mapping[str, str], ...] | None = None
    external_role_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica of a secret in another region, as its primary knows it."""

    region: str
    #: The key as it was given; the default key's alias where none was.
    kms_key_id: str
    status: str = "InSync"
    message: str | None = None


@dataclass(frozen=True, slots=True)
class CrossAccountLink:
    """The other end of a replication between two accounts."""

    arn: str
    status: str
    role_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRecord:
    """A secret and all that the service knows of it. Instants are whole milliseconds since the epoch."""

    name: str
    arn: str
    region: str
    account_id: str
    created: int
    changed: int
    #: The position in the order of creation, where several were created in the same millisecond.
    serial: int = 0
    description: str = ""
    #: The key as it was given, the default key's alias included (recorded); None where none ever was.
    kms_key_id: str | None = None
    #: None until a tag was set, or an empty list at creation: AWS leaves the member out, and keeps it afterwards.
    tag_pairs: tuple[tuple[str, str], ...] | None = None
    #: All versions, oldest first, those without a staging label included.
    versions: Versions = field(default_factory=Versions.of, repr=False)
    accessed: int | None = None
    #: The instant of the DeleteSecret request; None unless the secret is scheduled for deletion.
    deleted: int | None = None
    #: The end of the recovery window; None unless the secret is scheduled for deletion.
    deletion: int | None = None
    purge_due: int | None = None
    #: The latest instant that the fake had seen when the deletion was scheduled: time may have been set back before.
    seen: int = 0
    creation_token: str | None = None
    seeded: bool = False
    rotation: RotationSetup | None = None
    last_rotated: int | None = None
    policy: str | None = field(default=None, repr=False)
    type: str | None = None
    #: The service of AWS that manages the secret, such as rds; None for the user's own.
    owning_service: str | None = None
    primary_region: str | None = None
    replicas: tuple[Replica, ...] = ()
    cross_account_primary: CrossAccountLink | None = None
    cross_account_replicas: tuple[CrossAccountLink, ...] = ()

    @property
    def current(self) -> VersionRecord | None:
        """The version that holds AWSCURRENT, or None."""
        return self.holder_of(CURRENT)

    @property
    def is_scheduled_for_deletion(self) -> bool:
        """Whether DeleteSecret has been called and the secret has been neither restored nor purged."""
        return self.deletion is not None

    @property
    def is_replica(self) -> bool:
        """Whether the secret is a replica of a secret in another region."""
        return self.primary_region is not None and self.primary_region != self.region

    @property
    def live_replicas(self) -> tuple[Replica, ...]:
        """The replicas that exist, and follow; not those whose replication has failed."""
        if not self.replicas:
            return ()
        return tuple(replica for replica in self.replicas if replica.status == "InSync")

    def holder_of(self, label: str) -> VersionRecord | None:
        """Return the version that holds a staging label, or None."""
        return self.versions.holder_of(label)

    def version(self, version_id: str) -> VersionRecord | None:
        """Return the version with this id, or None."""
        return self.versions.get(version_id)


@dataclass(frozen=True, slots=True)
class Turn:
    """One rotation to run: of which secret, to which version, by which function, which steps, due when."""

    arn: str
    token: str
    function: str
    steps: tuple[str, ...]
    due: int

    @property
    def is_test(self) -> bool:
        """Whether this only tests the function."""
        return self.steps == TEST_STEP

    @property
    def event_stem(self) -> str:
        """What the names of its lifecycle events begin with."""
        return "TestRotation" if self.is_test else "Rotation"
