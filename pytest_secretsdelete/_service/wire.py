"""A request, an answer and an origin in their wire form."""

from __future__ import annotations

import enum
import json
import random
import re
from dataclasses import dataclass, field
from typing import Any

from . import locks
from .instant import http_date

_ACCOUNT = re.compile(r"[0-9]{12}")
_DIGITS_OF_AN_ACCOUNT = 12
_CREDENTIAL = re.compile(r"Credential=([^/]+)/[^/]+/([^/]+)/")

CONTENT_TYPE = "application/x-amz-json-1.1"
TARGET_PREFIX = "secretsmanager."


_ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
#: Of its own, and seeded by the system: a test that seeds `random` gets no repeats.
_random = random.Random()  # noqa: S311 - an id is no secret
locks.at_forks(after_in_child=_random.seed)  # a child gets other ids than its parent


@dataclass(slots=True)
class Incoming:
    """A request as it reached the fake, through botocore or HTTP."""

    operation: str
    body: bytes = field(repr=False)
    region: str | None = None
    caller: str | None = None


class Timeout(enum.Enum):
    """A request that gets no answer: errors for `FakeSecretsManager.fail`."""

    CONNECT = "ConnectTimeoutError"
    """The connection is not made: botocore's ConnectTimeoutError, at once."""
    READ = "ReadTimeoutError"
    """The answer does not come: botocore's ReadTimeoutError, at once."""


class _NoEndpoint(enum.Enum):
    NO_ENDPOINT = "EndpointConnectionError"


class _Malformed(enum.Enum):
    """An error for `FakeSecretsManager.fail`: an answer with status 200 whose body breaks off.

    botocore returns an answer without members.
    """

    MALFORMED = "MALFORMED"


#: A request to a region that does not exist: there is nothing to connect to.
NO_ENDPOINT = _NoEndpoint.NO_ENDPOINT


MALFORMED = _Malformed.MALFORMED
_BROKEN_OFF = b'{"ARN":"arn:aws:secretsm'


def new_request_id() -> str:
    """Return a random UUID of version 4 as text; uuid4() costs several times as much."""
    digits = f"{_random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


@dataclass(slots=True)
class Answer:
    """What AWS answers: status, members, and the instant of the request."""

    status: int
    members: dict[str, Any] = field(repr=False)
    at: int
    #: Set where no proper answer comes.
    broken: Timeout | _NoEndpoint | _Malformed | None = None
    #: Advice for the caller that gets no answer.
    hint: str = ""
    request_id: str = field(default_factory=new_request_id)

    @property
    def never_comes(self) -> bool:
        """Whether the connection fails, so that there is no answer at all."""
        return self.broken is not None and self.broken is not MALFORMED

    @property
    def is_repeated(self) -> bool:
        """Whether botocore's retries may ask again, although the service would say the same."""
        return self.members.get("__type") == "LimitExceededException"

    def content(self) -> bytes:
        """Return the body."""
        if self.broken is MALFORMED:
            return _BROKEN_OFF
        return _ENCODE(self.members).encode() if self.members else b""

    def headers(self, content: bytes) -> dict[str, str]:
        """Return the headers that every answer of the service carries."""
        return {
            "x-amzn-requestid": self.request_id,
            "content-type": CONTENT_TYPE,
            "content-length": str(len(content)),
            "date": http_date(self.at),
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: its client's region, and its caller's account where the key names one."""

    region: str | None = None
    caller: str | None = None


def account_of(access_key: object) -> str | None:
    """Return the account that an access key id names: one of twelve digits names its own."""
    if not isinstance(access_key, str) or len(access_key) != _DIGITS_OF_AN_ACCOUNT:
        return None
    return access_key if _ACCOUNT.fullmatch(access_key) else None


def signed_origin(authorization: str) -> Origin:
    """Return the origin that the signature in an Authorization header names."""
    match = _CREDENTIAL.search(authorization)
    return Origin(match[2], account_of(match[1])) if match else Origin()
