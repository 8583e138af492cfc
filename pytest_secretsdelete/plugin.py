"""The pytest plugin: options, markers, fixtures, and what a failed test is told.

It translates pytest's words into the fake's, and the fake's findings into pytest's failures. Loading it loads
nothing else of the package; a test run that does not use it pays for an import of this file alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from ._fake import FakeSecretsManager
    from ._pytest.markers import Plan
    from ._reach.guard import Guard
    from ._time.clock import Clock

STEM = "secretsmanager"
_INI_OPTIONS: dict[str, tuple[str, str]] = {
    "region": ("string", "default region of the fake"),
    "account_id": ("string", "account id of the fake: twelve digits"),
    "purge_delay": ("string", "how long after the deletion date a secret is purged: 90s, 15m, 2h, 7d"),
    "force_delete_delay": ("string", "how long after a forced deletion the name stays taken: 90s, 15m, 2h, 7d"),
    "keep_credentials": ("bool", "leave the AWS credentials of the process alone"),
    "allow_unknown_regions": ("bool", "answer in regions, too, that no partition of botocore has"),
    "now": ("string", "the instant at which tests that use the fake start: ISO 8601 with a zone"),
    "skip_sleeps": ("bool", "sleeping moves the clock in tests that use the fake"),
    "fail_on_leftovers": ("bool", "fail a test whose code leaves secrets behind that it has created"),
}
_NOT_THE_FAKES = {"now", "skip_sleeps", "fail_on_leftovers"}
_ON_MARKERS = "Read on: docs/reference/markers.md"
_ON_INI = "Read on: docs/reference/ini-options.md"
_ini_key: pytest.StashKey[Mapping[str, Any]] = pytest.StashKey()
_import_fake_key: pytest.StashKey[FakeSecretsManager] = pytest.StashKey()
_outside_key: pytest.StashKey[list[str]] = pytest.StashKey()
_OUTSIDE = "secretsmanager_stopped_outside_of_any_test"
_guard_key: pytest.StashKey[Guard] = pytest.StashKey()
_stopped_key: pytest.StashKey[list[str]] = pytest.StashKey()
_plan_key: pytest.StashKey[Plan] = pytest.StashKey()
_fake_key: pytest.StashKey[FakeSecretsManager] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the ini options."""
    for name, (kind, text) in _INI_OPTIONS.items():
        default = False if kind == "bool" else ""
        parser.addini(f"{STEM}_{name}", text, type=kind, default=default)  # type: ignore[arg-type]
    parser.addini(f"{STEM}_unmocked", "calls while no fake is active: pass (the default) or block", default="pass")
    parser.addini(f"{STEM}_seed_file", "TOML or JSON file of secrets served while tests are imported", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before the first conftest is imported."""
    _begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; begin, if a conftest has named this plugin."""
    _begin(config)
    for line in _marker_lines(config):
        config.addinivalue_line("markers", line)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Serve the seed file no more: everything has been imported."""
    if _import_fake_key in session.config.stash:
        session.config.stash[_import_fake_key].stop()


def _begin(config: pytest.Config) -> None:
    """Read the ini options, stop calls if they say so, and serve the seed file's secrets; once in a run."""
    if _ini_key not in config.stash:
        config.stash[_ini_key] = _read_ini(config)
        _start_guard(config)
        _start_import_fake(config)


def _start_import_fake(config: pytest.Config) -> None:
    path = config.getini(f"{STEM}_seed_file")
    if not path:
        return
    from ._pytest.seed_file import fake_from

    options = {name: value for name, value in config.stash[_ini_key].items() if name not in _NOT_THE_FAKES}
    try:
        config.stash[_import_fake_key] = fake_from(config.rootpath / path, options).start()
    except ValueError as error:
        where = "Read on: docs/how-to/read-secrets-at-import.md"
        raise pytest.UsageError(f"ini option {STEM}_seed_file: {error} {where}") from None
    config.add_cleanup(config.stash[_import_fake_key].stop)


def _start_guard(config: pytest.Config) -> None:
    chosen = config.getini(f"{STEM}_unmocked")
    if chosen not in {"pass", "block"}:
        raise pytest.UsageError(f"ini option {STEM}_unmocked: {chosen!r} is not legal: pass and block are. {_ON_INI}")
    if chosen == "block":
        from ._reach.guard import Guard

        guard = config.stash[_guard_key] = Guard()
        guard.install()
        config.add_cleanup(guard.uninstall)


def _marker_lines(config: pytest.Config) -> list[str]:
    if not config.getoption("markers", default=False):
        return ["secret(name, value=None, ...): seed one secret.", "secretsmanager(*, ...): settings of the fake."]
    from ._pytest.markers import marker_help

    return marker_help()


def _read_ini(config: pytest.Config) -> dict[str, Any]:
    given = {name: value for name, (kind, _) in _INI_OPTIONS.items() if (value := _ini_value(config, name, kind))}
    if not given:
        return {}
    from ._pytest.markers import INI_READERS, from_settings

    allowed = {name: given[name] for name in ("allow_unknown_regions",) if name in given}
    try:
        for name, value in given.items():
            given[name] = INI_READERS[name](value) if name in INI_READERS else value
            from_settings({**allowed, name: given[name]})
    except ValueError as error:
        raise pytest.UsageError(f"ini option {STEM}_{name}: {error} {_ON_INI}") from None
    return given


def _ini_value(config: pytest.Config, name: str, kind: str) -> Any:
    legal = "true or false is legal" if kind == "bool" else "text is legal"
    try:
        return config.getini(f"{STEM}_{name}")
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini option {STEM}_{name}: {error}; {legal}. {_ON_INI}") from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Keep what was stopped before this test for the end of the run."""
    _set_aside_stopped_calls(item.config)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Read the markers of a test before any fixture runs, and after skipping; a wrong one is the only message."""
    if next(item.iter_markers("secret"), None) is None and next(item.iter_markers(STEM), None) is None:
        return
    from ._pytest.markers import plan

    made, wrong = _tried(plan, item, item.config.stash[_ini_key])
    if wrong is not None:
        pytest.fail(f"{item.nodeid}: {wrong} {_ON_MARKERS}", pytrace=False)
    item.stash[_plan_key] = made


def _tried(call: Callable[..., Any], *words: Any) -> tuple[Any, ValueError | None]:
    """Call, and return the result or a ValueError: raised in its handler, a failure would be shown with both."""
    try:
        return call(*words), None
    except ValueError as error:
        return None, error


def _plan_of(item: Any) -> Plan:
    if _plan_key not in item.stash:
        from ._pytest.markers import from_settings

        item.stash[_plan_key] = from_settings(item.config.stash[_ini_key])
    made: Plan = item.stash[_plan_key]
    return made


@pytest.fixture(autouse=True)
def _secretsmanager_by_marker(request: pytest.FixtureRequest) -> None:
    """Start the fake of a test that has a marker of ours, before the fixtures of the user; tidy up after them."""
    if _plan_key in request.node.stash or "_secretsmanager_fake" in request.fixturenames:
        from ._reach.environment import present_variables

        before = present_variables()
        request.addfinalizer(lambda: _forget_environment(request.node, before))  # noqa: PT021 - for these tests alone
    if _plan_key in request.node.stash:
        request.getfixturevalue("_secretsmanager_fake")


def _forget_environment(item: Any, before: dict[str, str | None]) -> None:
    """Hide again what a monkeypatch that began before the fake, and ended after it, has put back: its variables."""
    if _fake_key in item.stash:
        from ._fake import forget_environment

        forget_environment(item.stash[_fake_key], before)


@pytest.fixture
def _secretsmanager_time(request: pytest.FixtureRequest) -> Iterator[Clock]:
    """Let time stand still, unless somebody holds it already."""
    from ._time import clock, freezing, reading

    start = _plan_of(request.node).now
    if start is not None and not reading.may_freeze():
        pytest.fail("now= cannot hold time: time-machine holds it. Use the one or the other.", pytrace=False)
    with freezing.held(start):
        yield clock.Clock()


@pytest.fixture
def _secretsmanager_sleeps(request: pytest.FixtureRequest, _secretsmanager_time: Clock) -> Iterator[None]:
    """Let sleeping move the clock, where the test asks for it."""
    if not _plan_of(request.node).skip_sleeps:
        yield
        return
    from ._time.reading import is_frozen

    if not is_frozen():
        pytest.fail("skip_sleeps cannot move time: time-machine holds it. Use the one or the other.", pytrace=False)
    with _secretsmanager_time.skip_sleeps():
        yield


@pytest.fixture
def _secretsmanager_fake(request: pytest.FixtureRequest) -> Iterator[FakeSecretsManager]:
    """Start the test's fake, with its seeds, after time has been stopped where it is to be."""
    plan = _plan_of(request.node)
    if plan.now is not None or plan.skip_sleeps or "_secretsmanager_time" in request.fixturenames:
        request.getfixturevalue("_secretsmanager_sleeps")
    fake = plan.new_fake()
    request.node.stash[_fake_key] = fake
    with fake:
        _, wrong = _tried(plan.sow, fake)
        if wrong is not None:
            pytest.fail(f"{request.node.nodeid}: {wrong} {_ON_MARKERS}", pytrace=False)
        yield fake


@pytest.fixture
def secretsmanager(_secretsmanager_fake: FakeSecretsManager) -> FakeSecretsManager:
    """Return the active fake of this test: every botocore client of the process is answered by it."""
    return _secretsmanager_fake


@pytest.fixture
def secretsmanager_client(_secretsmanager_fake: FakeSecretsManager) -> Any:
    """Return a botocore client of this test's own."""
    return _secretsmanager_fake.client()


@pytest.fixture
def secretsmanager_clock(_secretsmanager_fake: FakeSecretsManager, _secretsmanager_time: Clock) -> Clock:
    """Let the process's time stand still, and return the clock that moves it."""
    return _secretsmanager_time


@pytest.fixture
def secretsmanager_endpoint(_secretsmanager_fake: FakeSecretsManager) -> Iterator[str]:
    """Serve the fake of this test over loopback HTTP, and return the URL."""
    with _secretsmanager_fake.endpoint() as url:
        yield url


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Fail a test that passed although its fake has found something."""
    outcome = yield
    _report_stopped_calls(item, outcome)
    if _fake_key in item.stash and outcome.excinfo is None:
        findings = list(_findings(item.stash[_fake_key], _plan_of(item)))
        if findings:
            outcome.force_exception(pytest.fail.Exception("\n".join(findings), pytrace=False))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, None]:
    """Report calls that were stopped since the test's own end, in fixtures and in threads."""
    outcome = yield
    _report_stopped_calls(item, outcome)


def _report_stopped_calls(item: pytest.Item, outcome: Any) -> None:
    """Fail what passed, or was skipped, although calls were stopped; tell of them where it has failed anyway."""
    findings = _stopped_calls(item.config)
    if findings and (outcome.excinfo is None or issubclass(outcome.excinfo[0], pytest.skip.Exception)):
        outcome.force_exception(pytest.fail.Exception("\n".join(findings), pytrace=False))
    else:
        item.stash.setdefault(_stopped_key, []).extend(findings)


def _stopped_calls(config: pytest.Config) -> list[str]:
    return config.stash[_guard_key].take() if _guard_key in config.stash else []


def _set_aside_stopped_calls(config: pytest.Config) -> list[str]:
    """Keep what was stopped while no test ran, for the end of the run; return all of it."""
    outside = config.stash.setdefault(_outside_key, [])
    outside += _stopped_calls(config)
    return outside


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which calls were stopped outside of any test."""
    findings = _set_aside_stopped_calls(session.config)
    output = getattr(session.config, "workeroutput", None)  # in a worker of pytest-xdist
    if output is not None:
        output[_OUTSIDE] = findings
    elif findings and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist has stopped outside of any test."""
    findings = getattr(node, "workeroutput", {}).get(_OUTSIDE, [])
    node.config.stash.setdefault(_outside_key, []).extend(findings)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell of the calls that were stopped outside of any test."""
    findings = config.stash.get(_outside_key, [])
    if findings:
        terminalreporter.section("Secrets Manager calls outside of any test", red=True)
        terminalreporter.line("\n".join(findings))


def _findings(fake: FakeSecretsManager, plan: Plan) -> Iterator[str]:
    unused = fake.unused_faults()
    if unused:
        yield (
            f"Faults that never struck: {'; '.join(map(str, unused))}. The code under test made fewer calls than the "
            f"test expected. Give times=None for a fault that may go unused, or withdraw() it. "
            "Read on: docs/reference/fake.md#faults-and-denials"
        )
    left = fake.leftovers() if plan.fail_on_leftovers else ()
    if left:
        yield (
            f"Secrets left behind: {', '.join(secret.name for secret in left)}. The code under test created them and "
            "did not delete them. Read on: docs/how-to/find-leftovers.md"
        )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Tell a failed test the life of its secrets, and the calls that were stopped."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        told = str(report.longrepr)
        stopped = [*item.stash.get(_stopped_key, []), *_stopped_calls(item.config)]  # those of a fixture's set-up, too
        item.stash[_stopped_key] = []
        if untold := [finding for finding in stopped if finding not in told]:
            report.sections.append(("Secrets Manager calls that were stopped", "\n".join(untold)))
    if report.failed and _fake_key in item.stash:
        from ._fake import service_of
        from ._service.rendering import render

        report.sections.append(("Secrets Manager", render(service_of(item.stash[_fake_key]).timeline)))
