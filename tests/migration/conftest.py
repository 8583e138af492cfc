"""A user's project inside a test."""

from __future__ import annotations

from ..plugin.conftest import _all_is_imported, run

__all__ = ["_all_is_imported", "run"]
