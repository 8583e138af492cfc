"""Callers that write down how each of their calls ended, and what must hold of a fake afterwards."""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pytest_secretsdelete import FakeStoppedError

from ..support import LAMBDA, STEPS, rotate_as_the_template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pytest_secretsdelete import Event, FakeSecretsManager, Secret

#: What a call of a busy service may be answered with; anything else is a bug, as is the fake's own InternalServiceError.
EXPECTED = {
    "InvalidRequestException",
    "ResourceExistsException",
    "ResourceNotFoundException",
    "ThrottlingException",
}
#: The text of an error that a test injects: its code may be any.
INJECTED = "injected by the test"
#: Half of what the callers write goes to the first of the shared secrets, which gets more versions than AWS keeps.
SHARED = (0, 0, 0, 0, 0, 1, 2, 3)
#: AWS keeps so many versions, and all that are younger than a day (documentation of PutSecretValue).
VERSIONS_KEPT, VERSIONS_KEPT_FOR = 100, timedelta(days=1)


@dataclass
class Ledger:
    """What the callers have seen: each attempt with its end, and each write that was acknowledged."""

    attempts: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    written: list[tuple[str, str, str]] = field(default_factory=list)
    #: Calls that ended without an answer of the service.
    unanswered: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, client: Any) -> Any:
        """Write down each answer that a client gets, without a handler on the events of its requests."""
        client.meta.events.register("after-call.secrets-manager", self._note)
        return client

    def _note(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        code = parsed.get("Error", {}).get("Code")
        with self._lock:
            # what is repeated has failed in the same way: a test has one kind of fault that botocore repeats
            self.attempts[model.name, "ThrottlingException"] += parsed["ResponseMetadata"].get("RetryAttempts", 0)
            self.attempts[model.name, code] += 1
            if code is None and "VersionId" in parsed and model.name in {"CreateSecret", "PutSecretValue"}:
                self.written.append((model.name, parsed["ARN"], parsed["VersionId"]))

    def call(self, client: Any, operation: str, **parameters: Any) -> dict[str, Any] | None:
        """Call, and return the answer; None for what a busy service may refuse."""
        try:
            answer: dict[str, Any] = getattr(client, operation)(**parameters)
        except ClientError as error:
            refusal = error.response["Error"]
            if refusal["Code"] not in EXPECTED and refusal["Message"] != INJECTED:
                raise
            return None
        except (BotoCoreError, FakeStoppedError) as error:
            with self._lock:
                self.unanswered[type(error).__name__] += 1
            return None
        return answer


def populate(fake: FakeSecretsManager, ledger: Ledger) -> None:
    """Seed what the callers share, and let four secrets rotate: at once, daily, and when a caller asks for it."""
    client = ledger.watch(fake.client())
    # the next rotation may begin when the label AWSCURRENT has moved, and would take AWSPENDING from a slow finishSecret
    fake.rotation_function(LAMBDA, lambda event, context: rotate_as_the_template(client, event, keeps_pending=True))
    for number in range(4):
        fake.seed(f"shared/{number}", "start")
        fake.seed(f"rotating/{number}", "start")
        rules = {"AutomaticallyAfterDays": 1}
        ledger.call(
            client, "rotate_secret", SecretId=f"rotating/{number}", RotationLambdaARN=LAMBDA, RotationRules=rules
        )


def be_busy(ledger: Ledger, client: Any, number: int, rounds: int) -> dict[str, str]:
    """Make calls of many kinds on secrets of this caller and on shared ones; return the last values of its own."""
    chance, own = random.Random(number), f"own/{number}"
    last: dict[str, str] = {}
    if ledger.call(client, "create_secret", Name=own, SecretString="first") is not None:
        last[own] = "first"
    for turn in range(rounds):
        value, shared = f"{number} {turn}", f"shared/{chance.choice(SHARED)}"
        if ledger.call(client, "put_secret_value", SecretId=own, SecretString=value) is not None:
            last[own] = value
        read = ledger.call(client, "get_secret_value", SecretId=own)
        assert read is None or read["SecretString"] == last[own]
        ledger.call(client, "put_secret_value", SecretId=shared, SecretString=value)
        ledger.call(client, "describe_secret", SecretId=shared)
        match chance.randrange(5):
            case 0:
                ledger.call(client, "rotate_secret", SecretId=f"rotating/{chance.randrange(4)}")
            case 1:
                ledger.call(client, "delete_secret", SecretId=shared, RecoveryWindowInDays=30)
                ledger.call(client, "restore_secret", SecretId=shared)
            case 2:
                ledger.call(client, "list_secrets", MaxResults=100)
            case 3:
                ledger.call(client, "create_secret", Name="disputed", SecretString=value)
                ledger.call(client, "delete_secret", SecretId="disputed", ForceDeleteWithoutRecovery=True)
            case 4:
                ledger.call(
                    client, "tag_resource", SecretId=shared, Tags=[{"Key": f"tag/{number % 40}", "Value": value}]
                )
    return last


def write_and_read(ledger: Ledger, client: Any, name: str, last: dict[str, str]) -> None:
    """Create a secret, change and read it, whichever fake answers; note its last value."""
    if ledger.call(client, "create_secret", Name=name, SecretString="first") is not None:
        last[name] = "first"
    if ledger.call(client, "put_secret_value", SecretId=name, SecretString="second") is not None:
        last[name] = "second"
    read = ledger.call(client, "get_secret_value", SecretId=name)
    assert read is None or read["SecretString"] == last[name]


def check(
    fakes: Iterable[FakeSecretsManager], ledger: Ledger, last: dict[str, str], unanswered: Collection[str] = ()
) -> int:
    """Assert what holds of fakes after any load; return how many rotations were completed.

    `last` has the value that was written last by name, `unanswered` the errors that calls may have ended with without
    an answer.
    """
    fakes = list(fakes)
    assert ledger.unanswered.keys() <= set(unanswered)
    check_record(fakes, ledger)
    check_versions(fakes, ledger)
    values = {secret.name: secret.value for fake in fakes for secret in fake.secrets()}
    assert {name: values.get(name) for name in last} == last
    return sum(check_rotations(fake) for fake in fakes)


def check_record(fakes: list[FakeSecretsManager], ledger: Ledger) -> None:
    """Assert that the records hold each attempt that was answered once, and no other."""
    recorded = Counter((call.operation, call.error_code) for fake in fakes for call in fake.calls)
    assert recorded == +ledger.attempts
    kept = Counter(
        (event.name, event.secret, event.detail["versionId"])
        for fake in fakes
        for event in fake.events
        if event.name in {"CreateSecret", "PutSecretValue"} and "errorCode" not in event.detail
    )
    assert kept == Counter(ledger.written)


def check_versions(fakes: list[FakeSecretsManager], ledger: Ledger) -> None:
    """Assert that all that was acknowledged is in the store, unless AWS has deleted the secret or the version."""
    written: dict[str, set[str]] = defaultdict(set)
    for _, arn, version_id in ledger.written:
        written[arn].add(version_id)
    events: dict[str, list[Event]] = defaultdict(list)
    for fake in fakes:
        for event in fake.events:
            events[event.secret].append(event)
    there = {secret.arn: secret for fake in fakes for secret in fake.secrets()}
    for arn in {*written, *there}:
        was_purged = [event.name for event in events[arn]].count("EndSecretVersionDelete")
        assert was_purged == (arn not in there), arn
    for arn, secret in there.items():
        check_secret(secret, written[arn], events[arn])


def check_secret(secret: Secret, written: set[str], events: list[Event]) -> None:
    """Assert that labels are unique, one version is current, and all that was written is there or cleaned up."""
    labels = [label for version in secret.versions for label in version.staging_labels]
    assert labels.count("AWSCURRENT") == 1, secret
    assert len(labels) == len(set(labels)), secret
    ids = [version.version_id for version in secret.versions]
    assert len(ids) == len(set(ids)), secret
    known: dict[str, Any] = {}  # since when; the event of a write may come after that of its rotation
    removed = {}
    for event in events:
        version_id = event.detail.get("versionId")
        if event.name == "SecretVersionDeletion":
            assert version_id not in removed, event
            removed[version_id] = event.at
        elif version_id is not None:
            known[version_id] = min(event.at, known.get(version_id, event.at))
    assert written <= {*ids, *removed}, secret
    assert removed.keys().isdisjoint(ids), secret
    assert not removed or len(ids) >= VERSIONS_KEPT, secret
    assert all(removed[one] >= known[one] + VERSIONS_KEPT_FOR for one in written & removed.keys()), secret


def check_rotations(fake: FakeSecretsManager) -> int:
    """Assert that the steps of each rotation came in order, none twice; return how many rotations were completed."""
    steps: dict[tuple[str, str], list[str]] = {}
    for rotation in fake.rotations:
        assert rotation.error is None, (rotation, rotation.error)
        steps.setdefault((rotation.secret, rotation.version_id), []).append(rotation.step)
    assert all(tuple(done) == STEPS[: len(done)] for done in steps.values())
    return sum(tuple(done) == STEPS for done in steps.values())
