"""The endpoint: the same fake, the same clock, over HTTP on 127.0.0.1."""

from __future__ import annotations

import gc
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import freezegun
import pytest

from pytest_secretsdelete import MALFORMED, Clock, FakeSecretsManager, Timeout
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach import endpoint
from pytest_secretsdelete._reach.endpoint import serve
from pytest_secretsdelete._service.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_secretsdelete._service.wire import Answer, Incoming

JSON = "application/x-amz-json-1.1"
TOKEN = "00000000-0000-0000-0000-000000000001"
#: More real seconds than anything here may take.
FOREVER = 30


class Reply(NamedTuple):
    """An answer as an HTTP client sees it."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The body as JSON."""
        members: dict[str, Any] = json.loads(self.content)
        return members


class Responder:
    """A fake whose answer is a function of the test's."""

    def __init__(self, answer: Callable[[Incoming], Answer]) -> None:
        self.answer = answer


def signature(region: str, key: str = "testing", at: str = "20260301T000000Z") -> dict[str, str]:
    """Return the headers of a signed request, as far as the endpoint looks at them."""
    scope = f"{key}/{at[:8]}/{region}/secretsmanager/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=0"
    return {"Authorization": authorization, "X-Amz-Date": at}


def connect(url: str) -> http.client.HTTPConnection:
    """Return a connection that is kept alive."""
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=FOREVER)


def ask(
    connection: http.client.HTTPConnection,
    operation: str,
    body: Any = None,
    headers: dict[str, str | None] | None = None,
    method: str = "POST",
) -> Reply:
    """Ask over an open connection; a header that is None is left out."""
    sent = {"Content-Type": JSON, "X-Amz-Target": f"secretsmanager.{operation}", **(headers or {})}
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    connection.request(method, "/", content, {name: value for name, value in sent.items() if value is not None})
    response = connection.getresponse()
    return Reply(response.status, response.headers, response.read())


def ask_once(url: str, *args: Any, **kwargs: Any) -> Reply:
    """Ask over a connection of its own."""
    connection = connect(url)
    try:
        return ask(connection, *args, **kwargs)
    finally:
        connection.close()


def raw(url: str, request: bytes, *, then_leave: bool = False) -> bytes:
    """Send bytes, and return all that comes until the endpoint closes the connection."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=FOREVER) as client:
        client.sendall(request.replace(b"HOST", f"{host}:{port}".encode()))
        if then_leave:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def head_of(*lines: str, target: str = "secretsmanager.ListSecrets") -> bytes:
    """Return the head of a raw request with more lines."""
    always = ["POST / HTTP/1.1", "Host: HOST", f"Content-Type: {JSON}", f"X-Amz-Target: {target}"]
    return "\r\n".join([*always, *lines, "", ""]).encode()


def endpoint_threads() -> list[threading.Thread]:
    """Return the threads of endpoints."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("fake ")]


def open_sockets() -> set[int]:
    """Return the sockets of this process that are open."""
    found = [each for each in gc.get_objects() if issubclass(type(each), socket.socket)]
    return {id(each) for each in found if each.fileno() != -1}


def until(holds: Callable[[], Any]) -> None:
    """Wait, in real time, until something holds."""
    deadline = os.times().elapsed + FOREVER
    while not holds():
        assert os.times().elapsed < deadline
        time.sleep(0.001)


@pytest.fixture
def url(secretsmanager: FakeSecretsManager) -> Iterator[str]:
    """Return the URL of the fake of this test."""
    with serve(service_of(secretsmanager)) as url:
        yield url


# The same fake


def test_the_store_is_the_same(secretsmanager: FakeSecretsManager, url: str) -> None:
    """A secret that is created over HTTP is there in process, and the other way round."""
    made = ask_once(url, "CreateSecret", {"Name": "one", "SecretString": "hunter2", "ClientRequestToken": TOKEN})
    assert made.status == 200
    assert made.members == {"ARN": secretsmanager.secret("one").arn, "Name": "one", "VersionId": TOKEN}

    secretsmanager.seed("two", b"\x00")
    assert ask_once(url, "GetSecretValue", {"SecretId": "two"}).members["SecretBinary"] == "AA=="
    assert [call.operation for call in secretsmanager.calls] == ["CreateSecret", "GetSecretValue"]


