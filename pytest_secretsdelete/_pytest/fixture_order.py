"""Adds a fixture to a test in the place that an autouse fixture of a plugin has, so that no other test pays for one."""

from __future__ import annotations

from typing import Any


def put_first(item: Any, fixture: str, *, beside: str | None = None) -> None:
    """Let a test use a fixture before all others that last one test, and after the wider ones.

    What other plugins have put in front of all, such as pytest-freezer, stays there. Does nothing for an item without
    fixtures, for one that has the fixture, because it is run again, nor for one that does not use the fixture `beside`.
    """
    if hasattr(item, "fixture_request") and not hasattr(item, "fixturenames"):
        item.fixturenames = _names_of_doctest(item)
    names = getattr(item, "fixturenames", None)
    if names is not None and fixture not in names and (beside is None or beside in names):
        definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - pytest has no public name for it
        place = next((place for place in range(len(names)) if not _is_in_front(names, place, definitions)), len(names))
        item.fixturenames = [*names[:place], fixture, *names[place:]]  # a copy: tests with parameters share the list


def _is_in_front(names: list[str], place: int, definitions: dict[str, Any]) -> bool:
    """Whether a fixture is wider than a test, or another plugin has put it there: unknown here, or here once more."""
    name = names[place]
    found = definitions.get(name)
    return not found or found[-1].scope != "function" or name in names[place + 1 :]


def _names_of_doctest(item: Any) -> Any:
    """Return the fixtures of a doctest of pytest 7, which finds them only when it sets the doctest up."""
    fixtures = item.session._fixturemanager  # noqa: SLF001 - pytest 7 does the same
    item._fixtureinfo = fixtures.getfixtureinfo(item, lambda: None, None, funcargs=False)  # noqa: SLF001 - as pytest 7
    return item._fixtureinfo.names_closure  # noqa: SLF001 - as pytest 7
