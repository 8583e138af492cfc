"""What a test's fake has found at the end: faults that were not used up, secrets left behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from .conftest import reports_of

if TYPE_CHECKING:
    import pytest

    from .conftest import Run

ROOT = Path(__file__).parents[2]


def failures_of(result: pytest.RunResult) -> dict[str, list[tuple[str, str]]]:
    """Return when and how each test failed."""
    return {
        name: [(report.when, str(report.longrepr)) for report in reports if report.failed]
        for name, reports in reports_of(result).items()
    }


UNUSED_FAULTS = """
import pytest
from pytest_secretsdelete import MALFORMED, Timeout

def strike(client):
    with pytest.raises(client.exceptions.ClientError):
        client.list_secrets()

def test_unused(secretsmanager):
    secretsmanager.fail("DeleteSecret", "InternalServiceError", secret_id="db/password", message="m")

def test_left_over(secretsmanager):
    secretsmanager.fail("ListSecrets", "AccessDeniedException", times=2)
    strike(secretsmanager.client())

def test_several(secretsmanager):
    secretsmanager.fail("GetSecretValue", Timeout.READ)
    secretsmanager.fail("*", MALFORMED)

@pytest.fixture
def broken(secretsmanager):
    secretsmanager.fail("GetSecretValue", "ThrottlingException")

def test_fixture(broken): pass

@pytest.mark.secret("a", "x")
def test_by_mark_and_late(request):
    request.getfixturevalue("secretsmanager").fail("*", "ThrottlingException")

def test_used(secretsmanager):
    secretsmanager.fail("ListSecrets", "AccessDeniedException")
    strike(secretsmanager.client())

def test_until_withdrawn(secretsmanager):
    secretsmanager.fail("ListSecrets", "AccessDeniedException", times=None)

def test_withdrawn(secretsmanager):
    secretsmanager.fail("ListSecrets", "AccessDeniedException").withdraw()

def test_denial(secretsmanager):
    secretsmanager.deny("ListSecrets")
"""


def test_unused_faults(run: Run) -> None:
    """A fault that has not struck as often as it should fails its test's call, and says which it is."""
    result = run(UNUSED_FAULTS)
    result.assert_outcomes(failed=5, passed=4)
    failures = failures_of(result)
    expected = {
        "test_unused": [
            "InternalServiceError for DeleteSecret for db/password (1 of 1 left)",
            "times=None",
            "withdraw()",
        ],
        "test_left_over": ["AccessDeniedException for ListSecrets (1 of 2 left)"],
        "test_several": ["GetSecretValue (1 of 1 left)", "for * (1 of 1 left)"],
        "test_fixture": ["ThrottlingException for GetSecretValue"],
        "test_by_mark_and_late": ["ThrottlingException for *"],
    }
    for name, words in expected.items():
        ((when, text),) = failures[name]
        assert when == "call"
        assert [word for word in ("were not used up", *words) if word not in text] == []
        assert "Traceback" not in text
        assert "plugin.py" not in text


def test_not_failed_twice(run: Run) -> None:
    """A test that has failed, been skipped, or is expected to fail is told of nothing else."""
    result = run(
        """
        import pytest

        @pytest.fixture
        def broken(secretsmanager):
            secretsmanager.fail("GetSecretValue", "ThrottlingException")

        pytestmark = pytest.mark.usefixtures("broken")

        def test_failed():
            assert 1 == 2

        def test_failed_otherwise():
            raise RuntimeError("of the user's own")

        def test_skipped():
            pytest.skip("not today")

        @pytest.mark.xfail(strict=True)
        def test_expected():
            assert 1 == 2

        @pytest.mark.xfail(strict=True)
        def test_expected_for_the_fault(): pass

        @pytest.fixture
        def failing(broken):
            raise RuntimeError("in a fixture")

        def test_error(failing): pass
        """
    )
    result.assert_outcomes(failed=2, skipped=1, xfailed=2, errors=1)
    assert "were not used up" not in result.stdout.str()


