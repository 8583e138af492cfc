"""Values for the members of a request: some that a shape of the service model admits, and many that it does not."""

from __future__ import annotations

import copy
import datetime
import decimal
import random
import string
from typing import TYPE_CHECKING, Any

from ..properties import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

#: Texts that mean something to the service, by the name of their shape; what stands in braces is filled in.
MEANING: dict[str, tuple[Any, ...]] = {
    "SecretIdType": (
        *shapes.NAMES,
        *("{arn:%s}" % name for name in shapes.NAMES),
        *("{partial:%s}" % name for name in shapes.NAMES),
        *("{abroad:plain}", "{abroad:primary}", "{arn:follower}", "none"),
    ),
    "NameType": (*shapes.NAMES, "new", "new/one", "x" * 512),
    "ClientRequestTokenType": (*shapes.TOKENS, *shapes.VERSIONS, "{token:empty}"),
    "SecretVersionIdType": (*shapes.VERSIONS, *shapes.TOKENS),
    "SecretVersionStageType": (*shapes.LABELS, *(f"label-{number}" for number in range(20))),
    "SecretStringType": (shapes.SENTINEL, f'{{"password": "{shapes.SENTINEL}"}}'),
    "SecretBinaryType": ("czNjcjN0", "AA=="),
    "NextTokenType": ("{next}", "{next:ListSecrets}", "{next:ListSecretVersionIds}", "e30="),
    "NonEmptyResourcePolicyType": shapes.POLICIES,
    "RegionType": ("eu-west-1", "us-west-2", "us-east-1", "cn-north-1"),
    "SecretARNType": (*("{arn:%s}" % name for name in shapes.NAMES), "{arn:follower}", "{abroad:plain}"),
    "RotationLambdaARNType": shapes.FUNCTIONS,
    "RoleARNType": ("arn:aws:iam::123456789012:role/rotates",),
    "ScheduleExpressionType": ("rate(4 hours)", "rate(10 days)", "rate(1 hours)", *shapes.CRON),
    "DurationType": ("1h", "3h", "24h", "99h", "0h"),
    "KmsKeyIdType": ("", "alias/aws/secretsmanager", "alias/own"),
    "RecoveryWindowInDaysType": (7, 30, 6, 31, 0, -1),
    "TagKeyType": ("a", "Env", "aws:x"),
    "FilterValueStringType": ("", "!", "pl", "!pl", "of", "a b"),
}
#: Characters that break what takes them for letters, digits, blanks, or one character.
ODD_CHARACTERS = (
    *("\0", "\x7f", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\u200b", "\u200d", "\u202e", "\ufeff", "\ufffe", "\uffff"),
    *("\ud800", "\udfff", "\U0010ffff", "😀", "👩‍👩‍👧", "e\u0301", "ß", "İ", "ı", "ǅ", "٣", "²", "Ⅷ", "ﷺ", "中", "א"),
    *("'", '"', "\\", "`", "%s", "{0}", "${x}", "*", "?", "[", "]", "(", "|", "^", "$", "..", "/", "//", ":", "!", "+"),
)


def nested(depth: int) -> Any:
    """Return lists in each other, or objects, as deep as JSON can still be read."""
    value: Any = "plain"
    for _ in range(depth):
        value = [value] if depth % 2 else {"a": value}
    return value


#: JSON values of every kind, and of every size.
JSON_ODDITIES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 7.0, 1e308, 10**30, -(10**30), 2**31, 2**63, 2**64, 10**400),
    *("", " ", "0", "7", "true", "null", "[]", "{}", "NaN", "x" * 33, "x" * 65, "x" * 2049, "é" * 70_000, "arn:"),
    *("arn:aws:secretsmanager:", "arn:aws:secretsmanager:::secret:", "arn:::::", "arn:aws:lambda:a:b:function:c"),
    *("rate(٣ days)", "rate(7 days)\n", "cron(0 0 31 2 ? *)", "cron(0 * * * ? *)", "²h", "1h\n", "٣h"),
    *(
        [],
        {},
        [[]],
        [None],
        [{}],
        {"": {}},
        {"a": [{"b": None}]},
        ["a", 1, None],
        [[[[[[]]]]]],
        nested(400),
        nested(401),
    ),
    *(float("nan"), float("inf"), float("-inf")),
)


class Unprintable:
    """An object that fails whatever is asked of it."""

    def __repr__(self) -> str:
        raise ZeroDivisionError

    __str__ = __len__ = __bool__ = __iter__ = __hash__ = __eq__ = __repr__  # type: ignore[assignment]


