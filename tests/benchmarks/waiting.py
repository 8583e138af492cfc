"""What waiting costs beyond the client calls it makes: a year of rotations, and a poll of 30 days.

Run `python -m tests.benchmarks.waiting`. Each story is timed side by side with the bare client calls that it
makes, in turns; the medians and their ratio are printed. Nothing is asserted: a shared machine is too noisy.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter

import freezegun

from pytest_secretsdelete import Clock, FakeSecretsManager

from ..support import rotate_as_the_template

ROUNDS = 5
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
_REAL = (time.perf_counter,)  # in a tuple, where freezegun does not replace it


def a_year_of_rotations(fake, clock, client):
    """Rotate every day for a year."""
    fake.rotation_function(FUNCTION, lambda event, context: rotate_as_the_template(client, event))
    fake.seed("db/password", "hunter2")
    client.rotate_secret(
        SecretId="db/password", RotationLambdaARN=FUNCTION, RotationRules={"ScheduleExpression": "rate(1 day)"}
    )
    clock.advance(days=364)
    rotations = sum(event.name == "RotationSucceeded" for event in fake.events)
    return f"{rotations} rotations"


def a_poll_of_30_days(fake, clock, client):
    """Ask every six hours whether a deleted secret is gone."""
    fake.seed("db/password", "hunter2")
    client.delete_secret(SecretId="db/password")
    reads = 0
    with clock.skip_sleeps():
        while True:
            reads += 1
            try:
                client.describe_secret(SecretId="db/password")
            except client.exceptions.ResourceNotFoundException:
                return f"{reads} reads"
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


def timed(story):
    """Run a story on a fake, a clock and a client of its own; return its seconds, result and calls."""
    with freezegun.freeze_time("2026-01-01T12:00:00Z", real_asyncio=True), FakeSecretsManager() as fake:
        client = fake.client()
        client.list_secrets()
        start = _REAL[0]()
        result = story(fake, Clock(), client)
        seconds = _REAL[0]() - start
        return seconds, result, Counter((call.operation, call.error_code is None) for call in fake.calls)


def main():
    """Print what each story costs beside its bare calls."""
    for story, described in ((a_year_of_rotations, {}), (a_poll_of_30_days, {"deleted_days_ago": 0})):
        calls = timed(story)[2]

        def bare(fake, clock, client, calls=calls, described=described):
            bare_calls(fake, client, calls, described)

        times = [(timed(story), timed(bare)) for _ in range(ROUNDS)]
        whole = statistics.median(pair[0][0] for pair in times)
        alone = statistics.median(pair[1][0] for pair in times)
        print(
            f"{story.__name__}: {times[0][0][1]}, {sum(calls.values())} calls: {whole * 1000:.0f} ms; "
            f"the bare calls: {alone * 1000:.0f} ms; ratio {whole / alone:.2f}"
        )


if __name__ == "__main__":
    main()
