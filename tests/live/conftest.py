"""A run of the live check in this process, against the endpoint of a fake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..conformance.live.__main__ import main
from ..conformance.live.plan import REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ACCOUNT = "210987654321"


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    code: int
    text: str
    report: dict[str, Any]
    printed: str


@pytest.fixture
def served() -> Iterator[FakeSecretsManager]:
    """Give a fake whose endpoint is open; another one in the same process must never be asked."""
    with FakeSecretsManager(account_id=ACCOUNT) as fake, fake.endpoint(), FakeSecretsManager() as other:
        yield fake
        assert other.calls == ()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the report is written."""
    return tmp_path / "answers.json"


@pytest.fixture
def live(path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Return a function that runs the command; the environment names the endpoint unless an argument does."""

    def run(*arguments: str) -> Run:
        code = main([*arguments, "--output", str(path)])
        text = path.read_text(encoding="utf-8")
        captured = capsys.readouterr()
        return Run(code, text, json.loads(text), captured.out + captured.err)

    return run


def names_of(fake: FakeSecretsManager) -> list[str]:
    """Return the names of a fake's secrets in every region of the partition."""
    return [secret.name for region in REGIONS for secret in fake.secrets(region)]
