"""Running a rotation: the four calls of the rotation function, and what becomes of the secret.

The function runs in the calling thread and outside the vault's lock, so that its own calls reach the same
fake. What it raises ends the rotation as a failed Lambda does; the caller never sees it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .instant import to_datetime
from .timeline import Rotation

if TYPE_CHECKING:
    from .store import Vault

ALL_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEST_STEP = ("testSecret",)
_LAMBDA_TIMEOUT = 30_000

_running = threading.local()


@dataclass(frozen=True, slots=True)
class Turn:
    """One rotation to run: of which secret, to which version, by which function, which steps, due when."""

    arn: str
    token: str
    function: str
    steps: tuple[str, ...]
    due: int

    @property
    def is_test(self) -> bool:
        """Whether this only tries the function out."""
        return self.steps == TEST_STEP

    @property
    def event_stem(self) -> str:
        """What the names of its lifecycle events begin with."""
        return "TestRotation" if self.is_test else "Rotation"


def is_rotating() -> bool:
    """Tell whether this thread is inside a rotation function."""
    return getattr(_running, "depth", 0) > 0


def claim(vault: Vault, turn: Turn) -> Turn:
    """Note, under the lock, that a rotation is about to run: until it has ended, no other comes due."""
    vault.running.append(threading.get_ident())
    return turn


def run(vault: Vault, turn: Turn) -> None:
    """Run a claimed rotation to its end or its failure."""
    try:
        _run(vault, turn)
    finally:
        with vault.lock:
            vault.running.remove(threading.get_ident())


def _run(vault: Vault, turn: Turn) -> None:
    _event(vault, turn, "Started")
    _running.depth = getattr(_running, "depth", 0) + 1
    succeeded = False
    try:
        with vault.surroundings():
            succeeded = all(_step(vault, turn, step) for step in turn.steps)
    finally:
        _running.depth -= 1
        _event(vault, turn, "Succeeded" if succeeded else "Failed")
    with vault.lock:
        secret = vault.by_arn(turn.arn)
        if secret is not None and succeeded and not turn.is_test:
            vault.change(secret, turn.due, last_rotated=turn.due)


def _step(vault: Vault, turn: Turn, step: str) -> bool:
    """Call the function for one step; tell whether it came back.

    Whatever a Lambda raises, sys.exit included, the rotation alone fails. What ends the test or the run
    (pytest.fail, KeyboardInterrupt) goes on its way, noted all the same.
    """
    event = {"Step": step, "SecretId": turn.arn, "ClientRequestToken": turn.token}
    error: BaseException | None = None
    try:
        vault.rotation_functions[turn.function](event, _context(turn.function))
    except BaseException as raised:
        error = raised
        if _ends_the_test(raised):
            raise
    finally:
        vault.timeline.rotation(Rotation(turn.arn, turn.token, step, to_datetime(turn.due), error))
    return error is None


def _ends_the_test(error: BaseException) -> bool:
    """Tell what is the test's own from what a function raises: pytest's outcomes, known by where they are defined."""
    kinds = [kind.__module__ for kind in type(error).__mro__]
    return isinstance(error, KeyboardInterrupt) or "_pytest.outcomes" in kinds


def _context(function: str) -> Any:
    """Return what a rotation function may read of Lambda's context object."""
    return SimpleNamespace(
        function_name=function.rsplit(":", 1)[-1],
        invoked_function_arn=function,
        aws_request_id=str(uuid4()),
        get_remaining_time_in_millis=lambda: _LAMBDA_TIMEOUT,
    )


def _event(vault: Vault, turn: Turn, ending: str) -> None:
    secret = vault.by_arn(turn.arn)
    if secret is not None:
        vault.timeline.event(f"{turn.event_stem}{ending}", secret, turn.due, versionId=turn.token)
