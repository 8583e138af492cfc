"""Request: one attempt at an operation, as the operations receive it; Outcome: what an operation returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Turn


def permit_all(_action: str, _secret_id: str) -> None:
    """Refuse nothing: no action is denied."""


@dataclass(slots=True)
class Request:
    """One request: its operation, members, caller, region and instant."""

    operation: str
    #: Members under their wire names, as received; operations receive them validated, without null members.
    parameters: dict[str, Any] = field(repr=False)
    account: str
    region: str
    at: int
    #: Refuses an action on one of several secrets, where it is denied.
    permit: Callable[[str, str], None] = field(default=permit_all, repr=False)
    #: The delay of AWS's deletion, in milliseconds, once a callable of the test has returned it.
    delay: int | None = None

    def get(self, member: str, default: Any = None) -> Any:
        """Return a member, or the default where it is absent."""
        return self.parameters.get(member, default)

    def __getitem__(self, member: str) -> Any:
        return self.parameters[member]

    def __contains__(self, member: str) -> bool:
        return member in self.parameters


class Outcome(NamedTuple):
    """What an operation returns: the members of its answer, and a rotation that runs once they are settled."""

    members: dict[str, Any]
    rotation: Turn | None = None
