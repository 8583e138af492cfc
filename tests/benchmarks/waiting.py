"""Waiting: what a year of rotations and a poll of 30 days cost beside the bare client calls that they make."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import freezegun

from pytest_secretsdelete import Clock, FakeSecretsManager

from ..support import rotate_as_the_template
from .table import Row
from .timing import pairs, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .sizes import Sizes

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def a_year_of_rotations(fake, clock, client, days):
    """Rotating every day for a year."""
    fake.rotation_function(FUNCTION, lambda event, context: rotate_as_the_template(client, event))
    fake.seed("db/password", "hunter2")
    client.rotate_secret(
        SecretId="db/password", RotationLambdaARN=FUNCTION, RotationRules={"ScheduleExpression": "rate(1 day)"}
    )
    clock.advance(days=days - 1)
    assert sum(event.name == "RotationSucceeded" for event in fake.events) == days


def a_poll_of_30_days(fake, clock, client, days):
    """Asking every six hours for 30 days whether a deleted secret is gone."""
    fake.seed("db/password", "hunter2")
    client.delete_secret(SecretId="db/password")
    with clock.skip_sleeps():
        while True:
            try:
                client.describe_secret(SecretId="db/password")
            except client.exceptions.ResourceNotFoundException:
                return
            time.sleep(6 * 3600)


def bare_calls(fake, client, calls, described):
    """Make as many calls of each kind, and nothing else; the secret to describe is as the story's is."""
    described_arn = fake.seed("described", "hunter2", **described).arn
    arn = fake.seed("db/password", "hunter2", pending="hunter3").arn
    version = fake.secret(arn).current.version_id
    pending = fake.secret(arn).versions[-1].version_id

    def move():
        client.update_secret_version_stage(SecretId=arn, VersionStage="X", MoveToVersionId=version)
        client.update_secret_version_stage(SecretId=arn, VersionStage="X", RemoveFromVersionId=version)

    def missing():
        try:
            client.get_secret_value(SecretId=arn, VersionStage="NOBODY")
        except client.exceptions.ResourceNotFoundException:
            pass

    makers = {
        ("DescribeSecret", True): lambda: client.describe_secret(SecretId=described_arn),
        ("DescribeSecret", False): missing,
        ("GetSecretValue", True): lambda: client.get_secret_value(SecretId=arn, VersionId=pending),
        ("GetSecretValue", False): missing,
        ("PutSecretValue", True): lambda: client.put_secret_value(SecretId=arn, SecretString="hunter4"),
        ("UpdateSecretVersionStage", True): move,
    }
    for kind, count in calls.items():
        pairs = 2 if kind[0] == "UpdateSecretVersionStage" else 1
        for _ in range(count // pairs):
            makers.get(kind, lambda: None)()


def rows(sizes: Sizes) -> Iterator[Row]:
    """Yield a row for each story."""
    for story, described in ((a_year_of_rotations, {}), (a_poll_of_30_days, {"deleted_days_ago": 0})):
        calls = told(story, sizes.days)[1]

        def bare(fake, clock, client, days, calls=calls, described=described):
            bare_calls(fake, client, calls, described)

        yield Row(
            f"{story.__doc__.rstrip('.').lower()}: {sum(calls.values()):,} calls",
            "the bare calls",
            *pairs(
                max(sizes.rounds // 5, 1),
                lambda story=story: told(story, sizes.days)[0],
                lambda bare=bare: told(bare, sizes.days)[0],
            ),
        )


def told(story, days):
    """Run a story on a fake, a clock and a client of its own; return its processor time and its calls."""
    with freezegun.freeze_time("2026-01-01T12:00:00Z", real_asyncio=True), FakeSecretsManager() as fake:
        client = fake.client()
        client.list_secrets()
        took = seconds(lambda: story(fake, Clock(), client, days))
        return took, Counter((call.operation, call.error_code is None) for call in fake.calls)
