"""A run against another fake, which answers otherwise: moto's server."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("moto")
pytest.importorskip("flask", reason="moto's server needs it")
pytest.importorskip("flask_cors", reason="moto's server needs it")

SERVER = """
import sys
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="module")
def moto_url():
    """Serve moto in a process of its own, whose warnings are no errors and whose time is real."""
    command = [sys.executable, "-c", SERVER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    """Give the credentials that moto takes for an account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def test_differences_are_found_and_written(moto_url, live):
    """The rows that differ are those whose answers do, or whose check fails; others agree."""
    run = live("--yes", "--endpoint-url", moto_url, "--rows", "^(DeleteSecret|RestoreSecret|CreateSecret: n)")

    assert (run.code, run.report["complete"], run.report["endpoint"]) == (1, True, "another")
    differing = [one for one in run.report["rows"] if not one["agrees"]]
    assert run.report["differ"] == [one["row"] for one in differing]
    assert 0 < len(differing) < len(run.report["rows"])
    assert [line for line in run.printed.splitlines() if line.startswith("differs: ")] == [
        f"differs: {row}" for row in run.report["differ"]
    ]
    for one in differing:
        assert one.get("problem") or one["afterwards"].startswith("failed") or one["differs_in"]
        assert one.get("expected") != one.get("answer") or one["afterwards"].startswith("failed") or "DATE" in str(one)
    for one in run.report["rows"]:
        if one["agrees"]:
            assert "differs_in" not in one
    assert {one["holds"] for one in run.report["settled"]} == {True, False}


def test_nothing_is_left(moto_url, live):
    """A second run finds the names of the first free: moto has none of them."""
    import boto3

    live("--yes", "--endpoint-url", moto_url, "--rows", "^(RestoreSecret|DescribeSecret: scheduled)")

    client = boto3.client("secretsmanager", endpoint_url=moto_url, region_name="us-east-1")
    assert client.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
