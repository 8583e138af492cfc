"""--secretsmanager-report: whose stories are shown, in which forms."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from ..support.moments import at_once
from .conftest import APART, messages_of

if TYPE_CHECKING:
    from .conftest import Run

TESTS = """
    import pytest

    @pytest.mark.secret("db/password", "x")
    def test_failed(secretsmanager_client):
        secretsmanager_client.delete_secret(SecretId="db/password")
        secretsmanager_client.get_secret_value(SecretId="db/password")

    @pytest.mark.secret("api/key", "x")
    def test_passed(secretsmanager_client):
        secretsmanager_client.delete_secret(SecretId="api/key")

    def test_without():
        pass
"""
OF_FAILED = "GetSecretValue came inside the recovery window of db/password"
OF_PASSED = "api/key  seeded, deleted +0s (until +30d)"


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["here", "with xdist"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, (True, False)), ("failed", (True, False)), ("all", (True, True)), ("none", (False, False))],
)
def test_whose_stories(
    run: Run, pytester: pytest.Pytester, value: str | None, shown: tuple[bool, bool], workers: tuple[str, ...]
) -> None:
    """Those of failed tests, of all or of none are in the terminal and in JUnit XML, here and under xdist."""
    option = () if value is None else (f"--secretsmanager-report={value}",)
    result = run(TESTS, *option, *workers, "--junitxml=junit.xml")
    result.assert_outcomes(failed=1, passed=2)
    text = at_once(result.stdout.str())
    assert (OF_FAILED in text, OF_PASSED in text) == shown
    document = ElementTree.parse(pytester.path / "junit.xml")
    failure = document.findtext(".//failure") or ""
    properties = [one.get("value", "") for one in document.iter("property") if one.get("name") == "secretsmanager"]
    assert (OF_FAILED in failure, any(OF_PASSED in at_once(one) for one in properties)) == shown


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["here", "with xdist"])
def test_a_page_of_the_run(run: Run, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """The page has every test that used the fake, and the terminal says where it is."""
    result = run(TESTS, "--secretsmanager-report=html", *workers)
    result.assert_outcomes(failed=1, passed=2)
    page = (pytester.path / "secretsmanager-report.html").read_text(encoding="utf-8")
    result.stdout.fnmatch_lines(["*- Secrets Manager report -*", "file://*/secretsmanager-report.html"])
    assert "2 tests, 1 failed" in page
    assert OF_FAILED in page
    assert "test_passed" in page
    assert "test_without" not in page
    assert OF_FAILED in result.stdout.str()


def test_a_page_elsewhere(run: Run, pytester: pytest.Pytester) -> None:
    """The page can have another path, and the text can be left out."""
    result = run(TESTS, "--secretsmanager-report=html=build/all/page.html", "--secretsmanager-report=none")
    result.assert_outcomes(failed=1, passed=2)
    assert "1 failed" in (pytester.path / "build" / "all" / "page.html").read_text(encoding="utf-8")
    assert OF_FAILED not in result.stdout.str()


@pytest.mark.parametrize("value", ["sometimes", "html=", "htm", ""])
def test_a_wrong_value(run: Run, value: str) -> None:
    """A value that is not legal ends the run with what is."""
    result = run(TESTS, f"--secretsmanager-report={value}", apart=APART)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (message,) = messages_of(result)
    assert f"--secretsmanager-report={value}: failed, all, none, html and html=PATH are legal." in message


def test_help(run: Run) -> None:
    """`pytest --help` has a section for it."""
    run("", "--help").stdout.fnmatch_lines(
        ["AWS Secrets Manager (pytest-secretsdelete):", "*--secretsmanager-report=WHAT*"]
    )


def test_colours(run: Run) -> None:
    """The report has colours where pytest has them, and only there."""
    for option, is_coloured in (("--color=yes", True), ("--color=no", False)):
        text = run(TESTS, option, "--secretsmanager-report=all").stdout.str()
        assert ("\x1b[1mdb/password\x1b[0m\n" in text) is is_coloured
        assert ("\x1b[31mInvalidRequestException\x1b[0m" in text) is is_coloured
        assert ("\x1b[36mtest_colours.py:6\x1b[0m" in text) is is_coloured
    assert "\x1b" not in text
