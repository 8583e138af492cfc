"""The orders of a store: kept up with every change, the same as sorting anew; and an agenda that does not grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import order
from pytest_secretsdelete._service.due import due_of
from pytest_secretsdelete._service.model import SecretRecord
from pytest_secretsdelete._service.order import Order

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:rotate"
names = st.text("ab", min_size=1, max_size=3)


def record(name: str, changed: int, *, scheduled: bool = False) -> SecretRecord:
    """Return the record of a secret."""
    deletion = 1 if scheduled else None
    return SecretRecord(name=name, arn=name, region="r", account_id="1", created=0, changed=changed, deletion=deletion)


@given(
    st.lists(st.tuples(names, st.integers(0, 5), st.sampled_from(["put", "schedule", "remove"]))),
    names,
    st.sampled_from([1, 2, 3, 1000]),
)
def test_an_order_is_kept_up(steps: list[tuple[str, int, str]], prefix: str, size: int) -> None:
    """After any changes the names come as if they were sorted anew, from any key on, both ways."""
    with mock.patch.object(order, "_CHUNK", size):
        check_that_an_order_is_kept_up(steps, prefix)


def check_that_an_order_is_kept_up(steps: list[tuple[str, int, str]], prefix: str) -> None:
    """Make the changes, and compare the names with sorting anew."""
    held: dict[str, SecretRecord] = {}

    def key(secret: SecretRecord) -> tuple[Any, ...]:
        return secret.changed, secret.name

    by_change = Order((), key, lambda secret: not secret.is_scheduled_for_deletion)
    by_name = Order((), lambda secret: (secret.name,), lambda _: True)
    for name, changed, step in steps:
        old = held.pop(name, None)
        new = None if step == "remove" else record(name, changed, scheduled=step == "schedule")
        if new is not None:
            held[name] = new
        by_change.replace(old, new)
        by_name.replace(old, new)
    active = sorted(key(one) for one in held.values() if not one.is_scheduled_for_deletion)
    assert list(by_change.names()) == [name for _, name in active]
    assert list(by_change.names(descending=True)) == [name for _, name in reversed(active)]
    assert list(Order(held.values(), key, lambda secret: not secret.is_scheduled_for_deletion).names()) == [
        name for _, name in active
    ]
    for last in [(2, "a"), *active]:
        assert list(by_change.names(last)) == [name for changed, name in active if (changed, name) > last]
        assert list(by_change.names(last, descending=True)) == [
            name for changed, name in reversed(active) if (changed, name) < last
        ]
    assert list(by_name.names_with(prefix)) == sorted(name for name in held if name.startswith(prefix))


@pytest.mark.parametrize("names_sought", [["s"], ["s0"], ["s0", "s01"], ["x"]])
def test_few_and_many_by_name(names_sought: list[str], fake: FakeSecretsManager, client: Any) -> None:
    """A name filter gives the same pages whether few or many names begin so."""
    for number in range(60):
        fake.seed(f"s{number:02d}", created_days_ago=number % 7)
    wanted = sorted(
        (s for s in fake.secrets() if s.name.startswith(tuple(names_sought))),
        key=lambda s: s.created_date,
        reverse=True,
    )
    filters = [{"Key": "name", "Values": names_sought}]
    for size in (1, 50):
        found: list[str] = []
        paginator = client.get_paginator("list_secrets")
        for page in paginator.paginate(Filters=filters, SortOrder="desc", PaginationConfig={"PageSize": size}):
            found += [entry["Name"] for entry in page["SecretList"]]
        assert sorted(found) == sorted(s.name for s in wanted)
        assert [fake.secret(name).created_date for name in found] == [s.created_date for s in wanted]


def test_the_agenda_does_not_grow(fake: FakeSecretsManager, client: Any) -> None:
    """What later states have overtaken is forgotten, however often a due date changes."""
    fake.seed("a", "value")
    fake.seed("first", "value", deleted_days_ago=6, recovery_window_in_days=7)
    for _ in range(700):
        client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
        client.restore_secret(SecretId="a")
        client.delete_secret(SecretId="a", RecoveryWindowInDays=8)
        client.restore_secret(SecretId="a")
    assert len(service_of(fake).vault._agenda) <= 1100


def test_what_comes_due_is_found_on_the_agenda(fake: FakeSecretsManager, client: Any) -> None:
    """What comes due up to an instant is found without the other secrets, oldest first; what is gone is not."""
    for days in (6, 0, 3, 5, 0, 2, 6, 4, 1):
        fake.seed(f"s{len(fake.secrets())}", deleted_days_ago=days or None)
    fake.rotation_function(FUNCTION, lambda event, context: None)
    client.rotate_secret(SecretId="s1", RotationLambdaARN=FUNCTION, RotationRules={"AutomaticallyAfterDays": 2})
    vault = service_of(fake).vault
    everything = {secret.name: due_of(secret) for secret in vault.secrets()}
    instants = sorted({due for due in everything.values() if due is not None})
    assert len(instants) > 5
    for instant in (0, *instants):
        found = [secret.name for secret in vault.due_until(instant)]
        assert found == [name for name, due in everything.items() if due is not None and due <= instant]
    first = vault.due_until(instants[0])
    vault.remove(first[0])
    assert vault.due_until(instants[0]) == first[1:]


@pytest.mark.parametrize("scheduled", [0, 3, 20, 21, 40])
def test_pages_beside_secrets_scheduled_for_deletion(scheduled: int, fake: FakeSecretsManager, client: Any) -> None:
    """A listing shows each active secret once, whether few or many scheduled for deletion are among them."""
    for number in range(scheduled + 3):
        fake.seed(f"s{number:02d}", created_days_ago=50 - number, deleted_days_ago=None if number % 20 == 2 else 0)
    active = [secret.name for secret in fake.secrets() if not secret.is_scheduled_for_deletion]
    assert service_of(fake).store().scheduled == len(fake.secrets()) - len(active)
    for direction, expected in (("asc", active), ("desc", active[::-1])):
        pages = client.get_paginator("list_secrets").paginate(SortOrder=direction, PaginationConfig={"PageSize": 1})
        assert [entry["Name"] for page in pages for entry in page["SecretList"]] == expected
    whole = client.list_secrets(IncludePlannedDeletion=True, SortOrder="asc")["SecretList"]
    assert [entry["Name"] for entry in whole] == [secret.name for secret in fake.secrets()]


def test_leftovers_and_names_are_kept_up(fake: FakeSecretsManager, client: Any) -> None:
    """What calls have created is left over until it is scheduled for deletion or gone, and again once restored."""
    fake.seed("seeded")
    for name in ("kept", "restored", "scheduled", "gone"):
        client.create_secret(Name=name)
    for name in ("restored", "scheduled"):
        client.delete_secret(SecretId=name)
    client.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    assert [secret.name for secret in fake.leftovers()] == ["kept"]
    client.restore_secret(SecretId="restored")
    assert [secret.name for secret in fake.leftovers()] == ["kept", "restored"]
    assert ["gone" in fake, "scheduled" in fake, fake.secret("kept").arn in fake] == [False, True, True]
    assert "4 secrets" in repr(fake)
