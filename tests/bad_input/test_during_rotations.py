"""Refusals while a secret is being rotated: each leaves the rotation as it was, and it is completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..properties import shapes
from ..properties.seen import ABROAD, HOME, STRANGER, ask, say
from ..support import VALUE, policy, rotate_as_the_template
from .looking import Look

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock

FIRST, CURRENT, PENDING, NEW = (f"{number}" * 32 for number in range(1, 5))
FUNCTION = shapes.FUNCTIONS[0]
A = {"SecretId": "a"}
OTHER = {**A, "SecretString": "other"}
LABELS = [f"label-{number}" for number in range(20)]
OPERATIONS = shapes.service_model().operation_names


class Row(NamedTuple):
    """A request that is refused, and the code."""

    operation: str
    members: dict[str, Any]
    code: str


def _wrong_type(operation: str) -> dict[str, Any]:
    """Return members of which the last has a type that none has."""
    last = [*shapes.service_model().operation_model(operation).input_shape.members][-1]
    return {**A, "Name": "a", "ClientRequestToken": NEW, last: {"a": [{}]} if last != "RotationRules" else 1}


EXISTS, REQUEST, PARAMETER = "ResourceExistsException", "InvalidRequestException", "InvalidParameterException"
MOVED = {**A, "VersionStage": "AWSPENDING"}
#: Requests that the service refuses for what they say, and for each operation one with a wrong type.
REFUSED = [
    Row("BatchGetSecretValue", {"SecretIdList": ["a"], "Filters": [{"Key": "name", "Values": ["a"]}]}, PARAMETER),
    Row("CreateSecret", {"Name": "a", "SecretString": "other", "ClientRequestToken": NEW}, EXISTS),
    *(
        Row("CreateSecret", {"Name": "a", "SecretString": "other", "ClientRequestToken": token}, EXISTS)
        for token in (FIRST, CURRENT, PENDING)
    ),
    Row("DeleteSecret", {**A, "RecoveryWindowInDays": 6}, PARAMETER),
    Row("DeleteSecret", {**A, "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}, PARAMETER),
    Row("DeleteSecret", A, PARAMETER),
    Row("GetSecretValue", {**A, "VersionId": FIRST, "VersionStage": "AWSPENDING"}, REQUEST),
    Row("GetSecretValue", {**A, "VersionId": NEW}, "ResourceNotFoundException"),
    Row("GetSecretValue", {"SecretId": "{arn}", "caller": STRANGER}, "AccessDeniedException"),
    Row("ListSecretVersionIds", {**A, "NextToken": "none"}, "InvalidNextTokenException"),
    Row("PutResourcePolicy", {**A, "ResourcePolicy": "{}"}, "MalformedPolicyDocumentException"),
    Row(
        "PutResourcePolicy",
        {**A, "ResourcePolicy": policy("*"), "BlockPublicPolicy": True},
        "PublicPolicyException",
    ),
    *(Row("PutSecretValue", {**OTHER, "ClientRequestToken": token}, EXISTS) for token in (FIRST, CURRENT, PENDING)),
    Row("PutSecretValue", {**A, "ClientRequestToken": NEW}, REQUEST),
    Row("PutSecretValue", OTHER, REQUEST),
    Row("PutSecretValue", {**OTHER, "SecretBinary": "AA==", "ClientRequestToken": NEW}, PARAMETER),
    Row("PutSecretValue", {**OTHER, "ClientRequestToken": NEW, "region": ABROAD}, PARAMETER),
    Row("PutSecretValue", {**OTHER, "ClientRequestToken": NEW, "VersionStages": LABELS}, "LimitExceededException"),
    Row("PutSecretValue", {**OTHER, "ClientRequestToken": "short"}, "ValidationException"),
    Row("ReplicateSecretToRegions", {**A, "AddReplicaRegions": [{"Region": HOME}]}, PARAMETER),
    Row("ReplicateSecretToRegions", {**A, "AddReplicaRegions": [{"Region": ABROAD}]}, PARAMETER),
    Row("RotateSecret", {**A, "ClientRequestToken": NEW}, REQUEST),
    Row("RotateSecret", {**A, "ClientRequestToken": FIRST}, REQUEST),
    Row("RotateSecret", {**A, "ClientRequestToken": NEW, "RotationLambdaARN": "arn:none"}, PARAMETER),
    Row(
        "RotateSecret",
        {**A, "ClientRequestToken": NEW, "RotationLambdaARN": shapes.FUNCTIONS[2]},
        "AccessDeniedException",
    ),
    Row(
        "RotateSecret",
        {**A, "ClientRequestToken": NEW, "RotationRules": {"ScheduleExpression": "rate(1 hours)"}},
        PARAMETER,
    ),
    Row("StopReplicationToReplica", A, REQUEST),
    Row("TagResource", {**A, "Tags": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}, PARAMETER),
    Row("TagResource", {**A, "Tags": [{"Key": "aws:k", "Value": "1"}]}, PARAMETER),
    *(Row("UpdateSecret", {**OTHER, "ClientRequestToken": token}, EXISTS) for token in (FIRST, CURRENT, PENDING)),
    Row("UpdateSecret", {**OTHER, "SecretBinary": "AA==", "ClientRequestToken": NEW}, PARAMETER),
    Row("UpdateSecret", {**OTHER, "ClientRequestToken": NEW, "region": ABROAD}, PARAMETER),
    Row("UpdateSecretVersionStage", {**A, "VersionStage": "AWSPENDING"}, PARAMETER),
    Row("UpdateSecretVersionStage", {**MOVED, "RemoveFromVersionId": FIRST}, PARAMETER),
    Row("UpdateSecretVersionStage", {**MOVED, "MoveToVersionId": CURRENT}, PARAMETER),
    Row("UpdateSecretVersionStage", {**MOVED, "MoveToVersionId": NEW}, "ResourceNotFoundException"),
    Row("UpdateSecretVersionStage", {**A, "VersionStage": "AWSCURRENT", "RemoveFromVersionId": CURRENT}, PARAMETER),
    *(Row(name, _wrong_type(name), "SerializationException") for name in OPERATIONS),
]
ROWS = [pytest.param(row, id=f"{row.operation}-{row.code}-{place}") for place, row in enumerate(REFUSED)]


def rotate(fake: FakeSecretsManager, in_second_step: Callable[[], None]) -> None:
    """Rotate a secret that has two versions and a replica; the function does something in its second step."""

    client = fake.client()

    def function(event: dict[str, str], context: Any) -> None:
        if event["Step"] == "setSecret":
            in_second_step()
        rotate_as_the_template(client, event)

    fake.rotation_function(FUNCTION, function)
    create = {"Name": "a", "SecretString": VALUE, "ClientRequestToken": FIRST}
    say(fake, "CreateSecret", **create, AddReplicaRegions=[{"Region": ABROAD}])
    say(fake, "PutSecretValue", **A, SecretString=VALUE, ClientRequestToken=CURRENT)
    rules = {"AutomaticallyAfterDays": 3}
    say(fake, "RotateSecret", **A, ClientRequestToken=PENDING, RotationLambdaARN=FUNCTION, RotationRules=rules)


def check_refused(fake: FakeSecretsManager, row: Row) -> None:
    """Make the request of a row, and assert that it is refused and changes nothing."""
    (arn,) = (secret.arn for secret in fake.secrets(HOME))
    look = Look(fake)
    status, answer = ask(fake, row.operation, **shapes.filled_in(row.members, lambda wanted: arn))
    assert (status, answer["__type"]) == (400, row.code)
    look.check_unchanged()


def check_completed(fake: FakeSecretsManager) -> None:
    """Assert that the rotation has made its version the current one."""
    secret = fake.secret("a")
    assert secret.current is not None
    assert (secret.current.version_id, secret.value) == (PENDING, f"rotated {PENDING}")
    assert [event.name for event in fake.events if event.name.startswith("Rotation")][-1] == "RotationSucceeded"


@pytest.fixture
def fake(clock: Clock) -> Any:
    """Give an active fake over time that stands still."""
    with FakeSecretsManager(region=HOME) as fake:
        yield fake


@pytest.mark.parametrize("row", ROWS)
def test_within_a_step(row: Row, fake: FakeSecretsManager) -> None:
    """The function goes on, and the rotation succeeds."""
    asked = []

    def refuse() -> None:
        asked.append(row)
        check_refused(fake, row)

    rotate(fake, refuse)
    assert [rotation.error for rotation in fake.rotations] == [None] * 4
    assert asked == [row]
    check_completed(fake)


@pytest.mark.parametrize("row", ROWS)
def test_between_attempts(row: Row, fake: FakeSecretsManager, clock: Clock) -> None:
    """The next attempt completes the version that the failed one has left."""
    failures = [ConnectionError()]

    def fail_once() -> None:
        if failures:
            raise failures.pop()

    rotate(fake, fail_once)
    check_refused(fake, row)
    clock.advance(days=3)
    check_completed(fake)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_the_test_asks_for(operation: str, fake: FakeSecretsManager) -> None:
    """A denial and a fault leave the rotation as it was, too."""

    def refuse() -> None:
        row = Row(operation, {**OTHER, "Name": "a", "ClientRequestToken": NEW}, "AccessDeniedException")
        fake.deny(operation)
        check_refused(fake, row)
        fake.allow(operation)
        fault = fake.fail(operation, "ThrottlingException", times=None)
        check_refused(fake, row._replace(code="ThrottlingException"))
        fault.withdraw()

    rotate(fake, refuse)
    assert [rotation.error for rotation in fake.rotations] == [None] * 4
    check_completed(fake)
