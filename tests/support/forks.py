"""Forks while threads are at work."""

from __future__ import annotations

from .running import run_python

#: Forks while threads do something, and prints how each child ended: its exit status, or "hangs".
FORKING = """
import os, signal, sys, threading, time, warnings
from datetime import timedelta
from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._botocore.sessions import new_session

warnings.simplefilter("ignore", DeprecationWarning)  # a process with threads that forks
sys.setswitchinterval(1e-5)

def ended(child, patience=100):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        threading.Event().wait(0.001)  # skipped by nothing
    os.kill(child, signal.SIGABRT)  # faulthandler writes all stacks to stderr, which a failed test shows
    os.waitpid(child, 0)
    return "hangs"

def forked(run):
    child = os.fork()
    if child:
        return ended(child)
    try:
        run()
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

def at_work(*functions):
    goes_on = [True]
    def repeat(function):
        while goes_on:
            function()
    threads = [threading.Thread(target=repeat, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    def stop():
        goes_on.clear()
        for thread in threads:
            thread.join(100)
    return stop
"""


def forking(source: str) -> list[str]:
    """Run a script that forks; return what it prints."""
    return run_python(FORKING + source).split()
