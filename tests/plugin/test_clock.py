"""The clock beside other holders of time: freezegun, pytest-freezer, time-machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run


def test_adopts_a_freeze_that_was_there(run: Run) -> None:
    """Under a freeze that began earlier, the clock reads and moves that one, and leaves it as it is moved."""
    run(
        """
        import time
        import pytest
        from freezegun import freeze_time

        @pytest.fixture(scope="module", autouse=True)
        def held():
            with freeze_time("2030-01-01") as frozen:
                yield frozen

        def test_moves(secretsmanager_clock, secretsmanager):
            assert secretsmanager_clock.now().year == 2030
            assert secretsmanager.seed("a").created_date == secretsmanager_clock.now()
            secretsmanager_clock.advance(days=1)
            assert time.time() == secretsmanager_clock.now().timestamp()

        def test_stays_moved(held):
            assert held().day == 2

        @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
        def test_now_is_inside(secretsmanager_clock, held):
            secretsmanager_clock.advance(days=1)
            assert secretsmanager_clock.now().year == 2020

        def test_afterwards(held, secretsmanager_clock):
            assert held().year == secretsmanager_clock.now().year == 2030
        """,
        "-p",
        "no:randomly",
    ).assert_outcomes(passed=4)


def test_adopts_a_freeze_that_begins_later(run: Run) -> None:
    """The clock reads and moves the innermost freeze, and its own again after that has ended."""
    run(
        """
        import time
        from datetime import datetime, timedelta, timezone
        import pytest
        from freezegun import freeze_time

        @pytest.mark.secret("a", "x", deleted_days_ago=0)
        def test_context(secretsmanager_clock, secretsmanager):
            own = secretsmanager_clock.now()
            with freeze_time("2099-01-01", tz_offset=3) as inner:
                assert secretsmanager_clock.now() == datetime(2099, 1, 1, tzinfo=timezone.utc)
                secretsmanager_clock.advance(days=1)
                assert inner().day == 2
                inner.tick(timedelta(hours=1))
                assert secretsmanager_clock.now() == datetime(2099, 1, 2, 1, tzinfo=timezone.utc)
                assert "a" not in secretsmanager
            assert secretsmanager_clock.now() == own
            secretsmanager_clock.advance(days=1)
            assert "a" not in secretsmanager
            assert time.time() == secretsmanager_clock.now().timestamp()

        @freeze_time("2099-01-01")
        def test_decorator(secretsmanager_clock, secretsmanager):
            assert secretsmanager_clock.now().year == 2099
            secretsmanager_clock.move_to("2099-03-01T00:00:00Z")
            assert secretsmanager.seed("a").created_date == secretsmanager_clock.now()
            assert datetime.now(timezone.utc).month == 3

        @freeze_time("2099-01-01")
        class TestDecorated:
            def test_method(self, secretsmanager_clock):
                assert secretsmanager_clock.now().year == 2099

        @freeze_time("2099-01-01", auto_tick_seconds=60)
        def test_reading_does_not_tick(secretsmanager_clock, secretsmanager):
            first = secretsmanager_clock.now()
            assert secretsmanager.seed("a").created_date == first == secretsmanager_clock.now()
        """
    ).assert_outcomes(passed=4)


@pytest.mark.parametrize("arguments", ["freezer, secretsmanager_clock", "secretsmanager_clock, freezer"])
def test_pytest_freezer(run: Run, arguments: str) -> None:
    """With pytest-freezer's fixture, in either order, both move the same time and the fake follows."""
    pytest.importorskip("pytest_freezer")
    run(
        f"""
        from datetime import datetime, timedelta, timezone
        import pytest

        def test_it({arguments}, secretsmanager, secretsmanager_client):
            secretsmanager_client.create_secret(Name="a", SecretString="x")
            freezer.move_to("2099-01-01")
            assert secretsmanager_clock.now() == datetime(2099, 1, 1, tzinfo=timezone.utc)
            secretsmanager_clock.advance(days=1)
            assert freezer().day == 2
            deletion = secretsmanager_client.delete_secret(SecretId="a")["DeletionDate"]
            freezer.tick(timedelta(days=30))
            assert secretsmanager_clock.now() == deletion
            assert "a" not in secretsmanager

        @pytest.mark.freeze_time("2040-01-01")
        def test_marked({arguments}, secretsmanager):
            assert secretsmanager_clock.now().year == 2040 == secretsmanager.seed("a").created_date.year

        @pytest.mark.freeze_time("2040-01-01")
        @pytest.mark.secret("a", "x", created_days_ago=1)
        def test_mark_alone(secretsmanager):
            assert secretsmanager.secret("a").created_date == datetime(2039, 12, 31, tzinfo=timezone.utc)
        """
    ).assert_outcomes(passed=3)


def test_time_machine(run: Run) -> None:
    """Under time-machine the clock reads that time, and refuses to move it with the holder's name."""
    pytest.importorskip("time_machine")
    run(
        """
        import pytest
        import time_machine

        @pytest.fixture(scope="module", autouse=True)
        def held():
            with time_machine.travel("2030-01-01T00:00:00+00:00", tick=False) as traveller:
                yield traveller

        def test_reads(secretsmanager, secretsmanager_clock, held):
            assert secretsmanager_clock.now().year == 2030
            assert secretsmanager.seed("a").created_date == secretsmanager_clock.now()
            held.shift(86_400)
            assert secretsmanager_clock.now().day == 2

        @pytest.mark.parametrize("move", [
            lambda clock: clock.advance(days=1),
            lambda clock: clock.move_to("2040-01-01T00:00:00Z"),
            lambda clock: clock.skip_sleeps().__enter__(),
        ])
        def test_refuses(secretsmanager_clock, move):
            before = secretsmanager_clock.now()
            with pytest.raises(RuntimeError, match="time-machine controls time"):
                move(secretsmanager_clock)
            assert secretsmanager_clock.now() == before

        @pytest.mark.secret("a", "x", deleted_days_ago=1, recovery_window_in_days=7)
        def test_the_fake_follows(secretsmanager, held):
            held.shift(6 * 86_400)
            assert "a" not in secretsmanager
        """
    ).assert_outcomes(passed=5)


def test_time_machine_without_our_clock(run: Run) -> None:
    """A test may travel by time-machine as long as it does not ask for our clock."""
    pytest.importorskip("time_machine")
    run(
        """
        import pytest
        import time_machine

        @pytest.mark.secret("a", "x", deleted_days_ago=0)
        def test_it(secretsmanager, time_machine):
            time_machine.move_to("2099-01-01T00:00:00+00:00")
            assert "a" not in secretsmanager
            assert secretsmanager.seed("b").created_date.year == 2099
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("setting", ["now='2020-01-01T00:00:00Z'", "skip_sleeps=True"])
def test_settings_under_time_machine(run: Run, setting: str) -> None:
    """A setting that needs time is one clear error where time-machine controls it, and the run goes on."""
    pytest.importorskip("time_machine")
    result = run(
        f"""
        import pytest
        import time_machine

        @pytest.fixture(scope="session")
        def held():
            with time_machine.travel("2030-01-01T00:00:00+00:00"):
                yield

        @pytest.mark.secretsmanager({setting})
        def test_wrong(held): pass

        def test_good(secretsmanager): pass
        """
    )
    result.assert_outcomes(errors=1, passed=1)
    message = [line for line in result.outlines if "time-machine controls" in line]
    assert len(message) == 1
    assert setting.partition("=")[0] in message[0]
    assert "plugin.py" not in result.stdout.str()
