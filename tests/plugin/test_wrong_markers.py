"""Wrong marks: the test is an error at set-up with one message of ours, and nothing else is disturbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ..support import shows
from .conftest import reports_of

if TYPE_CHECKING:
    from .conftest import Run

#: A value that no output may show.
VALUE = "hunter2"
#: The mark as it is written, and what its message says: what was given, and what is legal.
WRONG = {
    "secret()": [
        "@pytest.mark.secret()",
        "missing a required argument: 'name'",
        "Legal: secret(name, value=None, /, *, description=None,",
    ],
    "secret('a', nmae='b')": ["'a'", "nmae", "Did you mean name?", "Legal: secret(name", "created_days_ago"],
    "secret('a', name='b')": ["unexpected keyword argument 'name'", "Legal: secret(name"],
    "secret('a', value=V)": ["'value'", "'a'"],
    "secret('a', 'b', V)": ["@pytest.mark.secret('a'", "too many positional arguments", "Legal: secret(name"],
    "secret(5, V)": ["A secret's name comes first, and is a str, not int"],
    "secret({'password': V})": ["A secret's name comes first, and is a str, not dict"],
    "secret('', V)": ["'' is not a secret name"],
    "secret('a b', V)": ["'a b' is not a secret name", "letters, digits and -/_+=.@!"],
    "secret('a' * 513, V)": ["513 characters", "512"],
    "secret('a', 5)": ["value is of type int", "str, bytes, or a dict or list"],
    "secret('a', 5.5)": ["value is of type float", "str, bytes, or a dict or list"],
    "secret('a', {V})": ["value is of type set", "str, bytes, or a dict or list"],
    "secret('a', [{V}])": ["value cannot be written as JSON text"],
    "secret('a', '')": ["value has 0 bytes", "1 to 65536"],
    "secret('a', V * 10_000)": ["value has 70000 bytes", "1 to 65536"],
    "secret('a', V + chr(0xDCFF))": ["@pytest.mark.secret('a', ...)", "value"],
    "secret('a', 'b', previous=5)": ["previous is of type int", "str, bytes, or a dict or list"],
    "secret('a', 'b', pending=object())": ["pending is of type object", "str, bytes, or a dict or list"],
    "secret('a', previous=V)": ["previous value but no current one", "give value"],
    "secret('a', description=5)": ["description=5", "a str is legal"],
    "secret('a', kms_key_id=b'k')": ["kms_key_id=b'k'", "a str is legal"],
    "secret('a', region=5)": ["region=5", "a str is legal"],
    "secret('a', region='Frankfurt')": ["region='Frankfurt'", "eu-west-1"],
    "secret('a', tags='b')": ["tags", "dict of strings", "'Key'"],
    "secret('a', tags=5)": ["tags", "dict", "'Key'"],
    "secret('a', tags={'b': 5})": ["tags", "strings"],
    "secret('a', tags={5: 'b'})": ["tags", "strings"],
    "secret('a', tags=[{'key': 'b'}])": ["tags", "'Key'"],
    "secret('a', tags=[{'Value': 'b'}])": ["tags: A tag must have a key"],
    "secret('a', tags={'aws:b': 'c'})": ["tags: ", "aws:"],
    "secret('a', tags=[{'Key': 'b'}, {'Key': 'b'}])": ["tags: ", "more than once"],
    "secret('a', tags={str(n): '' for n in range(51)})": ["tags: ", "50"],
    "secret('a', created_days_ago=-1)": ["created_days_ago=-1", "days >= 0"],
    "secret('a', created_days_ago='1')": ["created_days_ago='1'", "days >= 0"],
    "secret('a', created_days_ago=True)": ["created_days_ago=True", "days >= 0"],
    "secret('a', created_days_ago=float('nan'))": ["created_days_ago=nan", "days >= 0"],
    "secret('a', created_days_ago=10**9)": ["created_days_ago=1000000000"],
    "secret('a', created_days_ago=10**10)": ["created_days_ago=10000000000"],
    "secret('a', deleted_days_ago=-0.5)": ["deleted_days_ago=-0.5", "days >= 0"],
    "secret('a', deleted_days_ago=timedelta(1))": [
        "deleted_days_ago=datetime.timedelta(days=1)",
        "days >= 0",
    ],
    "secret('a', deleted_days_ago=float('inf'))": ["deleted_days_ago=inf", "days >= 0"],
    "secret('a', deleted_days_ago=10**9)": ["deleted_days_ago"],
    "secret('a', created_days_ago=1, deleted_days_ago=2)": [
        "created_days_ago=1",
        "deleted_days_ago=2",
        "before",
    ],
    "secret('a', created_days_ago=0, deleted_days_ago=2)": [
        "created_days_ago=0",
        "deleted_days_ago=2",
        "before",
    ],
    "secret('a', recovery_window_in_days=6)": ["recovery_window_in_days=6", "7 to 30"],
    "secret('a', recovery_window_in_days=31)": ["recovery_window_in_days=31", "7 to 30"],
    "secret('a', recovery_window_in_days=7.5)": ["recovery_window_in_days=7.5", "7 to 30 whole days"],
    "secret('a', recovery_window_in_days='7')": ["recovery_window_in_days='7'", "7 to 30"],
    "secret('a', V, recovery_window_in_days=7)": [
        "recovery_window_in_days=7",
        "give deleted_days_ago",
        "RecoveryWindowInDays",
    ],
    "secret('a', recovery_window_in_days=None)": ["recovery_window_in_days=None", "7 to 30"],
    "secret('a', V, deleted_days_ago=30)": [
        "recovery window of 'a' ended",
        "smaller deleted_days_ago",
        "purge_delay",
    ],
    "secret('a', V, deleted_days_ago=8, recovery_window_in_days=7)": ["recovery window of 'a' ended"],
    "settings(now='2020-03-01T00:00Z')\n@secret('a', V, deleted_days_ago=31)": ["ended at 2020-02-29T00:00"],
    "settings(regoin='eu-west-1')": [
        "regoin",
        "Did you mean region?",
        "Legal: secretsmanager(*, region=..., account_id=..., purge_delay=...",
        "now=..., skip_sleeps=...",
    ],
    "settings('eu-west-1')": [
        "@pytest.mark.secretsmanager('eu-west-1')",
        "too many positional",
        "Legal: secretsmanager(*, region=...",
    ],
    "settings(now='0001-01-01T00:00:00+14:00')": ["now='0001-01-01T00:00:00+14:00'", "is legal"],
    "settings(V='x')": ["'V'", "Legal: secretsmanager(*, region=..."],
    "settings(region='Frankfurt')": ["region='Frankfurt'", "eu-west-1"],
    "settings(region=5)": ["region=5", "eu-west-1"],
    "settings(region='')": ["region=''", "eu-west-1"],
    "settings(account_id=123456789012)": ["account_id=123456789012", "str of twelve digits"],
    "settings(account_id='12')": ["account_id='12'", "twelve digits"],
    "settings(account_id=None)": ["account_id=None", "twelve digits"],
    "settings(purge_delay=5)": ["purge_delay=5", "a timedelta of zero or more, or a callable"],
    "settings(purge_delay='5m')": ["purge_delay='5m'", "a timedelta of zero or more, or a callable"],
    "settings(purge_delay=timedelta(seconds=-1))": ["purge_delay=", "a timedelta of zero or more"],
    "settings(force_delete_delay=None)": [
        "force_delete_delay=None",
        "a timedelta of zero or more, or a callable",
    ],
    "settings(keep_credentials=1)": ["keep_credentials=1", "True or False"],
    "settings(skip_sleeps='yes')": ["skip_sleeps='yes'", "True or False"],
    "settings(fail_on_leftovers=None)": ["fail_on_leftovers=None", "True or False"],
    "settings(now=5)": ["now=5", "an aware datetime or ISO 8601 text"],
    "settings(now=date(2020, 1, 1))": ["now=datetime.date(2020, 1, 1)", "an aware datetime or ISO 8601 text"],
    "settings(now=datetime(2020, 1, 1))": ["now=datetime.datetime(2020, 1, 1, 0, 0)", "time zone"],
    "settings(now='2020-01-01T00:00:00')": ["now='2020-01-01T00:00:00'", "time zone", "Z"],
    "settings(now='yesterday')": ["now='yesterday'", "ISO 8601"],
}
PREAMBLE = f"""
from datetime import date, datetime, timedelta
import pytest

