"""Parses the resource policy of a secret.

The grammar is the IAM User Guide's ("Grammar of the IAM JSON policy language"), as far as a secret's policy
needs it. What is unspecified is marked inferred.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_VERSIONS = ("2012-10-17", "2008-10-17")
_POLICY_ELEMENTS = ("Version", "Id", "Statement")
_CLAUSES = ("Principal", "Action", "Resource")
_STATEMENT_ELEMENTS = ("Sid", "Effect", "Condition", *_CLAUSES, *(f"Not{clause}" for clause in _CLAUSES))
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated")
_DNS_SUFFIXES = r"amazonaws\.(com(\.cn)?|eu)|s?c2s\.(ic|sgov)\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov"
_SERVICE_PRINCIPAL = re.compile(rf"\*|([a-z0-9-]+\.)+({_DNS_SUFFIXES})")
_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:[^:*?]+:(iam|sts)::\d{12}:[^*?]+")
_ACTION = re.compile(r"\*(:\*)?|secretsmanager:[a-z*?]+", re.IGNORECASE)
_ORDERINGS = "Equals|NotEquals|LessThan(Equals)?|GreaterThan(Equals)?"
_OPERATOR = re.compile(
    r"Null|(ForAnyValue:|ForAllValues:)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|Bool|BinaryEquals|(Not)?IpAddress|"
    rf"(Numeric|Date)({_ORDERINGS}))(IfExists)?"
)
#: AWS's texts for what is wrong with a policy (documentation of managing resource policies).
SYNTAX = "This resource policy contains a syntax error."
UNSUPPORTED_PRINCIPAL = "This resource policy contains an unsupported principal."
INVALID_SERVICE_PRINCIPAL = "This resource policy contains an invalid service principal."


class MalformedPolicy(ValueError):  # noqa: N818 - AWS's word for it: MalformedPolicyDocumentException
    """A document that is no resource policy of a secret; its text is one of AWS's three."""


class NoJson(MalformedPolicy):
    """A document that is no JSON object at all."""


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
    """One statement, read. Principals are written `kind:name`, such as `AWS:123456789012`."""

    effect: str
    principals: Clause
    actions: Clause
    resources: Clause
    tests: tuple[ConditionTest, ...]


def read(document: str) -> list[Statement]:
    """Return the statements of a policy; MalformedPolicy where a secret cannot carry it.

    Source: IAM User Guide, "Grammar of the IAM JSON policy language" (elements, each or its Not form once,
    Sids unique, a principal's ARN without wildcards), for resource-based policies, so that a principal and a
    resource are mandatory.

    Inferred: which of the three texts goes with which fault, and that a principal is looked at last; names of
    elements and operators are case-sensitive; actions are of secretsmanager or `*`; resources are `*` or begin
    with `arn:`; condition keys have a prefix; NotPrincipal goes with either Effect; a service principal ends in
    a DNS suffix of AWS.
    """
    policy = _parsed(document)
    _demand(set(policy) <= {*_POLICY_ELEMENTS})
    _demand("Version" not in policy or policy["Version"] in _VERSIONS)
    _demand(isinstance(policy.get("Id", ""), str))
    bodies = _as_list(policy.get("Statement"))
    _demand(bool(bodies))
    statements = [_statement(body) for body in bodies]
    sids = [body["Sid"] for body in bodies if isinstance(body, dict) and "Sid" in body]
    _demand(len(set(sids)) == len(sids))
    for statement in statements:
        _check_principals(statement.principals)
    return statements


def _parsed(document: str) -> dict[str, object]:
    try:
        policy = json.loads(document, parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        raise NoJson(SYNTAX) from error
    if not isinstance(policy, dict):
        raise NoJson(SYNTAX)
    return policy


def _no_json(constant: str) -> None:
    """Refuse NaN and its like, which Python reads and JSON does not have."""
    raise ValueError(constant)


def _statement(body: object) -> Statement:
    elements = _members(body)
    _demand(set(elements) <= {*_STATEMENT_ELEMENTS})
    sid, effect = elements.get("Sid", ""), elements.get("Effect")
    _demand(isinstance(sid, str))
    _demand(effect in ("Allow", "Deny"))
    return Statement(
        str(effect),
        _clause(elements, "Principal", _principals),
        _clause(elements, "Action", _actions),
        _clause(elements, "Resource", _resources),
        tuple(_tests(elements.get("Condition", {}))),
    )


def _clause(elements: Mapping[str, object], name: str, read: Callable[[object], list[str]]) -> Clause:
    found = [element for element in (name, f"Not{name}") if element in elements]
    _demand(len(found) == 1)
    return Clause(found[0] != name, tuple(read(elements[found[0]])))


def _principals(value: object) -> list[str]:
    """Read principals as `kind:name`."""
    named = _members({"AWS": "*"} if value == "*" else value)
    _demand(bool(named) and not any(":" in kind for kind in named))
    return [f"{kind}:{name}" for kind, names in named.items() for name in _names(names)]


def _check_principals(principals: Clause) -> None:
    for kind, _, name in (principal.partition(":") for principal in principals.values):
        _demand(kind in _PRINCIPAL_KINDS, UNSUPPORTED_PRINCIPAL)
        _demand(kind != "AWS" or bool(_AWS_PRINCIPAL.fullmatch(name)), UNSUPPORTED_PRINCIPAL)
        _demand(kind != "Service" or bool(_SERVICE_PRINCIPAL.fullmatch(name)), INVALID_SERVICE_PRINCIPAL)


def _actions(value: object) -> list[str]:
    found = _names(value)
    _demand(all(_ACTION.fullmatch(action) for action in found))
    return [action.lower() for action in found]


def _resources(value: object) -> list[str]:
    found = _names(value)
    _demand(all(resource == "*" or resource.startswith("arn:") for resource in found))
    return found


def _tests(condition: object) -> Iterator[ConditionTest]:
    for operator, keys in _members(condition).items():
        _demand(bool(_OPERATOR.fullmatch(operator)))
        for key, values in _members(keys).items():
            wanted = _as_list(values)
            _demand(":" in key)
            _demand(all(isinstance(value, (str, int, float)) for value in wanted))
            yield ConditionTest(operator, key.lower(), tuple(map(_text, wanted)))


def _members(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedPolicy(SYNTAX)
    return value


def _names(value: object) -> list[str]:
    names = _as_list(value)
    _demand(bool(names) and all(isinstance(name, str) and name for name in names))
    return [str(name) for name in names]


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _demand(fit: bool, text: str = SYNTAX) -> None:  # noqa: FBT001 - reads as an assertion
    if not fit:
        raise MalformedPolicy(text)
