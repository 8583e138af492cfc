"""Evaluates the resource policy of a secret: whom it admits, whether it allows public access or locks out the caller.

The evaluation is the IAM User Guide's ("Policy evaluation logic"), as far as a secret's policy
needs it. What is unspecified is marked inferred.
"""

from __future__ import annotations

import ipaddress
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from .policy import Clause, ConditionTest, Statement, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ACCOUNT_OF = re.compile(r"AWS:(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.+)?")
# Not IfExists, which also holds without the key; nor ForAllValues, which holds for no value at all.
_NARROWING_OPERATOR = re.compile(r"(ForAnyValue:)?(String(Equals(IgnoreCase)?|Like)|Arn(Equals|Like)|IpAddress)")
_NARROWING_ARNS = ("aws:principalarn", "aws:sourcearn")
_NARROWING_PATHS = ("aws:principalorgpaths", "aws:sourceorgpaths")
_NARROWING_KEYS = (
    *("aws:principalaccount", "aws:principalorgid", "aws:sourceaccount", "aws:sourceorgid"),
    *("aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid"),
)
_WIDEST_NETWORK = {4: 8, 6: 32}


def is_public(document: str) -> bool:
    """Return whether a statement allows anybody: what BlockPublicPolicy blocks.

    A statement does where it allows a wildcard principal, or all but some (NotPrincipal), and no condition
    ties them to fixed values of one of the keys that AWS counts, in an operator that needs the key there.
    An IP range is fixed from /8 (IPv4) or /32 (IPv6) on. Source: Amazon S3 User Guide, "The meaning of
    'public'", the one list of such keys that AWS has published.

    Inferred: that secrets follow it; an ARN is fixed where its account is, an organization path where its
    organization is; Deny statements are not weighed against the Allow. Raises MalformedPolicy.
    """
    return any(
        statement.effect == "Allow"
        and _names_anybody(statement.principals)
        and not any(_narrows(test) for test in statement.tests)
        for statement in read(document)
    )


def locks_out(document: str, *, account: str, resource: str | None = None) -> bool:
    """Return whether a statement denies the caller's account secretsmanager:PutResourcePolicy.

    Without `resource`, the ARN of the secret, each Resource is taken for it and no NotResource is, since a
    policy is written for the secret that it is attached to. Source: service model, ValidateResourcePolicy
    ("Verifies the policy does not lock out a caller").

    Inferred: that PutResourcePolicy is the action that counts; that a Deny of single users and roles of the
    account is no lockout, nor one whose condition cannot be evaluated (see `allows`). Raises MalformedPolicy.
    """
    facts = _facts(account, resource)
    return any(
        statement.effect == "Deny"
        and _denies_account(statement.principals, account)
        and _concerns(statement, "secretsmanager:PutResourcePolicy", resource)
        and _holds(statement.tests, facts) is True
        for statement in read(document)
    )


def allows(document: str | None, *, account: str, action: str, resource: str) -> bool:
    """Return whether the policy admits a caller of `account` to `action` on the secret with ARN `resource`.

    An explicit Deny wins; what nothing allows is refused; no policy (None) allows nothing. Source: IAM User
    Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic". The other half of the
    latter, the caller's own IAM policies, is taken to allow everything.

    Only the caller's account is known: a user, role or session of that account counts as the caller, in
    Principal and NotPrincipal, to allow and to deny; services and identity providers never do.

    Of a condition these keys are known: aws:PrincipalAccount, aws:ResourceAccount, aws:RequestedRegion (the
    secret's) and secretsmanager:SecretId (its ARN), under String, Arn and Null operators. A condition that
    needs anything else, or a policy variable, cannot be evaluated: its Allow does not admit, and its Deny
    does not deny. This is inferred. Raises MalformedPolicy.
    """
    facts = _facts(account, resource)
    effects = {
        statement.effect
        for statement in (() if document is None else read(document))
        if _names_caller(statement.principals, account) and _concerns(statement, action, resource)
        if _holds(statement.tests, facts) is True
    }
    return effects == {"Allow"}


def _names_anybody(principals: Clause) -> bool:
    return principals.negated or any(value.partition(":")[2] == "*" for value in principals.values)


def _names_caller(principals: Clause, account: str) -> bool:
    return principals.negated != any(value == "AWS:*" or _account_of(value) == account for value in principals.values)


def _account_of(principal: str) -> str | None:
    """Return the account of an AWS principal, None for a service or an identity provider."""
    match = _ACCOUNT_OF.fullmatch(principal)
    return match[1] if match else None


def _denies_account(principals: Clause, account: str) -> bool:
    """Return whether a Deny is about the whole account: not about single users or roles of it."""
    if principals.negated:
        return _names_caller(principals, account)
    whole = {"AWS:*", f"AWS:{account}"}
    return any(value in whole or value.endswith(f"::{account}:root") for value in principals.values)


def _concerns(statement: Statement, action: str, resource: str | None) -> bool:
    """Return whether a statement is about an action on a secret; without an ARN, any Resource is taken for it."""
    about = any(fnmatchcase(action.lower(), pattern) for pattern in map(_without_sets, statement.actions.values))
    if about == statement.actions.negated:
        return False
    if resource is None:
        return not statement.resources.negated
    on_it = any(fnmatchcase(resource, pattern) for pattern in map(_without_sets, statement.resources.values))
    return on_it != statement.resources.negated


def _without_sets(pattern: str) -> str:
    """Take fnmatch's third wildcard, which IAM lacks, literally."""
    return pattern.replace("[", "[[]")


def _facts(account: str, resource: str | None) -> dict[str, str]:
    """Return the condition keys whose value is known, by their lowercase names."""
    facts = {"aws:principalaccount": account}
    if resource is not None:
        parts = resource.split(":")
        facts |= {"secretsmanager:secretid": resource}
        facts |= {"aws:requestedregion": parts[3], "aws:resourceaccount": parts[4]}
    return facts


def _holds(tests: tuple[ConditionTest, ...], facts: Mapping[str, str]) -> bool | None:
    """Return whether all tests hold; None where one cannot be evaluated and none of the others fails."""
    verdicts = [_verdict(test, facts) for test in tests]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _verdict(test: ConditionTest, facts: Mapping[str, str]) -> bool | None:
    known = facts.get(test.key)
    if known is None or any("${" in value for value in test.wanted):
        return None
    operator = test.operator.rpartition(":")[2].removesuffix("IfExists")
    if operator == "Null":
        return "true" not in test.wanted
    compare = _COMPARISONS.get(operator.replace("Not", ""))
    if compare is None:
        return None
    return any(compare(known, value) for value in test.wanted) != ("Not" in operator)


def _like(known: str, wanted: str) -> bool:
    return fnmatchcase(known, _without_sets(wanted))


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda known, wanted: known.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
}


def _narrows(test: ConditionTest) -> bool:
    """Return whether a test ties a wildcard principal to fixed values."""
    if _NARROWING_OPERATOR.fullmatch(test.operator) is None:
        return False
    return bool(test.wanted) and all(_is_fixed(test.key, value) for value in test.wanted)


def _is_fixed(key: str, value: str) -> bool:
    if key == "aws:sourceip":
        return _is_narrow_network(value)
    if "${" in value:
        return False
    if key in _NARROWING_ARNS:
        return re.fullmatch(r"arn:[^:*?]+:[^:]*:[^:]*:\d{12}:.+", value) is not None
    if key in _NARROWING_PATHS:
        return re.match(r"o-[a-z0-9]+/", value) is not None
    return key in _NARROWING_KEYS and not set("*?") & set(value)


def _is_narrow_network(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST_NETWORK[network.version]
