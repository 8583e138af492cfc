"""AWS Secrets Manager in small: what the fake is compared with.

Plain lists and dictionaries, one account, two regions, everything in whole milliseconds. It is written from
what AWS documents and from what is recorded of AWS, in the order of its own thoughts, and shares nothing
with the fake. A text of None stands for one that nobody has published.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import ANY

SECOND = 1000
DAY = 24 * 3600 * SECOND
CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
VERSIONS_KEPT = 100
MOST_LABELS = 20

BAD_NAME = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
NOT_FOUND = "Secrets Manager can't find the specified secret."
SCHEDULED_NAME = "You can't create this secret because a secret with this name is already scheduled for deletion."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
DELETED = "You can't perform this operation on the secret because it was deleted."
NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
NOT_INVOKABLE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
    "the principal secretsmanager.amazonaws.com."
)

#: What else an operation needs permission for, by the member that asks for it.
MORE_PERMISSIONS = {
    "CreateSecret": (("Tags", "TagResource"), ("AddReplicaRegions", "ReplicateSecretToRegions")),
    "BatchGetSecretValue": (("Filters", "ListSecrets"),),
    "ValidateResourcePolicy": (("ResourcePolicy", "PutResourcePolicy"),),
    "AssociateCrossAccountReplica": (
        ("SecretId", "GetSecretValue"),
        ("CrossAccountReplicaARN", "AcceptCrossAccountReplication"),
    ),
}


class Refused(Exception):  # noqa: N818 - AWS refuses; nothing has gone wrong
    """An answer that is an error: its code and, where it is known, its text."""

    def __init__(self, code: str, text: str | None = None) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class Struck(Exception):  # noqa: N818 - the test asked for it
    """A fault that the test asked for: a code, or what stands for no proper answer."""

    def __init__(self, error: Any) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class HeldVersion:
    """One version: its value is None as long as a rotation has not filled it."""

    id: str
    created: int
    value: str | bytes | None
    labels: list[str] = field(default_factory=list)
    key: str | None = None
    accessed: int | None = None


@dataclass
class Held:
    """One secret: active, or scheduled for deletion where it has a deletion date."""

    name: str
    arn: str
    region: str
    created: int
    changed: int
    description: str = ""
    key: str | None = None
    tags: dict[str, str] | None = None
    versions: list[HeldVersion] = field(default_factory=list)
    cleaned_up: set[str] = field(default_factory=set)
    accessed: int | None = None
    deletion: int | None = None
    purge: int | None = None
    token: str | None = None
    seeded: bool = False
    policy: str | None = None
    rotation: dict[str, Any] | None = None
    last_rotated: int | None = None
    primary_region: str | None = None
    replicas: dict[str, str] = field(default_factory=dict)
    rotated_to: set[str] = field(default_factory=set)

    @property
    def is_replica(self) -> bool:
        """Whether it follows a primary in another region."""
        return self.primary_region not in {None, self.region}

    def holder(self, label: str) -> HeldVersion | None:
        """Return the version that holds a label."""
        return next((version for version in self.versions if label in version.labels), None)

    def version(self, version_id: str | None) -> HeldVersion | None:
        """Return the version with this id."""
        return next((version for version in self.versions if version.id == version_id), None)

    def unfinished(self) -> HeldVersion | None:
        """Return the version that an unfinished rotation has left: AWSPENDING, and not current."""
        version = self.holder(PENDING)
        return None if version is None or CURRENT in version.labels else version


@dataclass
class Request:
    """One call: where, when, and its members under their wire names."""

    region: str
    at: int
    members: Mapping[str, Any]

    def get(self, member: str, default: Any = None) -> Any:
        """Return a member, or the default."""
        return self.members.get(member, default)


@dataclass(eq=False)
class Fault:
    """An error for the next calls of an operation."""

    operation: str
    error: Any
    left: int | None
    about: str | None


def rotate_like_the_template(call: Callable[..., dict[str, Any]], arn: str, step: str, token: str) -> None:
    """Do what AWS's template of a rotation function does in one step; `call` raises Refused."""
    if step == "createSecret":
        call("GetSecretValue", SecretId=arn)
        try:
            call("GetSecretValue", SecretId=arn, VersionId=token, VersionStage=PENDING)
        except Refused as refused:
            if refused.code != "ResourceNotFoundException":
                raise
            value = {"SecretString": f"rotated {token}", "VersionStages": [PENDING]}
            call("PutSecretValue", SecretId=arn, ClientRequestToken=token, **value)
    elif step == "testSecret":
        call("GetSecretValue", SecretId=arn, VersionId=token, VersionStage=PENDING)
    elif step == "finishSecret":
        stages = call("DescribeSecret", SecretId=arn)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if CURRENT in labels)
        if current != token:
            move = {"VersionStage": CURRENT, "RemoveFromVersionId": current, "MoveToVersionId": token}
            call("UpdateSecretVersionStage", SecretId=arn, **move)


