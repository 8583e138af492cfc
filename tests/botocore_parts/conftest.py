"""A record of what botocore's loaders read."""

from __future__ import annotations

import json
import os
from typing import Any
from unittest import mock

import pytest
from botocore import loaders

Reads = list[str]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """List what is parsed as JSON, and which directories are listed, in botocore's loaders."""
    seen: list[str] = []

    def loads(text: str, **options: Any) -> Any:
        seen.append(f"parsed {len(text)}")
        return json.loads(text, **options)

    class Os:
        path = os.path
        pathsep = os.pathsep

        @staticmethod
        def listdir(path: str) -> list[str]:
            seen.append(f"listed {path}")
            return os.listdir(path)

    monkeypatch.setattr(loaders, "json", mock.Mock(loads=loads))
    monkeypatch.setattr(loaders, "os", Os)
    return seen
