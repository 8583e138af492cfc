"""The fixtures, as tests and other fixtures ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from .conftest import Run


def test_secretsmanager_is_an_active_fake(run: Run) -> None:
    """The fixture is a fake that answers every client of the process, as long as the test lasts."""
    run(
        """
        import os
        import boto3
        from pytest_secretsdelete import FakeSecretsManager

        early = boto3.client("secretsmanager", region_name="eu-west-1")

        def test_one(secretsmanager):
            assert isinstance(secretsmanager, FakeSecretsManager)
            early.create_secret(Name="a", SecretString="x")
            assert "a" in secretsmanager
            assert [secret.region for secret in secretsmanager.secrets()] == ["eu-west-1"]
            assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"

        def test_two():
            assert "AWS_ACCESS_KEY_ID" not in os.environ
        """
    ).assert_outcomes(passed=2)


def test_client_is_ready(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client needs neither credentials nor a region, and speaks to the test's own fake."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "210987654321")
    run(
        """
        def test_one(secretsmanager_client, secretsmanager):
            assert secretsmanager_client.meta.region_name == secretsmanager.region == "us-east-1"
            made = secretsmanager_client.create_secret(Name="a", SecretString="x")
            assert secretsmanager.secret("a").arn == made["ARN"]
            assert ":123456789012:" in made["ARN"]
        """
    ).assert_outcomes(passed=1)


def test_client_has_the_default_region(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's region is the process's default where there is one."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    run(
        """
        def test_one(secretsmanager, secretsmanager_client):
            assert secretsmanager_client.meta.region_name == secretsmanager.region == "eu-central-1"
        """
    ).assert_outcomes(passed=1)


def test_nothing_reaches_the_next_test(run: Run) -> None:
    """Secrets, calls, faults, denials and handlers on the client end with the test."""
    run(
        """
        import pytest

        struck = []

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(time, secretsmanager, secretsmanager_client):
            assert secretsmanager.secrets() == secretsmanager.calls == secretsmanager.events == ()
            secretsmanager_client.create_secret(Name="a", SecretString="x")
            assert len(secretsmanager.calls) == 1 and len(secretsmanager.events) == 1
            assert len(struck) == 0
            secretsmanager_client.meta.events.register("before-call", lambda **_: struck.append(1))
            secretsmanager.fail("*", "InternalServiceError", times=None)
            secretsmanager.deny()
        """
    ).assert_outcomes(passed=2)


def test_a_monkeypatch_that_began_before(run: Run) -> None:
    """What monkeypatch puts back after the fake has stopped are the variables from before it, not the fake's."""
    run(
        """
        import os
        import pytest

        BEFORE = dict(os.environ)

        @pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
        def test_patched(monkeypatch, region, secretsmanager):
            for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
                monkeypatch.setenv(name, region)

        def test_a_hidden_variable(monkeypatch, secretsmanager):
            monkeypatch.setenv("AWS_PROFILE", "other")

        @pytest.fixture
        def patched_before(monkeypatch):
            for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
                monkeypatch.setenv(name, "us-gov-east-1")

        def test_patched_before(patched_before, secretsmanager):
            assert secretsmanager.region == "us-gov-east-1"

        def test_next():
            changed = {name for name in {*BEFORE, *os.environ} if BEFORE.get(name) != os.environ.get(name)}
            assert changed <= {"PYTEST_CURRENT_TEST"}
        """,
        conftest="import os\nos.environ.update(AWS_PROFILE='of the user', AWS_SECRET_ACCESS_KEY='testing')",
        apart=True,
    ).assert_outcomes(passed=5)


def test_a_wider_fixture_that_ends_afterwards(run: Run) -> None:
    """What a fixture of a module puts back after its last test stays, be it what the fake has set."""
    run(
        """
        import os
        import pytest

        @pytest.fixture(scope="module")
        def mine():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("AWS_ACCESS_KEY_ID", "mine")
                patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
                yield

        @pytest.mark.secretsmanager(region="us-east-1")
        def test_last_of_its_module(mine, secretsmanager): pass
        """,
        "test_a_wider_fixture_that_ends_afterwards.py",
        "test_other.py",
        conftest="""
        import os
        from pathlib import Path

        os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_DEFAULT_REGION="us-east-1")
        Path(__file__).with_name("test_other.py").write_text(
            "import os\\n"
            "def test_put_back():\\n"
            "    names = ('AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION')\\n"
            "    assert [os.environ[name] for name in names] == ['testing', 'us-east-1']\\n"
        )
        """,
        apart=True,
    ).assert_outcomes(passed=2)


def test_fixtures_are_function_scoped(run: Run) -> None:
    """A fixture of a wider scope cannot ask for ours."""
    result = run(
        """
        import pytest

        @pytest.fixture(scope="module", params=["", "_client", "_clock", "_endpoint"])
        def wider(request):
            return request.getfixturevalue(f"secretsmanager{request.param}")

        def test_it(wider): pass
        """
    )
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(["*ScopeMismatch*function scoped fixture secretsmanager *"])


