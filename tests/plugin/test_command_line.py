"""What pytest's own options show of the plugin."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING

import pytest

from pytest_secretsdelete._pytest.markers import settings
from pytest_secretsdelete._service.seeds import secret

if TYPE_CHECKING:
    from .conftest import Run


def _signature(line: str) -> ast.arguments:
    """Read the signature that a line of `pytest --markers` shows, as Python does."""
    call = line.removeprefix("@pytest.mark.")
    (function,) = ast.parse(f"def {call.partition('): ')[0]}): pass").body
    assert isinstance(function, ast.FunctionDef)
    return function.args


@pytest.mark.parametrize(("name", "function"), [("secret", secret), ("secretsmanager", settings)])
def test_markers_option(run: Run, name: str, function: object) -> None:
    """`pytest --markers` shows each mark once, with the signature of the function that reads it."""
    result = run("", "--markers")
    (line,) = [line for line in result.outlines if line.startswith(f"@pytest.mark.{name}(")]
    shown = _signature(line)
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    by_kind = {kind: [p.name for p in parameters if p.kind == kind] for kind in inspect._ParameterKind}
    assert [word.arg for word in shown.posonlyargs] == by_kind[inspect.Parameter.POSITIONAL_ONLY]
    assert [word.arg for word in shown.kwonlyargs] == by_kind[inspect.Parameter.KEYWORD_ONLY]
    assert [shown.args, shown.vararg, shown.kwarg] == [[], None, None]
    if name == "secret":
        defaults = [ast.literal_eval(value) for value in (*shown.defaults, *filter(None, shown.kw_defaults))]
        assert defaults == [p.default for p in parameters if p.default is not p.empty]
    else:
        assert all(isinstance(value, ast.Constant) and value.value is ... for value in shown.kw_defaults)
    assert line.rpartition("): ")[2].rstrip(".")
    assert "'" not in line.partition("): ")[0], "annotations are no help in a line to be read"


def test_strict_markers(run: Run) -> None:
    """--strict-markers knows both marks."""
    tests = """
        import pytest

        @pytest.mark.secret("a", "x")
        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_it(): pass
    """
    run(tests, "--strict-markers", "--strict-config").assert_outcomes(passed=1)


def test_select_by_mark(run: Run) -> None:
    """-m selects by our marks."""
    tests = """
        import pytest

        @pytest.mark.secret("a", "x")
        def test_marked(): pass

        def test_plain(): pass
    """
    run(tests, "-m", "secret").assert_outcomes(passed=1, deselected=1)


def test_fixtures_option(run: Run) -> None:
    """--fixtures shows the public fixtures with one line each, and no private one."""
    result = run("", "--fixtures")
    lines = result.outlines
    for name in (f"secretsmanager{ending}" for ending in ("", "_client", "_clock", "_endpoint")):
        (place,) = [n for n, line in enumerate(lines) if line.partition(" ")[0] == name]
        assert lines[place + 1].startswith("    ")
        assert lines[place + 1].endswith(".")
        assert not lines[place + 2].strip()
    assert "_secretsmanager" not in result.stdout.str()


def test_help_option(run: Run) -> None:
    """--help shows every ini option among pytest's, and names it in the section of the plugin."""
    shown = run("", "--help").stdout.str()
    options = [*inspect.signature(settings).parameters, "unmocked", "seed_file"]
    section = shown.partition("AWS Secrets Manager (pytest-secretsdelete):")[2].partition("\n\n")[0]
    assert set(re.findall(r"secretsmanager_(\w+)", section)) == set(options)
    assert [name for name in options if f"  secretsmanager_{name} (" not in shown] == []


PROJECT = """
    import pytest

    print("RAN import")

    @pytest.fixture
    def mine(secretsmanager_clock):
        print("RAN fixture")

    @pytest.mark.secret("a", "x")
    def test_it(mine, secretsmanager_client):
        print("RAN test")

    def test_plain(): print("RAN test")
"""


def test_setup_plan_option(run: Run) -> None:
    """--setup-plan names the fixtures and runs none."""
    result = run(PROJECT, "--setup-plan", "-s")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*SETUP*F*secretsmanager_clock*"])
    assert "RAN fixture" not in result.stdout.str()
    assert "RAN test" not in result.stdout.str()


def test_setup_show_option(run: Run) -> None:
    """--setup-show shows the fixtures that run."""
    result = run(PROJECT, "--setup-show")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*SETUP*F*secretsmanager_clock*", "*test_it (*: *secretsmanager_clock*"])


def test_collect_only_option(run: Run) -> None:
    """--collect-only lists the tests and runs none."""
    result = run(PROJECT, "--collect-only", "-q")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*::test_it", "*::test_plain", "2 tests collected*"])


def test_plugin_switched_off(run: Run) -> None:
    """With `-p no:secretsdelete`, a project without the fixtures runs as ever."""
    run("def test_it(): pass", "-p", "no:secretsdelete").assert_outcomes(passed=1)
