"""Runs rotations: makes the four calls of the rotation function, and records their end.

The function runs in the calling thread and outside the vault's lock, so that its own calls reach the same
fake. An exception ends the rotation as a failed Lambda does, and is not raised in the caller.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from . import locks
from .entries import Rotation
from .instant import to_datetime
from .operations.rotation import finish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from .model import Turn
    from .store import Vault
    from .undo import Checkpoint, Journal

    RotationFunction = Callable[[dict[str, str], Any], Any]

#: Instead of an ARN: every function that has no callable of its own.
EVERY_FUNCTION = "*"
#: So many rotations are known to have begun, up to a tenth more between two looks.
_BEGUN_KEPT = 100_000
_LAMBDA_TIMEOUT_IN_MILLISECONDS = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class _Registered:
    """A rotation that has been registered and has not ended, its thread, and the checkpoint that it began in."""

    turn: Turn
    thread: int
    checkpoint: Checkpoint | None

    @property
    def counts(self) -> bool:
        """Whether it is to go on: not after the end of its checkpoint, which has undone it."""
        return self.checkpoint is None or not self.checkpoint.is_over


class _OfThread(threading.local):
    #: The rotations whose functions this thread is in, innermost last.
    running: tuple[_Registered, ...] = ()


@dataclass(eq=False)
class RotationRunner:
    """The rotations of one service: its functions, what runs now, and what has run."""

    #: The present instant, in whole milliseconds.
    now: Callable[[], int]
    #: The context in which a function runs, so that its calls reach this service and no other.
    answering: Callable[[], AbstractContextManager[None]]
    #: How many scheduled rotations may come due at once, or in one move of the clock.
    limit: int
    journal: Journal
    #: The Python callables that are called as rotation Lambdas, by ARN.
    functions: dict[str, RotationFunction] = field(default_factory=dict)
    _registered: list[_Registered] = field(default_factory=list)
    #: The latest rotations that have begun, so that a repeated request starts none twice. Those come last that began
    #: last, or that the end of a checkpoint has put back.
    _begun: dict[tuple[str, str], bool] = field(default_factory=dict)
    _to_complete: set[tuple[str, str]] = field(default_factory=set)
    #: Of those that run.
    _abandoned: set[tuple[str, str]] = field(default_factory=set)
    _thread: _OfThread = field(default_factory=_OfThread)

    def __post_init__(self) -> None:
        locks.in_children(self._forget_other_threads)

    def _forget_other_threads(self) -> None:
        self._registered = [one for one in self._registered if one.thread == threading.get_ident()]

    @property
    def is_busy(self) -> bool:
        """Whether a rotation has been registered and has not ended, in whichever thread."""
        return any(one.counts for one in self._registered)

    @property
    def is_inside(self) -> bool:
        """Whether this thread is inside a rotation function of this service."""
        return bool(self._thread.running)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that a call of this thread belongs to: inside a rotation function, that of the rotation."""
        running = self._thread.running
        return running[-1].checkpoint if running else self.journal.innermost

    def has_begun(self, arn: str, token: str) -> bool:
        """Return whether a rotation of a secret to a version is among the latest that have begun."""
        return (arn, token) in self._begun

    def is_to_complete(self, arn: str, token: str) -> bool:
        """Return whether a rotation is to complete a version: neither a test nor a cancelled rotation is."""
        return (arn, token) in self._to_complete

    def use(self, arn: str, function: RotationFunction) -> None:
        """Call a callable as the function with this ARN, or for all that have none of their own."""
        with self.journal.lock:
            self.journal.item(self.functions, arn)
            self.functions[arn] = function

    def has_stand_in(self, arn: str) -> bool:
        """Return whether a callable is called as the function with this ARN."""
        return bool({arn, EVERY_FUNCTION} & self.functions.keys())

    def _stand_in_for(self, arn: str) -> RotationFunction:
        return self.functions[arn if arn in self.functions else EVERY_FUNCTION]

    def register(self, turn: Turn) -> Turn:
        """Register a rotation, under the vault's lock, before it runs: until it has ended, no other comes due."""
        self._registered.append(_Registered(turn, threading.get_ident(), self.journal.innermost))
        rotation = (turn.arn, turn.token)
        for rotations in (self._abandoned, self._to_complete):
            self.journal.member(rotations, rotation)
        self.journal.item(self._begun, rotation)
        self._begun.pop(rotation, None)  # one that begins again is the latest
        self._begun[rotation] = True
        self._abandoned.discard(rotation)
        if not turn.is_test:
            self._to_complete.add(rotation)
        if len(self._begun) > _BEGUN_KEPT + _BEGUN_KEPT // 10:
            self._forget_begun(list(itertools.islice(self._begun, len(self._begun) - _BEGUN_KEPT)))
        return turn

    def _forget_begun(self, rotations: Iterable[tuple[str, str]]) -> None:
        for rotation in rotations:
            self.journal.item(self._begun, rotation)
            self._begun.pop(rotation, None)

    def call_off(self, arn: str, token: str) -> None:
        """Record that a rotation is not to complete its version: it is cancelled, or the version is gone."""
        if (arn, token) in self._to_complete:
            self.journal.member(self._to_complete, (arn, token))
            self._to_complete.discard((arn, token))

    def abandon(self, arn: str, token: str) -> None:
        """Record that a new value has abandoned a rotation: its function is called for no further step."""
        self.call_off(arn, token)
        if any((one.turn.arn, one.turn.token) == (arn, token) for one in self._registered):
            self.journal.member(self._abandoned, (arn, token))
            self._abandoned.add((arn, token))

    def forget(self, arn: str, tokens: Iterable[str]) -> None:
        """Forget the rotations of a secret that is gone: no call can ask for them any more. What runs ends first."""
        running = {(one.turn.arn, one.turn.token) for one in self._registered}
        gone = {(arn, token) for token in tokens} - running
        self._forget_begun(gone & self._begun.keys())
        for token in (token for _, token in gone):
            self.call_off(arn, token)

    def run(self, vault: Vault, turn: Turn) -> None:
        """Run a registered rotation to its end or its failure; once its checkpoint has ended, no further."""
        registered = next(one for one in self._registered if one.turn is turn)
        try:
            self._run(vault, registered)
        finally:
            with vault.lock:
                self._registered.remove(registered)
                self._abandoned.discard((turn.arn, turn.token))
                if vault.by_arn(turn.arn) is None:
                    self.forget(turn.arn, [turn.token])

    def _run(self, vault: Vault, registered: _Registered) -> None:
        turn = registered.turn
        with vault.lock:
            if registered.counts:
                _event(vault, turn, "Started", turn.due)
        began, succeeded = self.now(), False
        try:
            with self._inside(registered), self.answering():
                succeeded = self._run_steps(vault, registered)
        finally:
            ended = turn.due + max(self.now() - began, 0)
            with vault.lock:
                if registered.counts:
                    self._end(vault, turn, ended, succeeded=succeeded)

    def _end(self, vault: Vault, turn: Turn, ended: int, *, succeeded: bool) -> None:
        if not self._is_abandoned(turn):
            _event(vault, turn, "Succeeded" if succeeded else "Failed", ended)
        finish(vault, turn, ended, succeeded=succeeded)

    def _run_steps(self, vault: Vault, registered: _Registered) -> bool:
        """Call the function for each step; return whether all succeeded and the rotation was not abandoned."""
        turn, rotation_token = registered.turn, str(uuid4())
        for step in turn.steps:
            if not registered.counts or not self._step(vault, registered, step, rotation_token):
                return False
            if self._is_abandoned(turn):
                return False
        return True

    def _is_abandoned(self, turn: Turn) -> bool:
        return (turn.arn, turn.token) in self._abandoned

    @contextmanager
    def _inside(self, registered: _Registered) -> Iterator[None]:
        before = self._thread.running
        try:
            self._thread.running = (*before, registered)
            yield
        finally:
            self._thread.running = before

    def _step(self, vault: Vault, registered: _Registered, step: str, rotation_token: str) -> bool:
        """Call the function for one step; return whether it returned normally.

        An exception of the function, including sys.exit, only fails the rotation. One that ends the test or the run
        (pytest.fail, KeyboardInterrupt) is recorded and raised again.
        """
        turn = registered.turn
        event = {
            "Step": step,
            "SecretId": turn.arn,
            "ClientRequestToken": turn.token,
            "RotationToken": rotation_token,
        }
        error: BaseException | None = None
        try:
            self._stand_in_for(turn.function)(event, _context(turn.function))
        except BaseException as raised:
            error = raised
            if _ends_the_test(raised):
                raise
        finally:
            with vault.lock:
                if registered.counts:
                    vault.timeline.rotation(Rotation(turn.arn, turn.token, step, to_datetime(turn.due), error))
        return error is None


def _ends_the_test(error: BaseException) -> bool:
    """Return whether an exception is one of pytest's outcomes, recognised by the module that defines it."""
    kinds = [kind.__module__ for kind in type(error).__mro__]
    return isinstance(error, KeyboardInterrupt) or "_pytest.outcomes" in kinds


def _context(function: str) -> Any:
    """Return what a rotation function may read of Lambda's context object."""
    return SimpleNamespace(
        function_name=function.rsplit(":", 1)[-1],
        invoked_function_arn=function,
        aws_request_id=str(uuid4()),
        get_remaining_time_in_millis=lambda: _LAMBDA_TIMEOUT_IN_MILLISECONDS,
    )


def _event(vault: Vault, turn: Turn, ending: str, at: int) -> None:
    secret = vault.by_arn(turn.arn)
    if secret is not None:
        vault.timeline.event(f"{turn.event_stem}{ending}", secret, at, versionId=turn.token)
