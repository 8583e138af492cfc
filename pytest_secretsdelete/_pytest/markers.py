"""What markers and ini options ask of one test: its fake's settings, its time, its seeds.

pytest's objects are looked at here, never imported. Errors are ValueErrors that say what was given and what
is legal; secret values are not shown.
"""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .._fake import FakeSecretsManager, service_of
from .._service import delays, names, seeding
from .._service.instant import aware, to_microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SECRET = "secret"  # noqa: S105 - a marker's name
SETTINGS = "secretsmanager"
_UNSET: Any = object()
_ENDLESS = timedelta(days=100_000)


@dataclass(frozen=True)
class Plan:
    """What one test asks for."""

    fake_options: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    skip_sleeps: bool = False
    fail_on_leftovers: bool = False
    seeds: tuple[seeding.Seed, ...] = ()

    def new_fake(self) -> FakeSecretsManager:
        """Return the fake, not started and without its seeds."""
        return FakeSecretsManager(**self.fake_options)

    def sow(self, fake: FakeSecretsManager, at: int | None = None) -> None:
        """Put the seeds into a fake; ValueError for one that contradicts itself or another."""
        for seed in self.seeds:
            service_of(fake).seed(seed, at)

    def rehearse(self) -> None:
        """Sow in a fake that is thrown away, at the instant at which the test will start; ValueError as there.

        A delay that is a callable is called once, at the deletion, so not here: it is taken to be endless.
        """
        options: dict[str, Any] = {
            name: _ENDLESS if callable(value) else value for name, value in self.fake_options.items()
        }
        at = None if self.now is None else to_microseconds(self.now) // 1000
        self.sow(FakeSecretsManager(**options), at)


def settings(
    *,
    region: str | None = _UNSET,
    account_id: str = _UNSET,
    purge_delay: Any = _UNSET,
    force_delete_delay: Any = _UNSET,
    keep_credentials: bool = _UNSET,
    allow_unknown_regions: bool = _UNSET,
    now: datetime | str | None = _UNSET,
    skip_sleeps: bool = _UNSET,
    fail_on_leftovers: bool = _UNSET,
) -> dict[str, Any]:
    """Return the settings that are given: the schema of the marker and of the ini options."""
    return {name: value for name, value in locals().items() if value is not _UNSET}


def marker_help() -> list[str]:
    """Return the lines that `pytest --markers` shows, from the functions that are the markers' schemas."""
    return [
        f"{_form_of(SECRET, seeding.secret)}: seed one secret; repeatable, the closest wins per name and region.",
        f"{_form_of(SETTINGS, settings)}: settings of the test's fake and clock.",
    ]


def _form_of(marker: str, schema: Callable[..., Any]) -> str:
    """Return how a marker is written: its schema's words and defaults."""
    words = [
        word.replace(annotation=word.empty, default=... if word.default is _UNSET else word.default)
        for word in inspect.signature(schema).parameters.values()
    ]
    return f"{marker}{inspect.Signature(words)}".replace("Ellipsis", "...")


def plan(item: Any, ini: Mapping[str, Any]) -> Plan:
    """Return what an item's markers ask for on top of the ini options."""
    marked = [(label, marks) for label, marks in levels(item) if marks]
    made = from_settings({**ini, **_merged_settings(marked)})
    default_region = made.new_fake().region
    made = replace(made, seeds=tuple(_closest_seeds(marked, default_region)))
    made.rehearse()
    return made


def from_settings(given: Mapping[str, Any]) -> Plan:
    """Return the plan that settings make, without seeds."""
    options = dict(given)
    for name in ("skip_sleeps", "fail_on_leftovers"):
        if not isinstance(options.get(name, False), bool):
            raise ValueError(f"{name}={options[name]!r}: True or False is legal.")
    start = options.pop("now", None)
    made = Plan(
        now=None if start is None else _instant(start),
        skip_sleeps=options.pop("skip_sleeps", False),
        fail_on_leftovers=options.pop("fail_on_leftovers", False),
        fake_options=options,
    )
    made.new_fake()
    return made


#: How an ini option's text becomes a setting; the others are text, or what pytest has read already.
INI_READERS: Mapping[str, Callable[[str], timedelta]] = {
    "purge_delay": delays.parse,
    "force_delete_delay": delays.parse,
}


