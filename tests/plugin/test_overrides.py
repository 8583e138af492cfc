"""A user's conftest that gives our names fixtures of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Run


def test_overrides_that_call_the_original(run: Run) -> None:
    """Each fixture can be wrapped by one of the same name, and the others share the same fake."""
    run(
        """
        from datetime import timedelta
        import pytest
        from conftest import starts

        @pytest.mark.secret("seeded", "x", created_days_ago=1)
        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            assert {"by-fake", "by-client", "seeded"} == {secret.name for secret in secretsmanager.secrets()}
            assert secretsmanager_clock.now().year == 2099
            seeded = secretsmanager.secret("seeded").created_date + timedelta(days=1)
            assert starts[0] == seeded.replace(microsecond=starts[0].microsecond)

        def test_clock_alone(secretsmanager_clock):
            assert secretsmanager_clock.now().year == 2099
        """,
        conftest="""
        import pytest

        starts = []

        @pytest.fixture
        def secretsmanager(secretsmanager):
            secretsmanager.seed("by-fake", "x")
            return secretsmanager

        @pytest.fixture
        def secretsmanager_client(secretsmanager_client):
            secretsmanager_client.create_secret(Name="by-client", SecretString="x")
            return secretsmanager_client

        @pytest.fixture
        def secretsmanager_clock(secretsmanager_clock):
            starts.append(secretsmanager_clock.now())
            secretsmanager_clock.move_to("2099-01-01T00:00:00Z")
            return secretsmanager_clock
        """,
    ).assert_outcomes(passed=2)


def test_fake_replaced_wholly(run: Run) -> None:
    """Where `secretsmanager` is another thing, the other fixtures and the markers work as before."""
    run(
        """
        import pytest

        @pytest.mark.secret("seeded", "x")
        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            assert secretsmanager == "another thing"
            secretsmanager_client.delete_secret(SecretId="seeded")
            secretsmanager_clock.advance(days=30)
            assert secretsmanager_client.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []

        def test_fake_alone(secretsmanager):
            assert secretsmanager == "another thing"
        """,
        conftest="""
        import pytest

        @pytest.fixture
        def secretsmanager():
            return "another thing"
        """,
    ).assert_outcomes(passed=2)


def test_client_replaced_wholly(run: Run) -> None:
    """Where `secretsmanager_client` is another thing, the fake and the clock work as before."""
    run(
        """
        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            assert secretsmanager_client == "another thing"
            secretsmanager.client().create_secret(Name="a", SecretString="x")
            secretsmanager_clock.advance(days=1)
            assert (secretsmanager_clock.now() - secretsmanager.secret("a").created_date).days == 1
        """,
        conftest="""
        import pytest

        @pytest.fixture
        def secretsmanager_client():
            return "another thing"
        """,
    ).assert_outcomes(passed=1)


def test_clock_replaced_wholly(run: Run) -> None:
    """Where `secretsmanager_clock` is another thing, the fake works as before and time is left alone."""
    run(
        """
        import time

        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            assert secretsmanager_clock == "another thing"
            secretsmanager_client.create_secret(Name="a", SecretString="x")
            first = time.perf_counter_ns()
            assert any(time.perf_counter_ns() > first for _ in range(100_000)), "time stands still"
        """,
        conftest="""
        import pytest

        @pytest.fixture
        def secretsmanager_clock():
            return "another thing"
        """,
    ).assert_outcomes(passed=1)


def test_a_fake_of_the_users_own(run: Run) -> None:
    """A wider fake of the user's answers where ours is not asked for; a test that asks for ours joins it."""
    run(
        """
        import boto3
        import pytest
        from pytest_secretsdelete import FakeSecretsManager

        @pytest.fixture(scope="session", autouse=True)
        def outer():
            with FakeSecretsManager() as fake:
                fake.seed("outer", "x")
                yield fake

        def names():
            return [secret["Name"] for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]]

        def test_outer():
            assert names() == ["outer"]

        @pytest.mark.secret("inner", "x")
        def test_joined(secretsmanager):
            assert names() == ["outer", "inner"]

        def test_outer_again():
            assert names() == ["outer"]
        """
    ).assert_outcomes(passed=3)
