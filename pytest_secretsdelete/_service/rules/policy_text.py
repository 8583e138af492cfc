"""Formats a resource policy as AWS does in its answers, whatever its original formatting (recorded).

Members keep their order. Each is on a line of its own, indented by two spaces per level, with a space on both
sides of the colon; the items of a list are on one line. Inferred: an empty object or list contains one space, a
number keeps its digits, and of members with the same name the last one counts.
"""

from __future__ import annotations

import json

_INDENT = "  "


class _Number(str):
    """A number, in the digits that it was given in."""

    __slots__ = ()


def rewritten(document: str) -> str:
    """Return a policy, which is known to be JSON, as AWS writes it."""
    return _written(json.loads(document, parse_int=_Number, parse_float=_Number), "\n")


def _written(value: object, line: str) -> str:
    """Return a value; `line` begins a line of the level that it is on."""
    if isinstance(value, dict):
        inner = f"{line}{_INDENT}"
        members = [f"{inner}{_scalar(name)} : {_written(member, inner)}" for name, member in value.items()]
        return f"{{{','.join(members)}{line}}}" if members else "{ }"
    if isinstance(value, list):
        return f"[ {', '.join(_written(item, line) for item in value)} ]" if value else "[ ]"
    return str(value) if isinstance(value, _Number) else _scalar(value)


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
