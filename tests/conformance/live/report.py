"""What a run found, as JSON that can be shown to others: masked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import botocore

from ..fidelity import evidence_of
from ..table import TOKENS, Arn, At, JsonText, Matcher, Midnight, Pattern
from .checking import Result
from .plan import Plan

#: Members whose content is secret, or differs each time.
OPAQUE = {"NextToken", "RandomPassword", "SecretBinary", "SecretString"}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
IDENTITY = re.compile(r"arn:[\w-]+:(iam|sts)::\d{12}:(?!root\b)[^\s\"',]+")
SUFFIX = re.compile(r"(:secret:[^\s\"',\]]*?-)[A-Za-z0-9]{6}(?![\w/+=@!-]|\.\w)")
UNIQUE = re.compile(r"\bA(?:GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{12,}\b")
DAY = r"20[2-9]\d-\d\d-\d\d"
DATE = re.compile(rf"{DAY}(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z|[+-]\d\d:?\d\d)?)?")
URL = re.compile(r"https?://[^\s\"']+")
NUMBER = re.compile(r"(?<![\w-])\d{12}(?![\w-])")


def masked_text(text: str) -> str:
    """Mask accounts, identities, the suffixes of ARNs, ids, dates and URLs; the table's own tokens stay."""
    text = UNIQUE.sub("ID", DATE.sub("DATE", URL.sub("URL", text)))
    text = UUID.sub(lambda found: found[0] if found[0] in TOKENS else "ID", text)
    text = IDENTITY.sub(r"arn:aws:\1::ACCOUNT:IDENTITY", text)
    return NUMBER.sub("ACCOUNT", SUFFIX.sub(r"\1SUFFIX", text))


def masked(value: Any) -> Any:
    """Mask an answer, or what the table expects."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping):
        return {name: "MASKED" if name in OPAQUE else masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return shown(value) if isinstance(value, Matcher) else "DATE" if isinstance(value, datetime) else value


def shown(matcher: Matcher) -> Any:
    """Return what stands for a matcher."""
    if isinstance(matcher, (At, Midnight)):
        return "DATE"
    if isinstance(matcher, Arn):
        return f"arn:{matcher.partition}:secretsmanager:{matcher.region}:ACCOUNT:secret:{matcher.name}-SUFFIX"
    if isinstance(matcher, JsonText):
        return json.dumps(matcher.content)
    return f"matching {matcher.pattern}" if isinstance(matcher, Pattern) else type(matcher).__name__


def entry(result: Result) -> dict[str, Any]:
    """Return what the report says of a row."""
    whole = {
        "row": result.row.label,
        "evidence": evidence_of(result.row),
        "agrees": not result.differs,
        "expected": masked(result.expected),
        "answer": masked(result.answer),
        "differs_in": result.where,
        "afterwards": masked_text(result.check),
        "found": masked(result.found),
        "problem": masked_text(result.problem),
    }
    return {name: value for name, value in whole.items() if value not in (None, "", [])}


def settled(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return the rows with an inferred part whose call was answered: whether the inference holds."""
    inferred = [one for one in results if "inferred" in evidence_of(one.row) and not one.problem]
    return [{"row": one.row.label, "holds": not one.differs} for one in inferred]


def report(results: list[Result], plan: Plan, *, is_aws: bool) -> dict[str, Any]:
    """Return the whole report."""
    return {
        "endpoint": "AWS" if is_aws else "another",
        "botocore": botocore.__version__,
        "complete": len(results) == len(plan.rows),
        "differ": [one.row.label for one in results if one.differs],
        "settled": settled(results),
        "rows": [entry(one) for one in results],
        "left_out": plan.left_out,
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a report."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
