"""Resource policies."""

from __future__ import annotations

import json

from ..table import D, I, NOT_FOUND, R, JsonText, Pattern, Refused, Row, a, call, constraint, named, steps


def policy(**statement):
    """Return a policy of one statement."""
    whole = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "secretsmanager:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**whole, **statement}]})


FINE, PUBLIC = policy(), policy(Principal="*")
LOCKOUT = policy(Effect="Deny", Principal="*")
ELSEWHERE = policy(
    Effect="Deny", Principal="*", Resource="arn:aws:secretsmanager:us-east-1:123456789012:secret:b-??????"
)
PUT = {"SecretId": "a", "ResourcePolicy": FINE}
has_policy = steps(a, call("PutResourcePolicy", **PUT))
MALFORMED = Refused("MalformedPolicyDocumentException",
                    "This resource policy contains a syntax error: The resource policy is not valid JSON.")  # fmt: skip
OTHER_NAME = Refused("InvalidParameterException", "You can only modify the default resource policy.")


def unchanged(world):
    """Find the secret as it was created."""
    described = world.call("DescribeSecret", SecretId="a")
    assert described["LastChangedDate"] == described["CreatedDate"]


def finding(check):
    """Return the answer of a validation that has found one thing."""
    return {"PolicyValidationPassed": False,
            "ValidationErrors": [{"CheckName": check, "ErrorMessage": Pattern("Statement 1 .*")}]}  # fmt: skip


ROWS = [
    Row("PutResourcePolicy", "a policy", R, PUT, named(), given=a),
    Row("PutResourcePolicy", "the default name", D, {**PUT, "PolicyName": "default"}, named(), given=a),
    Row("PutResourcePolicy", "another name", D, {**PUT, "PolicyName": "other"}, OTHER_NAME, given=a),
    Row("PutResourcePolicy", "not JSON", D, {**PUT, "ResourcePolicy": "{"}, MALFORMED, given=a),
    Row("PutResourcePolicy", "a public policy", D, {**PUT, "ResourcePolicy": PUBLIC}, named(), given=a),
    Row("PutResourcePolicy", "a public policy, blocked", D,
        {**PUT, "ResourcePolicy": PUBLIC, "BlockPublicPolicy": True},
        Refused("PublicPolicyException", "You can't attach a resource policy that allows broad access to the secret "
                "while BlockPublicPolicy is on."), given=a),
    Row("PutResourcePolicy", "unknown secret", R, {**PUT, "SecretId": "b"}, NOT_FOUND),
    Row("GetResourcePolicy", "a policy", R, {"SecretId": "a"}, named(ResourcePolicy=JsonText(json.loads(FINE))),
        given=has_policy),
    Row("GetResourcePolicy", "none", R, {"SecretId": "a"}, named(), given=a),
    Row("GetResourcePolicy", "another name", D, {"SecretId": "a", "PolicyName": "other"},
        Refused("ResourceNotFoundException", "Secrets Manager can't find the specified resource policy."),
        given=has_policy),
    Row("GetResourcePolicy", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("DeleteResourcePolicy", "a policy", R, {"SecretId": "a"}, named(), given=has_policy),
    Row("DeleteResourcePolicy", "none", I, {"SecretId": "a"}, named(), given=a, afterwards=unchanged),
    Row("DeleteResourcePolicy", "another name", D, {"SecretId": "a", "PolicyName": "other"}, OTHER_NAME,
        given=has_policy),
    Row("DeleteResourcePolicy", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("ListResourcePolicies", "one", D, {"SecretId": "a", "MaxResults": 1},
        {"ResourcePolicies": [{"PolicyName": "default"}]}, given=has_policy),
    Row("ListResourcePolicies", "MaxResults 0", I, {"SecretId": "a", "MaxResults": 0},
        constraint("Value '0'", "maxResults", "Member must have value greater than or equal to 1"), given=a, raw=True),
    Row("ListResourcePolicies", "none", D, {"SecretId": "a"}, {"ResourcePolicies": []}, given=a),
    Row("ListResourcePolicies", "a bad NextToken", D, {"SecretId": "a", "NextToken": "x"},
        Refused("InvalidNextTokenException", "Invalid Token"), given=a),
    Row("ValidateResourcePolicy", "a policy", D, {"ResourcePolicy": FINE},
        {"PolicyValidationPassed": True, "ValidationErrors": []}),
    Row("ValidateResourcePolicy", "of a secret", D, {"ResourcePolicy": FINE, "SecretId": "a"},
        {"PolicyValidationPassed": True, "ValidationErrors": []}, given=a),
    Row("ValidateResourcePolicy", "a public policy", D, {"ResourcePolicy": PUBLIC}, finding("PublicPolicy")),
    Row("ValidateResourcePolicy", "a lockout", D, {"ResourcePolicy": LOCKOUT}, finding("CallerLockout")),
    Row("ValidateResourcePolicy", "a lockout of another secret", I, {"ResourcePolicy": ELSEWHERE, "SecretId": "a"},
        {"PolicyValidationPassed": True, "ValidationErrors": []}, given=a),
    Row("ValidateResourcePolicy", "not JSON", D, {"ResourcePolicy": "{"}, MALFORMED),
    Row("ValidateResourcePolicy", "unknown secret", D, {"ResourcePolicy": FINE, "SecretId": "b"}, NOT_FOUND),
]  # fmt: skip
