"""What a checkpoint costs: as much as is changed inside it, however much is there.

Run `python -m tests.benchmarks.checkpoint`. Each row is a fake with so many secrets and records of calls; a checkpoint
around the same few changes is timed, and the same changes in a fake made for them. Nothing is asserted: a shared
machine is too noisy.
"""

from __future__ import annotations

import statistics
import time

from pytest_secretsdelete import FakeSecretsManager

ROUNDS = 200
SIZES = (0, 100, 1_000, 10_000)
CHANGES = 5


def filled(size):
    """Return a fake with so many secrets and as many calls."""
    fake = FakeSecretsManager().start()
    client = fake.client()
    for number in range(size):
        fake.seed(f"there/{number}", "x")
        client.describe_secret(SecretId=f"there/{number}")
    client.list_secrets()
    return fake


def change(fake):
    """Do what a test does."""
    for number in range(CHANGES):
        fake.seed(f"new/{number}", "x")
        fake.fail("GetSecretValue", "ThrottlingException").withdraw()


def median(action):
    """Return the median time of an action, in microseconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def inside_a_checkpoint(fake):
    """Change, and have it undone."""
    with fake.checkpoint():
        change(fake)


def in_a_fake_of_its_own():
    """Change a fake that is made for it."""
    with FakeSecretsManager() as fake:
        change(fake)


def main():
    """Print a row for each size."""
    print(f"{CHANGES} secrets and {CHANGES} faults: {median(in_a_fake_of_its_own):8.0f} us in a fake of its own")
    for size in SIZES:
        fake = filled(size)
        print(f"{size:6,} secrets there: {median(lambda: inside_a_checkpoint(fake)):8.0f} us in a checkpoint")
        fake.stop()


if __name__ == "__main__":
    main()
