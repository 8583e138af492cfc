"""The page of a run in a real browser: no errors on its console, nothing wider than the window, at two widths.

It needs the program chromium or chromium-headless-shell on the PATH; without one the tests are skipped.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.page import fragment, whole_page
from pytest_secretsdelete._service.report.story import story_of

from ..support import REGION, VALUE, refused

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_secretsdelete import Clock

PROGRAM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--timeout=20000")
PATIENCE_IN_SECONDS = 120
#: Measures the page within the browser, and leaves the result where --dump-dom shows it.
MEASURE = """
<script>
  const wide = [...document.querySelectorAll("main *")].filter(
    (one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
  );
  const drawn = [...document.querySelectorAll("svg")].map((one) => Math.round(one.getBoundingClientRect().width));
  document.title = `width ${window.innerWidth} wide ${wide.map((one) => one.tagName)} drawn ${Math.min(...drawn)}`;
</script>
"""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no chromium on the PATH")


@pytest.fixture
def page(clock: Clock) -> str:
    """Return the page of a test with a long life."""
    with FakeSecretsManager(region=REGION) as fake:
        client = fake.client()
        for name in ("db/password", "a-name/without/a-place-to-break-it/" + "x" * 60):
            fake.seed(name, VALUE)
            client.delete_secret(SecretId=name)
            clock.advance(days=1)
            with refused("InvalidRequestException"):
                client.get_secret_value(SecretId=name)
        client.list_secrets()
        story = story_of(service_of(fake), AssertionError("db/password"))
    return whole_page([fragment(story, "tests/test_" + "long_" * 30, "failed"), fragment(story, "test_b", "passed")])


def opened(path: Path, width: int, *more_options: str) -> tuple[str, str]:
    """Return the document and the console of a page, as the browser has them."""
    assert PROGRAM is not None
    command = (PROGRAM, *OPTIONS, *more_options, f"--window-size={width},900", "--dump-dom", path.as_uri())
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_IN_SECONDS)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.parametrize("width", [1280, 500])
def test_the_page_in_a_browser(page: str, tmp_path: Path, width: int) -> None:
    """The page fits into a wide window and into a narrow one, its drawings too, and the console stays empty."""
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    _, console = opened(path, width)
    assert console == ""
    path.write_text(page.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    document, _ = opened(path, width)
    measured = re.search(r"<title>width (\d+) wide (.*) drawn (\d+)</title>", document)
    assert measured is not None
    assert (int(measured[1]), measured[2]) == (width, "")
    assert int(measured[3]) > width / 2


def test_errors_on_the_console_are_seen(tmp_path: Path) -> None:
    """What the other test looks for is there where a page has an error."""
    path = tmp_path / "page.html"
    path.write_text("<!DOCTYPE html><title>x</title><script>no.such.thing</script>", encoding="utf-8")
    assert "ReferenceError" in opened(path, 500)[1]
