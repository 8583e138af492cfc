"""Requests made from the installed service model, valid and spoilt, and a strict look at answers."""

from __future__ import annotations

import base64
import binascii
import functools
import importlib.util
import re
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
from hypothesis import strategies as st

from ..support import policy

#: What every secret value here holds, and no message or record may show.
SENTINEL = "s3cr3t"
READING = ("BatchGet", "Describe", "Get", "List", "Validate")
NAMES = ("plain", "empty", "scheduled", "late", "team-abc123", "primary", "rotating", "stuck", "guarded", "linked")
TOKENS = tuple(f"{number}" * 32 for number in range(1, 5))
VERSIONS = tuple("{version:%s:%d}" % (name, place) for name in ("plain", "stuck", "rotating") for place in (0, -1, -2))
LABELS = ("AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "mine", "other")
FUNCTIONS = tuple(f"arn:aws:lambda:us-east-1:123456789012:function:{what}" for what in ("works", "fails", "missing"))
CRON = ("cron(0 8 1 * ? *)", "cron(0 16 ? * SUN#1 *)", "cron(0 0/4 * * ? *)", "cron(0 8 30 2 ? *)")
HAS_CRON = importlib.util.find_spec("aws_croniter") is not None
POLICIES = (
    policy({"AWS": "arn:aws:iam::210987654321:root"}),
    policy("*"),
    policy("*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
    policy({"AWS": "123456789012"}, "Deny"),
    policy({"AWS": "nobody"}),
    "{}",
    "[]",
    "no JSON",
    "[" * 9000,
    '{"Version": "2012-10-17", "Statement": []}',
    '{"Version": 1, "Statement": {"Effect": ["Allow"]}}',
)

#: How each secret of the store may be named; what stands in braces is filled in once the store is there.
secret_ids = (
    st.sampled_from(("plain", "{arn:plain}", "{partial:plain}"))
    | st.sampled_from(NAMES)
    | st.sampled_from(NAMES).map("{arn:%s}".__mod__)
    | st.sampled_from(NAMES).map("{partial:%s}".__mod__)
    | st.sampled_from(("{abroad:plain}", "{abroad:primary}", "{arn:follower}", "none", "a b", "no?", "x\ud800"))
    | st.sampled_from(
        (
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:plain-000000",
            "arn:aws:secretsmanager:us-east-1:210987654321:secret:follower",
            "arn:aws:s3:::bucket/plain",
            "arn:",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:",
            "arn:aws:secretsmanager:::secret:plain",
        )
    )
)
secret_texts = st.sampled_from((SENTINEL, f'{{"password": "{SENTINEL}"}}', SENTINEL + "\ud800", SENTINEL + "é" * 9))

#: What the service model says too little about, by the name of the shape.
KNOWN_SHAPES: dict[str, st.SearchStrategy[Any]] = {
    "SecretIdType": secret_ids,
    "NameType": st.sampled_from((*NAMES, "new", "new/one", "new-abc123", "a b", "x" * 512, "é", "{name}")),
    "ClientRequestTokenType": st.sampled_from((*TOKENS, *VERSIONS, "{token:empty}")),
    "SecretVersionIdType": st.sampled_from((*VERSIONS, *TOKENS)),
    "SecretVersionStageType": st.sampled_from(LABELS) | st.integers(0, 30).map("label-{}".format),
    "SecretStringType": secret_texts,
    "SecretBinaryType": st.sampled_from((base64.b64encode(SENTINEL.encode()).decode(), "AA==", "/w==")),
    "NextTokenType": st.sampled_from(("{next}", "{next}", "{next:ListSecrets}", "{next:ListSecretVersionIds}"))
    | st.sampled_from(("garbage", "e30=", "/w==", "é", "eyJhIjoxfQ==" * 9)),
    "NonEmptyResourcePolicyType": st.sampled_from(POLICIES),
    "RegionType": st.sampled_from(("eu-west-1", "eu-west-1", "us-west-2", "us-east-1", "cn-north-1")),
    "SecretARNType": st.sampled_from(NAMES).map("{arn:%s}".__mod__)
    | st.sampled_from(("{arn:follower}", "{abroad:plain}", "arn:aws:secretsmanager:us-east-1", "x" * 20)),
    "RotationLambdaARNType": st.sampled_from((*FUNCTIONS, "")),
    "RoleARNType": st.sampled_from(("arn:aws:iam::123456789012:role/rotates", FUNCTIONS[0])),
    "ScheduleExpressionType": st.sampled_from(
        ("rate(4 hours)", "rate(10 days)", "rate(1 hours)", "rate(0 days)", "rate(9999999999999999 days)", "rate()")
    )
    | st.sampled_from(CRON if HAS_CRON else ("rate(1 day)",)),
    "DurationType": st.sampled_from(("1h", "3h", "24h", "99h", "0h")),
    "KmsKeyIdType": st.sampled_from(("", "alias/aws/secretsmanager", "alias/own", "arn:aws:kms:x")),
    "RecoveryWindowInDaysType": st.integers(5, 32) | st.sampled_from((0, -1, 10**30)),
    "TagKeyType": st.sampled_from(("a", "b", "Env", "aws:x", "é")),
    "FilterValueStringType": st.sampled_from(("", "!", "pl", "!pl", "of", "Env", "eu-", "a b", "secretPlain")),
    "MedeaTypeType": st.sampled_from(("", "Partner")),
}

#: Values that fit no shape, or hardly one.
oddities = st.sampled_from(
    (0, -1, 1.5, 7.0, 10**30, True, False, "", " ", "7", "true", "\ud800", "\0", [], {}, [[]], [None], {"a": 1}, [{}])
) | st.sampled_from((float("nan"), float("inf"), {"Key": 1}, ["a", 1], {"": {}}, "😀" * 40, "é" * 300))


@functools.cache
def service_model() -> Any:
    """Return the service model of the installed botocore."""
    return botocore.session.Session().get_service_model("secretsmanager")


def sensitive_oddities(shape: Any) -> st.SearchStrategy[Any]:
    """Return values that are wrong for a member, and hold the sentinel where the member is sensitive."""
    if not shape.metadata.get("sensitive"):
        return oddities
    return st.sampled_from((0, True, [SENTINEL], {SENTINEL: 1}, [[SENTINEL]], SENTINEL * 11_000, ""))


@functools.cache
def valid(shape: Any) -> st.SearchStrategy[Any]:
    """Return values of a shape that keep to the model; what they mean may still be refused."""
    if shape.name in KNOWN_SHAPES:
        return KNOWN_SHAPES[shape.name]
    if shape.type_name == "structure":
        return structures(shape)
    if shape.type_name == "list":
        least = shape.metadata.get("min", 0)
        return st.lists(valid(shape.member), min_size=least, max_size=min(shape.metadata.get("max", 3), 3))
    return scalars(shape)


def structures(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return structures with the members they need, the token among them, and a few others."""
    members = {name: valid(member) for name, member in shape.members.items()}
    tokens = [name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")]
    needed = {name: members[name] for name in (*shape.required_members, *tokens)}
    others = sorted(set(members) - set(needed))
    if shape.name in {"Tag", "Filter", "ReplicaRegionType", "ExternalSecretRotationMetadataItem"}:
        return st.fixed_dictionaries(members) | st.fixed_dictionaries({}, optional=members)
    if not others:
        return st.fixed_dictionaries(needed)
    chosen = st.lists(st.sampled_from(others), max_size=3, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({**needed, **{name: members[name] for name in names}}))


def scalars(shape: Any) -> st.SearchStrategy[Any]:
    """Return values of a shape without parts."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in {"integer", "long"}:
        return st.integers(-5 if least is None else least, 50 if most is None else most)
    if getattr(shape, "enum", None):
        return st.sampled_from(shape.enum)
    if "pattern" in shape.metadata:
        fitting = st.from_regex(re.compile(shape.metadata["pattern"], re.ASCII), fullmatch=True)
        return fitting.filter(lambda text: (least or 0) <= len(text) <= (most or 4096))
    return st.text(min_size=least or 0, max_size=min(most or 20, (least or 0) + 20))


@functools.cache
def spoilt(shape: Any) -> st.SearchStrategy[Any]:
    """Return values that break the model somewhere, deep inside or as a whole."""
    ways = [sensitive_oddities(shape)]
    if shape.type_name == "structure":
        ways.append(spoilt_structures(shape))
    elif shape.type_name == "list":
        most = shape.metadata.get("max", 60)
        ways.append(
            st.tuples(st.lists(valid(shape.member), max_size=2), spoilt(shape.member)).map(lambda x: [*x[0], x[1]])
        )
        ways.append(valid(shape.member).map(lambda item: [item] * (most + 1)))
    elif shape.type_name == "string" and "max" in shape.metadata and not shape.metadata.get("sensitive"):
        ways.append(st.just("x" * (shape.metadata["max"] + 1)))
    return st.one_of(ways)


def spoilt_structures(shape: Any) -> st.SearchStrategy[Any]:
    """Return structures with one member that is wrong, null, missing or unknown."""

    def spoil(choice: tuple[dict[str, Any], str]) -> st.SearchStrategy[Any]:
        members, name = choice
        rest = {other: value for other, value in members.items() if other != name}
        bad = spoilt(shape.members[name]).map(lambda value: {**rest, name: value})
        nothing = [{**rest, name: None}, rest, {**members, "Unknown": name, name.lower(): 1}]
        return bad | st.sampled_from(nothing)

    return st.tuples(valid(shape), st.sampled_from(sorted(shape.members))).flatmap(spoil)


@functools.cache
def requests(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return the members of requests for an operation: most keep to the model."""
    shape = service_model().operation_model(operation).input_shape
    return st.one_of(valid(shape), valid(shape), spoilt_structures(shape))


def filled_in(value: Any, find: Callable[[str], str]) -> Any:
    """Put what the store holds in the place of what stands in braces."""
    if isinstance(value, dict):
        return {name: filled_in(inner, find) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled_in(inner, find) for inner in value]
    return find(value) if isinstance(value, str) and re.fullmatch(r"\{[a-z].*\}", value) else value


# A strict look at answers


def breaches(value: Any, shape: Any, path: str = "") -> Iterator[str]:
    """Yield every way in which a value, as it stands in JSON, breaks a shape."""
    check = {"structure": _structure, "list": _list, "map": _map}.get(shape.type_name, _scalar)
    yield from check(value, shape, path or shape.name)


def _structure(value: Any, shape: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no object: {value!r}"
        return
    yield from (f"{path}.{name} is unknown" for name in value if name not in shape.members)
    yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
    for name, member in shape.members.items():
        if name in value:
            yield from breaches(value[name], member, f"{path}.{name}")


def _list(value: Any, shape: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} is no list: {value!r}"
        return
    yield from _length(value, shape, path)
    for place, item in enumerate(value):
        yield from breaches(item, shape.member, f"{path}[{place}]")


def _map(value: Any, shape: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no map: {value!r}"
        return
    for key, item in value.items():
        yield from breaches(key, shape.key, f"{path} key")
        yield from breaches(item, shape.value, f"{path}[{key}]")


def _scalar(value: Any, shape: Any, path: str) -> Iterator[str]:
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "blob": (str,),
        "boolean": (bool,),
        "integer": (int,),
        "long": (int,),
        "timestamp": (int, float),
    }
    wanted = kinds[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        yield f"{path} is no {shape.type_name}: {value!r}"
    elif shape.type_name == "timestamp":
        if round(value, 3) != value or value <= 0:
            yield f"{path} is no instant in milliseconds: {value!r}"
    elif shape.type_name == "blob":
        yield from _blob(value, shape, path)
    elif shape.type_name == "string":
        yield from _length(value, shape, path)
        yield from _text(value, shape, path)
    else:
        yield from _range(value, shape, path)


def _blob(value: str, shape: Any, path: str) -> Iterator[str]:
    try:
        yield from _length(base64.b64decode(value, validate=True), shape, path)
    except binascii.Error:
        yield f"{path} is no base64: {value!r}"


def _length(value: Any, shape: Any, path: str) -> Iterator[str]:
    # Names have up to 512 characters in requests; the model's answers give them 256, or 2048 in a SecretId.
    # A forced deletion of nothing answers the SecretId that was asked for as a name, and makes an ARN of it.
    longer = {"SecretNameType": 2048, "SecretARNType": 2048 + 100}
    most = longer.get(shape.name, shape.metadata.get("max", len(value)))
    if not shape.metadata.get("min", 0) <= len(value) <= most:
        yield f"{path} has a length of {len(value)}"


def _text(value: str, shape: Any, path: str) -> Iterator[str]:
    pattern, enum = shape.metadata.get("pattern"), getattr(shape, "enum", None)
    if pattern and not re.search(pattern, value):
        yield f"{path} does not match {pattern}: {value!r}"
    if enum and value not in enum:
        yield f"{path} is none of {enum}: {value!r}"


def _range(value: int, shape: Any, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and value < least) or (most is not None and value > most):
        yield f"{path} is out of range: {value!r}"
