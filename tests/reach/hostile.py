"""What hostile and careless clients send, and what they are answered.

Most ask for a deletion, so that a request that is carried out although it is refused is noticed.
Evidence: `recorded` of AWS; `inferred` where nobody has published the service's own answer; `ours` for what an
endpoint on loopback, or HTTP itself, refuses.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from .http import JSON, TOKEN, head_of

MALFORMED_REQUEST = "MalformedHttpRequestException"
SERIALIZATION = "SerializationException"
TOO_LARGE = "RequestEntityTooLargeException"
UNKNOWN = "UnknownOperationException"
OTHER_METHODS = ("GET", "PUT", "PATCH", "DELETE", "OPTIONS")


#: Requests name this secret where they name one that is there.
KEPT = "kept"
DELETE = "secretsmanager.DeleteSecret"
_DELETION = b'{"SecretId":"%s","ForceDeleteWithoutRecovery":true}' % KEPT.encode()
_SIZE = len(_DELETION)


class Row(NamedTuple):
    """A request, HOST and PORT in it being the endpoint's, and the status and code of its answer."""

    name: str
    request: bytes
    status: int
    #: None for plain text, or for a success.
    code: str | None
    evidence: str

    @property
    def closes(self) -> bool:
        """Whether the connection cannot be used again."""
        return self.status != 200 and self.code in {None, MALFORMED_REQUEST, TOO_LARGE}


def asking(body: bytes, target: str = "secretsmanager.ListSecrets") -> bytes:
    """Return a request with a body."""
    return head_of(f"Content-Length: {len(body)}", target=target) + body


#: A good request: it must never be sent as it is.
DELETING = asking(_DELETION, DELETE)


def _instead(old: str, new: str) -> bytes:
    return DELETING.replace(old.encode(), new.encode("latin-1"))


def _hosts() -> list[Row]:
    hosts = {
        "none": "",
        "attacker": "Host: attacker.example:PORT\r\n",
        "no port": "Host: 127.0.0.1\r\n",
        "another port": "Host: localhost:1\r\n",
        "longer name": "Host: localhost:PORT.attacker.example\r\n",
        "other spelling": "Host: 127.1:PORT\r\n",
        "userinfo": "Host: attacker.example@127.0.0.1:PORT\r\n",
        "twice the same": "Host: HOST\r\nHost: HOST\r\n",
        "ours and another": "Host: HOST\r\nHost: attacker.example\r\n",
        "list": "Host: HOST, attacker.example\r\n",
        "after a line that is no header": "no header\r\nHost: HOST\r\n",
    }
    origins = ("http://attacker.example", "null", "http://localhost:1", "http://127.0.0.1", "https://HOST", "")
    named = [(f"Host: {name}", host) for name, host in hosts.items()]
    named += [(f"Origin: {origin}", f"Host: HOST\r\nOrigin: {origin}\r\n") for origin in origins]
    named += [("Origin: ours and another", "Host: HOST\r\nOrigin: http://HOST\r\nOrigin: null\r\n")]
    targets = ("http://attacker.example/", "http://HOST.attacker.example/", "HTTP://localhost:1/", "https://HOST/", "*")
    return [
        *(Row(name, _instead("Host: HOST\r\n", lines), 403, None, "ours") for name, lines in named),
        *(Row(f"Target: {target}", _instead("POST /", f"POST {target}"), 403, None, "ours") for target in targets),
    ]


def _request_lines() -> list[Row]:
    rest = DELETING[DELETING.index(b"\r\n") :]
    unreadable = [
        (b"how are you today?", 400),
        (b"POST / HTTP/9", 400),
        (b"POST / HTTP/1.1 HTTP/1.1", 400),
        (b"POST / HTTP/2.0", 505),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),  # TLS
        (b"BREW / HTTP/1.1", 501),
        (b"post / HTTP/1.1", 501),
        (b"CONNECT attacker.example:443 HTTP/1.1", 501),
        (b"TRACE / HTTP/1.1", 501),
        (b"POST /" + b"a" * 70_000 + b" HTTP/1.1", 414),
        (b"POST / HTTP/1.1\r\nX: " + b"a" * 70_000, 431),
        (b"POST / HTTP/1.1" + b"\r\nX: a" * 101, 431),
    ]
    return [
        *(Row(f"line {line[:24]!r}", line + rest, status, None, "ours") for line, status in unreadable),
        Row("line HTTP/0.9", b"GET /\r\n\r\n", 403, None, "ours"),  # it names no host
    ]


