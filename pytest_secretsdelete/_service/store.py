"""The secrets of one account and region, and the vault that holds every store of a fake.

This is the mutable state that operations change. Hold `vault.lock` to read or change it.
"""

from __future__ import annotations

import heapq
import itertools
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import names
from .due import due_of
from .order import Order
from .records import replace

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from .delays import Delays
    from .model import SecretRecord
    from .order import Key
    from .regions import Regions
    from .rotation_run import RotationRunner
    from .timeline import Timeline
    from .undo import Checkpoint, Journal


#: How long the agenda may grow before it is tidied, however few secrets there are.
_SMALL_AGENDA = 1000


def by_creation(secret: SecretRecord) -> tuple[int, int]:
    """Return what secrets are sorted by: oldest first."""
    return secret.created, secret.serial


def _is_scheduled(secret: SecretRecord | None) -> bool:
    return secret is not None and secret.is_scheduled_for_deletion


@dataclass
class Vault:
    """Every secret of one fake: a store for each account and region, under one lock."""

    timeline: Timeline
    delays: Delays
    rotations: RotationRunner
    regions: Regions
    journal: Journal
    #: The latest instant that the fake has seen.
    latest: int = 0
    #: The stores that hold a secret.
    _stores: dict[tuple[str, str], Store] = field(default_factory=dict)
    #: All stores that exist. An empty one exists as long as somebody refers to it, who may put a secret into it.
    _existing: weakref.WeakValueDictionary[tuple[str, str], Store] = field(default_factory=weakref.WeakValueDictionary)
    _by_arn: dict[str, SecretRecord] = field(default_factory=dict)
    #: What comes due: the instant, the secret's place in the order of creation, its ARN.
    _agenda: list[tuple[int, tuple[int, int], str]] = field(default_factory=list)
    #: The ARNs of the secrets that calls have created and that are not scheduled for deletion.
    _created_by_calls: dict[str, None] = field(default_factory=dict)
    _order: Iterator[int] = field(default_factory=itertools.count)

    @property
    def lock(self) -> threading.RLock:
        """The lock of the whole fake."""
        return self.journal.lock

    def store(self, account: str, region: str) -> Store:
        """Return the store of an account and region; there is one at a time, and nothing is left of an empty one."""
        return self._stores.get((account, region)) or self._existing_store(account, region)

    def _existing_store(self, account: str, region: str) -> Store:
        with self.lock:
            store = self._existing.get((account, region))
            if store is None:
                store = self._existing[account, region] = Store(self, account, region)
            return store

    def store_of(self, secret: SecretRecord) -> Store:
        """Return the store that holds a secret."""
        return self.store(secret.account_id, secret.region)

    def by_arn(self, arn: str) -> SecretRecord | None:
        """Return the secret with exactly this ARN, or None."""
        return self._by_arn.get(arn)

    def __getitem__(self, arn: str) -> SecretRecord:
        """Return the secret with exactly this ARN, which is known to be there."""
        return self._by_arn[arn]

    def secrets(self) -> list[SecretRecord]:
        """Return all secrets of all accounts and regions, in the order of their creation."""
        return sorted(self._by_arn.values(), key=by_creation)

    def left_by_calls(self) -> list[SecretRecord]:
        """Return the secrets that calls have created and that are not scheduled for deletion, oldest first."""
        return sorted((self._by_arn[arn] for arn in self._created_by_calls), key=by_creation)

    def __contains__(self, secret_id: object) -> bool:
        """Return whether a secret of any account and region has this name or this ARN."""
        return secret_id in self._by_arn or any(secret_id in store.by_name for store in self._stores.values())

    def __len__(self) -> int:
        return len(self._by_arn)

    def gained_since(self, checkpoint: Checkpoint) -> list[SecretRecord]:
        """Return the secrets that were not there when a checkpoint began, in the order of their creation."""
        changed = self.journal.changed_since(checkpoint, self)
        gained = (self._by_arn.get(arn) for arn, older in changed.items() if older is None)
        return sorted(filter(None, gained), key=by_creation)

    def next_serial(self) -> int:
        """Return the place of a new secret in the order of creation."""
        return next(self._order)

    def put(self, secret: SecretRecord) -> None:
        """Add a secret, or put its newer state in the place of the older one."""
        old = self._by_arn.get(secret.arn)
        self.journal.note(self, secret.arn, old, self._put_back)
        store = self.store_of(secret)
        store.put(secret)
        self._stores[store.account, store.region] = store
        self._by_arn[secret.arn] = secret
        if not secret.seeded and not secret.is_scheduled_for_deletion:
            self._created_by_calls[secret.arn] = None
        else:
            self._created_by_calls.pop(secret.arn, None)
        due = due_of(secret)
        if due is not None and (old is None or due_of(old) != due or by_creation(old) != by_creation(secret)):
            heapq.heappush(self._agenda, (due, by_creation(secret), secret.arn))
            self._tidy_agenda()

    def _tidy_agenda(self) -> None:
        """Remove outdated entries, once they are the majority."""
        if len(self._agenda) > 2 * len(self._by_arn) + _SMALL_AGENDA:
            dues = ((due_of(secret), secret) for secret in self._by_arn.values())
            self._agenda = [(due, by_creation(secret), secret.arn) for due, secret in dues if due is not None]
            heapq.heapify(self._agenda)

    def remove(self, secret: SecretRecord) -> None:
        """Remove a secret for good."""
        self.journal.note(self, secret.arn, self._by_arn[secret.arn], self._put_back)
        store = self.store_of(secret)
        store.remove(secret.name)
        if not store.by_name:
            del self._stores[store.account, store.region]
        del self._by_arn[secret.arn]
        self._created_by_calls.pop(secret.arn, None)
        self.rotations.forget(secret.arn, secret.versions.ids_ever())

    def _put_back(self, arn: str, older: SecretRecord | None) -> None:
        """Put the older state of a secret back; None where there was no such secret."""
        present = self._by_arn.get(arn)
        if older is not None:
            self.put(older)
        elif present is not None:
            self.remove(present)

    def change(self, secret: SecretRecord, at: int, **changes: Any) -> SecretRecord:
        """Change a secret and stamp it: AWS's LastChangedDate rises with every change, by 1 ms at least."""
        changed = replace(secret, changed=max(at, secret.changed + 1), **changes)
        self.put(changed)
        return changed

    def touch(self, secret: SecretRecord, **changes: Any) -> SecretRecord:
        """Change a secret without a new LastChangedDate, for example its LastAccessedDate."""
        touched = replace(secret, **changes)
        self.put(touched)
        return touched

    def may_have_due(self, until: int) -> bool:
        """Return whether anything may come due up to an instant: an entry that is outdated counts, too."""
        agenda = self._agenda
        return bool(agenda) and agenda[0][0] <= until

    def due_until(self, until: int) -> list[SecretRecord]:
        """Return the secrets of which something comes due up to an instant, oldest first; no other one is looked at."""
        agenda, arns, places = self._agenda, set(), [0]
        for place in places:
            if place < len(agenda) and agenda[place][0] <= until:
                due, _, arn = agenda[place]
                if arn in self._by_arn and due_of(self._by_arn[arn]) == due:
                    arns.add(arn)
                places += (2 * place + 1, 2 * place + 2)  # in a heap nothing comes due before what is above it
        return sorted((self._by_arn[arn] for arn in arns), key=by_creation)

    def next_due(self) -> tuple[int, SecretRecord] | None:
        """Return the instant and the secret of what comes due first; the oldest secret's at the same instant."""
        while self._agenda:
            due, place, arn = self._agenda[0]
            secret = self._by_arn.get(arn)
            if secret is not None and due_of(secret) == due and by_creation(secret) == place:
                return due, secret
            heapq.heappop(self._agenda)  # outdated by a later state of the secret
        return None


