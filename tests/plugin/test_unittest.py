"""unittest.TestCase under pytest: marks and usefixtures are all it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..support.moments import at_once
from .conftest import reports_of

if TYPE_CHECKING:
    from .conftest import Run


FIXTURES_AND_MARKERS = """
import time
import unittest
import boto3
import pytest

def names():
    listed = boto3.client("secretsmanager").list_secrets()["SecretList"]
    return sorted(secret["Name"] for secret in listed)

@pytest.mark.usefixtures("secretsmanager")
class TestUsed(unittest.TestCase):
    def setUp(self):
        assert names() == []

    def test_it(self):
        assert names() == []

    def tearDown(self):
        assert names() == []

@pytest.mark.secret("class", "x")
@pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
class TestMarked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        assert time.time() > 1_700_000_000

    def setUp(self):
        assert names()[0] == "class"
        assert time.time() == 1_577_836_800

    def test_class(self):
        assert names() == ["class"]

    @pytest.mark.secret("method", "x")
    @pytest.mark.secretsmanager(region="eu-west-1")
    def test_method(self):
        assert names() == ["class", "method"]
        assert boto3.client("secretsmanager").meta.region_name == "eu-west-1"

    @pytest.fixture(autouse=True)
    def attributes(self, secretsmanager_clock):
        self.clock = secretsmanager_clock

    def test_clock(self):
        self.clock.advance(days=1)
        assert time.time() == 1_577_836_800 + 86_400

class TestPlain(unittest.TestCase):
    def test_nothing(self):
        assert time.time() > 1_700_000_000
"""


def test_fixtures_and_markers(run: Run) -> None:
    """The fake is there in setUp, test and tearDown, with the seeds of the class and of the method."""
    run(FIXTURES_AND_MARKERS).assert_outcomes(passed=5)


def test_findings(run: Run) -> None:
    """A TestCase fails for what its fake has found, once, and is told the life of its secrets."""
    result = run(
        """
        import unittest
        import boto3
        import pytest

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def attributes(self, secretsmanager):
                secretsmanager.fail("GetSecretValue", "InternalServiceError")

            def test_unused(self): pass

            def test_failed(self):
                boto3.client("secretsmanager").list_secrets()
                assert 1 == 2

            def test_skipped(self):
                self.skipTest("not today")

            @pytest.mark.secret("a", region=5)
            def test_wrong(self): pass
        """
    )
    result.assert_outcomes(failed=2, skipped=1, errors=1)
    reports = reports_of(result)
    failures = {
        name: [(report.when, str(report.longrepr)) for report in given if report.failed]
        for name, given in reports.items()
    }
    ((when, text),) = failures["test_unused"]
    assert when == "call"
    assert "InternalServiceError for GetSecretValue" in text
    ((when, text),) = failures["test_failed"]
    assert "1 == 2" in text
    assert "were not used up" not in text
    assert "other calls  ListSecrets +0s" in at_once(text)
    ((when, text),) = failures["test_wrong"]
    assert when == "setup"
    assert "region=5" in text


def test_coroutines_under_now(run: Run) -> None:
    """The event loop of an IsolatedAsyncioTestCase runs while now= holds time."""
    run(
        """
        import asyncio
        import time
        import unittest
        import pytest

        @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
        class TestIt(unittest.IsolatedAsyncioTestCase):
            async def test_it(self):
                await asyncio.sleep(0.01)
                assert time.time() == 1_577_836_800
        """
    ).assert_outcomes(passed=1)
