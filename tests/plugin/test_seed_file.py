"""secretsmanager_seed_file: secrets for code that reads them while it is imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .conftest import ALONE, APART, messages_of

if TYPE_CHECKING:
    from .conftest import Run

READS = """
import boto3

PASSWORD = boto3.client("secretsmanager").get_secret_value(SecretId="db/password")["SecretString"]
"""
SECRETS = """
"db/password" = "hunter2"
[app]
value = "x"
tags = {a = "b"}
"""
INI = "secretsmanager_seed_file = secrets.toml\nsecretsmanager_region = eu-west-1"


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    """Write a project whose modules read a secret while they are imported."""
    (pytester.path / "secrets.toml").write_text(SECRETS)
    (pytester.path / "app.py").write_text(READS)
    pytester.syspathinsert()


def test_conftests_and_modules_read_secrets(run: Run) -> None:
    """The file's secrets are there for conftests and test modules, and gone when the tests run."""
    run(
        """
        import os
        import app

        def test_read():
            assert app.PASSWORD == "hunter2"
            assert "AWS_ACCESS_KEY_ID" not in os.environ

        def test_fake_of_its_own(secretsmanager):
            assert secretsmanager.secrets() == ()
        """,
        conftest="from app import PASSWORD\nassert PASSWORD == 'hunter2'",
        ini=INI,
    ).assert_outcomes(passed=2)


def test_json(run: Run, pytester: pytest.Pytester) -> None:
    """The file may be JSON."""
    (pytester.path / "secrets.json").write_text('{"db/password": {"value": {"user": "me"}}}')
    run(
        """
        import app

        def test_it():
            assert app.PASSWORD == '{"user": "me"}'
        """,
        ini="secretsmanager_seed_file = secrets.json",
    ).assert_outcomes(passed=1)


def test_under_xdist(run: Run) -> None:
    """Workers have the file's secrets too."""
    pytest.importorskip("xdist")
    tests = "import app\ndef test_it(): assert app.PASSWORD == 'hunter2'"
    run(tests, "-n1", ini=INI).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "content",
    [
        "[",
        '"a b" = "hunter2"',
        "[a]\nvalue = 5",
        '[a]\nvalue = "hunter2"\nname = "b"',
        '[a]\nvalue = "hunter2"\ntags = 5',
    ],
)
def test_wrong_file(run: Run, pytester: pytest.Pytester, content: str) -> None:
    """A wrong file ends the run with one message that names it and shows no value."""
    (pytester.path / "secrets.toml").write_text(content)
    result = run("def test_it(): pass", ini=INI, apart=APART)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (message,) = messages_of(result)
    assert "secretsmanager_seed_file" in message
    assert "secrets.toml" in message
    assert message.endswith(
        "Read on: https://pytest-secretsdelete.readthedocs.io/page/how-to/read-secrets-at-import.html"
    )
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("files", "arguments", "status"),
    [
        ({"conftest": "1 / 0"}, [], pytest.ExitCode.USAGE_ERROR),
        ({"test_it": "1 / 0"}, [], pytest.ExitCode.INTERRUPTED),
        ({}, [], pytest.ExitCode.NO_TESTS_COLLECTED),
        ({}, ["--no-such-option"], pytest.ExitCode.USAGE_ERROR),
        ({}, ["--version"], pytest.ExitCode.OK),
    ],
    ids=["conftest", "collection", "no tests", "usage", "version"],
)
def test_nothing_is_left_behind(
    pytester: pytest.Pytester, files: dict[str, str], arguments: list[str], status: int
) -> None:
    """However the run ends, the fake's environment does not outlive it in its process."""
    pytester.makeini(f"[pytest]\n{INI}\n")
    for name, content in files.items():
        pytester.makepyfile(**{name: content})
    program = f"""
import os
import sys
import pytest

before = dict(os.environ)
status = pytest.main([*{list(ALONE)!r}, *{arguments!r}])
changed = {{name for name in before.keys() | os.environ.keys() if before.get(name) != os.environ.get(name)}}
sys.exit(f"{{int(status)}} {{sorted(changed - {{'PYTEST_VERSION'}})}}")
"""
    result = pytester.run(sys.executable, "-c", program)
    assert result.errlines[-1] == f"{int(status)} []"
