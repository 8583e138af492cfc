"""Sphinx configuration: `sphinx-build -W -b html docs site`."""

from __future__ import annotations

import inspect
import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "pytest-secretsdelete"
author = copyright = "The pytest-secretsdelete authors"  # noqa: A001 - Sphinx's name
release = version_of("pytest-secretsdelete")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.graphviz", "sphinx.ext.intersphinx", "sphinx_copybutton"]
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
exclude_patterns = ["_inventories", "examples"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
graphviz_output_format = "svg"