def test_clock_holds_and_moves_time(run: Run) -> None:
    """Under the clock time stands still until moved, for the code under test and for the fake alike."""
    run(
        """
        import time
        from datetime import datetime, timedelta, timezone

        import pytest

        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            start = secretsmanager_clock.now()
            assert abs(start.timestamp() - time.time()) < 1e-3
            assert start == datetime.now(timezone.utc) == secretsmanager_clock.now()
            secretsmanager_client.create_secret(Name="a", SecretString="x")
            answer = secretsmanager_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
            secretsmanager_clock.advance(days=6, hours=23)
            assert datetime.now(timezone.utc) == start + timedelta(days=6, hours=23)
            assert "a" in secretsmanager
            secretsmanager_clock.move_to(answer["DeletionDate"])
            assert "a" not in secretsmanager
            with pytest.raises(ValueError, match="forward only"):
                secretsmanager_clock.advance(seconds=-1)
        """
    ).assert_outcomes(passed=1)


def test_clock_runs_before_the_seeds(run: Run) -> None:
    """Whatever the order of the arguments, seeds count from the instant at which the clock holds time."""
    run(
        """
        from datetime import timedelta
        import pytest

        pytestmark = pytest.mark.secret("a", "x", created_days_ago=2)

        def check(secretsmanager, clock):
            created = secretsmanager.secret("a").created_date
            assert created == (clock.now() - timedelta(days=2)).replace(microsecond=created.microsecond)
            assert clock.now().microsecond // 1000 == created.microsecond // 1000

        def test_last(secretsmanager, secretsmanager_client, secretsmanager_clock):
            check(secretsmanager, secretsmanager_clock)

        def test_first(secretsmanager_clock, secretsmanager_client, secretsmanager):
            check(secretsmanager, secretsmanager_clock)

        @pytest.fixture
        def through(secretsmanager_clock):
            return secretsmanager_clock

        def test_through_a_fixture(secretsmanager, through):
            check(secretsmanager, through)
        """
    ).assert_outcomes(passed=3)


def test_time_is_real_before_and_after(run: Run) -> None:
    """The clock lets go of time with the test's end."""
    run(
        """
        import time

        readings = []

        def test_before():
            readings.append(time.time())

        def test_clock(secretsmanager_clock):
            secretsmanager_clock.advance(days=1)
            assert time.time() - readings[0] >= 86400

        def test_after():
            assert time.time() - readings[0] < 600
            first = time.perf_counter_ns()
            assert any(time.perf_counter_ns() > first for _ in range(100_000))
        """
    ).assert_outcomes(passed=3)


def test_fixtures_are_asked_for_in_every_way(run: Run) -> None:
    """Fixtures of the user, usefixtures marks and ini options, and getfixturevalue reach the same fake."""
    run(
        """
        import boto3
        import pytest

        @pytest.fixture
        def app(secretsmanager_client):
            secretsmanager_client.create_secret(Name="app", SecretString="x")

        def test_fixture_of_the_user(app, secretsmanager):
            assert "app" in secretsmanager

        def test_late(request):
            secretsmanager = request.getfixturevalue("secretsmanager")
            clock = request.getfixturevalue("secretsmanager_clock")
            request.getfixturevalue("app")
            clock.advance(days=400)
            assert clock.now() > secretsmanager.secret("app").created_date

        def test_ini():
            assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []

        @pytest.mark.usefixtures("secretsmanager_clock")
        def test_mark():
            import time
            assert time.time_ns() == time.time_ns()
        """,
        ini="usefixtures = secretsmanager",
    ).assert_outcomes(passed=4)


def test_fake_outlives_the_fixtures_of_the_user(run: Run) -> None:
    """Clean-up in a user's fixture still reaches the fake, also where only a marker has started it."""
    run(
        """
        import boto3
        import pytest

        @pytest.fixture
        def cleanup():
            yield
            boto3.client("secretsmanager").delete_secret(SecretId="a")

        @pytest.mark.secret("a", "x")
        def test_marker(cleanup): pass

        @pytest.fixture
        def own_cleanup(secretsmanager_client):
            yield
            secretsmanager_client.delete_secret(SecretId="a")
            with pytest.raises(secretsmanager_client.exceptions.InvalidRequestException):
                secretsmanager_client.get_secret_value(SecretId="a")

        def test_fixture(own_cleanup, secretsmanager_client):
            secretsmanager_client.create_secret(Name="a", SecretString="x")
        """
    ).assert_outcomes(passed=2)


def test_event_loop_runs_under_the_clock(run: Run) -> None:
    """Asyncio's own timers go on while the clock holds time."""
    run(
        """
        import asyncio

        async def work():
            await asyncio.sleep(0.01)
            return await asyncio.wait_for(asyncio.sleep(0.01, "done"), 60)

        def test_it(secretsmanager_clock):
            assert asyncio.run(work()) == "done"
        """
    ).assert_outcomes(passed=1)
