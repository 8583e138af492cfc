"""Sessions and clients, the service model, and what the process configures for them."""

from __future__ import annotations

import functools
import os
from typing import Any

SERVICE = "secretsmanager"
FALLBACK_REGION = "us-east-1"
#: What a session reads once, from the environment.
_CONFIGURATION = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "HOME", "AWS_DATA_PATH", "AWS_EC2_METADATA_DISABLED")
_CONFIGURATION_FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}


@functools.cache
def _loader(data_path: str | None) -> Any:
    from botocore.loaders import create_loader

    return create_loader(data_path)


@functools.cache
def service_model() -> Any:
    """Return the service model of the installed botocore."""
    from botocore.model import ServiceModel

    loader = _loader(os.environ.get("AWS_DATA_PATH"))
    return ServiceModel(loader.load_service_model(SERVICE, "service-2"), SERVICE)


@functools.lru_cache(maxsize=256)
def input_shape(operation: str) -> Any:
    """Return the input shape of an operation; None for one that the installed service model lacks."""
    model = service_model()
    return model.operation_model(operation).input_shape if operation in model.operation_names else None


def new_session() -> Any:
    """Return a botocore session of its own; sessions share what they load from disk, nothing else."""
    from botocore.session import Session

    session = Session()
    session.register_component("data_loader", _loader(os.environ.get("AWS_DATA_PATH")))
    return session


def session_for_clients() -> Any:
    """Return a cached session to make clients from: it costs twice as much as a client, and clients copy it.

    A new one if the process's configuration or botocore's built-in handlers have changed.
    """
    from botocore.handlers import BUILTIN_HANDLERS

    variables = tuple(os.environ.get(name) for name in _CONFIGURATION)
    files = tuple(_state_of(os.environ.get(name, usual)) for name, usual in _CONFIGURATION_FILES.items())
    return _session_for(len(BUILTIN_HANDLERS), variables, files)


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
        return new_session().get_config_variable("region") or FALLBACK_REGION
    except BotoCoreError:  # a profile that does not exist, a file that cannot be read
        return FALLBACK_REGION
