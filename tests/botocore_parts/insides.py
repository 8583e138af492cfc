"""What tests look at inside botocore: its modules, and the parts of a session."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def everything() -> dict[tuple[str, ...], Any]:
    """Return what stands in botocore's modules and classes, by name."""
    found: dict[tuple[str, ...], Any] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "botocore" and module is not None:
            for attribute, value in vars(module).items():
                found[name, attribute] = value
                if isinstance(value, type) and value.__module__ == name:
                    found.update({(name, attribute, member): one for member, one in vars(value).items()})
    return found


def changed(before: dict[tuple[str, ...], Any]) -> set[tuple[str, ...]]:
    """Return the names of what is another object than before."""
    names = {name for name, value in everything().items() if before.get(name) is not value}
    return {name for name in names if name[-1] != "__slotnames__"}  # Python's own cache of the copy module


def secretsmanager_of(session: Any) -> Any:
    """Return a client for the service."""
    return session.client("secretsmanager")


def loader_of(session: Any) -> Any:
    """Return the loader of a session of boto3's."""
    return session._session.get_component("data_loader")


def resolver_of(session: Any) -> Any:
    """Return the endpoint resolver of a session of boto3's, as botocore itself asks for it."""
    return session._session._get_internal_component("endpoint_resolver")


def name_of(handler: Any) -> str:
    """Return what a handler is called: boto3 makes some anew for each session."""
    return getattr(handler, "__qualname__", repr(type(handler)))


def handlers_under(node: Any) -> Any:
    """Return the tree of handlers below a place, by name."""
    values = [[name_of(handler) for handler in part] for part in node["values"] or ()]
    return values, {part: handlers_under(child) for part, child in node["children"].items()}


def write_model(directory: Path, service: str, text: str) -> Path:
    """Write the model of a service of one's own; return the file."""
    model = {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2020-01-01",
            "endpointPrefix": service,
            "jsonVersion": "1.1",
            "protocol": "json",
            "serviceId": service,
            "signatureVersion": "v4",
            "serviceFullName": text,
        },
        "operations": {},
        "shapes": {},
    }
    path = directory / service / "2020-01-01" / "service-2.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(model))
    return path
