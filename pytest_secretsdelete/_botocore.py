"""The door to botocore, which alone is imported here, and only when something needs it."""

from __future__ import annotations

import functools
import gc
import os
import sys
from typing import TYPE_CHECKING, Any, cast

from ._service.wire import Timeout

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from ._service.wire import Answer

    #: (event, handler, section); the section is what botocore's register_first/register/register_last mean.
    Registration = tuple[str, Any, str]

SERVICE = "secretsmanager"
EVENT_NAME = "secrets-manager"
FALLBACK_REGION = "us-east-1"
#: What a session reads once, from the environment.
_CONFIGURATION = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "HOME", "AWS_DATA_PATH")
_CONFIGURATION_FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}


class AwaitableBytes(bytes):
    """The body of an answer: botocore reads it, aiobotocore awaits it."""

    def __await__(self) -> Generator[Any, None, bytes]:
        yield from ()
        return bytes(self)


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


def new_session() -> Any:
    """Return a botocore session of its own; sessions share what they load from disk, nothing else."""
    from botocore.session import Session

    session = Session()
    session.register_component("data_loader", _loader(os.environ.get("AWS_DATA_PATH")))
    return session


def session_for_clients() -> Any:
    """Return a session to make clients from: to make it costs twice what a client does, and clients copy it.

    Another one where the process's configuration has changed, or somebody has added to botocore's handlers.
    """
    from botocore.handlers import BUILTIN_HANDLERS

    variables = tuple(os.environ.get(name) for name in _CONFIGURATION)
    files = tuple(_state_of(os.environ.get(name, usual)) for name, usual in _CONFIGURATION_FILES.items())
    return _session_for(len(BUILTIN_HANDLERS), variables, files)


@functools.lru_cache(maxsize=4)
def _session_for(*_configuration: Any) -> Any:
    return new_session()


def _state_of(path: str) -> tuple[str, int, int]:
    """Return what changes when a file does."""
    try:
        state = os.stat(os.path.expanduser(path))  # noqa: PTH111, PTH116 - asked for at each client: a Path costs more
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


def http_response(answer: Answer, url: str) -> Any:
    """Return an answer as the HTTP response that botocore, or aiobotocore, expects at before-send.

    An answer that never comes is raised as botocore's HTTP session would raise it.
    """
    if isinstance(answer.broken, Timeout):
        raise _timeout_error(answer.broken, url)
    return _http_response(url, answer.status, content := answer.content(), answer.headers(content))


def answered(answer: Answer, url: str, model: Any) -> tuple[Any, dict[str, Any]]:
    """Return an answer as before-call gives it: the HTTP response, and what botocore's own parser makes of it."""
    if isinstance(answer.broken, Timeout):  # asked for after the road was chosen: nothing is retried
        raise _timeout_error(answer.broken, url)
    content = answer.content()
    headers = answer.headers(content)
    raw = {
        "headers": headers,
        "status_code": answer.status,
        "body": content,
        "context": {"operation_name": model.name},
    }
    return _http_response(url, answer.status, content, headers), _parsed(raw, model)


def _http_response(url: str, status: int, content: bytes, headers: dict[str, str]) -> Any:
    from botocore.awsrequest import AWSResponse

    response: Any = AWSResponse(url, status, cast(Any, headers), None)
    response._content = AwaitableBytes(content)  # what AWSResponse keeps once it has read its stream
    return response


def _timeout_error(timeout: Timeout, url: str) -> Exception:
    from botocore import exceptions

    error: Exception = getattr(exceptions, timeout.value)(endpoint_url=url, error=f"{timeout} asked for by the test")
    return error


def _parsed(raw: dict[str, Any], model: Any) -> dict[str, Any]:
    """Parse a response as botocore's endpoint does: again with the error's own shape, where the model has it."""
    parser = _parser()
    result: dict[str, Any] = parser.parse(raw, model.output_shape)
    code = result.get("Error", {}).get("Code")
    shape = model.service_model.shape_for_error_code(code) if code else None
    if shape is not None:
        result.update(parser.parse(raw, shape))
    result["ResponseMetadata"]["RetryAttempts"] = 0
    return result


@functools.cache
def _parser() -> Any:
    from botocore.parsers import create_parser

    return create_parser("json")


def install(registrations: Iterable[Registration]) -> None:
    """Put handlers on every botocore event system of the process: on those to come, and on those that are there.

    Sessions take what stands in botocore's BUILTIN_HANDLERS when they are made, and clients what their
    session has. Those made earlier, at the import of a conftest say, are found among the live objects, once.
    """
    from botocore import handlers
    from botocore.hooks import HierarchicalEmitter

    sections = {"first": handlers.REGISTER_FIRST, "last": handlers.REGISTER_LAST}
    registrations = tuple(registrations)
    handlers.BUILTIN_HANDLERS.extend((event, handler, sections[section]) for event, handler, section in registrations)
    for emitter in _live(HierarchicalEmitter):
        for event, handler, section in registrations:
            if handler not in emitter._handlers.prefix_search(event):
                getattr(emitter, f"register_{section}")(event, handler)


def _live(kind: type) -> list[Any]:
    """Return the live objects of a class, those included that gc.freeze has put out of the collector's sight.

    They cannot be put aside again alone: afterwards all that lives then is out of sight.
    """
    is_frozen = gc.get_freeze_count() > 0
    if is_frozen:
        gc.unfreeze()
    # type(), not isinstance(): a lazy proxy among the objects must not be woken up
    found = [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]
    if is_frozen:
        gc.collect()
        gc.freeze()
    return found


def retry_buckets() -> tuple[Any, Any, type[Exception]]:
    """Return the modules that hold the token buckets of adaptive retries, botocore's and aiobotocore's if loaded.

    And what a bucket raises that is asked not to wait.
    """
    from botocore.exceptions import CapacityNotAvailableError
    from botocore.retries import bucket

    return bucket, sys.modules.get("aiobotocore.retries.bucket"), CapacityNotAvailableError
