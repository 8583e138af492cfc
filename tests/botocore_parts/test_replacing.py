"""Replacing functions of botocore while a fake is active: all or none, and all are restored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
from botocore import loaders

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._botocore import sessions, shared_loading
from pytest_secretsdelete._botocore.replacing import Replacement, Replacements

from ..support import REGION
from .insides import (
    changed,
    everything,
    secretsmanager_of,
)

if TYPE_CHECKING:
    from .conftest import Reads


#: What a fake replaces in any case: the exceptions, and the pace of adaptive retries.
ALWAYS = {"_acquire", "_create_client_exceptions", "_refill", "current_time", "exceptions"}
#: What a fake with `share_botocore_data` replaces as well.
SHARED = {
    "__copy__",
    "__init__",
    "_load_file",
    "_register_builtin_handlers",
    "_register_endpoint_resolver",
    "accepts_kwargs",
    "list_available_services",
}


@pytest.mark.parametrize("share", [True, False])
def test_what_is_replaced(share: bool) -> None:
    """While a fake is active, these functions are replaced; after it, each is the same object as before."""
    with FakeSecretsManager():
        pass
    before = everything()
    with FakeSecretsManager(share_botocore_data=share):
        replaced = changed(before)
        secretsmanager_of(boto3.Session(region_name=REGION))
        assert changed(before) == replaced
    assert changed(before) == set()
    assert {name[-1] for name in replaced} == (ALWAYS | SHARED if share else ALWAYS)


def test_nested_and_out_of_order() -> None:
    """The functions are restored when the last fake that holds them stops, whichever that is."""
    with FakeSecretsManager():
        pass
    before = everything()
    fakes = [FakeSecretsManager(share_botocore_data=share) for share in (True, False, True, True)]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)):
        for fake in fakes:
            fake.start()
        left = list(fakes)
        for number in order:
            expected = ALWAYS | (SHARED if any(fake._activation._share_botocore_data for fake in left) else set())
            assert {name[-1] for name in changed(before)} == expected
            fakes[number].stop()
            left.remove(fakes[number])
        assert changed(before) == set()


def test_a_patch_of_somebody_else_stays() -> None:
    """A function that somebody has replaced before is not replaced, and is called each time."""
    asked: list[str] = []
    original = loaders.JSONFileLoader._load_file

    def patched(self: Any, full_path: str, open_method: Any) -> Any:
        asked.append(full_path)
        return original(self, full_path, open_method)

    patched.__module__, patched.__qualname__ = original.__module__, original.__qualname__
    with mock.patch.object(loaders.JSONFileLoader, "_load_file", patched), FakeSecretsManager(region=REGION):
        for _ in range(2):
            asked.clear()
            secretsmanager_of(boto3.Session())
            assert any("service-2" in path for path in asked)
    assert loaders.JSONFileLoader._load_file is original


def test_a_patch_that_ends_after_the_fake(reads: Reads) -> None:
    """A stand-in that somebody's patch brings back does nothing while no fake is active, and goes with the next."""
    with FakeSecretsManager(region=REGION):
        secretsmanager_of(boto3.Session())
    before = everything()
    fake = FakeSecretsManager(region=REGION).start()
    patch = mock.patch.object(loaders.JSONFileLoader, "_load_file")
    patch.start()
    fake.stop()
    patch.stop()
    assert changed(before) == {("botocore.loaders", "JSONFileLoader", "_load_file")}
    for _ in range(2):
        reads.clear()
        loaders.create_loader().load_data("partitions")
        assert len(reads) == 1
    with fake:
        reads.clear()
        loaders.create_loader().load_data("partitions")
        assert reads == []
    assert changed(before) == set()


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that cannot be walked to its end leaves nothing replaced, and the fake not started."""

    class Frozen(type):
        def __setattr__(cls, name: str, value: Any) -> None:
            raise TypeError(name)

    class Owner(metaclass=Frozen):
        def attribute(self) -> None:
            """Be replaced."""

    broken = Replacement(Owner, "attribute", lambda original: original)
    replacements = Replacements(lambda: (*shared_loading._table(), broken))
    monkeypatch.setattr(shared_loading, "REPLACEMENTS", replacements)
    environment, before = dict(os.environ), everything()
    fake = FakeSecretsManager()
    with pytest.raises(TypeError, match="attribute"):
        fake.start()
    assert "not active" in repr(fake)
    assert changed(before) == set()
    assert dict(os.environ) == environment


def test_a_botocore_with_other_insides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a part of botocore is missing, nothing of that table is replaced, and the fake works."""
    monkeypatch.setattr(shared_loading, "REPLACEMENTS", Replacements(shared_loading._table))
    monkeypatch.delattr(loaders, "JSONFileLoader")
    before = everything()
    with FakeSecretsManager() as fake:
        assert {name[-1] for name in changed(before)} == ALWAYS
        fake.client().list_secrets()


def test_a_function_that_is_not_there() -> None:
    """A replacement of an attribute that this botocore lacks does nothing."""
    replacements = Replacements(lambda: (Replacement(loaders.Loader, "no_such", lambda original: original),))
    before = everything()
    replacements.begin(1)
    assert changed(before) == set()
    replacements.end(1)
    assert changed(before) == set()


def test_an_end_without_a_begin() -> None:
    """Ending what has not begun does nothing, and imports nothing."""
    replacements = Replacements(lambda: pytest.fail("the table is not needed"))
    replacements.end(1)
    assert not replacements.are_held()


def test_starting_makes_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names no region, fakes ask one session for it, not each its own."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    FakeSecretsManager().start().stop()
    made = mock.Mock(side_effect=sessions.new_session)
    monkeypatch.setattr(sessions, "new_session", made)
    for _ in range(3):
        FakeSecretsManager().start().stop()
    made.assert_not_called()
