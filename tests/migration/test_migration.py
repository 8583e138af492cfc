"""Each suite has the same outcome with moto and with the fake, and moto's other services go on beside it."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_secretsdelete import fake_secretsmanager

from .suites import BESIDE, CODE, FAKE, MOTO, SUITES

if TYPE_CHECKING:
    from ..plugin.conftest import Run

moto = pytest.importorskip("moto")
#: moto's own warnings are not this project's.
LENIENT = ("-Wdefault",)


@pytest.mark.parametrize("lines", [MOTO, FAKE], ids=["moto", "fake"])
@pytest.mark.parametrize("name", SUITES)
def test_the_same_outcome(run: Run, name: str, lines: dict[str, str]) -> None:
    """All tests of a suite pass, with either."""
    suite, count = SUITES[name]
    result = run((CODE + suite).format(**lines), *LENIENT)
    result.assert_outcomes(passed=count)


@pytest.mark.parametrize("arguments", [("-n2",), ("-prandomly",)], ids=["xdist", "random order"])
@pytest.mark.parametrize("name", ["decorator on a class of unittest", "block in a fixture of the session"])
def test_with_other_plugins(run: Run, name: str, arguments: tuple[str, ...]) -> None:
    """The suites pass in several processes and in random order as well."""
    pytest.importorskip("xdist")
    pytest.importorskip("pytest_randomly")
    suite, count = SUITES[name]
    run((CODE + suite).format(**FAKE), *LENIENT, *arguments, apart=True).assert_outcomes(passed=count)


def test_a_whole_project(run: Run) -> None:
    """With the ini option `usefixtures` no test need be changed: moto's lines can go."""
    suite = """
def test_rotate():
    client().create_secret(Name="db", SecretString="old")
    assert rotate("db", "new") == "new"

class TestIt(unittest.TestCase):
    def test_nothing_is_left(self):
        assert remove("db") is False
"""
    lines = dict.fromkeys(FAKE, "")
    run((CODE + suite).format(**lines), ini="usefixtures = secretsmanager").assert_outcomes(passed=2)


def test_beside_other_services_of_moto(run: Run) -> None:
    """S3, SSM, STS, RDS and Lambda stay moto's, whichever begins first; the secrets are the fake's."""
    names = ["s3", "ssm", "sts", "rds"] + (["lambda"] if importlib.util.find_spec("docker") else [])
    result = run(BESIDE.replace("SERVICE_NAMES", repr(names)), *LENIENT)
    result.assert_outcomes(passed=4 * len(names))


#: What moto lets through: the calls, and the code with which AWS refuses the last of them.
FICTIONS = {
    "a value for a scheduled secret": (
        'client.delete_secret(SecretId="db"); client.put_secret_value(SecretId="db", SecretString="x")',
        "InvalidRequestException",
    ),
    "a tag for a scheduled secret": (
        'client.delete_secret(SecretId="db"); client.tag_resource(SecretId="db", Tags=[{"Key": "k", "Value": "v"}])',
        "InvalidRequestException",
    ),
    "a rotation without a function": ('client.rotate_secret(SecretId="db")', "InvalidRequestException"),
    "two values at once": (
        'client.create_secret(Name="a", SecretString="x", SecretBinary=b"x")',
        "InvalidParameterException",
    ),
    "a name with a space": ('client.create_secret(Name="a b", SecretString="x")', "ValidationException"),
    "a long value": ('client.create_secret(Name="a", SecretString="x" * 70_000)', "ValidationException"),
    "many tags": (
        'client.tag_resource(SecretId="db", Tags=[{"Key": str(n), "Value": "v"} for n in range(51)])',
        "InvalidParameterException",
    ),
    "an empty policy": (
        'client.put_resource_policy(SecretId="db", ResourcePolicy="{}")',
        "MalformedPolicyDocumentException",
    ),
}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", FICTIONS)
def test_what_moto_lets_through(name: str) -> None:
    """The page of the move names these calls: moto answers them, and the fake refuses them with AWS's code."""
    source, code = FICTIONS[name]

    def story() -> None:
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.create_secret(Name="db", SecretString="x")
        exec(source, {"client": client})

    with moto.mock_aws():
        story()
    with fake_secretsmanager(), pytest.raises(ClientError) as refused:
        story()
    assert refused.value.response["Error"]["Code"] == code
