"""pytest's own timings stay real while the clock holds time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Timed = Callable[..., tuple[pytest.RunResult, ET.Element]]

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
        time.sleep(30)

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


@pytest.fixture
def timed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Timed:
    """Return a function that runs the tests apart, with no other plugin that could keep time real."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    pytester.makepyfile(TESTS)

    def run(*arguments: str) -> tuple[pytest.RunResult, ET.Element]:
        result = pytester.runpytest_subprocess(
            "-ppytest_secretsdelete.plugin", "--durations=0", "-vv", "--junitxml=times.xml", *arguments
        )
        result.assert_outcomes(passed=4, failed=1)
        return result, ET.parse(pytester.path / "times.xml").getroot()

    return run


def test_durations_and_junit_times(timed: Timed) -> None:
    """Every duration that is shown or written is that of real seconds."""
    result, xml = timed()
    shown = [float(found[1]) for line in result.outlines if (found := DURATION.match(line))]
    assert len(shown) == 15
    assert all(0 <= seconds < 5 for seconds in shown)
    written = {node.get("name"): float(node.attrib["time"]) for node in xml.iter() if "time" in node.attrib}
    assert len(written) == 6
    assert all(0 <= seconds < 20 for seconds in written.values())
    (summary,) = re.findall(r"1 failed, 4 passed in (-?[\d.]+)s", result.stdout.str())
    assert 0 <= float(summary) < 20
    (stamp,) = [node.attrib["timestamp"] for node in xml.iter("testsuite")]
    written_at = datetime.fromisoformat(stamp)
    written_at = written_at if written_at.tzinfo else written_at.astimezone()
    assert abs(datetime.now(timezone.utc) - written_at) < timedelta(minutes=5)


def test_durations_under_xdist(timed: Timed) -> None:
    """So they are when workers measure them."""
    pytest.importorskip("xdist")
    _, xml = timed("-pxdist", "-n1")
    written = [float(node.get("time", "nan")) for node in xml.iter("testcase")]
    assert len(written) == 5
    assert all(0 <= seconds < 5 for seconds in written)
