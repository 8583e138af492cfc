"""AWS Secrets Manager in-process for pytest, with a clock that makes recovery windows end.

The names below are loaded when they are first asked for: importing this package imports neither botocore
nor freezegun nor pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._clock import Clock
    from ._fake import FakeSecretsManager
    from ._model import Secret, Version
    from ._timeline import Call, Event, Rotation
    from ._wire import MALFORMED, Timeout

__all__ = [
    "MALFORMED",
    "Call",
    "Clock",
    "Event",
    "FakeSecretsManager",
    "Rotation",
    "Secret",
    "Timeout",
    "Version",
]

_HOMES = {
    "MALFORMED": "_wire",
    "Call": "_timeline",
    "Clock": "_clock",
    "Event": "_timeline",
    "FakeSecretsManager": "_fake",
    "Rotation": "_timeline",
    "Secret": "_model",
    "Timeout": "_wire",
    "Version": "_model",
}


def __getattr__(name: str) -> object:
    """Load a public name from the room it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
