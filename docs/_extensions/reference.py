"""Directives for `{eval-rst}` blocks that render what the package itself says of its parts."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import pytest_secretsdelete

from . import declared
from .docstrings import as_rst, first_sentence


class Rendered(SphinxDirective):
    """A directive whose content is text that it makes itself."""

    def lines(self) -> list[str]:
        """Return the reStructuredText."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse the text in the place of the directive."""
        parent = nodes.Element()
        self.state.nested_parse(StringList(self.lines(), self.env.docname), self.content_offset, parent)
        return parent.children


class FixtureDirective(Rendered):
    """`.. fixture:: NAME`: the scope and the docstring of a fixture; the heading above it is where links lead."""

    required_arguments = 1

    def lines(self) -> list[str]:
        fixture = declared.fixtures()[self.arguments[0]]
        self.env.domains["py"].note_object(  # type: ignore[attr-defined]
            fixture.name, "function", fixture.name, location=self.get_location()
        )
        return [f"*Scope:* {fixture.scope}", "", *as_rst(fixture.text.splitlines()), ""]


class FixturesDirective(Rendered):
    """`.. fixtures::`: a table of all fixtures."""

    def lines(self) -> list[str]:
        rows = [(f"`{one.name}`", one.text.partition("\n")[0]) for one in declared.fixtures().values()]
        return as_rst(_table(("fixture", "what it does"), rows))


class MarkerDirective(Rendered):
    """`.. marker:: NAME`: the form of a marker, and its arguments."""

    required_arguments = 1

    def lines(self) -> list[str]:
        name = self.arguments[0]
        fields = as_rst([f"   :param {argument}: {text}" for argument, text in declared.marker_arguments(name).items()])
        fields += [f"   :type {argument}: {kind}" for argument, kind in declared.marker_types(name).items()]
        return [f".. py:function:: pytest.mark.{declared.marker_form(name)}", "", *fields, ""]


class OptionsDirective(Rendered):
    """`.. pytest-options::`: the ini options and the command-line options, as they are declared."""

    def lines(self) -> list[str]:
        added = declared.options()
        made: list[str] = []
        for name, one in added.ini.items():
            made += [f".. confval:: {name}", f"   :type: {one['type']}"]
            made += [f"   :default: ``{str(one['default']).lower()}``"] if one["default"] != "" else []
            made += ["", f"   {_sentence(one['help'])}", ""]
        for name, one in added.command_line.items():
            made += [f".. option:: {name}={one['metavar']}", "", f"   {_sentence(one['help'])}", ""]
        return made


class PublicNamesDirective(Rendered):
    """`.. public-names::`: a table of what the package exports."""

    def lines(self) -> list[str]:
        rows = []
        for name in sorted(pytest_secretsdelete.__all__, key=str.lower):
            thing = getattr(pytest_secretsdelete, name)
            text = "The version of the package." if isinstance(thing, str) else first_sentence(thing)
            rows.append((f"`{name}`", text))
        return as_rst(_table(("name", "what it is"), rows))


def _sentence(text: str) -> str:
    escaped = re.sub(r"([*`_|\\])", r"\\\1", text.rstrip("."))
    return f"{escaped[0].upper()}{escaped[1:]}."


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> list[str]:
    cells = [line for row in (head, *rows) for line in (f"   * - {row[0]}", f"     - {row[1]}")]
    return [".. list-table::", "   :header-rows: 1", "", *cells, ""]


def _docstring_as_rst(*arguments: Any) -> None:
    arguments[-1][:] = as_rst(arguments[-1])


def setup(app: Any) -> dict[str, bool]:
    """Add the directives, and let docstrings be written in Markdown."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("fixture", FixtureDirective)
    app.add_directive("fixtures", FixturesDirective)
    app.add_directive("marker", MarkerDirective)
    app.add_directive("pytest-options", OptionsDirective)
    app.add_directive("public-names", PublicNamesDirective)
    app.connect("autodoc-process-docstring", _docstring_as_rst)
    return {"parallel_read_safe": True}
