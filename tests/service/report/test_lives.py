"""The lives of the secrets in a report: rows, folded calls, one line each for what is not concerned."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.story import story_of

from ...support import LAMBDA, OTHER_ACCOUNT, REGION, VALUE, Rotator, client_of, refused, send_raw, token

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock

    from .conftest import Told

ABOUT_A = AssertionError("a")


def rows(text: str) -> list[str]:
    """Return the rows of the first block, with single spaces."""
    block = next(part for part in text.split("\n\n") if "\n  " in part and not part.startswith(" "))
    return [" ".join(line.split()) for line in block.splitlines()[1:]]


def lines(text: str) -> list[str]:
    """Return the last paragraph, with single spaces."""
    return [" ".join(line.split()) for line in text.rsplit("\n\n", maxsplit=1)[-1].splitlines()]


def test_the_steps_of_a_life(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Each step has a row with its details, each move of the clock one without an instant."""
    client.create_secret(Name="a", SecretString=VALUE, ClientRequestToken=token(1))
    client.put_secret_value(SecretId="a", SecretString=VALUE, ClientRequestToken=token(2))
    client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])
    client.get_secret_value(SecretId="a", VersionId=token(1), VersionStage="AWSPREVIOUS")
    client.restore_secret(SecretId="a")
    client.delete_secret(SecretId="a")
    clock.advance(hours=1)
    client.restore_secret(SecretId="a")
    client.delete_secret(SecretId="a", RecoveryWindowInDays=8)
    with clock.skip_sleeps():
        time.sleep(90)
    clock.advance(days=9)
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    clock.advance(seconds=1)
    assert rows(told(ABOUT_A)) == [
        "+0s CreateSecret here",
        f"+0s PutSecretValue AWSCURRENT to version {token(2)[:8]} here",
        "+0s TagResource here",
        f"+0s GetSecretValue AWSPREVIOUS {token(1)[:8]} here",
        "+0s RestoreSecret it was not scheduled for deletion here",
        "+0s DeleteSecret window of 30 days (the default), until 2031-06-05 07:08:09Z here",
        "clock advanced 1h here",
        "+1h RestoreSecret 29d 23h before its window ended here",
        "+1h DeleteSecret window of 8 days, until 2031-05-14 08:08:09Z here",
        "sleeping took 1m 30s here",
        "clock advanced 9d here",
        "+8d 1h window ended: purged",
        "+9d 1h DeleteSecret there was nothing to delete here",
        "clock advanced 1s here",
    ]


