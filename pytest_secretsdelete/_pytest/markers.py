"""The markers: their schemas, how levels merge, and the plan of a test, made of its markers and the ini options.

Messages say what was given and what is legal. They show no secret value.
"""

from __future__ import annotations

import difflib
import inspect
import textwrap
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from .._botocore import sessions
from .._botocore.partitions import known_regions
from .._service import names, seeding, seeds
from .._service.docs import read_on
from .._service.instant import aware, to_microseconds
from .._service.regions import Regions
from .._service.settings import Settings
from .._time import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .._service.seeds import Seed

SECRET = "secret"  # noqa: S105 - a marker's name
SETTINGS = "secretsmanager"
_UNSET: Any = object()
#: Characters of a line that every terminal holds, with pytest's own mark in front.
_WIDTH = 76
_READ_ON = read_on("reference/markers")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The settings and seeds of one test."""

    settings: Settings
    now: datetime | None = None
    skip_sleeps: bool = False
    fail_on_leftovers: bool = False
    seeds: tuple[Seed, ...] = ()


def settings(
    *,
    region: str | None = _UNSET,
    account_id: str = _UNSET,
    purge_delay: Any = _UNSET,
    force_delete_delay: Any = _UNSET,
    keep_credentials: bool = _UNSET,
    allow_unknown_regions: bool = _UNSET,
    rotation_limit: int = _UNSET,
    calls_kept: int = _UNSET,
    share_botocore_data: bool = _UNSET,
    now: datetime | str | None = _UNSET,
    skip_sleeps: bool = _UNSET,
    fail_on_leftovers: bool = _UNSET,
) -> dict[str, Any]:
    """Return the settings that are given: the schema of the marker and of the ini options.

    `FakeSecretsManager` documents those that it takes itself.

    Args:
        now: The instant at which the test starts: an aware datetime, or ISO 8601 text with a zone. Freezes time by
            itself, before the fake starts and before seeds.
        skip_sleeps: True: sleeping moves the clock during the whole test. Freezes time by itself.
        fail_on_leftovers: True: a test that creates secrets and does not delete them fails.
    """
    return {name: value for name, value in locals().items() if value is not _UNSET}


def marker_help() -> list[str]:
    """Return the lines that `pytest --markers` shows, from the functions that are the markers' schemas."""
    return [
        f"{_form_of(SECRET, seeds.secret)}: seed one secret; repeatable, the closest wins per name and region.",
        f"{_form_of(SETTINGS, settings)}: settings of the test's fake and clock.",
    ]


def _form_of(marker: str, schema: Callable[..., Any]) -> str:
    """Return how a marker is written: its schema's parameters and defaults."""
    parameters = [
        parameter.replace(annotation=parameter.empty, default=... if parameter.default is _UNSET else parameter.default)
        for parameter in inspect.signature(schema).parameters.values()
    ]
    return f"{marker}{inspect.Signature(parameters)}".replace("Ellipsis", "...")


def plan_of(item: pytest.Item, ini: Mapping[str, Any]) -> Plan:
    """Return the plan that a test's markers and the ini options make; fail the test for a wrong marker."""
    try:
        return _checked_plan(item, ini)
    except ValueError as error:
        raise wrong_marker(error) from None


def wrong_marker(error: ValueError) -> BaseException:
    """Return the failure of a test with a wrong marker: one message, no traceback; pytest names the test itself."""
    return pytest.fail.Exception(f"{error}\n{_READ_ON}", pytrace=False)


def _checked_plan(item: Any, ini: Mapping[str, Any]) -> Plan:
    """Merge the markers and the ini options, and check the seeds for the instant at which the test starts."""
    marked = [(label, marks) for label, marks in levels(item) if marks]
    plan = plan_from({**ini, **_merged_settings(marked)})
    default_region = plan.settings.region or sessions.default_region()
    plan = replace(plan, seeds=tuple(_closest_seeds(marked, default_region)))
    at = reading.now() if plan.now is None else to_microseconds(plan.now) // reading.MICROSECONDS_PER_MILLISECOND
    for seed in plan.seeds:
        _check_region(plan.settings, seed.region)
        region = names.plain_region(seed.region or default_region)
        seeding.check_place(seed, region=region, account=plan.settings.account_id)
        seeding.check(seed, plan.settings, at)
    return plan


