"""New states of records: the same as dataclasses.replace makes, and as unchangeable."""

import dataclasses
import uuid

import pytest

from pytest_secretsdelete._service.model import SecretRecord, VersionRecord
from pytest_secretsdelete._service.records import replace
from pytest_secretsdelete._service.wire import new_request_id

SECRET = SecretRecord(name="a", arn="arn", region="us-east-1", account_id="1", created=0, changed=0, policy="{}")
VERSION = VersionRecord("id", 0, "hunter2", ("AWSCURRENT",))


@pytest.mark.parametrize(
    ("record", "changes"),
    [(SECRET, {"changed": 5, "deletion": 9}), (SECRET, {}), (VERSION, {"labels": ()}), (VERSION, {"value": b"x"})],
)
def test_the_same_as_dataclasses_replace(record: SecretRecord | VersionRecord, changes: dict[str, object]) -> None:
    """Every field is there, those that change and those that do not, and the older record stays as it was."""
    before = dataclasses.astuple(record)
    replaced = replace(record, **changes)
    assert type(replaced) is type(record)
    assert replaced == dataclasses.replace(record, **changes)  # type: ignore[arg-type]
    assert repr(replaced) == repr(dataclasses.replace(record, **changes))  # type: ignore[arg-type]
    assert dataclasses.astuple(record) == before


def test_a_replaced_record_cannot_be_changed() -> None:
    """What replace returns is frozen, as every record is."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(SECRET, changed=1).changed = 2  # type: ignore[misc]


def test_a_field_that_is_not_there() -> None:
    """A field that a record does not have is refused."""
    with pytest.raises(AttributeError):
        replace(VERSION, unheard=1)


def test_request_ids() -> None:
    """A request id is a UUID of version 4, and no two are the same."""
    ids = [new_request_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {(parsed := uuid.UUID(one)).version for one in ids} == {4}
    assert parsed.variant == uuid.RFC_4122
    assert all(str(uuid.UUID(one)) == one for one in ids)
