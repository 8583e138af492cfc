"""What calls and moves of the clock look at: of secrets that wait for an instant, those alone that are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.instant import to_datetime
from pytest_secretsdelete._service.model import SecretRecord

from ..support import LAMBDA, VALUE, token
from .mixed import ask, idle_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_secretsdelete import Clock, FakeSecretsManager

#: How many secrets wait, and for how many different days from the seventh on.
SECRETS, DAYS = 200, 20


class Agenda(list[Any]):
    """What comes due; heapq reads a list without these methods, and only loops and searches call them."""

    def __init__(self, entries: list[Any]) -> None:
        super().__init__(entries)
        self.looks = 0

    def __iter__(self) -> Iterator[Any]:
        self.looks += 1
        return super().__iter__()

    def __getitem__(self, place: Any) -> Any:
        self.looks += place != 0
        return super().__getitem__(place)


@pytest.fixture(params=["deletions", "rotations"])
def waiting(request: pytest.FixtureRequest, clock: Clock, fake: FakeSecretsManager) -> FakeSecretsManager:
    """Give a fake with many secrets that wait for their deletion or for their rotation, in seven days and more."""
    fake.seed("a", VALUE)
    fake.seed("c", VALUE)  # a page of one secret looks at the next one, too
    fake.rotation_function(LAMBDA, lambda event, context: None)
    for number in range(SECRETS):
        name, days = f"waiting-{number}", 7 + number % DAYS
        if request.param == "deletions":
            fake.seed(name, VALUE, deleted_days_ago=0, recovery_window_in_days=days)
        else:
            fake.seed(name, VALUE)
            rules = {"AutomaticallyAfterDays": days}
            given = {"RotationLambdaARN": LAMBDA, "RotationRules": rules, "RotateImmediately": False}
            ask(fake, "RotateSecret", {"SecretId": name, "ClientRequestToken": token(number), **given})
    idle_calls(fake, 12)  # the orders of listings are made at their first use
    return fake


@pytest.fixture
def looks(waiting: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give a list of the secrets that are looked at, by their numbers: each time that an attribute of one is read."""
    found: list[int] = []

    def look(secret: SecretRecord, attribute: str) -> Any:
        name: str = object.__getattribute__(secret, "name")
        if name.startswith("waiting-"):
            found.append(int(name.removeprefix("waiting-")))
        return object.__getattribute__(secret, attribute)

    monkeypatch.setattr(SecretRecord, "__getattribute__", look)
    return found


@pytest.fixture
def agenda(waiting: FakeSecretsManager) -> Agenda:
    """Give what comes due, which counts how often more than its first entry is read."""
    vault = service_of(waiting).vault
    vault._agenda = agenda = Agenda(vault._agenda)
    return agenda


def test_calls_look_at_nothing_that_waits(waiting: FakeSecretsManager, looks: list[int], agenda: Agenda) -> None:
    """A call reads no secret that waits, and of what comes due no more than the first entry."""
    idle_calls(waiting, 100)
    ask(waiting, "PutSecretValue", {"SecretId": "a", "SecretString": VALUE, "ClientRequestToken": token(SECRETS)})
    ask(waiting, "DeleteSecret", {"SecretId": "a"})
    assert (looks, agenda.looks) == ([], 0)


def test_moves_look_at_what_is_due(clock: Clock, waiting: FakeSecretsManager, looks: list[int], agenda: Agenda) -> None:
    """A move reads the secrets that come due on the way, and the one behind them; afterwards they are settled."""
    clock.advance(days=5)
    assert {number % DAYS for number in looks} <= {0}
    assert len(set(looks)) <= 1  # whether the first of all is due
    looks.clear()
    assert agenda.looks == 0

    due = service_of(waiting).next_due()
    assert due is not None
    looks.clear()
    clock.move_to(to_datetime(due))
    settled = {number for number in range(SECRETS) if number % DAYS == 0}
    assert settled <= set(looks)
    assert len(set(looks) - settled) <= 1
    assert agenda.looks <= 5 * len(settled)
    looks.clear()

    read = agenda.looks
    idle_calls(waiting, 100)
    assert (looks, agenda.looks) == ([], read)
    clock.advance(hours=1)
    assert settled.isdisjoint(looks)
    assert type(service_of(waiting).vault._agenda) is Agenda
