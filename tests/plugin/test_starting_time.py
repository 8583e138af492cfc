"""now=: the instant at which a test starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run


def test_now_freezes_time_by_itself(run: Run) -> None:
    """Text or an aware datetime, with any offset; seeds count from it, and the clock goes on from there."""
    run(
        """
        import time
        from datetime import datetime, timedelta, timezone
        import pytest

        START = datetime(2020, 1, 1, tzinfo=timezone.utc)
        settings = pytest.mark.secretsmanager

        @pytest.mark.secret("a", "x", created_days_ago=3)
        @pytest.mark.parametrize("_", [
            pytest.param("z", marks=settings(now="2020-01-01T00:00:00Z")),
            pytest.param("offset", marks=settings(now="2020-01-01T02:00:00+02:00")),
            pytest.param("datetime", marks=settings(now=START)),
            pytest.param("zone", marks=settings(now=START.astimezone(timezone(timedelta(hours=-5))))),
        ])
        def test_it(_, secretsmanager, secretsmanager_client):
            assert datetime.now(timezone.utc) == START
            assert time.time() == time.time() == START.timestamp()
            assert secretsmanager.secret("a").created_date == START - timedelta(days=3)
            answer = secretsmanager_client.delete_secret(SecretId="a")
            assert answer["DeletionDate"] == START + timedelta(days=30)

        @settings(now=START)
        def test_clock(secretsmanager_clock):
            assert secretsmanager_clock.now() == START
            secretsmanager_clock.advance(days=1)
            assert time.time() == START.timestamp() + 86_400

        @settings(now="2020-01-01T00:00:00.123456Z")
        @pytest.mark.secret("a", "x")
        def test_truncated_once(secretsmanager, secretsmanager_clock):
            assert secretsmanager_clock.now().microsecond == 123456
            assert secretsmanager.secret("a").created_date.microsecond == 123000

        def test_after():
            assert time.time() > 1_700_000_000
        """
    ).assert_outcomes(passed=7)


USERS_FIXTURES = """
from datetime import datetime  # freezegun gives real time.time() where pytest's runner is near
import pytest

wrong = []

def check(what, frozen):
    if (datetime.now().year == 2020) != frozen:
        wrong.append(what)

def make(scope, frozen, autouse):
    @pytest.fixture(scope=scope, autouse=autouse, name=f"of_{scope}_{autouse}")
    def fixture():
        check(scope, frozen)
        yield
        check(f"{scope}, torn down", frozen)
    return fixture

wider = ("session", "module", "class")
of_session, of_module, of_class = (make(scope, False, True) for scope in wider)
asked_session, asked_module, asked_class = (make(scope, False, False) for scope in wider)
of_function, asked_function = (make("function", True, autouse) for autouse in (True, False))

def setup_module(): check("setup_module", False)
def teardown_module():
    check("teardown_module", False)
    print(f"wrong: {wrong or None}")

@pytest.mark.secretsmanager(now="2020-06-01T00:00:00Z")
class TestIt:
    def setup_class(self): check("setup_class", False)
    def setup_method(self): check("setup_method", True)
    def teardown_method(self): check("teardown_method", True)
    def teardown_class(self): check("teardown_class", False)

    @pytest.mark.usefixtures("of_function_False")
    def test_it(self, of_session_False, of_module_False, of_class_False):
        check("test", True)
"""


def test_order_among_the_users_fixtures(run: Run) -> None:
    """The user's function fixtures and xunit methods start under now=, all of wider scope see real time."""
    result = run(
        USERS_FIXTURES,
        "-s",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*wrong: None*"])


def test_ini_now_is_for_tests_that_use_the_fake(run: Run) -> None:
    """The ini option is for tests that use the fake, by fixture or by mark; now=None undoes it."""
    run(
        """
        import time
        import pytest

        def test_fixture(secretsmanager_client):
            assert time.time() == 1_577_836_800

        @pytest.mark.secret("a", "x")
        def test_mark():
            assert time.time() == 1_577_836_800

        @pytest.mark.secretsmanager(now="2021-01-01T00:00:00Z")
        def test_closer(secretsmanager):
            assert time.time() == 1_609_459_200

        @pytest.mark.secretsmanager(now=None)
        def test_undone(secretsmanager):
            assert time.time() > 1_700_000_000

        def test_without():
            assert time.time() > 1_700_000_000
        """,
        ini="secretsmanager_now = 2020-01-01T00:00:00Z",
    ).assert_outcomes(passed=5)


def test_decorator_of_freezegun_begins_later(run: Run) -> None:
    """Under a decorator, seeds and fixtures see now=, and the test's body what the decorator says."""
    run(
        """
        from datetime import datetime, timezone
        import pytest
        from freezegun import freeze_time

        @pytest.fixture
        def year():
            return datetime.now(timezone.utc).year

        @pytest.mark.secret("a", "x")
        @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
        @freeze_time("2030-01-01")
        def test_it(year, secretsmanager, secretsmanager_clock):
            assert year == 2020 == secretsmanager.secret("a").created_date.year
            assert datetime.now(timezone.utc).year == 2030 == secretsmanager_clock.now().year
            secretsmanager_clock.advance(days=366)
            assert datetime.now(timezone.utc).year == 2031
            assert secretsmanager.seed("b").created_date.year == 2031
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("how", ["mark", "fixture"])
def test_now_inside_of_pytest_freezer(run: Run, how: str) -> None:
    """now= holds inside of a freeze that has begun before."""
    pytest.importorskip("pytest_freezer")
    mark = "@pytest.mark.freeze_time('2010-01-01')" if how == "mark" else "@pytest.mark.usefixtures('held')"
    run(
        f"""
        from datetime import datetime, timezone
        import pytest
        from freezegun import freeze_time

        @pytest.fixture(scope="module")
        def held():
            with freeze_time("2010-01-01"):
                yield

        @pytest.fixture
        def year():
            return datetime.now(timezone.utc).year

        {mark}
        @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
        def test_it(year, secretsmanager_clock):
            assert year == 2020
            secretsmanager_clock.advance(days=366)
            assert datetime.now(timezone.utc).year == 2021
        """
    ).assert_outcomes(passed=1)
