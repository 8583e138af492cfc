"""Names and ARNs of secrets."""

from __future__ import annotations

import re
import secrets
import string
from typing import NamedTuple

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
_REGION = re.compile(r"(?![0-9]+\Z)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}\Z")
_ARN = re.compile(r"arn:(?P<partition>[^:]+):secretsmanager:(?P<region>[^:]*):(?P<account>[^:]*):secret:(?P<rest>.+)")
_SUFFIX_ALPHABET = string.ascii_letters + string.digits
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)


class ParsedArn(NamedTuple):
    """The parts of a secret's ARN, whole or partial."""

    region: str
    account: str
    rest: str

    @property
    def has_suffix(self) -> bool:
        """Whether it ends like the six random characters, so that AWS takes it for a complete ARN."""
        return _SUFFIX.search(self.rest) is not None

    @property
    def name(self) -> str:
        """The name in the ARN, without the suffix; a name is never empty."""
        return without_suffix(self.rest) or self.rest


def is_region(region: object) -> bool:
    """Return whether a text can be a region code: botocore asks for a host label."""
    return isinstance(region, str) and _REGION.fullmatch(region) is not None


def plain_region(region: str) -> str:
    """Return the region behind a FIPS pseudo-region such as fips-us-east-1, as botocore's clients do."""
    return region.removeprefix("fips-").removesuffix("-fips")


def is_valid_name(name: str) -> bool:
    """Return whether AWS accepts a secret name."""
    return _NAME.fullmatch(name) is not None


def is_arn(secret_id: str) -> bool:
    """Return whether a SecretId is meant as an ARN."""
    return secret_id.startswith("arn:")


def parse_arn(secret_id: str) -> ParsedArn | None:
    """Parse a secret's ARN; None for what is not the ARN of a secret."""
    match = _ARN.fullmatch(secret_id)
    return ParsedArn(match["region"], match["account"], match["rest"]) if match else None


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to (AWS General Reference)."""
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def new_suffix() -> str:
    """Return six random letters or digits, from the system's randomness: a test that seeds `random` gets no repeats."""
    return "".join(secrets.choice(_SUFFIX_ALPHABET) for _ in range(6))


def build_arn(name: str, suffix: str, *, region: str, account: str) -> str:
    """Return the ARN of a secret."""
    return f"arn:{partition_of(region)}:secretsmanager:{region}:{account}:secret:{name}-{suffix}"


def is_arn_of(arn: str, name: str) -> bool:
    """Return whether this is the whole ARN of a secret with this name, in whichever account and region."""
    parsed = parse_arn(arn)
    if parsed is None or not parsed.has_suffix or not _ACCOUNT.fullmatch(parsed.account):
        return False
    return arn == build_arn(name, arn[-6:], region=parsed.region, account=parsed.account)


def is_same(one: str, other: str) -> bool:
    """Return whether two SecretIds can name one secret: names, ARNs, and ARNs without the six random characters."""
    first, second = parse_arn(one), parse_arn(other)
    if first is None or second is None:
        return (first.name if first else one) == (second.name if second else other)
    if first.has_suffix == second.has_suffix:
        return one == other
    return without_suffix(one) == without_suffix(other)


def without_suffix(arn: str) -> str:
    """Return the partial ARN that goes with a whole one."""
    return _SUFFIX.sub("", arn)


def in_region(arn: str, region: str) -> str:
    """Return the ARN of a secret's replica: the same but for the region."""
    parts = arn.split(":", 4)
    parts[3] = region
    return ":".join(parts)
