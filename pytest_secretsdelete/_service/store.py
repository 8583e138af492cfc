"""The secrets of one account and region, and the vault that holds every store of a fake.

The only mutable state of a fake that operations change. Whoever reads or changes it holds `vault.lock`.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from . import names
from .due import due_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from .model import Secret
    from .timeline import Timeline

    Delay = timedelta | Callable[[Secret], timedelta]
    RotationFunction = Callable[[dict[str, str], Any], Any]


def by_creation(secret: Secret) -> tuple[int, int]:
    """Return what secrets are sorted by: oldest first."""
    return secret.created, secret.serial


@dataclass
class Vault:
    """Every secret of one fake: a store for each account and region, under one lock."""

    timeline: Timeline
    purge_delay: Delay
    force_delete_delay: Delay
    #: What a rotation function runs in, so that its calls reach this vault.
    surroundings: Callable[[], AbstractContextManager[None]] = nullcontext
    rotation_functions: dict[str, RotationFunction] = field(default_factory=dict)
    #: The latest instant that the fake has seen.
    latest: int = 0
    #: How many rotations have been handed out to be run, and have not ended.
    running: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    _stores: dict[tuple[str, str], Store] = field(default_factory=dict)
    _by_arn: dict[str, Secret] = field(default_factory=dict)
    #: What comes due: the instant, the secret's place in the order of creation, its ARN.
    _agenda: list[tuple[int, tuple[int, int], str]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def store(self, account: str, region: str) -> Store:
        """Return the store of an account and region, empty at first."""
        key = (account, region)
        if key not in self._stores:
            self._stores[key] = Store(self, account, region)
        return self._stores[key]

    def store_of(self, secret: Secret) -> Store:
        """Return the store that a secret lies in."""
        return self.store(secret.account_id, secret.region)

    def by_arn(self, arn: str) -> Secret | None:
        """Return the secret with exactly this ARN, or None."""
        return self._by_arn.get(arn)

    def __getitem__(self, arn: str) -> Secret:
        """Return the secret with exactly this ARN, which is known to be there."""
        return self._by_arn[arn]

    def secrets(self) -> list[Secret]:
        """Return all secrets of all accounts and regions, in the order of their creation."""
        return sorted(self._by_arn.values(), key=by_creation)

    def next_serial(self) -> int:
        """Return the place of a new secret in the order of creation."""
        return next(self._order)

    def put(self, secret: Secret) -> None:
        """Add a secret, or put its newer state in the place of the older one."""
        self.store_of(secret).by_name[secret.name] = secret
        self._by_arn[secret.arn] = secret
        due = due_of(secret)
        if due is not None:
            heapq.heappush(self._agenda, (due, by_creation(secret), secret.arn))

    def remove(self, secret: Secret) -> None:
        """Remove a secret for good."""
        del self.store_of(secret).by_name[secret.name]
        del self._by_arn[secret.arn]

    def change(self, secret: Secret, at: int, **changes: Any) -> Secret:
        """Change a secret and stamp it: AWS's LastChangedDate rises with every change, by 1 ms at least."""
        changed = replace(secret, changed=max(at, secret.changed + 1), **changes)
        self.put(changed)
        return changed

    def touch(self, secret: Secret, **changes: Any) -> Secret:
        """Change what does not count as a change of the secret, such as the day of its last reading."""
        touched = replace(secret, **changes)
        self.put(touched)
        return touched

    def next_due(self) -> tuple[int, Secret] | None:
        """Return the earliest thing that comes due by itself, the oldest secret's first: its instant and its secret."""
        while self._agenda:
            due, place, arn = self._agenda[0]
            secret = self._by_arn.get(arn)
            if secret is not None and due_of(secret) == due and by_creation(secret) == place:
                return due, secret
            heapq.heappop(self._agenda)  # overtaken by a later state of the secret
        return None


@dataclass
class Store:
    """The secrets of one account and region."""

    vault: Vault
    account: str
    region: str
    by_name: dict[str, Secret] = field(default_factory=dict)

    def get(self, name: str) -> Secret | None:
        """Return the secret with this name."""
        return self.by_name.get(name)

    def secrets(self) -> list[Secret]:
        """Return all secrets, in the order of their creation."""
        return sorted(self.by_name.values(), key=by_creation)

    def lookup(self, secret_id: str) -> Secret | None:
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
