"""The page of a run: one article for each test, a drawing for each secret, no scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.page import fragment, whole_page
from pytest_secretsdelete._service.report.story import story_of

from ...support import VALUE, shows

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager


def drawings(text: str) -> list[ElementTree.Element]:
    """Return the drawings of a page."""
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_a_timeline(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A drawing has the recovery window to scale, and a dot for each row that says what it stands for."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=10)
    clock.advance(days=5)
    for _ in range(6):
        client.describe_secret(SecretId="a")
        client.list_secret_version_ids(SecretId="a")
    (drawing,) = drawings(fragment(story_of(service_of(fake), AssertionError("a")), "test", "failed"))
    (window,) = drawing.iter("rect")
    assert (window.get("x"), window.get("width")) == ("2.0%", "96.00%")
    dots = {dot.findtext("title"): (dot.get("cx"), dot.get("cy")) for dot in drawing.iter("circle")}
    assert dots["+0s seeded"] == ("2.0%", "58")
    (deleted,) = [place for title, place in dots.items() if title and title.startswith("+0s DeleteSecret window of 10")]
    assert deleted == ("2.0%", "47")
    assert {place for place, _ in dots.values()} == {"2.0%", "50.0%"}
    assert [text.text for text in drawing.iter("text")] == ["+0s", "+10d", "the test ended"]


def test_many_dots_of_one_instant(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Dots of one instant stand above each other, up to four."""
    fake.seed("a", VALUE)
    for _ in range(5):
        client.tag_resource(SecretId="a", Tags=[])
    (drawing,) = drawings(fragment(story_of(service_of(fake)), "test", "passed"))
    assert [dot.get("cy") for dot in drawing.iter("circle")] == ["58", "47", "36", "25"]
    assert [text.text for text in drawing.iter("text")] == ["+0s"]


def test_what_is_written_is_escaped(fake: FakeSecretsManager) -> None:
    """Neither the name of a test nor that of a secret becomes markup."""
    fake.seed("a", VALUE)
    fake.seed("b", VALUE, deleted_days_ago=1)
    page = whole_page([fragment(story_of(service_of(fake)), "test_it[<b>&]", "passed")])
    assert "test_it[&lt;b&gt;&amp;]" in page
    assert "seeded and not called: a" in page
    assert not shows(VALUE, page)


def test_a_whole_page(fake: FakeSecretsManager, client: Any) -> None:
    """Failed tests come first; the page loads nothing and runs nothing, and all of its elements are closed."""
    client.list_secrets()
    told = story_of(service_of(fake))
    page = whole_page([fragment(told, "one", "passed"), fragment(told, "two", "failed")])
    assert page.index("two</h2>") < page.index("one</h2>")
    assert "2 tests, 1 failed" in page
    assert "other calls" in page
    assert "<script" not in page
    assert set(re.findall(r'(?:href|src)="?([^"> ]+)', page)) == {"data:,"}
    assert _Elements.left_open(page) == []


def test_a_page_without_tests() -> None:
    """A run that used no fake has a page that says so."""
    assert "No test of this run used the fake." in whole_page([])
    assert "1 test, 0 failed" in whole_page(["<article class=passed></article>"])


class _Elements(HTMLParser):
    """Follows which elements are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    @classmethod
    def left_open(cls, page: str) -> list[str]:
        parser = cls()
        parser.feed(page)
        return parser.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        """Nothing is left open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_order_of_tests() -> None:
    """Tests that failed come first; among them, and among the others, the order of the run stays."""
    failed, passed = "<article class=failed>{}</article>", "<article class=passed>{}</article>"
    page = whole_page([passed.format("d"), failed.format("c"), passed.format("b"), failed.format("a")])
    assert re.findall(r"<article[^>]*>(.)</article>", page) == ["c", "a", "d", "b"]
    assert "<p>4 tests, 2 failed</p>" in page


def test_a_time_of_milliseconds(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """The drawing of a test of a few milliseconds is to scale, too, from the left edge to the right."""
    fake.seed("a", VALUE)
    clock.advance(timedelta(milliseconds=4))
    client.describe_secret(SecretId="a")
    (drawing,) = drawings(fragment(story_of(service_of(fake)), "test", "passed"))
    assert {dot.get("cx") for dot in drawing.iter("circle")} == {"2.0%", "98.0%"}
