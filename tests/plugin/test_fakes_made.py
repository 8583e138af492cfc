"""How many fakes a test costs: one where it uses one, none where it does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._service.store import Vault

if TYPE_CHECKING:
    from .conftest import Run

TESTS = """
    from datetime import timedelta
    import pytest

    @pytest.mark.secret("a", "x", created_days_ago=3)
    @pytest.mark.secret("b", "x", deleted_days_ago=3)
    @pytest.mark.secretsmanager(region="eu-west-1", purge_delay=lambda secret: timedelta(1))
    def test_marked(secretsmanager, secretsmanager_client, secretsmanager_clock): pass

    @pytest.mark.secret("a", "x")
    def test_marked_alone(): pass

    def test_fixture(secretsmanager_client): pass

    def test_failed(secretsmanager):
        assert 1 == 2

    @pytest.mark.secret("a", "x", deleted_days_ago=40)
    def test_wrong_marker(secretsmanager): pass

    @pytest.mark.skip
    @pytest.mark.secret("a", "x")
    def test_skipped(secretsmanager): pass

    def test_plain(): pass
"""


@pytest.mark.parametrize("made", [FakeSecretsManager, Vault], ids=["fake", "store"])
@pytest.mark.parametrize("ini", ["", "secretsmanager_purge_delay = 2h\nsecretsmanager_now = 2020-01-01T00:00:00Z"])
def test_one_for_a_test_that_uses_it(run: Run, made: type, ini: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither reading options, nor checking markers, nor reporting makes a fake, or a store, of its own."""
    makers: list[str] = []
    original: Any = made.__init__  # type: ignore[misc]

    def recorded(self: Any, *args: Any, **kwargs: Any) -> None:
        makers.append(os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2])
        original(self, *args, **kwargs)

    monkeypatch.setattr(made, "__init__", recorded)
    run(TESTS, ini=ini).assert_outcomes(passed=4, failed=1, errors=1, skipped=1)
    users = ("test_marked", "test_marked_alone", "test_fixture", "test_failed")
    assert sorted(makers) == sorted(f"{name} (setup)" for name in users)


def test_none_outlives_its_test(run: Run) -> None:
    """When the next test is set up, nothing holds the fakes of tests before it, however they were asked for."""
    result = run(
        """
        import gc, sys, weakref
        import pytest

        def alive(made=[]):
            gc.collect()
            return made, [fake for reference in made if (fake := reference()) is not None]

        @pytest.fixture(autouse=True)
        def others():
            made, held = alive()
            assert held == []
            yield made

        def test_fixture(others, secretsmanager):
            others.append(weakref.ref(secretsmanager))

        @pytest.mark.secret("a", "x")
        def test_marked(others, request):
            others.append(weakref.ref(request.getfixturevalue("secretsmanager")))

        @pytest.mark.secretsmanager(now="2030-01-01T00:00:00Z")
        def test_clock(others, secretsmanager, secretsmanager_clock, secretsmanager_endpoint):
            others.append(weakref.ref(secretsmanager))

        @pytest.mark.parametrize("number", range(2))
        def test_parametrized(others, secretsmanager, number):
            others.append(weakref.ref(secretsmanager))

        def test_all(others):
            assert len(others) == 5
        """,
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=6)


def test_a_test_that_runs_again(run: Run) -> None:
    """Each run of a test, as plugins repeat them, has a fake of its own; a failed set-up shows nothing of another."""
    result = run(
        """
        import pytest

        runs = []

        @pytest.fixture
        def checked():
            runs.append(1)
            assert len(runs) == 1

        def test_it(checked, secretsmanager, secretsmanager_client):
            assert secretsmanager.calls == ()
            secretsmanager_client.list_secrets()

        def test_again(secretsmanager, secretsmanager_client):
            assert secretsmanager.calls == ()
            secretsmanager_client.list_secrets()
        """,
        conftest="""
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, nextitem=nextitem)
            yield
        """,
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.no_fnmatch_line("*- Secrets Manager -*")
