"""Forks and spawned processes while sixteen threads call: children work, and what they write over HTTP is kept."""

from __future__ import annotations

import json
import os

import pytest

from ..support import forking, run_python
from .conftest import LOAD

CHILDREN = 6 * LOAD

#: Sixteen threads are busy until `stop` is called; `check_all` then looks at the store and at the record.
BUSY = """
import random, threading
from pytest_secretsdelete import FakeSecretsManager
from tests.load.callers import Ledger, be_busy, check
from tests.support import in_threads

def seeded():
    fake = FakeSecretsManager(region="eu-west-1")
    for number in range(4):
        fake.seed(f"shared/{number}", "start")
        fake.seed(f"rotating/{number}", "start")
    return fake

def load(fake, threads, rounds):
    ledger, last = Ledger(), {}
    client = ledger.watch(fake.client())
    in_threads(*[lambda n=n: last.update(be_busy(ledger, client, n, rounds)) for n in range(threads)])
    check(fake, ledger, last)
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
    for secret in fake.secrets():
        labels = [label for version in secret.versions for label in version.staging_labels]
        assert labels.count("AWSCURRENT") == 1, secret
    with seeded() as inner:
        load(inner, 4, 3)

with seeded() as fake:
    statuses = []
    def fork():
        statuses.extend(forked(child) for _ in range({CHILDREN}))
    in_threads(lambda: load(fake, 16, {10 * LOAD}), fork)
    print(*statuses, any(secret.name.startswith("child/") for secret in fake.secrets()))
"""
    assert forking(source) == ["0"] * CHILDREN + ["False"]


#: A spawned process has no fake of its own: botocore sends its calls to the endpoint that the environment names.
SPAWNED = """
import json, sys
import boto3
client, written = boto3.client("secretsmanager"), {}
for turn in range(int(sys.argv[2])):
    written[f"{sys.argv[1]}/{turn}"] = client.create_secret(Name=f"{sys.argv[1]}/{turn}", SecretString="x")["VersionId"]
print(json.dumps(written))
"""


def test_spawned_processes() -> None:
    """Processes write over HTTP while threads call in process: each write that was acknowledged is in the store."""
    source = f"""{BUSY}
import json, subprocess, sys
with seeded() as fake, fake.endpoint():
    spawned = [
        subprocess.Popen([sys.executable, "-c", {SPAWNED!r}, str(n), "{10 * LOAD}"], stdout=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    ledger, last = Ledger(), {{}}
    client = ledger.watch(fake.client())
    in_threads(*[lambda n=n: last.update(be_busy(ledger, client, n, {5 * LOAD})) for n in range(16)])
    written = {{}}
    for process in spawned:
        written |= json.loads(process.communicate(timeout=100)[0])
        assert process.returncode == 0
    kept = {{name: fake.secret(name).current.version_id for name in written}}
    assert {{name: fake.secret(name).value for name in last}} == last
    made_in_process = sum(count for (name, code), count in ledger.attempts.items() if name == "CreateSecret")
    print(json.dumps([written == kept, len(written), len(fake.calls_of("CreateSecret")) - made_in_process]))
"""
    assert json.loads(run_python(source)) == [True, 40 * LOAD, 40 * LOAD]
