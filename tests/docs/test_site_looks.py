"""The pages of the site fit a phone, and their pictures can be read."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from ..browser.test_page import PROGRAM, opened
from . import pages

if TYPE_CHECKING:
    from pathlib import Path

#: A page of frames as wide as a phone, whose title lists those whose content is wider than they are.
PHONES = """<!DOCTYPE html>
{frames}
<script>
  const isScrolled = (one) => one && (getComputedStyle(one).overflowX !== "visible" || isScrolled(one.parentElement));
  const isWide = (one, width) => one.getBoundingClientRect().right > width + 1 && !isScrolled(one.parentElement);
  addEventListener("load", () => {{
    const frames = [...document.querySelectorAll("iframe")].map((frame) => [frame.title, frame.contentDocument]);
    const wide = frames.flatMap(([title, {{ documentElement: root }}]) => [
      ...(root.scrollWidth > {width} ? [`${{title}}: ${{root.scrollWidth}}`] : []),
      ...[...root.querySelectorAll("article *")].filter((one) => isWide(one, {width})).map((one) => `${{title}}: ${{one.tagName}}`),
    ]);
    document.title = JSON.stringify({{ read: frames.filter(([, page]) => page.querySelector("article")).length, wide }});
  }});
</script>
"""
PHONE = 390


def fits_a_phone(folder: Path, *pages_of_it: Path) -> dict[str, Any]:
    """Return how many pages a browser has read, and what is wider than a phone in them."""
    frames = "".join(
        f'<iframe width="{PHONE}" height="800" title="{path.stem}" src="{path.as_uri()}"></iframe>\n'
        for path in pages_of_it
    )
    page = folder / "phones.html"
    page.write_text(PHONES.format(frames=frames, width=PHONE), encoding="utf-8")
    document, _ = opened(page, 1280, "--allow-file-access-from-files")
    page.unlink()
    title = re.search("<title>(.*?)</title>", document)
    assert title is not None
    read: dict[str, Any] = json.loads(unescape(title[1]))
    return read


@pytest.mark.skipif(PROGRAM is None, reason="no chromium on the PATH")
def test_every_page_fits_a_phone(site: Path, tmp_path: Path) -> None:
    """No page is wider than a phone: wide tables, code and pictures scroll or shrink in their own boxes."""
    found = [site.joinpath(page.relative_to(pages.DOCS)).with_suffix(".html") for page in pages.DOCS.rglob("*.md")]
    assert fits_a_phone(tmp_path, *found) == {"read": len(found), "wide": []}


@pytest.mark.skipif(PROGRAM is None, reason="no chromium on the PATH")
def test_a_wide_page_would_be_seen(tmp_path: Path) -> None:
    """What the other test looks for is there where a table is wider than the page, in a scrolled box or not."""
    table = f'<table><tr><td style="min-width: {2 * PHONE}px">a</td></tr></table>'
    plain, boxed = tmp_path / "plain.html", tmp_path / "boxed.html"
    plain.write_text(f"<!DOCTYPE html><article>{table}</article>", encoding="utf-8")
    boxed.write_text(f'<!DOCTYPE html><article><div style="overflow: auto">{table}</div></article>', encoding="utf-8")
    found = fits_a_phone(tmp_path, plain, boxed)
    assert found["read"] == 2
    assert {one.partition(":")[0] for one in found["wide"]} == {"plain"}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, as the Web Content Accessibility Guidelines define it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_pictures_can_be_read(site: Path) -> None:
    """Text stands out from a picture's own background by 4.5 to 1, and lines by 3 to 1, whatever is around it."""
    assert round(contrast("#000000", "#ffffff")) == 21
    pictures = {path.name: path.read_text(encoding="utf-8") for path in site.glob("_images/graphviz-*.svg")}
    assert len(pictures) >= 3
    for name, text in pictures.items():
        background = re.search(r'<polygon fill="(#\w{6}|white)"', text)
        assert background is not None, name
        ground = background[1].replace("white", "#ffffff")
        texts = re.findall(r'<text [^>]*fill="(#\w{6})"', text)
        lines = re.findall(r'stroke="(#\w{6})"', text)
        assert len(texts) == text.count("<text "), name
        assert min(contrast(colour, ground) for colour in texts) >= 4.5, name
        assert min(contrast(colour, ground) for colour in lines) >= 3, name
