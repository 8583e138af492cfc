"""What a fake holds after many calls: the records that are documented, and nothing else that grows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import store

from ..support import LAMBDA, REGION, VALUE
from .graph import bytes_held
from .mixed import idle_calls, lives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_secretsdelete import Clock

#: SECRETSDELETE_CALLS=100000 asks for a long run: sizes are taken after so many calls, and after twice as many.
CALLS = int(os.environ.get("SECRETSDELETE_CALLS", "4000"))
KEPT = 1000
#: What may differ although nothing grows: which calls are among those kept, and how far a list is over-allocated.
TOLERANCE = 1.1


@pytest.fixture
def small() -> Iterator[FakeSecretsManager]:
    """Give a fake that keeps few calls."""
    with FakeSecretsManager(region=REGION, calls_kept=KEPT) as fake:
        fake.seed("a", VALUE)
        fake.rotation_function(LAMBDA, lambda event, context: None)
        yield fake


def test_calls_that_change_nothing(small: FakeSecretsManager) -> None:
    """Of reads and refusals a fake keeps `calls_kept` and a tenth more, and nothing else."""
    idle_calls(small, CALLS)
    before = bytes_held(service_of(small))
    idle_calls(small, CALLS)
    assert bytes_held(service_of(small)) < before * TOLERANCE
    assert KEPT <= len(small.calls) <= KEPT * 1.1 + 1


def test_secrets_that_come_and_go(small: FakeSecretsManager) -> None:
    """Of lives that are over, their rotations and used-up faults, the record of changes alone is left."""
    service, rounds = service_of(small), CALLS // 20
    lives(small, 0, rounds)
    before = bytes_held(service, without=(service.timeline,))
    lives(small, rounds, rounds)
    assert bytes_held(service, without=(service.timeline,)) < before * TOLERANCE
    assert min(rounds * 8, KEPT * 5) <= len(small.events) <= KEPT * 12  # of its records, at least half are events


def test_a_checkpoint_gives_everything_back(small: FakeSecretsManager) -> None:
    """What a test that joins a fake has made, its records of changes too, is gone afterwards."""
    service = service_of(small)
    with small.checkpoint():
        lives(small, 0, 10)
    before = bytes_held(service)
    for number in range(1, 4):
        with small.checkpoint():
            lives(small, number * 1000, CALLS // 40)
    assert bytes_held(service) < before * TOLERANCE


def test_used_up_faults_are_not_looked_at_again(small: FakeSecretsManager) -> None:
    """A new fault takes the place of those that are used up or withdrawn; those that wait stay."""
    waiting = small.fail("GetSecretValue", "DecryptionFailure", secret_id="none")
    lives(small, 0, 20)
    small.fail("ListSecrets", "ThrottlingException").withdraw()
    last = small.fail("ListSecrets", "ThrottlingException")
    assert service_of(small).failures._faults == (waiting, last)


def test_looks_at_schedules(clock: Clock, small: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call looks at no schedule before it is due, and a move at those alone that are due on the way."""
    looks: list[str] = []
    due_of = store.due_of

    def look(secret: Any) -> int | None:
        if secret.name.startswith("scheduled"):
            looks.append(secret.name)
        return due_of(secret)

    for number in range(200):
        small.seed(f"scheduled-{number}", VALUE, deleted_days_ago=0, recovery_window_in_days=7 + number % 20)
    monkeypatch.setattr(store, "due_of", look)
    idle_calls(small, 100)
    assert looks == []
    clock.advance(days=6)
    assert looks == ["scheduled-0"]  # whether the first of all is due
    looks.clear()
    clock.advance(days=1, seconds=1)
    assert {int(name.split("-")[1]) % 20 for name in looks} <= {0, 1}
    assert len(small.secrets()) == 191
    looks.clear()
    idle_calls(small, 100)
    assert looks == []
