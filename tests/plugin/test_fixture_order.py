"""Where the fake of a marked test starts among the fixtures of the test, and what an unmarked test does not pay for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from pytest_secretsdelete._pytest.fixture_order import put_first

if TYPE_CHECKING:
    from .conftest import Run

_FIRST = "_secretsmanager_by_marker"


def test_between_wider_fixtures_and_those_of_the_test(run: Run) -> None:
    """The fake of a marked test, marked late too, starts after a session's fixtures and before those of the test."""
    run(
        """
        import pytest
        from pytest_secretsdelete import FakeSecretsManager, _active

        def active():
            return FakeSecretsManager.active() if _active.responders() else None

        @pytest.fixture(scope="session", autouse=True)
        def wide():
            return active()

        @pytest.fixture(autouse=True)
        def own():
            return active()

        @pytest.mark.secret("a", "x")
        def test_marked(wide, own):
            assert (wide, "a" in own) == (None, True)

        def test_late(wide, own):
            assert (wide, own.secrets()) == (None, ())

        @pytest.mark.parametrize("held", [pytest.param(True, marks=pytest.mark.secret("a", "x")), False])
        def test_parameters(held, own):
            assert (own is not None) == held

        def test_unmarked(own, request):
            assert own is None
            assert "_secretsmanager_by_marker" not in request.node.funcargs
        """,
        conftest="""
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                if item.name == "test_late":
                    item.add_marker(pytest.mark.secretsmanager())
        """,
    ).assert_outcomes(passed=5)


def test_a_doctest_of_pytest_7() -> None:
    """A doctest whose fixtures pytest finds only at set-up has them found earlier, and ours in its place, once, if it is for it."""
    definitions = {"wide": [SimpleNamespace(scope="session")], "own": [SimpleNamespace(scope="function")]}
    info = SimpleNamespace(names_closure=["wide", "own"], name2fixturedefs=definitions)
    manager = SimpleNamespace(getfixtureinfo=lambda item, function, cls, *, funcargs: info if not function() else None)
    item = SimpleNamespace(fixture_request=None, session=SimpleNamespace(_fixturemanager=manager))
    put_first(item, _FIRST, beside="absent")
    assert item.fixturenames == ["wide", "own"]
    for _ in range(2):  # a plugin may run a test again
        put_first(item, _FIRST)
        assert item.fixturenames == ["wide", _FIRST, "own"]
