"""What a fake holds after many calls and events: the records that are documented, and nothing else that grows."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import rotation_run, versions
from pytest_secretsdelete._service.delays import Delays
from pytest_secretsdelete._service.wire import Incoming

from ..support import LAMBDA, REGION, VALUE, token
from .graph import bytes_held
from .mixed import ask, idle_calls, lives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_secretsdelete import Clock

#: SECRETSDELETE_CALLS=100000 asks for a long run: sizes are taken after so many calls, and after twice as many.
CALLS = int(os.environ.get("SECRETSDELETE_CALLS", "4000"))
KEPT = 100
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


def test_calls_that_are_never_answered(small: FakeSecretsManager) -> None:
    """Calls that a test's callable ends with an exit are kept like those that change nothing."""

    def leave(_secret: object) -> NoReturn:
        sys.exit()

    def exits(count: int) -> None:
        for _ in range(count):
            with pytest.raises(SystemExit):
                ask(small, "DeleteSecret", {"SecretId": "a"})

    service_of(small).set_delays(Delays(leave, leave))
    exits(CALLS // 4)
    before = bytes_held(service_of(small))
    exits(CALLS // 4)
    assert bytes_held(service_of(small)) < before * TOLERANCE


def test_callers_from_everywhere(small: FakeSecretsManager) -> None:
    """Nothing is left of accounts and regions that have asked, whether the region exists or not."""

    def callers(first: int) -> None:
        for number in range(first, first + CALLS // 4):
            region = "eu-west-3" if number % 2 else f"made-up-{number}"
            caller = f"{number:012}"
            service_of(small).answer(Incoming("ListSecrets", b"{}", region, caller))
            service_of(small).answer(Incoming("GetSecretValue", b'{"SecretId": "a"}', region, caller))

    callers(0)
    before = bytes_held(service_of(small))
    callers(CALLS // 4)
    assert bytes_held(service_of(small)) < before * TOLERANCE


def test_secrets_that_come_and_go(small: FakeSecretsManager) -> None:
    """Of lives that are over, their rotations and used-up faults, the record of changes alone is left."""
    service, rounds = service_of(small), CALLS // 20
    lives(small, 0, rounds)
    before, whole = bytes_held(service, without=(service.timeline,)), bytes_held(service)
    lives(small, rounds, rounds)
    assert bytes_held(service, without=(service.timeline,)) < before * TOLERANCE
    assert bytes_held(service) < whole * TOLERANCE
    assert KEPT * 5 <= len(small.events) <= KEPT * 12  # of its records, at least half are events


@pytest.mark.parametrize("calls", [True, False], ids=["calls", "no calls"])
def test_time_that_passes(
    calls: bool, clock: Clock, small: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that rotates every day fills the record and what is known of versions, whether its function calls."""
    monkeypatch.setattr(versions, "REMOVED_IDS_KEPT", 50)
    monkeypatch.setattr(rotation_run, "_BEGUN_KEPT", 50)
    rules = {"RotationLambdaARN": LAMBDA, "RotationRules": {"AutomaticallyAfterDays": 1}}
    service = service_of(small)
    small.rotation_function(LAMBDA, partial(_put_and_move, small) if calls else lambda event, context: None)
    ask(small, "RotateSecret", {"SecretId": "a", "ClientRequestToken": token(0), **rules})

    def days(count: int) -> None:
        for _ in range(count):
            clock.advance(days=1)

    days(CALLS // 10)
    before, whole = bytes_held(service, without=(service.timeline,)), bytes_held(service)
    days(CALLS // 10)
    assert bytes_held(service, without=(service.timeline,)) < before * TOLERANCE
    assert bytes_held(service) < whole * TOLERANCE
    assert len(small.secret("a").versions) <= 102
    assert KEPT * 10 <= len(list(service.timeline)) <= KEPT * 12.1 + 1
    assert small.rotations
    assert len(service.timeline.moves) <= 1000


def _put_and_move(fake: FakeSecretsManager, event: dict[str, str], _context: object) -> None:
    """Be a rotation function that does all in its last step, with calls to the service alone."""
    if event["Step"] == "finishSecret":
        members = {"SecretId": event["SecretId"], "ClientRequestToken": event["ClientRequestToken"]}
        ask(fake, "PutSecretValue", {**members, "SecretString": VALUE, "VersionStages": ["AWSCURRENT"]})


@pytest.mark.parametrize("add", ["seed", "value"])
def test_changes_of_one_kind(
    add: str, clock: Clock, small: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound of the record holds whatever adds to it: seeds alone, new values alone."""
    monkeypatch.setattr(versions, "REMOVED_IDS_KEPT", 50)

    def change(number: int) -> None:
        if add == "seed":
            small.seed(f"seeded-{number}", VALUE)
        else:
            ask(small, "PutSecretValue", {"SecretId": "a", "SecretString": VALUE, "ClientRequestToken": token(number)})
            clock.advance(hours=1)

    for number in range(max(CALLS // 2, KEPT * 13)):
        change(number)
    assert KEPT * 10 <= len(list(service_of(small).timeline)) <= KEPT * 12.1 + 1


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
