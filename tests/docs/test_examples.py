"""Every example of the documentation runs.

A page's ```python blocks are examples. Each runs in a directory of its own that holds the files which the
page has shown before it: a block whose first line is a comment with a file name (`# pytest.ini`,
`# secrets.toml`, `# app.py`, `// read.js`) is that file. A block that defines tests is a pytest module; any
other is run as a script. What an example needs is taken from what it imports: a module that is not installed
skips it. Comments right above a block, which a reader does not see, say the rest:

- `<!-- needs: pytest_freezer -->`: a module that the example does not import itself, such as a plugin's;
- `<!-- needs program: node -->`: a program on the PATH;
- `<!-- needs node: @aws-sdk/client-secrets-manager -->`: a package of Node.js;
- `<!-- fails -->`: the test fails, and the ```text block that follows is part of what pytest prints.

sybil, pytest-examples and pytest-markdown-docs run blocks as code, not as modules whose tests have fixtures,
markers and ini options of their own, which is what these examples are about.
"""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pytest_secretsdelete

from . import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where the tests of clients in JavaScript have their packages.
NODE_MODULES = pages.ROOT / "tests" / "clients" / "javascript" / "node_modules"
#: Plugins that examples do without unless they need them: slow to load, or with a say in every test.
ABSENT = {"anyio", "asyncio", "cacheprovider", "hypothesispytest", "randomly", "socket"}


@dataclass(frozen=True)
class Example:
    """A block to run, the files that the page has shown before it, and the output it shows after it."""

    page: Path
    block: pages.Block
    files: dict[str, str]
    output: str = ""

    @property
    def arguments(self) -> list[str]:
        """The plugins of pytest that are left out."""
        needed = {module.removeprefix("pytest_") for module in self.asked("needs")}
        return [f"-pno:{name}" for name in sorted(ABSENT - needed)]

    @property
    def is_module(self) -> bool:
        """Whether the block defines tests."""
        names = (node.name for node in ast.walk(ast.parse(self.block.text)) if hasattr(node, "name") and node.name)
        return any(name.startswith(("test_", "Test")) for name in names)

    def asked(self, what: str) -> list[str]:
        """Return what the comments above the block ask for."""
        return [comment.removeprefix(f"{what}: ") for comment in self.block.comments if comment.startswith(f"{what}: ")]

    def imported(self) -> Iterator[str]:
        """Yield the packages that the example and its files import."""
        sources = [self.block.text, *(text for name, text in self.files.items() if name.endswith(".py"))]
        for node in (node for source in sources for node in ast.walk(ast.parse(source))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]


def examples() -> Iterator[Example]:
    """Yield the examples of all pages."""
    for page in pages.all_pages():
        files: dict[str, str] = {}
        blocks = pages.blocks(page)
        for block, after in zip(blocks, [*blocks[1:], None], strict=False):
            title = block.title
            if title is not None and not Path(title).name.startswith("test_"):
                files[title] = block.text
            elif block.language == "python":
                shows = after is not None and after.language == "text" and "fails" in block.comments
                yield Example(page, block, dict(files), after.text if shows else "")


def _id(example: Example) -> str:
    return f"{pages.shown(example.page)}:{example.block.line}"


@pytest.fixture(scope="module", autouse=True)
def _all_is_imported() -> None:
    """Import what a run in this process would import and then forget, so that no class is there twice."""
    for module in pkgutil.walk_packages(pytest_secretsdelete.__path__, "pytest_secretsdelete."):
        importlib.import_module(module.name)
    for name in ("boto3", "botocore.exceptions", "freezegun"):
        importlib.import_module(name)
    with pytest_secretsdelete.FakeSecretsManager() as fake:
        fake.client().list_secrets()


@pytest.mark.parametrize("example", [pytest.param(example, id=_id(example)) for example in examples()])
def test_the_example_runs(example: Example, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example passes, or fails as its page shows."""
    monkeypatch.setenv("NODE_PATH", os.pathsep.join([str(NODE_MODULES), os.environ.get("NODE_PATH", "")]))
    monkeypatch.setenv("COLUMNS", "80")  # reports are as wide as the terminal
    _skip_unless_installed(example)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # no credentials from the network
    for name, text in example.files.items():
        (pytester.path / name).parent.mkdir(parents=True, exist_ok=True)
        (pytester.path / name).write_text(text, encoding="utf-8")
    # the line numbers of a failure are the page's; where the page shows a failure, they are those of the block
    above = 0 if "fails" in example.block.comments else example.block.line
    text = "\n" * above + example.block.text
    if example.is_module:
        module = pytester.path / (example.block.title or "test_example.py")
        module.write_text(text, encoding="utf-8")
        result = pytester.runpytest_inprocess(module.name, *example.arguments)
    else:
        result = pytester.runpython(pytester.makepyfile(example=text))
    if "fails" in example.block.comments:
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        wanted = [line.replace("[", "[[]").replace("...", "*") for line in example.output.splitlines()]
        result.stdout.fnmatch_lines(wanted, consecutive=True)
    else:
        assert result.ret == pytest.ExitCode.OK


def test_every_page_is_looked_at() -> None:
    """The README and pages of every kind have examples."""
    with_examples = {example.page.parent for example in examples()}
    assert {pages.DOCS, pages.DOCS / "how-to"} <= with_examples


def _skip_unless_installed(example: Example) -> None:
    """Skip an example whose modules or programs are not there."""
    own = {Path(name).parts[0].removesuffix(".py") for name in example.files}
    for name in sorted({*example.imported(), *example.asked("needs")} - own - set(sys.stdlib_module_names)):
        pytest.importorskip(name, reason=f"the example needs {name}, which is not installed")
    for program in example.asked("needs program"):
        if _fails(program, "--version"):
            pytest.skip(f"the example needs the program {program}, which is not installed")
    for package in example.asked("needs node"):
        if _fails("node", "-p", f"require.resolve('{package}')"):
            pytest.skip(f"the example needs {package} for Node.js, which is not installed")


def _fails(*command: str) -> bool:
    """Return whether a command is not there, or fails."""
    return shutil.which(command[0]) is None or subprocess.run(command, capture_output=True, check=False).returncode != 0