secret, settings = pytest.mark.secret, pytest.mark.secretsmanager
V = {VALUE[:3]!r} + {VALUE[3:]!r}
"""


def _tests() -> str:
    """Return one test for each wrong mark, and a good one after each of them."""
    pairs = (
        f"@{mark}\ndef test_wrong_{number}(): pass\n\n@secret('a', V)\ndef test_good_{number}(): pass\n"
        for number, mark in enumerate(WRONG)
    )
    return PREAMBLE + "\n".join(pairs)


def test_one_message(run: Run) -> None:
    """Each wrong mark is one message: the test, what was given and what is legal, and no secret value."""
    result = run(_tests(), "-ra", "-vv")
    result.assert_outcomes(errors=len(WRONG), passed=len(WRONG))
    reports = reports_of(result)
    assert not shows(VALUE, result.stdout.str() + result.stderr.str())
    faulty = {}
    for number, (mark, words) in enumerate(WRONG.items()):
        failed = [report for report in reports[f"test_wrong_{number}"] if report.failed]
        text = str(failed[0].longrepr)
        in_one_line = " ".join(text.split())
        read_on = "Read on: https://pytest-secretsdelete.readthedocs.io/page/reference/markers.html"
        missing = [word for word in (*words, read_on) if word not in in_one_line]
        twice = "::" in text or "During handling" in text
        traceback = "Traceback" in text or ".py:" in text
        is_wide = max(map(len, text.partition("Legal:")[2].splitlines()), default=0) > 80
        if [report.when for report in failed] != ["setup"] or missing or twice or traceback or is_wide:
            faulty[mark] = (missing, text)
    shown = [f"{mark}: without {missing}\n{text}" for mark, (missing, text) in faulty.items()]
    assert not shown, "\n\n".join(shown)


def test_the_summary(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest's line for the test names it once, and the hint comes before the list of what is legal."""
    tests = """
        import pytest

        @pytest.mark.secret("a", nmae="b")
        def test_wrong(): pass
    """
    monkeypatch.setenv("COLUMNS", "200")
    result = run(tests, "-rE")
    (line,) = [line for line in result.outlines if line.startswith("ERROR ")]
    assert line.count("test_wrong") == 1
    assert line.endswith("got an unexpected keyword argument 'nmae'. Did you mean name?")
    result.stdout.fnmatch_lines(["*Did you mean name?", "*Legal: secret(name, value=None,*", "*Read on: https://*"])


