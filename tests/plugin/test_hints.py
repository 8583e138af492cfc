"""Hints: what the report says of a failure that another library words without knowing of fakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete._pytest import typos

if TYPE_CHECKING:
    from .conftest import Run

NO_FAKE = "No fake was active: this call of Secrets Manager was on its way to AWS.*"
PREAMBLE = """
import boto3
import os
import pytest
import socket
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from botocore.stub import Stubber

def client(service="secretsmanager", **options):
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    return boto3.session.Session().client(service, **{**keys, **options})

def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

@pytest.fixture(autouse=True)
def no_credentials(monkeypatch, tmp_path):
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
"""
WITHOUT_A_FAKE = {
    "no credentials": "boto3.session.Session(region_name='us-east-1').client('secretsmanager').list_secrets()",
    "no region": "boto3.session.Session().client('secretsmanager')",
    "no network": "client(endpoint_url=closed_port(), config=__import__('botocore.config').config.Config("
    "retries={'max_attempts': 0})).list_secrets()",
    "raised from": """
    try:
        boto3.session.Session().client('secretsmanager')
    except NoRegionError as error:
        raise RuntimeError("no secret") from error""",
    "not accepted": """
    refusing = client()
    with Stubber(refusing) as stubber:
        stubber.add_client_error("list_secrets", "UnrecognizedClientException", http_status_code=400)
        refusing.list_secrets()""",
}


@pytest.mark.parametrize("body", WITHOUT_A_FAKE.values(), ids=WITHOUT_A_FAKE)
def test_a_forgotten_fixture(run: Run, body: str) -> None:
    """A call that looks for credentials, a region or AWS itself is told that no fake was active, in one line."""
    result = run(f"{PREAMBLE}\ndef test_it():\n    {body}\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- Secrets Manager -*", NO_FAKE])
    assert result.stdout.str().count("No fake was active") == 1


def test_code_without_a_package(run: Run) -> None:
    """Code in a module that was made by hand, whose package is None, gets the hint as any other."""
    result = run(
        f"""{PREAMBLE}
import types

def test_it():
    made = types.ModuleType("made")
    exec("def read(client): client.list_secrets()", made.__dict__)
    made.read(boto3.session.Session(region_name="us-east-1").client("secretsmanager"))
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([NO_FAKE])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


ANOTHER_MATTER = {
    "another service": "client('sqs', region_name=None)",
    "another error": "client().get_secret_value(SecretID='a')",
    "another refusal": """
    refusing = client()
    with Stubber(refusing) as stubber:
        stubber.add_client_error("list_secrets", "InternalServiceError", http_status_code=500)
        refusing.list_secrets()""",
    "no call": "raise NoCredentialsError()",
    "no error of botocore": "assert not boto3",
}


@pytest.mark.parametrize("body", ANOTHER_MATTER.values(), ids=ANOTHER_MATTER)
def test_another_matter(run: Run, body: str) -> None:
    """What is not about reaching Secrets Manager gets no hint."""
    result = run(f"{PREAMBLE}\ndef test_it():\n    {body}\n")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*No fake was active*")


