"""The settings of a fake: what is legal, and the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from . import names
from .delays import Delay, Delays, checked
from .timeline import CALLS_KEPT
from .wire import account_of

#: How many scheduled rotations may come due at once: each is four calls of a function, which makes calls itself.
ROTATION_LIMIT = 10_000


class GivenSettings(TypedDict, total=False):
    """The arguments of `FakeSecretsManager`, as a function that passes them on takes them."""

    region: str | None
    account_id: str
    purge_delay: Delay
    force_delete_delay: Delay
    keep_credentials: bool
    allow_unknown_regions: bool
    rotation_limit: int
    calls_kept: int
    share_botocore_data: bool


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The arguments of `FakeSecretsManager`, validated; ValueError for what is not legal."""

    region: str | None = None
    account_id: str = "123456789012"
    purge_delay: Delay = timedelta(0)
    force_delete_delay: Delay = timedelta(0)
    keep_credentials: bool = False
    allow_unknown_regions: bool = False
    rotation_limit: int = ROTATION_LIMIT
    calls_kept: int = CALLS_KEPT
    share_botocore_data: bool = True

    def __post_init__(self) -> None:
        if account_of(self.account_id) is None:
            raise ValueError(f"account_id={self.account_id!r} is not an AWS account id: a str of twelve digits.")
        if self.region is not None and not names.is_region(self.region):
            raise ValueError(f"region={self.region!r} is not a region code such as eu-west-1.")
        for name in ("keep_credentials", "allow_unknown_regions", "share_botocore_data"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}={getattr(self, name)!r}: True or False is legal.")
        for name in ("rotation_limit", "calls_kept"):
            number = getattr(self, name)
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise ValueError(f"{name}={number!r}: a whole number of 1 or more is legal.")
        checked("purge_delay", self.purge_delay)
        checked("force_delete_delay", self.force_delete_delay)

    @property
    def delays(self) -> Delays:
        """The delays of the background deletion."""
        return Delays(self.purge_delay, self.force_delete_delay)
