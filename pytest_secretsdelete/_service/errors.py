"""AWS's refusals: their codes, texts and statuses.

Texts from a recording or the documentation are verbatim; unspecified texts are marked `inferred`, and so are
their rows of the fidelity table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .docs import read_on

if TYPE_CHECKING:
    from .places import Asked

BAD_NAME = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."  # noqa: S105 - a text
ALREADY_SCHEDULED = "You can't create this secret because a secret with this name is already scheduled for deletion."
MARKED_FOR_DELETION = "You can't perform this operation on the secret because it was marked for deletion."
VALIDATION = "ValidationException"
WAS_DELETED = "You can't perform this operation on the secret because it was deleted."


class Refusal(Exception):  # noqa: N818 - AWS refuses; nothing has gone wrong in the fake
    """An answer of AWS that is an error: its code, its text, its HTTP status."""

    #: What the test did to get this answer; None for a refusal of the service's own.
    asked: Asked | None = None

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message, status)
        self.code = code
        self.message = message
        self.status = status

    @property
    def members(self) -> dict[str, str]:
        """The members of its body; in a ValidationException, AWS writes `message` with a small letter."""
        return {"__type": self.code, "message" if self.code == VALIDATION else "Message": self.message}


def validation(message: str) -> Refusal:
    """Return the refusal of a request whose members break the service model's constraints."""
    return Refusal(VALIDATION, message)


def serialization(message: str) -> Refusal:
    """Return the refusal of a request body that cannot be read at all."""
    return Refusal("SerializationException", message)


def invalid_parameter(message: str) -> Refusal:
    """Return an InvalidParameterException."""
    return Refusal("InvalidParameterException", message)


def invalid_request(message: str) -> Refusal:
    """Return an InvalidRequestException."""
    return Refusal("InvalidRequestException", message)


def not_found(message: str = "Secrets Manager can't find the specified secret.") -> Refusal:
    """Return a ResourceNotFoundException; without a text, of a secret that does not exist."""
    return Refusal("ResourceNotFoundException", message)


def no_value_for(what: str, which: str) -> Refusal:
    """Return the refusal of a version that is not there: `what` is a staging label or a VersionId."""
    return not_found(f"Secrets Manager can't find the specified secret value for {what}: {which}")


def exists(message: str) -> Refusal:
    """Return a ResourceExistsException."""
    return Refusal("ResourceExistsException", message)


def limit_exceeded(message: str) -> Refusal:
    """Return a LimitExceededException."""
    return Refusal("LimitExceededException", message)


def bad_next_token() -> Refusal:
    """Return the refusal of a NextToken that this listing did not return; the text is inferred."""
    return Refusal("InvalidNextTokenException", "Invalid Token")


def access_denied(message: str) -> Refusal:
    """Return an AccessDeniedException."""
    return Refusal("AccessDeniedException", message)


def not_authorized(account: str, action: str, resource: str | None, kind_of_policy: str) -> Refusal:
    """Return the AccessDeniedException of IAM; the resource is named as the caller did, or not at all (seen)."""
    about = "" if resource is None else f" on resource: {resource}"
    return access_denied(
        f"User: arn:aws:iam::{account}:user/test is not authorized to perform: secretsmanager:{action}{about} because "
        f"no {kind_of_policy} policy allows the secretsmanager:{action} action"
    )


def beyond_the_fake(message: str) -> Refusal:
    """Return the fake's own error, which AWS never sends, for what it does not support; botocore never retries it."""
    return Refusal("NotImplementedByFake", message)


def beyond_all_dates(what: str) -> Refusal:
    """Return the fake's own error where a date would be after the last that clients can read."""
    return beyond_the_fake(
        f"The {what} would lie beyond 9999-12-31, the last date that clients can read: nothing changed. Start the test "
        f"earlier. {read_on('explanation/limits#time')}"
    )


def not_implemented(operation: str) -> Refusal:
    """Return the fake's own error for an operation that it does not know yet."""
    return beyond_the_fake(
        f"pytest-secretsdelete does not answer {operation} yet: nothing was sent to AWS and nothing changed. "
        "A botocore Stubber or a handler of your own on before-call can answer it meanwhile. "
        f"{read_on('explanation/limits#the-service')}",
    )
