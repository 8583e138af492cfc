"""Links to the documentation of Python, pytest and others, by inventories that are kept beside the pages.

A build asks no network for them. `_inventories/NAME.txt` has the address of a project's documentation in its first
line, and below it the names that the pages may link to: role, name, and place. To renew one, get the whole inventory of
the project (`objects.inv` at that address, or from a package of its documentation) and run

    python -m docs._extensions.inventories NAME path/to/objects.inv

which writes the places anew, and says which names are no longer there.
"""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.inventory import InventoryFile

FOLDER = Path(__file__).parents[1] / "_inventories"
_HEAD = (
    "# Sphinx inventory version 2\n# Project: {}\n# Version: \n# The remainder of this file is compressed using zlib.\n"
)
_CALL = re.compile(r"@?([A-Za-z_][\w.]*)(\((\.\.\.)?\))?$")


def read(name: str) -> tuple[str, list[list[str]]]:
    """Return the address of a project's documentation, and the role, name and place of each entry."""
    first, *lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return first.removeprefix("# "), [line.split() for line in lines]


def written(name: str, folder: Path) -> tuple[str, str]:
    """Write an inventory as Sphinx reads it; return the address, and where the file is."""
    address, entries = read(name)
    body = "".join(f"{entry} {role} 1 {place} -\n" for role, entry, place in entries)
    path = folder / f"{name}.inv"
    path.write_bytes(_HEAD.format(name).encode() + zlib.compress(body.encode()))
    return address, str(path)


def renew(name: str, inventory: Path) -> list[str]:
    """Write the places of a project's entries anew, and return the names that its inventory does not have."""
    address, entries = read(name)
    whole = InventoryFile.loads(inventory.read_bytes(), uri="").data
    lost = []
    for entry in entries:
        anchor = entry[2].partition("#")[2]
        found = whole.get(entry[0], {}).get(entry[1]) or whole.get(entry[0], {}).get(anchor)
        if found is None:
            lost.append(entry[1])
        else:
            entry[2] = found.uri
    lines = [f"# {address}", *(" ".join(entry) for entry in entries), ""]
    (FOLDER / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    return lost


class LinkedCode(SphinxTransform):
    """Makes a link of a code span that is the name of something documented, here or in an inventory."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        for literal in list(self.document.findall(nodes.literal)):
            name = _CALL.match(literal.astext())
            if name is None or _is_in_a_link_or_title(literal) or "xref" in literal["classes"]:
                continue
            link = addnodes.pending_xref(
                "", refdomain="py", reftype="obj", reftarget=name[1], refdoc=self.env.docname, refwarn=False
            )
            link["py:module"], link["py:class"] = "pytest_secretsdelete", None
            literal.replace_self(link)
            link += literal


def _is_in_a_link_or_title(node: nodes.Node) -> bool:
    while (node := node.parent) is not None:
        if isinstance(node, (nodes.reference, nodes.title, addnodes.pending_xref)):
            return True
    return False


def _map(app: Any, config: Any) -> None:
    folder = Path(app.doctreedir) / "inventories"
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.stem for path in FOLDER.glob("*.txt"))
    config.intersphinx_mapping = {name: written(name, folder) for name in names}


def setup(app: Any) -> dict[str, bool]:
    """Map the inventories before intersphinx looks at the mapping."""
    app.setup_extension("sphinx.ext.intersphinx")
    app.connect("config-inited", _map)
    app.add_transform(LinkedCode)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    sys.exit("\n".join(f"not there: {name}" for name in renew(sys.argv[1], Path(sys.argv[2]))) or None)
