"""@pytest.mark.secretsmanager: each setting of the test's fake."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from .conftest import Run


def test_region_and_account(run: Run) -> None:
    """The region is the process's default meanwhile, the account stands in ARNs; the mark starts the fake."""
    run(
        """
        import os
        import boto3
        import pytest

        @pytest.mark.secretsmanager(region="eu-west-1", account_id="111111111111")
        def test_it():
            assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
            made = boto3.client("secretsmanager").create_secret(Name="a", SecretString="x")
            assert made["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-")

        def test_after():
            assert "AWS_DEFAULT_REGION" not in os.environ
        """
    ).assert_outcomes(passed=2)


def test_private_regions(run: Run) -> None:
    """Unknown regions are errors of set-up and of calls, unless the mark, or the project, admits them."""
    result = run(
        """
        import boto3
        import pytest
        from botocore.exceptions import EndpointConnectionError

        @pytest.mark.secretsmanager(region="eu-wset-1")
        def test_typo():
            pass

        @pytest.mark.secret("a", region="eu-wset-1")
        def test_typo_of_a_seed():
            pass

        @pytest.mark.secret("a", "x", region="moon-base-1")
        @pytest.mark.secretsmanager(region="private-1", allow_unknown_regions=True)
        def test_private():
            client = boto3.client("secretsmanager", region_name="moon-base-1")
            assert client.get_secret_value(SecretId="a")["SecretString"] == "x"
            assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []

        def test_calls(secretsmanager):
            boto3.client("secretsmanager", region_name="moon-base-1").list_secrets()
        """
    )
    result.assert_outcomes(passed=1, failed=1, errors=2)
    result.stdout.fnmatch_lines(["*region='eu-wset-1' is in no partition * Similar names: eu-west-1,*"])
    result.stdout.fnmatch_lines(["*EndpointConnectionError: *"])
    if sys.version_info >= (3, 11):  # which shows notes
        result.stdout.fnmatch_lines(["*The region 'moon-base-1' is in no partition*allow_unknown_regions*"])


def test_delays(run: Run) -> None:
    """purge_delay counts from the deletion date, force_delete_delay from the request."""
    run(
        """
        from datetime import timedelta
        import pytest

        def by_name(secret):
            return timedelta(hours=int(secret.name))

        def delete(client, name, **options):
            client.create_secret(Name=name, SecretString="x")
            client.delete_secret(SecretId=name, **options)

        @pytest.mark.secretsmanager(purge_delay=timedelta(hours=1), force_delete_delay=timedelta(minutes=5))
        def test_timedeltas(secretsmanager, secretsmanager_client, secretsmanager_clock):
            delete(secretsmanager_client, "forced", ForceDeleteWithoutRecovery=True)
            delete(secretsmanager_client, "scheduled", RecoveryWindowInDays=7)
            secretsmanager_clock.advance(minutes=4)
            assert "forced" in secretsmanager
            secretsmanager_clock.advance(minutes=1)
            assert "forced" not in secretsmanager
            secretsmanager_clock.advance(days=7)
            assert "scheduled" in secretsmanager
            secretsmanager_clock.advance(hours=1)
            assert "scheduled" not in secretsmanager

        @pytest.mark.secretsmanager(purge_delay=by_name, force_delete_delay=by_name)
        def test_callables(secretsmanager, secretsmanager_client, secretsmanager_clock):
            delete(secretsmanager_client, "1", ForceDeleteWithoutRecovery=True)
            delete(secretsmanager_client, "2", RecoveryWindowInDays=7)
            secretsmanager_clock.advance(minutes=59)
            assert "1" in secretsmanager
            secretsmanager_clock.advance(minutes=1)
            assert "1" not in secretsmanager
            secretsmanager_clock.advance(days=7)
            assert "2" in secretsmanager
            secretsmanager_clock.advance(hours=1)
            assert "2" not in secretsmanager
        """
    ).assert_outcomes(passed=2)


def test_keep_credentials(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials are fakes, unless they are to be kept."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    run(
        """
        import os
        import boto3
        import pytest

        def account():
            made = boto3.client("secretsmanager").create_secret(Name="a", SecretString="x")
            return made["ARN"].split(":")[4]

        @pytest.mark.secretsmanager(keep_credentials=True)
        def test_kept():
            assert os.environ["AWS_ACCESS_KEY_ID"] == "111111111111"
            assert os.environ["AWS_SESSION_TOKEN"] == "token"
            assert account() == "111111111111"

        @pytest.mark.secretsmanager(keep_credentials=False)
        def test_fakes():
            assert os.environ["AWS_ACCESS_KEY_ID"] == os.environ["AWS_SECRET_ACCESS_KEY"] == "testing"
            assert "AWS_SESSION_TOKEN" not in os.environ
            assert account() == "123456789012"

        def test_after():
            assert os.environ["AWS_ACCESS_KEY_ID"] == "111111111111"
            assert os.environ["AWS_SESSION_TOKEN"] == "token"
        """
    ).assert_outcomes(passed=3)


def test_skip_sleeps(run: Run) -> None:
    """Sleeping moves the clock and returns, under whatever name it was imported; no fixture is needed."""
    run(
        """
        import asyncio
        import time
        from time import perf_counter, sleep
        import pytest

        settings = pytest.mark.secretsmanager(skip_sleeps=True)

        @settings
        def test_alone():
            start = time.time()
            sleep(30)
            time.sleep(30)
            asyncio.run(asyncio.sleep(30))
            assert time.time() - start == 90

        @settings
        @pytest.mark.secret("a", "x", deleted_days_ago=7 - 30 / 86_400, recovery_window_in_days=7)
        def test_purge_comes_due(secretsmanager, secretsmanager_clock):
            start = secretsmanager_clock.now()
            assert "a" in secretsmanager
            sleep(30)
            assert (secretsmanager_clock.now() - start).seconds == 30
            assert "a" not in secretsmanager

        @pytest.mark.secretsmanager(skip_sleeps=True, now="2020-01-01T00:00:00Z")
        def test_with_now():
            sleep(1)
            assert time.time() == 1_577_836_801

        @pytest.mark.secretsmanager(skip_sleeps=False)
        def test_real():
            start = perf_counter()
            sleep(0.01)
            assert perf_counter() - start >= 0.01

        def test_after():
            start = perf_counter()
            sleep(0.01)
            assert perf_counter() - start >= 0.01
        """
    ).assert_outcomes(passed=5)


def test_settings_without_secrets(run: Run) -> None:
    """A mark without any setting starts the fake just as well."""
    run(
        """
        import boto3
        import pytest

        @pytest.mark.secretsmanager
        def test_bare():
            assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []

        @pytest.mark.secretsmanager()
        def test_called(secretsmanager):
            assert secretsmanager.region == "us-east-1"
        """
    ).assert_outcomes(passed=2)
