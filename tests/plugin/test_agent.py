"""secretsmanager_agent: the Agent of the test's own fake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Run

READ = """
import json
import os
import urllib.request
import pytest

PORT, TOKEN = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "AWS_SESSION_TOKEN"

def read():
    url = f"http://127.0.0.1:{os.environ[PORT]}/secretsmanager/get?secretId=db/password"
    headers = {"X-Aws-Parameters-Secrets-Token": os.environ[TOKEN]}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        return json.loads(response.read())
"""


def test_it_serves_the_fake_of_the_test(run: Run) -> None:
    """A value is read and kept under the clock of the test; another test has another agent, or none."""
    run(
        READ
        + """
urls = []

@pytest.mark.secret("db/password", "hunter2")
def test_it(secretsmanager_agent, secretsmanager, secretsmanager_client, secretsmanager_clock):
    assert secretsmanager_agent == f"http://127.0.0.1:{os.environ[PORT]}"
    assert read()["SecretString"] == "hunter2"
    secretsmanager_client.put_secret_value(SecretId="db/password", SecretString="new")
    assert read()["SecretString"] == "hunter2"
    secretsmanager_clock.advance(seconds=300)
    assert read()["SecretString"] == "new"
    urls.append(secretsmanager_agent)

def test_after():
    assert PORT not in os.environ
    assert TOKEN not in os.environ
    with pytest.raises(OSError):
        urllib.request.urlopen(urls[0])

@pytest.mark.parametrize("secretsmanager_agent", ["agent", "extension"], indirect=True)
@pytest.mark.secret("db/password", "hunter2")
def test_kinds(secretsmanager_agent, request):
    assert ("ResultMetadata" in read()) == ("extension" in request.node.name)
"""
    ).assert_outcomes(passed=4)
