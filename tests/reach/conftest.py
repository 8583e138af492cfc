"""An endpoint of the fake of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach.endpoint import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_secretsdelete import FakeSecretsManager


@pytest.fixture
def url(secretsmanager: FakeSecretsManager) -> Iterator[str]:
    """Return the URL of the fake of this test."""
    with serve(service_of(secretsmanager)) as url:
        yield url
