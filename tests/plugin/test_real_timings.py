"""pytest's own timings stay real while the clock holds time."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Timed = Callable[..., "Timings"]

#: To how many seconds durations are rounded where they are shown.
ROUNDING = 0.01
DURATION = re.compile(r"(-?[\d.]+)s (setup|call|teardown)")
TESTS = """
    import time
    import pytest

    @pytest.fixture
    def slow_before():
        yield
        time.sleep(0.001)

    @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
    def test_now(slow_before):
        assert time.time() == 1_577_836_800

    @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z", skip_sleeps=True)
    def test_sleep(slow_before):
        time.sleep(30 * 24 * 3600)

    def test_advance(slow_before, secretsmanager_clock):
        secretsmanager_clock.advance(days=30)

    @pytest.fixture
    def moved(secretsmanager_clock):
        secretsmanager_clock.advance(days=1)
        yield
        secretsmanager_clock.advance(days=1)

    def test_moved_at_setup_and_teardown(moved): pass

    @pytest.mark.secret("a", "x")
    @pytest.mark.secretsmanager(now="2099-01-01T00:00:00Z")
    def test_failed(secretsmanager_clock):
        secretsmanager_clock.advance(days=30)
        assert 1 == 2
"""


@dataclass
class Timings:
    """The outcome of a run, and how long it took by the clock of another process."""

    result: pytest.RunResult
    xml: ET.Element
    elapsed: float
    began_at: datetime
    ended_at: datetime


@pytest.fixture
def timed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Timed:
    """Return a function that runs the tests apart, with no other plugin that could keep time real."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    pytester.makepyfile(TESTS)

    def run(*arguments: str) -> Timings:
        began_at, began = datetime.now(timezone.utc), time.perf_counter()
        result = pytester.runpytest_subprocess(
            "-ppytest_secretsdelete.plugin", "--durations=0", "-vv", "--junitxml=times.xml", *arguments
        )
        elapsed, ended_at = time.perf_counter() - began, datetime.now(timezone.utc)
        result.assert_outcomes(passed=4, failed=1)
        return Timings(result, ET.parse(pytester.path / "times.xml").getroot(), elapsed, began_at, ended_at)

    return run


def test_durations_and_junit_times(timed: Timed) -> None:
    """Every duration that is shown or written is that of real seconds: together they fit into those of the run."""
    timings = timed()
    shown = [float(found[1]) for line in timings.result.outlines if (found := DURATION.match(line))]
    assert len(shown) == 15
    assert_real(shown, timings)
    written = [float(node.attrib["time"]) for node in timings.xml.iter("testcase")]
    assert len(written) == 5
    assert_real(written, timings)
    (of_suite,) = [float(node.attrib["time"]) for node in timings.xml.iter("testsuite")]
    (summary,) = re.findall(r"1 failed, 4 passed in (-?[\d.]+)s", timings.result.stdout.str())
    assert_real([of_suite], timings)
    assert_real([float(summary)], timings)
    assert of_suite >= sum(written) - ROUNDING * len(written)
    (stamp,) = [node.attrib["timestamp"] for node in timings.xml.iter("testsuite")]
    written_at = datetime.fromisoformat(stamp)
    written_at = written_at if written_at.tzinfo else written_at.astimezone()
    assert timings.began_at - timedelta(seconds=1) < written_at < timings.ended_at


def test_durations_under_xdist(timed: Timed) -> None:
    """So they are when workers measure them."""
    pytest.importorskip("xdist")
    timings = timed("-pxdist", "-n1")
    written = [float(node.get("time", "nan")) for node in timings.xml.iter("testcase")]
    assert len(written) == 5
    assert_real(written, timings)


def assert_real(seconds: list[float], timings: Timings) -> None:
    """Check that durations of one process, one after the other, are no longer than the run that they are of."""
    assert min(seconds) >= 0
    assert sum(seconds) < timings.elapsed + ROUNDING * len(seconds)
