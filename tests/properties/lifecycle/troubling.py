"""Rules: seeds, faults, denials, and the client that tries again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from ..reference import CURRENT, DAY, PREVIOUS, Fault, Held, HeldVersion
from .choices import ACTIONS, AGES, FAULTS, PLACES, forms, values, whoms
from .comparing import now_in_milliseconds
from .machine import Machine

WINDOW = 7


class Troubling(Machine):
    """Everything that is done to the fake itself, and not by a call."""

    @rule(
        place=st.sampled_from(PLACES),
        value=st.none() | values,
        previous=st.none() | values,
        tags=st.none() | st.just({"a": "1"}),
        age=st.sampled_from(AGES),
    )
    def seed(
        self,
        place: tuple[str, str],
        value: str | bytes | None,
        previous: str | bytes | None,
        tags: dict[str, str] | None,
        age: tuple[float | None, int | None],
    ) -> None:
        """Put a secret in without a call; a name is seeded once."""
        region, name = place
        previous = None if value is None else previous
        ages: dict[str, Any] = {"created_days_ago": age[0], "deleted_days_ago": age[1]}
        if age[1] is not None:
            ages["recovery_window_in_days"] = WINDOW
        options: dict[str, Any] = {"region": region, "tags": tags, "previous": previous, **ages}
        self.reference.settle(now_in_milliseconds())
        if self.lookup(region, name) is not None:
            with pytest.raises(ValueError, match="already"):
                self.fake.seed(name, value, **options)
            return
        secret = self.fake.seed(name, value, **options)
        held = self._expected_seed(self.note_arn(secret.arn, region, name), place, tags, age)
        versions = [(one, label) for one, label in ((previous, PREVIOUS), (value, CURRENT)) if one is not None]
        for (one, label), version in zip(versions, secret.versions, strict=True):
            held.versions.append(HeldVersion(version.version_id, held.created, one, [label]))

    def _expected_seed(
        self, arn: str, place: tuple[str, str], tags: dict[str, str] | None, age: tuple[float | None, int | None]
    ) -> Held:
        """Add a seed to the model: created so long ago, or when it was deleted."""
        (region, name), now = place, now_in_milliseconds()
        created_ago, deleted_ago = age
        created = now - int((created_ago or deleted_ago or 0) * DAY)
        deleted = created if deleted_ago is None else now - deleted_ago * DAY
        held = Held(name, arn, region, created, max(created, deleted), tags=tags, seeded=True)
        self.reference.store.add(held)
        if deleted_ago is not None:
            deletion = self.reference.deletion
            deletion.mark(held, deleted, deleted + WINDOW * DAY, deletion.purge_delay)
        return held

    @precondition(lambda self: self.may_be_troubled and len(self.reference.troubles.faults) < 3)
    @rule(
        operation=st.sampled_from(ACTIONS),
        error=st.sampled_from(sorted(FAULTS)),
        times=st.sampled_from((1, 1, 1, 2, 3, None)),
        whom=st.none() | whoms,
        form=forms,
    )
    def fail(self, operation: str, error: str, times: int | None, whom: int | None, form: str) -> None:
        """Let calls fail."""
        about = None if whom is None else self.secret_id(*self.place(whom), form)
        handle = self.fake.fail(operation, FAULTS[error], times=times, secret_id=about)
        fault = Fault(operation, error, times, about)
        self.reference.troubles.faults.append(fault)
        self.handles.append((handle, fault))

    @precondition(lambda self: self.handles)
    @rule(every=st.booleans())
    def withdraw(self, every: bool) -> None:
        """Take faults back."""
        chosen, self.handles = (self.handles, []) if every else (self.handles[-1:], self.handles[:-1])
        for handle, fault in chosen:
            handle.withdraw()
            self.reference.troubles.faults.remove(fault)

    @precondition(lambda self: self.may_be_troubled and len(self.reference.troubles.denials) < 2)
    @rule(action=st.sampled_from(ACTIONS), whom=st.none() | whoms, form=forms)
    def deny(self, action: str, whom: int | None, form: str) -> None:
        """Deny an action."""
        about = None if whom is None else self.secret_id(*self.place(whom), form)
        self.fake.deny(action, about)
        self.reference.troubles.deny(action, about)

    @precondition(lambda self: self.reference.troubles.denials)
    @rule(action=st.sampled_from(("*", *ACTIONS)), which=st.none() | st.integers(0, 3))
    def allow(self, action: str, which: int | None) -> None:
        """Allow again what was denied."""
        denials = self.reference.troubles.denials
        about = None if which is None else denials[which % len(denials)][1]
        self.fake.allow(action, about)
        self.reference.troubles.allow(action, about)

    @precondition(lambda self: self.reference.troubles)
    @rule()
    def end_all_trouble(self) -> None:
        """Withdraw every fault and allow everything."""
        for handle, _ in self.handles:
            handle.withdraw()
        self.handles, self.reference.troubles.faults = [], []
        self.fake.allow()
        self.reference.troubles.denials = []

    @precondition(lambda self: self.may_be_troubled)
    @rule(patient=st.booleans())
    def choose_client(self, patient: bool) -> None:
        """Go on with a client that tries again, or with one that does not."""
        self.patient = patient
