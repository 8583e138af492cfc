"""Rules: deleting and restoring, mostly around the deletion date, and moving time."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .choices import DELETIONS, forms, steps, whoms
from .comparing import EPOCH
from .machine import Machine


class Deletion(Machine):
    """Everything that deletes, restores or lets time pass."""

    @rule(whom=whoms, form=forms, options=st.sampled_from(DELETIONS))
    def delete(self, whom: int, form: str, options: tuple[int | None, bool | None]) -> None:
        """Delete a secret, with a window or without."""
        window, forced = options
        self.ask("DeleteSecret", whom, form, RecoveryWindowInDays=window, ForceDeleteWithoutRecovery=forced)

    @rule(
        whom=whoms,
        window=st.sampled_from((None, 7)),
        aside=st.sampled_from((-1, 0, 1)),
        then=st.sampled_from(("restore", "restore", "force", "read", "create", "delete")),
    )
    def live_on_the_edge(self, whom: int, window: int | None, aside: int, then: str) -> None:
        """Delete a secret, go to its deletion date or a millisecond to either side, and do something with it."""
        self.ask("DeleteSecret", whom, RecoveryWindowInDays=window)
        region, name = self.last
        held = self.lookup(region, name)
        if held is None or held.deletion is None:
            return
        self._go_to(held.deletion + aside)
        if then == "restore":
            self.call("RestoreSecret", region, SecretId=held.arn)
        elif then == "read":
            self.call("GetSecretValue", region, SecretId=name)
        elif then == "create":
            self.call("CreateSecret", region, Name=name, ClientRequestToken=self.token(None))
        else:
            forced = {"ForceDeleteWithoutRecovery": True} if then == "force" else {}
            self.call("DeleteSecret", region, SecretId=name, **forced)

    @rule(whom=whoms, form=forms)
    def restore(self, whom: int, form: str) -> None:
        """Restore a secret."""
        self.ask("RestoreSecret", whom, form)

    @rule(seconds=steps)
    def advance(self, seconds: float) -> None:
        """Move the clock by a step."""
        self.clock.advance(seconds=seconds)

    @precondition(lambda self: self.reference.dues())
    @rule(which=st.integers(0, 7), aside=st.sampled_from((-1, 0, 1)), date=st.sampled_from(("deletion", "due")))
    def move_to_what_is_due(self, which: int, aside: int, date: str) -> None:
        """Move the clock to a deletion date, a purge or a rotation: to the millisecond, before or after."""
        deletions = [held.deletion for held in self.held_now if held.deletion is not None]
        dates = deletions if date == "deletion" else self.reference.dues()
        if dates:
            self._go_to(dates[which % len(dates)] + aside)

    def _go_to(self, instant: int) -> None:
        """Move the clock to an instant, unless that has passed."""
        self.clock.move_to(max(EPOCH + timedelta(milliseconds=instant), self.clock.now()))

    @precondition(lambda self: not any(held.schedule for held in self.held_now))
    @rule(seconds=steps)
    def tick(self, seconds: float) -> None:
        """Move time behind the clock's back: the fake follows."""
        self.frozen.tick(timedelta(seconds=seconds))
