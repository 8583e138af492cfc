"""Ini options: legal values reach the tests, a wrong one ends the run at configure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import APART, messages_of

if TYPE_CHECKING:
    from .conftest import Run

DELAYS = """
    import pytest

    def gone_after(name, client, clock, fake, **span):
        clock.advance(**span)
        assert name in fake
        clock.advance(seconds=1)
        return name not in fake
"""


def test_region_and_account(run: Run) -> None:
    """The fake's region and account come from the options."""
    run(
        """
        import os

        def test_it(secretsmanager, secretsmanager_client):
            assert secretsmanager.region == secretsmanager_client.meta.region_name == "eu-west-1"
            assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
            assert secretsmanager.seed("a").arn.startswith("arn:aws:secretsmanager:eu-west-1:111111111111:")
        """,
        ini="secretsmanager_region = eu-west-1\nsecretsmanager_account_id = 111111111111",
    ).assert_outcomes(passed=1)


def test_private_regions(run: Run) -> None:
    """The option admits regions that no partition has, for the region of the option as well."""
    tests = """
        def test_it(secretsmanager, secretsmanager_client):
            assert secretsmanager_client.list_secrets()["SecretList"] == []
            assert secretsmanager.seed("a", region="moon-base-1").region == "moon-base-1"
        """
    unknown = run(tests, ini="secretsmanager_region = private-1", apart=APART)
    assert unknown.ret == pytest.ExitCode.USAGE_ERROR
    assert "region='private-1' is in no partition" in messages_of(unknown)[0]
    ini = "secretsmanager_region = private-1\nsecretsmanager_allow_unknown_regions = true"
    run(tests, ini=ini).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "almost"),
    [
        ("90s", "seconds=89"),
        ("15m", "minutes=14, seconds=59"),
        ("2h", "hours=1, seconds=3599"),
        ("0s", "seconds=-1"),
    ],
)
def test_delays(run: Run, text: str, almost: str) -> None:
    """Durations are written with s, m and h; zero is legal."""
    if text == "0s":
        almost = "seconds=0"
    run(
        f"""
        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            client, advance = secretsmanager_client, secretsmanager_clock.advance
            for name in ("forced", "scheduled"):
                client.create_secret(Name=name, SecretString="x")
            client.delete_secret(SecretId="forced", ForceDeleteWithoutRecovery=True)
            delayed = {text!r} != "0s"
            advance({almost})
            assert ("forced" in secretsmanager) == delayed
            advance(seconds=delayed)
            assert "forced" not in secretsmanager
            client.delete_secret(SecretId="scheduled", RecoveryWindowInDays=7)
            advance(days=7)
            advance({almost})
            assert ("scheduled" in secretsmanager) == delayed
            advance(seconds=delayed)
            assert "scheduled" not in secretsmanager
        """,
        ini=f"secretsmanager_purge_delay = {text}\nsecretsmanager_force_delete_delay = {text}",
    ).assert_outcomes(passed=1)


def test_days_and_closer_marks(run: Run) -> None:
    """Days are written with d, for seeds as well; a mark overrides the option."""
    run(
        """
        from datetime import timedelta
        import pytest

        @pytest.mark.secret("a", "x", deleted_days_ago=9, recovery_window_in_days=7)
        def test_option(secretsmanager, secretsmanager_clock):
            secretsmanager_clock.advance(days=4, hours=23)
            assert "a" in secretsmanager
            secretsmanager_clock.advance(hours=1)
            assert "a" not in secretsmanager

        @pytest.mark.secret("a", "x", deleted_days_ago=6, recovery_window_in_days=7)
        @pytest.mark.secretsmanager(purge_delay=timedelta(0))
        def test_mark(secretsmanager, secretsmanager_clock):
            secretsmanager_clock.advance(days=1)
            assert "a" not in secretsmanager
        """,
        ini="secretsmanager_purge_delay = 7d",
    ).assert_outcomes(passed=2)


