"""All that a fake holds, as a value that can be compared."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pytest_secretsdelete._fake import service_of

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager


def whole_state(fake: FakeSecretsManager) -> dict[str, Any]:
    """Return everything that a fake holds: secrets, listings, records, failures, rotations, what comes due."""
    timeline = service_of(fake).timeline
    return {
        **state_without_records(fake),
        "records": list(timeline),
        "calls": timeline.calls,
        "forgetting": (timeline._floor, timeline._settled, timeline._next_look),
    }


def state_without_records(fake: FakeSecretsManager) -> dict[str, Any]:
    """Return everything that a fake holds but the record of what happened; cheap, since states are immutable."""
    service = service_of(fake)
    vault, failures, rotations = service.vault, service.failures, service.vault.rotations
    return {
        "secrets": dict(vault._by_arn),
        "names": {place: dict(store.by_name) for place, store in vault._stores.items()},
        "scheduled": {place: store.scheduled for place, store in vault._stores.items()},
        "created by calls": dict(vault._created_by_calls),
        "faults": [(fault, fault.left, fault.withdrawn) for fault in failures._faults],
        "denials": list(failures._denials),
        "functions": dict(rotations.functions),
        "rotations": (set(rotations._begun), set(rotations._to_complete), set(rotations._abandoned)),
        "busy": rotations.is_busy,
        "due": vault.next_due(),
        "latest": vault.latest,
        "region": service._region,
        "delays": vault.delays,
    }


def comparable_state(fake: FakeSecretsManager) -> dict[str, Any]:
    """Return everything but the records, with copies of what the states of one secret share and change in place."""
    state = state_without_records(fake)
    versions = {arn: secret.versions.placed() for arn, secret in state["secrets"].items()}
    return {**state, "versions": versions, "rules": _rules(state["secrets"])}


def _rules(secrets: dict[str, Any]) -> dict[str, Any]:
    return {arn: copy.deepcopy(one.rotation.rules) for arn, one in secrets.items() if one.rotation is not None}


def check_orders(fake: FakeSecretsManager) -> None:
    """Assert that each listing that is kept up has what a new one would have, and that nothing due is missed."""
    vault = service_of(fake).vault
    for store in vault._stores.values():
        for order in store._orders.values():
            anew = type(order)(store.by_name.values(), order._key, order._admits)
            assert list(order._from(())) == list(anew._from(()))