class Reference:
    """The model: its secrets in the order of creation, and what happened to them."""

    def __init__(self, purge_delay: Callable[[str], int], force_delete_delay: Callable[[str], int]) -> None:
        self.purge_delay = purge_delay
        self.force_delete_delay = force_delete_delay
        self.held: list[Held] = []
        self.now = 0
        #: Rotation functions by ARN: the step in which each raises, or None.
        self.functions: dict[str, str | None] = {}
        #: What the fake's rotation functions were called for; it tells the tokens of scheduled rotations.
        self.observed: list[tuple[str, str, str]] = []
        #: What a creation was answered: the six characters of an ARN are random.
        self.observed_arn: str | None = None
        self.invocations: list[tuple[str, str, str]] = []
        self.rotations: list[tuple[str, str, str, int, bool]] = []
        self.calls: list[tuple[str, str, int, Any]] = []
        self.asked_delays: list[tuple[str, int]] = []
        self.purged: list[tuple[str, int]] = []
        self.arns: set[str] = set()
        self.denials: list[tuple[str, str | None]] = []
        self._creates = False
        self.faults: list[Fault] = []

    # One call

    def perform(self, operation: str, region: str, at: int, members: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one attempt, or raise Refused or Struck; a rotation it starts runs to its end."""
        afterwards: list[Callable[[], None]] = []
        code = None
        try:
            self._strike(operation, region, members)
            return OPERATIONS[operation](self, Request(region, at, {**members, "-afterwards": afterwards}))
        except Refused as refused:
            code = refused.code
            raise
        except Struck as struck:
            code = struck.error
            raise
        finally:
            self.calls.append((operation, region, at, code))
            for follow_up in afterwards:
                follow_up()

    def deny(self, action: str, about: str | None) -> None:
        """Deny an action."""
        if (action, about) not in self.denials:
            self.denials.append((action, about))

    def allow(self, action: str, about: str | None) -> None:
        """Take denials back: of one action or all, of one secret or all."""
        self.denials = [
            (denied, whom)
            for denied, whom in self.denials
            if action not in {"*", denied} or (about is not None and about != whom)
        ]

    def troubled(self) -> bool:
        """Tell whether a fault or a denial waits."""
        return bool(self.denials) or any(fault.left != 0 for fault in self.faults)

    def _strike(self, operation: str, region: str, members: Mapping[str, Any]) -> None:
        ids = [members.get("SecretId"), members.get("Name"), *members.get("SecretIdList", ())]
        extra = [action for member, action in MORE_PERMISSIONS.get(operation, ()) if members.get(member)]
        # IAM knows no resource for a batch: whom a denial names is asked for each of its secrets.
        whom = [] if "SecretIdList" in members else ids
        self._creates = operation == "CreateSecret"
        if any(self._denied(action, region, whom) for action in (operation, *extra)):
            raise Refused("AccessDeniedException")
        for fault in self.faults:
            concerns = fault.operation in {"*", operation} and self._is_about(fault.about, region, ids)
            if concerns and fault.left != 0:
                fault.left = None if fault.left is None else fault.left - 1
                raise Struck(fault.error)

    def _denied(self, action: str, region: str, ids: list[Any]) -> bool:
        return any(denied in {"*", action} and self._is_about(about, region, ids) for denied, about in self.denials)

    def _is_about(self, about: str | None, region: str, ids: list[Any]) -> bool:
        if about is None or about in ids:
            return True
        meant = self.lookup(region, about)
        if meant is None and not self._creates:
            gone = {name_in(one, region) for one in ids if one and self.lookup(region, one) is None}
            return name_in(about, region) in gone
        return meant is not None and any(one and self.lookup(region, one) is meant for one in ids)

    # Time

    def settle(self, now: int, *, stepwise: bool = True) -> None:
        """Let come due what is due; stepwise where the clock stops at each instant on its way."""
        while True:
            due = min((due for due in map(self.next_due, self.held) if due is not None), default=now + 1)
            if due > now:
                break
            ready = [held for held in self.held if self.next_due(held) == due]
            self._happen(self._first(ready), due, max(due, self.now) if stepwise else now)
        self.now = now

    def next_due(self, held: Held) -> int | None:
        """Return when something happens to a secret by itself."""
        if held.deletion is not None:
            return held.purge
        opens = [held.rotation["opens"]] if held.rotation and held.rotation["enabled"] else []
        return min([due for due in (*opens, *self._ages(held)) if due is not None], default=None)

    def _ages(self, held: Held) -> Iterator[int]:
        """Yield when each version may go that is neither labelled nor among the newest."""
        return (version.created + DAY for version in held.versions[:-VERSIONS_KEPT] if not version.labels)

    def _first(self, ready: list[Held]) -> Held:
        """Choose, of what comes due at one instant, what the fake has chosen."""
        upcoming = self.observed[len(self.invocations) :][:1]
        calm = [held for held in ready if held.deletion is not None or self._is_clean_up(held)]
        return next((held for held in ready if upcoming and held.arn == upcoming[0][0]), (calm or ready)[0])

    def _is_clean_up(self, held: Held) -> bool:
        return min(self._ages(held), default=None) == self.next_due(held)

    def _happen(self, held: Held, due: int, at: int) -> None:
        if held.deletion is not None:
            self.held.remove(held)
            self.purged.append((held.arn, due))
        elif self._is_clean_up(held):
            gone = [one.id for one in held.versions[:-VERSIONS_KEPT] if not one.labels and one.created + DAY <= due]
            held.versions = [version for version in held.versions if version.id not in gone]
            held.cleaned_up |= set(gone)
        else:
            self._rotate_as_planned(held, due, at)

    def _rotate_as_planned(self, held: Held, due: int, at: int) -> None:
        self._plan(held, due)
        unfinished = held.unfinished()
        token = self.observed[len(self.invocations)][1] if len(self.observed) > len(self.invocations) else "?"
        if unfinished is None:
            self._add_pending(held, token, due)
        else:
            token = unfinished.id
        self._run(held, token, ("createSecret", "setSecret", "testSecret", "finishSecret"), due, at)

    # Secrets and versions

    def lookup(self, region: str, secret_id: str) -> Held | None:
        """Find a secret by name, whole ARN, or ARN without the six characters."""
        here = [held for held in self.held if held.region == region]
        if not secret_id.startswith("arn:"):
            return next((held for held in here if held.name == secret_id), None)
        exact = next((held for held in here if held.arn == secret_id), None)
        if exact is not None or re.search(r"-[A-Za-z0-9]{6}\Z", secret_id):
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

    def usable(self, request: Request) -> Held:
        """Find a secret that is not scheduled for deletion."""
        held = self.find(request)
        if held.deletion is not None:
            raise Refused("InvalidRequestException", MARKED)
        return held

    def primary(self, request: Request) -> Held:
        """Find a secret that can be changed: a replica is changed through its primary."""
        held = self.usable(request)
        if held.is_replica:
            raise Refused("InvalidRequestException")
        return held

    @contextmanager
    def change(self, held: Held, at: int) -> Iterator[None]:
        """Stamp a change, once, and carry it to the replicas."""
        held.changed = max(at, held.changed + 1)
        yield
        self._synchronise(held, at)

    def _synchronise(self, held: Held, at: int) -> None:
        for region, status in held.replicas.items():
            if status == "InSync":
                self._copy(held, region, at)

    def _copy(self, held: Held, region: str, at: int) -> None:
        replica = self.lookup(region, held.name)
        if replica is not None and not replica.is_replica:
            self.held.remove(replica)  # overwritten, as was asked for
            replica = None
        if replica is None:
            replica = Held(held.name, self._arn_in(held, region), region, at, at, seeded=held.seeded)
            self.held.append(replica)
        read = {version.id: version.accessed for version in replica.versions}
        replica.versions = copy.deepcopy(held.versions)
        for version in replica.versions:
            version.key, version.accessed = None, read.get(version.id)
        replica.cleaned_up = set(held.cleaned_up)
        replica.description, replica.policy, replica.token = held.description, held.policy, held.token
        replica.tags = None if held.tags is None else dict(held.tags)
        replica.primary_region = held.region

    def _arn_in(self, held: Held, region: str) -> str:
        return held.arn.replace(f":{held.region}:", f":{region}:")

    def _attach(self, held: Held, target: HeldVersion, labels: list[str]) -> None:
        """Give labels to a version; each leaves the version that held it."""
        loser = held.holder(CURRENT) if CURRENT in labels else None
        for label in labels:
            holder = held.holder(label)
            if holder is not None:
                holder.labels.remove(label)
            target.labels.append(label)
        if loser is None or loser is target:
            return
        if PENDING in loser.labels:
            loser.labels.remove(PENDING)
        if PREVIOUS not in labels:
            holder = held.holder(PREVIOUS)
            if holder is not None:
                holder.labels.remove(PREVIOUS)
            loser.labels.append(PREVIOUS)

    def _add_value(self, held: Held, token: str, value: str | bytes, labels: list[str], at: int) -> HeldVersion:
        """Add a version, or fill the one that a rotation has begun."""
        version = held.version(token)
        if version is None:
            version = HeldVersion(token, at, value, key=held.key)
        else:
            held.versions.remove(version)
            version.value, version.created = value, at
        held.versions.append(version)
        self._attach(held, version, labels)
        if CURRENT in labels and held.rotation and held.rotation["enabled"]:
            self._plan(held, at)  # a value put by hand counts as a rotation
        return version

    # Rotation

    def _plan(self, held: Held, after: int) -> None:
        days = held.rotation["days"] if held.rotation else None
        if held.rotation is not None and days is not None:
            opens = after - after % DAY + days * DAY
            held.rotation.update(opens=opens, closes=opens + DAY - SECOND)

    def _add_pending(self, held: Held, token: str, at: int, value: str | bytes | None = None) -> None:
        with self.change(held, at):
            version = HeldVersion(token, at, value, key=held.key)
            held.versions.append(version)
            self._attach(held, version, [PENDING])

    def _run(self, held: Held, token: str, steps: tuple[str, ...], due: int, at: int) -> None:
        succeeded = all(self._step(held, token, step, due, at) for step in steps)
        if self.lookup(held.region, held.arn) is not held:
            return
        if steps == ("testSecret",):
            held.versions = [version for version in held.versions if version.id != token]
            self._synchronise(held, at)
        elif succeeded:
            with self.change(held, due):
                held.last_rotated = due

    def _step(self, held: Held, token: str, step: str, due: int, at: int) -> bool:
        self.invocations.append((held.arn, token, step))
        held.rotated_to.add(token)
        failing = self.functions[held.rotation["function"]] if held.rotation else None
        succeeded = step != failing
        if succeeded:
            try:
                rotate_like_the_template(self._inner_call(held.region, at), held.arn, step, token)
            except Exception:  # noqa: BLE001 - whatever the function raises, the rotation alone fails
                succeeded = False
        self.rotations.append((held.arn, token, step, due, succeeded))
        return succeeded

    def _inner_call(self, region: str, at: int) -> Callable[..., dict[str, Any]]:
        def call(operation: str, **members: Any) -> dict[str, Any]:
            try:
                return self.perform(operation, region, at, members)
            except Struck as struck:
                if struck.error == "MALFORMED":
                    return {}
                raise Refused(str(struck.error)) from None

        return call


def check_name(name: str) -> None:
    """Refuse a name with characters that are not legal."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", name):
        raise Refused("ValidationException", BAD_NAME)


