"""Parameter Store's references to secrets: GetParameter and GetParameters, answered by a GetSecretValue for each name.

https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from . import errors
from .faults import NoAnswer
from .instant import SECOND, to_datetime
from .names import PARAMETER_PREFIX as PREFIX
from .protocol import read_body
from .wire import Answer, Incoming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .service import Service

ONE = "GetParameter"
_MOST_NAMES = 10
#: A selector of so many characters is a VersionId, else a staging label (inferred: both are legal in a reference).
_VERSION_ID_LENGTHS = range(32, 65)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: What Secrets Manager refuses and Parameter Store gives one text for (recorded for a scheduled secret).
_INVALID = {"InvalidRequestException", "InvalidParameterException", errors.VALIDATION}
_NOT_FOUND = "ParameterNotFound"


class Asked(NamedTuple):
    """What a call asks Parameter Store for: its operation, and its members as they were sent."""

    operation: str
    members: dict[str, Any]

    @property
    def names(self) -> list[str]:
        """The names asked for, each once."""
        given = [self.members.get("Name")] if self.operation == ONE else self.members.get("Names")
        listed = given if isinstance(given, list) else []
        return list(dict.fromkeys(name for name in listed if isinstance(name, str)))

    @property
    def ours(self) -> list[str]:
        """The names that refer to secrets."""
        return [name for name in self.names if name.startswith(PREFIX)]

    @property
    def theirs(self) -> list[str]:
        """The names of Parameter Store's own parameters."""
        return [name for name in self.names if not name.startswith(PREFIX)]

    def body_without_ours(self) -> bytes:
        """Return the body of a GetParameters that asks for the others alone."""
        return json.dumps({**self.members, "Names": self.theirs}).encode()


def asked_in(operation: str, body: bytes) -> Asked | None:
    """Return what a request asks for; None where its body cannot be read."""
    try:
        return Asked(operation, read_body(body))
    except errors.Refusal:
        return None


class Reference(NamedTuple):
    """A name that refers to a secret, taken apart at its first colon."""

    #: Without the selector.
    name: str
    colon: str
    #: A staging label or a VersionId, or empty.
    selector: str

    @classmethod
    def of(cls, name: str) -> Reference:
        """Take a name apart."""
        return cls(*name.partition(":"))

    @property
    def is_well_formed(self) -> bool:
        """Whether there is one selector at most, and none that is empty."""
        return ":" not in self.selector and bool(self.selector) == bool(self.colon)

    @property
    def request(self) -> bytes:
        """The body of the GetSecretValue that Parameter Store makes."""
        kind = "VersionId" if len(self.selector) in _VERSION_ID_LENGTHS else "VersionStage"
        version = {kind: self.selector} if self.selector else {}
        return json.dumps({"SecretId": self.name[len(PREFIX) :], **version}).encode()


def expects_failure(service: Service, incoming: Incoming, asked: Asked) -> bool:
    """Return whether a fault or a denial matches a GetSecretValue that the call would make."""
    references = map(Reference.of, asked.ours)
    return any(service.expects_failure(_reading(incoming, one)) for one in references if one.is_well_formed)


def _reading(incoming: Incoming, reference: Reference) -> Incoming:
    return Incoming("GetSecretValue", reference.request, incoming.region, incoming.caller)


def answer(service: Service, incoming: Incoming, asked: Asked, names: Sequence[str]) -> Answer:
    """Answer a call about these references, and record it before the GetSecretValue of each."""
    at = service.settled()
    store = service.store(incoming.region, incoming.caller)
    attempt = service.timeline.begin(asked.operation, store.region, at, store.account)
    attempt.keep(asked.members)
    try:
        members = _members(service, incoming, asked, names)
    except NoAnswer as none:
        attempt.end(none.kind.value)
        return Answer(200, {}, at, none.kind, none.hint)
    except errors.Refusal as refusal:
        refused = Answer(refusal.status, _body(refusal), at)
        attempt.end(refusal.code, refusal.message, request_id=refused.request_id)
        return refused
    except BaseException:
        attempt.break_off()
        raise
    attempt.end()
    return Answer(200, members, at)


def _body(refusal: errors.Refusal) -> dict[str, str]:
    """Return the body of a refusal: Parameter Store writes `message` with a small letter, IAM does not."""
    text = "Message" if refusal.code == "AccessDeniedException" else "message"
    return {"__type": refusal.code, text: refusal.message}


def _members(service: Service, incoming: Incoming, asked: Asked, names: Sequence[str]) -> dict[str, Any]:
    references = [Reference.of(name) for name in names]
    if asked.operation == ONE:
        _check_selector(references[0])
        _check(asked)
        return {"Parameter": _parameter(service, incoming, references[0])}
    _check(asked)
    found = [_parameter_or_none(service, incoming, reference) for reference in references]
    return {
        "Parameters": [parameter for parameter in found if parameter is not None],
        "InvalidParameters": [name for name, parameter in zip(names, found, strict=True) if parameter is None],
    }


