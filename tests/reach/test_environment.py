"""The process's environment while a fake is active, and after it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import boto3
import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..support import REGION, VALUE

if TYPE_CHECKING:
    from pathlib import Path

OWN = {
    "AWS_ACCESS_KEY_ID": "own key",
    "AWS_SECRET_ACCESS_KEY": "own secret",
    "AWS_SESSION_TOKEN": "own token",
    "AWS_PROFILE": "own profile",
    "AWS_DEFAULT_PROFILE": "own default profile",
    "AWS_DEFAULT_REGION": "ap-south-1",
}
UNTOUCHED = {
    "AWS_DATA_PATH": "/own/models",
    "AWS_ENDPOINT_URL": "http://localhost:4566",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://localhost:4567",
    "AWS_RETRY_MODE": "standard",
}


@pytest.fixture
def _own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put variables of the user's own in place."""
    for name, value in {**OWN, **UNTOUCHED}.items():
        monkeypatch.setenv(name, value)


def aws() -> dict[str, str]:
    """Return the variables of AWS as they are."""
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.mark.usefixtures("_own")
def test_credentials_are_fakes_while_active() -> None:
    """Keys are fakes, token and profile are hidden, the region and everything else stay; then all is as before."""
    before = aws()
    with FakeSecretsManager():
        inside = aws()
        assert inside["AWS_ACCESS_KEY_ID"] == inside["AWS_SECRET_ACCESS_KEY"] == "testing"
        assert not {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"} & set(inside)
        assert inside["AWS_DEFAULT_REGION"] == "ap-south-1"
        assert UNTOUCHED.items() <= inside.items()
        assert boto3.Session().get_credentials().access_key == "testing"
    assert aws() == before


def test_what_was_not_there_is_not_there_afterwards() -> None:
    """Where nothing was set, credentials and a region are there inside, and gone afterwards."""
    before = aws()
    with FakeSecretsManager():
        assert set(aws()) - set(before) == {
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_DEFAULT_REGION",
        }
        boto3.Session().client("s3")
    assert aws() == before


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_SESSION_TOKEN", "own token"),
        ("AWS_SECURITY_TOKEN", "own token"),
        ("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z"),
        ("AWS_PROFILE", "missing"),
        ("AWS_DEFAULT_PROFILE", "missing"),
    ],
)
def test_nothing_of_other_credentials_is_left(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the token of other credentials, nor their expiry, nor their profile goes with the fake keys."""
    monkeypatch.setenv(variable, value)
    with FakeSecretsManager():
        credentials = boto3.Session().get_credentials().get_frozen_credentials()
        assert (credentials.access_key, credentials.secret_key, credentials.token) == ("testing", "testing", None)
    assert os.environ[variable] == value


@pytest.mark.usefixtures("_own")
def test_keep_credentials() -> None:
    """With keep_credentials the credentials are left alone; a region given is set all the same."""
    before = aws()
    with FakeSecretsManager(keep_credentials=True):
        assert aws() == before
    with FakeSecretsManager(keep_credentials=True, region=REGION):
        assert aws() == {**before, "AWS_DEFAULT_REGION": REGION}
    assert aws() == before


def test_keep_credentials_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """With keep_credentials and no credentials at all, calls are answered none the less."""
    with FakeSecretsManager(keep_credentials=True) as fake:
        assert "AWS_ACCESS_KEY_ID" not in os.environ
        fake.seed("db/password", VALUE)
        assert fake.client().get_secret_value(SecretId="db/password")["SecretString"] == VALUE
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
        assert fake.client()._request_signer._credentials.access_key == "own"


@pytest.mark.usefixtures("_own")
def test_a_region_given_is_the_default_region() -> None:
    """A region given is AWS_DEFAULT_REGION inside, so that clients and seeds meet there."""
    with FakeSecretsManager(region=REGION) as fake:
        assert os.environ["AWS_DEFAULT_REGION"] == REGION
        fake.seed("db/password", VALUE)
        client = boto3.Session().client("secretsmanager")
        assert client.get_secret_value(SecretId="db/password")["SecretString"] == VALUE
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


@pytest.mark.usefixtures("_own")
def test_an_exception_puts_all_back() -> None:
    """All is put back as well where the block ends by an exception."""
    before = aws()
    with pytest.raises(ZeroDivisionError), FakeSecretsManager():
        raise ZeroDivisionError
    assert aws() == before


@pytest.mark.usefixtures("_own")
def test_changes_made_inside_go() -> None:
    """A change inside counts for clients made inside; afterwards all is as it was before the fake."""
    before = aws()
    with FakeSecretsManager() as fake:
        os.environ["AWS_ACCESS_KEY_ID"] = "111122223333"
        os.environ["AWS_SESSION_TOKEN"] = "another"
        boto3.Session().client("secretsmanager").create_secret(Name="db/password")
        assert fake.secrets()[0].account_id == "111122223333"
    assert aws() == before


def test_monkeypatching_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region patched inside is the one that later clients use, and undoing it inside is no trouble."""
    before = aws()
    with FakeSecretsManager(region=REGION) as fake:
        with monkeypatch.context() as patch:
            patch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
            boto3.Session().client("secretsmanager").create_secret(Name="north")
        boto3.Session().client("secretsmanager").create_secret(Name="west")
        assert [(secret.name, secret.region) for secret in fake.secrets()] == [
            ("north", "eu-north-1"),
            ("west", REGION),
        ]
    assert aws() == before


@pytest.mark.parametrize("order", ["in order", "out of order"])
@pytest.mark.usefixtures("_own")
def test_nested_fakes_put_all_back(order: str) -> None:
    """However two fakes are stopped, the inner one's settings last as long as it does, and then all is as before."""
    before = aws()
    outer, inner = FakeSecretsManager(region="eu-west-2"), FakeSecretsManager(region="eu-west-3")
    outer.start()
    inner.start()
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-3"
    first, second = (inner, outer) if order == "in order" else (outer, inner)
    first.stop()
    left = "eu-west-2" if order == "in order" else "eu-west-3"
    assert os.environ["AWS_DEFAULT_REGION"] == left
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    second.stop()
    assert aws() == before


@pytest.mark.usefixtures("_own")
def test_three_fakes_in_any_order() -> None:
    """Three fakes, some keeping credentials, stopped in every order: all is as before."""
    import itertools

    before = aws()
    for order in itertools.permutations(range(3)):
        fakes = [
            FakeSecretsManager(region="eu-west-1"),
            FakeSecretsManager(keep_credentials=True, region="eu-west-2"),
            FakeSecretsManager(),
        ]
        for fake in fakes:
            fake.start()
        for number in order:
            fakes[number].stop()
        assert aws() == before, order


def test_an_inner_fake_keeps_its_region_when_the_outer_stops() -> None:
    """The region that an outer fake has set stays there for an inner fake that outlives it."""
    outer, inner = FakeSecretsManager(), FakeSecretsManager()
    outer.start()
    inner.start()
    try:
        outer.stop()
        boto3.Session().client("secretsmanager").create_secret(Name="db/password")
        assert "db/password" in inner
    finally:
        inner.stop()
    assert "AWS_DEFAULT_REGION" not in os.environ


def test_credentials_files_are_not_read(tmp_path: Path) -> None:
    """Credentials of a file do not come through: the fakes of the environment win."""
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = real\naws_secret_access_key = real\n")
    with FakeSecretsManager() as fake:
        assert boto3.Session().get_credentials().access_key == "testing"
        assert fake.client()._request_signer._credentials.access_key == "testing"
    assert boto3.Session().get_credentials().access_key == "real"