def test_the_clock_is_the_same(secretsmanager: FakeSecretsManager, secretsmanager_clock: Clock, url: str) -> None:
    """A recovery window ends for HTTP clients when the test moves the clock."""
    secretsmanager.seed("db/password", "hunter2")
    deleted = ask_once(url, "DeleteSecret", {"SecretId": "db/password", "RecoveryWindowInDays": 7}).members
    assert deleted["DeletionDate"] == pytest.approx((secretsmanager_clock.now() + timedelta(days=7)).timestamp())
    assert ask_once(url, "GetSecretValue", {"SecretId": "db/password"}).members["__type"] == "InvalidRequestException"

    secretsmanager_clock.advance(days=7)
    for operation in ("GetSecretValue", "DescribeSecret", "RestoreSecret"):
        refused = ask_once(url, operation, {"SecretId": "db/password"})
        assert (refused.status, refused.members["__type"]) == (400, "ResourceNotFoundException")


def test_the_signature_tells_the_region_and_the_account(url: str) -> None:
    """The region is that of the credential scope; a key of twelve digits is an account; unsigned: the fake's own."""
    body = {"Name": "one", "ClientRequestToken": TOKEN}
    signed = ask_once(url, "CreateSecret", body, signature("eu-west-1", "210987654321"))
    assert signed.members["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:one-")

    unsigned = ask_once(url, "CreateSecret", body)
    assert unsigned.members["ARN"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:one-")


def test_an_answer_has_the_headers_of_the_service(secretsmanager_clock: Clock, url: str) -> None:
    """Each answer has a request id of its own, a content type, a length, and the fake's time for its date."""
    first, second = ask_once(url, "ListSecrets"), ask_once(url, "ListSecrets")
    assert first.headers["Content-Type"] == JSON
    assert first.headers["Content-Length"] == str(len(first.content))
    assert first.headers["Date"] == f"{secretsmanager_clock.now():%a, %d %b %Y %H:%M:%S GMT}"
    assert len(first.headers["x-amzn-RequestId"]) == 36
    assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]


def test_the_date_of_an_answer_is_the_time_of_a_client_that_signs(secretsmanager_clock: Clock, url: str) -> None:
    """SDKs that correct their clocks by the date of an answer have nothing to correct."""
    signed = ask_once(url, "ListSecrets", None, signature("us-east-1", at="20260301T235959Z"))
    assert signed.headers["Date"] == "Sun, 01 Mar 2026 23:59:59 GMT"


def test_an_empty_answer_has_no_body(secretsmanager: FakeSecretsManager, url: str) -> None:
    """What answers nothing in process answers nothing over HTTP."""
    secretsmanager.seed("one")
    tagged = ask_once(url, "TagResource", {"SecretId": "one", "Tags": [{"Key": "k", "Value": "v"}]})
    assert (tagged.status, tagged.content) == (200, b"")


