"""Set-up of a test according to its plan: freezes time, makes the fake, puts in the seeds."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from .._fake import FakeSecretsManager, forget_environment, service_of
from .._reach.environment import present_variables
from .._time import freezing, reading
from .._time.clock import Clock
from .joining import Use, check_name, joined
from .markers import wrong_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .markers import Plan


@contextmanager
def held_time(plan: Plan, *, is_shared: bool) -> Iterator[Clock]:
    """Freeze time, unless it is frozen already, and let sleeping move the clock where the plan says so.

    Beside a shared fake, a freeze that is there already, and may be as wide as that, has its time back at the end.
    """
    if plan.now is not None and not reading.may_freeze():
        pytest.fail("now= cannot freeze time: time-machine controls it. Use only one of them.", pytrace=False)
    adopts = is_shared and plan.now is None
    with freezing.set_back() if adopts else nullcontext(), freezing.held(plan.now):
        if plan.skip_sleeps and not reading.is_frozen():
            pytest.fail("skip_sleeps cannot move time: time-machine controls it. Use only one of them.", pytrace=False)
        clock = Clock()
        with clock.skip_sleeps() if plan.skip_sleeps else nullcontext():
            yield clock


@contextmanager
def own_fake(plan: Plan) -> Iterator[Use]:
    """Give a test a fake of its own."""
    with FakeSecretsManager(**vars(plan.settings)) as fake:
        yield Use(fake)


@contextmanager
def joined_fake(plan: Plan, shared: FakeSecretsManager) -> Iterator[Use]:
    """Let a test join a fake, with the delays of its plan."""
    with joined(shared) as use:
        service_of(shared).set_delays(plan.settings.delays)
        yield use


def seed(use: Use, plan: Plan) -> None:
    """Put the seeds of a test's plan into its fake; fail the test for a wrong one."""
    try:
        for planned in plan.seeds:
            check_name(use, planned)
            service_of(use.fake).seed(planned)
    except ValueError as error:
        raise wrong_marker(error) from None


def environment_restorer(used: Callable[[], Use | None]) -> Callable[[], None]:
    """Return a function that restores today's variables once the fake of a test's own has stopped.

    A monkeypatch fixture that was made before the fake is undone after it, and may set the fake's variables again.
    """
    before = present_variables()

    def restore() -> None:
        use = used()
        if use is not None and use.checkpoint is None:
            forget_environment(use.fake, before)

    return restore
