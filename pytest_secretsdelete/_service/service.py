"""The service behind a fake: it answers requests, and runs what comes due."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import errors, lookups, names
from .background import run_due
from .faults import Failures
from .protocol import Transaction, read_body
from .regions import Regions
from .request import Request
from .rotation_run import RotationRunner
from .seeding import seed_into
from .snapshot import snapshot
from .store import Vault
from .timeline import Timeline
from .undo import Checkpoint, Journal
from .validation import checker_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from .delays import Delays
    from .model import SecretRecord
    from .seeds import Seed
    from .settings import Settings
    from .snapshot import Secret
    from .store import Store
    from .wire import Answer, Incoming


#: How many other fakes a fake remembers, those that have stopped too.
_MET_KEPT = 8


@dataclass(frozen=True, slots=True)
class Host:
    """What a service needs from the process that it runs in."""

    #: The present instant, in whole milliseconds since the epoch.
    now: Callable[[], int]
    #: The default region, where the service was given none.
    default_region: Callable[[], str]
    #: The input shape of an operation, as botocore models it; None for an operation that it does not know.
    input_shape: Callable[[str], Any]
    #: The regions of every partition.
    known_regions: Callable[[], frozenset[str]]
    #: The context in which rotation functions run, so that their calls reach this service.
    answering: Callable[[Service], AbstractContextManager[None]]


class Service:
    """One Secrets Manager: its secrets, its failures, and the record of what happened."""

    def __init__(self, host: Host, settings: Settings) -> None:
        """Make a service; ValueError for a region that does not exist."""
        region = settings.region
        self._host = host
        self.settings = settings
        self.account_id = settings.account_id
        self.timeline = Timeline(settings.calls_kept)
        self.journal = Journal()
        self.failures = Failures(self.journal)
        self.regions = Regions(host.known_regions, settings.allow_unknown_regions)
        if region is not None:
            self.regions.check(region)
        rotations = RotationRunner(host.now, lambda: host.answering(self), settings.rotation_limit, self.journal)
        self.vault = Vault(self.timeline, settings.delays, rotations, self.regions, self.journal)
        #: Whether its fake has stopped: then nothing comes due, and its contents can still be read.
        self.is_stopped = False
        #: The fake that shows it to users, while it is active.
        self.owner: Any = None
        #: The latest fakes that were active at the same time, for reports: one of them may have answered.
        self.met: deque[Service] = deque(maxlen=_MET_KEPT)
        self._region = region

    @property
    def region_as_given(self) -> str:
        """The default region: the given one, or the process's default at the time of its first use."""
        if self._region is None:
            self._region = self._host.default_region()
        return self._region

    @property
    def region(self) -> str:
        """The default region."""
        return names.plain_region(self.region_as_given)

    def __repr__(self) -> str:
        region = self._region or "the default region"
        count = len(self.vault)
        return f"{self.account_id} in {region}: {count} secret{'' if count == 1 else 's'}"

    def store(self, region: str | None = None, account: str | None = None) -> Store:
        """Return the store of a region and account, or of the default ones."""
        return self.vault.store(account or self.account_id, names.plain_region(region or self.region))

    def answer(self, incoming: Incoming) -> Answer:
        """Answer one request."""
        now = self.settled()
        store = self.store(incoming.region, incoming.caller)
        checker = checker_for(self._host.input_shape(incoming.operation))
        return Transaction(self.vault, self.failures, store, incoming, at=now).answer(checker)

    def expects_failure(self, incoming: Incoming) -> bool:
        """Return whether a fault or a denial matches a request."""
        if not self.failures:
            return False
        try:
            body = read_body(incoming.body)
        except errors.Refusal:  # the answer reports it
            return False
        with self.vault.lock:
            store = self.store(incoming.region, incoming.caller)
            if store.region not in self.regions:
                return False
            request = Request(incoming.operation, body, store.account, store.region, self.vault.latest)
            return self.failures.wait_for(request, store)

    def seed(self, seed: Seed) -> SecretRecord:
        """Put a seed in; its days count back from the present instant. ValueError for a region that does not exist."""
        self.regions.check(seed.region or self.region, was_given=seed.region is not None)
        return seed_into(self.store(seed.region), seed, self.settled())

    def find(self, secret_id: str, region: str | None = None) -> SecretRecord:
        """Return a secret as it is now; an ARN names its own region. LookupError where it is not there."""
        self.settled()
        with self.vault.lock:
            return lookups.find(self.store(region or lookups.region_of(secret_id)), secret_id)

    def ids_of(self, secret_id: str) -> set[str]:
        """Return everything that names the same secret."""
        with self.vault.lock:
            return lookups.ids_of(self.store(lookups.region_of(secret_id)), secret_id)

    @contextmanager
    def checkpoint(self) -> Iterator[Checkpoint]:
        """Undo at the end of the block what has changed inside it."""
        checkpoint = Checkpoint()
        try:
            with self.vault.lock:
                self.journal.begin(checkpoint)
                self.journal.attribute(self, "_region")
                self.journal.attribute(self.vault, "latest")
                self.timeline.note_length(self.journal)
            yield checkpoint
        finally:
            self.journal.end(checkpoint)

    def set_delays(self, delays: Delays) -> None:
        """Set the delays of the background deletion."""
        with self.vault.lock:
            self.journal.attribute(self.vault, "delays")
            self.vault.delays = delays

    def leftovers(self, since: Checkpoint | None = None) -> tuple[Secret, ...]:
        """Return the secrets that calls have created and not deleted; all, or those gained since a checkpoint."""
        self.settled()
        with self.vault.lock:
            found = self.vault.left_by_calls() if since is None else self.vault.gained_since(since)
        return tuple(snapshot(one) for one in found if not one.seeded and not one.is_scheduled_for_deletion)

    def next_due(self) -> int | None:
        """Return the instant, in milliseconds, of the next purge, rotation or clean-up, or None."""
        with self.vault.lock:
            due = self.vault.next_due()
        return None if due is None else due[0]

    def settled(self) -> int:
        """Run everything that has come due by now, and return the present instant."""
        now = self._host.now()
        if self.is_stopped:
            return now
        if self.vault.may_have_due(now):
            run_due([self.vault], now)
        elif now > self.vault.latest:
            self.vault.latest = now
        return now


def settle(services: Iterable[Service], until: int, set_time: Callable[[int], None]) -> None:
    """Run everything that comes due in some services up to an instant, after setting time to each event's instant."""
    run_due([service.vault for service in services], until, set_time)
