"""The recovery windows of a life, also where calls of other threads stand between."""

from __future__ import annotations

from pytest_secretsdelete._service.entries import Step
from pytest_secretsdelete._service.instant import DAY, to_datetime
from pytest_secretsdelete._service.report.windows import latest_window, windows
from pytest_secretsdelete._service.timeline import Timeline

from ...support import REGION


def test_a_call_of_another_thread_stands_between() -> None:
    """The deletion of a window is the latest DeleteSecret before its start, whatever stands between."""
    timeline = Timeline()
    deletion, other = (timeline.begin(operation, REGION, 0) for operation in ("DeleteSecret", "DescribeSecret"))
    start = Step("StartSecretVersionDelete", "arn", REGION, 0, {"deletionDate": to_datetime(7 * DAY)})
    life = [other, deletion, other, other, start, other]
    window = latest_window(life, len(life))
    assert window is not None
    assert window.call is deletion
    assert window == windows(life)[-1]
    assert latest_window(life, 4) is None
    orphan = latest_window([other, start], 2)
    assert orphan is not None
    assert orphan.call is None