def _check_selector(reference: Reference) -> None:
    if not reference.is_well_formed:
        raise errors.validation(
            "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>"
        )


def _check(asked: Asked) -> None:
    """Refuse a call that asks for too many names, or for no decryption."""
    if len(asked.names) > _MOST_NAMES:
        raise errors.validation(
            f"1 validation error detected: Value '[{', '.join(asked.names)}]' at 'names' failed to satisfy "
            f"constraint: Member must have length less than or equal to {_MOST_NAMES}."
        )
    if asked.members.get("WithDecryption") is not True:
        raise errors.validation("WithDecryption flag must be True for retrieving a Secret Manager secret.")


def _parameter_or_none(service: Service, incoming: Incoming, reference: Reference) -> dict[str, Any] | None:
    """Return a parameter; None for a name that GetParameters lists as invalid."""
    try:
        _check_selector(reference)
        return _parameter(service, incoming, reference)
    except errors.Refusal as refusal:
        if refusal.code not in {_NOT_FOUND, errors.VALIDATION}:
            raise
        return None


def _parameter(service: Service, incoming: Incoming, reference: Reference) -> dict[str, Any]:
    given = service.answer(_reading(incoming, reference))
    if given.broken is not None:
        raise NoAnswer(given.broken, given.hint)
    if given.status != 200:  # noqa: PLR2004
        raise _refusal(given, reference)
    read = given.members
    text = {} if "SecretString" not in read else {"Value": read["SecretString"]}
    selector = {"Selector": f":{reference.selector}"} if reference.selector else {}
    return {
        "Name": reference.name,
        "Type": "SecureString",
        **text,
        "Version": 0,
        **selector,
        "SourceResult": _source_result(read),
        "LastModifiedDate": read["CreatedDate"],
        "ARN": read["ARN"],
    }


def _refusal(given: Answer, reference: Reference) -> errors.Refusal:
    """Return what Parameter Store makes of a refusal; what nobody has seen there passes as it is (inferred)."""
    code = given.members["__type"]
    if code == "ResourceNotFoundException":
        selector = f":{reference.selector}" if reference.selector else "null"
        return errors.Refusal(
            _NOT_FOUND,
            f"An error occurred ({_NOT_FOUND}) when referencing Secrets Manager: Secret {reference.name[1:]}{selector} "
            "not found.",
        )
    if code in _INVALID:
        return errors.validation("Invalid Request to Secrets Manager")
    return errors.Refusal(code, given.members["Message"], given.status)


def _source_result(read: dict[str, Any]) -> str:
    members = {
        "ARN": read["ARN"],
        "name": read["Name"],
        "versionId": read["VersionId"],
        "secretString": read.get("SecretString"),
        "versionStages": read.get("VersionStages"),
        "createdDate": _date(round(read["CreatedDate"] * SECOND)),
    }
    return json.dumps({name: value for name, value in members.items() if value is not None}, separators=(",", ":"))


def _date(instant: int) -> str:
    """Return an instant as Java writes it in American English, in UTC."""
    at = to_datetime(instant)
    half = "AM" if at.hour < 12 else "PM"  # noqa: PLR2004
    return f"{_MONTHS[at.month - 1]} {at.day}, {at.year}, {at.hour % 12 or 12}:{at.minute:02}:{at.second:02} {half}"


def merged(asked: Asked, theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Return the answers to both parts of a GetParameters as one, in the order of the names."""
    places = {name: place for place, name in enumerate(asked.names)}
    without_selectors: dict[str, int] = {}
    for name, place in places.items():
        without_selectors.setdefault(_without_selector(name), place)

    def place_of(parameter: dict[str, Any]) -> int:
        known = (places.get(_full_name(parameter)), places.get(parameter.get("ARN", "")))
        bare = (without_selectors.get(parameter.get(member, "")) for member in ("Name", "ARN"))
        return next((place for place in (*known, *bare) if place is not None), len(places))

    parameters = [*theirs.get("Parameters", ()), *ours["Parameters"]]
    invalid = [*theirs.get("InvalidParameters", ()), *ours["InvalidParameters"]]
    return {
        "Parameters": sorted(parameters, key=place_of),
        "InvalidParameters": sorted(invalid, key=lambda name: places.get(name, len(places))),
    }


def _without_selector(name: str) -> str:
    """Return a name, or the ARN of a parameter, without its selector."""
    head, parameter, rest = name.rpartition(":parameter/") if name.startswith("arn:") else ("", "", name)
    return f"{head}{parameter}{rest.partition(':')[0]}"


def unanswered(asked: Asked, given: dict[str, Any]) -> list[str]:
    """Return the references that an answer to GetParameters says nothing of."""
    answered = {*map(_full_name, given.get("Parameters", ())), *given.get("InvalidParameters", ())}
    return [name for name in asked.ours if name not in answered]


def _full_name(parameter: dict[str, Any]) -> str:
    return f"{parameter.get('Name', '')}{parameter.get('Selector', '')}"
