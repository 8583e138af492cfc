"""What the process holds after many fakes, clients and sessions: nothing of those that are gone."""

from __future__ import annotations

import gc
import os
from collections import Counter
from typing import Any

import botocore.session

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._service.store import Vault

from .graph import containers_of

#: SECRETSDELETE_FAKES=2000 asks for a long run.
FAKES = int(os.environ.get("SECRETSDELETE_FAKES", "40"))
PACKAGE = "pytest_secretsdelete"
#: The caches that have a bound of their own, a maximum size, and fill up to it.
BOUNDED = {
    "_datetime_of": 1024,
    "_zone_at": 1024,
    "_http_date": 128,
    "_shared_names": 1024,
    "shared_caller": 1024,
    "input_shape": 256,
    "_session_for": 4,
}
#: Of each of these there is one for a fake, a client or a session that lives.
KINDS = (
    "FakeSecretsManager",
    "HierarchicalEmitter",
    "SecretsManager",
    "ServiceModel",
    "Session",
    "StructureShape",
    "Vault",
)


def many(count: int) -> None:
    """Start and stop fakes, each with a client of its own and one of a new session."""
    for _ in range(count):
        with FakeSecretsManager() as fake:
            fake.client().list_secrets()
            session = botocore.session.Session()
            session.create_client("secretsmanager", region_name="eu-west-1").get_random_password()


def living() -> dict[str, int]:
    """Return how many objects of each kind are alive, and what the containers of the package's modules hold."""
    gc.collect()
    kinds = Counter(type(one).__name__ for one in gc.get_objects())
    found: dict[str, Any] = {kind: kinds[kind] for kind in KINDS} | containers_of(PACKAGE)
    return {name: size for name, size in found.items() if name.rpartition(".")[2] not in BOUNDED}


def test_fakes_and_clients_that_are_gone() -> None:
    """Neither botocore's objects nor the package's modules hold more after many fakes than after a few."""
    many(3)
    before = living()
    many(FAKES)
    after = living()
    assert {name: (before.get(name), size) for name, size in after.items() if size > before.get(name, 0)} == {}


def vaults() -> int:
    """Return how many fakes are held, stopped ones included."""
    gc.collect()
    return sum(type(one) is Vault for one in gc.get_objects())


def test_fakes_beside_one_that_lives() -> None:
    """A fake that lives holds the latest eight that were active meanwhile, for its report, and no others."""
    before = vaults()
    with FakeSecretsManager():
        many(12)
        assert vaults() - before == 1 + 8
        many(FAKES)
        assert vaults() - before == 1 + 8
    assert vaults() == before


def test_fakes_that_overlap() -> None:
    """Of fakes each of which starts before the one before it stops, those that nobody can ask for are freed."""
    before = vaults()
    older = FakeSecretsManager().start()
    for _ in range(FAKES):
        newer = FakeSecretsManager().start()
        older.stop()
        older = newer
    assert vaults() - before <= 3
    older.stop()
    del older, newer
    assert vaults() == before


def test_bounds_of_caches() -> None:
    """Each cache that fills up has a maximum size."""
    import pytest_secretsdelete._botocore.converters as converters
    import pytest_secretsdelete._botocore.sessions as sessions
    import pytest_secretsdelete._service.entries as entries
    import pytest_secretsdelete._service.instant as instant

    modules = (converters, sessions, entries, instant)
    for name, bound in BOUNDED.items():
        (cache,) = (getattr(module, name) for module in modules if hasattr(module, name))
        assert cache.cache_info().maxsize == bound