_CHUNKED = "Transfer-Encoding: chunked"
_CHUNK = b"%x\r\n%s\r\n" % (_SIZE, _DELETION)
_CHUNKS = _CHUNK + b"0\r\n\r\n"
_UNREADABLE = [
    (line, _DELETION)
    for line in (
        "Content-Length: -1",
        f"Content-Length: +{_SIZE}",
        "Content-Length: two",
        "Content-Length:",
        f"Content-Length: {_SIZE // 10}_{_SIZE % 10}",
        "Content-Length: \xb2",
        f"Content-Length: {_SIZE:017}",
        f"Content-Length: \x0b{_SIZE}",
        f"Content-Length: {_SIZE}\xa0",
        f"Content-Length: {_SIZE}\r\n 0",
        f"X: a\0\r\nContent-Length: {_SIZE}",
        f"X\0: a\r\nContent-Length: {_SIZE}",
        f"X: a\rContent-Length: 9\r\nContent-Length: {_SIZE}",
        f"Content-Length: {_SIZE}, {_SIZE}",
        f"Content-Length: {_SIZE}\r\nContent-Length: {_SIZE}",
        f"Content-Length: {_SIZE}\r\ncontent-length: {_SIZE - 1}",
        f"Content-Length : {_SIZE}",
        f"no header\r\nContent-Length: {_SIZE}",
    )
]
_UNREADABLE_CHUNKS = [
    (f"Content-Length: {len(_CHUNKS)}\r\n{_CHUNKED}", _CHUNKS),
    (f"{_CHUNKED}\r\nContent-Length: {len(_CHUNKS)}", _CHUNKS),
    (f"{_CHUNKED}\r\n{_CHUNKED}", _CHUNKS),
    ("Transfer-Encoding: gzip, chunked", _CHUNKS),
    ("Transfer-Encoding: identity", b""),
    ("Transfer-Encoding: xchunked", _CHUNKS),
    ("Transfer-Encoding: \x0bchunked", _CHUNKS),
    ("Transfer-Encoding:", b""),
    (_CHUNKED, b"\r\n"),
    (_CHUNKED, b"-1\r\n"),
    (_CHUNKED, b"0x" + _CHUNKS),
    (_CHUNKED, b" " + _CHUNKS),
    (_CHUNKED, b"%x\x0b" % _SIZE + _CHUNKS[2:]),
    (_CHUNKED, _CHUNK[:-2] + b"\x0b\r\n0\r\n\r\n"),
    (_CHUNKED, _CHUNK[:-2] + b"2\r\n"),
    (_CHUNKED, _CHUNK + b"0\r\n" + b"a: b\r\n" * 101),
    (_CHUNKED, b"0" * 70_000 + _CHUNKS),
    (_CHUNKED, b"%x;" % _SIZE + b"x" * 70_000 + _CHUNKS[2:]),
]
_TOO_LARGE = [
    ("Content-Length: 1048577", _DELETION.ljust(1048577)),
    ("Content-Length: 9999999999999999", _DELETION),
    ("Content-Length: 1048577\r\nExpect: 100-continue", b""),
    (_CHUNKED, b"ffffffffffffffff\r\n" + _DELETION),
    (_CHUNKED, b"80000\r\n" + _DELETION.ljust(0x80000) + b"\r\n80001\r\n"),
]


