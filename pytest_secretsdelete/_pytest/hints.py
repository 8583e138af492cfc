"""Hints below a failed test: what a failure of a known kind comes from, and what to do.

They are for failures that botocore, pytest or another library words without knowing of fakes. No request, parameter
or value is shown.
"""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, Any

from .. import _active
from .._service.docs import read_on
from .._service.places import chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import pytest

TITLE = "Secrets Manager"
_SERVICE = "secretsmanager"
#: What botocore raises where a call, or the making of a client, finds no credentials, region or network.
_NOT_REACHED = {
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "NoCredentialsError",
    "NoRegionError",
    "PartialCredentialsError",
    "ProxyConnectionError",
    "ProfileNotFound",
}
#: What AWS answers to credentials that are none, such as those of another tool's fake.
_NOT_ACCEPTED = {"InvalidClientTokenId", "InvalidSignatureException", "UnrecognizedClientException"}
_FIXTURES = (
    "secretsmanager",
    "secretsmanager_agent",
    "secretsmanager_client",
    "secretsmanager_clock",
    "secretsmanager_endpoint",
)
_NO_FAKE = (
    "No fake was active: this call of Secrets Manager was on its way to AWS. Ask for the fixture secretsmanager or "
    "secretsmanager_client, mark the test with @pytest.mark.secret(...), or write `with FakeSecretsManager():`. For a "
    f"whole project: usefixtures = secretsmanager. {read_on('how-to/block-leaks')}"
)
_NARROW = (
    "The fixtures of a fake last one test. Where a class, module or session is to share a fake, ask for "
    "secretsmanager_module or secretsmanager_session, or write a fixture of that scope: `with FakeSecretsManager() as "
    f"fake: yield fake`. The fixtures of each test join it. {read_on('how-to/share-a-fake')}"
)
_MODELS = (
    "A pydantic model was defined while time was frozen, so that its annotations name freezegun's classes in place of "
    "datetime and date. Import the module that defines it before time is frozen: at the top of the test's module. "
    f"{read_on('how-to/use-pydantic')}"
)


def hints(error: BaseException | None, item: pytest.Item, *, frozen_at: Any = None) -> Iterator[str]:
    """Yield what helps with an exception that a test, or its set-up, ended with.

    `frozen_at`: the instant of `now=`, where the test has one.
    """
    for raised in chain(error):
        found = next(filter(None, (kind(raised) for kind in _KINDS)), None)
        if found is not None:
            yield found
            break
    if frozen_at is not None:
        yield from _set_back(item, frozen_at)


def _unreached(error: BaseException) -> str | None:
    """Explain a call that looked for credentials, a region or the network."""
    if type(error).__module__ != "botocore.exceptions" or not _shows_a_way_out(error):
        return None
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if _active.innermost() is not None:
        removed = _removed_variables()
        return removed if removed and type(error).__name__ in {"NoCredentialsError", "NoRegionError"} else None
    is_ours = any(str(frame.f_globals.get("__package__")).startswith("pytest_secretsdelete.") for frame in frames)
    return None if is_ours or _SERVICE not in map(_service_of, frames) else _NO_FAKE


def _shows_a_way_out(error: BaseException) -> bool:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return type(error).__name__ in _NOT_REACHED or code in _NOT_ACCEPTED


def _service_of(frame: FrameType) -> str | None:
    """Return the service that a frame of botocore calls or makes a client for."""
    if frame.f_code.co_name in {"_make_api_call", "_make_request"}:
        client = frame.f_locals.get("self")
        model = getattr(getattr(client, "meta", None), "service_model", None)
        return getattr(model, "service_name", None)
    return frame.f_locals.get("service_name") if frame.f_code.co_name in {"create_client", "_create_client"} else None


def _removed_variables() -> str | None:
    """Name the variables that an active fake has set and somebody has removed."""
    from .._reach import environment

    removed = sorted(environment.expected_variables() - os.environ.keys())
    if not removed:
        return None
    return (
        f"The active fake had set {', '.join(removed)}; the test, or a fixture set up after the fake, has removed "
        "them. Do not remove AWS variables in such a test, or set values in their place. "
        f"{read_on('reference/fake#start-and-stop')}"
    )


def _mismatch(error: BaseException) -> str | None:
    """Explain a wider fixture that asks for one of a test's."""
    text = str(error)
    is_ours = "ScopeMismatch" in text and any(f"fixture {name} " in f"{text} " for name in _FIXTURES)
    return _NARROW if is_ours else None


def _frozen_model(error: BaseException) -> str | None:
    """Explain a pydantic model that was made of a freeze's classes."""
    is_pydantic = type(error).__module__.partition(".")[0] in {"pydantic", "pydantic_core"}
    return _MODELS if is_pydantic and "freezegun" in str(error) else None


_KINDS = (_unreached, _mismatch, _frozen_model)


def _set_back(item: pytest.Item, frozen_at: Any) -> Iterator[str]:
    """Explain a decorator that sets time back, after the fake has started at `now=`."""
    function = getattr(item, "obj", None)
    for cell in getattr(function, "__closure__", None) or ():
        begun = getattr(cell.cell_contents, "time_to_freeze", None)
        if begun is not None and begun.replace(tzinfo=frozen_at.tzinfo) < frozen_at:
            yield (
                f"Time went back: now= starts the fake at {frozen_at.isoformat()}, and the freeze_time decorator of "
                f"{item.name} sets {begun.isoformat()} afterwards. Use now= alone: "
                f"@pytest.mark.secretsmanager(now=...). {read_on('explanation/time')}"
            )
