"""Set-up of a test according to its plan: freezes time, makes the fake, puts in the seeds."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from .._fake import FakeSecretsManager, forget_environment, service_of
from .._reach.environment import present_variables
from .._time import freezing, reading
from .._time.clock import Clock
from .markers import wrong_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .markers import Plan


@contextmanager
def held_time(plan: Plan) -> Iterator[Clock]:
    """Freeze time, unless it is frozen already, and let sleeping move the clock where the plan says so."""
    if plan.now is not None and not reading.may_freeze():
        pytest.fail("now= cannot freeze time: time-machine controls it. Use only one of them.", pytrace=False)
    with freezing.held(plan.now):
        if plan.skip_sleeps and not reading.is_frozen():
            pytest.fail("skip_sleeps cannot move time: time-machine controls it. Use only one of them.", pytrace=False)
        clock = Clock()
        with clock.skip_sleeps() if plan.skip_sleeps else nullcontext():
            yield clock


def new_fake(plan: Plan) -> FakeSecretsManager:
    """Return a fake with the settings of a plan, not started."""
    return FakeSecretsManager(**vars(plan.settings))


def seed(fake: FakeSecretsManager, plan: Plan) -> None:
    """Put the seeds of a test's plan into its fake; fail the test for a wrong one."""
    try:
        for planned in plan.seeds:
            service_of(fake).seed(planned)
    except ValueError as error:
        raise wrong_marker(error) from None


def environment_restorer(fake: Callable[[], FakeSecretsManager | None]) -> Callable[[], None]:
    """Return a function that restores today's variables once the fake has stopped.

    A monkeypatch fixture that was made before the fake is undone after it, and may set the fake's variables again.
    """
    before = present_variables()

    def restore() -> None:
        stopped = fake()
        if stopped is not None:
            forget_environment(stopped, before)

    return restore