class Text(str):
    """A string of a subclass, with more than one may expect of it."""

    __slots__ = ("more",)


#: What Python has and JSON has not.
PYTHON_ODDITIES: tuple[Callable[[], Any], ...] = (
    object,
    Unprintable,
    lambda: Text("plain"),
    lambda: b"plain",
    lambda: b"\xff\xfe",
    lambda: bytearray(b"plain"),
    lambda: memoryview(b"plain"),
    lambda: {"a", "b"},
    lambda: ("plain", "empty"),
    lambda: range(3),
    {"plain": 1}.keys,
    lambda: datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc),
    lambda: decimal.Decimal(7),
    lambda: 7j,
    lambda: {1: 2},
    lambda: {None: None, ("a",): 1},
    lambda: 10**5000,
    lambda: print,
    lambda: int,
    lambda: {"Key": object()},
)


def fitting(chance: random.Random, shape: Any) -> Any:
    """Return a value that keeps to the shape, mostly; what it means may still be refused."""
    if shape.name in MEANING:
        return chance.choice(MEANING[shape.name])
    if shape.type_name == "structure":
        return fitting_structure(chance, shape)
    if shape.type_name == "list":
        least = shape.metadata.get("min", 0)
        return [fitting(chance, shape.member) for _ in range(chance.randint(least, max(least, 2)))]
    if shape.type_name == "boolean":
        return chance.random() < 0.5
    if shape.type_name in {"integer", "long"}:
        return chance.randint(shape.metadata.get("min", -5), shape.metadata.get("max", 50))
    if getattr(shape, "enum", None):
        return chance.choice(shape.enum)
    least = max(shape.metadata.get("min", 1), 1)
    return "".join(chance.choices(string.ascii_letters + string.digits, k=least + chance.randint(0, 9)))


def fitting_structure(chance: random.Random, shape: Any) -> dict[str, Any]:
    """Return a structure with the members it needs, its token among them, and some others."""
    needed = {
        name
        for name, member in shape.members.items()
        if name in shape.required_members or member.metadata.get("idempotencyToken")
    }
    chosen = [name for name in shape.members if name in needed or chance.random() < 0.3]
    structure = {name: fitting(chance, shape.members[name]) for name in chosen}
    return structure | _of_one_secret(chance, structure) if chance.random() < 0.3 else structure


def _of_one_secret(chance: random.Random, structure: dict[str, Any]) -> dict[str, Any]:
    """Return members that name one secret and versions of it: by chance alone they rarely belong together."""
    if "SecretId" not in structure:
        return {}
    name = chance.choice(("plain", "stuck", "rotating"))
    ids = ("ClientRequestToken", "VersionId", "MoveToVersionId", "RemoveFromVersionId")
    versions = {one: f"{{version:{name}:{chance.choice((0, -1, -2))}}}" for one in ids if one in structure}
    return {"SecretId": chance.choice((name, f"{{arn:{name}}}")), **versions}


def unfitting(chance: random.Random, shape: Any) -> Any:
    """Return a value that breaks a shape: in its type, length, range or characters; not every one breaks every shape."""
    if shape.metadata.get("sensitive"):  # whatever is wrong with it, it is a secret value
        return chance.choice(
            ({shapes.SENTINEL: 1}, [shapes.SENTINEL], [[shapes.SENTINEL]], shapes.SENTINEL * 11_000, "")
        )
    way = chance.randrange(4)
    if way == 1:
        return odd_text(chance, shape)
    if way == 2 and "max" in shape.metadata and shape.type_name in {"list", "string"}:
        most = shape.metadata["max"] + 1
        return "x" * most if shape.type_name == "string" else [fitting(chance, shape.member)] * most
    if shape.type_name in {"integer", "long"}:
        return chance.choice((shape.metadata.get("min", 0) - 1, shape.metadata.get("max", 2**31) + 1))
    return copy.deepcopy(chance.choice(JSON_ODDITIES))  # what is returned may be spoilt further


def odd_text(chance: random.Random, shape: Any) -> str:
    """Return a text that means something, with odd characters somewhere in it."""
    text = str(fitting(chance, shape)) if shape.type_name == "string" else ""
    text = chance.choice(shapes.NAMES) if text.startswith("{") else text
    for _ in range(chance.randint(1, 3)):
        place = chance.randint(0, len(text))
        text = text[:place] + chance.choice(ODD_CHARACTERS) + text[place:]
    return text
