"""Words for evidence, such as `<sup>[recorded][window]</sup>`: small links to the row of the fidelity table.

A word that is not the evidence of its row, and a row that is not there, are warnings, which end a build.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

_TABLES = Path(__file__).parents[1] / "reference" / "fidelity.md"
#: A row: its anchor, and its evidence in the third column.
_ROW = re.compile(r'^\| <a id="([^"]+)"></a>(?:\\.|[^|\\])*\|(?:\\.|[^|\\])*\|((?:\\.|[^|\\])*)\|', re.MULTILINE)
_MEANING = re.compile(r"^\| (\w+) \| ", re.MULTILINE)
_logger = logging.getLogger(__name__)


@cache
def evidence() -> dict[str, set[str]]:
    """Return the words for evidence of each row, by its anchor; under `evidence`, those that the page explains."""
    text = _TABLES.read_text(encoding="utf-8")
    meanings = set(_MEANING.findall(text.partition("\n## Agent")[0])) - {"evidence"}
    rows = {anchor: set(re.findall(r"\w+", cell)) & meanings for anchor, cell in _ROW.findall(text)}
    return {"evidence": meanings, **rows}


class EvidenceLinks(SphinxTransform):
    """Checks the links to the fidelity tables."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        for link in self.document.findall(addnodes.pending_xref):
            if link.get("reftarget") != "reference/fidelity" or link.get("reftargetid") is None:
                continue
            anchor, word = link["reftargetid"], link.astext()
            words = evidence().get(anchor)
            if words is None:
                _logger.warning("No row of the fidelity tables has the anchor %r.", anchor, location=link)
            elif word in evidence()["evidence"] and word not in words:
                _logger.warning("The evidence of %r is not %r but %s.", anchor, word, " ".join(words), location=link)


def setup(app: Any) -> dict[str, bool]:
    """Add the check."""
    app.add_transform(EvidenceLinks)
    return {"parallel_read_safe": True}
