"""Replacing functions of botocore for as long as somebody holds the replacements."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Replacements:
    """Functions of botocore that are replaced together, from the first `begin` until the last `end`.

    A botocore without one of the parts that the table names is left as it is.
    """

    def __init__(self, table: Callable[[], tuple[Replacement, ...]]) -> None:
        """`table` imports botocore, and is called at the first `begin`."""
        self._table = table
        self._made: tuple[Replacement, ...] | None = None
        self._holders: set[Any] = set()

    def are_held(self) -> bool:
        """Return whether somebody holds the replacements."""
        return bool(self._holders)

    def begin(self, holder: Any) -> None:
        """Replace the functions until this holder and all others have ended."""
        if self._made is None:
            try:
                self._made = self._table()
            except (AttributeError, ImportError):
                self._made = ()
        try:
            self._holders.add(holder)
            for replacement in self._made:
                replacement.put(self.are_held)
        except BaseException:
            self.end(holder)
            raise

    def end(self, holder: Any) -> None:
        """Restore the functions if nobody else holds the replacements. Can be repeated after an interrupt."""
        self._holders.discard(holder)
        if not self._holders:
            for replacement in self._made or ():
                replacement.take_back()


class Replacement:
    """A function or property of botocore, and what stands in for it."""

    def __init__(self, owner: Any, attribute: str, make: Callable[[Any], Any]) -> None:
        """`make` receives the original function, of a property its getter, and returns the replacement."""
        self._owner = owner
        self._attribute = attribute
        self._make = make
        self._original: Any = None
        self._stand_in: Any = None

    def put(self, is_held: Callable[[], bool]) -> None:
        """Put the stand-in in place, unless another patch is there: that patch must see every call."""
        found = vars(self._owner).get(self._attribute)
        if found is not self._original and found is not self._stand_in:
            if not self._is_botocores(found):
                return
            self._original, self._stand_in = found, self._stand_in_for(found, is_held)
        if self._stand_in is not None and found is not self._stand_in:
            setattr(self._owner, self._attribute, self._stand_in)

    def take_back(self) -> None:
        """Restore the original, unless another patch is there, which may have kept the stand-in."""
        if self._stand_in is not None and vars(self._owner)[self._attribute] is self._stand_in:
            setattr(self._owner, self._attribute, self._original)

    def _stand_in_for(self, found: Any, is_held: Callable[[], bool]) -> Any:
        """Return what stands in; it calls the original when nobody holds it, as a patch may have kept it."""
        original = _function_of(found)
        replacement = self._make(original)

        @functools.wraps(original)
        def stand_in(*arguments: Any, **named: Any) -> Any:
            return (replacement if is_held() else original)(*arguments, **named)

        return property(stand_in) if isinstance(found, property) else stand_in

    def _is_botocores(self, found: Any) -> bool:
        """Return whether a function is from the package of its owner; a patch may have copied its name."""
        written_in: str = getattr(_function_of(found), "__globals__", {}).get("__name__", "")
        owner_in: str = getattr(self._owner, "__module__", self._owner.__name__)
        return written_in.partition(".")[0] == owner_in.partition(".")[0]


def _function_of(found: Any) -> Any:
    return found.fget if isinstance(found, property) else found
