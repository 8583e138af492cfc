"""The ini options: reads, validates and applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .._service import delays
from .._service.docs import read_on
from .markers import plan_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._fake import FakeSecretsManager

_READ_ON = read_on("reference/ini-options")


def begin(config: pytest.Config, defaults: Mapping[str, Any]) -> tuple[dict[str, Any], FakeSecretsManager | None]:
    """Read the options, stop calls that no fake answers, and serve the seed file, where the options say so.

    Return the settings of tests, and the fake that serves the seed file. UsageError for an option that is not
    legal. The keys of `defaults` are the names of all options, without the stem.
    """
    values = {name: _value(config, name, default) for name, default in defaults.items()}
    allowed = {name: values[name] for name in ("allow_unknown_regions",) if values[name]}
    options = {name: _parsed(name, value, allowed) for name, value in values.items() if value != defaults[name]}
    unmocked, path = options.pop("unmocked", "pass"), options.pop("seed_file", "")
    if unmocked == "block":
        from . import guarding

        guarding.start(config)
    if not path:
        return options, None
    from . import seed_file

    return options, seed_file.serve(config, path, plan_from(options).settings)


def _value(config: pytest.Config, name: str, default: object) -> Any:
    """Return the value as pytest reads it; its error does not say what is legal."""
    legal = "true or false is legal" if isinstance(default, bool) else "text is legal"
    try:
        return config.getini(f"secretsmanager_{name}")
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini option secretsmanager_{name}: {error}; {legal}. {_READ_ON}") from None


def _parsed(name: str, value: Any, allowed: Mapping[str, Any]) -> Any:
    """Return the value of an option; UsageError for one that is not legal."""
    try:
        parsed = _PARSERS[name](value) if name in _PARSERS else value
        if name not in _OF_THE_RUN:
            plan_from({**allowed, name: parsed})
    except ValueError as error:
        raise pytest.UsageError(f"ini option secretsmanager_{name}: {error} {_READ_ON}") from None
    return parsed


def _unmocked(text: str) -> str:
    if text not in {"pass", "block"}:
        raise ValueError(f"{text!r} is not legal: pass and block are.")
    return text


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not legal: a whole number of 1 or more is.") from None


#: How the text of an option becomes its value; the others are text, or what pytest has parsed already.
_PARSERS: dict[str, Callable[[str], Any]] = {
    "purge_delay": delays.parse,
    "force_delete_delay": delays.parse,
    "unmocked": _unmocked,
    "rotation_limit": _number,
    "calls_kept": _number,
}
#: The options that are no settings of tests.
_OF_THE_RUN = {"unmocked", "seed_file"}
