"""secretsmanager_unmocked = block: calls that no fake answers are stopped and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import reports_of

if TYPE_CHECKING:
    from .conftest import Run

BLOCK = "secretsmanager_unmocked = block"
PREAMBLE = """
    import threading
    import boto3
    import pytest

    def call(operation="get_secret_value", **parameters):
        session = boto3.Session("a", "b", region_name="eu-west-1")
        client = session.client("secretsmanager")
        return getattr(client, operation)(**(parameters or {"SecretId": "db/password"}))

    def swallow():
        try:
            call()
        except Exception as error:
            assert type(error).__name__ == "UnmockedCallError"
"""


STOPPED = """
    def test_raised():
        call()

    def test_swallowed():
        swallow()

    def test_in_a_thread():
        thread = threading.Thread(target=swallow)
        thread.start()
        thread.join()

    @pytest.fixture
    def setup():
        swallow()

    def test_setup(setup): pass

    @pytest.fixture
    def teardown():
        yield
        swallow()

    def test_teardown(teardown): pass

    @pytest.fixture
    def failing():
        yield
        swallow()
        raise RuntimeError

    def test_failed_teardown(failing): pass

    def test_with_the_fake(secretsmanager):
        call("list_secrets", MaxResults=1)

    def test_next(): pass

    def test_skipped():
        swallow()
        pytest.skip("no secret here")

    def test_failed():
        swallow()
        assert 1 == 2

    @pytest.fixture
    def raising():
        call()

    def test_raised_in_setup(raising): pass

    @pytest.mark.xfail(strict=True)
    def test_expected():
        swallow()
"""


def test_calls_are_stopped(run: Run) -> None:
    """A call fails with a sentence that says what it was and what to do; so does a test that swallows it."""
    result = run(
        PREAMBLE + STOPPED,
        ini=BLOCK,
    )
    result.assert_outcomes(failed=6, passed=4, errors=3, xfailed=1)
    failed = {
        name: [(report.when, str(report.longrepr)) for report in given if report.failed]
        for name, given in reports_of(result).items()
    }
    whens = {name: [when for when, _ in given] for name, given in failed.items() if given}
    assert whens == {
        "test_raised": ["call"],
        "test_swallowed": ["call"],
        "test_in_a_thread": ["call"],
        "test_setup": ["call"],
        "test_teardown": ["teardown"],
        "test_failed_teardown": ["teardown"],
        "test_skipped": ["call"],
        "test_failed": ["call"],
        "test_raised_in_setup": ["setup"],
    }
    for name in ("test_failed", "test_failed_teardown"):
        (told,) = [dict(report.sections) for report in reports_of(result)[name] if report.failed]
        assert "GetSecretValue of 'db/password'" in told["Secrets Manager calls that were stopped"]
    assert result.stdout.str().count("- Secrets Manager calls that were stopped -") == 2  # not where the error tells it
    for name in set(whens) - {"test_failed_teardown", "test_failed"}:
        text = failed[name][0][1]
        words = [
            "GetSecretValue of 'db/password' in eu-west-1 would have left",
            "secretsmanager fixture",
            "unmocked = pass",
        ]
        assert [word for word in words if word not in text] == []


def test_stopped_calls_come_before_findings(run: Run) -> None:
    """A test with a stopped call and an unused fault fails for the call."""
    result = run(
        PREAMBLE
        + """
    @pytest.fixture
    def before():
        swallow()

    def test_it(before, secretsmanager):
        secretsmanager.fail("*", "ThrottlingException")
    """,
        ini=BLOCK,
    )
    result.assert_outcomes(failed=1)
    (failed,) = [report for report in reports_of(result)["test_it"] if report.failed]
    assert "GetSecretValue of 'db/password' in eu-west-1 would have left" in str(failed.longrepr)
    assert "were not used up" not in str(failed.longrepr)


@pytest.mark.parametrize(("ini", "registered"), [("", False), (BLOCK, True)])
def test_a_plugin_of_its_own(run: Run, ini: str, registered: bool) -> None:
    """The hooks that report stopped calls are there where calls are stopped, and nowhere else."""
    run(
        f"""
        def test_it(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("secretsdelete_stopped_calls") == {registered}
        """,
        ini=ini,
    ).assert_outcomes(passed=1)


def test_calls_to_this_machine_pass(run: Run) -> None:
    """A server on this machine is a server of the test's own."""
    run(
        """
        import boto3
        import pytest
        from botocore.config import Config
        from botocore.exceptions import EndpointConnectionError

        @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
        def test_it(host):
            client = boto3.Session("a", "b", region_name="eu-west-1").client(
                "secretsmanager",
                endpoint_url=f"http://{host}:9",
                config=Config(retries={"max_attempts": 0}, connect_timeout=1),
            )
            with pytest.raises(EndpointConnectionError):
                client.list_secrets()
        """,
        ini=BLOCK,
    ).assert_outcomes(passed=2)


OUTSIDE_CONFTEST = """
    import pytest
    import boto3

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(session):
        if not hasattr(session.config, "workerinput"):
            try:
                boto3.Session("a", "b", region_name="eu-west-1").client("secretsmanager").list_secrets()
            except Exception as error:
                print(type(error).__name__)
"""


def test_calls_outside_of_any_test(run: Run) -> None:
    """Calls that are stopped after the last test fail the run, in a section of their own."""
    result = run("def test_it(): pass", ini=BLOCK, conftest=OUTSIDE_CONFTEST)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*Secrets Manager calls outside of any test*", "ListSecrets of *eu-west-1*"])


def test_a_skipped_test_is_not_blamed(run: Run) -> None:
    """What an import has done before a skipped test stands at the end of the run, not with that test."""
    result = run(
        """
        import boto3
        import pytest

        try:
            boto3.client("secretsmanager", region_name="eu-west-1").get_secret_value(SecretId="imported")
        except Exception:
            pass

        @pytest.mark.skip
        def test_skipped(): pass

        def test_passed(): pass
        """,
        ini=BLOCK,
    )
    result.assert_outcomes(skipped=1, passed=1)
    result.stdout.fnmatch_lines(["*calls outside of any test*", "GetSecretValue of 'imported'*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_calls_of_an_import(run: Run) -> None:
    """A call that a module swallows while it is imported is nobody's test, and fails the run."""
    result = run(PREAMBLE + "\n    swallow()\n\n    def test_it(): pass", ini=BLOCK)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*Manager calls outside of any test*", "GetSecretValue of 'db/password'*"])


def test_calls_outside_of_any_test_in_a_worker(run: Run) -> None:
    """The workers' findings arrive as well."""
    pytest.importorskip("xdist")
    only_workers = OUTSIDE_CONFTEST.replace("if not hasattr", "if hasattr")
    result = run("def test_it(): pass", "-n1", ini=BLOCK, conftest=only_workers)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*Secrets Manager calls outside of any test*", "ListSecrets of *eu-west-1*"])


def test_passing_is_the_default(run: Run) -> None:
    """Without the option, and with `pass`, calls go their way: here, to a port where nobody listens."""
    tests = """
        import boto3
        import pytest
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            config = Config(retries={"max_attempts": 0}, connect_timeout=1)
            client = boto3.Session("a", "b", region_name="eu-west-1").client("secretsmanager", config=config)
            with pytest.raises(BotoCoreError):
                client.list_secrets()
    """
    run(tests).assert_outcomes(passed=1)
    run(tests, ini="secretsmanager_unmocked = pass").assert_outcomes(passed=1)
