"""aws-secretsmanager-caching, aws-lambda-powertools and pydantic-settings, under the clock."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError


@pytest.mark.secret("db/password", "hunter2")
def test_caching_refreshes_after_its_time_to_live(secretsmanager, secretsmanager_client, secretsmanager_clock):
    """A cached value stays for an hour; then the newer one is read."""
    library = pytest.importorskip("aws_secretsmanager_caching")
    config = library.SecretCacheConfig(secret_refresh_interval=3600)
    cache = library.SecretCache(config=config, client=secretsmanager_client)
    assert cache.get_secret_string("db/password") == "hunter2"
    secretsmanager_client.put_secret_value(SecretId="db/password", SecretString="hunter3")
    assert cache.get_secret_string("db/password") == "hunter2"
    secretsmanager_clock.advance(hours=1, seconds=1)
    assert cache.get_secret_string("db/password") == "hunter3"


@pytest.mark.secret("db/password", "hunter2", deleted_days_ago=1)
def test_caching_of_a_scheduled_secret(secretsmanager_client):
    """AWS's refusal comes through."""
    library = pytest.importorskip("aws_secretsmanager_caching")
    cache = library.SecretCache(client=secretsmanager_client)
    with pytest.raises(ClientError, match="marked for deletion"):
        cache.get_secret_string("db/password")


@pytest.mark.secret("db/password", {"user": "ann"})
def test_powertools_parameters(secretsmanager, secretsmanager_client, secretsmanager_clock):
    """A parameter is kept for max_age seconds of the clock."""
    parameters = pytest.importorskip("aws_lambda_powertools.utilities.parameters")
    provider = parameters.SecretsProvider(boto3_client=secretsmanager_client)
    assert provider.get("db/password", max_age=60, transform="json") == {"user": "ann"}
    secretsmanager_client.put_secret_value(SecretId="db/password", SecretString=json.dumps({"user": "bob"}))
    assert provider.get("db/password", max_age=60, transform="json") == {"user": "ann"}
    secretsmanager_clock.advance(seconds=61)
    assert provider.get("db/password", max_age=60, transform="json") == {"user": "bob"}


@pytest.mark.secret("app", {"password": "hunter2"})
def test_pydantic_settings(secretsmanager):
    """Settings are read from the fake as from AWS."""
    library = pytest.importorskip("pydantic_settings")
    pytest.importorskip("boto3")

    class Settings(library.BaseSettings):
        password: str

        @classmethod
        def settings_customise_sources(cls, settings_cls, **sources):
            return (library.AWSSecretsManagerSettingsSource(settings_cls, "app"),)

    assert Settings().password == "hunter2"
