"""Callers that write down how each of their calls ended, and what must hold of a fake afterwards."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pytest_secretsdelete import FakeStoppedError

from ..support import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_secretsdelete import FakeSecretsManager, Secret

#: What a call of a busy service may be answered with; anything else is a bug.
EXPECTED = {
    "InternalServiceError",
    "InvalidRequestException",
    "ResourceExistsException",
    "ResourceNotFoundException",
    "ThrottlingException",
}


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
            if error.response["Error"]["Code"] not in EXPECTED:
                raise
            return None
        except (BotoCoreError, FakeStoppedError) as error:
            with self._lock:
                self.unanswered[type(error).__name__] += 1
            return None
        return answer


def be_busy(ledger: Ledger, client: Any, number: int, rounds: int) -> dict[str, str]:
    """Make calls of many kinds on secrets of this caller and on shared ones; return the last values of its own."""
    chance, own = random.Random(number), f"own/{number}"
    last: dict[str, str] = {}
    if ledger.call(client, "create_secret", Name=own, SecretString="first") is not None:
        last[own] = "first"
    for turn in range(rounds):
        value, shared = f"{number} {turn}", f"shared/{chance.randrange(4)}"
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


def check_record(fakes: Iterable[FakeSecretsManager], ledger: Ledger) -> None:
    """Assert that the records hold each attempt that was answered once, and no other."""
    fakes = list(fakes)
    recorded = Counter((call.operation, call.error_code) for fake in fakes for call in fake.calls)
    assert recorded == +ledger.attempts
    kept = Counter(
        (event.name, event.secret, event.detail["versionId"])
        for fake in fakes
        for event in fake.events
        if event.name in {"CreateSecret", "PutSecretValue"} and "errorCode" not in event.detail
    )
    assert kept == Counter(ledger.written)


def check_secret(secret: Secret, written: Iterable[str]) -> None:
    """Assert that the labels of a secret are unique, one version is current, and all that was written is there."""
    labels = [label for version in secret.versions for label in version.staging_labels]
    assert labels.count("AWSCURRENT") == 1, secret
    assert len(labels) == len(set(labels)), secret
    ids = [version.version_id for version in secret.versions]
    assert len(ids) == len(set(ids)), secret
    if len(ids) < 100:  # AWS deletes old versions without a label beyond a hundred
        assert set(ids) >= set(written), secret
    else:
        assert secret.current is not None


def check_rotations(fake: FakeSecretsManager) -> int:
    """Assert that the steps of each rotation came in order, none twice; return how many rotations were completed."""
    steps: dict[tuple[str, str], list[str]] = {}
    for rotation in fake.rotations:
        assert rotation.error is None, (rotation, rotation.error)
        steps.setdefault((rotation.secret, rotation.version_id), []).append(rotation.step)
    assert all(tuple(done) == STEPS[: len(done)] for done in steps.values())
    return sum(tuple(done) == STEPS for done in steps.values())


def check(fake: FakeSecretsManager, ledger: Ledger, last: dict[str, str]) -> None:
    """Assert all of that, and that each caller's own secret holds what it has written last."""
    check_record([fake], ledger)
    for secret in fake.secrets():
        check_secret(secret, [version for _, arn, version in ledger.written if arn == secret.arn])
    assert {name: fake.secret(name).value for name in last} == last
