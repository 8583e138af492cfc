"""What every answer has to keep to."""

from __future__ import annotations

from typing import Any

from ..support import shows
from . import shapes

#: Codes that the service answers although its model declares them nowhere.
UNDECLARED = {"AccessDeniedException", "SerializationException", "ValidationException"}


def look_at_answer(operation: str, status: int, members: Any) -> None:
    """An answer keeps to the service model, whether it succeeds or refuses."""
    model = shapes.service_model().operation_model(operation)
    if status == 200:
        assert model.output_shape is None or list(shapes.breaches(members, model.output_shape)) == []
        return
    text = "message" if members["__type"] == "ValidationException" else "Message"
    assert set(members) == {"__type", text}
    declared = {shape.name for shape in model.error_shapes} - {"InternalServiceError"}
    assert members["__type"] in declared | UNDECLARED, members
    assert status == 400
    assert members[text]
    assert not shows(shapes.SENTINEL, members[text])