def day_of(instant: int) -> int:
    """Return midnight, UTC."""
    return instant - instant % DAY


def named(held: Held, **members: Any) -> dict[str, Any]:
    """Return what most operations answer."""
    return {"ARN": held.arn, "Name": held.name, **members}


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what has no value."""
    return {name: value for name, value in members.items() if value is not None}


def name_in(secret_id: str, region: str) -> str:
    """Return the name in an ARN of this region; anything else stands for itself."""
    parts = secret_id.split(":")
    is_here = len(parts) == 7 and parts[3:5] == [region, "123456789012"]
    return re.sub(r"-[A-Za-z0-9]{6}\Z", "", parts[6]) if is_here else secret_id


# Creation and values


def create_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """CreateSecret."""
    name, token, value = request.get("Name"), request.get("ClientRequestToken"), value_of(request)
    check_name(name)
    check_tags(request.get("Tags", []))
    held = reference.lookup(request.region, name)
    if held is not None:
        first = [{"Region": one["Region"], "Status": "InProgress"} for one in request.get("AddReplicaRegions", [])]
        return {**create_again(held, token, value), **({"ReplicationStatus": first} if first else {})}
    arn = reference.observed_arn or ""
    held = Held(name, arn, request.region, request.at, request.at, request.get("Description", ""), token=token)
    held.tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])} or None
    if value is not None:
        held.versions.append(HeldVersion(token, request.at, value, [CURRENT]))
    replicas = plan_replicas(reference, request, held)
    assert arn not in reference.arns, "an ARN has come back"
    reference.arns.add(arn)
    reference.held.append(held)
    held.replicas.update(replicas)
    held.primary_region = request.region if replicas else None
    for region in [region for region, status in replicas.items() if status == "InSync"]:
        reference._copy(held, region, request.at)
    answer = named(held) if value is None else named(held, VersionId=token)
    return {**answer, "ReplicationStatus": replication_status(reference, held, set(replicas))} if replicas else answer


def create_again(held: Held, token: str, value: str | bytes | None) -> dict[str, Any]:
    """Answer CreateSecret for a name that is taken."""
    if held.deletion is not None:
        raise Refused("InvalidRequestException", SCHEDULED_NAME)
    version = held.version(token)
    if value is not None and version is not None:
        if version.value == value:
            return named(held, VersionId=token)
        raise token_in_use(held, token)
    if value is None and version is None and held.token == token:
        return named(held)
    raise Refused("ResourceExistsException", f"The operation failed because the secret {held.name} already exists.")


def update_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """UpdateSecret: one change, whatever it is made of."""
    held, token, value = reference.primary(request), request.get("ClientRequestToken"), value_of(request)
    if value is not None and held.version(token) is not None:
        raise token_in_use(held, token)
    if value is None and not {"Description", "KmsKeyId"} & set(request.members):
        return named(held)
    with reference.change(held, request.at):
        held.description = request.get("Description", held.description)
        if "KmsKeyId" in request.members:
            held.key = request.get("KmsKeyId") or None
            for version in held.versions:
                version.key = held.key if {CURRENT, PREVIOUS, PENDING} & set(version.labels) else version.key
        if value is not None:
            reference._add_value(held, token, value, [CURRENT], request.at)
    return named(held) if value is None else named(held, VersionId=token)


def put_secret_value(reference: Reference, request: Request) -> dict[str, Any]:
    """PutSecretValue."""
    held, token, value = reference.primary(request), request.get("ClientRequestToken"), value_of(request)
    if value is None:
        raise Refused("InvalidRequestException")
    version = held.version(token)
    if version is not None and version.value is not None:
        if version.value != value:
            raise token_in_use(held, token)
        return named(held, VersionId=token, **({"VersionStages": list(version.labels)} if version.labels else {}))
    labels = list(request.get("VersionStages", [CURRENT]))
    if not held.versions and CURRENT not in labels:
        labels.append(CURRENT)
    if len({*labels, *(version.labels if version else ())}) > MOST_LABELS:
        raise Refused("LimitExceededException")
    with reference.change(held, request.at):
        version = reference._add_value(held, token, value, labels, request.at)
    return named(held, VersionId=token, VersionStages=list(version.labels))


def token_in_use(held: Held, token: str) -> Refused:
    """Return the refusal of a token that belongs to another value."""
    return Refused(
        "ResourceExistsException",
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
        f"{held.arn}.",
    )


def value_of(request: Request) -> str | bytes | None:
    """Return the value that a request brings."""
    value: str | bytes | None = request.get("SecretString", request.get("SecretBinary"))
    return value


def get_secret_value(reference: Reference, request: Request) -> dict[str, Any]:
    """GetSecretValue."""
    held = reference.usable(request)
    version = wanted_version(held, request.get("VersionId"), request.get("VersionStage"))
    return read(held, version, request.at)


def wanted_version(held: Held, version_id: str | None, label: str | None) -> HeldVersion:
    """Find the version that a reading asks for."""
    if version_id is None:
        version = held.holder(label or CURRENT)
        if version is None or version.value is None:
            text = f"Secrets Manager can't find the specified secret value for staging label: {label or CURRENT}"
            raise Refused("ResourceNotFoundException", text)
        return version
    version = held.version(version_id)
    if version is None and version_id in held.cleaned_up:
        text = f"You can't perform this operation on secret version {version_id} because it was deleted."
        raise Refused("InvalidRequestException", text)
    if version is None or version.value is None:
        text = f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
        raise Refused("ResourceNotFoundException", None if version else text)
    if label is not None and label not in version.labels:
        text = "You provided a VersionStage that is not associated to the provided VersionId."
        raise Refused("InvalidRequestException", text)
    return version


def read(held: Held, version: HeldVersion, at: int) -> dict[str, Any]:
    """Hand out a value, and note the day."""
    held.accessed = version.accessed = day_of(at)
    kind = "SecretBinary" if isinstance(version.value, bytes) else "SecretString"
    stages = {"VersionStages": list(version.labels)} if version.labels else {}
    return named(held, VersionId=version.id, CreatedDate=version.created, **{kind: version.value}, **stages)


def batch_get_secret_value(reference: Reference, request: Request) -> dict[str, Any]:
    """BatchGetSecretValue, by a list or by a prefix of names."""
    ids = request.get("SecretIdList")
    if ids is None:
        active = [one for one in reference.held if one.region == request.region and one.deletion is None]
        prefix = request.get("Filters")[0]["Values"][0]
        ids = [held.arn for held in by_creation(active) if held.name.startswith(prefix)]
    answer: dict[str, Any] = {"SecretValues": [], "Errors": []}
    for secret_id in ids:
        try:
            if reference._denied("GetSecretValue", request.region, [secret_id]):
                raise Refused("AccessDeniedException")
            held = reference.usable(Request(request.region, request.at, {"SecretId": secret_id}))
            answer["SecretValues"].append(read(held, wanted_version(held, None, None), request.at))
        except Refused as refused:
            text = ANY if refused.text is None else refused.text
            answer["Errors"].append({"SecretId": secret_id, "ErrorCode": refused.code, "Message": text})
    return answer


# Labels


def update_secret_version_stage(reference: Reference, request: Request) -> dict[str, Any]:
    """UpdateSecretVersionStage."""
    held, label = reference.primary(request), request.get("VersionStage")
    source, target = request.get("RemoveFromVersionId"), request.get("MoveToVersionId")
    if any(one is not None and held.version(one) is None for one in (source, target)):
        raise Refused("ResourceNotFoundException")
    check_move(held, label, source, target)
    receiver = held.version(target)
    lost = {PREVIOUS} if label == CURRENT else set()
    if receiver is not None and len({*receiver.labels, label} - lost) > MOST_LABELS:
        raise Refused("LimitExceededException")
    with reference.change(held, request.at):
        if receiver is not None:
            reference._attach(held, receiver, [label])
        else:
            held.version(source).labels.remove(label)  # type: ignore[union-attr]
    return named(held)


def check_move(held: Held, label: str, source: str | None, target: str | None) -> None:
    """Refuse a move that does not name the version which holds the label."""
    holder = held.holder(label)
    if source is None and target is None:
        raise Refused("InvalidParameterException")
    if source is not None and (holder is None or holder.id != source):
        raise Refused("InvalidParameterException")
    if source is None and holder is not None and holder.id != target:
        text = (
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to "
            f"version {holder.id}, so you must explicitly reference that version in RemoveFromVersionId."
        )
        raise Refused("InvalidParameterException", text if label == CURRENT else None)
    if target is None and label == CURRENT:
        raise Refused("InvalidParameterException")


# Deletion


def delete_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """DeleteSecret."""
    window, forced = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery", False)
    if window is not None and (forced or not 7 <= window <= 30):
        raise Refused("InvalidParameterException")
    try:
        held = reference.find(request)
    except Refused as refused:
        if forced and refused.code == "ResourceNotFoundException":
            return answer_for_nothing(request.get("SecretId"))
        raise
    if "InSync" in held.replicas.values():
        raise Refused("InvalidRequestException")
    if held.is_replica:
        return delete_replica(reference, held, request.at)
    if forced:
        return force_delete(reference, held, request.at)
    if held.deletion is not None:
        raise Refused("InvalidRequestException")
    deletion = request.at + (30 if window is None else window) * DAY
    mark(reference, held, request.at, deletion, deletion + reference.purge_delay(held.name))
    return named(held, DeletionDate=deletion)


def answer_for_nothing(secret_id: str) -> dict[str, Any]:
    """Answer a forced deletion of what is not there."""
    if not secret_id.startswith("arn:"):
        return {"ARN": ANY, "Name": secret_id, "DeletionDate": ANY}
    return {"ARN": secret_id, "Name": ANY, "DeletionDate": ANY}


def mark(reference: Reference, held: Held, at: int, deletion: int, purge: int) -> None:
    """Schedule a deletion."""
    reference.asked_delays.append((held.arn, deletion))
    with reference.change(held, at):
        held.deletion, held.purge = deletion, purge


def force_delete(reference: Reference, held: Held, at: int) -> dict[str, Any]:
    """Delete without a window; where that has begun already, once more changes nothing."""
    if held.deletion is not None and held.deletion <= at:
        return named(held, DeletionDate=held.deletion)
    mark(reference, held, at, at, at + reference.force_delete_delay(held.name))
    if held.purge == at:
        reference.held.remove(held)
        reference.purged.append((held.arn, at))
    return named(held, DeletionDate=at)


def delete_replica(reference: Reference, held: Held, at: int) -> dict[str, Any]:
    """Delete a replica: it goes at once."""
    reference.held.remove(held)
    reference.purged.append((held.arn, at))
    forget_replica(reference, held, at)
    return named(held, DeletionDate=at)


def forget_replica(reference: Reference, replica: Held, at: int) -> None:
    """Take a replica out of its primary's list."""
    primary = next(
        held for held in reference.held if held.name == replica.name and held.region == replica.primary_region
    )
    with reference.change(primary, at):
        del primary.replicas[replica.region]


