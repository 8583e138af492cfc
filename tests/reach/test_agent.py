"""The Agent and the extension as servers: who may ask, the variables that name them, and what lasts of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from pytest_secretsdelete import MALFORMED, Clock, FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.agent_cache import Kept
from pytest_secretsdelete._service.wire import Answer

from ..support import REGION, VALUE, shows
from .agents import AGENT_TOKEN, GET, KINDS, PORT, TOKEN, ask, variables
from .http import connect, open_sockets, raw, server_threads, until

TTL = "SECRETS_MANAGER_TTL"
REFUSED = b"an unexpected error occurred while executing request"
METHODS = ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO", "BREW", "get")
#: The end of a head that announces a body, and as much of the body as is sent.
BODIES = (
    b"Content-Length: 2\r\n\r\n{}",
    b"Content-Length: x\r\n\r\n",
    b"Content-Length: 9999999\r\n\r\n" + b" " * 2_000_000,
    b"Transfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
)


@pytest.fixture(autouse=True)
def seeded(fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> FakeSecretsManager:
    """Let the fake hold a secret, and no variable of the machine's name an agent."""
    for name in (PORT, TTL):
        monkeypatch.delenv(name, raising=False)
    fake.seed("a", VALUE)
    return fake


@KINDS
def test_the_variables_name_it(kind: Any, fake: FakeSecretsManager) -> None:
    """Port and token are there as long as it is served, for children too; then all is as before."""
    before = variables()
    code = (
        "import os, urllib.request\n"
        f"url = 'http://localhost:' + os.environ['{PORT}'] + '{GET}'\n"
        f"headers = {{'X-Aws-Parameters-Secrets-Token': os.environ['{TOKEN}']}}\n"
        "print(urllib.request.urlopen(urllib.request.Request(url, headers=headers)).read().decode())\n"
    )
    with fake.agent(kind) as url:
        inside = variables()
        assert url == f"http://127.0.0.1:{inside[PORT]}"
        assert inside[TOKEN]
        assert inside[AGENT_TOKEN] == (inside[TOKEN] if kind == "agent" else None)
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert json.loads(printed)["SecretString"] == VALUE
    assert variables() == before
    with pytest.raises(ConnectionRefusedError):
        ask(url)


