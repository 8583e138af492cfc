"""The secrets of the model: found by name or ARN, changed, and carried to their replicas."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .records import ACCOUNT, CURRENT, DEFAULT_KEY, PENDING, SUFFIX, Held, HeldVersion, Refused, Request

MOST_LABELS = 20
BAD_NAME = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
NOT_FOUND = "Secrets Manager can't find the specified secret."
AT_A_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."


class Store:
    """The secrets of one account, in the order of creation."""

    def __init__(self) -> None:
        self.held: list[Held] = []
        #: Every ARN that there ever was: none comes back.
        self.arns: set[str] = set()
        #: What a creation was answered: the six characters of an ARN are random.
        self.observed_arn: str | None = None
        #: When each secret was purged.
        self.purged: list[tuple[str, int]] = []
        #: How far a listing had come when it gave out a NextToken, by that token.
        self.positions: dict[str, int] = {}
        #: The same, of the answer that was given last.
        self.position = 0

    # Finding

    def lookup(self, region: str, secret_id: str) -> Held | None:
        """Find a secret by name, whole ARN, or ARN without the six characters."""
        here = [held for held in self.held if held.region == region]
        if not secret_id.startswith("arn:"):
            return next((held for held in here if held.name == secret_id), None)
        exact = next((held for held in here if held.arn == secret_id), None)
        if exact is not None or re.search(rf"{SUFFIX}\Z", secret_id):
            return exact
        return next((held for held in here if held.arn[:-7] == secret_id), None)

    def find(self, request: Request, secret_id: str | None = None) -> Held:
        """Find the secret that a request names."""
        wanted = request.get("SecretId") if secret_id is None else secret_id
        if not wanted.startswith("arn:"):
            check_name(wanted)
        held = self.lookup(request.region, wanted)
        if held is None:
            raise Refused("ResourceNotFoundException", NOT_FOUND)
        return held

    def usable(self, request: Request, secret_id: str | None = None) -> Held:
        """Find a secret that is not scheduled for deletion."""
        held = self.find(request, secret_id)
        if held.deletion is not None:
            raise Refused("InvalidRequestException", MARKED)
        return held

    def primary(self, request: Request) -> Held:
        """Find a secret that can be changed: a replica is changed through its primary."""
        held = self.usable(request)
        self.refuse_replica(held)
        return held

    def refuse_replica(self, held: Held) -> None:
        """Refuse a replica: it is changed, and deleted, through its primary."""
        if held.is_replica:
            raise Refused("InvalidParameterException", AT_A_REPLICA)

    # Changing

    def add(self, held: Held) -> None:
        """Add a secret under an ARN that never was."""
        assert held.arn not in self.arns, "an ARN has come back"
        self.arns.add(held.arn)
        self.held.append(held)

    def remove(self, held: Held, at: int) -> None:
        """Purge a secret."""
        self.held.remove(held)
        self.purged.append((held.arn, at))

    @contextmanager
    def change(self, held: Held, at: int) -> Iterator[None]:
        """Stamp a change of what replicas share, once, and carry it to them."""
        stamp(held, at)
        yield
        self.carry(held, at)

    def carry(self, held: Held, at: int) -> None:
        """Let the replicas follow: each is stamped, too."""
        for region, status in held.replicas.items():
            if status == "InSync":
                self.copy(held, region, at)

    def copy(self, held: Held, region: str, at: int) -> None:
        """Make the replica in a region, or make it what its primary is; its days of reading are its own."""
        replica = self.lookup(region, held.name)
        if replica is not None and not replica.is_replica:
            self.held.remove(replica)  # overwritten, as was asked for
            replica = None
        if replica is None:
            arn = held.arn.replace(f":{held.region}:", f":{region}:")
            replica = Held(held.name, arn, region, at, at, seeded=held.seeded)
            self.held.append(replica)
        else:
            stamp(replica, at)
        read = {version.id: version.accessed for version in replica.versions}
        replica.versions = copy.deepcopy(held.versions)
        for version in replica.versions:
            version.key, version.accessed = DEFAULT_KEY, read.get(version.id)
        replica.cleaned_up = set(held.cleaned_up)
        replica.description, replica.policy, replica.token = held.description, held.policy, held.token
        replica.key, replica.tags = DEFAULT_KEY, dict(held.tags) if held.tags else None
        replica.primary_region = held.region

    def forget(self, replica: Held, at: int) -> None:
        """Take a replica that is gone, or stands alone, out of its primary's list."""
        primary = next(
            held for held in self.held if held.name == replica.name and held.region == replica.primary_region
        )
        stamp(primary, at)
        del primary.replicas[replica.region]
        if not primary.replicas:
            primary.primary_region = None

    def add_value(self, held: Held, token: str, value: str | bytes, labels: list[str], at: int) -> HeldVersion:
        """Add a version, or fill the one that a rotation has begun."""
        self.check_label_limit(held, lambda probe: put(probe, token, value, labels, at))
        version = put(held, token, value, labels, at)
        if CURRENT in labels and held.schedule is not None:
            held.schedule.plan(at)  # a value put by hand counts as a rotation
        return version

    def check_label_limit(self, held: Held, change: Callable[[Held], object]) -> None:
        """Refuse a change that leaves more than twenty labels on all versions, and more than there were."""
        probe = copy.deepcopy(held)
        change(probe)
        if probe.labels() > max(MOST_LABELS, held.labels()):
            raise Refused("LimitExceededException")


def put(held: Held, token: str, value: str | bytes, labels: list[str], at: int) -> HeldVersion:
    """Add a version, or fill an empty one; a rotation under way to another one is abandoned."""
    pending = held.unfinished()
    version = held.version(token)
    if version is None:
        version = HeldVersion(token, at, value, key=held.key)
    else:
        held.versions.remove(version)
        version.value, version.created = value, at
    held.versions.append(version)
    held.attach(version, labels)
    if pending is not None and pending.id != token and pending.id in held.to_complete:
        held.to_complete.discard(pending.id)
        held.abandoned.add(pending.id)
        if PENDING in pending.labels:
            pending.labels.remove(PENDING)
    return version


def stamp(held: Held, at: int) -> None:
    """Let the date of the last change rise, by a millisecond at least."""
    held.changed = max(at, held.changed + 1)


def check_name(name: str) -> None:
    """Refuse a name with characters that are not legal."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", name):
        raise Refused("ValidationException", BAD_NAME)


def name_in(secret_id: str, region: str) -> str:
    """Return the name in an ARN of this region; anything else stands for itself."""
    parts = secret_id.split(":")
    is_here = len(parts) == 7 and parts[3:5] == [region, ACCOUNT]
    return re.sub(rf"{SUFFIX}\Z", "", parts[6]) if is_here else secret_id
