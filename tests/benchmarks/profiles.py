"""Where the time goes: profiles of making a client and of a call, by what the functions belong to."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from pytest_secretsdelete import FakeSecretsManager

from .floor import KEYS, REGION, SECRET, VALUE

if TYPE_CHECKING:
    from collections.abc import Callable

_PACKAGES = {"boto3": "botocore", "botocore": "botocore", "pytest_secretsdelete": "plugin", "json": "JSON parsing"}
_SHOWN = 40


def show() -> None:
    """Print the profiles."""
    _show("a session and a client, botocore's own", _make, 10)
    with FakeSecretsManager(region=REGION) as fake:
        _show("a session and a client while a fake is active", _make, 50)
        fake.seed(SECRET, VALUE)
        client = fake.client()
        _show("GetSecretValue", lambda: client.get_secret_value(SecretId=SECRET), 2000)


def _make() -> None:
    boto3.Session().client("secretsmanager", **KEYS)


def _show(title: str, act: Callable[[], Any], count: int) -> None:
    act()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(count):
        act()
    profile.disable()
    statistics: Any = pstats.Stats(profile)
    whole = statistics.total_tt
    own: Counter[str] = Counter()
    for function, (_, _, own_seconds, _, _) in statistics.stats.items():
        own[_owner(*function)] += own_seconds / whole
    print(f"\n{title}")
    print("  time in functions of: " + ", ".join(f"{name} {share:.0%}" for name, share in own.most_common()))
    functions = sorted(((row[3] / whole, row[1] / count, name) for name, row in statistics.stats.items()), reverse=True)
    for share, calls, (path, _, name) in functions[:_SHOWN]:
        print(f"  {share:6.1%} {calls:7.1f} calls  {Path(path).name} {name}")


def _owner(path: str, _line: int, name: str) -> str:
    """Return the package of a function, or what a built-in one does."""
    for part in reversed(Path(path).parts):
        if part in _PACKAGES:
            return _PACKAGES[part]
    if "pickle" in name:
        return "copies of shared data"
    return "files and directories" if "posix" in name else "the rest of Python"