def test_keep_credentials(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option leaves credentials alone; a mark undoes it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    run(
        """
        import os
        import pytest

        def test_option(secretsmanager):
            assert os.environ["AWS_ACCESS_KEY_ID"] == "111111111111"

        @pytest.mark.secretsmanager(keep_credentials=False)
        def test_mark():
            assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
        """,
        ini="secretsmanager_keep_credentials = true",
    ).assert_outcomes(passed=2)


def test_skip_sleeps(run: Run) -> None:
    """The option lets sleeping move the clock in tests that use the fake, and in no others."""
    run(
        """
        import time
        import pytest

        def test_fixture(secretsmanager):
            start = time.time()
            time.sleep(30)
            assert time.time() - start == 30

        @pytest.mark.secret("a", "x")
        def test_mark():
            time.sleep(30)

        @pytest.mark.secretsmanager(skip_sleeps=False)
        def test_undone():
            start = time.perf_counter()
            time.sleep(0.01)
            assert time.perf_counter() - start >= 0.01

        def test_without():
            start = time.perf_counter()
            time.sleep(0.01)
            assert time.perf_counter() - start >= 0.01
        """,
        ini="secretsmanager_skip_sleeps = yes",
    ).assert_outcomes(passed=4)


def test_empty_options_are_not_given(run: Run) -> None:
    """An empty option is as good as none, and false as good as the default."""
    names = ("region", "account_id", "purge_delay", "force_delete_delay", "now", "seed_file")
    ini = "".join(f"secretsmanager_{name} =\n" for name in names) + "secretsmanager_skip_sleeps = false"
    run(
        """
        def test_it(secretsmanager):
            assert (secretsmanager.region, secretsmanager.account_id) == ("us-east-1", "123456789012")
        """,
        ini=ini,
    ).assert_outcomes(passed=1)


def test_option_on_the_command_line(run: Run) -> None:
    """-o overrides the file, for legal values as for wrong ones."""
    tests = """
        def test_it(secretsmanager):
            assert secretsmanager.region == "eu-west-2"
    """
    ini = "secretsmanager_region = eu-west-1"
    run(tests, "-o", "secretsmanager_region=eu-west-2", ini=ini).assert_outcomes(passed=1)
    wrong = run(tests, "-o", "secretsmanager_region=Frankfurt", ini=ini, apart=APART)
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR


WRONG = {
    "region = Frankfurt": ["'Frankfurt'", "eu-west-1"],
    "account_id = 12": ["'12'", "twelve digits"],
    "account_id = twelve digits": ["'twelve digits'", "twelve digits"],
    "purge_delay = 5": ["'5'", "90s, 15m, 2h and 7d"],
    "purge_delay = 1.5h": ["'1.5h'", "90s, 15m, 2h and 7d"],
    "purge_delay = -5m": ["'-5m'", "90s, 15m, 2h and 7d"],
    "purge_delay = 99999999999d": ["99999999999d"],
    "force_delete_delay = 1w": ["'1w'", "90s, 15m, 2h and 7d"],
    "now = yesterday": ["'yesterday'", "ISO 8601"],
    "now = 2020-01-01T00:00:00": ["'2020-01-01T00:00:00'", "time zone"],
    "keep_credentials = maybe": ["'maybe'", "true"],
    "skip_sleeps = maybe": ["'maybe'", "true"],
    "fail_on_leftovers = maybe": ["'maybe'", "true"],
    "unmocked =": ["''", "pass and block"],
    "unmocked = Block": ["'Block'", "pass and block"],
    "seed_file = missing.toml": ["missing.toml", "cannot be read"],
}


@pytest.mark.parametrize("line", WRONG)
def test_wrong_option_ends_the_run(run: Run, line: str) -> None:
    """The exit status is 4, and one line names the option, what was given and what is legal; no test runs."""
    tests = "def test_it(): print('RAN')"
    result = run(tests, "-s", ini=f"secretsmanager_{line}", conftest="print('RAN')", apart=APART)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (message,) = messages_of(result)
    words = [f"secretsmanager_{line.partition(' ')[0]}", *WRONG[line]]
    missing = [word for word in words if word not in message]
    assert not missing, message
    result.stdout.no_fnmatch_line("*RAN*")


@pytest.mark.parametrize("line", ["region = Frankfurt", "unmocked = Block"])
def test_wrong_option_under_xdist(run: Run, line: str) -> None:
    """No worker is started, and the message comes once."""
    pytest.importorskip("xdist")
    result = run("def test_it(): print('RAN')", "-n2", ini=f"secretsmanager_{line}", apart=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (message,) = messages_of(result)
    assert f"secretsmanager_{line.partition(' ')[0]}" in message
    assert message.endswith("Read on: https://pytest-secretsdelete.readthedocs.io/page/reference/ini-options.html")
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_options_under_xdist(run: Run) -> None:
    """Options reach the workers, those of the command line too."""
    pytest.importorskip("xdist")
    run(
        """
        def test_it(secretsmanager):
            assert (secretsmanager.region, secretsmanager.account_id) == ("eu-west-2", "111111111111")
        """,
        "-n1",
        "-o",
        "secretsmanager_region=eu-west-2",
        ini="secretsmanager_account_id = 111111111111",
    ).assert_outcomes(passed=1)


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest reads TOML's own types since version 9")
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('region = "eu-west-1"', 0),
        ("keep_credentials = false", 0),
        ("account_id = 123456789012", 4),
        ("now = 2020-01-01T00:00:00Z", 4),
        ('skip_sleeps = "maybe"', 4),
    ],
)
def test_options_in_toml(run: Run, pytester: pytest.Pytester, line: str, status: int) -> None:
    """TOML's own types are taken where they fit, and one message ends the run where they do not."""
    path = pytester.makepyprojecttoml(f"[tool.pytest]\nsecretsmanager_{line}\n")
    result = run("def test_it(secretsmanager): pass", "-c", str(path))
    assert result.ret == status
    messages = messages_of(result)
    assert len(messages) == (status == 4)
    assert all(f"secretsmanager_{line.partition(' ')[0]}" in message for message in messages)


