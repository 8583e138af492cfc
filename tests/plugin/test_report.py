"""The report of a failed test: the life of its secrets, without any value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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

    @pytest.mark.secret("seeded", V, previous=V.encode(), pending={"password": V})
    @pytest.mark.secretsmanager(now="2020-03-01T00:00:00.123Z")
    def test_failed(secretsmanager, secretsmanager_client, secretsmanager_clock):
        client = secretsmanager_client
        client.get_secret_value(SecretId="seeded")
        client.create_secret(Name="db/password", SecretString=V, Tags=[{"Key": "a", "Value": "b"}])
        client.put_secret_value(SecretId="db/password", SecretBinary=V.encode())
        client.update_secret(SecretId="db/password", SecretString=W)
        client.batch_get_secret_value(SecretIdList=["seeded"])
        with pytest.raises(client.exceptions.ClientError):
            client.get_secret_value(SecretId="missing")
        client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
        secretsmanager.seed("later", {"password": V})
        secretsmanager_clock.advance(days=7)
        assert "told" == "not"
"""
QUIET_BOTOCORE = """
    import logging

    logging.getLogger("pytest_secretsdelete").setLevel(logging.DEBUG)
    for name in ("botocore", "boto3", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
"""


def _rendered(result: pytest.RunResult, name: str) -> str:
    (report,) = [report for report in reports_of(result)[name] if report.failed]
    return dict(report.sections)["Secrets Manager"]


def test_calls_and_events_in_their_order(run: Run) -> None:
    """Each call stands on a line of its own, with instant, region and error; purges stand between them."""
    result = run(LIFE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- Secrets Manager -*"])
    lines = _rendered(result, "test_failed").splitlines()
    start, end = "2020-03-01 00:00:00.123Z  ", "2020-03-08 00:00:00.123Z  "
    assert lines == [
        f"{start}* seeded seeded (us-east-1)",
        f"{start}GetSecretValue seeded (us-east-1)",
        f"{start}CreateSecret db/password (us-east-1)",
        f"{start}PutSecretValue db/password (us-east-1)",
        f"{start}UpdateSecret db/password (us-east-1)",
        f"{start}BatchGetSecretValue (us-east-1)",
        f"{start}GetSecretValue missing (us-east-1) -> ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        f"{start}DeleteSecret db/password RecoveryWindowInDays=7 (us-east-1)",
        f"{start}* seeded later (us-east-1)",
        f"{end}* EndSecretVersionDelete db/password (us-east-1)",
    ]


def test_purges_stand_where_they_happened(run: Run) -> None:
    """A purge that comes due stands before the calls of its instant, one that is forced after its call."""
    result = run(
        """
        import pytest

        @pytest.mark.secret("a", "x")
        @pytest.mark.secretsmanager(now="2020-03-01T00:00:00Z")
        def test_it(secretsmanager_client, secretsmanager_clock):
            answer = secretsmanager_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
            secretsmanager_clock.move_to(answer["DeletionDate"])
            secretsmanager_client.create_secret(Name="a", SecretString="x")
            secretsmanager_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
            assert "told" == "not"
        """
    )
    assert [line[26:] for line in _rendered(result, "test_it").splitlines()] == [
        "* seeded a (us-east-1)",
        "DeleteSecret a RecoveryWindowInDays=7 (us-east-1)",
        "* EndSecretVersionDelete a (us-east-1)",
        "CreateSecret a (us-east-1)",
        "DeleteSecret a ForceDeleteWithoutRecovery=True (us-east-1)",
        "* EndSecretVersionDelete a (us-east-1)",
    ]


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
    assert _rendered(result, "test_it").splitlines()[1:] == ["2020-03-01 00:00:00.000Z  DeleteSecret a (us-east-1)"]


def test_long_lives_are_cut(run: Run) -> None:
    """Of many calls the last are told, and none of another test's."""
    result = run(
        """
        def test_it(secretsmanager_client):
            for _ in range(200):
                secretsmanager_client.list_secrets()
            secretsmanager_client.describe_secret(SecretId="last")
        """
    )
    lines = _rendered(result, "test_it").splitlines()
    assert len(lines) < 200
    assert lines[-1].endswith(
        "(us-east-1) -> ResourceNotFoundException: Secrets Manager can't find the specified secret."
    )


def test_no_value_in_the_output(run: Run) -> None:
    """Neither the report nor a log record of ours shows a value, with every kind of output asked for."""
    options = ("-vv", "-ra", "--log-level=DEBUG", "--setup-show", "--durations=0")
    result = run(LIFE, *options, conftest=QUIET_BOTOCORE)
    result.assert_outcomes(failed=1)
    output = (result.stdout.str() + result.stderr.str()).lower()
    assert "- secrets manager -" in output
    assert VALUE not in output


def test_seeds_and_rotations_are_rendered(run: Run) -> None:
    """The life of a secret begins with its seed, and a failed rotation tells the step and the kind of error."""
    result = run(
        """
        import pytest

        ARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"

        def fail(event, context):
            raise RuntimeError("hun" + "ter2")

        @pytest.mark.secret("old", "x", deleted_days_ago=29)
        @pytest.mark.secret("a", "x")
        @pytest.mark.secretsmanager(now="2020-03-01T00:00:00Z")
        def test_it(secretsmanager, secretsmanager_client):
            secretsmanager.rotation_function(ARN, fail)
            secretsmanager_client.rotate_secret(SecretId="a", RotationLambdaARN=ARN)
            assert 1 == 2
        """
    )
    told = [line.partition("Z  ")[2] for line in _rendered(result, "test_it").splitlines()]
    assert sorted(told[:2]) == [
        "* seeded a (us-east-1)",
        "* seeded old (us-east-1), scheduled for deletion on 2020-03-02 00:00:00Z",
    ]
    assert told[2] == "RotateSecret a (us-east-1)"
    assert told[3:5] == ["* RotationStarted a (us-east-1)", f"* createSecret of {told[4][18:26]} raised RuntimeError"]
    assert told[5:] == ["* RotationFailed a (us-east-1)"]


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
        """,
        "-vv",
        *arguments,
    )
    result.assert_outcomes(failed=5)
    # the locals of the test's own module are the user's
    ours = [line for line in result.stdout.str().splitlines() if not line.startswith("V  ")]
    assert VALUE not in "\n".join(ours)


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
    assert _rendered(result, "test_it") == "no call reached the fake"


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
    assert "ListSecrets (us-east-1)" in _rendered(result, "test_early")
    assert "GetRandomPassword (us-east-1)" in _rendered(result, "test_late")
    assert _rendered(result, "test_next") == "no call reached the fake"


def test_faults_and_denials_are_calls(run: Run) -> None:
    """Attempts that were answered with a fault or a denial stand in the report, each attempt on its own."""
    result = run(
        """
        import pytest

        def test_it(secretsmanager, secretsmanager_client):
            client = secretsmanager_client
            secretsmanager.deny("DeleteSecret")
            secretsmanager.fail("ListSecrets", "InvalidParameterException")
            with pytest.raises(client.exceptions.ClientError):
                client.delete_secret(SecretId="a")
            with pytest.raises(client.exceptions.ClientError):
                client.list_secrets()
            assert 1 == 2
        """
    )
    lines = _rendered(result, "test_it").splitlines()
    assert "DeleteSecret a (us-east-1) -> AccessDeniedException: User: " in lines[0]
    assert "ListSecrets (us-east-1) -> InvalidParameterException" in lines[1]
