"""Look-ups by users, by name or ARN: their messages say what is near and where else a name is held."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from . import names
from .docs import read_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import SecretRecord
    from .store import Store

#: How many names a message lists.
_MOST_NAMES = 10


def region_of(secret_id: str) -> str | None:
    """Return the region that an ARN names, None for a name; TypeError for what is no text."""
    if not isinstance(secret_id, str):
        raise TypeError(f"A secret is looked up by its name or ARN, a str, not by {type(secret_id).__name__}.")
    arn = names.parse_arn(secret_id)
    return arn.region if arn else None


def find(store: Store, secret_id: str) -> SecretRecord:
    """Return a secret of a store; LookupError for one that is not there, with similar names."""
    found = store.lookup(secret_id)
    if found is None:
        raise LookupError(_missing(store, secret_id))
    return found


def ids_of(store: Store, secret_id: str) -> set[str]:
    """Return everything that names the same secret."""
    secret = store.lookup(secret_id)
    return {secret_id} if secret is None else {secret_id, secret.name, secret.arn, names.without_suffix(secret.arn)}


def _missing(store: Store, secret_id: str) -> str:
    known = [secret.name for secret in store.secrets()]
    elsewhere = {s.region for s in store.vault.secrets() if secret_id in {s.name, s.arn}} - {store.region}
    near = difflib.get_close_matches(secret_id, known)
    hints = [f"Similar names: {', '.join(near)}." if near else f"Existing names: {_some(known) or 'none'}."]
    if elsewhere:
        hints.append(f"The name exists in {', '.join(sorted(elsewhere))}: pass region=.")
    hints.append(read_on("reference/fake#members"))
    return f"No secret {secret_id!r} in {store.region}. {' '.join(hints)}"


def _some(names: Sequence[str]) -> str:
    """Return names for a message: the first ten, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
