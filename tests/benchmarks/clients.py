"""Making a client while a fake is active, starting and stopping, and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import freezegun
from moto import mock_aws

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._time import freezing

from .floor import KEYS, REGION
from .table import Row
from .timing import pairs, seconds, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .sizes import Sizes


def rows(sizes: Sizes) -> Iterator[Row]:
    """Yield the rows."""
    for service, target in (("secretsmanager", 0.15), ("s3", None)):

        def make(service: str = service) -> None:
            boto3.Session().client(service, **KEYS)

        yield Row(
            f'boto3.Session().client("{service}") while a fake is active',
            "botocore's own",
            *pairs(
                sizes.rounds,
                lambda make=make: within(lambda: FakeSecretsManager(region=REGION), lambda _: make(), 1),
                lambda make=make: seconds(make),
            ),
            target,
        )
    yield Row(
        "start and stop",
        "mock_aws",
        *pairs(sizes.rounds, lambda: seconds(_start_and_stop, sizes.repeats), lambda: seconds(_moto)),
        0.02,
    )
    yield Row(
        "the clock: freeze and end",
        "freezegun",
        *pairs(sizes.rounds, lambda: seconds(_clock, 3), lambda: seconds(_freezegun, 3)),
        1.05,
    )


def _start_and_stop() -> None:
    with FakeSecretsManager(region=REGION):
        pass


def _moto() -> None:
    with mock_aws():
        pass


def _clock() -> None:
    with freezing.held(None):
        pass


def _freezegun() -> None:
    with freezegun.freeze_time("2026-01-01", real_asyncio=True):
        pass
