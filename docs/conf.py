"""Sphinx configuration: `sphinx-build -W -b html docs site`."""

from __future__ import annotations

from importlib.metadata import version as version_of
from typing import Any

project = "pytest-secretsdelete"
author = copyright = "The pytest-secretsdelete authors"  # noqa: A001 - Sphinx's name
release = version_of("pytest-secretsdelete")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.graphviz", "sphinx_copybutton"]
exclude_patterns = ["examples"]
myst_heading_anchors = 4
# The anchors of the fidelity tables are HTML, which MyST does not read; tests/docs/test_site.py checks every link.
suppress_warnings = ["myst.xref_missing"]
graphviz_output_format = "svg"
html_theme = "furo"
html_title = project
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"


def setup(app: Any) -> None:
    """Let docstrings be written in Markdown."""
    app.connect("autodoc-process-docstring", _fences_as_blocks)


def _fences_as_blocks(*arguments: Any) -> None:
    """Turn fenced code into a block of reStructuredText, which autodoc reads."""
    lines, inside = arguments[-1], False
    for number, line in enumerate(lines):
        if line.startswith("```"):
            lines[number] = "" if inside else f".. code-block:: {line.strip('`')}\n"
            inside = not inside
        elif inside:
            lines[number] = f"   {line}"
    lines[:] = "\n".join(lines).split("\n")