def restore_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """RestoreSecret; a rotation that was missed meanwhile is due now."""
    held = reference.find(request)
    if held.deletion is None:
        return named(held)
    if held.deletion <= request.at:
        raise Refused("InvalidRequestException", DELETED)
    with reference.change(held, request.at):
        held.deletion = held.purge = None
        if held.rotation and held.rotation["opens"] is not None:
            held.rotation["opens"] = max(held.rotation["opens"], request.at)
    return named(held)


# Describing


def describe_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """DescribeSecret."""
    held = reference.find(request)
    answer = describe(held, "VersionIdsToStages")
    if held.replicas:
        answer["ReplicationStatus"] = replication_status(reference, held, set())
    return answer


def describe(held: Held, versions: str) -> dict[str, Any]:
    """Describe a secret, as DescribeSecret and ListSecrets do."""
    labelled = {version.id: list(version.labels) for version in held.versions if version.labels}
    tags = None if held.tags is None else [{"Key": key, "Value": value} for key, value in held.tags.items()]
    dates = {"CreatedDate": held.created, "LastChangedDate": held.changed, "LastAccessedDate": held.accessed}
    return present(
        named(
            held,
            Description=held.description or None,
            KmsKeyId=held.key,
            Tags=tags,
            DeletedDate=held.deletion,
            PrimaryRegion=held.primary_region,
            **dates,
            **describe_rotation(held),
            **{versions: labelled or None},
        )
    )