@KINDS
def test_a_token_that_is_there_is_kept(kind: Any, fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session token of the process is the token, and stays."""
    monkeypatch.setenv(TOKEN, "of the process")
    with fake.agent(kind) as url:
        assert os.environ[TOKEN] == "of the process"
        assert ask(url).status == 200
    assert os.environ.pop(TOKEN) == "of the process"


def test_real_credentials_stay_whole(fake: FakeSecretsManager) -> None:
    """With keep_credentials the Agent sets no session token; the extension has no other."""
    fake.stop()
    with FakeSecretsManager(region=REGION, keep_credentials=True) as keeping:
        keeping.seed("a", VALUE)
        with keeping.agent() as url:
            assert TOKEN not in os.environ
            assert ask(url).status == 200
        with keeping.agent("extension") as url:
            assert ask(url, **{"X-Aws-Parameters-Secrets-Token": os.environ[TOKEN]}).status == 200


def test_two_at_once(fake: FakeSecretsManager) -> None:
    """The inner one is named by the variables, the outer one serves on, and each has its cache."""
    with fake.agent() as outer:
        with fake.agent("extension") as inner:
            assert os.environ[PORT] == inner.rpartition(":")[2]
            assert ask(outer).status == ask(inner).status == 200
        assert os.environ[PORT] == outer.rpartition(":")[2]
        assert ask(outer).status == 200
    assert [call.operation for call in fake.calls] == ["GetSecretValue", "GetSecretValue"]


@KINDS
def test_foreign_hosts_are_refused(kind: Any, fake: FakeSecretsManager) -> None:
    """A request to another host, and a web page of another origin, get nothing."""
    with fake.agent(kind) as url:
        for headers in ({"Host": "evil.test"}, {"Origin": "http://evil.test"}):
            assert ask(url, **headers).status == 403
        assert ask(url, Host=f"localhost:{os.environ[PORT]}").status == 200
    assert len(fake.calls) == 1


@pytest.mark.parametrize("framing", BODIES)
@KINDS
def test_no_body_is_read(kind: Any, framing: bytes, fake: FakeSecretsManager) -> None:
    """Whatever body a request has, or says that it has, the answer comes without it; then the connection ends."""
    with fake.agent(kind) as url:
        lines = b"\r\nHost: HOST\r\nX-Aws-Parameters-Secrets-Token: " + os.environ[TOKEN].encode() + b"\r\n" + framing
        answered = raw(url, b"GET " + GET.encode() + b" HTTP/1.1" + lines)
    head, _, content = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close" in head
    assert json.loads(content)["SecretString"] == VALUE


@pytest.mark.parametrize("framing", [b"\r\n", *BODIES])
@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_checks(method: str, framing: bytes, fake: FakeSecretsManager) -> None:
    """The Agent looks for a proxy, then for the token, then at the method: of every method, and before any body."""
    with fake.agent() as url:
        proxy, token = b"X-Forwarded-For: 10.0.0.1\r\n", b"X-Vault-Token: " + os.environ[TOKEN].encode() + b"\r\n"
        for lines, status, text in (
            (proxy + token, 400, b"Forwarded"),
            (proxy, 400, b"Forwarded"),
            (b"", 403, b"Bad Token"),
            (token, 405, b"Not allowed"),
        ):
            head = f"{method} {GET} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n".encode()
            answered = raw(url, head + lines + framing)
            assert answered.startswith(f"HTTP/1.1 {status} ".encode())
            assert answered.endswith(b"\r\n\r\n" + (b"" if method == "HEAD" else text))
    assert fake.calls == ()


@pytest.mark.parametrize("framing", [b"\r\n", *BODIES])
@pytest.mark.parametrize("method", METHODS)
def test_the_one_refusal(method: str, framing: bytes, fake: FakeSecretsManager) -> None:
    """The extension refuses every method but GET with its own text, with the token or without."""
    with fake.agent("extension") as url:
        for token in (b"", b"X-Aws-Parameters-Secrets-Token: " + os.environ[TOKEN].encode() + b"\r\n"):
            head = f"{method} {GET} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n".encode()
            answered = raw(url, head + token + framing)
            assert answered.startswith(b"HTTP/1.1 400 ")
            assert answered.endswith(b"\r\n\r\n" + (b"" if method == "HEAD" else REFUSED))
    assert fake.calls == ()


@KINDS
def test_a_connection_is_kept(kind: Any, fake: FakeSecretsManager) -> None:
    """A refusal, of a method or of a token, does not end a connection whose requests have no body."""
    with fake.agent(kind) as url, closing(connect(url)) as connection:
        token = {"X-Aws-Parameters-Secrets-Token": os.environ[TOKEN]}
        used = set()
        for method, headers in (
            ("GET", token),
            ("HEAD", token),
            ("BREW", token),
            ("GET", {}),
            ("PUT", token),
            ("GET", token),
        ):
            connection.request(method, GET, headers=headers)
            response = connection.getresponse()
            content = response.read()
            used.add(connection.sock)
        assert json.loads(content)["SecretString"] == VALUE
        assert used == {connection.sock} != {None}


@KINDS
def test_nothing_lasts(kind: Any, fake: FakeSecretsManager) -> None:
    """At the end there is no thread and no socket more than before, also after an exception."""
    before = open_sockets()
    with pytest.raises(ZeroDivisionError), fake.agent(kind) as url:
        ask(url)
        raise ZeroDivisionError
    until(lambda: not server_threads())
    assert open_sockets() <= before


@pytest.mark.parametrize(
    ("options", "legal"),
    [
        ({"kind": "lambda"}, "^kind='lambda': 'agent' .* or 'extension' .* is legal.$"),
        ({"kind": "Agent"}, "or 'extension' .* is legal. Did you mean 'agent'\\?$"),
        ({"kind": "extention"}, "Did you mean 'extension'\\?$"),
        ({"kind": ["agent"]}, r"kind=\['agent'\]"),
        ({"kind": None}, "kind=None"),
        ({"ttl": timedelta(seconds=3601)}, "0 to 3600 seconds is legal for 'agent'"),
        ({"kind": "extension", "ttl": timedelta(seconds=301)}, "0 to 300 seconds is legal for 'extension'"),
        ({"ttl": timedelta(seconds=-1)}, "0 to 3600"),
        ({"ttl": 300}, r"^ttl=300: a timedelta of 0 to 3600 .* 'agent'. Did you mean timedelta\(seconds=300\)\?$"),
        ({"ttl": 3600}, r"Did you mean timedelta\(seconds=3600\)\?$"),
        ({"ttl": 0.5}, r"Did you mean timedelta\(seconds=0.5\)\?$"),
        ({"ttl": 3601}, "0 to 3600 seconds is legal for 'agent'.$"),
        ({"ttl": True}, "^ttl=True: .* 'agent'.$"),
        ({"ttl": "60"}, "^ttl='60': .* 'agent'.$"),
        ({"ttl": float("nan")}, "^ttl=nan: .* 'agent'.$"),
        ({"ttl": 3600, "kind": "extension"}, "0 to 300 seconds is legal for 'extension'.$"),
        ({"cache_size": True}, "^cache_size=True: a whole number of 0 to 1000 is legal.$"),
        ({"cache_size": None}, "cache_size=None"),
        ({"cache_size": 1.0}, "cache_size=1.0"),
        ({"cache_size": 1001}, "0 to 1000 is legal"),
        ({"cache_size": -1}, "0 to 1000 is legal"),
        ({"cache_size": "1"}, "a whole number"),
    ],
)
def test_what_is_not_legal(options: dict[str, Any], legal: str, fake: FakeSecretsManager) -> None:
    """A wrong setting is a ValueError at the call, which says what is near and legal, before anything is served."""
    before = variables()
    with pytest.raises(ValueError, match=legal):
        fake.agent(**options)
    assert variables() == before


def test_the_time_to_live_of_the_environment(
    fake: FakeSecretsManager, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SECRETS_MANAGER_TTL is the extension's alone, and the test's own word counts more."""
    monkeypatch.setenv(TTL, "10")
    longer = timedelta(seconds=20)
    for kind, ttl, times in (("extension", None, 2), ("extension", longer, 1), ("agent", None, 1)):
        before = len(fake.calls)
        with fake.agent(kind, ttl=ttl) as url:
            ask(url)
            clock.advance(seconds=10)
            ask(url)
        assert len(fake.calls) - before == times
    for legal in ("0", "300", ""):
        monkeypatch.setenv(TTL, legal)
        with fake.agent("extension") as url:
            assert ask(url).status == 200
    for wrong in ("soon", "301", "00001"):
        monkeypatch.setenv(TTL, wrong)
        with pytest.raises(ValueError, match=f"^{TTL}='{wrong}': a whole number of 0 to 300 seconds is legal.$"):
            fake.agent("extension")


def test_no_proper_answer(fake: FakeSecretsManager) -> None:
    """An answer that breaks off is the Agent's 502, and the extension's one refusal; neither is kept."""
    for kind, status in (("agent", 502), ("extension", 400)):
        fake.fail("GetSecretValue", MALFORMED)
        with fake.agent(kind) as url:
            assert ask(url).status == status
            assert ask(url).status == 200


@KINDS
def test_a_mistake_while_answering(kind: Any, fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error of the server that shows no value, and the server lives on."""

    def stumble() -> int:
        raise ZeroDivisionError(VALUE)

    with fake.agent(kind) as url:
        with monkeypatch.context() as patched:
            patched.setattr(service_of(fake), "settled", stumble)
            reply = ask(url)
        assert (reply.status, reply.members["__type"]) == (500, "InternalServiceError")
        assert not shows(VALUE, reply.content.decode())
        assert ask(url).status == 200


def test_content_types_and_lengths(fake: FakeSecretsManager) -> None:
    """JSON says that it is JSON, and a text that it is a text; UTF-8 has its length in bytes."""
    fake.seed("b", "ü")
    with fake.agent() as url:
        value, text = ask(url, "/v1/b"), ask(url, "/ping")
        assert value.headers["content-type"] == "application/json"
        assert text.headers["content-type"] == "text/plain; charset=utf-8"
        assert "ü" in value.content.decode()
        assert int(value.headers["content-length"]) == len(value.content)
        assert ask(url, "/ping", "HEAD").status == 405


def test_a_name_that_is_written_in_percents(fake: FakeSecretsManager) -> None:
    """A name may be escaped, in the path and in the query."""
    fake.seed("db/pass+word", VALUE)
    with fake.agent() as url:
        for path in ("/v1/db%2Fpass%2Bword", "/secretsmanager/get?secretId=db%2Fpass%2Bword", "/v1/db/pass+word"):
            assert ask(url, path).members["SecretString"] == VALUE


def test_no_value_in_a_repr() -> None:
    """What the cache keeps does not show it."""
    assert not shows(VALUE, repr(Kept(Answer(200, {"SecretString": VALUE}, 0), is_fresh=True)))


def test_what_cannot_be_a_name(fake: FakeSecretsManager) -> None:
    """It is asked for as it is: the Agent shows the refusal, and the extension its own one."""
    with fake.agent() as url:
        refused = ask(url, "/v1/no%20name")
    assert (refused.status, refused.members["__type"]) == (400, "ValidationException")
    assert refused.members["message"].startswith("Invalid name")
    with fake.agent("extension") as url:
        for query in ("", "?secretId=", "?versionId=1"):
            assert ask(url, f"/secretsmanager/get{query}").content == REFUSED
    assert [call.parameters["SecretId"] for call in fake.calls] == ["no name", "", "", ""]