def test_a_boto3_client_of_this_process_is_answered_in_process(
    secretsmanager: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is pointed at the endpoint does not go there."""
    with serve(Responder(lambda incoming: pytest.fail("came over HTTP"))) as url:
        client = boto3.client("secretsmanager")
        assert client.meta.endpoint_url == url
        client.create_secret(Name="one")
    assert "one" in secretsmanager


CHILD = """
import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
client.create_secret(Name="from/child", SecretString="hunter2")
try:
    client.delete_secret(SecretId="from/child")
except ConnectionClosedError:
    print(client.list_secrets()["SecretList"][0]["Name"])
"""


def test_a_child_process_needs_nothing_but_its_environment(secretsmanager: FakeSecretsManager, url: str) -> None:
    """An unmodified boto3 script finds the endpoint, signs, and sees a timeout as a connection that closes."""
    secretsmanager.fail("DeleteSecret", Timeout.READ)
    ran = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "from/child"
    assert secretsmanager.secret("from/child").current is not None
    assert [call.error_code for call in secretsmanager.calls] == [None, "ReadTimeoutError", None]


# Refusals


def test_a_refusal_has_two_keys(url: str) -> None:
    """An error of the service is 400 with a bare code and a text."""
    refused = ask_once(url, "GetSecretValue", {"SecretId": "none"})
    assert refused.status == 400
    text = "Secrets Manager can't find the specified secret."
    assert refused.members == {"__type": "ResourceNotFoundException", "Message": text}


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"null"])
def test_a_body_that_is_no_json_object(url: str, body: bytes) -> None:
    """What cannot be read is refused as the protocol says."""
    refused = ask_once(url, "ListSecrets", body)
    assert (refused.status, refused.members["__type"]) == (400, "SerializationException")
    assert refused.members.keys() == {"__type", "Message"}


@pytest.mark.parametrize("target", [None, "", "ListSecrets", "secretsmanager.Lists", "AmazonSSM.GetParameter"])
def test_an_unknown_target(secretsmanager: FakeSecretsManager, url: str, target: str | None) -> None:
    """A target that is no operation of the installed service model is unknown, and no call."""
    refused = ask_once(url, "", headers={"X-Amz-Target": target})
    assert (refused.status, refused.members["__type"]) == (400, "UnknownOperationException")
    assert refused.members.keys() == {"__type", "Message"}
    assert secretsmanager.calls == ()


def test_an_unknown_region(secretsmanager: FakeSecretsManager, url: str) -> None:
    """Whoever has connected is told in words that there is no such region, and how to have it."""
    refused = ask_once(url, "ListSecrets", headers=signature("eu-wset-1"))
    assert (refused.status, refused.members["__type"]) == (400, "NotImplementedByFake")
    assert "'eu-wset-1' is in no partition" in refused.members["Message"]
    assert "allow_unknown_regions=True" in refused.members["Message"]
    assert [call.error_code for call in secretsmanager.calls] == ["EndpointConnectionError"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method(url: str, method: str) -> None:
    """The protocol knows POST alone, and a connection goes on after a refusal."""
    connection = connect(url)
    refused = ask(connection, "ListSecrets", method=method)
    assert (refused.status, refused.members["__type"]) == (404, "UnknownOperationException")
    assert ask(connection, "ListSecrets").status == 200
    connection.close()


def test_head_gets_no_body(url: str) -> None:
    """The answer to HEAD has a length and no content."""
    refused = ask_once(url, "ListSecrets", method="HEAD")
    assert (refused.status, refused.content) == (404, b"")
    assert int(refused.headers["Content-Length"]) > 0


@pytest.mark.parametrize("kind", [None, "text/plain", "application/json", "application/x-amz-json-1.0", "?"])
def test_another_content_type(url: str, kind: str | None) -> None:
    """A body of another kind is no request of this protocol."""
    refused = ask_once(url, "ListSecrets", headers={"Content-Type": kind})
    assert (refused.status, refused.members["__type"]) == (404, "UnknownOperationException")


def test_the_content_type_may_have_parameters(url: str) -> None:
    """Some clients name the charset."""
    assert ask_once(url, "ListSecrets", headers={"Content-Type": f"{JSON.upper()}; charset=utf-8"}).status == 200


def test_an_operation_that_the_fake_lacks(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake itself answers for what the service model has and it has not."""
    monkeypatch.delitem(OPERATIONS, "GetRandomPassword")
    refused = ask_once(url, "GetRandomPassword")
    assert (refused.status, refused.members["__type"]) == (400, "NotImplementedByFake")


def test_a_mistake_while_answering_is_an_internal_error() -> None:
    """An exception becomes an answer, and the endpoint goes on."""
    fake = Responder(lambda incoming: 1 / 0)
    with serve(fake) as url:
        for _ in range(2):
            failed = ask_once(url, "ListSecrets")
            assert (failed.status, failed.members["__type"]) == (500, "InternalServiceError")
            assert "ZeroDivisionError" in failed.members["Message"]


# Faults


def test_a_code_is_answered_once(secretsmanager: FakeSecretsManager, url: str) -> None:
    """Faults and denials reach HTTP clients."""
    secretsmanager.fail("ListSecrets", "ThrottlingException")
    throttled = ask_once(url, "ListSecrets")
    assert (throttled.status, throttled.members["__type"]) == (400, "ThrottlingException")
    assert ask_once(url, "ListSecrets").status == 200


@pytest.mark.parametrize("kind", list(Timeout))
def test_a_timeout_closes_the_connection(secretsmanager: FakeSecretsManager, url: str, kind: Timeout) -> None:
    """No answer comes, and the next attempt is on its own."""
    secretsmanager.fail("ListSecrets", kind)
    with pytest.raises(http.client.RemoteDisconnected):
        ask_once(url, "ListSecrets")
    assert ask_once(url, "ListSecrets").status == 200


def test_a_malformed_answer(secretsmanager: FakeSecretsManager, url: str) -> None:
    """The body breaks off within its JSON; its length is true."""
    secretsmanager.fail("ListSecrets", MALFORMED)
    broken = ask_once(url, "ListSecrets")
    assert broken.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.content)


