"""Where in the user's own code something was called or raised: kept as it is found, worded in a report alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, TracebackType

#: The code of a function, and the offset of the instruction in it.
Place = tuple["CodeType", int]

_STANDARD_LIBRARY = f"{Path(os.__file__).parent}{os.sep}"
_THIS_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class Asked(NamedTuple):
    """What the test itself asked for: the method that it called, and where."""

    method: str
    place: Place | None


class _OfLibraries(dict[str, bool]):
    """Whether a file is a library's, by its name as a code object has it."""

    def __missing__(self, filename: str) -> bool:
        found = self[filename] = _is_of_a_library(filename)
        return found


_of_libraries = _OfLibraries()


def _is_of_a_library(filename: str) -> bool:
    if filename.startswith("<"):  # code without a file: generated, or of the import system
        return not filename.startswith("<doctest")
    return filename.startswith((_STANDARD_LIBRARY, _THIS_PACKAGE)) or any(part in filename for part in _INSTALLED)


def is_users(code: CodeType) -> bool:
    """Return whether code is neither a library's, nor the standard library's, nor this package's."""
    return not _of_libraries[code.co_filename]


def here(depth: int = 2) -> Place | None:
    """Return the innermost place of the user's code on this thread's stack; `depth` frames are known to be ours."""
    frame: FrameType | None = sys._getframe(depth)  # noqa: SLF001 - it makes no object of the frames between
    while frame is not None:
        code = frame.f_code
        if not _of_libraries[code.co_filename]:
            return code, frame.f_lasti
        frame = frame.f_back
    return None


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, what it was raised from, and the exceptions of groups among these, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        members = getattr(one, "exceptions", None)  # of an ExceptionGroup; other exceptions may have any attribute
        waiting += [one.__cause__ or one.__context__]
        if isinstance(members, tuple):
            waiting += [each for each in reversed(members) if isinstance(each, BaseException)]


def raised_at(error: BaseException) -> Place | None:
    """Return the innermost place of the user's code that an exception has passed."""
    found, traceback = None, error.__traceback__
    while traceback is not None:
        found = _place_of(traceback) or found
        traceback = traceback.tb_next
    return found


def _place_of(traceback: TracebackType) -> Place | None:
    code = traceback.tb_frame.f_code
    return (code, traceback.tb_lasti) if is_users(code) else None


def shown(place: Place | None) -> str:
    """Return the file and the line of a place, or nothing where there is none."""
    if place is None:
        return ""
    code, offset = place
    lines = (line for start, end, line in code.co_lines() if start <= offset < end)
    return f"{code.co_filename.rpartition(os.sep)[2]}:{next(lines, None) or code.co_firstlineno}"
