"""Pages of a listing. A NextToken is opaque, and valid for the listing that returned it alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..request import Request

    Key = tuple[Any, ...]

Item = TypeVar("Item")
_NOT_PART_OF_THE_LISTING = {"NextToken", "MaxResults", "SecretId"}
#: A hash of the listing and a position, as next_token makes them.
_TOKEN = re.compile(r"[0-9a-f]{16}\[.*\]", re.DOTALL)
#: Members with these values do not change a listing.
_DEFAULTS: dict[str, Any] = {
    "Filters": [],
    "IncludeDeprecated": False,
    "IncludePlannedDeletion": False,
    "SortBy": "created-date",
    "SortOrder": "asc",
}


def page(
    request: Request,
    items: Sequence[Item],
    *,
    size: int,
    key: Callable[[Item], Key],
    arn: str = "",
) -> tuple[list[Item], dict[str, str]]:
    """Return one page of the items, which stand in the order of a unique key, and the NextToken if there are more.

    A listing of what belongs to one secret gives its ARN.

    The token holds the key of the last item returned, not a number of items, so that no item is repeated
    or left out if a secret is created or removed between two pages.
    """
    last = last_key(request, arn)
    following = [item for item in items if last is None or key(item) > last]
    chosen = following[:size]
    return chosen, next_token(request, key(chosen[-1]), arn) if len(following) > size else {}


def last_key(request: Request, arn: str = "") -> Key | None:
    """Return the key of the last item that has been returned; None at the beginning of a listing."""
    return _read_token(request, arn) if "NextToken" in request else None


def is_own_token(token: object) -> bool:
    """Return whether a fake, whichever it was, has returned this NextToken."""
    try:
        return _TOKEN.fullmatch(_decoded(token)) is not None
    except (TypeError, ValueError):
        return False


def _decoded(token: Any) -> str:
    return base64.b64decode(token, altchars=b"-_", validate=True).decode()


def next_token(request: Request, last: Key, arn: str = "") -> dict[str, str]:
    """Return the member that asks for what follows a key."""
    position = json.dumps(last)
    return {"NextToken": base64.urlsafe_b64encode(f"{_seal(request, arn, position)}{position}".encode()).decode()}


def _read_token(request: Request, arn: str) -> Key:
    try:
        text = _decoded(request["NextToken"])
    except ValueError:
        raise errors.bad_next_token() from None
    seal, position = text[:16], text[16:]
    if seal != _seal(request, arn, position):
        raise errors.bad_next_token()
    return tuple(json.loads(position))


def _seal(request: Request, arn: str, position: str) -> str:
    """Return a hash that binds a position to its listing, however the request is worded."""
    listing = {
        name: value
        for name, value in request.parameters.items()
        if name not in _NOT_PART_OF_THE_LISTING and value != _DEFAULTS.get(name)
    }
    text = json.dumps([request.operation, request.account, request.region, arn, listing, position], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
