"""HTTP clients of the Agent and the extension, and powertools through SSM, under the clock."""

from __future__ import annotations

import os

import pytest

NAME = "/aws/reference/secretsmanager/db/password"

# Imported here: a run in this process, as other tests make, forgets what it has imported itself.
requests, httpx = pytest.importorskip("requests"), pytest.importorskip("httpx")


def by_requests(url, headers):
    """Read with requests."""
    return requests.get(url, headers=headers, timeout=30).json()


def by_httpx(url, headers):
    """Read with httpx."""
    return httpx.get(url, headers=headers, timeout=30).raise_for_status().json()


def by_urllib3(url, headers):
    """Read with urllib3, as it comes with botocore."""
    return pytest.importorskip("urllib3").PoolManager().request("GET", url, headers=headers).json()


@pytest.mark.parametrize("read", [by_requests, by_httpx, by_urllib3])
@pytest.mark.parametrize("secretsmanager_agent", ["agent", "extension"], indirect=True)
@pytest.mark.secret("db/password", "one")
def test_a_value_is_kept(read, secretsmanager_agent, secretsmanager_client, secretsmanager_clock):
    """The kept value is read for 300 seconds, then the new one."""
    port, token = os.environ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"], os.environ["AWS_SESSION_TOKEN"]
    url = f"http://localhost:{port}/secretsmanager/get?secretId=db/password"
    headers = {"X-Aws-Parameters-Secrets-Token": token}
    assert read(url, headers)["SecretString"] == "one"
    secretsmanager_client.put_secret_value(SecretId="db/password", SecretString="two")
    assert read(url, headers)["SecretString"] == "one"
    secretsmanager_clock.advance(minutes=5)
    assert read(url, headers)["SecretString"] == "two"


@pytest.mark.secret("db/password", "one")
@pytest.mark.secret("db/user", "ann")
def test_powertools_reads_through_ssm(secretsmanager, secretsmanager_client, secretsmanager_clock):
    """get_parameter keeps its value for max_age seconds of the clock, and get_parameters_by_name reads several."""
    parameters = pytest.importorskip("aws_lambda_powertools.utilities.parameters")
    provider = parameters.SSMProvider()
    assert provider.get(NAME, decrypt=True, max_age=60) == "one"
    secretsmanager_client.put_secret_value(SecretId="db/password", SecretString="two")
    assert provider.get(NAME, decrypt=True, max_age=60) == "one"
    secretsmanager_clock.advance(seconds=61)
    assert provider.get(NAME, decrypt=True, max_age=60) == "two"
    names = {NAME: {}, "/aws/reference/secretsmanager/db/user": {}}
    assert provider.get_parameters_by_name(names, decrypt=True) == dict(zip(names, ["two", "ann"], strict=True))
    with pytest.raises(parameters.GetParameterError, match="nonenull not found"):
        provider.get("/aws/reference/secretsmanager/none", decrypt=True)


@pytest.mark.secret("db/password", "one")
def test_powertools_default_provider(secretsmanager):
    """The function of the module reads one, by the process's default session."""
    parameters = pytest.importorskip("aws_lambda_powertools.utilities.parameters")
    parameters.clear_caches()
    try:
        assert parameters.get_parameter(NAME, decrypt=True) == "one"
    finally:
        parameters.clear_caches()
