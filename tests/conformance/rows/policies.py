"""Resource policies."""

from __future__ import annotations

import json

from .. import sources
from ..sources import USUAL, filled
from ..table import ACCOUNT, D, I, NOT_FOUND, R, Refused, Row, a, call, constraint, named, steps


def policy(**statement):
    """Return a policy of one statement."""
    whole = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "secretsmanager:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**whole, **statement}]})


FINE, PUBLIC = policy(), policy(Principal="*")
LOCKOUT = policy(Effect="Deny", Principal="*")
LOCKOUT_OF_THE_ACCOUNT = policy(Effect="Deny", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
LOCKOUT_IN_THE_ACCOUNT = policy(
    Effect="Deny", Principal="*", Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
)
ELSEWHERE = policy(
    Effect="Deny", Principal="*", Resource="arn:aws:secretsmanager:us-east-1:123456789012:secret:b-??????"
)
PUT = {"SecretId": "a", "ResourcePolicy": FINE}
has_policy = steps(a, call("PutResourcePolicy", **PUT))
SYNTAX = "This resource policy contains a syntax error."
MALFORMED = Refused("MalformedPolicyDocumentException", SYNTAX, text_is_documented=True)
BROAD = (
    "This resource policy grants broad access to your secret. Secrets Manager does not allow creating and applying such "
    "policies in the console."
)
LOCKED = "Your requested changes will not allow you to manage this secret in the future."
#: The faults of a policy that is JSON: the name of the check that finds each (inferred), and AWS's text.
FAULTS = {
    "a syntax error": (policy(Effect="Maybe"), "Syntax", SYNTAX),
    "an unsupported principal": (policy(Principal={"AWS": "nobody"}), "Principal",
                                 "This resource policy contains an unsupported principal."),
    "an invalid service principal": (policy(Principal={"Service": "lambda"}), "ServicePrincipal",
                                     "This resource policy contains an invalid service principal."),
}  # fmt: skip
#: As written by a caller, and by AWS.
GIVEN = (
    '{"Version":"2012-10-17", "Statement":[{"Sid":"one", "Effect":"Allow",\n\n"Principal":{"AWS":["999999999999",'
    '"arn:aws:iam::999999999999:root"]}, "Action":["secretsmanager:GetSecretValue"], "Resource":"*"}, '
    '{"Effect":"Deny","Principal":{"AWS":"999999999999"},"Action":"secretsmanager:DeleteSecret","Resource":"*"}]}'
)
WRITTEN = """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "one",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "999999999999", "arn:aws:iam::999999999999:root" ]
    },
    "Action" : [ "secretsmanager:GetSecretValue" ],
    "Resource" : "*"
  }, {
    "Effect" : "Deny",
    "Principal" : {
      "AWS" : "999999999999"
    },
    "Action" : "secretsmanager:DeleteSecret",
    "Resource" : "*"
  } ]
}"""
#: Values that no recording has: text to escape, numbers, truth values, an empty object.
GIVEN_VALUES = (
    '{"Statement":[{"Sid":"é \\"s\\"","Effect":"Deny","Principal":{"AWS":"999999999999"},'
    '"Action":"secretsmanager:DeleteSecret","Resource":"*",'
    '"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":[1e2, 36.50]},"Bool":{"aws:SecureTransport":true},"Null":{}}}]}'
)
WRITTEN_VALUES = """{
  "Statement" : [ {
    "Sid" : "é \\"s\\"",
    "Effect" : "Deny",
    "Principal" : {
      "AWS" : "999999999999"
    },
    "Action" : "secretsmanager:DeleteSecret",
    "Resource" : "*",
    "Condition" : {
      "NumericLessThan" : {
        "aws:MultiFactorAuthAge" : [ 1e2, 36.50 ]
      },
      "Bool" : {
        "aws:SecureTransport" : true
      },
      "Null" : { }
    }
  } ]
}"""
OTHER_NAME = Refused("InvalidParameterException", "You can only modify the default resource policy.")


def unchanged(world):
    """Find the secret as it was created."""
    described = world.call("DescribeSecret", SecretId="a")
    assert described["LastChangedDate"] == described["CreatedDate"]


def finding(check, text):
    """Return the answer of a validation that has found one thing."""
    return {"PolicyValidationPassed": False, "ValidationErrors": [{"CheckName": check, "ErrorMessage": text}]}


def has(document):
    """Return a step that creates a with this policy."""
    return steps(a, call("PutResourcePolicy", SecretId="a", ResourcePolicy=document))


ROWS = filled([
    Row("PutResourcePolicy", "a policy", R, PUT, named(), given=a),
    Row("PutResourcePolicy", "the default name", D, {**PUT, "PolicyName": "default"}, named(), given=a),
    Row("PutResourcePolicy", "another name", D, {**PUT, "PolicyName": "other"}, OTHER_NAME, given=a,
        source=sources.POLICIES_NAME),
    *[Row("PutResourcePolicy", f"not JSON: {document}", D, {**PUT, "ResourcePolicy": document}, MALFORMED, given=a,
          source=sources.POLICIES_PAGE) for document in ("{", "[]", '{"Statement": NaN}')],
    *[Row("PutResourcePolicy", case, D, {**PUT, "ResourcePolicy": document},
          Refused("MalformedPolicyDocumentException", text, text_is_documented=True), given=a, source=sources.POLICIES_PAGE)
      for case, (document, _, text) in FAULTS.items()],
    Row("PutResourcePolicy", "a lockout", D, {**PUT, "ResourcePolicy": LOCKOUT},
        Refused("InvalidParameterException", LOCKED, code_is_inferred=True, text_is_documented=True), given=a, source=sources.POLICIES_PAGE),
    Row("PutResourcePolicy", "a lockout of the caller's account", I, {**PUT, "ResourcePolicy": LOCKOUT_OF_THE_ACCOUNT},
        Refused("InvalidParameterException", LOCKED, code_is_inferred=True), given=a),
    Row("PutResourcePolicy", "a lockout of another secret", I, {**PUT, "ResourcePolicy": ELSEWHERE}, named(), given=a),
    Row("PutResourcePolicy", "a lockout in the secret's account", I, {**PUT, "ResourcePolicy": LOCKOUT_IN_THE_ACCOUNT},
        Refused("InvalidParameterException", LOCKED, code_is_inferred=True), given=a),
    Row("PutResourcePolicy", "a public policy", D, {**PUT, "ResourcePolicy": PUBLIC}, named(), given=a),
    Row("PutResourcePolicy", "a public policy, blocked", D,
        {**PUT, "ResourcePolicy": PUBLIC, "BlockPublicPolicy": True},
        Refused("PublicPolicyException",
                "You can't attach a resource-based policy that allows broad access to the secret.",
                text_is_documented=True), given=a,
        source=sources.POLICIES_PAGE),
    Row("PutResourcePolicy", "unknown secret", R, {**PUT, "SecretId": "b"}, NOT_FOUND),
    Row("GetResourcePolicy", "a policy, written anew", R, {"SecretId": "a"}, named(ResourcePolicy=WRITTEN),
        given=has(GIVEN), source=sources.POLICIES_WRITTEN),
    Row("GetResourcePolicy", "text to escape, numbers, truth values and an empty object", I, {"SecretId": "a"},
        named(ResourcePolicy=WRITTEN_VALUES), given=has(GIVEN_VALUES)),
    Row("GetResourcePolicy", "one statement that is no list", I, {"SecretId": "a"},
        named(ResourcePolicy="""{
  "Statement" : {
    "Effect" : "Deny",
    "Principal" : "*",
    "Action" : "secretsmanager:GetSecretValue",
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "aws:SourceVpc" : [ ]
      }
    }
  }
}"""), given=has('{"Statement":{"Effect":"Deny","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*",'
                 '"Condition":{"StringEquals":{"aws:SourceVpc":[]}}}}')),
    Row("GetResourcePolicy", "none", R, {"SecretId": "a"}, named(), given=a),
    Row("GetResourcePolicy", "another name", D, {"SecretId": "a", "PolicyName": "other"},
        Refused("ResourceNotFoundException", "Secrets Manager can't find the specified resource policy."),
        given=has_policy, source=sources.POLICIES_NAME),
    Row("GetResourcePolicy", "unknown secret", R, {"SecretId": "b"}, NOT_FOUND),
    Row("DeleteResourcePolicy", "a policy", R, {"SecretId": "a"}, named(), given=has_policy),
    Row("DeleteResourcePolicy", "none", I, {"SecretId": "a"}, named(), given=a, afterwards=unchanged),
    Row("DeleteResourcePolicy", "another name", D, {"SecretId": "a", "PolicyName": "other"}, OTHER_NAME,
        given=has_policy, source=sources.POLICIES_NAME),
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
    Row("ValidateResourcePolicy", "a public policy", D, {"ResourcePolicy": PUBLIC}, finding("PublicPolicy", BROAD),
        source=sources.POLICIES_CHECKS),
    Row("ValidateResourcePolicy", "a lockout", D, {"ResourcePolicy": LOCKOUT}, finding("CallerLockout", LOCKED),
        source=sources.POLICIES_CHECKS),
    Row("ValidateResourcePolicy", "a lockout of the caller's account", I, {"ResourcePolicy": LOCKOUT_OF_THE_ACCOUNT},
        finding("CallerLockout", LOCKED)),
    Row("ValidateResourcePolicy", "a public policy that locks out", I,
        {"ResourcePolicy": json.dumps({"Statement": [json.loads(one)["Statement"][0] for one in (PUBLIC, LOCKOUT)]})},
        {"PolicyValidationPassed": False,
         "ValidationErrors": [{"CheckName": "PublicPolicy", "ErrorMessage": BROAD},
                              {"CheckName": "CallerLockout", "ErrorMessage": LOCKED}]}),
    *[Row("ValidateResourcePolicy", case, D, {"ResourcePolicy": document}, finding(check, text),
          source=sources.POLICIES_CHECKS) for case, (document, check, text) in FAULTS.items()],
    *[Row("ValidateResourcePolicy", f"not JSON: {document}", D, {"ResourcePolicy": document}, MALFORMED,
          source=sources.POLICIES_NO_JSON) for document in ("{", "[]")],
    Row("ValidateResourcePolicy", "a lockout of another secret", I, {"ResourcePolicy": ELSEWHERE, "SecretId": "a"},
        {"PolicyValidationPassed": True, "ValidationErrors": []}, given=a),
    Row("ValidateResourcePolicy", "unknown secret", D, {"ResourcePolicy": FINE, "SecretId": "b"}, NOT_FOUND),
], {**USUAL, R: sources.POLICIES_RECORDED})  # fmt: skip
