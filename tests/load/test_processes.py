"""Forks and spawned processes while sixteen threads call: children work, and what they write over HTTP is kept."""

from __future__ import annotations

import os

import pytest

from ..support import forking, run_python
from .conftest import LOAD

CHILDREN = 6 * LOAD

#: A fake with what the callers share, and threads that are busy on one.
BUSY = """
from pytest_secretsdelete import FakeSecretsManager
from tests.load.callers import Ledger, be_busy, check, check_versions, populate
from tests.support import in_threads, switch_often

switch_often()

def load(fake, ledger, threads, rounds, *others):
    last, client = {}, ledger.watch(fake.client())
    callers = [lambda n=n: last.update(be_busy(ledger, client, n, rounds)) for n in range(threads)]
    in_threads(*callers, *others)
    return last
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_forks_while_active() -> None:
    """Each child writes to its copy of the fake and to a fake of its own; the parent loses nothing by it."""
    source = f"""{BUSY}
def child():
    client = fake.client()
    for number in range(20):
        client.create_secret(Name=f"child/{{number}}", SecretString=str(number))
        assert client.get_secret_value(SecretId=f"child/{{number}}")["SecretString"] == str(number)
    check_versions([fake], ledger)
    with FakeSecretsManager(region="eu-west-1") as inner:
        own = Ledger()
        populate(inner, own)
        assert check([inner], own, load(inner, own, 4, 3)) >= 4

with FakeSecretsManager(region="eu-west-1") as fake:
    ledger, statuses = Ledger(), []
    populate(fake, ledger)
    last = load(fake, ledger, 16, {10 * LOAD}, lambda: statuses.extend(forked(child) for _ in range({CHILDREN})))
    completed = check([fake], ledger, last)
    print(*statuses, completed > 4, any(secret.name.startswith("child/") for secret in fake.secrets()))
"""
    assert forking(source) == ["0"] * CHILDREN + ["True", "False"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_hanging_child_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A child that hangs is ended, with the stack of each of its threads."""
    source = """
reads, writes = os.pipe()
def hang_for_ever():
    os.write(writes, b"it runs")
    threading.Event().wait()
child = os.fork()
if child == 0:
    hang_for_ever()
os.read(reads, 1)
print(ended(child, patience=0))
"""
    assert forking(source) == ["hangs"]
    assert "in hang_for_ever" in capsys.readouterr().err


#: A spawned process has no fake of its own: botocore sends its calls to the endpoint that the environment names.
SPAWNED = """
import json, sys
import boto3
client, written = boto3.client("secretsmanager"), {}
for turn in range(int(sys.argv[2])):
    name = f"{sys.argv[1]}/{turn}"
    made = client.create_secret(Name=name, SecretString="first")
    put = client.put_secret_value(SecretId=name, SecretString="second")
    assert client.get_secret_value(SecretId=name)["VersionId"] == put["VersionId"]
    written[name] = made["ARN"], made["VersionId"], put["VersionId"]
print(json.dumps(written))
"""


def test_spawned_processes() -> None:
    """Processes write over HTTP while threads call in process: each write that was acknowledged is in the store."""
    source = f"""{BUSY}
import json, subprocess, sys
with FakeSecretsManager(region="eu-west-1") as fake, fake.endpoint():
    spawned = [
        subprocess.Popen([sys.executable, "-c", {SPAWNED!r}, str(n), "{10 * LOAD}"], stdout=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    ledger = Ledger()
    populate(fake, ledger)
    last = load(fake, ledger, 16, {5 * LOAD})
    for process in spawned:
        written = json.loads(process.communicate()[0])
        assert process.returncode == 0
        for name, (arn, first, second) in written.items():
            ledger.written += ("CreateSecret", arn, first), ("PutSecretValue", arn, second)
            last[name] = "second"
        for operation in ("CreateSecret", "PutSecretValue", "GetSecretValue"):
            ledger.attempts[operation, None] += len(written)
    completed = check([fake], ledger, last)
    print(completed >= 4, sum(not name.startswith("own/") for name in last))
"""
    assert run_python(source).split() == ["True", str(40 * LOAD)]
