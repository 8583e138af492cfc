"""The pytest plugin: the hooks and fixtures of every run.

Loading this file loads nothing else of the package, so that a run pays only for what it uses.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import warnings
    from collections.abc import Generator, Iterator
    from contextlib import AbstractContextManager

    from ._fake import FakeSecretsManager
    from ._pytest.joining import Use
    from ._pytest.markers import Plan
    from ._pytest.report_option import Reporting
    from ._time.clock import Clock

_STEM = "secretsmanager"
_MARKERS = frozenset({"secret", _STEM})
_FAKE = "_secretsmanager_fake"
#: The ini options: name without the stem, type, default, help.
_INI_OPTIONS: tuple[tuple[str, str, Any, str], ...] = (
    ("region", "string", "", "default region of the fake: that of the process unless given, else us-east-1"),
    ("account_id", "string", "", "account of the fake: twelve digits, 123456789012 unless given"),
    ("purge_delay", "string", "", "how long after the deletion date a secret is purged: 90s, 15m, 2h, 7d"),
    ("force_delete_delay", "string", "", "how long after a forced deletion the name stays taken: 90s, 15m, 2h, 7d"),
    ("keep_credentials", "bool", False, "leave the AWS credentials of the process alone"),
    ("allow_unknown_regions", "bool", False, "also answer in regions that no partition of botocore has"),
    ("rotation_limit", "string", "", "how many scheduled rotations may come due at once: 10000 unless given"),
    ("calls_kept", "string", "", "how many calls that changed nothing a fake records: 100000 unless given"),
    ("share_botocore_data", "bool", True, "parse botocore's data once for all sessions while a fake is active"),
    ("now", "string", "", "the instant at which tests that use the fake start: ISO 8601 with a zone"),
    ("skip_sleeps", "bool", False, "sleeping moves the clock in tests that use the fake"),
    ("fail_on_leftovers", "bool", False, "fail a test that creates secrets and does not delete them"),
    ("unmocked", "string", "pass", "calls while no fake is active: pass (the default) or block"),
    ("seed_file", "string", "", "path of a TOML or JSON file of secrets served while tests are imported"),
)


class _Run:
    """The state of a run; no dataclass, which would be the longest part of a start."""

    def __init__(self) -> None:
        #: The settings that ini options give to every test.
        self.ini: dict[str, Any] = {}
        #: The fake that serves the seed file while tests are imported.
        self.import_fake: FakeSecretsManager | None = None
        #: Whether a test has its fake, so that a wider one which starts now cannot join that.
        self.in_a_test = False
        #: What --secretsmanager-report asks for; None where it is not given.
        self.reporting: Reporting | None = None


class _Test:
    """The state of a test."""

    #: Made at set-up where the test has markers, else when it is first used.
    plan: Plan | None = None
    is_marked: bool = False
    use: Use | None = None


_run_key: pytest.StashKey[_Run] = pytest.StashKey()
_test_key: pytest.StashKey[_Test] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the ini options and the command-line option."""
    names = ", ".join(f"{_STEM}_{name}" for name, *_ in _INI_OPTIONS)
    group = parser.getgroup(_STEM, "AWS Secrets Manager (pytest-secretsdelete)")
    group.addoption(
        "--secretsmanager-report",
        action="append",
        metavar="WHAT",
        help="which tests' reports show what happened to their secrets: failed (the default), all or none; "
        "html or html=PATH also writes a page of the run. May be given twice. The ini options of this plugin are "
        f"{names}.",
    )
    for name, kind, default, text in _INI_OPTIONS:
        parser.addini(f"{_STEM}_{name}", text, type=kind, default=default)  # type: ignore[arg-type]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Apply the ini options before the first conftest is imported."""
    _begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; apply the ini options here if a conftest has loaded this plugin."""
    _begin(config)
    if asked := config.getoption("secretsmanager_report", default=None):
        from ._pytest import report_option

        config.stash[_run_key].reporting = report_option.begin(config, asked)
    lines = ["secret(name, value=None, ...): seed one secret.", "secretsmanager(*, ...): settings of the fake."]
    if config.getoption("markers", default=False):
        from ._pytest.markers import marker_help

        lines = marker_help()
    for line in lines:
        config.addinivalue_line("markers", line)


def _begin(config: pytest.Config) -> None:
    """Apply the ini options, once in a run: stop calls that no fake answers, and serve the seed file."""
    if _run_key in config.stash:
        return
    run = config.stash[_run_key] = _Run()
    defaults = {name: default for name, _, default, _ in _INI_OPTIONS}
    if any(_is_set(config, name, default) for name, default in defaults.items()):
        from ._pytest import options

        run.ini, run.import_fake = options.begin(config, defaults)


def _is_set(config: pytest.Config, name: str, default: object) -> bool:
    try:
        return bool(config.getini(f"{_STEM}_{name}") != default)
    except (TypeError, ValueError, pytest.UsageError):  # a wrong value: options.begin says what is legal
        return True


@pytest.hookimpl(tryfirst=True)
def pytest_warning_recorded(warning_message: warnings.WarningMessage) -> None:
    """Add a hint to pytest's warning of an unknown mark or ini option, where one of ours is near."""
    warning = warning_message.message
    if isinstance(warning, pytest.PytestWarning) and (hint := _hint_of_typo(str(warning))):
        warning.args = (f"{warning}\n{hint}", *warning.args[1:])


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, None]:
    """Add the same hint where an unknown mark has ended the collection of a module."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and (hint := _hint_of_typo(str(report.longrepr))):
        report.sections.append(("Secrets Manager", hint))


def _hint_of_typo(text: str) -> str | None:
    if "Unknown" not in text and "not found in `markers`" not in text:
        return None
    from ._pytest import typos

    hint = typos.hint(text, [f"{_STEM}_{name}" for name, *_ in _INI_OPTIONS])
    return None if hint is None or hint in text else hint


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop serving the seed file: everything has been imported."""
    fake = session.config.stash[_run_key].import_fake
    if fake is not None:
        fake.stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Read the markers of a test that is not skipped, before any fixture runs; a wrong one is the only message."""
    test = item.stash[_test_key] = _Test()
    if any(mark.name in _MARKERS for mark in item.iter_markers()):
        from ._pytest.markers import plan_of

        test.plan, test.is_marked = plan_of(item, item.config.stash[_run_key].ini), True
    names = getattr(item, "fixturenames", None)  # pytest 7 does not know those of a doctest yet
    if test.is_marked or names is None or _FAKE in names:
        from ._pytest.fixture_order import put_first

        put_first(item, "_secretsmanager_by_marker", beside=None if test.is_marked else _FAKE)


def _test_of(item: pytest.Item) -> _Test:
    return item.stash.setdefault(_test_key, _Test())


def _plan_of(item: pytest.Item) -> Plan:
    """Return the plan of a test; without markers, the ini options make it."""
    test = _test_of(item)
    if test.plan is None:
        from ._pytest.markers import plan_from

        test.plan = plan_from(item.config.stash[_run_key].ini)
    return test.plan


@pytest.fixture
def _secretsmanager_by_marker(request: pytest.FixtureRequest) -> None:
    """Start the fake of a marked test before the fixtures of the user; restore the environment after them.

    `pytest_runtest_setup` lets the tests use it that it is for.
    """
    from ._pytest.starting import environment_restorer

    test = _test_of(request.node)
    request.addfinalizer(environment_restorer(lambda: test.use))  # noqa: PT021 - also if the fake fails to start
    if test.is_marked:
        request.getfixturevalue(_FAKE)


@pytest.fixture
def _secretsmanager_time(request: pytest.FixtureRequest) -> Iterator[Clock]:
    """Freeze time, and let sleeping move the clock, as the test asks for it."""
    from ._pytest.joining import shared_fake
    from ._pytest.starting import held_time

    use = _test_of(request.node).use
    is_shared = use.checkpoint is not None if use else shared_fake() is not None
    with held_time(_plan_of(request.node), is_shared=is_shared) as clock:
        yield clock


@pytest.fixture
def _secretsmanager_fake(request: pytest.FixtureRequest) -> Iterator[FakeSecretsManager]:
    """Start the test's fake, or join the one that a wider fixture has started, and put in the seeds of the test.

    Time has been frozen before, where it is to be.
    """
    from ._pytest import joining, starting

    test, run = _test_of(request.node), request.config.stash[_run_key]
    plan, shared = _plan_of(request.node), joining.shared_fake()
    if plan.now is not None or plan.skip_sleeps or "_secretsmanager_time" in request.fixturenames:
        request.getfixturevalue("_secretsmanager_time")
    if shared is not None:
        plan = test.plan = joining.plan_to_join(request.node, run.ini, shared, is_marked=test.is_marked)
    with starting.own_fake(plan) if shared is None else starting.joined_fake(plan, shared) as test.use:
        run.in_a_test = True
        try:
            starting.seed(test.use, plan)
            yield test.use.fake
        finally:
            run.in_a_test = False


@pytest.fixture(scope="session")
def secretsmanager_session(request: pytest.FixtureRequest) -> Iterator[FakeSecretsManager]:
    """Start a `FakeSecretsManager` for the whole run, which the tests join: what one of them does is undone at its end.

    It has the settings of the ini options. With pytest-xdist: a fake for each worker.
    """
    with _wider_fake(request) as fake:
        yield fake


@pytest.fixture(scope="module")
def secretsmanager_module(request: pytest.FixtureRequest) -> Iterator[FakeSecretsManager]:
    """Start a `FakeSecretsManager` for a module, which its tests join: what one of them does is undone at its end.

    It has the settings of the ini options. It joins the fake of the session, where there is one: what the module does
    is then undone at its end.
    """
    with _wider_fake(request) as fake:
        yield fake


def _wider_fake(request: pytest.FixtureRequest) -> AbstractContextManager[FakeSecretsManager]:
    from ._pytest.joining import wider_fake

    run = request.config.stash[_run_key]
    return wider_fake(request, run.ini, in_a_test=run.in_a_test)


@pytest.fixture
def secretsmanager(_secretsmanager_fake: FakeSecretsManager) -> FakeSecretsManager:
    """Return the active `FakeSecretsManager` of this test.

    It answers every Secrets Manager client of the process, whenever the client was made.
    """
    return _secretsmanager_fake


@pytest.fixture
def secretsmanager_client(_secretsmanager_fake: FakeSecretsManager) -> Any:
    """Return a new botocore client for Secrets Manager, as by `FakeSecretsManager.client`.

    It needs neither credentials nor a region.
    """
    return _secretsmanager_fake.client()


@pytest.fixture
def secretsmanager_clock(_secretsmanager_fake: FakeSecretsManager, _secretsmanager_time: Clock) -> Clock:
    """Freeze the process's time, and return the `Clock` that moves it.

    Time is frozen before the fake starts, unless freezegun or time-machine controls it already. It starts at the
    present, or at the marker's `now`. Event loops and pytest's own timings stay real.
    """
    return _secretsmanager_time


@pytest.fixture
def secretsmanager_endpoint(_secretsmanager_fake: FakeSecretsManager) -> Iterator[str]:
    """Serve the fake of this test over loopback HTTP, and return `http://127.0.0.1:<port>`.

    For processes that the test starts, as by `FakeSecretsManager.endpoint`.
    """
    with _secretsmanager_fake.endpoint() as url:
        yield url


@pytest.fixture
def secretsmanager_agent(_secretsmanager_fake: FakeSecretsManager, request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve the Secrets Manager Agent of this test's fake, and return `http://127.0.0.1:<port>`.

    As by `FakeSecretsManager.agent`. The parameter `"extension"`, given with `indirect=True`, makes it the Parameters
    and Secrets Lambda Extension.
    """
    with _secretsmanager_fake.agent(getattr(request, "param", "agent")) as url:
        yield url


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Fail a test that passed but left faults unused, or left secrets where the plan forbids it."""
    outcome = yield
    use = _test_of(item).use
    if use is not None and outcome.excinfo is None:
        from ._pytest.report import fail_for_findings

        fail_for_findings(outcome, use, _plan_of(item))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Explain in the report of a failed test what happened to its secrets; forget its fake after the last report."""
    test, reporting = _test_of(item), item.config.stash[_run_key].reporting
    error = _raised(item, call)
    use = test.use or _found_use(error)
    if use is None or (error is None and reporting is None):
        outcome = yield
    else:
        from ._pytest import report

        with report.folded(error):
            outcome = yield
        report.add_story(outcome.get_result(), item, call, use, reporting)
    is_concerned = "botocore" in sys.modules or "_secretsmanager_fake" in getattr(item, "fixturenames", ())
    if is_concerned and outcome.get_result().failed:
        from ._pytest import hints

        now = test.plan and test.plan.now
        found = hints.hints(error, item, frozen_at=now)
        outcome.get_result().sections.extend((hints.TITLE, hint) for hint in found)
    if call.when == "teardown" and _test_key in item.stash:  # a run keeps its items to its end
        del item.stash[_test_key]


def _raised(item: pytest.Item, call: pytest.CallInfo[Any]) -> BaseException | None:
    """Return what a test has raised; pytest keeps what unittest caught with the item until it makes the report."""
    found = call.excinfo or next(iter(getattr(item, "_excinfo", None) or ()), None)
    return None if found is None else found.value


def _found_use(error: BaseException | None) -> Use | None:
    """Return the fake of a failed test that uses one without the fixtures of a test."""
    if error is None or f"{__package__}._fake" not in sys.modules:
        return None
    from ._pytest.joining import found_use

    return found_use(error)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Generator[None, Any, None]:
    """Colour what happened to the secrets of failed tests; print that of passed ones where it is asked for."""
    reports = [one for kind in terminalreporter.stats.values() for one in kind if hasattr(one, "secretsmanager_story")]
    if reports:
        from ._pytest import summary

        summary.colour(reports, terminalreporter)
    yield
    if reports:
        summary.print_passed(reports, terminalreporter)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain `==` between records of a fake, without any value."""
    if f"{__package__}._service.snapshot" not in sys.modules:
        return None
    from ._pytest.comparing import explanation

    return explanation(op, left, right)
