"""A page of secrets: filtered, sorted, and found without looking at all of them."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ..store import by_creation
from .filters import admitting, name_prefixes
from .paging import last_key, next_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..model import SecretRecord
    from ..order import Order
    from ..request import Request
    from ..store import Store

BY_CREATION = "created-date"
#: If more names than this, for each entry of a page, have the prefix, they are not sorted: the page fills soon.
#: As many secrets that are scheduled for deletion are skipped; only more of them need an order without them.
_FEW = 20


def page_of_secrets(
    store: Store, request: Request, *, size: int, sort_by: str = BY_CREATION, planned: bool = False
) -> tuple[list[SecretRecord], dict[str, str]]:
    """Return one page of the secrets that the request's filters admit, and the NextToken where there is more.

    `planned`: whether those scheduled for deletion are listed, too.
    """
    filters = request.get("Filters", [])
    admits = admitting(filters)
    last = last_key(request)
    descending = request.get("SortOrder") == "desc"
    few = _few_by_name(store, filters, planned=planned, most=_FEW * size)
    if few is None:
        names = _order(store, sort_by, planned=planned, most=_FEW * size).names(last, descending=descending)
    else:
        names = _sorted_after(few, _SORT_KEYS[sort_by], last, descending=descending)
    listed = (store.by_name[name] for name in names)
    found = (secret for secret in listed if (planned or _is_active(secret)) and admits(secret))
    seen = list(islice(found, size + 1))
    chosen = seen[:size]
    return chosen, next_token(request, _SORT_KEYS[sort_by](chosen[-1])) if len(seen) > size else {}


def _order(store: Store, sort_by: str, *, planned: bool, most: int = 0) -> Order:
    """Return an order for a listing; it may hold secrets scheduled for deletion where these are at most so many."""
    if sort_by == BY_CREATION and (planned or store.scheduled <= most):
        return store.by_creation
    if planned:
        return store.order(f"{sort_by}, all", _SORT_KEYS[sort_by])
    return store.order(sort_by, _SORT_KEYS[sort_by], _is_active)


def _few_by_name(
    store: Store, filters: list[dict[str, Any]], *, planned: bool, most: int
) -> Iterable[SecretRecord] | None:
    """Return the secrets whose names have a prefix of the filters, if they are few; None if they are not."""
    prefixes = name_prefixes(filters)
    if prefixes is None:
        return None
    order = _order(store, "name", planned=planned)
    names = list(islice(chain.from_iterable(map(order.names_with, prefixes)), most + 1))
    return [store.by_name[name] for name in set(names)] if len(names) <= most else None


def _sorted_after(
    secrets: Iterable[SecretRecord],
    key: Callable[[SecretRecord], tuple[Any, ...]],
    last: tuple[Any, ...] | None,
    *,
    descending: bool,
) -> Iterator[str]:
    for secret in sorted(secrets, key=key, reverse=descending):
        if last is None or (key(secret) < last if descending else key(secret) > last):
            yield secret.name


def _is_active(secret: SecretRecord) -> bool:
    return not secret.is_scheduled_for_deletion


def _by_accessed(secret: SecretRecord) -> tuple[Any, ...]:
    """Sort those never read before all others (inferred)."""
    return (secret.accessed is not None, secret.accessed or 0, secret.created, secret.serial)


_SORT_KEYS: dict[str, Callable[[SecretRecord], tuple[Any, ...]]] = {
    BY_CREATION: by_creation,
    "last-accessed-date": _by_accessed,
    "last-changed-date": lambda secret: (secret.changed, secret.serial),
    "name": lambda secret: (secret.name, secret.serial),
}
