"""Docstrings as the reference shows them: Markdown's code spans and fences, and Google's sections."""

from __future__ import annotations

import inspect
import re
import textwrap

from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring

import pytest_secretsdelete

_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_MARKER = re.compile(r"@(pytest\.mark\.\w+)$")
_NAME = re.compile(r"[A-Za-z_][\w.]*$")
#: A line of an `Args:` section that begins the text of an argument.
_ARGUMENT = re.compile(r"    (\w+): (.*)$")


def as_rst(lines: list[str]) -> list[str]:
    """Return a docstring as reStructuredText: fenced code as blocks, names in code as links, sections as fields."""
    made: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("```"):
            made += [""] if inside else [f".. code-block:: {line.strip('`')}", ""]
            inside = not inside
        elif inside:
            made.append(f"   {line}")
        else:
            made.append(_SPAN.sub(lambda span: _role(span[1]), line))
    return GoogleDocstring(made, Config(), what="function").lines()


def _role(code: str) -> str:
    """Return a code span: a link if the code names something that is documented."""
    if match := _MARKER.match(code):
        return f":py:obj:`{code} <{match[1]}>`"
    name = code.removesuffix("()")
    if name.partition(".")[0] in pytest_secretsdelete.__all__:
        name = f"{pytest_secretsdelete.__name__}.{name}"
    return f":py:obj:`{code} <{name}>`" if _NAME.match(name) else f"``{code}``"


def arguments(function: object) -> dict[str, str]:
    """Return what the `Args:` section of a docstring says of each argument."""
    _, _, section = (inspect.getdoc(function) or "").partition("\nArgs:\n")
    found: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if not line.startswith("    "):
            break
        if match := _ARGUMENT.match(line):
            name, found[match[1]] = match[1], match[2]
        else:
            found[name] += f" {textwrap.dedent(line)}"
    return found


def first_sentence(thing: object) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]