# HTTP


def test_a_connection_is_kept_alive(url: str) -> None:
    """Many requests, refused ones too, go over one connection."""
    connection = connect(url)
    connection.connect()
    first = connection.sock
    for _ in range(5):
        assert ask(connection, "ListSecrets").status == 200
        assert ask(connection, "ListSecrets", b"{").status == 400
        assert connection.sock is first
    connection.close()


def test_requests_may_follow_each_other_without_waiting(url: str) -> None:
    """Two requests that are sent at once are answered in order; the second asks to close."""
    first = head_of("Content-Length: 2") + b"{}"
    second = head_of("Content-Length: 1", "Connection: close") + b"{"
    answered = raw(url, first + second)
    assert answered.count(b"HTTP/1.1 ") == 2
    assert answered.index(b"HTTP/1.1 200 OK") < answered.index(b"HTTP/1.1 400 Bad Request")
    assert b"connection: close" in answered


def test_an_old_client(url: str) -> None:
    """A client of HTTP/1.0 gets its answer and a closed connection."""
    answered = raw(url, head_of("Content-Length: 2").replace(b"HTTP/1.1", b"HTTP/1.0") + b"{}")
    assert answered.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answered.endswith(b'{"SecretList":[]}')


def test_a_request_without_a_body(url: str) -> None:
    """No length is no body, and no body has no members."""
    assert raw(url, head_of("Connection: close")).endswith(b'{"SecretList":[]}')


