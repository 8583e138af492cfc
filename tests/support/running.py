"""Runs code that might hang or fail: in threads, in another interpreter, within a time limit."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: A time limit in real seconds: code that takes longer, even on a slow machine, hangs.
PATIENCE = 120.0


def run_python(source: str, **environment: str) -> str:
    """Run a script in another interpreter, without any AWS configuration; return its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    nothing["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    return run_interpreter("-W", "error", "-c", source, env={**kept, **nothing, **environment})


def run_interpreter(*arguments: str, env: Mapping[str, str], cwd: Path | None = None) -> str:
    """Run another interpreter; return its output. One that hangs says where each of its threads is."""
    with tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, "-X", "faulthandler", *arguments]
        has_ended = True
        with subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            try:
                output, _ = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                has_ended = False
                process.send_signal(signal.SIGABRT)  # faulthandler writes all stacks
        errors.seek(0)
        said = errors.read()
        assert has_ended, f"it hangs:\n{said}"
        assert process.returncode == 0, said
        sys.stderr.write(said)
        return output.strip()


def within_patience(function: Callable[[], Any]) -> Any:
    """Run a function that might hang in another thread; return its result, or raise its exception."""
    outcome: list[Any] = []
    in_threads(lambda: outcome.append(function()))
    return outcome[0]


def in_threads(*functions: Callable[[], Any]) -> None:
    """Run functions concurrently, and wait for all of them; none may hang or raise."""
    errors: list[BaseException] = []

    def guarded(function: Callable[[], Any]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's thread
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), f"it hangs:\n{all_stacks()}"
    for error in errors:
        raise error


def all_stacks() -> str:
    """Return where each thread of this process is."""
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read()
