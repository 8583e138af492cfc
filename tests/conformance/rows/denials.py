"""Denials by IAM and by KMS."""

from __future__ import annotations

from ..sources import DENIALS_SEEN, filled, model
from ..table import (
    ACCOUNT, ARN_A, D, F, I, OTHER_ACCOUNT, Late, Refused, Row, a, steps,
)  # fmt: skip


def because(action, resource=None, account=ACCOUNT, kind="identity-based"):
    """Return a denial as IAM words it, with a resource or without."""
    about = f" on resource: {resource}" if resource else ""
    return Refused(
        "AccessDeniedException",
        f"User: arn:aws:iam::{account}:user/test is not authorized to perform: secretsmanager:{action}{about} because "
        f"no {kind} policy allows the secretsmanager:{action} action",
    )


def denied(operation, case, evidence, parameters, resource=None, action=None, source=""):
    """Return a row for an action that is denied: the operation's own, unless another is given."""
    action = action or operation
    return Row(operation, f"denied: {case}", evidence, parameters, because(action, resource),
               given=steps(a, lambda world: world.fake.deny(action)), source=source)  # fmt: skip


def without_key(world):
    """Make KMS refuse the next read."""
    a(world)
    world.fake.fail("GetSecretValue", "AccessDeniedException")


PARTIAL = Late(lambda world: world.arn("a")[:-7])
A_FILTER = {"Key": "name", "Values": ["a"]}
ROWS = filled([
    denied("ListSecrets", "without a resource", F, {}),
    denied("BatchGetSecretValue", "without a resource", F, {"SecretIdList": ["a", "b"]}),
    denied("BatchGetSecretValue", "of one secret, without a resource", F, {"SecretIdList": ["a"]}),
    denied("BatchGetSecretValue", "ListSecrets, which filters need", D, {"Filters": [A_FILTER]}, action="ListSecrets",
           source=model("BatchGetSecretValue")),
    denied("GetRandomPassword", "without a resource", I, {}),
    denied("ValidateResourcePolicy", "of no secret", I, {"ResourcePolicy": "{}"}),
    denied("GetSecretValue", "by name", F, {"SecretId": "a"}, "a"),
    denied("GetSecretValue", "by ARN", F, {"SecretId": ARN_A}, "{arn}"),
    denied("DescribeSecret", "of a secret that is not there", I, {"SecretId": "b"}, "b"),
    denied("CreateSecret", "by name", I, {"Name": "b"}, "b"),
    denied("CreateSecret", "tags, by name", D, {"Name": "b", "Tags": [{"Key": "k", "Value": "v"}]}, "b",
           action="TagResource", source=model("CreateSecret")),
    Row("BatchGetSecretValue", "denied: of one secret, by its ARN, among the errors", D, {"SecretIdList": [ARN_A]},
        {"SecretValues": [], "Errors": [{"SecretId": ARN_A, "ErrorCode": "AccessDeniedException", "Message": Late(
            lambda world: because("GetSecretValue", world.arn("a")).text)}]},
        given=steps(a, lambda world: world.fake.deny("GetSecretValue")), source=model("APIErrorType", "ErrorCode")),
    Row("DescribeSecret", "another account: no policy, by partial ARN", I, {"SecretId": PARTIAL},
        because("DescribeSecret", "arn:aws:secretsmanager:us-east-1:123456789012:secret:a", OTHER_ACCOUNT,
                "resource-based"), given=a, account=OTHER_ACCOUNT),
    Row("GetSecretValue", "a key that may not be used", F, {"SecretId": "a"},
        Refused("AccessDeniedException", "Access to KMS is not allowed"), given=without_key),
], {F: DENIALS_SEEN})  # fmt: skip
