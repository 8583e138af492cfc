"""The regions that the installed botocore knows."""

from __future__ import annotations

import functools
import json
from importlib.util import find_spec
from pathlib import Path


@functools.cache
def known_regions() -> frozenset[str]:
    """Return the regions of every partition, without the pseudo-regions of services that have none.

    The file is read directly from the package: this is faster than botocore's loader, and does not import botocore.
    """
    spec = find_spec("botocore")
    package = Path(spec.origin if spec and spec.origin else "").parent
    partitions = json.loads((package / "data" / "partitions.json").read_text(encoding="utf-8"))["partitions"]
    regions = {region for partition in partitions for region in partition["regions"]}
    return frozenset(region for region in regions if not region.endswith("-global"))
