"""Whether a text shows a value: plain, or in a form from which the value can be read again."""

from __future__ import annotations

import base64
import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def shows(value: str, text: str) -> bool:
    """Return whether a text shows a value: plain, in hexadecimal, or in base64 of anything that holds it."""
    return any(form in text for form in _forms_of(value))


@functools.cache
def _forms_of(value: str) -> tuple[str, ...]:
    data = value.encode()
    return (value, data.hex(), *_in_base64(data))


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield the digits of base64 that depend on these bytes alone, for each place where they may begin."""
    for before in range(3):
        digits = base64.b64encode(bytes(before) + data).decode()
        yield digits[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