def test_a_life_in_one_line(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A secret that the failure is not about has one line, with every step of its life."""
    client.create_secret(Name="b", SecretString=VALUE)
    clock.advance(days=2)
    client.delete_secret(SecretId="b", RecoveryWindowInDays=7)
    clock.advance(days=6, hours=23)
    client.restore_secret(SecretId="b")
    client.restore_secret(SecretId="b")
    client.tag_resource(SecretId="b", Tags=[])
    client.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
    client.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
    fake.seed("c", VALUE, deleted_days_ago=29)
    fake.seed("a", VALUE)
    client.describe_secret(SecretId="a")
    assert lines(told(ABOUT_A)) == [
        "b created +0s, deleted +2d (until +9d), restored +8d 23h (1h before its window ended), RestoreSecret +8d 23h,",
        "TagResource +8d 23h, deleted without recovery +8d 23h, gone +8d 23h, DeleteSecret +8d 23h",
        "c seeded as deleted (until +9d 23h)",
    ]


def test_what_nothing_happened_to(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Secrets that were seeded, and no more, share a line."""
    for number in range(30):
        fake.seed(f"s{number:02}", VALUE)
    fake.seed("a", VALUE)
    client.describe_secret(SecretId="a")
    assert " ".join(lines(told(ABOUT_A))).startswith("seeded and not called: s00, s01, ")
    assert " ".join(lines(told(ABOUT_A))).endswith("s19 and 10 more")


def test_a_seed_that_is_scheduled(clock: Clock, fake: FakeSecretsManager, told: Told) -> None:
    """The row of such a seed says how long ago it was deleted, and when its window ends."""
    fake.seed("a", VALUE, deleted_days_ago=29)
    assert rows(told(ABOUT_A)) == ["+0s seeded as deleted 29d before: window of 30 days, until 2031-05-07 07:08:09Z"]


def test_repeated_calls_are_one_row(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Equal calls in a row are folded with their pace, and the moves of the clock between them are not shown."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE)
    for step in (1, 1, 2):
        for name in ("a", "b"):
            client.get_secret_value(SecretId=name)
        clock.advance(hours=step)
    for _ in range(3):
        client.describe_secret(SecretId="b")
    text = told(ABOUT_A)
    assert rows(text) == ["+0s seeded", "+0s GetSecretValue x3, every 1h; last +2h here", "clock advanced 2h here"]
    assert lines(text) == ["b seeded; GetSecretValue x3, every 1h from +0s; last +2h; DescribeSecret x3 +4h"]


def test_no_pace_within_a_second(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Calls that real time sets apart by the same few milliseconds are not said to have a pace."""
    fake.seed("a", VALUE)
    for _ in range(3):
        client.get_secret_value(SecretId="a")
        clock.advance(timedelta(milliseconds=1))
    assert rows(told(ABOUT_A))[:2] == ["+0s seeded", "+0s GetSecretValue x3 here"]


def test_calls_from_several_places_in_one_line(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """The form of one line shows no places, so that calls which differ in these alone are folded there."""
    fake.seed("b", VALUE)
    client.get_secret_value(SecretId="b")
    client.get_secret_value(SecretId="b")
    client.describe_secret(SecretId="b")
    client.get_secret_value(SecretId="b")
    fake.seed("a", VALUE)
    client.describe_secret(SecretId="a")
    assert lines(told(ABOUT_A)) == ["b seeded, GetSecretValue x2 +0s, DescribeSecret +0s, GetSecretValue +0s"]


def test_moves_of_the_clock(clock: Clock, fake: FakeSecretsManager, told: Told) -> None:
    """Moves that follow each other from one place are one row."""
    fake.seed("a", VALUE)
    for _ in range(3):
        clock.advance(hours=1)
    clock.advance(hours=1)
    assert rows(told(ABOUT_A)) == ["+0s seeded", "clock advanced 3h in 3 steps here", "clock advanced 1h here"]


def test_an_uneven_pace(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Where the calls do not come at a steady pace, the last one is told alone."""
    for name in ("a", "b"):
        fake.seed(name, VALUE)
    for step in (1, 2, 3):
        client.get_secret_value(SecretId="a")
        client.get_secret_value(SecretId="b")
        clock.advance(hours=step)
    assert "+0s GetSecretValue x3; last +3h here" in rows(told(ABOUT_A))
    assert lines(told(ABOUT_A)) == ["b seeded; GetSecretValue x3; last +3h"]


def test_many_different_calls(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Alternating calls are folded by their kind, and of many kinds the middle is left out, but no step of a life."""
    fake.seed("a", VALUE)
    for _ in range(10):
        client.get_secret_value(SecretId="a")
        client.describe_secret(SecretId="a")
    assert rows(told(ABOUT_A))[1:] == ["+0s GetSecretValue x10 here", "+0s DescribeSecret x10 here"]
    client.tag_resource(SecretId="a", Tags=[])
    for number in range(60):
        with refused("ResourceNotFoundException"):
            client.get_secret_value(SecretId="a", VersionStage=f"L{number}")
        if number % 20 == 19:
            client.untag_resource(SecretId="a", TagKeys=["k"])
    found = rows(told(ABOUT_A))
    assert sum("TagResource" in row or "UntagResource" in row for row in found) == 4
    for number in range(60):
        with refused("ResourceNotFoundException"):
            client.get_secret_value(SecretId="a", VersionStage=f"L{number}")
    found = rows(told(ABOUT_A))
    assert "+0s (30 calls left out)" in found
    assert found[-1] == "+0s GetSecretValue L59 ResourceNotFoundException here"


def test_faults_that_were_answered_in_the_end(clock: Clock, fake: FakeSecretsManager, told: Told) -> None:
    """Retries under a fault of the test's are one row, with the answer in the end."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE)
    client = fake.client(config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
    for name, times in (("a", 4), ("b", 1)):
        fake.fail("GetSecretValue", "ThrottlingException", times=times, secret_id=name)
        with clock.skip_sleeps():
            client.get_secret_value(SecretId=name)
    with refused("DecryptionFailure"):
        fake.fail("GetSecretValue", "DecryptionFailure", secret_id="b")
        client.get_secret_value(SecretId="b")
    text = told(ABOUT_A)
    pattern = r"GetSecretValue ThrottlingException x4 \(asked for by here\), then answered at here \+\S+"
    assert re.search(pattern, " ".join(text.partition("b  ")[0].split()))
    pattern = (
        r"b seeded; GetSecretValue: ThrottlingException \(asked for by here\), then answered at \+\S+; GetSecretValue: "
        r"DecryptionFailure \(asked for by here\) \+\S+"
    )
    assert re.search(pattern, " ".join(lines(text)))


def test_rotations(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Rotations are told with the step and the place of their failure; in one line, with their instants."""
    for name in ("a", "b"):
        fake.seed(name, VALUE)
        rotator = Rotator(fake)
        fake.rotation_function(LAMBDA, rotator)
        client.rotate_secret(SecretId=name, RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30})
    clock.advance(days=30)
    rotator.fails_at = "setSecret"
    clock.advance(days=30)
    text = told(ABOUT_A)
    found = rows(text)
    assert [row.partition(" ")[2] for row in found if "rotation " in row and "here" not in row][:2] == [
        "rotation started",
        "rotation succeeded",
    ]
    assert found[-1].endswith("rotation failed")
    assert re.fullmatch(r"\+\S+ \S+ setSecret failed RuntimeError rotation\.py:\d+", found[-2])
    line = " ".join(lines(text))
    instants = r"\+0s, \+\d+d \d+h"
    failed = r"setSecret failed at \+\d+d \d+h: RuntimeError, rotation\.py:\d+"
    assert re.search(rf"b seeded; rotated at {instants}; {failed}$", line)


def test_rotations_that_are_called_off_or_tried(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A trial of the function has rows of its own, and so has a rotation that a new value puts an end to."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, lambda event, context: None)
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA, RotateImmediately=False)
    client.rotate_secret(SecretId="a", ClientRequestToken=token(1))
    client.put_secret_value(SecretId="a", SecretString=VALUE, ClientRequestToken=token(2))
    found = [row.split(" ", 1)[1] for row in rows(told(ABOUT_A)) if not row.endswith("here")]
    assert "test of the rotation succeeded" in found
    assert "rotation abandoned: a new value took its place" in found


def test_versions_that_are_removed(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """The clean-up of versions without a label is a step in the life."""
    fake.seed("a", VALUE)
    for _ in range(110):
        client.put_secret_value(SecretId="a", SecretString=VALUE)
    clock.advance(days=2)
    client.put_secret_value(SecretId="a", SecretString=VALUE)
    removed = [row for row in rows(told(ABOUT_A)) if "removed: it had no label" in row]
    assert re.fullmatch(r"\+1d version \w+-*\w* removed: it had no label", removed[0])


def test_a_forced_deletion_with_a_delay(clock: Clock) -> None:
    """A purge that comes later than the deletion says by how much, with a window and without."""
    delays = {"force_delete_delay": timedelta(minutes=5), "purge_delay": timedelta(hours=1)}
    with FakeSecretsManager(region=REGION, **delays) as fake:
        client = fake.client()
        for name in ("a", "b"):
            fake.seed(name, VALUE)
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        client.delete_secret(SecretId="b", RecoveryWindowInDays=7)
        clock.advance(days=8)
        text = as_text(story_of(service_of(fake), AssertionError("a b")), 120)
    assert "gone for good, 5m after its deletion" in text
    assert "purged, 1h after its window ended" in text


def test_names_in_several_regions(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Regions stand behind the names only where there are several; ARNs, whole or partial, find their secret."""
    arn = fake.seed("a", VALUE).arn
    for secret_id in ("a", arn, arn[:-7]):
        client.describe_secret(SecretId=secret_id)
    assert told(ABOUT_A).startswith("a\n")
    assert "+0s DescribeSecret x3 here" in rows(told(ABOUT_A))
    fake.seed("b", VALUE, region="us-west-2")
    assert told(ABOUT_A).startswith("a (eu-west-1)\n")
    assert story_of(service_of(fake)).title.startswith("Secrets Manager, eu-west-1, us-west-2, ")


def test_batches_and_calls_about_no_secret(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A batch belongs to each of its secrets; calls about none, and bodies that cannot be read, stand last."""
    fake.seed("a", VALUE)
    client.batch_get_secret_value(SecretIdList=["a", "b"])
    client.list_secrets()
    send_raw(client, "GetSecretValue", "not json")
    text = told()
    assert lines(text) == [
        "a seeded, BatchGetSecretValue +0s",
        "b BatchGetSecretValue +0s",
        "other calls ListSecrets +0s, GetSecretValue: SerializationException +0s",
    ]


def test_what_a_failure_is_about(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A failure that names no secret is taken to be about the one that was called last."""
    for name in ("a", "b"):
        fake.seed(name, VALUE)
        client.describe_secret(SecretId=name)
    assert told(AssertionError("another text")).startswith("b\n")
    assert told(AssertionError("the secret a/b and b-a")).startswith("b\n")
    assert told(AssertionError("'a' is missing.")).startswith("a\n")


def test_a_fake_without_anything(fake: FakeSecretsManager) -> None:
    """A fake that nothing happened to has a title, and the one sentence."""
    story = story_of(service_of(fake), AssertionError())
    assert as_text(story) == "No call reached the fake."
    assert story.title == "Secrets Manager, eu-west-1"


@pytest.mark.parametrize(("asked", "widest"), [(10, 80), (100, 100), (500, 120)])
def test_widths(fake: FakeSecretsManager, client: Any, asked: int, widest: int) -> None:
    """The text is as wide as the terminal, from 80 to 120 columns, and in ASCII, whatever the names."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a")
    send_raw(client, "GetSecretValue", {"SecretId": "\u00e9" * 300})
    text = as_text(story_of(service_of(fake), ABOUT_A), asked)
    assert text.isascii()
    assert max(len(line) for line in text.splitlines() if "xe9" not in line) in range(widest - 12, widest + 1)


def test_a_step_of_nothing(clock: Clock, fake: FakeSecretsManager, told: Told) -> None:
    """A clock that is moved by less than a millisecond has not been advanced."""
    fake.seed("a", VALUE)
    clock.advance()
    clock.advance(seconds=0.0001)
    assert "clock" not in told(ABOUT_A)
    clock.advance(seconds=0.001)
    assert "clock advanced 1ms" in told(ABOUT_A)


def test_several_regions_and_accounts(fake: FakeSecretsManager, told: Told) -> None:
    """Where there are several of both, both are told of each secret."""
    fake.seed("a", VALUE)
    client_of(OTHER_ACCOUNT, "ap-south-1").create_secret(Name="b", SecretString=VALUE)
    text = told(ABOUT_A)
    assert f"a (eu-west-1, account {fake.account_id})" in text
    assert f"b (ap-south-1, account {OTHER_ACCOUNT}) created +0s" in lines(text)


def test_gone_at_once_and_later(clock: Clock) -> None:
    """A forced deletion removes the secret at once, or some time later, as the fake was told."""
    for delay, words in ((timedelta(0), "gone for good"), (timedelta(hours=2), "gone for good, 2h after its deletion")):
        with FakeSecretsManager(region=REGION, force_delete_delay=delay) as fake:
            fake.seed("a", VALUE)
            fake.client().delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
            clock.advance(hours=2)
            assert any(
                row.endswith((f"s {words}", f"h {words}"))
                for row in rows(as_text(story_of(service_of(fake), ABOUT_A), 120))
            )


def test_faults_at_different_times(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Calls that were answered after faults are told one by one, each with its own instants."""
    for name in ("a", "b"):
        fake.seed(name, VALUE)
    for _ in range(2):
        fake.fail("GetSecretValue", "InternalServiceError")
        client.get_secret_value(SecretId="b")
        clock.advance(days=1)
    client.describe_secret(SecretId="a")
    text = " ".join(lines(told(ABOUT_A)))
    for instant in ("+0s", "+1d"):
        assert f"GetSecretValue: InternalServiceError (asked for by here), then answered at {instant}" in text


def test_a_name_that_ends_as_an_arn_does(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A call that names such a secret without the last characters of its ARN is refused, as on AWS, and is in its life."""
    partial = fake.seed("team-abc123", VALUE).arn[:-7]
    with refused("ResourceNotFoundException") as caught:
        client.get_secret_value(SecretId=partial)
    assert rows(told(caught.value)) == ["+0s seeded", "+0s GetSecretValue ResourceNotFoundException here"]
