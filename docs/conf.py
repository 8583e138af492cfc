"""Sphinx configuration: `sphinx-build -W -b html docs site`."""

from __future__ import annotations

from importlib.metadata import version as version_of

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
