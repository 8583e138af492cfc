"""The AWS SDK for JavaScript as a client: `npm ci` in the folder javascript installs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import Timeout

from .story import OPERATIONS, Result, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_secretsdelete import Clock, FakeSecretsManager

FOLDER = Path(__file__).parent / "javascript"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="no node on the path"),
    pytest.mark.skipif(not (FOLDER / "node_modules").exists(), reason=f"no SDK: run npm ci in {FOLDER}"),
]


class JavaScript:
    """A Node process that makes calls, step by step."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, operation: str, /, **parameters: Any) -> Result:
        """Make one call."""
        (result,) = self.at_once(operation, [parameters])
        error = result.get("error")
        return Result(result.get("answer", {}), error and (error["name"], error["message"]))

    def at_once(self, operation: str, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make calls side by side, and return what the SDK made of each."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"operation": operation, "inputs": inputs}) + "\n")
        self._process.stdin.flush()
        results: list[dict[str, Any]] = json.loads(self._process.stdout.readline())
        return results


@pytest.fixture
def javascript(url: str) -> Iterator[JavaScript]:
    """Return a process whose SDK client has found the endpoint in the environment."""
    command = [str(NODE), "--no-warnings", "calls.mjs"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=FOLDER, stdin=pipe, stdout=pipe, text=True, env=dict(os.environ)) as process:
        yield JavaScript(process)
    assert process.returncode == 0


def test_the_story(secretsmanager: FakeSecretsManager, secretsmanager_clock: Clock, javascript: JavaScript) -> None:
    """A secret is deleted, restored, deleted again and gone, while the test moves the clock.

    The SDK corrects its own clock by the date of an answer, and tries again where it had to: it does not have to.
    """
    tell(javascript, secretsmanager_clock)
    assert tuple(made.operation for made in secretsmanager.calls) == OPERATIONS


def test_fifty_at_once(secretsmanager: FakeSecretsManager, javascript: JavaScript) -> None:
    """50 requests side by side, over as many connections, and again over the same ones."""
    names = [f"secret/{number}" for number in range(50)]
    created = javascript.at_once("CreateSecret", [{"Name": name, "SecretString": name} for name in names])
    assert [result["answer"]["Name"] for result in created] == names
    read = javascript.at_once("GetSecretValue", [{"SecretId": name} for name in names])
    assert [result["answer"]["SecretString"] for result in read] == names
    assert len(secretsmanager.calls) == 100


@pytest.mark.secret("db/password", "hunter2")
@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServiceError", Timeout.READ])
def test_the_sdk_tries_again(secretsmanager: FakeSecretsManager, javascript: JavaScript, error: str | Timeout) -> None:
    """A fault that passes costs the SDK one more attempt."""
    secretsmanager.fail("GetSecretValue", error)
    assert javascript("GetSecretValue", SecretId="db/password").answer["SecretString"] == "hunter2"
    assert len(secretsmanager.calls) == 2


def test_the_sdk_names_what_it_was_refused(secretsmanager: FakeSecretsManager, javascript: JavaScript) -> None:
    """Errors that the service model lacks have their names and texts too."""
    secretsmanager.deny("DeleteSecret")
    code, text = javascript("DeleteSecret", SecretId="db/password").error or ("", "")
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: secretsmanager:DeleteSecret" in text

    code, _ = javascript("CreateSecret", Name="no spaces").error or ("", "")
    assert code == "ValidationException"
    code, _ = javascript("CreateSecret", Name="db/password", Description="x" * 2**20).error or ("", "")
    assert code == "RequestEntityTooLargeException"