def levels(item: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield an item's marks of ours, closest level first: parameter, function, class by class, module, further."""
    own = list(item.own_markers)
    yield "parameter", _ours(_taken(own, getattr(getattr(item, "callspec", None), "marks", ())))
    yield "function", _ours(own)
    for node in reversed(item.listchain()[:-1]):
        owner = getattr(node, "obj", None)
        of_node = list(node.own_markers)
        for base in inspect.getmro(owner) if inspect.isclass(owner) else ():
            yield f"class {base.__name__}", _ours(_taken(of_node, _attached(base)))
        yield node.name, _ours(of_node)


def _attached(base: type) -> list[Any]:
    marks = base.__dict__.get("pytestmark", [])
    marks = marks if isinstance(marks, (list, tuple)) else [marks]
    return [getattr(mark, "mark", mark) for mark in marks]


def _ours(marks: Iterable[Any]) -> list[Any]:
    return [mark for mark in marks if mark.name in {SECRET, SETTINGS}]


def _taken(marks: list[Any], wanted: Iterable[Any]) -> list[Any]:
    """Take these very marks out of a list, the last entry of each, and return those that were there."""
    taken = []
    for mark in wanted:  # pytest puts a parameter's behind the function's, of which one may be the same
        place = next((place for place in reversed(range(len(marks))) if marks[place] is mark), None)
        if place is not None:  # a conftest may have taken it off
            taken.append(marks.pop(place))
    return taken


def _merged_settings(marked: Iterable[tuple[str, list[Any]]]) -> dict[str, Any]:
    """Merge the settings markers: the closest wins per argument."""
    merged: dict[str, Any] = {}
    for label, marks in marked:
        here: dict[str, Any] = {}
        for mark in marks:
            for name, value in _bound(settings, mark).items() if mark.name == SETTINGS else ():
                if name in here:
                    raise ValueError(f"@pytest.mark.secretsmanager sets {name} twice on the same level ({label}).")
                here[name] = value
        merged = {**here, **merged}
    return merged


def _closest_seeds(marked: Iterable[tuple[str, list[Any]]], default_region: str) -> Iterator[seeding.Seed]:
    """Return the seeds: the closest of each name and region, those of outer levels first."""
    chosen: dict[tuple[str, str], seeding.Seed] = {}
    for label, marks in marked:
        here: dict[tuple[str, str], seeding.Seed] = {}
        for mark in marks:
            if mark.name == SECRET:
                seed: seeding.Seed = _bound(seeding.secret, mark)
                key = (seed.name, names.plain_region(seed.region or default_region))
                if key in here:
                    raise ValueError(
                        f"@pytest.mark.secret({seed.name!r}) stands twice on the same level ({label}) for {key[1]}: "
                        "keep one, or give them different regions."
                    )
                here[key] = seed
        chosen = {**here, **chosen}
    return iter(chosen.values())


def _bound(schema: Callable[..., Any], mark: Any) -> Any:
    """Call a marker's schema with the marker's words."""
    signature = inspect.signature(schema)
    try:
        signature.bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        unknown = [name for name in mark.kwargs if name not in signature.parameters]
        near = [close for name in unknown for close in difflib.get_close_matches(name, signature.parameters, n=1)]
        hint = f" Did you mean {' and '.join(near)}?" if near else ""
        raise ValueError(f"{_shown(mark)}: {error}.{hint} Legal: {_form_of(mark.name, schema)}.") from None
    try:
        return schema(*mark.args, **mark.kwargs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{_shown(mark)}: {error}") from None


def _shown(mark: Any) -> str:
    """Show a marker without its values."""
    words = [repr(mark.args[0])] if mark.args and isinstance(mark.args[0], str) else []
    words += ["..."] * (len(mark.args) - len(words))
    words += [f"{name}=..." for name in mark.kwargs]
    return f"@pytest.mark.{mark.name}({', '.join(words)})"


def _instant(when: Any) -> datetime:
    if not isinstance(when, (str, datetime)):
        raise ValueError(f"now={when!r}: an aware datetime or ISO 8601 text is legal.")
    try:
        to_microseconds(aware(when))
        return aware(when)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"now={when!r}: an aware datetime or ISO 8601 text is legal ({error})") from None