def test_a_region_that_the_fake_refuses(run: Run) -> None:
    """A fake's own answer that a region does not exist is not said to be AWS's."""
    result = run(
        f"""{PREAMBLE}
def test_it():
    from pytest_secretsdelete import FakeSecretsManager
    with FakeSecretsManager():
        client(region_name="moon-base-1").list_secrets()
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*EndpointConnectionError*"])
    result.stdout.no_fnmatch_line("*No fake was active*")


def test_removed_variables(run: Run) -> None:
    """A fixture that has removed what the fake set is pointed out, by the names of the variables."""
    result = run(
        f"""{PREAMBLE}
@pytest.fixture
def clean(secretsmanager, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")

def test_it(clean):
    boto3.session.Session().client("secretsmanager")

def test_with_a_region(clean):
    boto3.session.Session().client("secretsmanager", region_name="us-east-1").list_secrets(MaxResult=1)
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["The active fake had set AWS_DEFAULT_REGION; *Do not remove AWS variables*"])
    assert result.stdout.str().count("The active fake had set") == 1
    result.stdout.no_fnmatch_line("*No fake was active*")


@pytest.mark.parametrize(
    "fixture",
    [
        "secretsmanager",
        "secretsmanager_agent",
        "secretsmanager_client",
        "secretsmanager_clock",
        "secretsmanager_endpoint",
    ],
)
def test_a_wider_fixture(run: Run, fixture: str) -> None:
    """A fixture of a wider scope that asks for one of a test's is told what to ask for instead."""
    result = run(
        f"""
import pytest

@pytest.fixture(scope="module")
def shared({fixture}):
    return {fixture}

@pytest.fixture(scope="module")
def of_a_users_own(tmp_path):
    return tmp_path

def test_it(shared): pass

def test_of_another(of_a_users_own): pass
"""
    )
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*ScopeMismatch*", "*secretsmanager_module or secretsmanager_session*share-a-fake*"])
    assert result.stdout.str().count("secretsmanager_session") == 1


def test_a_model_made_of_frozen_classes(run: Run) -> None:
    """pydantic's refusal of freezegun's classes is explained; the same refusal of another class is not."""
    result = run(
        """
import pytest

class SchemaError(TypeError):
    pass

SchemaError.__module__ = "pydantic.errors"

def test_it(secretsmanager_clock):
    raise SchemaError("Unable to generate pydantic-core schema for <class 'freezegun.api.FakeDatetime'>")

def test_another_class(secretsmanager_clock):
    raise SchemaError("Unable to generate pydantic-core schema for <class 'app.Thing'>")
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["A pydantic model was defined while time was frozen*"])
    assert result.stdout.str().count("A pydantic model") == 1


def test_a_decorator_that_sets_time_back(run: Run) -> None:
    """A freeze_time decorator that begins before now= is named in the report of a failed test."""
    result = run(
        """
import datetime
import pytest
from freezegun import freeze_time

pytestmark = pytest.mark.secretsmanager(now="2026-03-01T00:00Z")

@freeze_time("2026-02-01")
def test_back():
    assert datetime.datetime.now().month == 3

@freeze_time("2026-04-01")
def test_forward():
    assert datetime.datetime.now().month == 3
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["Time went back: now= starts the fake at 2026-03-01T00:00:00+00:00, * test_back sets 2026-02-01T00:00:00 *"]
    )
    assert result.stdout.str().count("Time went back") == 1


@pytest.mark.parametrize("mark", ["secretmanager(now='2026-01-01T00:00Z')", "secretsmanger", "secert('a')"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_mark_that_is_nearly_ours(run: Run, mark: str, strict: bool) -> None:
    """pytest's complaint of an unknown mark gains the name that was meant, strict or not."""
    tests = f"import pytest\n\n@pytest.mark.{mark}\ndef test_it(): pass\n"
    result = run(tests, *(["--strict-markers"] if strict else ["-Wdefault"]))
    result.assert_outcomes(errors=1) if strict else result.assert_outcomes(passed=1, warnings=1)
    meant = "secret" if mark.startswith("secert") else "secretsmanager"
    result.stdout.fnmatch_lines(
        [
            f"*Did you mean @pytest.mark.{meant}? Read on: https://pytest-secretsdelete.readthedocs.io/page/reference/markers.html"
        ]
    )


def test_marks_and_options_of_others(run: Run) -> None:
    """An unknown mark or option that is not near ours is pytest's matter alone."""
    assert typos.hint("Unknown to both of us", ["secretsmanager_region"]) is None
    tests = "import pytest\n\n@pytest.mark.slow\ndef test_it(): pass\n"
    result = run(tests, "-Wdefault", ini="vault_region = eu-west-1")
    result.assert_outcomes(passed=1, warnings=2)
    result.stdout.no_fnmatch_line("*Did you mean*")


def test_an_option_that_is_nearly_ours(run: Run) -> None:
    """pytest's warning of an unknown ini option gains the name that was meant."""
    result = run("def test_it(): pass", "-Wdefault", ini="secretmanager_region = eu-west-1")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*Did you mean secretsmanager_region? Read on: https://pytest-secretsdelete.readthedocs.io/page/reference/ini-options.html"
        ]
    )


def test_typos_under_xdist(run: Run) -> None:
    """The hint comes once from a worker, too."""
    pytest.importorskip("xdist")
    tests = "import pytest\n\n@pytest.mark.secretmanager(now=5)\ndef test_it(): pass\n"
    result = run(tests, "-n1", "-Wdefault")
    assert result.stdout.str().count("Did you mean @pytest.mark.secretsmanager?") == 1
