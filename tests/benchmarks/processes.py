"""Whole pytest processes: natural suites beside moto's, unmarked tests, and the start of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from .table import Row
from .timing import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .sizes import Sizes

_PLUGIN = ("-p", "pytest_secretsdelete.plugin")
_PRODUCT = """
    import boto3

    def delete_and_restore(name):
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.delete_secret(SecretId=name)
        client.restore_secret(SecretId=name)
        return client.get_secret_value(SecretId=name)["SecretString"]
"""
_PLUGINS_SUITE = """
    import pytest
    from product import delete_and_restore

    @pytest.mark.parametrize("number", range({tests}))
    @pytest.mark.secret("a", "value")
    @pytest.mark.secret("b", "value")
    @pytest.mark.secret("c", "value")
    def test_it(secretsmanager, number{clock}):
        assert delete_and_restore("b") == "value"
        {move}
        assert len(secretsmanager.secrets()) == 3
"""
_MOTOS_SUITE = """
    import boto3
    import pytest
    from freezegun import freeze_time
    from moto import mock_aws
    from product import delete_and_restore

    @pytest.fixture
    def secrets(monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with mock_aws():
            client = boto3.client("secretsmanager", region_name="us-east-1")
            for name in ("a", "b", "c"):
                client.create_secret(Name=name, SecretString="value")
            yield client

    @pytest.fixture
    def clock():
        with freeze_time("2026-01-15T12:00:00Z") as frozen:
            yield frozen

    @pytest.mark.parametrize("number", range({tests}))
    def test_it({clock}secrets, number):
        assert delete_and_restore("b") == "value"
        {move}
        assert len(secrets.list_secrets()["SecretList"]) == 3
"""
_EMPTY_SUITE = """
    import pytest

    @pytest.mark.parametrize("number", range({tests}))
    def test_it(number):
        pass
"""
#: The only test of a run that asks nothing of the plugin; what it has loaded is looked at.
_START = """
    import sys

    def test_it():
        assert not {"botocore", "freezegun"} & set(sys.modules)
"""


def rows(sizes: Sizes) -> Iterator[Row]:
    """Yield the rows."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        _write(directory, "product.py", _PRODUCT)
        for what, against, target, with_clock in (
            (f"a natural suite of {sizes.tests} tests", "with moto", 0.2, False),
            ("the same with the clock", "moto with freezegun", 0.3, True),
        ):
            ours, motos = _natural_suites(directory, sizes.tests, with_clock=with_clock)
            yield Row(
                what,
                against,
                *pairs(
                    sizes.processes,
                    lambda ours=ours: processor_time(directory, ours, *_PLUGIN),
                    lambda motos=motos: processor_time(directory, motos),
                ),
                target,
            )
        for what, text, target in (
            (f"{sizes.empty_tests:,} empty tests", _EMPTY_SUITE.format(tests=sizes.empty_tests), 1.02),
            ("the start of pytest, one empty test", _START, 1.01),
        ):
            path = _write(directory, "test_unmarked.py", text)
            yield Row(
                what,
                "without the plugin",
                *pairs(
                    sizes.close_processes,
                    lambda path=path: processor_time(directory, path, *_PLUGIN),
                    lambda path=path: processor_time(directory, path),
                ),
                target,
            )


def _natural_suites(directory: Path, tests: int, *, with_clock: bool) -> tuple[Path, Path]:
    ours = _PLUGINS_SUITE.format(
        tests=tests,
        clock=", secretsmanager_clock" if with_clock else "",
        move="secretsmanager_clock.advance(days=1)" if with_clock else "",
    )
    motos = _MOTOS_SUITE.format(
        tests=tests, clock="clock, " if with_clock else "", move="clock.tick(86400)" if with_clock else ""
    )
    return _write(directory, "test_plugin.py", ours), _write(directory, "test_moto.py", motos)


def _write(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def processor_time(directory: Path, path: Path, *options: str) -> float:
    """Run pytest on a file in a process of its own; return its processor time. An error where a test fails.

    No other plugin is loaded, so that none adds to what is compared. Modules are compiled once, as installed ones are.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept["PYTHONPYCACHEPREFIX"] = str(directory / "compiled")
    python_path = os.pathsep.join([os.getcwd(), *filter(None, [kept.get("PYTHONPATH")])])
    configuration = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(path)],
        cwd=directory,
        env={**kept, **configuration, "PYTHONPATH": python_path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(output)
    return usage.ru_utime + usage.ru_stime
