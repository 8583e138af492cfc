"""AWS Secrets Manager in-process for pytest, with a clock that makes recovery windows end.

The names below are loaded on first use: importing this package imports neither botocore
nor freezegun nor pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._decorator import fake_secretsmanager
    from ._fake import FakeSecretsManager
    from ._reach.under_way import FakeStoppedError
    from ._service.entries import Call, Event, Rotation
    from ._service.faults import Fault
    from ._service.snapshot import Secret, Version
    from ._service.wire import MALFORMED, Timeout
    from ._time.clock import Clock

    __version__: str

__all__ = [
    "MALFORMED",
    "Call",
    "Clock",
    "Event",
    "FakeSecretsManager",
    "FakeStoppedError",
    "Fault",
    "Rotation",
    "Secret",
    "Timeout",
    "Version",
    "__version__",
    "fake_secretsmanager",
]

_HOMES = {
    "MALFORMED": "_service.wire",
    "Call": "_service.entries",
    "Clock": "_time.clock",
    "Event": "_service.entries",
    "FakeSecretsManager": "_fake",
    "FakeStoppedError": "_reach.under_way",
    "Fault": "_service.faults",
    "Rotation": "_service.entries",
    "Secret": "_service.snapshot",
    "Timeout": "_service.wire",
    "Version": "_service.snapshot",
    "fake_secretsmanager": "_decorator",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    value: object
    if name == "__version__":
        from importlib.metadata import version

        value = version("pytest-secretsdelete")
    elif name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
