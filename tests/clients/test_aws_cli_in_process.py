"""The AWS CLI inside the test process.

From 1.46 on it carries a botocore of its own under an import alias: whichever of the two is imported first is
`botocore` from then on. Run by the Python beside the program that SECRETSDELETE_AWS_CLI names.
"""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from .test_aws_cli import AWS, PROJECT

PYTHON = AWS.parent / "python"
SCRIPT = """
import importlib, json, os, sys
from pytest_secretsdelete import FakeSecretsManager

fake = FakeSecretsManager()
for step in sys.argv[1:]:
    fake.start() if step == "fake" else importlib.import_module(step)

import boto3
from awscli.clidriver import create_clidriver

status = create_clidriver().main("secretsmanager create-secret --name cli --secret-string x".split())
boto3.client("secretsmanager").create_secret(Name="boto3", SecretString="x")
fake.client().create_secret(Name="client", SecretString="x")
fake.stop()
names = [secret.name for secret in fake.secrets()]
print(json.dumps([status, names, "awscli" in importlib.import_module("botocore").__file__, dict(os.environ)]))
"""


@pytest.fixture(scope="module", autouse=True)
def both() -> None:
    """Ask for a Python that has the AWS CLI and boto3."""
    asked = subprocess.run([str(PYTHON), "-c", "import boto3, awscli"], check=False, capture_output=True, text=True)
    if asked.returncode:
        pytest.skip(f"{PYTHON} has not both boto3 and the AWS CLI: {asked.stderr.strip().rpartition(chr(10))[2]}")


@pytest.mark.skipif(not PYTHON.exists(), reason=f"no AWS CLI in {AWS}: see SECRETSDELETE_AWS_CLI in test_aws_cli.py")
@pytest.mark.parametrize(
    "steps",
    [
        ("awscli.clidriver", "fake"),
        ("awscli.clidriver", "boto3", "fake"),
        ("boto3", "awscli.clidriver", "fake"),
        ("boto3", "fake", "awscli.clidriver"),
        ("fake", "awscli.clidriver"),
    ],
    ids="-".join,
)
def test_whichever_comes_first(steps: tuple[str, ...]) -> None:
    """The fake answers the AWS CLI and boto3 alike, and leaves the AWS_DATA_PATH that the AWS CLI has set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COVERAGE_"))} | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")])),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
    }
    done = subprocess.run(
        [str(PYTHON), "-c", SCRIPT, *steps], check=False, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    status, names, is_the_cli_s, variables = json.loads(done.stdout.splitlines()[-1])
    assert (status, names) == (0, ["cli", "boto3", "client"])
    assert is_the_cli_s == (steps[0] == "awscli.clidriver")
    assert variables.pop("AWS_DATA_PATH").endswith("awscli/data")
    assert "AWS_ACCESS_KEY_ID" not in variables
