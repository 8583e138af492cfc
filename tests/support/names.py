"""Values that many tests name: a region, a secret value, tokens, a function, a policy."""

from __future__ import annotations

import json
from typing import Any

REGION = "eu-west-1"
VALUE = "correct horse battery staple"
TOKEN = "token-" + "0" * 32
LAMBDA = f"arn:aws:lambda:{REGION}:123456789012:function:rotate"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def token(number: int) -> str:
    """Return a ClientRequestToken."""
    return f"token-{number:032d}"


def policy(principal: Any, effect: str = "Allow", **elements: Any) -> str:
    """Return a resource policy with one statement."""
    statement = {"Effect": effect, "Principal": principal, "Action": "secretsmanager:*", "Resource": "*", **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
