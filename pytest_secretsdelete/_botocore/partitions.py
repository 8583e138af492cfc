"""The regions that the installed botocore knows."""

from __future__ import annotations

import functools
import json
import pkgutil


@functools.cache
def known_regions() -> frozenset[str]:
    """Return the regions of every partition, without the pseudo-regions of services that have none.

    The file is read directly from the package: this is faster than botocore's loader, and does not import botocore.
    """
    partitions = json.loads(pkgutil.get_data("botocore", "data/partitions.json") or "{}").get("partitions", [])
    regions = {region for partition in partitions for region in partition["regions"]}
    return frozenset(region for region in regions if not region.endswith("-global"))
