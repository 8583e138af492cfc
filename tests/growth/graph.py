"""The sizes of what an object holds: a walk over all that can be reached from it."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from typing import Any

#: What belongs to the process, whoever refers to it.
_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType)


def bytes_held(top: Any, *, without: tuple[Any, ...] = ()) -> int:
    """Return the bytes of all objects that can be reached from one, without some of them and without code."""
    seen = {id(one) for one in without}
    waiting, total = [top], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, _SHARED):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        if not isinstance(one, (str, bytes, int, float)):
            waiting += gc.get_referents(one)
    return total


def containers_of(package: str) -> dict[str, int]:
    """Return how much the lists, dicts, sets and caches of a package's modules hold, by name."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] == package:
            for attribute, value in vars(module).items():
                if hasattr(value, "cache_info"):
                    found[f"{name}.{attribute}"] = value.cache_info().currsize
                elif isinstance(value, (list, dict, set, weakref.WeakValueDictionary, weakref.WeakKeyDictionary)):
                    found[f"{name}.{attribute}"] = len(value)
    return found
