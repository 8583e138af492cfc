"""Which region is the default: the given one, AWS_DEFAULT_REGION, the profile's, us-east-1."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import botocore.session
import pytest

from pytest_secretsdelete import FakeSecretsManager

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[default]
region = eu-central-1

[profile work]
region = ca-central-1

[profile nowhere]
output = json
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Write a config file where AWS_CONFIG_FILE points to."""
    path = tmp_path / "config"
    path.write_text(CONFIG)
    return path


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({}, "eu-central-1"),
        ({"AWS_PROFILE": "work"}, "ca-central-1"),
        ({"AWS_DEFAULT_PROFILE": "work"}, "ca-central-1"),
        ({"AWS_PROFILE": "nowhere"}, "us-east-1"),
        ({"AWS_PROFILE": "missing"}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "sa-east-1"}, "sa-east-1"),
        ({"AWS_DEFAULT_REGION": "sa-east-1", "AWS_PROFILE": "work"}, "sa-east-1"),
        ({"AWS_DEFAULT_REGION": "", "AWS_PROFILE": "nowhere"}, "us-east-1"),
    ],
)
@pytest.mark.usefixtures("config")
def test_the_default_region(variables: dict[str, str], region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake takes the process's default region, for itself and for the clients of the process."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    fake = FakeSecretsManager()
    assert fake.region == region
    with fake:
        assert os.environ["AWS_DEFAULT_REGION"] == region
        assert fake.seed("a").region == fake.client().meta.region_name == region
        assert fake.secret("a").region == region
    assert dict(os.environ) == before


def test_nothing_configured_at_all() -> None:
    """Without any configuration the region is us-east-1."""
    with FakeSecretsManager() as fake:
        assert fake.region == fake.client().meta.region_name == os.environ["AWS_DEFAULT_REGION"] == "us-east-1"


def test_a_config_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A config file that is none leaves us-east-1."""
    (tmp_path / "config").write_text("no section here")
    assert FakeSecretsManager().region == "us-east-1"


def test_a_region_given_wins(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A region given is the fake's, whatever the process's is."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    assert FakeSecretsManager(region="eu-west-3").region == "eu-west-3"


def test_the_region_is_asked_for_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake that was made before the environment was set follows the environment."""
    fake = FakeSecretsManager()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with fake:
        assert fake.region == "eu-west-3"


@pytest.mark.parametrize("written", ["fips-us-gov-west-1", "us-gov-west-1-fips"])
@pytest.mark.parametrize("given", [True, False])
def test_a_fips_pseudo_region(written: str, given: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FIPS pseudo-region means the region behind it, as it does to botocore's clients."""
    if not given:
        monkeypatch.setenv("AWS_DEFAULT_REGION", written)
    with FakeSecretsManager(region=written if given else None) as fake:
        assert os.environ["AWS_DEFAULT_REGION"] == written  # other services' clients go where they went
        seeds = fake.seed("default"), fake.seed("there", region=written)
        assert {fake.region, *(seed.region for seed in seeds)} == {"us-gov-west-1"}
        assert seeds[0].arn.startswith("arn:aws-us-gov:secretsmanager:us-gov-west-1:")
        client = botocore.session.get_session().create_client("secretsmanager")
        assert "fips" in client.meta.endpoint_url
        assert client.describe_secret(SecretId="there")["ARN"] == fake.secret("there", written).arn


def test_a_client_follows_a_changed_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of the fake's own reads the configuration as it is now, not as an earlier test has left it."""
    path = tmp_path / "changing"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    for attempts in (2, 17):
        path.write_text(f"[default]\nretry_mode = standard\nmax_attempts = {attempts}\n")
        with FakeSecretsManager() as fake:
            assert fake.client().meta.config.retries["total_max_attempts"] == attempts


def test_a_region_by_botocores_own_word() -> None:
    """A region may be given as create_client takes it."""
    with FakeSecretsManager(region="eu-west-3") as fake:
        assert fake.client(region_name="ca-central-1").meta.region_name == "ca-central-1"
        assert fake.client("ca-central-1").meta.region_name == "ca-central-1"
