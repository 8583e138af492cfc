"""The table against the installed service model: a newer botocore shows here what is missing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_secretsdelete._botocore.sessions import service_model
from pytest_secretsdelete._service.operations import OPERATIONS

from .rows import ROWS
from .table import Refused

#: The members that no answer depends on, and why.
WITHOUT_EFFECT = {
    # every account of a fake counts as one of the same organization
    ("AssociateCrossAccountReplica", "ReplicaRestriction"),
}


def members_of(shape):
    """Yield the names of all members of a structure, those of structures within it included."""
    for name, member in shape.members.items():
        yield name
        inner = member.member if member.type_name == "list" else member
        if inner.type_name == "structure":
            yield from members_of(inner)


def named_in(parameters):
    """Yield the names of all members in the parameters of a call."""
    for name, value in parameters.items():
        yield name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from named_in(inner)


def named_in_given(operation):
    """Return the members that rows of an operation name, or that their steps give to it."""
    return {name for row in ROWS if row.operation == operation for name in named_in(row.call)}


@pytest.mark.parametrize("operation", service_model().operation_names)
def test_each_operation_has_rows(operation):
    """At least one success, at least one refusal, and each request member named."""
    assert operation in OPERATIONS
    rows = [row for row in ROWS if row.operation == operation]
    assert any(not isinstance(row.answer, Refused) for row in rows)
    assert any(isinstance(row.answer, Refused) for row in rows)
    shape = service_model().operation_model(operation).input_shape
    assert set(members_of(shape)) - named_in_given(operation) == set()


def members_to_matter():
    """Return the operations and request members of which each must change an answer."""
    model = service_model()
    shapes = {operation: model.operation_model(operation).input_shape for operation in model.operation_names}
    return {(operation, member) for operation, shape in shapes.items() for member in members_of(shape)} - WITHOUT_EFFECT


def test_no_row_twice():
    """A row is found by its operation and case."""
    labels = [row.label for row in ROWS]
    assert len(set(labels)) == len(labels)
