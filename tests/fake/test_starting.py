"""Starting, stopping and nesting; what a fake refuses to be made of."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from typing import Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.settings import GivenSettings, Settings

from ..support import PATIENCE, REGION, VALUE, in_threads, refused, switching_often


def test_started_twice() -> None:
    """Starting a fake that is active is an error, and leaves it active."""
    with FakeSecretsManager() as fake:
        with pytest.raises(RuntimeError, match="already started"):
            fake.start()
        with pytest.raises(RuntimeError, match="already started"), fake:
            pass
        fake.client().list_secrets()
    assert len(fake.calls) == 1


def test_the_settings_are_known() -> None:
    """The service keeps what a fake was made with, defaults included, for those who share it."""
    given = GivenSettings(region=REGION, purge_delay=timedelta(days=1), allow_unknown_regions=True, rotation_limit=5)
    assert service_of(FakeSecretsManager(**given)).settings == Settings(**given)


def test_started_by_two_threads_at_once() -> None:
    """One of them starts it, the other is refused, and nothing is left behind."""
    before = dict(os.environ)
    with switching_often():
        for _ in range(50):
            fake, outcomes, together = FakeSecretsManager(), [], threading.Barrier(2)

            def start(fake: Any = fake, outcomes: list[Any] = outcomes, together: Any = together) -> None:
                together.wait(PATIENCE)
                try:
                    outcomes.append(fake.start())
                except RuntimeError:
                    outcomes.append(None)

            in_threads(start, start)
            fake.stop()
            assert sorted(outcomes, key=bool) == [None, fake]
    assert dict(os.environ) == before


def test_stopped_twice_or_never_started() -> None:
    """Stopping a fake that is not active does nothing."""
    fake = FakeSecretsManager()
    fake.stop()
    assert fake.start() is fake
    fake.stop()
    fake.stop()
    assert "not active" in repr(fake)


def test_a_fake_can_be_started_again() -> None:
    """A fake that has stopped keeps its secrets and records, and answers again when it is started again."""
    fake = FakeSecretsManager(region=REGION)
    with fake:
        fake.client().create_secret(Name="db/password", SecretString=VALUE)
    assert fake.secret("db/password").current is not None
    assert len(fake.calls) == len(fake.events) == 1
    fake.seed("seeded", VALUE)
    with fake:
        assert fake.client().get_secret_value(SecretId="db/password")["SecretString"] == VALUE
        assert fake.client().get_secret_value(SecretId="seeded")["SecretString"] == VALUE
    assert len(fake.calls) == 3


def test_the_innermost_fake_answers() -> None:
    """Nested fakes have nothing in common, and the innermost one answers."""
    with FakeSecretsManager(region=REGION) as outer:
        client = outer.client()
        client.create_secret(Name="outer")
        with FakeSecretsManager(region=REGION) as inner:
            client.create_secret(Name="inner")
            with refused("ResourceNotFoundException"):
                client.describe_secret(SecretId="outer")
        client.describe_secret(SecretId="outer")
    assert [call.operation for call in outer.calls] == ["CreateSecret", "DescribeSecret"]
    assert [call.operation for call in inner.calls] == ["CreateSecret", "DescribeSecret"]


def test_stopped_out_of_order() -> None:
    """A fake that is stopped out of order goes alone."""
    first, second, third = (FakeSecretsManager(region=REGION) for _ in range(3))
    for fake in (first, second, third):
        fake.start()
    client = first.client()
    second.stop()
    client.create_secret(Name="third")
    third.stop()
    client.create_secret(Name="first")
    first.stop()
    assert [[secret.name for secret in fake.secrets()] for fake in (first, second, third)] == [
        ["first"],
        [],
        ["third"],
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"account_id": "12345"}, "account_id='12345' is not an AWS account id: a str of twelve digits"),
        ({"account_id": 123456789012}, "account_id=123456789012 is not an AWS account id"),
        ({"account_id": "\u0661" * 12}, "is not an AWS account id"),
        ({"account_id": None}, "account_id=None is not an AWS account id"),
        ({"region": "Ireland"}, "region='Ireland' is in no partition .* A region is written as eu-west-1 is."),
        ({"region": "1234"}, "region='1234' is not a region code such as eu-west-1"),
        ({"allow_unknown_regions": 1}, "allow_unknown_regions=1: True or False is legal"),
        ({"share_botocore_data": None}, "share_botocore_data=None: True or False is legal"),
        ({"rotation_limit": 0}, "rotation_limit=0: a whole number of 1 or more is legal"),
        ({"calls_kept": True}, "calls_kept=True: a whole number of 1 or more is legal"),
        ({"region": ""}, "region='' is not a region code"),
        ({"region": 1}, "region=1 is not a region code"),
        ({"purge_delay": 3}, "purge_delay=3: a timedelta of zero or more, or a callable"),
        ({"purge_delay": timedelta(seconds=-1)}, "purge_delay=.*: a timedelta of zero or more"),
        ({"force_delete_delay": "2h"}, "force_delete_delay='2h': a timedelta"),
        ({"keep_credentials": "no"}, "keep_credentials='no': True or False is legal"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    """What is not legal is a ValueError that says what is."""
    with pytest.raises(ValueError, match=message):
        FakeSecretsManager(**options)


def test_options_are_keywords() -> None:
    """Options are given by name alone."""
    with pytest.raises(TypeError):
        FakeSecretsManager(REGION)  # type: ignore[misc]


def test_the_account() -> None:
    """The account given is that of the callers, and of the ARNs."""
    with FakeSecretsManager(account_id="000000000001") as fake:
        assert fake.account_id == "000000000001"
        arn = fake.client().create_secret(Name="db/password")["ARN"]
        assert arn.split(":")[4] == fake.seed("other").account_id == "000000000001"


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1", "us-iso-east-1", "ap-southeast-4"])
def test_regions_of_all_partitions(region: str) -> None:
    """Region codes of all partitions are legal."""
    assert FakeSecretsManager(region=region).region == region
