"""The seed file: secrets for code that reads them while it is imported."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from .._fake import FakeSecretsManager, service_of
from .._service.docs import read_on
from .._service.seeds import Seed, secret

if TYPE_CHECKING:
    from pathlib import Path

    from .._service.settings import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - measured on newer Pythons alone; on 3.10 pytest brings tomli along
    import tomli as tomllib

_READ_ON = read_on("how-to/read-secrets-at-import")


def serve(config: pytest.Config, path: str, settings: Settings) -> FakeSecretsManager:
    """Start a fake that holds the secrets of a file, until the run ends or it is stopped.

    UsageError for a file that cannot be used. A relative path counts from pytest's root directory.
    """
    fake = FakeSecretsManager(**vars(settings))
    try:
        for seed in read(config.rootpath / path):
            service_of(fake).seed(seed)
    except ValueError as error:
        raise pytest.UsageError(f"ini option secretsmanager_seed_file: {error} {_READ_ON}") from None
    config.add_cleanup(fake.stop)
    return fake.start()


def read(path: Path) -> list[Seed]:
    """Read a seed file, TOML or JSON: secret names, each with its value or a table of a seed's arguments.

    A table has `value` and the arguments of `@pytest.mark.secret`. No message shows a value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text, object_pairs_hook=_each_once)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        language = "TOML" if path.suffix == ".toml" else "JSON (TOML is read from files named *.toml)"
        raise ValueError(f"{path} is no {language}{_place_in(error)}.") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no table of secret names.")
    return [_seed(path, name, entry) for name, entry in content.items()]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a duplicate name, as TOML does."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _place_in(error: ValueError) -> str:
    """Return the position of an error in the file; the error's text might show a value."""
    place = re.search(r"line \d+,? column \d+|end of document", str(error))
    if place is None:
        return f" ({type(error).__name__}), or a name occurs twice in it"
    return f", at {place[0]}"


def _seed(path: Path, name: str, entry: Any) -> Seed:
    arguments = dict(entry) if isinstance(entry, dict) else {"value": entry}
    value = arguments.pop("value", None)
    try:
        return secret(name, value, **arguments)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{path}: the secret {name!r}: {str(error).rstrip('.')}. Legal: a value, or a table of value and "
            "arguments of @pytest.mark.secret; write a dict that is stored as JSON text as value = {...}. Put a name "
            "with a dot into quotes."
        ) from None
