"""What no bad request may do: change a store, show a value, or end in an exception that is neither AWS's nor botocore's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer

from pytest_secretsdelete._fake import service_of

from ..properties import shapes
from ..support import shows
from ..support.whole_state import comparable_state

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_secretsdelete import FakeSecretsManager

PACKAGE = "pytest_secretsdelete"
SERIALIZER = create_serializer("json", include_validation=False)


class Look:
    """A look at a store before a request, to be compared with one afterwards."""

    def __init__(self, fake: FakeSecretsManager) -> None:
        self._fake = fake
        self._state = comparable_state(fake)
        self._calls = len(list(service_of(fake).timeline))

    def calls(self) -> list[Any]:
        """Return the records of what has happened since."""
        return list(service_of(self._fake).timeline)[self._calls :]

    def check_unchanged(self) -> None:
        """Assert that nothing has changed since; states are compared with all that is in them."""
        now = comparable_state(self._fake)
        changed = [part for part in now if now[part] != self._state[part]]
        assert not changed, f"changed by a refused request: {changed}"


def check_refusal(error: ClientError) -> None:
    """Assert that an error of the service is one of its own, and shows no value."""
    code = error.response["Error"]["Code"]
    assert code != "InternalServiceError", error
    assert not shows(shapes.SENTINEL, str(error))
    assert not shows(shapes.SENTINEL, str(error.response))


def check_records(look: Look) -> None:
    """Assert that no record of what has happened since a look shows a value."""
    assert not shows(shapes.SENTINEL, repr([attempt.call() for attempt in look.calls()]))


def check_is_botocores(error: Exception, operation: str, members: dict[str, Any]) -> None:
    """Assert that an exception is botocore's own, which it raises without a fake, too; no frame of ours is in it."""
    assert PACKAGE not in _packages(error.__traceback__), f"raised by the fake: {error!r}"
    model = shapes.service_model().operation_model(operation)
    with pytest.raises(type(error)):
        SERIALIZER.serialize_to_request(members, model)


def _packages(traceback: TracebackType | None) -> set[str]:
    found = set()
    while traceback is not None:
        found.add(str(traceback.tb_frame.f_globals.get("__name__")).partition(".")[0])
        traceback = traceback.tb_next
    return found
