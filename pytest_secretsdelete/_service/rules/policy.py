"""Reading the resource policy of a secret.

The grammar is the IAM User Guide's ("Grammar of the IAM JSON policy language"), no more of it than a secret's
policy needs. What nobody outside AWS knows is marked inferred.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_VERSIONS = ("2012-10-17", "2008-10-17")
_POLICY_ELEMENTS = ("Version", "Id", "Statement")
_CLAUSES = ("Principal", "Action", "Resource")
_STATEMENT_ELEMENTS = ("Sid", "Effect", "Condition", *_CLAUSES, *(f"Not{clause}" for clause in _CLAUSES))
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:[^:*?]+:(iam|sts)::\d{12}:[^*?]+")
_ACTION = re.compile(r"\*(:\*)?|secretsmanager:[a-z*?]+", re.IGNORECASE)
_ORDERINGS = "Equals|NotEquals|LessThan(Equals)?|GreaterThan(Equals)?"
_OPERATOR = re.compile(
    r"Null|(ForAnyValue:|ForAllValues:)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|Bool|BinaryEquals|(Not)?IpAddress|"
    rf"(Numeric|Date)({_ORDERINGS}))(IfExists)?"
)


class MalformedPolicy(ValueError):  # noqa: N818 - AWS's word for it: MalformedPolicyDocumentException
    """A document that is no resource policy of a secret; its text says why, and is inferred."""


class Clause(NamedTuple):
    """An element and its Not form: whom, what, or where a statement is about."""

    negated: bool
    values: tuple[str, ...]


class ConditionTest(NamedTuple):
    """One key of a Condition; keys ignore case."""

    operator: str
    key: str
    wanted: tuple[str, ...]


class Statement(NamedTuple):
    """One statement of a policy, every element read."""

    label: str
    effect: str
    principals: Clause
    actions: Clause
    resources: Clause
    tests: tuple[ConditionTest, ...]


def check_syntax(document: str) -> None:
    """Raise MalformedPolicy unless the document is a resource policy that a secret can carry.

    Source: IAM User Guide, "Grammar of the IAM JSON policy language" (elements, each or its Not form once,
    Sids unique, a principal's ARN without wildcards), for resource-based policies, so that a principal and a
    resource are mandatory.

    Inferred: names of elements and operators are case-sensitive; actions are of secretsmanager or `*`;
    resources are `*` or begin with `arn:`; condition keys have a prefix; NotPrincipal goes with either Effect.
    """
    read(document)


def read(document: str) -> list[Statement]:
    """Return the statements of a policy; MalformedPolicy where it cannot be one."""
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicy("The resource policy is not valid JSON.") from error
    policy = _members(policy, "The resource policy", _POLICY_ELEMENTS)
    _demand(policy.get("Version", _VERSIONS[0]) in _VERSIONS, f"Version must be one of {', '.join(_VERSIONS)}.")
    _demand(isinstance(policy.get("Id", ""), str), "Id must be a string.")
    bodies = _as_list(policy.get("Statement", []))
    _demand(bool(bodies), "The resource policy must have a Statement.")
    statements = [_statement(body, f"Statement {number}") for number, body in enumerate(bodies, start=1)]
    sids = [body["Sid"] for body in bodies if isinstance(body, dict) and "Sid" in body]
    _demand(len(set(sids)) == len(sids), "Sids must be unique within the resource policy.")
    return statements


def _statement(body: object, place: str) -> Statement:
    elements = _members(body, place, _STATEMENT_ELEMENTS)
    sid, effect = elements.get("Sid", ""), elements.get("Effect")
    _demand(isinstance(sid, str), f"{place}: Sid must be a string.")
    _demand(effect in ("Allow", "Deny"), f"{place}: Effect must be Allow or Deny.")
    return Statement(
        f"{place} ({sid})" if sid else place,
        str(effect),
        _clause(elements, "Principal", place, _principals),
        _clause(elements, "Action", place, _actions),
        _clause(elements, "Resource", place, _resources),
        tuple(_tests(elements.get("Condition", {}), f"{place}: Condition")),
    )


def _clause(elements: Mapping[str, object], name: str, place: str, read: Callable[[object, str], list[str]]) -> Clause:
    found = [element for element in (name, f"Not{name}") if element in elements]
    _demand(len(found) == 1, f"{place}: there must be either {name} or Not{name}.")
    return Clause(found[0] != name, tuple(read(elements[found[0]], f"{place}: {found[0]}")))


def _principals(value: object, place: str) -> list[str]:
    """Read principals as `kind:name`."""
    named = _members({"AWS": "*"} if value == "*" else value, place, _PRINCIPAL_KINDS)
    _demand(bool(named), f"{place} must name a principal.")
    found = [f"{kind}:{name}" for kind, names in named.items() for name in _names(names, f"{place}: {kind}")]
    for kind, _, name in (principal.partition(":") for principal in found):
        usable = kind != "AWS" or _AWS_PRINCIPAL.fullmatch(name)
        _demand(bool(usable), f"{place}: {name} is no account, user, role or session.")
    return found


def _actions(value: object, place: str) -> list[str]:
    found = _names(value, place)
    for action in found:
        _demand(bool(_ACTION.fullmatch(action)), f"{place}: {action} is no action of secretsmanager.")
    return [action.lower() for action in found]


def _resources(value: object, place: str) -> list[str]:
    found = _names(value, place)
    for resource in found:
        _demand(resource == "*" or resource.startswith("arn:"), f"{place}: {resource} is no ARN.")
    return found


def _tests(condition: object, place: str) -> list[ConditionTest]:
    tests = []
    for operator, keys in _members(condition, place).items():
        _demand(bool(_OPERATOR.fullmatch(operator)), f"{place}: {operator} is no condition operator.")
        for key, values in _members(keys, f"{place}: {operator}").items():
            wanted = _as_list(values)
            _demand(":" in key, f"{place}: {key} is no condition key.")
            _demand(
                all(isinstance(value, (str, int, float)) for value in wanted),
                f"{place}: the values of {key} must be strings, numbers or booleans.",
            )
            tests.append(ConditionTest(operator, key.lower(), tuple(map(_text, wanted))))
    return tests


def _members(value: object, place: str, known: tuple[str, ...] | None = None) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedPolicy(f"{place} must be a JSON object.")
    unknown = [key for key in value if known and key not in known]
    _demand(not unknown, f"{place} has unknown elements: {', '.join(unknown)}.")
    return value


def _names(value: object, place: str) -> list[str]:
    names = _as_list(value)
    fit = names and all(isinstance(name, str) and name for name in names)
    _demand(bool(fit), f"{place} must be a string or a list of strings, none of them empty.")
    return [str(name) for name in names]


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _demand(fit: bool, reason: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not fit:
        raise MalformedPolicy(reason)
