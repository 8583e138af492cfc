"""A user's project inside a test: its files are written, its tests are run."""

from __future__ import annotations

import importlib
import os
import pkgutil
from typing import TYPE_CHECKING

import boto3
import freezegun  # noqa: F401 - what a run in this process imports, it forgets: all is imported before
import pytest

import pytest_secretsdelete

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

#: Plugins that the user's project does without: slow to load, or not in need of a test here.
ABSENT = ("asyncio", "anyio", "cacheprovider", "hypothesispytest", "randomly", "socket")
ALONE = tuple(f"-pno:{name}" for name in ABSENT)


@pytest.fixture(scope="session", autouse=True)
def _all_is_imported() -> None:
    """Import every room of the package, and what botocore imports for its first client."""
    for module in pkgutil.walk_packages(pytest_secretsdelete.__path__, "pytest_secretsdelete."):
        importlib.import_module(module.name)
    with pytest_secretsdelete.FakeSecretsManager() as fake:
        fake.client().list_secrets()


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a user's project, in this process or apart; warnings are errors."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name in {"CI", "BUILD_NUMBER"}]:
        monkeypatch.delenv(name)  # with CI set, pytest shows messages twice
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # no credentials from the network
    monkeypatch.setenv("COLUMNS", "80")  # reports are as wide as the terminal
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # another test's would hold its credentials

    def run(
        tests: str = "", /, *arguments: str, conftest: str = "", ini: str = "", apart: bool = False
    ) -> pytest.RunResult:
        pytester.makeini(f"[pytest]\nfilterwarnings = error\n{ini}\n")
        if tests:
            pytester.makepyfile(tests)
        if conftest:
            pytester.makeconftest(conftest)
        runner = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return runner(*ALONE, *arguments)

    return run


#: pytest 7's own hooks warn of whatever ends a run early, which in this process would be an error.
APART = pytest.version_tuple < (8,)


def messages_of(result: pytest.RunResult) -> list[str]:
    """Return what a run that has ended early has to say."""
    return [line for line in result.errlines if line.startswith("ERROR: ")]


def reports_of(result: pytest.RunResult) -> dict[str, list[pytest.TestReport]]:
    """Return the reports of a run in this process, by the names of the tests."""
    recorder = result.reprec  # type: ignore[attr-defined]
    found: dict[str, list[pytest.TestReport]] = {}
    for report in recorder.getreports("pytest_runtest_logreport"):
        found.setdefault(report.nodeid.rpartition("::")[2], []).append(report)
    return found
