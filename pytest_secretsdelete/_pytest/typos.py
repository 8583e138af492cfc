"""Marks and ini options whose names are almost ours: what pytest says of an unknown one gains a hint."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from .._service.docs import read_on

if TYPE_CHECKING:
    from collections.abc import Collection

_ON_MARKS = read_on("reference/markers")
_ON_OPTIONS = read_on("reference/ini-options")
_MARKS = ("secret", "secretsmanager")
_UNKNOWN_MARK = re.compile(r"Unknown pytest\.mark\.(\w+)|'(\w+)' not found in `markers` configuration option")
_UNKNOWN_OPTION = re.compile(r"Unknown config option: (\w+)")
#: How alike two names are: secretmanager_region and secretsmanager_region are, secret_santa and secret are not.
_ALIKE = 0.8


def hint(text: str, options: Collection[str]) -> str | None:
    """Return a hint for pytest's complaint of an unknown mark or option, where one of ours is near."""
    if found := _UNKNOWN_MARK.search(text):
        near = _near(found[1] or found[2], _MARKS)
        return near and f"Did you mean @pytest.mark.{near}? {_ON_MARKS}"
    if found := _UNKNOWN_OPTION.search(text):
        near = _near(found[1], options)
        return near and f"Did you mean {near}? {_ON_OPTIONS}"
    return None


def _near(name: str, names: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=_ALIKE)), None)