def plan_from(given: Mapping[str, Any]) -> Plan:
    """Return the plan that settings make, without seeds."""
    of_fake = dict(given)
    for name in ("skip_sleeps", "fail_on_leftovers"):
        if not isinstance(of_fake.get(name, False), bool):
            raise ValueError(f"{name}={of_fake[name]!r}: True or False is legal.")
    now = of_fake.pop("now", None)
    made = Plan(
        now=None if now is None else _instant(now),
        skip_sleeps=of_fake.pop("skip_sleeps", False),
        fail_on_leftovers=of_fake.pop("fail_on_leftovers", False),
        settings=Settings(**of_fake),
    )
    _check_region(made.settings, made.settings.region)
    return made


def _check_region(settings: Settings, region: str | None) -> None:
    """Refuse a region that does not exist; botocore's data are not read if no region is given."""
    if region is not None:
        Regions(known_regions, settings.allow_unknown_regions).check(region)


def levels(item: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield the levels of an item, from the parameter to the session, with our marks on each."""
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
    """Remove given marks, compared by identity, from a list; return those that were in it."""
    taken = []
    for mark in wanted:  # from the end: pytest appends a parameter's marks to the function's, which may hold the same
        place = next((place for place in reversed(range(len(marks))) if marks[place] is mark), None)
        if place is not None:  # a conftest may have removed it
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


def _closest_seeds(marked: Iterable[tuple[str, list[Any]]], default_region: str) -> Iterator[Seed]:
    """Return the seeds, outer levels first; for each name and region the closest level wins."""
    chosen: dict[tuple[str, str], Seed] = {}
    for label, marks in marked:
        here: dict[tuple[str, str], Seed] = {}
        for mark in marks:
            if mark.name == SECRET:
                seed: Seed = _bound(seeds.secret, mark)
                key = (seed.name, names.plain_region(seed.region or default_region))
                if key in here:
                    raise ValueError(
                        f"@pytest.mark.secret({seed.name!r}) occurs twice on the same level ({label}) for {key[1]}: "
                        "keep one, or give them different regions."
                    )
                here[key] = seed
        chosen = {**here, **chosen}
    return iter(chosen.values())


def _bound(schema: Callable[..., Any], mark: Any) -> Any:
    """Call a marker's schema with the marker's arguments."""
    signature = inspect.signature(schema)
    try:
        signature.bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        unknown = [name for name in mark.kwargs if name not in signature.parameters]
        near = [close for name in unknown for close in difflib.get_close_matches(name, signature.parameters, n=1)]
        hint = f" Did you mean {' and '.join(near)}?" if near else ""
        raise ValueError(f"{_shown(mark)}: {error}.{hint}\n{_legal(_form_of(mark.name, schema))}") from None
    try:
        return schema(*mark.args, **mark.kwargs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{_shown(mark)}: {error}") from None


def _legal(form: str) -> str:
    """Return how a marker is written, in lines that a terminal holds."""
    return textwrap.fill(f"Legal: {form}", _WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _shown(mark: Any) -> str:
    """Return a marker as text, without its values."""
    arguments = [repr(mark.args[0])] if mark.args and isinstance(mark.args[0], str) else []
    arguments += ["..."] * (len(mark.args) - len(arguments))
    arguments += [f"{name}=..." for name in mark.kwargs]
    return f"@pytest.mark.{mark.name}({', '.join(arguments)})"


def _instant(when: Any) -> datetime:
    if not isinstance(when, (str, datetime)):
        raise ValueError(f"now={when!r}: an aware datetime or ISO 8601 text is legal.")
    try:
        to_microseconds(aware(when))
        return aware(when)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"now={when!r}: an aware datetime or ISO 8601 text is legal ({error})") from None