@pytest.mark.parametrize(
    "mark",
    [
        "secret('a', recovery_window_in_days=5)",
        "secret('a', deleted_days_ago=30)",
        "secretsmanager(now='yesterday')",
        "secretsmanager(region='Frankfurt')",
    ],
)
def test_before_any_fixture_of_the_user(run: Run, mark: str) -> None:
    """A wrong mark is found before any fixture of the user runs, of whatever scope."""
    result = run(
        f"""
        import pytest

        @pytest.fixture(scope="module", autouse=True)
        def of_module(): print("RAN of_module")

        @pytest.fixture(autouse=True)
        def of_function(): print("RAN of_function")

        def setup_module(): print("RAN setup_module")
        def setup_function(): print("RAN setup_function")

        @pytest.mark.{mark}
        def test_wrong(of_session, secretsmanager): print("RAN test_wrong")
        """,
        "-s",
        conftest="""
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def of_session(): print("RAN of_session")
        """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*RAN *")


def test_other_tests_have_their_fixtures(run: Run) -> None:
    """A wrong mark in between leaves the fixtures of the others alone: each wider one runs once."""
    run(
        """
        import pytest

        ran = []

        @pytest.fixture(scope="module", autouse=True)
        def of_module():
            ran.append("module")

        @pytest.fixture(autouse=True)
        def of_function():
            ran.append("function")

        def test_before(secretsmanager): pass

        @pytest.mark.secret("a", 5)
        def test_wrong(secretsmanager): pass

        @pytest.mark.secret("a", "x")
        def test_after(secretsmanager):
            assert secretsmanager.secret("a").current.value == "x"
            assert ran == ["module", "function", "function"]
        """
    ).assert_outcomes(passed=2, errors=1)


def test_wrong_mark_of_a_class_and_of_a_parameter(run: Run) -> None:
    """A wrong mark makes errors of the tests it is on, and of no others."""
    result = run(
        """
        import pytest

        @pytest.mark.secret("a", 5)
        class TestWrong:
            def test_one(self): pass
            def test_two(self): pass

        @pytest.mark.parametrize("_", [1, pytest.param(2, marks=pytest.mark.secretsmanager(now=2)), 3])
        def test_it(_): pass
        """
    )
    result.assert_outcomes(errors=3, passed=2)
    assert {name for name, given in reports_of(result).items() if given[0].failed} == {
        "test_one",
        "test_two",
        "test_it[2]",
    }


def test_a_callable_delay_is_called_once(run: Run) -> None:
    """A callable purge_delay is called once for a seed, when it is put in, after time has been set."""
    run(
        """
        from datetime import datetime, timedelta, timezone
        import pytest

        called = []

        def delay(secret):
            called.append((secret.name, datetime.now(timezone.utc).year))
            return timedelta(1)

        @pytest.mark.secret("a", "x", deleted_days_ago=1)
        @pytest.mark.secret("b", "x")
        @pytest.mark.secretsmanager(purge_delay=delay, now="2020-03-01T00:00:00Z")
        def test_it(secretsmanager):
            assert called == [("a", 2020)]
        """
    ).assert_outcomes(passed=1)


def test_callable_delay_that_keeps_nothing(run: Run) -> None:
    """What a callable purge_delay does not keep is one message, when the seed is put in."""
    result = run(
        """
        from datetime import timedelta
        import pytest

        @pytest.mark.secretsmanager(purge_delay=lambda secret: timedelta(0))
        @pytest.mark.secret("a", "x", deleted_days_ago=40)
        def test_wrong(): pass

        @pytest.mark.secretsmanager(purge_delay=lambda secret: 5)
        @pytest.mark.secret("a", "x", deleted_days_ago=1)
        def test_no_timedelta(): pass

        def test_good(secretsmanager): pass
        """
    )
    result.assert_outcomes(errors=2, passed=1)
    reports = reports_of(result)
    for name, word in (("test_wrong", "recovery window of 'a' ended"), ("test_no_timedelta", "purge_delay")):
        text = str(reports[name][0].longrepr)
        assert "::" not in text
        assert word in text
        assert "During handling" not in text
        assert "_seeding.py" not in text


def test_skipped_and_deselected_tests(run: Run) -> None:
    """A run that only collects, and a test that is not selected, are not bothered."""
    tests = """
        import pytest

        @pytest.mark.secret("a", 5)
        def test_wrong(): pass

        @pytest.mark.skip
        @pytest.mark.secret("a", "x")
        def test_skipped(): pass

        def test_good(): pass
    """
    run(tests, "-k", "not wrong").assert_outcomes(passed=1, skipped=1, deselected=1)
    assert run(tests, "--collect-only").ret == pytest.ExitCode.OK


def test_under_xdist(run: Run) -> None:
    """In a worker, a wrong mark is the same one message."""
    pytest.importorskip("xdist")
    result = run(
        """
        import pytest

        @pytest.mark.secret("a", recovery_window_in_days=5)
        def test_wrong(): pass

        def test_good(secretsmanager): pass
        """,
        "-n1",
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*recovery_window_in_days=5*7 to 30*"])
    result.stdout.no_fnmatch_line("*During handling*")


def test_a_skipped_test_is_skipped(run: Run) -> None:
    """What is not to run is not looked at."""
    run(
        """
        import pytest

        @pytest.mark.skip
        @pytest.mark.secret("a b")
        def test_skipped(): pass

        @pytest.mark.skipif(True, reason="not here")
        @pytest.mark.secret("a", deleted_days_ago=31)
        def test_skipped_for_a_reason(): pass
        """
    ).assert_outcomes(skipped=2)


def test_a_delay_that_fails(run: Run) -> None:
    """What a callable raises for a seed is the one message of that test."""
    result = run(
        """
        from datetime import timedelta
        import pytest

        @pytest.mark.secret("a", "x", deleted_days_ago=1)
        @pytest.mark.secretsmanager(purge_delay=lambda: timedelta(1))
        def test_wrong(): pass

        @pytest.mark.secret("a", "hun" + "ter2", deleted_days_ago=1)
        @pytest.mark.secretsmanager(purge_delay=lambda secret: {}[secret.current.value])
        def test_shows_no_value(): pass

        @pytest.mark.secret("a", "hun" + "ter2", deleted_days_ago=1)
        @pytest.mark.secretsmanager(purge_delay=lambda secret: secret.current.value)
        def test_returns_a_value(): pass
        """
    )
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["purge_delay failed for 'a': it raised TypeError."])
    result.stdout.fnmatch_lines(["purge_delay failed for 'a': it raised KeyError."])
    result.stdout.fnmatch_lines(["purge_delay as a callable*it returned str."])
    assert "Traceback" not in result.stdout.str()
    assert "hunter2" not in result.stdout.str()
