"""The regions that a fake answers in: those of AWS's partitions and, if allowed, private ones."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .docs import read_on
from .names import plain_region

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions that one fake answers in."""

    #: The regions of every partition.
    known: Callable[[], frozenset[str]]
    #: Whether every other region is one, too.
    allow_unknown: bool

    def __contains__(self, region: str) -> bool:
        return self.allow_unknown or plain_region(region) in self.known()

    def check(self, region: str, *, was_given: bool = True) -> None:
        """Raise ValueError for a region that does not exist; the message lists similar names."""
        if region not in self:
            raise ValueError(f"region={region!r}{'' if was_given else ' (the default)'} {self.why_not(region)}")

    def why_not(self, region: str) -> str:
        """Say what is wrong with a region that does not exist, and what to do."""
        near = difflib.get_close_matches(region, self.known())
        hint = f"Similar names: {', '.join(near)}." if near else "A region is written as eu-west-1 is."
        return (
            f"is in no partition that the installed botocore knows. {hint} A newer botocore may know it; "
            "allow_unknown_regions=True admits it, and private regions. "
            f"{read_on('reference/fake#regions')}"
        )
