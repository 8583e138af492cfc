"""The service behind a fake: it answers requests, and lets happen what comes due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import errors, names, seeding
from .background import settle
from .faults import Attempt, Troubles
from .protocol import Transaction, read_body
from .store import Vault
from .timeline import Timeline
from .validation import checker_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .model import Secret
    from .store import Delay, Store
    from .wire import Answer, Incoming


@dataclass(frozen=True, slots=True)
class Host:
    """What a service asks of the process that it runs in."""

    #: The present instant, in whole milliseconds since the epoch.
    now: Callable[[], int]
    #: The region of what names none, where the service was given none.
    default_region: Callable[[], str]
    #: The input shape of an operation, as botocore models it; None for an operation that it does not know.
    input_shape: Callable[[str], Any]
    #: What rotation functions run in, so that their calls reach this service.
    answering: Callable[[Service], AbstractContextManager[None]]


class Service:
    """One Secrets Manager: its secrets, its troubles, and the record of what happened."""

    def __init__(
        self, host: Host, *, account_id: str, region: str | None, purge_delay: Delay, force_delete_delay: Delay
    ) -> None:
        self._host = host
        self.account_id = account_id
        self.timeline = Timeline()
        self.troubles = Troubles()
        self.vault = Vault(self.timeline, purge_delay, force_delete_delay, lambda: host.answering(self))
        #: Set once it answers no more: nothing comes due then, and what is there stays to be read.
        self.stands_still = False
        self._region = region

    @property
    def region_as_given(self) -> str:
        """The region of what names none; without one given, the process's default when it is first asked for."""
        if self._region is None:
            self._region = self._host.default_region()
        return self._region

    @property
    def region(self) -> str:
        """The region of what names none."""
        return names.plain_region(self.region_as_given)

    def __repr__(self) -> str:
        region = self._region or "the default region"
        count = len(self.vault.secrets())
        return f"{self.account_id} in {region}: {count} secret{'' if count == 1 else 's'}"

    def store(self, region: str | None = None, account: str | None = None) -> Store:
        """Return the store of a region and account, or of the default ones."""
        return self.vault.store(account or self.account_id, names.plain_region(region or self.region))

    def answer(self, incoming: Incoming) -> Answer:
        """Answer one request."""
        now = self.settled()
        transaction = Transaction(
            self.vault,
            self.troubles,
            incoming,
            account=incoming.caller or self.account_id,
            region=incoming.region or self.region,
            at=now,
        )
        return transaction.answer(checker_for(self._host.input_shape(incoming.operation)))

    def expects_trouble(self, incoming: Incoming) -> bool:
        """Tell whether a fault or a denial waits for a request."""
        if not self.troubles:
            return False
        try:
            body = read_body(incoming.body)
        except errors.Refusal:  # the answer will say so
            return False
        with self.vault.lock:
            store = self.store(incoming.region, incoming.caller)
            return self.troubles.wait_for(Attempt(incoming.operation, body, store))

    def plant(self, seed: seeding.Seed, at: int | None = None) -> Secret:
        """Put a checked seed in, counted from an instant, in milliseconds: the present one, unless given."""
        at = self.settled() if at is None else at
        with self.vault.lock:
            return seeding.plant(self.store(seed.region), seed, at)

    def next_due(self) -> int | None:
        """Return the instant, in milliseconds, of the next purge, rotation or clean-up, or None."""
        with self.vault.lock:
            due = self.vault.next_due()
        return None if due is None else due[0]

    def settle(self, now: int) -> None:
        """Let everything happen that has come due by an instant, in milliseconds."""
        settle(self.vault, now)

    def settled(self) -> int:
        """Let everything happen that has come due by now, and return the present instant."""
        instant = self._host.now()
        if not self.stands_still:
            settle(self.vault, instant)
        return instant
