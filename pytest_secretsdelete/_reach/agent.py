"""The Secrets Manager Agent and the Lambda extension behind loopback HTTP, for programs that read secrets from them."""

from __future__ import annotations

import json
import os
import re
import secrets
from abc import ABC, abstractmethod
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from .._botocore import sessions
from .._service.agent import (
    AGENT,
    EXTENSION,
    LONGEST_TTLS,
    TTL,
    AgentSettings,
    Reader,
    agent_members,
    extension_members,
)
from .._service.agent_cache import Wanted
from .._service.protocol import unexpected
from .._service.wire import Timeout
from .environment import variables_set
from .http_server import HttpRequest, HttpResponse, serve_http

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from .._service.service import Service
    from .._service.wire import Answer

PORT_VARIABLE = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"
TTL_VARIABLE = "SECRETS_MANAGER_TTL"
#: The extension's token, and one of those that the Agent can be configured to read.
SESSION_TOKEN_VARIABLE = "AWS_SESSION_TOKEN"  # noqa: S105 - a name
#: Where the Agent looks first.
AGENT_TOKEN_VARIABLE = "AWS_TOKEN"  # noqa: S105 - a name
_TOKEN_HEADER = "X-Aws-Parameters-Secrets-Token"  # noqa: S105 - a name
_TOKEN_HEADERS = (_TOKEN_HEADER, "X-Vault-Token")
_QUERY_PATH, _PATH_PREFIX, _PING = "/secretsmanager/get", "/v1/", "/ping"
_YES_OR_NO = {"true": True, "false": False}


def serve(
    service: Service, kind: str, ttl: timedelta | None, cache_size: int, *, keep_credentials: bool
) -> AbstractContextManager[str]:
    """Return a context that serves the Agent or the extension; ValueError for what is not legal there."""
    settings = AgentSettings(kind=kind, ttl=_default_ttl(kind) if ttl is None else ttl, cache_size=cache_size)
    return _serving(service, settings, keep_credentials=keep_credentials)


def _default_ttl(kind: str) -> timedelta:
    """Return the time to live where the test gives none: the extension has a variable for it."""
    given = os.environ.get(TTL_VARIABLE, "") if kind == EXTENSION else ""
    most = LONGEST_TTLS[EXTENSION].seconds
    if given and (not re.fullmatch("[0-9]{1,4}", given) or int(given) > most):
        raise ValueError(f"{TTL_VARIABLE}={given!r}: a whole number of 0 to {most} seconds is legal.")
    return timedelta(seconds=int(given)) if given else TTL


@contextmanager
def _serving(service: Service, settings: AgentSettings, *, keep_credentials: bool) -> Iterator[str]:
    """Serve the Agent or the extension on a free port of 127.0.0.1, and yield the URL.

    Meanwhile the variables name the port and the token: a session token that is there already, else one made for this.
    With `keep_credentials` the Agent sets no session token. At the end the variables are put back, and no thread,
    socket or connection is left.
    """
    sessions.service_model()  # so that no thread imports botocore while freezegun looks through the modules
    token = os.environ.get(SESSION_TOKEN_VARIABLE) or secrets.token_urlsafe(32)
    reader = Reader(service, settings)
    is_agent = settings.kind == AGENT
    with serve_http(_Agent(reader, token) if is_agent else _Extension(reader, token), any_method=True) as url:
        variables: dict[str, str | None] = {PORT_VARIABLE: url.rpartition(":")[2]}
        if is_agent:
            variables[AGENT_TOKEN_VARIABLE] = token
        if not (is_agent and keep_credentials):
            variables[SESSION_TOKEN_VARIABLE] = token
        with variables_set(variables):
            yield url


