"""Sessions and clients, the service model, and what the process configures for them."""

from __future__ import annotations

import functools
import os
from typing import Any

from . import shared_loading

SERVICE = "secretsmanager"
FALLBACK_REGION = "us-east-1"
#: What a session reads once, from the environment.
_CONFIGURATION = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "HOME", "AWS_DATA_PATH", "AWS_EC2_METADATA_DISABLED")
_CONFIGURATION_FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}


@functools.cache
def service_model() -> Any:
    """Return the service model of the installed botocore."""
    from botocore.loaders import create_loader
    from botocore.model import ServiceModel

    loader = create_loader(os.environ.get("AWS_DATA_PATH"))
    return ServiceModel(loader.load_service_model(SERVICE, "service-2"), SERVICE)


@functools.lru_cache(maxsize=256)
def input_shape(operation: str) -> Any:
    """Return the input shape of an operation; None for one that the installed service model lacks."""
    model = service_model()
    return model.operation_model(operation).input_shape if operation in model.operation_names else None


def new_session() -> Any:
    """Return a botocore session of its own."""
    from botocore.session import Session

    return Session()


def session_for_clients() -> Any:
    """Return a cached session to make clients from: it costs twice as much as a client, and clients copy it.

    A new one if the process's configuration or botocore's built-in handlers have changed. While files are shared, its
    loader is a new one: then clients do not share the parsed service model.
    """
    from botocore.handlers import BUILTIN_HANDLERS
    from botocore.loaders import create_loader

    variables = tuple(os.environ.get(name) for name in _CONFIGURATION)
    files = tuple(_state_of(os.environ.get(name, usual)) for name, usual in _CONFIGURATION_FILES.items())
    session = _session_for(len(BUILTIN_HANDLERS), variables, files)
    if shared_loading.REPLACEMENTS.are_held():
        session.register_component("data_loader", create_loader(session.get_config_variable("data_path")))
    return session


@functools.lru_cache(maxsize=4)
def _session_for(*_configuration: Any) -> Any:
    return new_session()


def _state_of(path: str) -> tuple[str, int, int]:
    """Return a fingerprint that changes when the file does."""
    try:
        state = os.stat(os.path.expanduser(path))  # noqa: PTH111, PTH116 - called for each client: a Path costs more
    except OSError:
        return path, 0, 0
    return path, state.st_mtime_ns, state.st_size


def default_region() -> str:
    """Return the process's default region: AWS_DEFAULT_REGION, then the active profile's, else us-east-1."""
    region = os.environ.get("AWS_DEFAULT_REGION")
    if region:
        return region
    from botocore.exceptions import BotoCoreError

    try:
        return session_for_clients().get_config_variable("region") or FALLBACK_REGION
    except BotoCoreError:  # a profile that does not exist, a file that cannot be read
        return FALLBACK_REGION
