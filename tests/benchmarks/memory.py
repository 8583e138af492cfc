"""Memory: what a small secret takes in a large store, and the record of a call among many."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING, Any

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.wire import Incoming

from .floor import REGION, SECRET, VALUE
from .table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .sizes import Sizes

_SECRET_LIMIT, _CALL_LIMIT = 1500, 300


def rows(sizes: Sizes) -> Iterator[Row]:
    """Yield the rows: bytes beside the limit."""

    def seed(fake: FakeSecretsManager) -> None:
        for number in range(sizes.large):
            fake.seed(f"secret-{number}", VALUE)

    def call(fake: FakeSecretsManager) -> None:
        answer, body = service_of(fake).answer, f'{{"SecretId": "{SECRET}"}}'
        fake.seed(SECRET, VALUE)
        for _ in range(sizes.calls):
            answer(Incoming("GetSecretValue", body.encode(), REGION))
        assert len(fake.calls) >= sizes.calls

    yield _row(f"a small secret at {sizes.large:,}", seed, sizes.large, _SECRET_LIMIT)
    yield _row(f"the record of a call at {sizes.calls:,}", call, sizes.calls, _CALL_LIMIT)


def _row(what: str, fill: Callable[[FakeSecretsManager], Any], count: int, limit: int) -> Row:
    taken = _taken(fill) / count
    return Row(what, "the limit", taken, limit, taken / limit, 1.0, in_bytes=True)


def _taken(fill: Callable[[FakeSecretsManager], Any]) -> float:
    """Return the bytes that stay allocated once a fake has been filled."""
    with FakeSecretsManager(region=REGION, calls_kept=10_000_000) as fake:
        service_of(fake).answer(Incoming("ListSecrets", b"{}", REGION))  # the first call makes what all calls need
        gc.collect()
        tracemalloc.start()
        try:
            fill(fake)
            gc.collect()
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
