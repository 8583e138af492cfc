"""secretsmanager_endpoint: the test's fake for other processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run

CHILD = """
import json
import os
import subprocess
import sys
import urllib.request


def answer():
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    request = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
        data=b'{"SecretId": "db/password"}',
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "secretsmanager.GetSecretValue",
        },
    )
    with urllib.request.urlopen(request) as response:
        print(response.read().decode())
"""


@pytest.fixture(autouse=True)
def child(pytester: pytest.Pytester) -> None:
    """Write the module that asks for the secret, in a process of its own."""
    (pytester.path / "child.py").write_text(CHILD)


def test_url_serves_the_fake_of_the_test(run: Run) -> None:
    """A child process is answered by the test's own fake, and by none when the test is over."""
    run(
        """
        import os
        import subprocess
        import urllib.request
        import child
        import pytest

        VARIABLE = "AWS_ENDPOINT_URL_SECRETS_MANAGER"
        urls = []

        @pytest.mark.secret("db/password", "hunter2")
        def test_it(secretsmanager_endpoint, secretsmanager):
            assert secretsmanager_endpoint.startswith("http://127.0.0.1:")
            assert os.environ[VARIABLE] == secretsmanager_endpoint
            assert child.answer()["SecretString"] == "hunter2"
            assert [call.operation for call in secretsmanager.calls] == ["GetSecretValue"]
            urls.append(secretsmanager_endpoint)

        def test_after():
            assert VARIABLE not in os.environ
            with pytest.raises(OSError):
                urllib.request.urlopen(urls[0])

        def test_alone(secretsmanager_endpoint):
            with pytest.raises(subprocess.CalledProcessError):
                child.answer()
        """
    ).assert_outcomes(passed=3)


def test_url_serves_the_time_of_the_test(run: Run) -> None:
    """A child process sees the clock of the test, however late the fixture is asked for."""
    run(
        """
        import child
        import pytest

        @pytest.mark.secret("db/password", "hunter2")
        @pytest.mark.secretsmanager(now="2020-03-01T00:00:00Z")
        def test_it(secretsmanager_client, secretsmanager_clock, request):
            request.getfixturevalue("secretsmanager_endpoint")
            assert child.answer()["CreatedDate"] == 1_583_020_800
            secretsmanager_client.delete_secret(SecretId="db/password")
            secretsmanager_clock.advance(days=30)
            secretsmanager_client.create_secret(Name="db/password", SecretString="later")
            assert child.answer()["CreatedDate"] == 1_583_020_800 + 30 * 86_400
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("address", ["secretsmanager_endpoint", "secretsmanager_agent"])
def test_overrides(run: Run, address: str) -> None:
    """The fixture can be wrapped by one of its name, and works where the fake's name is another thing."""
    run(
        f"""
        import pytest

        @pytest.fixture
        def secretsmanager():
            return "another thing"

        @pytest.fixture
        def {address}({address}):
            return {address} + "/"

        def test_it(secretsmanager, {address}):
            assert secretsmanager == "another thing"
            assert {address}.startswith("http://127.0.0.1:")
            assert {address}.endswith("/")
        """
    ).assert_outcomes(passed=1)