def describe_rotation(held: Held) -> dict[str, Any]:
    """Describe the rotation of a secret for which it was ever set up."""
    rotation = held.rotation
    if rotation is None:
        return {}
    rules = None if rotation["days"] is None else {"AutomaticallyAfterDays": rotation["days"]}
    shown = {"RotationLambdaARN": rotation["function"], "RotationRules": rules, "RotationEnabled": rotation["enabled"]}
    if rotation["enabled"]:
        shown |= {"LastRotatedDate": held.last_rotated, "NextRotationDate": rotation["closes"]}
    return shown


def by_creation(secrets: list[Held]) -> list[Held]:
    """Sort secrets, the oldest first; those of one instant stay in the order of their coming."""
    return sorted(secrets, key=lambda held: held.created)


def list_secrets(reference: Reference, request: Request) -> dict[str, Any]:
    """ListSecrets, as one page."""
    planned = request.get("IncludePlannedDeletion", False)
    here = [one for one in reference.held if one.region == request.region and (planned or one.deletion is None)]
    if "Filters" in request.members:
        value = request.get("Filters")[0]["Values"][0]
        here = [held for held in here if held.name.startswith(value.removeprefix("!")) != value.startswith("!")]
    entries = [describe(held, "SecretVersionsToStages") for held in by_creation(here)]
    if request.get("SortBy") == "name":
        entries.sort(key=lambda entry: entry["Name"])
    return {"SecretList": entries[::-1] if request.get("SortOrder") == "desc" else entries}


