"""AWS Secrets Manager in-process for pytest, with a clock that makes recovery windows end.

The names below are loaded on first use: importing this package imports neither botocore
nor freezegun nor pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._fake import FakeSecretsManager
    from ._reach.under_way import FakeStoppedError
    from ._service.snapshot import Secret, Version
    from ._service.timeline import Call, Event, Rotation
    from ._service.wire import MALFORMED, Timeout
    from ._time.clock import Clock

__all__ = [
    "MALFORMED",
    "Call",
    "Clock",
    "Event",
    "FakeSecretsManager",
    "FakeStoppedError",
    "Rotation",
    "Secret",
    "Timeout",
    "Version",
]

_HOMES = {
    "MALFORMED": "_service.wire",
    "Call": "_service.timeline",
    "Clock": "_time.clock",
    "Event": "_service.timeline",
    "FakeSecretsManager": "_fake",
    "FakeStoppedError": "_reach.under_way",
    "Rotation": "_service.timeline",
    "Secret": "_service.snapshot",
    "Timeout": "_service.wire",
    "Version": "_service.snapshot",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
