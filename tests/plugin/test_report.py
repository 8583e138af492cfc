"""The report of a failed test: why it failed and what happened to its secrets, without any value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete._pytest import report

from ..support import shows
from ..support.moments import at_once
from .conftest import reports_of

if TYPE_CHECKING:
    from .conftest import Run

#: The tests put it together, so that no line of their source shows it.
VALUE = "hunter2"
LIFE = """
    import json
    import pytest

    V = "hun" + "ter2"
    W = V.upper()
    ARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"

    def rotate(event, context):
        raise ConnectionError(V)

    @pytest.mark.secret("seeded", V, previous=V.encode(), pending={"password": V})
    @pytest.mark.secretsmanager(now="2020-03-01T00:00:00.123Z")
    def test_failed(secretsmanager, secretsmanager_client, secretsmanager_clock):
        client = secretsmanager_client
        client.get_secret_value(SecretId="seeded")
        client.create_secret(Name="db/password", SecretString=V, Tags=[{"Key": "a", "Value": "b"}])
        client.put_secret_value(SecretId="db/password", SecretBinary=V.encode())
        client.update_secret(SecretId="db/password", SecretString=W)
        client.batch_get_secret_value(SecretIdList=["seeded"])
        secretsmanager.rotation_function(ARN, rotate)
        client.rotate_secret(SecretId="db/password", RotationLambdaARN=ARN)
        with pytest.raises(client.exceptions.ClientError):
            client.put_secret_value(SecretId="missing", SecretString=json.dumps({"password": V}))
        client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
        secretsmanager.seed("later", {"password": V})
        secretsmanager_clock.advance(days=7)
        client.put_secret_value(SecretId="db/password", SecretString=V)
"""
QUIET_BOTOCORE = """
    import logging

    LEVELS = {"pytest_secretsdelete": logging.DEBUG, **dict.fromkeys(("botocore", "boto3", "urllib3"), logging.WARNING)}
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)

    def pytest_unconfigure():
        for name in LEVELS:
            logging.getLogger(name).setLevel(logging.NOTSET)
