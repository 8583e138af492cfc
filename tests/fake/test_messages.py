"""What the package says of arguments that are not legal: the whole texts, held against a file beside this one."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import Clock, FakeSecretsManager

from ..support import OTHER_ACCOUNT, VALUE, hold_against, shows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Call = Callable[[], Any]

EXPECTED = Path(__file__).with_name("messages")
ARN = f"arn:aws:secretsmanager:us-east-1:{OTHER_ACCOUNT}:secret:a-AbCdEf"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}

SETTINGS: list[dict[str, Any]] = [
    {"account_id": "12345"},
    {"account_id": 123456789012},
    {"region": "Europe"},
    {"region": "nowhere-1"},
    {"keep_credentials": "yes"},
    {"allow_unknown_regions": 1},
    {"share_botocore_data": None},
    {"rotation_limit": 0},
    {"rotation_limit": True},
    {"calls_kept": 1.5},
    {"purge_delay": timedelta(seconds=-1)},
    {"force_delete_delay": 60},
]

SEEDS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("no name",), {}),
    ((5,), {}),
    (("x" * 513,), {}),
    (("a", ""), {}),
    (("a", "\ud83d"), {}),
    (("a", 5), {}),
    (("a", {"key": {1}}), {}),
    (("a",), {"previous": "x"}),
    (("a",), {"description": 5}),
    (("a",), {"description": "\ud83d"}),
    (("a",), {"kms_key_id": "my key"}),
    (("a",), {"owning_service": "x" * 129}),
    (("a",), {"region": "Ireland"}),
    (("a",), {"region": "not a label"}),
    (("a",), {"tags": "k=v"}),
    (("a",), {"tags": {"k": 1}}),
    (("a",), {"tags": {"k": "\ud83d"}}),
    (("a",), {"tags": {"aws:k": "v"}}),
    (("a",), {"created_days_ago": -1}),
    (("a",), {"created_days_ago": 10**9}),
    (("a",), {"deleted_days_ago": "1"}),
    (("a",), {"created_days_ago": 1.5, "deleted_days_ago": 2}),
    (("a",), {"deleted_days_ago": 30}),
    (("a",), {"deleted_days_ago": 1, "recovery_window_in_days": 6}),
    (("a",), {"recovery_window_in_days": 7}),
    (("a",), {"arn": "arn:aws:secretsmanager:us-east-1:12:secret:a"}),
    (("a",), {"arn": ARN}),
    (("a",), {"policy": 5}),
    (("a",), {"policy": {"key": {1}}}),
    (("a",), {"policy": ""}),
    (("a",), {"policy": "x" * 20_481}),
    (("a",), {"policy": "{}"}),
    (("a",), {"policy": POLICY}),
    (("there",), {}),
]

FAULTS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("GetSecretVale", "ThrottlingException"), {}),
    (("get_secret_value", "ThrottlingException"), {}),
    (("Zzz", "ThrottlingException"), {}),
    (("*", 500), {}),
    (("*", "ThrottlingException"), {"times": 0}),
    (("*", "ThrottlingException"), {"times": True}),
]

AGENTS: list[dict[str, Any]] = [
    {"kind": "Agent"},
    {"kind": "lambda"},
    {"kind": 5},
    {"ttl": 300},
    {"ttl": 3600.5},
    {"ttl": True},
    {"ttl": timedelta(hours=2)},
    {"kind": "extension", "ttl": timedelta(seconds=301)},
    {"cache_size": 1001},
    {"cache_size": True},
]


def texts(calls: Iterable[Call]) -> str:
    """Return the errors of some calls, each of which is refused."""
    found = []
    for call in calls:
        with pytest.raises((LookupError, RuntimeError, TypeError, ValueError)) as caught:
            call()
        found.append(f"{type(caught.value).__name__}: {caught.value.args[0]}\n")
    return "".join(found)


def of_settings(clock: Clock, fake: FakeSecretsManager) -> Iterator[Call]:
    """Yield fakes that cannot be made."""
    yield from (partial(FakeSecretsManager, **one) for one in SETTINGS)


def of_seeds(clock: Clock, fake: FakeSecretsManager) -> Iterator[Call]:
    """Yield seeds that are refused."""
    yield from (partial(fake.seed, *words, **one) for words, one in SEEDS)


def of_faults(clock: Clock, fake: FakeSecretsManager) -> Iterator[Call]:
    """Yield faults that are refused."""
    yield from (partial(fake.fail, *words, **one) for words, one in FAULTS)


def of_agents(clock: Clock, fake: FakeSecretsManager) -> Iterator[Call]:
    """Yield agents that cannot be started."""
    yield from (lambda one=one: fake.agent(**one).__enter__() for one in AGENTS)


def of_the_clock(clock: Clock, fake: FakeSecretsManager) -> list[Call]:
    """Return calls of the clock that are refused."""
    return [
        lambda: clock.advance(days="1"),  # type: ignore[arg-type]
        lambda: clock.advance(days=float("nan")),
        lambda: clock.advance(hours=-1),
        lambda: clock.advance(days=10**9),
        lambda: clock.move_to("9999-12-31T00:00:01Z"),
        lambda: clock.move_to("yesterday"),
        lambda: clock.move_to(5),  # type: ignore[arg-type]
        lambda: clock.move_to("2031-05-07T00:00:00"),
        lambda: clock.move_to(datetime(2031, 5, 7)),  # noqa: DTZ001 - what is tested
        lambda: clock.move_to("2031-05-01T00:00:00Z"),
        lambda: clock.move_to("9999-12-31T23:00:00-02:00"),
        lambda: clock.move_to_deletion_date("there", before=1),  # type: ignore[arg-type]
        lambda: clock.move_to_deletion_date("there", before=timedelta(days=-1)),
        lambda: clock.move_to_deletion_date("there"),
        lambda: clock.move_to_deletion_date("thre"),
        lambda: clock.move_to_deletion_date("deleted", before=timedelta(days=31)),
    ]


def of_look_ups(clock: Clock, fake: FakeSecretsManager) -> list[Call]:
    """Return look-ups that are refused."""
    for number in range(12):
        fake.seed(f"many-{number}", region="us-east-1")
    return [
        lambda: fake.secret("thre"),
        lambda: fake.secret("many-7"),
        lambda: fake.secret("xyz", region="us-east-1"),
        lambda: fake.secret("xyz", region="us-west-2"),
        lambda: fake.secret(5),  # type: ignore[arg-type]
        lambda: fake.secret("there", region="us-wst-2"),
        lambda: fake.secret("empty").value,
        lambda: fake.secret("there").json(),
        fake.start,
    ]


@pytest.mark.parametrize(
    "subject", [of_settings, of_seeds, of_faults, of_agents, of_the_clock, of_look_ups], ids=lambda one: one.__name__
)
def test_whole_messages(
    subject: Callable[[Clock, FakeSecretsManager], Iterable[Call]], clock: Clock, fake: FakeSecretsManager
) -> None:
    """Each error says what happened, what was near, and what to do, and shows no value."""
    fake.seed("there", VALUE)
    fake.seed("empty")
    fake.seed("deleted", deleted_days_ago=1)
    text = texts(subject(clock, fake))
    assert not shows(VALUE, text)
    hold_against(EXPECTED / f"{subject.__name__.removeprefix('of_')}.txt", text)
