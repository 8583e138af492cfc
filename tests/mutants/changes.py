"""Which lines of a function each mutant changes, read from the mutated copy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_MARK = "__mutmut_"


def changed_lines(root: Path) -> dict[str, str]:
    """Return for each mutant, by its name, the lines that it does not share with the function as it is."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if _MARK in source:
            parts = path.relative_to(root.parent).with_suffix("").parts
            module = ".".join(part for part in parts if part != "__init__")
            found.update({f"{module}.{name}": text for name, text in _of_module(source)})
    return found


def _of_module(source: str) -> Iterator[tuple[str, str]]:
    lines = source.splitlines()
    bodies = {
        node.name: {line.strip() for line in lines[node.lineno : node.end_lineno]}
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _MARK in node.name
    }
    for name, body in bodies.items():
        whole = bodies.get(f"{name.partition(_MARK)[0]}{_MARK}orig", set())
        if not name.endswith(f"{_MARK}orig"):
            yield name, "\n".join(sorted(body ^ whole))
