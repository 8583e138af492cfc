"""The life of a deleted secret, as a client of another language lives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock

NAME = "db/password"
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
UNKNOWN = "Secrets Manager can't find the specified secret."


class Result(NamedTuple):
    """What came of a call: the members of its answer, or the error's code and text."""

    answer: dict[str, Any]
    error: tuple[str, str] | None = None


class Call(Protocol):
    """A client: it makes one call and says what came of it."""

    def __call__(self, operation: str, /, **parameters: Any) -> Result:
        """Call an operation."""


def tell(call: Call, clock: Clock) -> None:
    """Create, delete, miss, restore in time, delete again, and let the window end."""
    created = call("CreateSecret", Name=NAME, SecretString="hunter2")
    assert created.error is None
    assert created.answer["Name"] == NAME
    assert call("GetSecretValue", SecretId=NAME).answer["SecretString"] == "hunter2"

    deleted = call("DeleteSecret", SecretId=NAME, RecoveryWindowInDays=7)
    assert deleted.error is None
    assert deleted.answer["ARN"] == created.answer["ARN"]
    assert call("GetSecretValue", SecretId=NAME).error == ("InvalidRequestException", MARKED)

    clock.advance(days=6, hours=23)
    assert call("RestoreSecret", SecretId=NAME).error is None
    assert call("GetSecretValue", SecretId=NAME).answer["SecretString"] == "hunter2"

    assert call("DeleteSecret", SecretId=NAME, RecoveryWindowInDays=7).error is None
    clock.advance(days=7)
    for operation in ("GetSecretValue", "DescribeSecret", "RestoreSecret"):
        assert call(operation, SecretId=NAME).error == ("ResourceNotFoundException", UNKNOWN)

    again = call("CreateSecret", Name=NAME, SecretString="correct horse")
    assert again.answer["ARN"] != created.answer["ARN"]


#: The operations of the story, each called once: no client has tried a refused call again.
OPERATIONS = (
    "CreateSecret",
    "GetSecretValue",
    "DeleteSecret",
    "GetSecretValue",
    "RestoreSecret",
    "GetSecretValue",
    "DeleteSecret",
    "GetSecretValue",
    "DescribeSecret",
    "RestoreSecret",
    "CreateSecret",
)
