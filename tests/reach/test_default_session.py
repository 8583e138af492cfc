"""boto3's default session: one first made inside a fake goes with it, one that was there stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..support import run_python

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_default_session() -> Iterator[None]:
    """Begin without a default session, and leave the one that was there."""
    before = boto3.DEFAULT_SESSION
    boto3.DEFAULT_SESSION = None
    yield
    boto3.DEFAULT_SESSION = before


def test_a_session_made_inside_is_dropped() -> None:
    """boto3.client() inside makes a default session with fake credentials; it does not last."""
    with FakeSecretsManager():
        boto3.client("secretsmanager")
        assert boto3.DEFAULT_SESSION is not None
        assert boto3.DEFAULT_SESSION.get_credentials().access_key == "testing"
    assert boto3.DEFAULT_SESSION is None


def test_a_session_that_was_there_stays() -> None:
    """A default session made before is used inside, and is still there afterwards."""
    boto3.setup_default_session(region_name="eu-north-1", aws_access_key_id="a", aws_secret_access_key="b")
    session = boto3.DEFAULT_SESSION
    with FakeSecretsManager() as fake:
        boto3.client("secretsmanager").create_secret(Name="db/password")
        assert fake.secrets()[0].region == "eu-north-1"
        assert boto3.DEFAULT_SESSION is session
    assert boto3.DEFAULT_SESSION is session


def test_a_session_set_up_inside_is_dropped() -> None:
    """A default session that replaces another one inside goes, and the other one is back."""
    boto3.setup_default_session(region_name="eu-north-1")
    session = boto3.DEFAULT_SESSION
    with FakeSecretsManager():
        boto3.setup_default_session(region_name="eu-south-1")
    assert boto3.DEFAULT_SESSION is session


def test_nested_fakes_in_order() -> None:
    """A session of the outer fake outlives the inner one, and goes with the outer one."""
    with FakeSecretsManager():
        with FakeSecretsManager():
            boto3.client("secretsmanager")
        assert boto3.DEFAULT_SESSION is None
        boto3.client("secretsmanager")
        session = boto3.DEFAULT_SESSION
        with FakeSecretsManager():
            assert boto3.DEFAULT_SESSION is session
        assert boto3.DEFAULT_SESSION is session
    assert boto3.DEFAULT_SESSION is None


def test_nested_fakes_out_of_order() -> None:
    """Whichever fake is stopped last, no session made inside is left."""
    outer, inner = FakeSecretsManager(), FakeSecretsManager()
    outer.start()
    boto3.client("secretsmanager")
    inner.start()
    outer.stop()
    boto3.client("secretsmanager").list_secrets()
    inner.stop()
    assert boto3.DEFAULT_SESSION is None
    assert len(inner.calls) == 1


def test_boto3_is_first_imported_inside() -> None:
    """Where boto3 was not even imported before, the session made inside is dropped all the same."""
    source = """
import sys
from pytest_secretsdelete import FakeSecretsManager
with FakeSecretsManager() as fake:
    fake.client().list_secrets()
    assert "boto3" not in sys.modules
    import boto3
    boto3.client("secretsmanager").list_secrets()
    assert boto3.DEFAULT_SESSION is not None
print(boto3.DEFAULT_SESSION, len(fake.calls))
"""
    assert run_python(source) == "None 2"


def test_a_session_that_was_there_outlives_fakes_that_overlap() -> None:
    """The session from before the fakes is back once all have stopped, whichever of them stops first."""
    boto3.setup_default_session(region_name="eu-north-1")
    session = boto3.DEFAULT_SESSION
    first, second = FakeSecretsManager(), FakeSecretsManager()
    first.start()
    second.start()
    boto3.setup_default_session(region_name="eu-south-1")
    first.stop()
    second.stop()
    assert boto3.DEFAULT_SESSION is session
