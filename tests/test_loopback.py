"""The watch over the network notices what asks for a host outside loopback, in every process of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .support.loopback import loopback_alone

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

pytestmark = pytest.mark.skipif(not loopback_alone.is_possible(), reason="traced, this Python cannot watch itself")

#: An address for documentation (RFC 5737), and a name that no resolver has (RFC 6761).
ADDRESS, NAME = "192.0.2.1", "nowhere.invalid"
#: A call for each event that names a host.
WAYS = {
    "bind": f"client.bind(('{ADDRESS}', 0))",
    "connect": f"client.connect(('{ADDRESS}', 443))",
    "getaddrinfo": f"socket.getaddrinfo('{NAME}', 443)",
    "gethostbyaddr": f"socket.gethostbyaddr('{ADDRESS}')",
    "gethostbyname": f"socket.gethostbyname('{NAME}')",
    "getnameinfo": f"socket.getnameinfo(('{ADDRESS}', 443), 0)",
    "sendmsg": f"client.sendmsg([b''], [], 0, ('{ADDRESS}', 53))",
    "sendto": f"client.sendto(b'', ('{ADDRESS}', 53))",
}
ASKS = f"""
import contextlib, multiprocessing, os, pytest, socket, subprocess, sys

def ask(name):
    with contextlib.suppress(OSError):
        socket.getaddrinfo(name, 443)

@pytest.mark.parametrize("way", {[*WAYS.values()]}, ids={[*WAYS]})
def test_asks(way):
    with socket.socket(type=socket.SOCK_DGRAM) as client, contextlib.suppress(OSError):
        eval(way)
def test_spawns():
    child = multiprocessing.get_context("spawn").Process(target=ask, args=("spawned.invalid",))
    child.start()
    child.join()
def test_runs():
    script = "import socket; socket.gethostbyname('script.invalid')"
    assert "OutsideLoopbackError" in subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stderr
@pytest.mark.parametrize("how", ["python", "script", "environment"])
def test_unwatched(how, monkeypatch, tmp_path):
    script = tmp_path / "script"
    script.write_text(f"#!{{sys.executable}}")
    script.chmod(0o700)
    environment = {{}}
    if how == "environment":
        monkeypatch.setenv("PYTHONPATH", "elsewhere")
        environment = None
    monkeypatch.chdir(tmp_path)
    with contextlib.suppress(RuntimeError):
        subprocess.run(["./script"] if how == "script" else [sys.executable, "-c", "pass"], env=environment)
"""
SEEN = {
    *(f"test_asks[{event}]: socket.{event} {ADDRESS if ADDRESS in way else NAME}" for event, way in WAYS.items()),
    "test_spawns: socket.getaddrinfo spawned.invalid",
    "test_runs: socket.gethostbyname script.invalid",
    f"test_unwatched[python]: subprocess.Popen {sys.executable}, not watched",
    "test_unwatched[script]: subprocess.Popen ./script, not watched",
    f"test_unwatched[environment]: subprocess.Popen {sys.executable}, not watched",
}
STAYS = """
import socket, subprocess

def test_loopback(tmp_path):
    subprocess.run(["true"], env={})  # no Python
    for host in (None, "localhost", "127.0.0.1"):
        assert socket.getaddrinfo(host, 9)
    with socket.socket() as server, socket.create_server(("127.0.0.2", 0)), socket.socket(type=socket.SOCK_DGRAM) as sender:
        server.bind(("localhost", 0))
        sender.sendto(b"", server.getsockname())
    assert socket.socketpair()
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs tests under a watch of their own."""
    monkeypatch.delenv(loopback_alone.NOTES, raising=False)  # what is noted is not of this run
    root = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])))

    def run(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(tests)
        options = ["-ptests.support.loopback", "-pno:secretsdelete", "-pno:randomly", "-pno:cacheprovider"]
        return pytester.runpytest_subprocess(*options, *arguments)

    return run


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["alone", "workers"])
def test_who_asks_is_named(run: Run, workers: list[str]) -> None:
    """A run whose tests all pass fails for each way to ask for a host, and each child that is not watched; it names them."""
    if workers:
        pytest.importorskip("xdist")
    result = run(ASKS, *workers)
    result.assert_outcomes(passed=len(SEEN))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert {line.partition("::")[2] for line in result.outlines if ".py::" in line} == SEEN


def test_loopback_is_free(run: Run) -> None:
    """What stays on this machine is neither noted nor stopped."""
    result = run(STAYS)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*outside loopback*")


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.bind", (None, ("", 0))),
        ("socket.bind", (None, ("0.0.0.0", 0))),
        ("socket.connect", (None, ("2001:db8::1", 443, 0, 0))),
        ("socket.connect", (None, ("169.254.169.254", 80))),
        ("socket.getaddrinfo", (b"secretsmanager.eu-west-1.amazonaws.com", 443, 0, 0, 0)),
        ("socket.getaddrinfo", ("localhost.example", 443, 0, 0, 0)),
        ("socket.gethostbyaddr", (ADDRESS,)),
        ("socket.gethostbyname", (NAME,)),
        ("socket.getnameinfo", ((ADDRESS, 443),)),
        ("socket.sendmsg", (None, (ADDRESS, 53))),
        ("socket.sendto", (None, (ADDRESS, 53))),
    ],
)
def test_each_way_out(
    event: str, arguments: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event of the audit with a host outside loopback is stopped and noted."""
    notes = tmp_path / "notes"
    monkeypatch.setenv(loopback_alone.NOTES, str(notes))
    monkeypatch.setenv(loopback_alone.TEST, "this test")
    with pytest.raises(loopback_alone.OutsideLoopbackError):
        sys.audit(event, *arguments)
    assert notes.read_text().startswith(f"this test: {event} ")


def test_this_run_is_watched() -> None:
    """The suite itself runs under the watch, and so do the processes that it starts."""
    script = "import sys; print(hasattr(sys, '_loopback_alone'))"
    assert hasattr(sys, "_loopback_alone")
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "True\n"
