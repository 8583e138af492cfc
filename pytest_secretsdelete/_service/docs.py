"""Where messages send their reader: the pages of the published documentation."""

from __future__ import annotations

#: The host leads to the newest version of a page.
_PAGES = "https://pytest-secretsdelete.readthedocs.io/page/"


def read_on(place: str) -> str:
    """Return the sentence that leads to a page, and to a section of it: `how-to/block-leaks#what-to-know`."""
    page, hash_sign, section = place.partition("#")
    return f"Read on: {_PAGES}{page}.html{hash_sign}{section}"
