"""Folds the frames of botocore and of this package away, so that a traceback ends at the user's own call."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._service.places import chain, is_users

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDED = frozenset({"aioboto3", "aiobotocore", "boto3", "botocore", __name__.partition(".")[0]})
#: What pytest looks for in the locals and the globals of a frame.
_HIDE = "__tracebackhide__"


@contextmanager
def folded(error: BaseException) -> Iterator[None]:
    """Fold the frames of an exception, and of those that it came from, while pytest makes its report.

    pytest's own options decide whether that counts: --full-trace and --tb=native show all.
    """
    hidden = {id(module): module for one in chain(error) for module in _modules_of(one) if _HIDE not in module}
    for module in hidden.values():
        module[_HIDE] = True
    try:
        yield
    finally:
        for module in hidden.values():
            module.pop(_HIDE, None)


def _modules_of(error: BaseException) -> list[dict[str, Any]]:
    """Return the globals of the frames to fold; none where nothing of the user's would be left."""
    frames, traceback = [], error.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    if not any(is_users(frame.f_code) for frame in frames):
        return []
    modules = [frame.f_globals for frame in frames]
    return [module for module in modules if str(module.get("__name__")).partition(".")[0] in _FOLDED]
