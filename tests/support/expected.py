"""Texts that are held against files beside the tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def hold_against(path: Path, text: str) -> None:
    """Assert that a text is that of a file.

    With SECRETSDELETE_WRITE_EXPECTED=1 the file is written instead: read what has changed in it.
    """
    if os.environ.get("SECRETSDELETE_WRITE_EXPECTED"):
        path.write_text(text, encoding="utf-8")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()