def test_a_client_that_waits_for_its_turn(url: str) -> None:
    """Expect: 100-continue is answered before the body comes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=FOREVER) as client:
        head = head_of("Content-Length: 2", "Expect: 100-continue", "Connection: close")
        client.sendall(head.replace(b"HOST", f"{host}:{port}".encode()))
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert b"".join(iter(lambda: client.recv(65536), b"")).startswith(b"HTTP/1.1 200 OK")


def test_a_body_in_chunks(url: str) -> None:
    """Chunks with extensions, and trailers, make one body; the connection goes on."""
    chunks = b'C;why=not\r\n{"MaxResults\r\n4\r\n":1}\r\n0\r\nX-Trailer: a\r\nX-Other: b\r\n\r\n'
    answered = raw(url, head_of("Transfer-Encoding: Chunked") + chunks + head_of("Connection: close"))
    assert answered.count(b'{"SecretList":[]}') == 2


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("Content-Length: -1", b""),
        ("Content-Length: two", b""),
        ("Content-Length: 1_0", b""),
        ("Transfer-Encoding: gzip, chunked", b""),
        ("Transfer-Encoding: chunked", b"\r\n"),
        ("Transfer-Encoding: chunked", b"-1\r\n"),
        ("Transfer-Encoding: chunked", b"0x2\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"2\r\n{}2\r\n"),
        ("Transfer-Encoding: chunked", b"0\r\n" + b"a: b\r\n" * 101),
        ("Transfer-Encoding: chunked", b"0" * 70_000),
    ],
)
def test_a_body_whose_length_cannot_be_told(url: str, line: str, body: bytes) -> None:
    """Bad framing is refused, and ends the connection: nobody knows where the next request begins."""
    answered = raw(url, head_of(line) + body)
    assert answered.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"connection: close" in answered
    assert b'"MalformedHttpRequestException"' in answered


def test_a_body_that_is_too_large(url: str) -> None:
    """More than 1 MiB is refused, though the client is still sending, and the client gets to read it."""
    body = b" " * (1024 * 1024 + 1)
    refused = ask_once(url, "ListSecrets", body)
    assert (refused.status, refused.members["__type"]) == (413, "RequestEntityTooLargeException")
    assert refused.headers["Connection"] == "close"

    answered = raw(url, head_of("Transfer-Encoding: chunked") + b"80000\r\n" + b" " * 0x80000 + b"\r\n80001\r\n")
    assert answered.startswith(b"HTTP/1.1 413 ")

    assert ask_once(url, "ListSecrets", b"{}" + body[3:]).status == 200


def test_a_client_that_does_not_stop_sending(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the refusal only so much is still listened to."""
    monkeypatch.setattr(endpoint, "LARGEST_BODY", 4096)
    endless = head_of("Content-Length: 100000000") + b" " * 32_000_000
    with pytest.raises(OSError, match=r"reset|[Bb]roken|aborted"):
        raw(url, endless)
    assert ask_once(url, "ListSecrets").status == 200


@pytest.mark.parametrize("host", ["localhost:PORT", "LOCALHOST:PORT", "127.0.0.1:PORT"])
def test_a_host_that_is_this_one(url: str, host: str) -> None:
    """The endpoint has two names."""
    headers = {"Host": host.replace("PORT", url.rpartition(":")[2])}
    assert ask_once(url, "ListSecrets", headers=headers).status == 200


