"""Explains `==` between the records of a fake member by member, without any secret value."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._service.entries import Call, Event, Rotation
from .._service.snapshot import Secret, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORDS = (Secret, Version, Call, Event, Rotation)
#: Members that hold secret values: that they differ is said, and no more.
_HIDDEN = {"value", "SecretString", "SecretBinary", "RotationToken"}


def explanation(operator: str, left: object, right: object) -> list[str] | None:
    """Return the lines that explain why two records, or two sequences of them, are not equal; None for others."""
    if operator != "==":
        return None
    if isinstance(left, _RECORDS) and type(left) is type(right):
        return [f"two records of the kind {type(left).__name__} differ:", *_differences("", left, right)]
    if (_has_records(left) and _is_sequence(right)) or (_has_records(right) and _is_sequence(left)):
        kinds = "one is a list, the other a tuple"
        return ["two sequences of records differ:", *(list(_differences("", left, right)) or [kinds])]
    return None


def _is_sequence(thing: object) -> bool:
    return isinstance(thing, (list, tuple))


def _has_records(thing: object) -> bool:
    return isinstance(thing, (list, tuple)) and any(isinstance(one, _RECORDS) for one in thing)


def _differences(path: str, left: Any, right: Any) -> Iterator[str]:
    """Yield a line for each member that differs, however deep it lies."""
    if left == right:
        return
    if path.rpartition(".")[2].partition("[")[0] in _HIDDEN:
        yield f"{path}: differs; values are not shown"
    elif isinstance(left, _RECORDS) and type(left) is type(right):
        for field in dataclasses.fields(left):
            yield from _differences(_member(path, field.name), getattr(left, field.name), getattr(right, field.name))
    elif isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in dict.fromkeys((*left, *right)):
            yield from _in_either(_member(path, str(key)), left, right, key)
    elif _is_sequence(left) and _is_sequence(right):
        for index in range(max(len(left), len(right))):
            yield from _in_either(f"{path}[{index}]", dict(enumerate(left)), dict(enumerate(right)), index)
    else:
        yield f"{path}: {_shown(left)} != {_shown(right)}"


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _in_either(path: str, left: Mapping[Any, Any], right: Mapping[Any, Any], key: object) -> Iterator[str]:
    if key in left and key in right:
        yield from _differences(path, left[key], right[key])
    else:
        side, there = ("left", left) if key in left else ("right", right)
        shown = "" if path.rpartition(".")[2] in _HIDDEN else f": {_shown(there[key])}"
        yield f"{path}: on the {side} alone{shown}"


def _shown(thing: Any) -> str:
    """Return what is shown of a member: of an exception its kind alone, as its text may hold a value."""
    if isinstance(thing, BaseException):
        return type(thing).__name__
    if isinstance(thing, Call):
        return f"Call({thing.operation!r}, at={thing.at.isoformat()})"
    if isinstance(thing, frozenset):
        return repr(sorted(thing, key=str))
    return repr(thing)
