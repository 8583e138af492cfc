"""TagResource and UntagResource. A secret has at most 50 tags; AWS keeps keys that begin with `aws:` to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from .lookup import find_primary
from .replication import sync_replicas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..request import Request
    from ..store import Store

    TagPairs = tuple[tuple[str, str], ...]

MOST_TAGS = 50
RESERVED_PREFIX = "aws:"


def tag_resource(store: Store, request: Request) -> dict[str, Any]:
    """Add tags, or change the values of existing ones, which keep their position."""
    secret = find_primary(store, request)
    pairs = checked_tags(request["Tags"], secret.tag_pairs or ())
    if request["Tags"]:
        secret = store.vault.change(secret, request.at, tag_pairs=pairs)
        sync_replicas(store.vault, secret, request.at)
    return {}


def untag_resource(store: Store, request: Request) -> dict[str, Any]:
    """Remove tags; a key that is not there is not an error and changes nothing (documentation)."""
    secret = find_primary(store, request)
    _refuse_reserved(request["TagKeys"])
    held = secret.tag_pairs or ()
    pairs = tuple(pair for pair in held if pair[0] not in request["TagKeys"])
    if pairs != held:
        secret = store.vault.change(secret, request.at, tag_pairs=pairs)
        sync_replicas(store.vault, secret, request.at)
    return {}


def checked_tags(tags: Iterable[Mapping[str, str]], held: TagPairs) -> TagPairs:
    """Return the tags after an addition, or refuse it (limits documented, texts inferred)."""
    added = [(tag.get("Key", ""), tag.get("Value", "")) for tag in tags]
    keys = [key for key, _ in added]
    _refuse_reserved(keys)
    if "" in keys:
        raise errors.invalid_parameter("A tag must have a key.")
    if len(set(keys)) < len(keys):
        raise errors.invalid_parameter("The request contains the same tag key more than once.")
    pairs = tuple({**dict(held), **dict(added)}.items())
    if sum(not _is_reserved(key) for key, _ in pairs) > MOST_TAGS:  # those of AWS do not count
        raise errors.invalid_parameter(f"A secret can have at most {MOST_TAGS} tags.")
    return pairs


def _refuse_reserved(keys: Iterable[str]) -> None:
    if any(map(_is_reserved, keys)):
        raise errors.invalid_parameter("Tag keys that begin with aws: are reserved for AWS.")


def _is_reserved(key: str) -> bool:
    return key.lower().startswith(RESERVED_PREFIX)
