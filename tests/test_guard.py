"""Calls that no fake answers: let through by default, stopped where the project asks for it."""

from __future__ import annotations

import pytest

CLIENTS = """
    import threading

    import boto3
    import pytest
    from botocore.stub import Stubber

    options = {"region_name": "eu-west-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("secretsmanager", **options)
    without_credentials = boto3.Session().client("secretsmanager", region_name="eu-west-1")


    def swallow():
        try:
            client.get_secret_value(SecretId="db/password")
        except Exception:
            pass
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A project that blocks, on a machine without credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    pytester.makeini("[pytest]\nsecretsmanager_unmocked = block\nfilterwarnings = error")
    pytester.makeconftest(CLIENTS)
    return pytester


def run(project, *arguments):
    """Run the project in a process of its own."""
    return project.runpytest_subprocess("-p", "no:randomly", "-p", "no:asyncio", *arguments)


def test_a_call_outside_a_fake_fails_its_test(project):
    """The message names the operation, the secret, the region and what to ask for."""
    project.makepyfile("""
        from conftest import client, without_credentials

        def test_leak():
            client.get_secret_value(SecretId="db/password")

        def test_leak_without_credentials():
            without_credentials.create_secret(Name="db/password", SecretString="hunter2")
    """)
    result = run(project)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*GetSecretValue of 'db/password' in eu-west-1 would have left the process*secretsmanager fixture*"]
    )
    result.stdout.fnmatch_lines(["*CreateSecret of 'db/password' in eu-west-1 would have left the process*"])


def test_a_fake_a_stubber_a_handler_and_a_loopback_server_are_let_through(project):
    """What does not leave the process, or this machine, is nobody's leak."""
    project.makepyfile("""
        import boto3
        import pytest
        from botocore.awsrequest import AWSResponse
        from botocore.exceptions import EndpointConnectionError
        from botocore.stub import Stubber
        from conftest import client, options

        def test_fake(secretsmanager):
            assert client.list_secrets()["SecretList"] == []

        def test_stubber():
            with Stubber(client) as stubber:
                stubber.add_response("list_secrets", {"SecretList": []})
                client.list_secrets()

        @pytest.mark.parametrize("event", ["before-call", "before-send"])
        def test_handler(event):
            mine = boto3.client("secretsmanager", **options)
            response = AWSResponse("", 200, {}, None)
            response._content = b"{}"
            answer = (response, {}) if event == "before-call" else response
            mine.meta.events.register_last(event, lambda **_: answer)
            mine.list_secrets()

        @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
        def test_loopback(host):
            mine = boto3.client("secretsmanager", endpoint_url=f"http://{host}:9", **options)
            with pytest.raises(EndpointConnectionError):
                mine.list_secrets()
    """)
    run(project).assert_outcomes(passed=7)


def test_a_swallowed_call_and_one_from_a_thread_fail_their_tests(project):
    """Code that catches every exception, or runs elsewhere, does not hide a leak."""
    project.makepyfile("""
        import threading

        import pytest
        from conftest import swallow

        def test_swallowed():
            swallow()

        def test_thread():
            thread = threading.Thread(target=swallow)
            thread.start()
            thread.join()

        @pytest.fixture
        def late():
            yield
            swallow()

        def test_at_teardown(late):
            pass

        def test_clean():
            pass
    """)
    result = run(project)
    result.assert_outcomes(failed=2, passed=2, errors=1)


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "xdist"])
def test_a_call_outside_of_any_test_fails_the_run(project, workers):
    """A leak at import is told of at the end, and the exit status says so."""
    project.makepyfile("""
        from conftest import swallow

        swallow()

        def test_clean():
            pass
    """)
    result = run(project, *workers)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*outside of any test*", "GetSecretValue of 'db/password' in eu-west-1*"])


def test_calls_are_let_through_by_default(pytester):
    """Without the option, a call goes on as if the plugin were not there."""
    pytester.makepyfile("""
        import boto3
        import pytest
        from botocore.exceptions import EndpointConnectionError

        def test_through():
            client = boto3.client(
                "secretsmanager", region_name="eu-west-1", endpoint_url="http://127.0.0.1:9",
                aws_access_key_id="a", aws_secret_access_key="b",
            )
            with pytest.raises(EndpointConnectionError):
                client.list_secrets()
    """)
    pytester.runpytest_subprocess("-p", "no:asyncio").assert_outcomes(passed=1)


def test_another_choice_ends_the_run(pytester):
    """A wrong option is a usage error that names the legal values."""
    pytester.makeini("[pytest]\nsecretsmanager_unmocked = forbid")
    result = pytester.runpytest_subprocess("-p", "no:asyncio")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*secretsmanager_unmocked: 'forbid' is not legal: pass and block are.*"])


def test_a_request_that_cannot_be_read_is_stopped_too(monkeypatch):
    """A raw request without a readable body has no secret's name to tell."""
    from pytest_secretsdelete._guard import Guard, UnmockedCallError, is_loopback
    from pytest_secretsdelete._wire import Incoming

    guard = Guard()
    for body in (b"{", b"[]", b""):
        with pytest.raises(UnmockedCallError, match="ListSecrets of no secret by name in an unknown region"):
            guard.stop(Incoming("ListSecrets", body))
    assert len(guard.take()) == 3
    assert guard.take() == []
    assert is_loopback("vault.localhost")
    assert not is_loopback("secretsmanager.eu-west-1.amazonaws.com")
