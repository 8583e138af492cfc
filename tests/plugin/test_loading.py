"""What a run loads and leaves behind, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import pytest_secretsdelete

if TYPE_CHECKING:
    from collections.abc import Callable

    Apart = Callable[..., pytest.RunResult]

CONFTEST = """
    import os
    import sys

    ENVIRONMENT = dict(os.environ)

    def pytest_unconfigure():
        loaded = sorted(
            name for name in sys.modules
            if name.partition(".")[0] in {"pytest_secretsdelete", "botocore", "boto3", "freezegun"}
            and (name.startswith("pytest_secretsdelete") or "." not in name)
        )
        print("LOADED", *loaded)
        changed = {
            name for name in ENVIRONMENT.keys() | os.environ.keys()
            if ENVIRONMENT.get(name) != os.environ.get(name)
        }
        print("CHANGED", *sorted(changed - {"PYTEST_CURRENT_TEST", "PYTEST_VERSION"}))
"""


@pytest.fixture
def apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Apart:
    """Return a function that runs tests in a process that loads no other plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    pytester.makeconftest(CONFTEST)

    def run(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(tests)
        return pytester.runpytest_subprocess("-s", "-ppytest_secretsdelete.plugin", *arguments)

    return run


def _printed(result: pytest.RunResult, word: str) -> list[str]:
    (line,) = [line for line in result.outlines if line.startswith(word)]
    return line.split()[1:]


def test_unused_plugin(apart: Apart) -> None:
    """A run that uses nothing loads neither botocore nor freezegun, nor any other room of the package."""
    result = apart("def test_it(): pass")
    result.assert_outcomes(passed=1)
    assert _printed(result, "LOADED") == ["pytest_secretsdelete", "pytest_secretsdelete.plugin"]
    assert _printed(result, "CHANGED") == []


def test_failing_and_collecting_runs(apart: Apart) -> None:
    """A failed test, --collect-only and --fixtures load no more than that."""
    expected = ["pytest_secretsdelete", "pytest_secretsdelete.plugin"]
    tests = "def test_it(): assert 1 == 2"
    assert _printed(apart(tests), "LOADED") == expected
    assert _printed(apart(tests, "--collect-only", "--fixtures"), "LOADED") == expected


def test_options_alone(apart: Apart) -> None:
    """A run that sets options, and uses no fake, loads neither botocore nor freezegun."""
    result = apart("def test_it(): pass", "-osecretsmanager_region=eu-west-1", "-osecretsmanager_purge_delay=15m")
    result.assert_outcomes(passed=1)
    loaded = _printed(result, "LOADED")
    assert "pytest_secretsdelete._pytest.options" in loaded
    assert {"botocore", "freezegun", "pytest_secretsdelete._fake", "pytest_secretsdelete._pytest.guarding"}.isdisjoint(
        loaded
    )


def test_fake_without_the_clock(apart: Apart) -> None:
    """A test that asks for the fake and not for the clock does not load freezegun."""
    result = apart(
        """
        import pytest

        @pytest.mark.secret("a", "x", deleted_days_ago=1)
        def test_it(secretsmanager, secretsmanager_client):
            secretsmanager_client.restore_secret(SecretId="a")
        """
    )
    result.assert_outcomes(passed=1)
    assert "botocore" in _printed(result, "LOADED")
    assert "freezegun" not in _printed(result, "LOADED")


def test_clock(apart: Apart) -> None:
    """The clock does."""
    result = apart("def test_it(secretsmanager_clock): secretsmanager_clock.advance(days=1)")
    result.assert_outcomes(passed=1)
    assert "freezegun" in _printed(result, "LOADED")


def test_environment_and_default_session(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the tests the variables are as before, and boto3's default session is dropped."""
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "mine")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    result = apart(
        """
        import os
        import boto3
        import pytest

        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_one(secretsmanager):
            boto3.client("secretsmanager").list_secrets()
            assert boto3.DEFAULT_SESSION is not None
            assert "AWS_PROFILE" not in os.environ and "AWS_SESSION_TOKEN" not in os.environ

        def test_two():
            assert boto3.DEFAULT_SESSION is None
            assert os.environ["AWS_PROFILE"] == os.environ["AWS_SESSION_TOKEN"] == "mine"

        def test_three(secretsmanager):
            boto3.client("secretsmanager").list_secrets()
            assert 1 == 2

        def test_four():
            assert boto3.DEFAULT_SESSION is None
        """
    )
    result.assert_outcomes(passed=3, failed=1)
    assert _printed(result, "CHANGED") == []


def test_run_that_ends_within_a_test(apart: Apart) -> None:
    """A run that is interrupted leaves nothing in the environment either."""
    result = apart("def test_it(secretsmanager): raise KeyboardInterrupt")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert _printed(result, "CHANGED") == []


def test_plugin_of_a_conftest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where plugins are not loaded by themselves, a conftest can name this one in pytest_plugins."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nfilterwarnings = error\nsecretsmanager_region = eu-west-1\n")
    pytester.makeconftest("pytest_plugins = ['pytest_secretsdelete.plugin']")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.secret("a", "x")
        def test_mark(secretsmanager_client):
            assert secretsmanager_client.get_secret_value(SecretId="a")["SecretString"] == "x"

        def test_fixture(secretsmanager):
            assert secretsmanager.region == "eu-west-1"
        """
    )
    pytester.runpytest_subprocess("--strict-markers").assert_outcomes(passed=2)


def test_wrong_option_of_such_a_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong ini option ends such a run as well."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nsecretsmanager_region = Frankfurt\n")
    pytester.makeconftest("pytest_plugins = ['pytest_secretsdelete.plugin']")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*secretsmanager_region*Frankfurt*"])


def _python(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_package_loads_nothing() -> None:
    """`import pytest_secretsdelete` loads no other room, nor pytest, botocore or freezegun."""
    loaded = _python(
        "import sys, pytest_secretsdelete\n"
        "dir(pytest_secretsdelete)\n"
        "roots = {'pytest', '_pytest', 'botocore', 'boto3', 'freezegun', 'pytest_secretsdelete'}\n"
        "print(*sorted(n for n in sys.modules if n.partition('.')[0] in roots))"
    )
    assert loaded.split() == ["pytest_secretsdelete"]


def test_fake_without_pytest() -> None:
    """The fake works in a process that never loads pytest or freezegun."""
    loaded = _python(
        "import sys\n"
        "from pytest_secretsdelete import FakeSecretsManager\n"
        "with FakeSecretsManager() as fake:\n"
        "    fake.client().create_secret(Name='a', SecretString='x')\n"
        "    assert 'a' in fake\n"
        "print(*sorted(n for n in sys.modules if n in {'pytest', '_pytest', 'freezegun'}))"
    )
    assert loaded.split() == []


def test_public_names() -> None:
    """Public names are loaded when asked for, shown by dir() and imported by a star; others do not exist."""
    names = {
        "FakeSecretsManager",
        "FakeStoppedError",
        "fake_secretsmanager",
        "Fault",
        "Clock",
        "Secret",
        "Version",
        "Call",
        "Event",
        "Rotation",
        "Timeout",
        "MALFORMED",
    }
    assert set(pytest_secretsdelete.__all__) == {*names, "__version__"}
    assert names <= set(dir(pytest_secretsdelete))
    for name in names:
        value = getattr(pytest_secretsdelete, name)
        assert value is getattr(pytest_secretsdelete, name)
    with pytest.raises(AttributeError, match="module 'pytest_secretsdelete' has no attribute 'Sekret'"):
        pytest_secretsdelete.Sekret  # noqa: B018
    starred = _python("from pytest_secretsdelete import *\nprint(*(n for n in dir() if n[0] != '_'))")
    assert set(starred.split()) == names