def list_secret_version_ids(reference: Reference, request: Request) -> dict[str, Any]:
    """ListSecretVersionIds, as one page: versions with a value."""
    held, deprecated = reference.find(request), request.get("IncludeDeprecated", False)
    shown = [one for one in held.versions if one.value is not None and (one.labels or deprecated)]
    return named(held, Versions=[version_entry(version) for version in shown])


def version_entry(version: HeldVersion) -> dict[str, Any]:
    """Describe one version."""
    return present(
        {
            "VersionId": version.id,
            "CreatedDate": version.created,
            "KmsKeyIds": [version.key or "DefaultEncryptionKey"],
            "VersionStages": list(version.labels) or None,
            "LastAccessedDate": version.accessed,
        }
    )


# Tags and policies


def check_tags(tags: list[dict[str, str]]) -> None:
    """Refuse a key that comes twice, or that AWS keeps to itself."""
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) < len(keys) or any(key.lower().startswith("aws:") for key in keys):
        raise Refused("InvalidParameterException")


def tag_resource(reference: Reference, request: Request) -> dict[str, Any]:
    """TagResource."""
    held, tags = reference.primary(request), request.get("Tags")
    check_tags(tags)
    if tags:
        with reference.change(held, request.at):
            held.tags = {**(held.tags or {}), **{tag["Key"]: tag["Value"] for tag in tags}}
    return {}