def _framing() -> list[Row]:
    old = _head(_CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0") + _CHUNKS
    # the codes: https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
    return [
        *(
            Row(f"framing {line} {body[:20]!r}", _head(line) + body, 400, MALFORMED_REQUEST, "inferred")
            for line, body in [*_UNREADABLE, *_UNREADABLE_CHUNKS]
        ),
        *(
            Row(f"size {line} {body[:20]!r}", _head(line) + body, 413, TOO_LARGE, "inferred")
            for line, body in _TOO_LARGE
        ),
        Row("framing: chunks in HTTP/1.0", old, 400, MALFORMED_REQUEST, "inferred"),
    ]


def _head(line: str) -> bytes:
    return head_of(target=DELETE).replace(b"\r\n\r\n", f"\r\n{line}\r\n\r\n".encode("latin-1"))


def _protocol() -> list[Row]:
    target, kind = f"X-Amz-Target: {DELETE}\r\n", f"Content-Type: {JSON}\r\n"
    targets = ("", "DeleteSecret", "secretsmanager.Delete", "secretsmanager.", "AmazonSSM.DeleteSecret", "\xe9")
    kinds = ("text/plain", "application/json", "application/x-amz-json-1.0", "application/cbor", "?", "")
    return [
        *(
            Row(f"target {name}", _instead(target, f"X-Amz-Target: {name}\r\n"), 400, UNKNOWN, "inferred")
            for name in targets
        ),
        Row("no target", _instead(target, ""), 400, UNKNOWN, "inferred"),
        *(Row(f"type {name}", _instead(kind, f"Content-Type: {name}\r\n"), 404, UNKNOWN, "inferred") for name in kinds),
        Row("no type", _instead(kind, ""), 404, UNKNOWN, "inferred"),
        *(Row(f"method {name}", _instead("POST /", f"{name} /"), 404, UNKNOWN, "inferred") for name in OTHER_METHODS),
    ]


#: The code: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, and what SDKs know; texts are inferred.
NO_JSON = {
    "no end": b"{",
    "no end of a text": b'{"NextToken":"',
    "spaces": b"  ",
    "two values": b"{}{}",
    "comma at the end": b'{"MaxResults":1,}',
    "comment": b"{}//",
    "single quotes": b"{'MaxResults':1}",
    "bare key": b"{MaxResults:1}",
    "control character": b'{"NextToken":"\n"}',
    "NaN": b'{"MaxResults":NaN}',
    "NaN where no member is": b'{"Nothing":NaN}',
    "Infinity": b'{"MaxResults":Infinity}',
    "minus Infinity": b'{"MaxResults":-Infinity}',
    "leading zero": b'{"MaxResults":01}',
    "hexadecimal": b'{"MaxResults":0x1}',
    "Latin-1": b'{"NextToken":"\xe9"}',
    "overlong UTF-8": b'{"NextToken":"\xc0\xaf"}',
    "surrogate in UTF-8": b'{"NextToken":"\xed\xa0\x80"}',
    "beyond Unicode": b'{"NextToken":"\xf4\x90\x80\x80"}',
    "UTF-16": '{"MaxResults":1}'.encode("utf-16"),
    "UTF-32": '{"MaxResults":1}'.encode("utf-32"),
    "binary": bytes(range(256)),
    "escape that JSON lacks": b'{"NextToken":"\\x41"}',
    "half an escape": b'{"NextToken":"\\u12"}',
    "half a word": b'{"MaxResults":nul}',
    "fraction without digits": b'{"MaxResults":1.}',
    "plus": b'{"MaxResults":+1}',
    "no value": b'{"MaxResults"}',
    "key that is no text": b'{1:"MaxResults"}',
    "5000 digits": b'{"MaxResults":' + b"1" * 5000 + b"}",
    "deep lists": b'{"Filters":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"Filters":' * 50_000 + b"1" + b"}" * 50_000,
    "deep, no end": b"[" * 200_000,
}
NO_OBJECT = {"null": b"null", "list": b"[]", "truth": b"true", "number": b"1", "text": b'"{}"'}
WRONG_TYPE = {
    "fraction": b'{"MaxResults":1.5}',
    "whole fraction": b'{"MaxResults":1.0}',
    "exponent beyond all": b'{"MaxResults":1e99999999999}',
    "exponent": b'{"MaxResults":1e1}',
    "beyond a double": b'{"MaxResults":1e999}',
    "text for a number": b'{"MaxResults":"1"}',
    "truth for a number": b'{"MaxResults":true}',
    "deep for an object": b'{"Filters":' + b"[" * 100 + b"]" * 100 + b"}",
    "wrong at last": b'{"MaxResults":1,"MaxResults":"1"}',
}
GOOD = {
    "key twice, right at last": b'{"MaxResults":"1","MaxResults":1}',
    "mark of byte order": b"\xef\xbb\xbf{}",
    "as large as may be": b"{}" + b" " * (1024 * 1024 - 2),
}
#: Members that the service does not know.
IGNORED = {
    "deep": b'{"Nothing":' + b"[" * 100 + b"]" * 100 + b"}",
    "beyond 64 bits": b'{"Nothing":18446744073709551617}',
    "twice": b'{"Nothing":1,"Nothing":2}',
    "NUL in a key": b'{"\\u0000":1}',
    "names of languages": b'{"__proto__":{"MaxResults":-1},"constructor":1,"__class__":1,"__type":"x"}',
    "many": b"{" + b",".join(b'"k%d":0' % number for number in range(50_000)) + b"}",
}
#: What comes after a member that is right, before the end of an object.
_REST = {
    "comma at the end": b",}",
    "two values": b"}{}",
    "more than a value": b"}]",
    "no end": b"",
    "NaN": b',"Nothing":NaN}',
    "Latin-1": b',"Nothing":"\xe9"}',
    "lone surrogate": b',"Nothing":"\\ud800"}',
    "deep": b',"Nothing":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "wrong at last": b',"SecretId":1}',
}
#: Writes of which one member is wrong.
_WRITES = {
    "CreateSecret": {"SecretString": 1},
    "DeleteSecret": {"ForceDeleteWithoutRecovery": "true"},
    "PutSecretValue": {"SecretString": ["new"]},
    "RestoreSecret": {"SecretId": ["scheduled"]},
    "TagResource": {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": 1}]},
    "UpdateSecret": {"Description": "new", "SecretString": {"new": 1}},
}


def _writes() -> list[Row]:
    """Return requests that would write, were it not for one mistake."""
    rests = {name: asking(_DELETION[:-1] + rest, DELETE) for name, rest in _REST.items()}
    rests["in a list"] = asking(b"[" + _DELETION + b"]", DELETE)
    rests["UTF-16"] = asking(_DELETION.decode().encode("utf-16"), DELETE)
    for operation, wrong in _WRITES.items():
        named = {"Name": "new"} if operation == "CreateSecret" else {"SecretId": KEPT}
        body = json.dumps({**named, "ClientRequestToken": TOKEN, **wrong}).encode()
        rests[operation] = asking(body, f"secretsmanager.{operation}")
    both = asking(_DELETION[:-1] + b',"RecoveryWindowInDays":7}', DELETE)
    return [
        *(Row(f"write: {name}", request, 400, SERIALIZATION, "inferred") for name, request in rests.items()),
        Row("write: by force and with a window", both, 400, "InvalidParameterException", "inferred"),
    ]


def _json() -> list[Row]:
    refused, out_of_range = NO_JSON | NO_OBJECT | WRONG_TYPE, "ValidationException"
    window = b'{"SecretId":"%s","RecoveryWindowInDays":%d}' % (KEPT.encode(), 2**64)
    return [
        *(Row(f"JSON: {name}", asking(body), 400, SERIALIZATION, "inferred") for name, body in refused.items()),
        *(Row(f"JSON: unknown, {name}", asking(body), 200, None, "recorded") for name, body in IGNORED.items()),
        *(Row(f"JSON: {name}", asking(body), 200, None, "inferred") for name, body in GOOD.items()),
        Row("JSON: minus zero", asking(b'{"MaxResults":-0}'), 400, out_of_range, "inferred"),
        Row("JSON: beyond 64 bits", asking(b'{"MaxResults":18446744073709551617}'), 400, out_of_range, "inferred"),
        Row("JSON: below 64 bits", asking(b'{"MaxResults":-9223372036854775809}'), 400, out_of_range, "inferred"),
        Row("JSON: lone surrogate", asking(b'{"SecretId":"\\ud800"}', DELETE), 400, SERIALIZATION, "inferred"),
        Row("JSON: a long window", asking(window, DELETE), 400, "InvalidParameterException", "inferred"),
    ]


HOSTILE = [*_hosts(), *_request_lines(), *_framing(), *_protocol(), *_json(), *_writes()]