@dataclass
class Store:
    """The secrets of one account and region."""

    vault: Vault
    account: str
    region: str
    by_name: dict[str, SecretRecord] = field(default_factory=dict)
    #: All secrets, oldest first: kept up from the first one on.
    by_creation: Order = field(default_factory=lambda: Order((), by_creation))
    #: How many secrets are scheduled for deletion.
    scheduled: int = 0
    _orders: dict[str, Order] = field(default_factory=dict)

    def put(self, secret: SecretRecord) -> None:
        """Keep a secret's newest state, under its name."""
        self._replace(self.by_name.get(secret.name), secret)
        self.by_name[secret.name] = secret

    def remove(self, name: str) -> None:
        """Remove a secret."""
        self._replace(self.by_name.pop(name), None)

    def _replace(self, old: SecretRecord | None, new: SecretRecord | None) -> None:
        if old is None or new is None or by_creation(old) != by_creation(new):
            self.by_creation.replace(old, new)
        self.scheduled += _is_scheduled(new) - _is_scheduled(old)
        for order in self._orders.values():
            order.replace(old, new)

    def order(
        self, name: str, key: Callable[[SecretRecord], Key], admits: Callable[[SecretRecord], bool] = lambda _: True
    ) -> Order:
        """Return the secrets in the order of a key; it is sorted on first use, and kept up to date afterwards."""
        if name not in self._orders:
            self._orders[name] = Order(self.by_name.values(), key, admits)
        return self._orders[name]

    def get(self, name: str) -> SecretRecord | None:
        """Return the secret with this name."""
        return self.by_name.get(name)

    def secrets(self) -> list[SecretRecord]:
        """Return all secrets, in the order of their creation."""
        return [self.by_name[name] for name in self.by_creation.names()]

    def lookup(self, secret_id: str) -> SecretRecord | None:
        """Find a secret by its name, its ARN, or an ARN without the six random characters.

        AWS takes the end of a name that looks like those six characters for them, so that the partial ARN
        of such a secret finds nothing (recorded); its name and its whole ARN do.
        """
        if not names.is_arn(secret_id):
            return self.get(secret_id)
        arn = names.parse_arn(secret_id)
        if arn is None or arn.region != self.region:
            return None
        exact = self.vault.by_arn(secret_id)
        if exact is not None or arn.has_suffix:
            return exact
        named = self.vault.store(arn.account, arn.region).get(arn.rest)
        return named if named is not None and named.arn.startswith(f"{secret_id}-") else None

    def new_arn(self, name: str) -> str:
        """Return an ARN for a new secret, with a suffix of its own."""
        return names.build_arn(name, names.new_suffix(), region=self.region, account=self.account)
