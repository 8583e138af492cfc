"""Requests made from the service model and spoilt: as members for a client, and as the bytes of a body."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from ..properties import shapes
from .values import PYTHON_ODDITIES, fitting_structure, unfitting

if TYPE_CHECKING:
    from collections.abc import Callable

#: Members that no operation has: the neighbours that a mistake puts beside those that it has.
STRANGERS = ("SecretStrin", "secretString", "SecretStringX", "clientRequestToken", "__class__", "self", "", "é", "😀")
#: Behind the name of a known member it makes an unknown one, and no cut makes it the known one again.
_MORE_THAN_IS_CUT = " " * 4
DEEP = 100_000


def spoilt_members(chance: random.Random, operation: str) -> dict[str, Any]:
    """Return the members of a request with up to three mistakes, each anywhere in it."""
    shape = shapes.service_model().operation_model(operation).input_shape
    members = fitting_structure(chance, shape)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        _spoil(chance, members, shape)
    return members


def _spoil(chance: random.Random, members: dict[str, Any], shape: Any) -> None:
    """Spoil one member, or one inside it."""
    name = chance.choice(list(shape.members) or [""])
    member, value = shape.members.get(name), members.get(name)
    inner = member.member if member is not None and member.type_name == "list" else member
    if inner is not None and inner.type_name == "structure" and chance.random() < 0.6:
        parts = value if isinstance(value, list) else [value]
        inside = next((part for part in parts if isinstance(part, dict)), None)
        if inside is not None:
            _spoil(chance, inside, inner)
            return
    way = chance.randrange(6)
    if way == 0:
        members.pop(name, None)
    elif way == 1:
        members[name] = None
    elif way == 2:  # an unknown neighbour, which may hold a value by mistake
        stranger = chance.choice((*STRANGERS, name.lower(), name + _MORE_THAN_IS_CUT))
        members[stranger] = chance.choice((shapes.SENTINEL, 1, None, [{}]))
    elif member is not None:
        members[name] = unfitting(chance, member)


def with_python(chance: random.Random, operation: str, members: dict[str, Any]) -> dict[str, Any]:
    """Return members as botocore gets them from Python: now and then with a value that JSON does not have."""
    known = list(shapes.service_model().operation_model(operation).input_shape.members)
    odd = {chance.choice([*known, "Unknown"]): chance.choice(PYTHON_ODDITIES)()} if chance.random() < 0.15 else {}
    return {**members, **odd}


def spoilt_body(chance: random.Random, members: dict[str, Any]) -> bytes:
    """Return a body of these members, or something near it that is no JSON, or no good one."""
    body = json.dumps(members, ensure_ascii=chance.random() < 0.8).encode(errors="surrogatepass")
    if chance.random() < 0.7:
        return body
    return chance.choice(WAYS_TO_SPOIL)(chance, body)


def _cut(chance: random.Random, body: bytes) -> bytes:
    place = chance.randint(0, len(body))
    return body[:place] + body[place + chance.randint(0, len(_MORE_THAN_IS_CUT) - 1) :]


def _put_in(chance: random.Random, body: bytes) -> bytes:
    place = chance.randint(0, len(body))
    return (
        body[:place]
        + chance.choice((b"\0", b"\xff", b"\\", b'"', b"{", b"]", b",", b"\\ud800", b"1e999", b"-"))
        + body[place:]
    )


def _twice(chance: random.Random, body: bytes) -> bytes:
    return body[:-1] + b', "SecretId": 7, "SecretId": "plain"}' if body.endswith(b'"}') else body + body


def _wrapped(chance: random.Random, body: bytes) -> bytes:
    before, after = chance.choice(
        ((b"[", b"]"), (b"\xef\xbb\xbf", b""), (b" \n", b"\t "), (b'{"a":', b"}"), (b"\xff\xfe", b""))
    )
    return before + body + after


def _deep(chance: random.Random, body: bytes) -> bytes:
    return chance.choice((b"[" * DEEP, b'{"Tags":' + b"[" * DEEP + b"]" * DEEP + b"}", b'{"SecretId":' * DEEP))


def _number(chance: random.Random, body: bytes) -> bytes:
    return b'{"MaxResults": %s, "SecretId": "plain"}' % chance.choice(
        (b"9" * 5000, b"-0", b"1E400", b"01", b"+1", b"0x1", b"NaN")
    )


WAYS_TO_SPOIL: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _cut,
    _cut,
    _put_in,
    _put_in,
    _twice,
    _wrapped,
    _number,
    _deep,
)
