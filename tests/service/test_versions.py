"""The versions of a secret: each state keeps its own, whatever later states append to what they share."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsdelete._service import versions as module
from pytest_secretsdelete._service.model import VersionRecord
from pytest_secretsdelete._service.operations import staging
from pytest_secretsdelete._service.versions import Versions

ids = st.sampled_from([f"v{number}" for number in range(8)])
labels = st.sets(st.sampled_from("ab"), max_size=1).map(tuple)
steps = st.lists(
    st.tuples(st.sampled_from(["add", "replace", "remove", "clean", "back"]), ids, labels, st.integers(0, 9))
)


class Model:
    """The same as lists, copied at every step."""

    def __init__(self, held: tuple[VersionRecord, ...] = (), removed: frozenset[str] = frozenset()) -> None:
        self.held = held
        self.removed = removed

    def without(self, version_id: str) -> tuple[VersionRecord, ...]:
        return tuple(version for version in self.held if version.version_id != version_id)


def changed(model: Model, versions: Versions, step: str, version: VersionRecord) -> tuple[Model, Versions]:
    """Take one step with both."""
    version_id = version.version_id
    known = versions.get(version_id) is not None
    if step == "add":
        return Model((*model.without(version_id), version), model.removed - {version_id}), versions.added(version)
    if step == "replace" and known:
        held = tuple(version if one.version_id == version_id else one for one in model.held)
        return Model(held, model.removed), versions.replaced(version)
    if step == "remove":
        return Model(model.without(version_id), model.removed), versions.without({version_id})
    if step == "clean" and known:
        return Model(model.without(version_id), model.removed | {version_id}), versions.cleaned_up({version_id})
    return model, versions


@given(steps)
def test_states_are_independent(taken: list[tuple[str, str, tuple[str, ...], int]]) -> None:
    """Whatever is done to a later state, an earlier one stays, and going on from it gives what copies would."""
    states = [(Model(), Versions.of())]
    for step, version_id, given_labels, number in taken:
        model, versions = states[number % len(states)] if step == "back" else states[-1]
        version = VersionRecord(version_id, number, f"{len(states)}", given_labels)
        states.append(changed(model, versions, "add" if step == "back" else step, version))
    for model, versions in states:
        anew = Versions.of(*model.held)
        assert (versions == anew) == (versions.placed() == anew.placed())
        assert list(versions) == list(model.held)
        assert len(versions) == len(model.held)
        assert versions.labelled == tuple(version for version in model.held if version.labels)
        for version_id in (f"v{number}" for number in range(8)):
            known = next((version for version in model.held if version.version_id == version_id), None)
            assert versions.get(version_id) == known
            assert versions.was_removed(version_id) == (version_id in model.removed)


@given(steps)
def test_a_replica_follows(taken: list[tuple[str, str, tuple[str, ...], int]]) -> None:
    """The versions of a replica are its primary's after each change that the service makes: all add with a label."""
    model, versions, followed = Model(), Versions.of(), None
    for step, version_id, given_labels, number in taken:
        known = versions.get(version_id)
        if step == "replace" and known is not None:
            model, versions = changed(model, versions, step, replace(known, labels=given_labels))
        else:
            version = VersionRecord(version_id, number, step, ("a",))
            model, versions = changed(model, versions, "add" if step == "back" else step, version)
        followed = versions.followed_by(followed, lambda version: replace(version, kms_key_id="another"))
        assert list(followed) == [replace(version, kms_key_id="another") for version in model.held]
        assert all(followed.was_removed(gone) for gone in model.removed)


def test_ids_of_removed_versions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the versions that have been cleaned up, the ids of the latest are known; an earlier state keeps its own."""
    monkeypatch.setattr(module, "REMOVED_IDS_KEPT", 20)
    ids = [f"v{number}" for number in range(100)]
    versions = Versions.of(*(VersionRecord(version_id, 0, "value") for version_id in ids))
    earlier = versions
    for count, version_id in enumerate(ids, 1):
        versions = versions.cleaned_up({version_id})
        known = [one for one in ids if versions.was_removed(one)]
        assert known == ids[count - len(known) : count]
        assert min(count, 20) <= len(known) <= 22
        if count == 22:
            earlier = versions
    assert [one for one in ids if earlier.was_removed(one)] == ids[:22]
    assert [*earlier.ids_ever()] == [*ids[22:], *ids[:22]]


def test_a_change_looks_at_no_version_that_it_leaves_alone() -> None:
    """A new value runs as many functions on a secret with 1,000 versions as on one with 10."""

    def put(versions: Versions, number: int) -> Versions:
        return staging.add(versions, VersionRecord(f"v{number}", number, "value"), ["AWSCURRENT"])

    def functions_run(count: int) -> int:
        versions, run = functools.reduce(put, range(count), Versions.of()), []
        sys.setprofile(lambda _frame, event, _argument: run.append(event))
        try:
            put(versions, count)
        finally:
            sys.setprofile(None)
        return len(run)

    assert 0 < functions_run(1000) == functions_run(10)