def test_teardown_is_no_second_failure(run: Run) -> None:
    """A test failed for its faults is torn down as ever, and a fault made in a teardown is nobody's."""
    result = run(
        """
        import pytest

        @pytest.fixture
        def cleanup(secretsmanager):
            yield
            secretsmanager.fail("GetSecretValue", "ThrottlingException")
            print("torn down")

        def test_failed(secretsmanager, cleanup):
            secretsmanager.fail("GetSecretValue", "ThrottlingException")

        def test_passed(cleanup): pass
        """,
        "-s",
    )
    result.assert_outcomes(failed=1, passed=1)
    assert result.stdout.str().count("torn down") == 2


LEFTOVERS_BY_MARK = """
import pytest

strict = pytest.mark.secretsmanager(fail_on_leftovers=True)

def create(client, name="left/behind"):
    client.create_secret(Name=name, SecretString="x")

@strict
def test_left(secretsmanager_client):
    create(secretsmanager_client)
    create(secretsmanager_client, "other")

@strict
def test_both(secretsmanager, secretsmanager_client):
    create(secretsmanager_client)
    secretsmanager.fail("GetSecretValue", "ThrottlingException")

@strict
def test_scheduled(secretsmanager_client):
    create(secretsmanager_client)
    secretsmanager_client.delete_secret(SecretId="left/behind")

@strict
def test_gone(secretsmanager_client):
    create(secretsmanager_client)
    secretsmanager_client.delete_secret(SecretId="left/behind", ForceDeleteWithoutRecovery=True)

@strict
def test_restored(secretsmanager_client):
    create(secretsmanager_client)
    secretsmanager_client.delete_secret(SecretId="left/behind")
    secretsmanager_client.restore_secret(SecretId="left/behind")

@strict
@pytest.mark.secret("seeded", "x")
def test_seeded(secretsmanager):
    secretsmanager.seed("seeded/too", "x")

@strict
def test_failed(secretsmanager_client):
    create(secretsmanager_client)
    assert 1 == 2

def test_not_asked_for(secretsmanager_client):
    create(secretsmanager_client)
"""


def test_leftovers_by_mark(run: Run) -> None:
    """With fail_on_leftovers, secrets that calls have created and nobody deleted fail the test, by name."""
    result = run(LEFTOVERS_BY_MARK)
    result.assert_outcomes(failed=4, passed=4)
    failures = failures_of(result)
    expected = {"test_left": "left/behind, other", "test_both": "left/behind", "test_restored": "left/behind"}
    for name, word in expected.items():
        ((when, text),) = failures[name]
        assert when == "call"
        assert f"Secrets left behind: {word}" in text
    assert "were not used up" in failures["test_both"][0][1]
    assert "left behind:" not in failures["test_failed"][0][1]


def test_leftovers_by_ini_option(run: Run) -> None:
    """The ini option is for all tests that use the fake; a mark undoes it."""
    result = run(
        """
        import pytest

        def test_left(secretsmanager_client):
            secretsmanager_client.create_secret(Name="left/behind", SecretString="x")

        @pytest.mark.secret("seeded", "x")
        def test_left_by_mark():
            import boto3
            boto3.client("secretsmanager").create_secret(Name="left/behind", SecretString="x")

        @pytest.mark.secretsmanager(fail_on_leftovers=False)
        def test_undone(secretsmanager_client):
            secretsmanager_client.create_secret(Name="left/behind", SecretString="x")

        def test_without(): pass
        """,
        ini="secretsmanager_fail_on_leftovers = true",
    )
    result.assert_outcomes(failed=2, passed=2)
    failures = failures_of(result)
    assert all("left/behind" in failures[name][0][1] for name in ("test_left", "test_left_by_mark"))


def test_messages_say_where_to_read_on(run: Run) -> None:
    """The page that each message names is there, and has the section."""
    result = run(
        """
        import pytest

        @pytest.mark.secretsmanager(fail_on_leftovers=True)
        def test_it(secretsmanager, secretsmanager_client):
            secretsmanager.fail("GetSecretValue", "ThrottlingException")
            secretsmanager_client.create_secret(Name="a", SecretString="x")
        """
    )
    pages = re.findall(r"Read on: https://[\w.-]+/page/(\S+)\.html#?(\S*)", result.stdout.str())
    assert len(pages) >= 2
    for page, anchor in pages:
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        headings = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
        anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
        assert not anchor or anchor in anchors
