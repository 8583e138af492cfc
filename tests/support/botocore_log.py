"""Botocore's debug log, and what the objects of this package add to it."""

from __future__ import annotations

import functools
import logging
import re
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .names import VALUE
from .showing import shows

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "pytest_secretsdelete"
#: Where botocore and aiobotocore print bodies of requests and of responses: they do so without a fake, too.
PRINTING_BODIES = re.compile(r"(aio)?botocore\.(endpoint|parsers|httpchecksum) ")
_LOGGERS = ("botocore", "aiobotocore", "boto3")


class BotocoreLog(logging.Handler):
    """Looks at each record when it is made: at our objects among its arguments, and at its text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        #: Our objects, by id.
        self.ours: dict[int, Any] = {}
        #: Which of our objects, or which other record, has shown the value.
        self.shown: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a record."""
        found = {id(one): one for one in _ours_in(record.args)}
        self.ours |= found
        self._look_at(found)
        source = f"{record.name} {record.funcName}"
        if not PRINTING_BODIES.match(source) and shows(VALUE, record.getMessage()):
            self.shown.append(source)

    def check(self) -> None:
        """Assert that nothing has shown the value, nor would the objects show it now."""
        self._look_at(self.ours)
        assert self.shown == []

    @property
    def kinds(self) -> set[str]:
        """What our objects are: the names of functions, and of the types of other objects."""
        return {getattr(one, "__name__", type(one).__name__) for one in self.ours.values()}

    def _look_at(self, objects: dict[int, Any]) -> None:
        self.shown += [f"{type(one)}" for one in objects.values() if shows(VALUE, f"{one!r} {one}")]


@contextmanager
def botocore_log() -> Iterator[BotocoreLog]:
    """Turn the debug log on, into a handler that looks for the value, whatever other tests have set levels to."""
    root, log = logging.getLogger(), BotocoreLog()
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, _LOGGERS))}
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(log)
    try:
        yield log
    finally:
        root.removeHandler(log)
        for logger, level in levels.items():
            logger.setLevel(level)


def _ours_in(one: Any) -> Iterator[Any]:
    """Yield the objects of this package in what a record is made of; a body is botocore's to print."""
    if isinstance(one, functools.partial):
        yield from _ours_in((one.func, one.args, one.keywords))
    elif isinstance(one, dict):
        yield from _ours_in(list(one.items()))
    elif isinstance(one, (list, tuple, set, frozenset, deque)):
        for inner in list(one):
            yield from _ours_in(inner)
    elif not isinstance(one, bytes):
        module = getattr(one, "__module__", None) or type(one).__module__
        if str(module).partition(".")[0] == PACKAGE:
            yield one