class _Declined(Exception):  # noqa: N818 - the request's fault
    """A request that is answered with a status and a text."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text


class _Server(ABC):
    """What both have in common: an answer of the service, or a text. Neither reads a request's body."""

    def __init__(self, reader: Reader, token: str) -> None:
        self._reader = reader
        self._token = token

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, or decline it."""
        path, _, query = request.path.partition("?")
        try:
            return _response(HTTPStatus.OK, self._content(request, path, query))
        except _Declined as declined:
            return _response(declined.status, declined.text)
        except Exception as error:  # noqa: BLE001 - a program gets no Python exception
            refusal = unexpected(error)
            return _response(refusal.status, _error(refusal.code, refusal.message))

    @abstractmethod
    def _content(self, request: HttpRequest, path: str, query: str) -> str:
        """Return the body of a proper answer."""

    def _has_token(self, request: HttpRequest, *names: str) -> bool:
        return any(self._token in request.headers.get_all(name, []) for name in names)


class _Agent(_Server):
    """The Secrets Manager Agent: the checks, their order and their texts are those of its source."""

    def _content(self, request: HttpRequest, path: str, query: str) -> str:
        if "X-Forwarded-For" in request.headers:
            raise _Declined(HTTPStatus.BAD_REQUEST, "Forwarded")
        if path != _PING and not self._has_token(request, *_TOKEN_HEADERS):
            raise _Declined(HTTPStatus.FORBIDDEN, "Bad Token")
        if request.method != "GET":
            raise _Declined(HTTPStatus.METHOD_NOT_ALLOWED, "Not allowed")
        if path == _PING:
            return "healthy"
        wanted, refresh_now = _agent_query(path, query)
        answer = self._reader.read(wanted, refresh_now=refresh_now)
        _decline_what_failed(answer)
        return _json(agent_members(answer.members))


def _agent_query(path: str, query: str) -> tuple[Wanted, bool]:
    """Return what is asked for, and whether past the cache."""
    in_path = path.startswith(_PATH_PREFIX)
    if not in_path and path != _QUERY_PATH:
        raise _Declined(HTTPStatus.NOT_FOUND, "Not found")
    given = {"secretId": unquote(path[len(_PATH_PREFIX) :]) if in_path else ""}
    known = {"versionId", "versionStage", "refreshNow", *(() if in_path else ("secretId",))}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise _Declined(HTTPStatus.BAD_REQUEST, f"unknown parameter: {name}")
        if name == "refreshNow" and value.lower() not in _YES_OR_NO:
            raise _Declined(HTTPStatus.BAD_REQUEST, "invalid refreshNow value")
        given[name] = value
    if not given["secretId"]:
        raise _Declined(HTTPStatus.BAD_REQUEST, "missing secret ID" if in_path else "missing parameter secretId")
    wanted = Wanted(given["secretId"], given.get("versionId"), given.get("versionStage"))
    return wanted, _YES_OR_NO[given.get("refreshNow", "false").lower()]


def _decline_what_failed(answer: Answer) -> None:
    """Decline with AWS's own status and text; where no answer comes, as a gateway does (inferred)."""
    if answer.broken is not None:
        raise _Declined(*_FAILURES.get(answer.broken, _NO_CONNECTION))
    if answer.status != HTTPStatus.OK:
        members = answer.members
        raise _Declined(answer.status, _error(members["__type"], members.get("Message") or members["message"]))


def _error(code: str, text: str) -> str:
    """Return an error as the Agent writes it: with a blank after the comma alone."""
    return f'{{"__type":{_json(code)}, "message":{_json(text)}}}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_NO_CONNECTION = (HTTPStatus.BAD_GATEWAY, _error("ConnectionError", "Read Error"))
_FAILURES: dict[Any, tuple[HTTPStatus, str]] = {
    kind: (HTTPStatus.GATEWAY_TIMEOUT, _error("TimeoutError", "Timeout")) for kind in Timeout
}


class _Extension(_Server):
    """The Parameters and Secrets Extension of AWS Lambda: whatever is wrong, it says the same."""

    def _content(self, request: HttpRequest, path: str, query: str) -> str:
        given = {name: value for name, value in parse_qsl(query) if value}
        if request.method == "GET" and path == _QUERY_PATH and self._has_token(request, _TOKEN_HEADER):
            wanted = Wanted(given.get("secretId", ""), given.get("versionId"), given.get("versionStage"))
            answer = self._reader.read(wanted, refresh_now=False)
            if answer.status == HTTPStatus.OK and answer.broken is None:
                return _json(extension_members(answer.members))
        raise _Declined(HTTPStatus.BAD_REQUEST, "an unexpected error occurred while executing request")


def _response(status: int, text: str) -> HttpResponse:
    content = text.encode()
    media_type = "application/json" if text.startswith("{") else "text/plain; charset=utf-8"
    return HttpResponse(status, {"content-type": media_type, "content-length": str(len(content))}, content)
