"""Items that are no plain test functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from .conftest import Run


def test_doctests(run: Run, pytester: pytest.Pytester) -> None:
    """Doctests run as ever, and reach the fake through getfixture."""
    pytester.makefile(
        ".rst",
        guide="""
        >>> client = getfixture("secretsmanager_client")
        >>> client.create_secret(Name="a", SecretString="x")["Name"]
        'a'
        """,
    )
    run(
        """
        import pytest

        pytestmark = pytest.mark.secret("a", "x")

        def plain():
            '''
            >>> 1 + 1
            2
            '''

        def faked():
            '''
            >>> fake = getfixture("secretsmanager")
            >>> fake.region
            'us-east-1'
            '''
        """,
        "--doctest-modules",
        "--doctest-glob=*.rst",
    ).assert_outcomes(passed=3)


def test_findings_of_a_doctest(run: Run) -> None:
    """A doctest fails for its unused faults as a test does."""
    result = run(
        """
        def faked():
            '''
            >>> _ = getfixture("secretsmanager").fail("*", "ThrottlingException")
            '''
        """,
        "--doctest-modules",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*were not used up*"])


def test_parametrized_fixtures(run: Run) -> None:
    """Fixtures with parameters, indirect ones, and marks on their parameters' tests go along with ours."""
    run(
        """
        import pytest

        @pytest.fixture(params=["eu-west-1", "eu-west-2"])
        def client(request, secretsmanager):
            return secretsmanager.client(request.param)

        def test_params(client, secretsmanager):
            client.create_secret(Name="a", SecretString="x")
            assert [secret.region for secret in secretsmanager.secrets()] == [client.meta.region_name]

        @pytest.mark.parametrize("client", ["us-west-2"], indirect=True)
        @pytest.mark.secret("a", "x", region="us-west-2")
        def test_indirect(client):
            assert client.get_secret_value(SecretId="a")["SecretString"] == "x"

        @pytest.fixture(scope="module", params=[1, 2])
        def wide(request):
            return request.param

        class TestOverride:
            @pytest.fixture(params=[3, 4])
            def secretsmanager(self, request, secretsmanager):
                secretsmanager.seed(f"seed-{request.param}")
                return secretsmanager

            @pytest.mark.secret("a", "x")
            def test_it(self, secretsmanager, wide):
                assert len(secretsmanager.secrets()) == 2
        """
    ).assert_outcomes(passed=7)


def test_items_of_a_users_own(run: Run, pytester: pytest.Pytester) -> None:
    """Items without fixtures run as ever; a wrong mark on one of them is its error."""
    pytester.makefile(".check", good="", bad="")
    result = run(
        "",
        conftest="""
        import pytest

        class Check(pytest.Item):
            def runtest(self): pass

        class File(pytest.File):
            def collect(self):
                item = Check.from_parent(self, name=f"check_{self.path.stem}")
                value = "x" if self.path.stem == "good" else 5
                item.add_marker(pytest.mark.secret("a", value))
                yield item
                yield Check.from_parent(self, name="plain")

        def pytest_collect_file(file_path, parent):
            if file_path.suffix == ".check":
                return File.from_parent(parent, path=file_path)
        """,
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*value is of type int*", "ERROR bad.check::check_bad *"])


def test_subtests(run: Run) -> None:
    """A failed subtest of unittest is told the life of the secrets."""
    result = run(
        """
        import unittest
        import boto3
        import pytest

        @pytest.mark.secret("a", "x")
        class TestIt(unittest.TestCase):
            def test_it(self):
                for name in ("a", "b"):
                    with self.subTest(name=name):
                        boto3.client("secretsmanager").describe_secret(SecretId=name)
        """
    )
    assert result.parseoutcomes()["failed"] >= 1
    result.stdout.fnmatch_lines(
        ["*- Secrets Manager, us-east-1, *", "DescribeSecret asked for b, which was never there *"]
    )
