"""The report of a failed test that has its fake without the fixtures of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run

HEAD = """
import boto3
import pytest
from pytest_secretsdelete import FakeSecretsManager, fake_secretsmanager

def read():
    boto3.client("secretsmanager").get_secret_value(SecretId="gone")

@pytest.fixture(scope="module")
def shared():
    with FakeSecretsManager(region="us-east-1") as fake:
        yield fake
"""
WITH_A_FAKE = {
    "with": """
def test_it():
    with FakeSecretsManager(region="us-east-1") as fake:
        read()
""",
    "decorator": """
@fake_secretsmanager(region="us-east-1")
def test_it():
    read()
""",
    "a fixture of the user's": """
def test_it(shared):
    read()
""",
    "raised from": """
def test_it():
    try:
        with FakeSecretsManager(region="us-east-1") as fake:
            read()
    except Exception as error:
        raise RuntimeError("no secret") from error
""",
}


@pytest.mark.parametrize("test", WITH_A_FAKE.values(), ids=WITH_A_FAKE)
def test_the_story(run: Run, test: str) -> None:
    """The story is there, and the frames of botocore are not."""
    result = run(HEAD + test)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["GetSecretValue asked for gone, which was never there in us-east-1.*"])
    result.stdout.no_fnmatch_line("*_make_api_call*")


WITHOUT_ONE = {
    "stopped before": """
def test_it():
    with FakeSecretsManager(region="us-east-1"):
        pass
    assert not read
""",
    "none": """
def test_it():
    assert not read
""",
}


@pytest.mark.parametrize("test", WITHOUT_ONE.values(), ids=WITHOUT_ONE)
def test_no_story(run: Run, test: str) -> None:
    """A failure that no fake has to do with has no story."""
    result = run(HEAD + test)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*Secrets Manager, *")
