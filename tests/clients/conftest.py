"""The endpoint that the clients talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach.endpoint import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_secretsdelete import FakeSecretsManager


@pytest.fixture
def url(secretsmanager: FakeSecretsManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the endpoint's URL, which the environment of child processes names; they see no files of the machine."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with serve(service_of(secretsmanager)) as url:
        yield url
