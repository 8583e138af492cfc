"""Secrets for code that reads them while it is imported."""

from __future__ import annotations

import json

import pytest

from pytest_secretsdelete._pytest.seed_file import read

TOML = """
"db/password" = "hunter2"

[app]
value = {user = "ann", password = "hunter3"}
region = "eu-west-1"
tags = {team = "blue"}
"""
AS_JSON = json.dumps(
    {
        "db/password": "hunter2",
        "app": {
            "value": {"user": "ann", "password": "hunter3"},
            "region": "eu-west-1",
            "tags": {"team": "blue"},
        },
    }
)
SETTINGS = """
    import json

    import boto3

    client = boto3.client("secretsmanager")
    PASSWORD = client.get_secret_value(SecretId="db/password")["SecretString"]
    APP = json.loads(
        boto3.client("secretsmanager", region_name="eu-west-1").get_secret_value(SecretId="app")["SecretString"]
    )
"""


@pytest.mark.parametrize(("name", "text"), [("secrets.toml", TOML), ("secrets.json", AS_JSON)])
def test_a_conftest_and_a_test_module_read_secrets_at_import(pytester, monkeypatch, name, text):
    """They are served until collection is over; tests have fakes of their own."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    pytester.makeini(f"[pytest]\nsecretsmanager_seed_file = {name}\nsecretsmanager_region = us-west-2")
    (pytester.path / name).write_text(text)
    pytester.makepyfile(settings=SETTINGS)
    pytester.makeconftest("import settings\nassert settings.PASSWORD == 'hunter2'")
    pytester.makepyfile("""
        import os

        import boto3
        import settings

        AT_IMPORT = settings.client.describe_secret(SecretId="db/password")["ARN"]

        def test_read_at_import():
            assert settings.APP == {"user": "ann", "password": "hunter3"}
            assert ":us-west-2:" in AT_IMPORT
            assert "AWS_ACCESS_KEY_ID" not in os.environ
            assert boto3.DEFAULT_SESSION is None

        def test_own_fake(secretsmanager):
            assert secretsmanager.secrets() == ()
    """)
    pytester.runpytest_subprocess("-p", "no:asyncio").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("secrets.toml", "a = 1\nx = oops", "is no TOML, at line 2, column 5"),
        ("secrets.toml", "x = ", "is no TOML, at end of document"),
        ("secrets.json", "{", "is no JSON (TOML is read from files named [*].toml), at line 1 column 2"),
        ("secrets.json", '{"a": "hunter2", "a": "b"}', "a name occurs twice"),
        ("secrets.json", "[]", "holds no table of secret names"),
        ("secrets.json", '{"a b": "hunter2"}', "'a b' is not a secret name"),
        ("secrets.json", '{"a": {"value": "hunter2", "colour": 1}}', "unexpected keyword argument 'colour'"),
        ("secrets.json", '{"a": {"value": "hunter2", "deleted_days_ago": 31}}', "would be gone"),
    ],
)
def test_a_file_that_cannot_be_used_ends_the_run(pytester, name, text, message):
    """The message says what is wrong and shows no value."""
    pytester.makeini(f"[pytest]\nsecretsmanager_seed_file = {name}")
    (pytester.path / name).write_text(text)
    result = pytester.runpytest_subprocess("-p", "no:asyncio")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*secretsmanager_seed_file: *{message}*"])
    assert "hunter2" not in result.stderr.str() + result.stdout.str()


def test_a_file_that_is_not_there_ends_the_run(pytester):
    """The message names the path."""
    pytester.makeini("[pytest]\nsecretsmanager_seed_file = nowhere.toml")
    result = pytester.runpytest_subprocess("-p", "no:asyncio")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*nowhere.toml cannot be read: No such file or directory*"])


def test_a_value_may_be_any_that_a_seed_may_have(tmp_path):
    """Text, and a list or a table as JSON text."""
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"text": "hunter2", "list": ["a"], "table": {"value": {"a": 1}}}))
    assert [(seed.name, seed.value) for seed in read(path)] == [
        ("text", "hunter2"),
        ("list", '["a"]'),
        ("table", '{"a": 1}'),
    ]
