"""What a replica has of its primary, whether it is in another region or in another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import replace

if TYPE_CHECKING:
    from ..model import SecretRecord, VersionRecord
    from ..versions import Versions


def copied_versions(primary: SecretRecord, held: SecretRecord | None, key: str | None) -> Versions:
    """Return the versions of a replica, under its key; the LastAccessedDates of those that it held stay (inferred)."""

    def copied(version: VersionRecord) -> VersionRecord:
        known = held.version(version.version_id) if held else None
        return replace(version, kms_key_id=key, accessed=known.accessed if known else None)

    return primary.versions.followed_by(held.versions if held else None, copied)
