"""The AWS CLI as a client.

It carries a botocore of its own, so it lives in an environment of its own: in .venv-awscli beside this
project's pyproject.toml, or anywhere else, with its program named in SECRETSDELETE_AWS_CLI. An `aws` that
happens to be on the path is not asked: an old one does not know the endpoint's variable, and would call AWS.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .story import OPERATIONS, Result, tell

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager

PROJECT = Path(__file__).parents[2]
AWS = Path(os.environ.get("SECRETSDELETE_AWS_CLI") or PROJECT / ".venv-awscli/bin/aws")
REFUSED = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (.*)")

pytestmark = [
    pytest.mark.skipif(not AWS.exists(), reason=f"no AWS CLI in {AWS}: see SECRETSDELETE_AWS_CLI in this file"),
    pytest.mark.usefixtures("url"),
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the AWS CLI."""
    return subprocess.run([str(AWS), "secretsmanager", *arguments], check=False, capture_output=True, text=True)


def call(operation: str, /, **parameters: Any) -> Result:
    """Call an operation through the AWS CLI."""
    command = re.sub(r"(?<!^)(?=[A-Z])", "-", operation).lower()
    done = run(command, "--cli-input-json", json.dumps(parameters), "--output", "json")
    if done.returncode == 0:
        return Result(json.loads(done.stdout or "{}"))
    refused = REFUSED.search(done.stderr)
    assert refused, done.stderr
    return Result({}, (refused[1], refused[2]))


def test_the_story(secretsmanager: FakeSecretsManager, secretsmanager_clock: Clock) -> None:
    """A secret is deleted, restored, deleted again and gone, while the test moves the clock."""
    tell(call, secretsmanager_clock)
    assert tuple(made.operation for made in secretsmanager.calls) == OPERATIONS


@pytest.mark.secret("db/password", "hunter2", region="eu-west-1")
def test_words_on_the_command_line(secretsmanager: FakeSecretsManager) -> None:
    """Options are as anybody types them; --region chooses among the fake's regions."""
    line = "get-secret-value --secret-id db/password --query SecretString --output text"
    assert run(*line.split(), "--region", "eu-west-1").stdout == "hunter2\n"
    assert "ResourceNotFoundException" in run(*line.split()).stderr
    assert [made.region for made in secretsmanager.calls] == ["eu-west-1", secretsmanager.region]


def test_a_binary_value_comes_from_a_file(secretsmanager: FakeSecretsManager, tmp_path: Path) -> None:
    """Bytes arrive as they are in the file, and are shown in base64."""
    (tmp_path / "key").write_bytes(b"\x00\xff\n")
    done = run("create-secret", "--name", "key", "--secret-binary", f"fileb://{tmp_path / 'key'}")
    assert done.returncode == 0, done.stderr
    current = secretsmanager.secret("key").current
    assert current is not None
    assert current.value == b"\x00\xff\n"
    assert call("GetSecretValue", SecretId="key").answer["SecretBinary"] == "AP8K"
