"""Secrets that an AWS service owns, such as RDS: the service rotates them, without a rotation function (seen).

How the service changes the value is inferred: a new password replaces the old one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..model import CURRENT, Turn, VersionRecord
from ..rules.passwords import random_password
from .replication import sync_replicas
from .staging import add, note_labels

if TYPE_CHECKING:
    from ..model import SecretRecord
    from ..store import Store

OWNER_TAG = "aws:secretsmanager:owningService"
#: What no master password of RDS may hold (RDS API Reference, ModifyDBInstance).
_EXCLUDED = "/\"@ '"


def rotate_by_owner(store: Store, secret: SecretRecord, token: str, at: int, **changes: Any) -> Turn:
    """Give a secret the current version that its service has rotated to; the returned rotation has no steps to run."""
    value = _with_new_password(None if secret.current is None else secret.current.value)
    fresh = VersionRecord(token, at, value, kms_key_id=secret.kms_key_id)
    changes["versions"] = add(secret.versions, fresh, [CURRENT])
    changed = store.vault.change(secret, at, **changes)
    note_labels(store.vault, secret, changed, at)
    sync_replicas(store.vault, changed, at)
    return store.vault.rotations.register(Turn(secret.arn, token, "", (), at))


def _with_new_password(value: str | bytes | None) -> str:
    """Return a login with another password; a password alone where the value is no JSON object."""
    password = random_password(exclude_characters=_EXCLUDED)
    try:
        login = json.loads(value or "")
    except (ValueError, RecursionError):
        return password
    return json.dumps({**login, "password": password}) if isinstance(login, dict) else password
