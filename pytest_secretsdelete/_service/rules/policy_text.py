"""A resource policy as AWS writes it in its answers: anew, whatever the text was that it was given (recorded).

Members stay in the order given. Each stands on a line of its own, indented by two blanks a level, with a blank on
both sides of the colon; the items of a list stand one behind the other. Inferred: what is empty has one blank in
it, a number stays as it was written, and of members of one name the last one counts.
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
    """Return a value; `line` begins a line of the level that it stands on."""
    if isinstance(value, dict):
        inner = f"{line}{_INDENT}"
        members = [f"{inner}{_scalar(name)} : {_written(member, inner)}" for name, member in value.items()]
        return f"{{{','.join(members)}{line}}}" if members else "{ }"
    if isinstance(value, list):
        return f"[ {', '.join(_written(item, line) for item in value)} ]" if value else "[ ]"
    return str(value) if isinstance(value, _Number) else _scalar(value)


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