@pytest.mark.parametrize(
    "hosts",
    [
        "",
        "Host: attacker.example:PORT\r\n",
        "Host: 127.0.0.1\r\n",
        "Host: localhost:1\r\n",
        "Host: localhost:PORT.attacker.example\r\n",
        "Host: localhost:PORT\r\nHost: attacker.example\r\n",
    ],
)
def test_another_host(secretsmanager: FakeSecretsManager, url: str, hosts: str) -> None:
    """A web page that has given this address a name of its own gets nothing."""
    head = head_of("Content-Length: 2").replace(b"Host: HOST\r\n", hosts.encode())
    answered = raw(url, head.replace(b"PORT", url.rpartition(":")[2].encode()) + b"{}")
    assert answered.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"content-type: text/plain" in answered
    assert answered.endswith(f"This endpoint answers requests to {url} and to no other host.\n".encode())
    assert secretsmanager.calls == ()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"how are you today?", b"400 Bad Request"),
        (b"POST / HTTP/9", b"400 Bad Request"),
        (b"POST / HTTP/2.0", b"505 HTTP Version Not Supported"),
        (b"BREW / HTTP/1.1", b"501 Not Implemented"),
        (b"POST /" + b"a" * 70_000 + b" HTTP/1.1", b"414 "),
        (b"POST / HTTP/1.1\r\nX: " + b"a" * 70_000, b"431 Request Header Fields Too Large"),
    ],
)
def test_what_is_no_http(url: str, capfd: pytest.CaptureFixture[str], request_line: bytes, status: bytes) -> None:
    """A request that cannot be read is answered with a line of text; nothing is logged."""
    answered = raw(url, request_line + b"\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answered
    assert b"<" not in answered
    assert capfd.readouterr() == ("", "")


def test_a_client_that_leaves_in_the_middle(secretsmanager: FakeSecretsManager, url: str) -> None:
    """Half of a request is not carried out, though it is legal by itself."""
    for request in (head_of("Content-Length: 9") + b"{}", b"POST / HT", b""):
        raw(url, request, then_leave=True)
    raw(url, head_of("Transfer-Encoding: chunked") + b"4\r\n{}", then_leave=True)
    assert secretsmanager.calls == ()
    assert ask_once(url, "ListSecrets").status == 200


def test_a_client_that_resets_the_connection(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A client that is gone before it is answered disturbs nobody."""
    host, port = url.removeprefix("http://").split(":")
    for _ in range(20):
        client = socket.create_connection((host, int(port)))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(head_of("Content-Length: 2").replace(b"HOST", f"{host}:{port}".encode()) + b"{}")
        client.close()
    assert ask_once(url, "ListSecrets").status == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("beginning", [b"", b"POST / HTT", head_of("Content-Length: 2") + b"{"])
def test_a_client_that_says_no_more(
    secretsmanager: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    """A connection on which nothing comes is closed after a while, in real time also where time stands still."""
    monkeypatch.setattr(endpoint._Exchange, "timeout", 0.05)
    with freezegun.freeze_time(), serve(service_of(secretsmanager)) as url:
        assert raw(url, beginning) == b""
    assert secretsmanager.calls == ()


# Many at once


def test_many_clients_at_once(secretsmanager: FakeSecretsManager, url: str) -> None:
    """16 threads create and read 20 secrets each, over a connection of their own."""

    def create_and_read(thread: int) -> set[int]:
        connection = connect(url)
        statuses = set()
        for number in range(20):
            name = f"secret/{thread}/{number}"
            token = f"{thread:016}{number:016}"
            created = ask(connection, "CreateSecret", {"Name": name, "SecretString": "x", "ClientRequestToken": token})
            read = ask(connection, "GetSecretValue", {"SecretId": name})
            statuses |= {created.status, read.status}
        connection.close()
        return statuses

    with ThreadPoolExecutor(16) as pool:
        assert set().union(*pool.map(create_and_read, range(16))) == {200}
    assert len(secretsmanager.secrets()) == 320
    assert len(secretsmanager.calls) == 640


def test_a_slow_answer_holds_up_nobody_else() -> None:
    """Requests are answered side by side."""
    together = threading.Barrier(5, timeout=FOREVER)
    service = service_of(FakeSecretsManager())

    def answer(incoming: Incoming) -> Answer:
        together.wait()
        return service.answer(incoming)

    with serve(Responder(answer)) as url, ThreadPoolExecutor(5) as pool:
        assert {reply.status for reply in pool.map(lambda _: ask_once(url, "ListSecrets"), range(5))} == {200}


# Time that stands still


def test_an_endpoint_in_frozen_time(secretsmanager: FakeSecretsManager) -> None:
    """A freeze, begun before or after, neither hangs the endpoint nor lets it spin; it tells the frozen instant."""
    started = os.times()
    with freezegun.freeze_time("2026-03-01T00:00:00Z"), serve(service_of(secretsmanager)) as url:
        kept = connect(url)
        made = ask(kept, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN})
        assert made.headers["Date"] == "Sun, 01 Mar 2026 00:00:00 GMT"
        with freezegun.freeze_time("2026-04-01T00:00:00Z"):
            time.sleep(0.3)
            assert ask(kept, "DeleteSecret", {"SecretId": "one"}).members["DeletionDate"] == 1777593600
        assert secretsmanager.secret("one").created_date == datetime(2026, 3, 1, tzinfo=timezone.utc)
        kept.close()
    ended = os.times()
    assert ended.elapsed - started.elapsed < 5
    assert (ended.user + ended.system) - (started.user + started.system) < 0.25 + (ended.elapsed - started.elapsed) / 2


def test_sleeping_moves_the_clock_while_clients_idle(secretsmanager_clock: Clock, url: str) -> None:
    """The waiting threads of an endpoint do not keep sleepers from waking."""
    kept = connect(url)
    ask(kept, "ListSecrets")
    before, started = secretsmanager_clock.now(), os.times().elapsed
    with secretsmanager_clock.skip_sleeps():
        time.sleep(30 * 24 * 3600)
    assert secretsmanager_clock.now() - before == timedelta(days=30)
    assert os.times().elapsed - started < 5
    assert ask(kept, "ListSecrets").status == 200
    kept.close()


# The end


def test_nothing_is_left(secretsmanager: FakeSecretsManager) -> None:
    """Idle connections and half a request end with the endpoint: no thread, no socket, no variable."""
    variables, sockets = dict(os.environ), open_sockets()
    with serve(service_of(secretsmanager)) as url:
        assert os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == url
        assert os.environ["AWS_REGION"] == secretsmanager.region
        idle, half = connect(url), connect(url)
        assert ask(idle, "ListSecrets").status == 200
        half.connect()
        half.sock.sendall(b"POST / HTTP/1.1\r\n")
        until(lambda: len(endpoint_threads()) == 3)
        started = os.times().elapsed
    assert os.times().elapsed - started < 1
    assert endpoint_threads() == []
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        ask(idle, "ListSecrets")
    assert half.sock.recv(1) == b""
    idle.close()
    half.close()
    with pytest.raises(ConnectionRefusedError):
        ask_once(url, "ListSecrets")
    assert open_sockets() == sockets
    assert dict(os.environ) == variables


def test_an_exception_ends_the_endpoint(secretsmanager: FakeSecretsManager) -> None:
    """A test that fails within leaves nothing behind either."""
    variables = dict(os.environ)
    with pytest.raises(ZeroDivisionError), serve(service_of(secretsmanager)):
        1 / 0  # noqa: B018
    assert endpoint_threads() == []
    assert dict(os.environ) == variables


def test_a_request_that_is_being_answered_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that never returns does not hang the test run; one wait is enough for all of them."""
    monkeypatch.setattr(endpoint, "GRACE", 0.6)
    released, entered = threading.Event(), []

    def answer(incoming: Incoming) -> Answer:
        entered.append(incoming)
        assert released.wait(FOREVER)
        raise AssertionError

    headers = {"Content-Type": JSON, "X-Amz-Target": "secretsmanager.ListSecrets"}
    with serve(Responder(answer)) as url:
        clients = [connect(url) for _ in range(4)]
        for client in clients:
            client.request("POST", "/", b"{}", headers)
        until(lambda: len(entered) == 4)
        started = os.times().elapsed
    assert 0.4 < os.times().elapsed - started < 2
    released.set()
    until(lambda: not endpoint_threads())
    for client in clients:
        client.close()


def test_a_fake_that_is_not_active_can_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's region variables stay as they are where no fake is active and there are none."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    fake = FakeSecretsManager(region="eu-west-1")
    with serve(service_of(fake)) as url:
        assert "AWS_REGION" not in os.environ
        assert ask_once(url, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN}).status == 200
    assert "eu-west-1" in fake.secret("one").arn


def test_two_fakes_have_two_endpoints() -> None:
    """Each answers for its own fake; the inner URL is the one that children find, until it ends."""
    with FakeSecretsManager() as one, FakeSecretsManager() as two, serve(service_of(one)) as first:
        with serve(service_of(two)) as second:
            assert os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == second
            ask_once(first, "CreateSecret", {"Name": "one", "ClientRequestToken": TOKEN})
            ask_once(second, "CreateSecret", {"Name": "two", "ClientRequestToken": TOKEN})
        assert os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == first
    assert [secret.name for secret in one.secrets()] == ["one"]
    assert [secret.name for secret in two.secrets()] == ["two"]


def test_only_this_machine_is_listened_to(url: str) -> None:
    """The endpoint is bound to the loopback address; the machine's other addresses refuse."""
    port = int(url.rpartition(":")[2])
    with pytest.raises(OSError, match=r"refused|[Uu]nreachable|timed out"):
        socket.create_connection(("127.0.0.2", port), timeout=1)
