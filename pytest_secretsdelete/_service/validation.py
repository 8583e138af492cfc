"""Checks a request against the service model, with the messages of AWS's own validation.

botocore checks types and minima before it sends; other SDKs and raw requests do not, and only the service checks
maxima, patterns and enumerations.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: (value, path, complaints) -> value as the operations want it
    Check = Callable[[Any, str, list[str]], Any]

REDACTED = "***"
#: Lists whose length the operations check themselves, with other texts.
_COUNTED_BY_OPERATIONS = {"FiltersListType"}
#: What holds nothing else, in JSON.
_PLAIN_TYPES = frozenset({bool, int, float, str, type(None)})
_CONTAINERS: dict[type, str] = {list: "list", dict: "structure"}
_JSON_TYPES = {bool: "BOOLEAN_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", str: "STRING_VALUE"}
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "list": (list,),
    "structure": (dict,),
}


class RequestChecker:
    """Checks the requests of one operation; built once from its input shape, which is botocore's."""

    def __init__(self, shape: Any) -> None:
        self._check = _structure_check(shape)
        members = shape.members
        self._known = frozenset(members)
        self._sensitive = frozenset(name for name in members if members[name].metadata.get("sensitive"))
        self._shape = shape
        self.needs_token = any(members[name].metadata.get("idempotencyToken") for name in members)

    def read(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members that the model knows, blobs decoded; refuse what breaks its constraints."""
        complaints: list[str] = []
        parameters: dict[str, Any] = self._check(body, "", complaints)
        if complaints:
            count = len(complaints)
            noun = "error" if count == 1 else "errors"
            raise errors.validation(f"{count} validation {noun} detected: {'; '.join(complaints)}")
        return parameters

    def redact(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the members that the model knows, at whatever depth, the secret values among them hidden."""
        known, sensitive = self._known, self._sensitive
        if _PLAIN_TYPES.issuperset(map(type, parameters.values())):
            if known.issuperset(parameters) and sensitive.isdisjoint(parameters):
                return parameters
            return {
                name: REDACTED if name in sensitive else value for name, value in parameters.items() if name in known
            }
        shown: Mapping[str, Any] = _redacted(parameters, self._shape)
        return shown


def _redacted(value: Any, shape: Any) -> Any:
    """Return a value as a record may show it; a list or an object of the wrong type may hold a secret value."""
    kind = _CONTAINERS.get(type(value))
    if shape.metadata.get("sensitive") or kind not in {None, shape.type_name}:
        return REDACTED
    if kind == "list":
        return [_redacted(item, shape.member) for item in value]
    if kind == "structure":
        return {name: _redacted(item, shape.members[name]) for name, item in value.items() if name in shape.members}
    return value


@functools.cache
def checker_for(shape: Any) -> RequestChecker | None:
    """Return the checker of an operation by its input shape; None where there is no shape."""
    return None if shape is None else RequestChecker(shape)


def _check_for(shape: Any) -> Check:
    """Return the check of a shape, whatever its kind."""
    if shape.type_name == "structure":
        return _structure_check(shape)
    if shape.type_name == "list":
        return _list_check(shape)
    return _scalar_check(shape)


def _structure_check(shape: Any) -> Check:
    checks = [
        (name, _camel(name) + ("." if member.type_name == "structure" else ""), _check_for(member))
        for name, member in shape.members.items()
    ]
    required = [(name, _camel(name)) for name in shape.required_members]

    def check(value: Any, path: str, complaints: list[str]) -> dict[str, Any]:
        if type(value) is not dict:
            _check_type(value, "structure")
        for name, camel in required:
            if value.get(name) is None:
                constraint = "failed to satisfy constraint: Member must not be null"
                complaints.append(f"Value null at '{path}{camel}' {constraint}")
        checked = {}
        for name, camel, member_check in checks:
            member = value.get(name)
            if member is not None:
                checked[name] = member_check(member, path + camel, complaints)
        return checked

    return check


def _list_check(shape: Any) -> Check:
    member_check = _check_for(shape.member)
    suffix = "." if shape.member.type_name == "structure" else ""
    constraints = [] if shape.name in _COUNTED_BY_OPERATIONS else _length_constraints(shape)

    def check(value: Any, path: str, complaints: list[str]) -> list[Any]:
        _check_type(value, "list")
        _complain(value, value, path, constraints, complaints)
        numbered = enumerate(value, start=1)
        return [member_check(item, f"{path}.{place}.member{suffix}", complaints) for place, item in numbered]

    return check


def _scalar_check(shape: Any) -> Check:
    kind = shape.type_name
    constraints = _range_constraints(shape) if kind in {"integer", "long"} else _text_constraints(shape)
    usual = _PYTHON_TYPES[kind][0]
    sensitive = shape.metadata.get("sensitive", False)

    def check(value: Any, path: str, complaints: list[str]) -> Any:
        if type(value) is not usual:
            _check_type(value, kind)
        value = _decoded(value) if kind == "blob" else value
        measured = value.encode() if kind == "string" and sensitive else value
        _complain(measured, None if sensitive else value, path, constraints, complaints)
        return value

    return check


def _complain(
    measured: Any, shown: Any, path: str, constraints: list[tuple[str, Callable[[Any], bool]]], complaints: list[str]
) -> None:
    for text, holds in constraints:
        if not holds(measured):
            value = "Value" if shown is None else f"Value '{_shown(shown)}'"
            complaints.append(f"{value} at '{path}' failed to satisfy constraint: {text}")


def _shown(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _length_constraints(shape: Any) -> list[tuple[str, Callable[[Any], bool]]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    constraints: list[tuple[str, Callable[[Any], bool]]] = []
    if least:
        constraints.append(
            (f"Member must have length greater than or equal to {least}", lambda value: len(value) >= least)
        )
    if most is not None:
        constraints.append((f"Member must have length less than or equal to {most}", lambda value: len(value) <= most))
    return constraints


def _text_constraints(shape: Any) -> list[tuple[str, Callable[[Any], bool]]]:
    """Return what a string or a blob must satisfy; a secret's 65,536 are bytes of UTF-8."""
    constraints = _length_constraints(shape)
    pattern, values = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if pattern:
        compiled = re.compile(pattern)
        constraints.append(
            (
                f"Member must satisfy regular expression pattern: {pattern}",
                lambda value: compiled.fullmatch(value if isinstance(value, str) else value.decode()) is not None,
            )
        )
    if values:
        constraints.append(
            (f"Member must satisfy enum value set: [{', '.join(values)}]", lambda value: value in values)
        )
    return constraints


def _range_constraints(shape: Any) -> list[tuple[str, Callable[[Any], bool]]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    constraints: list[tuple[str, Callable[[Any], bool]]] = []
    if least is not None:
        constraints.append((f"Member must have value greater than or equal to {least}", lambda value: value >= least))
    if most is not None:
        constraints.append((f"Member must have value less than or equal to {most}", lambda value: value <= most))
    return constraints


def _check_type(value: Any, kind: str) -> None:
    """Refuse a JSON value of the wrong type (code documented for the protocol, text inferred)."""
    wanted = _PYTHON_TYPES[kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        given = _JSON_TYPES.get(type(value), "Start of structure or list")
        raise errors.serialization(f"{given} can not be converted to {kind.capitalize()}")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise errors.serialization("The blob is not valid base64") from None


def _camel(member: str) -> str:
    return member[0].lower() + member[1:]
