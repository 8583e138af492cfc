"""The endpoint while the process is short of file descriptors or threads."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest

from ..support import PATIENCE
from .http import ask_once, head_of, raw, server_threads, until

#: Leaves the process one descriptor, which a client takes: to accept it there is none. Prints what it saw.
SHORT_OF_DESCRIPTORS = """
import os, resource, socket, sys, time
from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._reach.http_server import BACKOFF

attempts = []
accept = socket.socket.accept

def counted(self):
    attempts.append(self)
    return accept(self)

socket.socket.accept = counted
resource.setrlimit(resource.RLIMIT_NOFILE, (128, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
with FakeSecretsManager() as fake, fake.endpoint() as url:
    host, port = url.removeprefix("http://").split(":")
    client = socket.socket()
    client.settimeout(PATIENCE)
    taken = []
    try:
        while True:
            taken.append(os.dup(0))
    except OSError:
        pass
    client.connect((host, int(port)))
    client.sendall(REQUEST.replace(b"HOST", f"{host}:{port}".encode()))
    started = os.times().elapsed
    while not attempts or os.times().elapsed - started < 0.5:
        time.sleep(0.01)
    failed, lasted = len(attempts), os.times().elapsed - started
    if sys.argv[1] == "given back":
        while taken:
            os.close(taken.pop())
        print(client.recv(15).decode())
while taken:
    os.close(taken.pop())
print(failed <= lasted / BACKOFF + 1 or (failed, lasted))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit to descriptors")
@pytest.mark.parametrize(("then", "seen"), [("given back", ["HTTP/1.1 200 OK", "True"]), ("never", ["True"])])
def test_a_shortage_of_descriptors_is_waited_out(then: str, seen: list[str]) -> None:
    """Accepting is tried again now and then; a client that waited is answered, and stopping is no matter of it."""
    request = head_of("Content-Length: 2") + b"{}"
    script = f"PATIENCE = {PATIENCE}\nREQUEST = {request!r}\n{SHORT_OF_DESCRIPTORS}"
    command = [sys.executable, "-c", script, then]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert (ran.stdout.splitlines(), ran.stderr) == (seen, "")


def test_a_connection_without_a_thread_is_declined(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client whose thread cannot start is told so; the endpoint answers the next."""
    start = threading.Thread.start

    def fail_for_connections(thread: threading.Thread) -> None:
        if thread.name.startswith("fake for "):
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail_for_connections)
        for _ in range(3):
            declined = raw(url, b"")
            assert declined.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert declined.endswith(b"This process could not start a thread to answer the connection.\n")
        reset = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=PATIENCE)
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        reset.close()
    assert ask_once(url, "ListSecrets").status == 200
    until(lambda: len(server_threads()) <= 2)
