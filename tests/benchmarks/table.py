"""The rows of the table, and the table as text and as Markdown."""

from __future__ import annotations

import datetime
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version

_HEAD = ("what", "against", "plugin", "against it", "ratio", "target", "met")


@dataclass(frozen=True)
class Row:
    """One comparison. The figures are seconds of processor time, or bytes."""

    what: str
    against: str
    measured: float
    reference: float
    ratio: float
    target: float | None = None
    in_bytes: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells as text."""
        shown = _bytes if self.in_bytes else _seconds
        met = "" if self.target is None else "yes" if self.ratio <= self.target else "no"
        target = "" if self.target is None else f"{self.target:g}"
        return self.what, self.against, shown(self.measured), shown(self.reference), f"{self.ratio:.3g}", target, met


def text(rows: list[Row]) -> str:
    """Return the table in columns."""
    lines = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(rows: list[Row]) -> str:
    """Return the table in Markdown."""
    lines = [_HEAD, ("---",) * len(_HEAD), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def versions() -> str:
    """Return the date, the machine's processors, and the versions of what was measured."""
    names = ("pytest-secretsdelete", "botocore", "boto3", "moto", "freezegun", "pytest")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    today = datetime.datetime.now(tz=datetime.timezone.utc).date()
    return f"{today}, {os.cpu_count()} processors, Python {platform.python_version()}, {packages}"


def _seconds(value: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e6:.3g} µs"


def _bytes(value: float) -> str:
    return f"{value:,.0f} B"