def untag_resource(reference: Reference, request: Request) -> dict[str, Any]:
    """UntagResource."""
    held, keys = reference.primary(request), set(request.get("TagKeys"))
    if held.tags and keys & set(held.tags):
        with reference.change(held, request.at):
            held.tags = {key: value for key, value in held.tags.items() if key not in keys}
    return {}


def put_resource_policy(reference: Reference, request: Request) -> dict[str, Any]:
    """PutResourcePolicy."""
    held = reference.primary(request)
    check_policy(request.get("ResourcePolicy"))
    with reference.change(held, request.at):
        held.policy = request.get("ResourcePolicy")
    return named(held)


def check_policy(document: str) -> None:
    """Refuse what is not JSON."""
    try:
        json.loads(document)
    except ValueError:
        raise Refused("MalformedPolicyDocumentException") from None


def get_resource_policy(reference: Reference, request: Request) -> dict[str, Any]:
    """GetResourcePolicy."""
    held = reference.usable(request)
    return named(held) if held.policy is None else named(held, ResourcePolicy=held.policy)


def delete_resource_policy(reference: Reference, request: Request) -> dict[str, Any]:
    """DeleteResourcePolicy."""
    held = reference.primary(request)
    if held.policy is not None:
        with reference.change(held, request.at):
            held.policy = None
    return named(held)


def list_resource_policies(reference: Reference, request: Request) -> dict[str, Any]:
    """ListResourcePolicies."""
    held = reference.usable(request)
    return {"ResourcePolicies": [] if held.policy is None else [{"PolicyName": "default"}]}


def validate_resource_policy(reference: Reference, request: Request) -> dict[str, Any]:
    """ValidateResourcePolicy, for policies that are fine or no JSON at all."""
    if "SecretId" in request.members:
        reference.find(request)
    check_policy(request.get("ResourcePolicy"))
    return {"PolicyValidationPassed": True, "ValidationErrors": []}


# Rotation and replication


def rotate_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """RotateSecret."""
    held, token = reference.primary(request), request.get("ClientRequestToken")
    before = held.rotation or {"function": None, "days": None, "opens": None, "closes": None}
    function = request.get("RotationLambdaARN", before["function"])
    if function is None:
        raise Refused("InvalidRequestException", NO_FUNCTION)
    if function not in reference.functions:
        raise Refused("AccessDeniedException", NOT_INVOKABLE)
    if held.unfinished() is not None:
        raise Refused("InvalidRequestException")
    if token in held.rotated_to:
        return named(held, VersionId=token)
    if held.version(token) is not None:
        raise Refused("InvalidRequestException")
    days = request.get("RotationRules", {}).get("AutomaticallyAfterDays", before["days"])
    held.rotation = {**before, "function": function, "days": days, "enabled": True}
    reference._plan(held, request.at)
    steps: tuple[str, ...] = ("testSecret",)
    current, tried = held.holder(CURRENT), None
    if request.get("RotateImmediately", True):
        steps = ("createSecret", "setSecret", "testSecret", "finishSecret")
    elif current is not None:
        tried = current.value
    reference._add_pending(held, token, request.at, tried)
    request.get("-afterwards").append(lambda: reference._run(held, token, steps, request.at, request.at))
    return named(held, VersionId=token)


