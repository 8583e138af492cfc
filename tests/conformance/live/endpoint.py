"""The endpoint of a run: AWS, or what answers at a URL."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from pytest_secretsdelete._reach import interception

from ..table import HERE

#: Seconds between tries of what is not yet consistent: AWS takes a while to delete, and to show what is new.
PAUSES = (0.5, 1, 2, 4, 8)
#: Seconds between calls: the lowest quota of the service allows 50 calls a second.
PACE = 0.05
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
AWS = (".amazonaws.com", ".api.aws")


class Endpoint:
    """Where the calls go: AWS unless a URL is given, with the credentials of the environment."""

    def __init__(self, region: str = HERE, url: str | None = None) -> None:
        interception.ensure_installed()  # later installed, it would reach these clients
        self.region = region
        self._given = url
        self._session = boto3.Session()
        self._clients: dict[str, Any] = {}
        # the environment may name one, too
        self.url = str(self._session.client("secretsmanager", region, endpoint_url=url).meta.endpoint_url)
        self._host = urlsplit(self.url).hostname or ""

    def __str__(self) -> str:
        return f"{self.url}, profile {self._session.profile_name}, region {self.region}"

    @property
    def is_aws(self) -> bool:
        """Whether AWS answers there."""
        return self._host.endswith(AWS)

    @property
    def pauses(self) -> Sequence[float]:
        """The seconds between tries of what is not yet consistent: none on loopback."""
        return () if self._host in LOOPBACK else PAUSES

    def client(self, region: str) -> Any:
        """Return the client of a region, which no fake of this process answers or watches."""
        if region not in self._clients:
            config = Config(retries={"mode": "standard", "total_max_attempts": 5 if self.pauses else 1})
            client = self._session.client("secretsmanager", region_name=region, endpoint_url=self._given, config=config)
            for event, handler, _ in interception.REGISTRATIONS:
                client.meta.events.unregister(event, handler)
            self._clients[region] = client
        return self._clients[region]

    def call(self, operation: str, region: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make a call, not too soon after the one before, and return its answer without the metadata."""
        time.sleep(PACE if self.pauses else 0)
        answer: dict[str, Any] = self.client(region)._make_api_call(operation, dict(parameters))
        answer.pop("ResponseMetadata")
        return answer
