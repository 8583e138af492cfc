"""Seeds with an ARN and a policy of the test's own."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._service import seeds

from ..support import REGION

ARN = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:db/password-a1B2c3"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    ],
}
LOCKOUT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:PutResourcePolicy", "Resource": "*"}],
}


def test_the_schema_of_seeds() -> None:
    """`fake.seed` takes what the marker takes, with the same defaults and annotations."""
    of_fake = list(inspect.signature(FakeSecretsManager.seed).parameters.values())[1:]
    of_marker = list(inspect.signature(seeds.secret).parameters.values())
    assert [(p.name, p.kind, p.default) for p in of_fake] == [(p.name, p.kind, p.default) for p in of_marker]
    assert [p.annotation.replace("seeds.", "") for p in of_fake] == [p.annotation for p in of_marker]


def test_an_arn_is_kept(fake: FakeSecretsManager, client: Any) -> None:
    """A seed has the ARN that it was given, and is found by it."""
    assert fake.seed("db/password", "x", arn=ARN).arn == ARN
    assert client.get_secret_value(SecretId=ARN)["Name"] == "db/password"
    assert client.describe_secret(SecretId=ARN[:-7])["ARN"] == ARN


def test_an_arn_in_another_region(fake: FakeSecretsManager) -> None:
    """The region of a seed may be given beside the ARN."""
    arn = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a-a1B2c3"
    assert fake.seed("a", arn=arn, region="cn-north-1").region == "cn-north-1"


@pytest.mark.parametrize(
    "arn",
    [
        ARN[:-7],
        f"{ARN[:-1]}-",
        ARN.replace("db/password", "db/other"),
        ARN.replace("arn:aws:", "arn:aws-cn:"),
        ARN.replace("123456789012", "me"),
        "db/password",
    ],
)
def test_what_is_no_arn_of_the_secret(arn: str, fake: FakeSecretsManager) -> None:
    """An ARN of another name, of the wrong partition, or not whole, is a ValueError that says what is legal."""
    with pytest.raises(ValueError, match=r"is not the ARN of a secret 'db/password'\. Legal is arn:aws:"):
        fake.seed("db/password", "x", arn=arn)
    assert fake.secrets() == ()


def test_an_arn_of_another_place(fake: FakeSecretsManager) -> None:
    """An ARN of another region or account than the fake's is a ValueError that names both."""
    for arn in (ARN.replace(REGION, "ap-south-1"), ARN.replace("123456789012", "111122223333")):
        with pytest.raises(ValueError, match=f"the seed 'db/password' is for region {REGION} and account 123456789012"):
            fake.seed("db/password", "x", arn=arn)
    with pytest.raises(TypeError, match="arn=3 is of type int"):
        fake.seed("db/password", "x", arn=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", [POLICY, json.dumps(POLICY)], ids=["dict", "text"])
def test_a_policy(policy: Any, fake: FakeSecretsManager, client: Any) -> None:
    """A policy counts as if PutResourcePolicy had attached it."""
    fake.seed("a", "x", policy=policy)
    assert json.loads(client.get_resource_policy(SecretId="a")["ResourcePolicy"]) == POLICY


@pytest.mark.parametrize(
    ("policy", "error", "text"),
    [
        ("{", ValueError, "The policy of the seed 'a': This resource policy contains a syntax error"),
        (LOCKOUT, ValueError, "The policy of the seed 'a': Your requested changes will not allow you to manage"),
        ("", ValueError, "policy has 0 characters; 1 to 20480 are legal"),
        ({"x": "x" * 20480}, ValueError, "characters; 1 to 20480 are legal"),
        ({"x": object()}, TypeError, "policy cannot be written as JSON text: TypeError"),
        (3, TypeError, "policy is of type int"),
    ],
)
def test_a_wrong_policy(policy: Any, error: type[Exception], text: str, fake: FakeSecretsManager) -> None:
    """What PutResourcePolicy would refuse is refused, in its words."""
    with pytest.raises(error, match=text):
        fake.seed("a", "x", policy=policy)
    assert fake.secrets() == ()
