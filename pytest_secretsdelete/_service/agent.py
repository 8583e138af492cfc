"""What reads secrets for programs and keeps them: the Secrets Manager Agent and the Parameters and Secrets Extension.

The Agent: https://github.com/aws/aws-secretsmanager-agent. The extension of AWS Lambda:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .agent_cache import Cache, Moment
from .instant import SECOND, milliseconds, to_datetime
from .wire import Answer, Incoming

if TYPE_CHECKING:
    from .agent_cache import Kept, Wanted
    from .service import Service

AGENT, EXTENSION = "agent", "extension"
MOST_ENTRIES = 1000
TTL = timedelta(seconds=300)
LONGEST_TTLS = {AGENT: timedelta(seconds=3600), EXTENSION: timedelta(seconds=300)}
_LABEL = "AWSCURRENT"


@dataclass(frozen=True, kw_only=True)
class AgentSettings:
    """Which of the two it is, and its cache; ValueError for what is not legal there."""

    kind: str
    ttl: timedelta
    cache_size: int

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in LONGEST_TTLS:
            legal = "'agent' (the Secrets Manager Agent) or 'extension' (the one of AWS Lambda) is legal"
            raise ValueError(f"kind={self.kind!r}: {legal}.{_near_kind(self.kind)}")
        most = LONGEST_TTLS[self.kind]
        if not isinstance(self.ttl, timedelta) or not timedelta(0) <= self.ttl <= most:
            legal = f"a timedelta of 0 to {most.seconds} seconds is legal for {self.kind!r}"
            raise ValueError(f"ttl={self.ttl!r}: {legal}.{_near_ttl(self.ttl, most)}")
        size = self.cache_size
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MOST_ENTRIES:
            raise ValueError(f"cache_size={size!r}: a whole number of 0 to {MOST_ENTRIES} is legal.")


def _near_kind(kind: object) -> str:
    near = difflib.get_close_matches(str(kind).lower(), LONGEST_TTLS, n=1)
    return f" Did you mean {near[0]!r}?" if near and isinstance(kind, str) else ""


def _near_ttl(ttl: Any, most: timedelta) -> str:
    is_number = isinstance(ttl, (int, float)) and not isinstance(ttl, bool)
    return f" Did you mean timedelta(seconds={ttl})?" if is_number and 0 <= ttl <= most.total_seconds() else ""


class Reader:
    """Reads values for programs through a cache, under the time of the service behind it.

    Once a kept value is older than its time to live, the Agent asks DescribeSecret, and serves it on as long as its
    version still holds the label; the extension reads anew. So a deleted secret is served on from either. Where the
    service cannot be reached or fails, the Agent serves on what it has (inferred).
    """

    def __init__(self, service: Service, settings: AgentSettings) -> None:
        self._service = service
        self._looks_first = settings.kind == AGENT
        self._cache = Cache(milliseconds(settings.ttl), settings.cache_size, service.journal)

    def read(self, wanted: Wanted, *, refresh_now: bool) -> Answer:
        """Return GetSecretValue's answer, kept or new, or the refusal."""
        checkpoint = self._service.journal.innermost
        now = Moment(self._service.settled(), checkpoint)
        kept = None if refresh_now else self._cache.get(wanted, now)
        if kept is not None and kept.is_fresh:
            return kept.answer
        if kept is None or not self._looks_first:
            return self._read_anew(wanted, now)
        return self._serve_on(wanted, kept, now)

    def _serve_on(self, wanted: Wanted, kept: Kept, now: Moment) -> Answer:
        described = self._ask("DescribeSecret", {"SecretId": wanted.secret_id})
        if not _is_of_the_server(described):
            if described.status != HTTPStatus.OK:
                return described
            if not _holds(described.members.get("VersionIdsToStages", {}), wanted, kept.answer.members["VersionId"]):
                answer = self._read_anew(wanted, now)
                if not _is_of_the_server(answer):
                    return answer
        self._cache.put(wanted, kept.answer, now)
        return kept.answer

    def _read_anew(self, wanted: Wanted, now: Moment) -> Answer:
        named = {"SecretId": wanted.secret_id, "VersionId": wanted.version_id, "VersionStage": wanted.version_stage}
        answer = self._ask("GetSecretValue", {name: value for name, value in named.items() if value is not None})
        if answer.status == HTTPStatus.OK and answer.broken is None:
            self._cache.put(wanted, answer, now)
        return answer

    def _ask(self, operation: str, members: dict[str, str]) -> Answer:
        return self._service.answer(Incoming(operation, json.dumps(members).encode()))


def _is_of_the_server(answer: Answer) -> bool:
    """Return whether an answer is none, or an error of the server: another attempt may succeed."""
    return answer.broken is not None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _holds(labels: dict[str, list[str]], wanted: Wanted, version_id: str) -> bool:
    """Return whether the version that is kept is still what was asked for."""
    if wanted.version_id is not None and wanted.version_stage is None:
        return wanted.version_id in labels
    return (wanted.version_stage or _LABEL) in labels.get(version_id, ())


def agent_members(read: dict[str, Any]) -> dict[str, Any]:
    """Return the members of GetSecretValue's answer as the Agent writes them: the date as text."""
    created = f"{read['CreatedDate']:.3f}".rstrip("0").rstrip(".")
    names = ("ARN", "Name", "VersionId", "SecretString", "SecretBinary", "VersionStages")
    return {**{name: read[name] for name in names if name in read}, "CreatedDate": created}


def extension_members(read: dict[str, Any]) -> dict[str, Any]:
    """Return the members of GetSecretValue's answer as the extension writes them: absent ones as null."""
    at = to_datetime(round(read["CreatedDate"] * SECOND))
    fraction = f".{at.microsecond // SECOND:03}".rstrip("0").rstrip(".")
    names = ("ARN", "CreatedDate", "Name", "SecretBinary", "SecretString", "VersionId", "VersionStages")
    members = {**read, "CreatedDate": f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"}
    return {**{name: members.get(name) for name in names}, "ResultMetadata": {}}
