"""The stores of a vault: one for each account and region at a time, and nothing of those that are empty."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import store as stores
from pytest_secretsdelete._service.store import Store

from ..support import OTHER_ACCOUNT, REGION, VALUE, client_of, in_threads, refused

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


def places_of(fake: FakeSecretsManager) -> list[tuple[str, str]]:
    """Return the accounts and regions of the stores that exist."""
    gc.collect()
    vault = service_of(fake).vault
    return sorted((one.account, one.region) for one in gc.get_objects() if type(one) is Store and one.vault is vault)


def test_nothing_is_left_of_an_empty_store(fake: FakeSecretsManager) -> None:
    """Calls in regions and accounts without a secret, and look-ups there, leave no store behind."""
    fake.seed("a", VALUE)
    for region in ("eu-west-1", "us-east-1", "eu-west-3"):
        with refused("ResourceNotFoundException"):
            fake.client(region).get_secret_value(SecretId="b")
        with pytest.raises(LookupError):
            fake.secret("b", region=region)
    client_of(OTHER_ACCOUNT, "eu-west-1").list_secrets()
    assert places_of(fake) == [(service_of(fake).account_id, REGION)]
    assert set(service_of(fake).vault._existing) == {(service_of(fake).account_id, REGION)}


def test_a_store_goes_with_its_last_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A secret's region has a store again when it is created anew, and after an undone deletion."""
    client.create_secret(Name="a", SecretString=VALUE)
    with fake.checkpoint():
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        assert "a" not in fake
        assert places_of(fake) == []
    assert client.get_secret_value(SecretId="a")["SecretString"] == VALUE
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="a", SecretString="again")
    assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == ["a"]


def test_the_order_of_creation(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Secrets of one millisecond are in the order in which they were created or seeded."""
    names = ["m", "a", "z", "b"]
    for name in names[:2]:
        client.create_secret(Name=name, SecretString=VALUE)
    for name in names[2:]:
        fake.seed(name, VALUE)
    client.create_secret(Name="k")
    assert [secret.name for secret in fake.secrets()] == [*names, "k"]


def test_callers_share_an_empty_store(fake: FakeSecretsManager) -> None:
    """Whoever holds the store of a region while it is empty sees what others put into it."""
    service = service_of(fake)
    held = service.store("eu-west-3")
    assert service.store("eu-west-3") is held
    fake.seed("a", VALUE, region="eu-west-3")
    assert service.store("eu-west-3") is held
    assert [secret.name for secret in held.secrets()] == ["a"]
    fake.client("eu-west-3").delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert "a" not in fake
    assert service.store("eu-west-3") is held


def test_threads_share_an_empty_store(fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of threads that ask for the same empty store at the same time, no two get different ones."""
    service, found = service_of(fake), []

    def slowly(*of: Any) -> Store:
        time.sleep(0.01)  # another thread goes on, if it may
        return Store(*of)

    monkeypatch.setattr(stores, "Store", slowly)
    in_threads(*[lambda: found.append(service.store("eu-west-3"))] * 8)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
