"""The package as it is imported: its public names, and what it does not load."""

from __future__ import annotations

from importlib.metadata import version

import pytest

import pytest_secretsdelete

from .support import run_python

HEAVY = ("botocore", "boto3", "freezegun", "pytest", "asyncio", "time_machine")


def test_public_names() -> None:
    """The exported names are the contract's, each can be had, and all are listed."""
    assert set(pytest_secretsdelete.__all__) == {
        "MALFORMED",
        "Call",
        "Clock",
        "Event",
        "FakeSecretsManager",
        "FakeStoppedError",
        "Fault",
        "Rotation",
        "Secret",
        "Timeout",
        "Version",
        "__version__",
        "fake_secretsmanager",
    }
    for name in pytest_secretsdelete.__all__:
        assert getattr(pytest_secretsdelete, name) is not None
    assert set(pytest_secretsdelete.__all__) <= set(dir(pytest_secretsdelete))


def test_the_version() -> None:
    """The version is that of the installed distribution."""
    assert pytest_secretsdelete.__version__ == version("pytest-secretsdelete")


def test_an_unknown_name() -> None:
    """Any other name is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="module 'pytest_secretsdelete' has no attribute 'Fake'"):
        _ = pytest_secretsdelete.Fake


def test_names_of_the_records() -> None:
    """The classes are those of what the fake gives out."""
    from pytest_secretsdelete import Call, Event, FakeSecretsManager, Secret, Version

    with FakeSecretsManager() as fake:
        secret = fake.seed("a", "b")
        fake.client().delete_secret(SecretId="a")
        assert type(secret) is Secret
        assert type(secret.versions[0]) is Version
        assert type(fake.calls[0]) is Call
        assert type(fake.events[0]) is Event


@pytest.mark.parametrize(
    ("source", "loaded"),
    [
        ("import pytest_secretsdelete", set()),
        ("import pytest_secretsdelete as p; [getattr(p, name) for name in p.__all__]", set()),
        (
            "import pytest_secretsdelete as p; p.Clock().now(); p.FakeSecretsManager(region='eu-west-1')",
            set(),
        ),
        (
            "import pytest_secretsdelete as p; fake = p.FakeSecretsManager(region='eu-west-1')\n"
            "fake.seed('a', 'b'); assert 'a' in fake",
            set(),
        ),
        (
            "import pytest_secretsdelete as p\nwith p.FakeSecretsManager() as fake: fake.client().list_secrets()",
            {"botocore"},
        ),
    ],
)
def test_what_is_loaded(source: str, loaded: set[str]) -> None:
    """Importing the package, and using it, loads none of the heavy libraries before they are needed."""
    told = run_python(f"{source}\nimport sys\nprint(*[name for name in {HEAVY} if name in sys.modules])")
    assert set(told.split()) == loaded


def test_the_records_of_what_was_imported_under_a_freeze() -> None:
    """Imported while time is frozen, the package gives out plain datetimes all the same."""
    source = """
import datetime
plain = (datetime.datetime,)
import freezegun
with freezegun.freeze_time("2030-01-01"):
    from pytest_secretsdelete import Clock, FakeSecretsManager
    secret = FakeSecretsManager(region="eu-west-1").seed("a", "b")
    print(type(secret.created_date) is plain[0], type(Clock().now()) is plain[0], secret.created_date.isoformat())
"""
    assert run_python(source).split() == ["True", "True", "2030-01-01T00:00:00+00:00"]