"""


def _section(result: pytest.RunResult, name: str) -> tuple[str, str]:
    """Return the title and the text of what the report of a failed test says of its secrets."""
    (report,) = [report for report in reports_of(result)[name] if report.failed]
    ((title, text, _),) = report.longrepr.sections  # type: ignore[union-attr]
    return title, text


def _told(result: pytest.RunResult, name: str = "test_it") -> str:
    return at_once(" ".join(_section(result, name)[1].split()))


def test_why_comes_first(run: Run) -> None:
    """A restoration that came too late is told of in the first sentence, then the life of that secret."""
    result = run(
        """
        import boto3
        import pytest

        @pytest.mark.secret("api/key", "x")
        @pytest.mark.secret("db/password", "x")
        @pytest.mark.secretsmanager(now="2026-03-01T09:00:00Z")
        def test_it(secretsmanager_clock):
            client = boto3.client("secretsmanager")
            client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
            for _ in range(100):
                client.get_secret_value(SecretId="api/key")
                secretsmanager_clock.advance(hours=1)
            secretsmanager_clock.advance(days=7)
            client.restore_secret(SecretId="db/password")
        """
    )
    result.assert_outcomes(failed=1)
    title, text = _section(result, "test_it")
    assert title == "Secrets Manager, us-east-1, 2026-03-01 09:00Z to 2026-03-12 13:00Z (+11d 4h)"
    assert re.sub(r"test_why_comes_first\.py:", "test.py:", re.sub(r" {2,}(?=test)", "  ", text)) == (
        "RestoreSecret came too late, by 4d 4h: the recovery window of db/password ended\n"
        "at +7d (2026-03-08 09:00Z), and it was purged.\n\n"
        "db/password\n"
        "  +0s       seeded\n"
        "  +0s       DeleteSecret   window of 7 days, until  test.py:9\n"
        "                           2026-03-08 09:00Z\n"
        "            clock advanced 4d 4h in 100 steps  test.py:12\n"
        "            clock advanced 7d  test.py:13\n"
        "  +7d       window ended: purged\n"
        "  +11d 4h   RestoreSecret  ResourceNotFoundException  test.py:14\n\n"
        "api/key  seeded; GetSecretValue x100, every 1h from +0s; last +4d 3h"
    )


def test_report_after_the_clock_has_gone(run: Run) -> None:
    """Nothing comes due by the report itself, which is written when time is real again."""
    result = run(
        """
        import pytest

        @pytest.fixture
        def cleanup(secretsmanager_client):
            yield
            secretsmanager_client.delete_secret(SecretId="a")
            raise RuntimeError

        @pytest.mark.secret("a", "x")
        @pytest.mark.secretsmanager(now="2020-03-01T00:00:00Z")
        def test_it(cleanup): pass
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    told = _told(result)
    assert told.startswith("a is still in its recovery window, which ends at +30d (2020-03-31 00:00Z), 30d later.")
    assert "purged" not in told


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["here", "with xdist"])
def test_no_value_in_the_output(run: Run, pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """No form of the report shows a value, nor does a log record of ours, with every kind of output asked for."""
    options = (
        "-vv",
        "-rA",
        "--log-level=DEBUG",
        "--setup-show",
        "--durations=0",
        "--junitxml=junit.xml",
        "--color=yes",
    )
    reports = ("--secretsmanager-report=all", "--secretsmanager-report=html=page.html")
    result = run(LIFE, *options, *reports, *arguments, conftest=QUIET_BOTOCORE)
    result.assert_outcomes(failed=1)
    forms = {
        "terminal": result.stdout.str() + result.stderr.str(),
        "JUnit": (pytester.path / "junit.xml").read_text(encoding="utf-8"),
        "page": (pytester.path / "page.html").read_text(encoding="utf-8"),
    }
    for name, form in forms.items():
        assert "db/password was gone" in form.replace("\n", " "), name
        assert VALUE not in form.lower(), name
        for value in (VALUE, VALUE.upper()):
            assert not shows(value, form), name


@pytest.mark.parametrize(
    "arguments", [(), ("--full-trace",), ("-l",), ("--full-trace", "-l", "--tb=long")], ids="".join
)
def test_no_value_in_our_own_errors(run: Run, arguments: tuple[str, ...]) -> None:
    """Neither an error of ours that leaves a test nor the repr of anything shows a value."""
    result = run(
        """
        import pytest

        V = "hun" + "ter2"

        def test_seeded_twice(secretsmanager):
            secretsmanager.seed("a", V)
            secretsmanager.seed("a", V)

        def test_wrong_seed(secretsmanager):
            secretsmanager.seed("a", {V})

        def test_swapped(secretsmanager):
            secretsmanager.seed({"password": V}, "a")

        def test_wrong_word(secretsmanager):
            secretsmanager.seed("a", V, previous=V, colour="red")

        @pytest.mark.secret("a", V)
        def test_reprs(secretsmanager):
            told = [secretsmanager, secretsmanager.secret("a"), secretsmanager.secret("a").current]
            secretsmanager.client().put_secret_value(SecretId="a", SecretString=V)
            assert [*told, *secretsmanager.calls, *secretsmanager.events] == []

        @pytest.mark.secret("a", V)
        def test_compared(secretsmanager):
            before = secretsmanager.secret("a")
            secretsmanager.client().put_secret_value(SecretId="a", SecretString=V * 2)
            assert secretsmanager.secret("a") == before
        """,
        "-vv",
        *arguments,
    )
    result.assert_outcomes(failed=6)
    # the locals of the test's own module are the user's
    ours = [line for line in result.stdout.str().splitlines() if not line.startswith("V  ")]
    assert not shows(VALUE, "\n".join(ours))


def test_passing_tests_are_told_nothing(run: Run) -> None:
    """No section for a test that passed, nor for one that failed without the fake."""
    result = run(
        """
        def test_passed(secretsmanager_client):
            secretsmanager_client.create_secret(Name="a", SecretString="x")

        def test_without():
            assert 1 == 2
        """,
        "-rA",
    )
    result.assert_outcomes(passed=1, failed=1)
    assert "Secrets Manager" not in result.stdout.str()


def test_no_call(run: Run) -> None:
    """A failed test whose code has made no call is told so."""
    result = run("def test_it(secretsmanager): assert 1 == 2")
    assert _told(result) == "No call reached the fake."
    assert "- Secrets Manager, us-east-1 -" in result.stdout.str()


def test_a_mistake_in_the_report(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the report cannot be made, the run goes on, and the mistake is named without its text."""
    source = """
        import boto3

        def test_it(secretsmanager):
            boto3.client("secretsmanager").get_secret_value(SecretId="a")

        def test_other(secretsmanager):
            pass
    """

    def story_of(*arguments: object, **options: object) -> None:
        raise ValueError("hunter2")

    monkeypatch.setattr(report, "story_of", story_of)
    result = run(source)
    result.assert_outcomes(failed=1, passed=1)
    text = result.stdout.str()
    assert "keeps it from saying what happened to the secrets of this test: ValueError in test_report.py:" in text
    assert "ResourceNotFoundException" in text
    assert "hunter2" not in text


def test_errors_of_fixtures(run: Run) -> None:
    """A fixture that fails, at set-up or at teardown, is told of the calls so far; the next test is not."""
    result = run(
        """
        import boto3
        import pytest

        @pytest.fixture
        def early(secretsmanager_client):
            secretsmanager_client.list_secrets()
            raise RuntimeError

        @pytest.fixture
        def late(secretsmanager_client):
            yield
            secretsmanager_client.get_random_password()
            raise RuntimeError

        def test_early(early): pass

        def test_late(late): pass

        def test_next(secretsmanager):
            assert 1 == 2
        """
    )
    result.assert_outcomes(errors=2, passed=1, failed=1)
    assert _told(result, "test_early") == "other calls ListSecrets +0s"
    assert _told(result, "test_late") == "other calls GetRandomPassword +0s"
    assert _told(result, "test_next") == "No call reached the fake."


def test_faults_and_denials_are_explained(run: Run) -> None:
    """A fault and a denial that the test itself asked for are named with the line that did so."""
    result = run(
        """
        def test_denied(secretsmanager, secretsmanager_client):
            secretsmanager.deny("DeleteSecret")
            secretsmanager_client.delete_secret(SecretId="a")

        def test_failed(secretsmanager, secretsmanager_client):
            secretsmanager.fail("ListSecrets", "InvalidParameterException")
            secretsmanager_client.list_secrets()
        """
    )
    module = "test_faults_and_denials_are_explained.py"
    assert f"DeleteSecret was denied because the test asked for it: deny() in {module}:2." in _told(
        result, "test_denied"
    )
    assert (
        "ListSecrets was answered with InvalidParameterException because the test asked for it: "
        f"fail() in {module}:6." in _told(result, "test_failed")
    )


def test_secrets_left_behind(run: Run) -> None:
    """Where leftovers fail a test, the report tells which call created each."""
    result = run(
        """
        def test_it(secretsmanager_client):
            secretsmanager_client.create_secret(Name="tmp/a", SecretString="x")
        """,
        ini="secretsmanager_fail_on_leftovers = true",
    )
    told = _told(result)
    assert told.startswith("Left behind: tmp/a, by CreateSecret at +0s (test_secrets_left_behind.py:2).")


def test_the_code_under_test_is_the_place(run: Run, pytester: pytest.Pytester) -> None:
    """The place of a call is the innermost of the user's own code, in whichever file, thread or task it is."""
    pytester.makepyfile(app="def read(client):\n    return client.get_secret_value(SecretId='none')\n")
    result = run(
        """
        import threading
        import app

        def test_it(secretsmanager_client):
            thread = threading.Thread(target=lambda: secretsmanager_client.describe_secret(SecretId="none"))
            threading.excepthook, before = lambda *_: None, threading.excepthook
            thread.start()
            thread.join()
            threading.excepthook = before
            app.read(secretsmanager_client)
        """
    )
    told = _told(result)
    assert "GetSecretValue ResourceNotFoundException app.py:2" in told
    assert re.search(r"DescribeSecret ResourceNotFoundException test_\w+\.py:5", told)


def test_errors_without_a_traceback_of_pytests(run: Run) -> None:
    """A fixture that does not exist is reported as pytest does, and what happened before in a section."""
    result = run(
        """
        import pytest

        @pytest.fixture
        def late(secretsmanager_client, request):
            secretsmanager_client.list_secrets()
            request.getfixturevalue("no_such_fixture")

        def test_it(late): pass
        """
    )
    result.assert_outcomes(errors=1)
    (report,) = [report for report in reports_of(result)["test_it"] if report.failed]
    assert [at_once(text) for title, text in report.sections if title.startswith("Secrets Manager, ")] == [
        "other calls  ListSecrets +0s"
    ]
