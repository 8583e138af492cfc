"""pytest-socket: no call of a client opens a socket; the endpoint needs loopback alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable

WITH_SOCKETS_FORBIDDEN = [name for name in ALONE if name != "-pno:socket"]
IN_PROCESS = """
    import boto3
    import pytest
    from pytest_socket import SocketBlockedError

    @pytest.mark.secret("db/password", "hunter2")
    def test_the_window(secretsmanager, secretsmanager_client, secretsmanager_clock):
        secretsmanager_client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
        secretsmanager_clock.advance(days=7)
        assert "db/password" not in secretsmanager
        secretsmanager.fail("DescribeSecret", "ThrottlingException")
        with secretsmanager_clock.skip_sleeps(), pytest.raises(secretsmanager_client.exceptions.ClientError) as caught:
            boto3.client("secretsmanager").describe_secret(SecretId="db/password")
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"

    @pytest.mark.filterwarnings("default")  # pytest-socket warns before it raises
    def test_sockets_are_forbidden():
        import socket
        with pytest.raises(SocketBlockedError):
            socket.socket()
"""
OVER_HTTP = """
    import urllib.error
    import urllib.request

    def test_the_endpoint(secretsmanager_endpoint):
        try:
            urllib.request.urlopen(secretsmanager_endpoint)
        except urllib.error.HTTPError as error:
            with error:
                assert error.code in (400, 404, 405)
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return a function that runs tests with pytest-socket, in a process of their own."""
    pytest.importorskip("pytest_socket")

    def run(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(tests)
        return pytester.runpytest_subprocess("-Werror", *WITH_SOCKETS_FORBIDDEN, *arguments)

    return run


def test_no_socket_is_needed(run: Callable[..., pytest.RunResult]) -> None:
    """Calls, the clock and retries work where every socket is forbidden."""
    run(IN_PROCESS, "--disable-socket").assert_outcomes(passed=2)


def test_the_endpoint_needs_loopback_alone(run: Callable[..., pytest.RunResult]) -> None:
    """The endpoint works where loopback is the only host allowed."""
    run(OVER_HTTP, "--allow-hosts=127.0.0.1").assert_outcomes(passed=1)


def test_the_endpoint_without_sockets(run: Callable[..., pytest.RunResult]) -> None:
    """Where every socket is forbidden, the endpoint fails with pytest-socket's own words."""
    result = run(OVER_HTTP, "--disable-socket")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*SocketBlockedError*"])