def test_limits(run: Run) -> None:
    """Limits are numbers, and reach the fake of each test."""
    ini = "secretsmanager_rotation_limit = 3\nsecretsmanager_calls_kept = 10"
    tests = """
        import pytest

        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            secretsmanager.seed("a", "value")
            for _ in range(100):
                secretsmanager_client.describe_secret(SecretId="a")
            assert 10 <= len(secretsmanager.calls) <= 12
            arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
            secretsmanager.rotation_function(arn, lambda event, context: None)
            rules = {"AutomaticallyAfterDays": 1}
            secretsmanager_client.rotate_secret(SecretId="a", RotationLambdaARN=arn, RotationRules=rules)
            with pytest.raises(RuntimeError, match="rotations come due at once"):
                secretsmanager_clock.advance(days=30)
    """
    run(tests, ini=ini).assert_outcomes(passed=1)


@pytest.mark.parametrize(("ini", "expected"), [("", True), ("secretsmanager_share_botocore_data = false", False)])
def test_sharing_botocores_data(run: Run, ini: str, expected: bool) -> None:
    """Sessions share what botocore parses, unless the option or the marker says otherwise."""
    tests = f"""
        import botocore.loaders
        import pytest

        def is_replaced():
            return hasattr(botocore.loaders.JSONFileLoader._load_file, "__wrapped__")

        def test_the_option(secretsmanager):
            assert is_replaced() is {expected}

        @pytest.mark.secretsmanager(share_botocore_data={not expected})
        def test_the_marker_wins(secretsmanager):
            assert is_replaced() is {not expected}

        def test_no_fake():
            assert not is_replaced()
    """
    run(tests, ini=ini).assert_outcomes(passed=3)


def test_a_limit_that_is_no_number(run: Run) -> None:
    """What is no number ends the run with what is legal."""
    result = run("def test_it(): pass", ini="secretsmanager_rotation_limit = many", apart=APART)
    assert result.ret == 4
    assert "'many' is not legal: a whole number of 1 or more is." in messages_of(result)[0]
