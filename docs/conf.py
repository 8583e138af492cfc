"""Sphinx configuration: `sphinx-build -W -b html docs site`."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "pytest-secretsdelete"
author = copyright = "The pytest-secretsdelete authors"  # noqa: A001 - Sphinx's name
release = version_of("pytest-secretsdelete")
extensions = [
    "_extensions.evidence",
    "_extensions.inventories",
    "_extensions.reference",
    "myst_parser",
    "notfound.extension",
    "sphinx.ext.autodoc",
    "sphinx.ext.graphviz",
    "sphinx_copybutton",
]
exclude_patterns = ["examples"]
myst_heading_anchors = 4
# The anchors of the fidelity tables are HTML, which MyST does not read; tests/docs/test_site.py checks every link.
suppress_warnings = ["myst.xref_missing"]
graphviz_output_format = "svg"
# The pictures have a background of their own, as they cannot know whether the page around them is light or dark.
graphviz_dot_args = [
    *("-Gbgcolor=#ffffff", "-Gpad=0.3", "-Gfontname=Helvetica"),
    *("-Ncolor=#1f3a5f", "-Nfontcolor=#1f3a5f", "-Nfontname=Helvetica", "-Nfontsize=13"),
    *("-Ecolor=#5a5a5a", "-Efontcolor=#333333", "-Efontname=Helvetica", "-Efontsize=12"),
]
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
notfound_context = {
    "title": "Page not found",
    "body": "<h1>Page not found</h1><p>It may have another name now: look through the list of pages, or search.</p>",
}
# A code span of a docstring is a link where it names something: `FakeSecretsManager`.
default_role = "py:obj"
add_module_names = False
toc_object_entries_show_parents = "hide"
autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_typehints_format = "short"