def cancel_rotate_secret(reference: Reference, request: Request) -> dict[str, Any]:
    """CancelRotateSecret."""
    held = reference.primary(request)
    if held.rotation is None:
        raise Refused("InvalidRequestException")
    with reference.change(held, request.at):
        held.rotation.update(enabled=False, opens=None, closes=None)
    unfinished = held.unfinished()
    return named(held) if unfinished is None else named(held, VersionId=unfinished.id)


def plan_replicas(reference: Reference, request: Request, held: Held) -> dict[str, str]:
    """Return the status of each new replica, or refuse them all."""
    added: dict[str, str] = {}
    for wanted in request.get("AddReplicaRegions", []):
        region = wanted["Region"]
        if region == held.region or held.replicas.get(region) == "InSync" or region in added:
            raise Refused("InvalidParameterException")
        taken = reference.lookup(region, held.name)
        free = taken is None or (
            request.get("ForceOverwriteReplicaSecret", False) and not taken.replicas and not taken.is_replica
        )
        added[region] = "InSync" if free else "Failed"
    return added


def replication_status(reference: Reference, held: Held, fresh: set[str]) -> list[dict[str, Any]]:
    """List the replicas; one that was just asked for is still under way."""
    read = {one.region: one.accessed for one in reference.held if one.name == held.name and one.is_replica}
    statuses = {region: "InProgress" if region in fresh else status for region, status in held.replicas.items()}
    return [
        present({"Region": region, "Status": status, "LastAccessedDate": read.get(region)})
        for region, status in statuses.items()
    ]


def replicate_secret_to_regions(reference: Reference, request: Request) -> dict[str, Any]:
    """ReplicateSecretToRegions."""
    held = reference.primary(request)
    added = plan_replicas(reference, request, held)
    with reference.change(held, request.at):
        kept = {region: status for region, status in held.replicas.items() if region not in added}
        held.replicas = kept | added
        held.primary_region = held.region
    return {"ARN": held.arn, "ReplicationStatus": replication_status(reference, held, set(added))}


def remove_regions_from_replication(reference: Reference, request: Request) -> dict[str, Any]:
    """RemoveRegionsFromReplication."""
    held, regions = reference.primary(request), request.get("RemoveReplicaRegions")
    if any(region not in held.replicas for region in regions):
        raise Refused("InvalidParameterException")
    with reference.change(held, request.at):
        for region in set(regions):
            if held.replicas.pop(region) == "InSync":
                reference.held.remove(reference.find(Request(region, request.at, {"SecretId": held.name})))
    return {"ARN": held.arn, "ReplicationStatus": replication_status(reference, held, set())}


def stop_replication_to_replica(reference: Reference, request: Request) -> dict[str, Any]:
    """StopReplicationToReplica."""
    held = reference.usable(request)
    if not held.is_replica:
        raise Refused("InvalidRequestException")
    forget_replica(reference, held, request.at)
    with reference.change(held, request.at):
        held.primary_region = None
    return {"ARN": held.arn}


def associate_cross_account_replica(reference: Reference, request: Request) -> dict[str, Any]:
    """AssociateCrossAccountReplica with a replica that nobody has created."""
    held = reference.usable(request)
    region = request.get("CrossAccountReplicaARN").split(":")[3]
    raise Refused("ResourceNotFoundException" if region == held.region else "InvalidParameterException")


def disassociate_cross_account_replica(reference: Reference, request: Request) -> dict[str, Any]:
    """DisassociateCrossAccountReplica of a secret that has none."""
    reference.usable(request)
    raise Refused("ResourceNotFoundException")


def get_random_password(reference: Reference, request: Request) -> dict[str, Any]:
    """GetRandomPassword."""
    return {"RandomPassword": ANY}


OPERATIONS: dict[str, Callable[[Reference, Request], dict[str, Any]]] = {
    "AssociateCrossAccountReplica": associate_cross_account_replica,
    "BatchGetSecretValue": batch_get_secret_value,
    "CancelRotateSecret": cancel_rotate_secret,
    "CreateSecret": create_secret,
    "DeleteResourcePolicy": delete_resource_policy,
    "DeleteSecret": delete_secret,
    "DescribeSecret": describe_secret,
    "DisassociateCrossAccountReplica": disassociate_cross_account_replica,
    "GetRandomPassword": get_random_password,
    "GetResourcePolicy": get_resource_policy,
    "GetSecretValue": get_secret_value,
    "ListResourcePolicies": list_resource_policies,
    "ListSecretVersionIds": list_secret_version_ids,
    "ListSecrets": list_secrets,
    "PutResourcePolicy": put_resource_policy,
    "PutSecretValue": put_secret_value,
    "RemoveRegionsFromReplication": remove_regions_from_replication,
    "ReplicateSecretToRegions": replicate_secret_to_regions,
    "RestoreSecret": restore_secret,
    "RotateSecret": rotate_secret,
    "StopReplicationToReplica": stop_replication_to_replica,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateSecret": update_secret,
    "UpdateSecretVersionStage": update_secret_version_stage,
    "ValidateResourcePolicy": validate_resource_policy,
}
