"""The Parameters and Secrets Extension of AWS Lambda: its answers and its cache, through an HTTP client."""

from __future__ import annotations

from datetime import timedelta

from ..sources import EXTENSION_PAGE
from ..table import D, I, Arn, Matcher, Reply, Row, T1, T2, a, put, scheduled, steps, wait
from .agent import BINARY, DELETE, FORCE, GET, READ, STAGED, asked, fill, read, reads

TTL_60 = {"SECRETS_MANAGER_TTL": "60"}
REFUSED = Reply("an unexpected error occurred while executing request", 400)


class IsoText(Matcher):
    """The start of the row, a noon, in UTC."""

    def matches(self, value):
        """Compare exactly."""
        return value == f"{Matcher.world.start_date:%Y-%m-%d}T12:00:00.123Z"


def value(text="one", version=T1, stages=("AWSCURRENT",), binary=None, created=""):
    """Return the extension's answer, whole."""
    return Reply({"ARN": Arn("a"), "Name": "a", "VersionId": version, "SecretString": text, "SecretBinary": binary,
                  "VersionStages": list(stages), "CreatedDate": created or IsoText(), "ResultMetadata": {}})  # fmt: skip


def row(case, evidence, path, answer, given=a, **more):
    """Return a row of the extension."""
    call = {"path": path, **more.pop("call", {})}
    source = "" if evidence == I else EXTENSION_PAGE
    settings = {"kind": "extension", **more.pop("agent", {})}
    return Row("Extension", case, evidence, call, answer, given=given, source=source, agent=settings, **more)


ROWS = [
    row("by name", D, f"{GET}a", value(), afterwards=asked(READ)),
    row("by staging label", D, f"{GET}a&versionStage=AWSPENDING", value(T2, T2, ["AWSPENDING"]), STAGED),
    row("by VersionId", D, f"{GET}a&versionId={T2}", value(T2, T2, ["AWSPENDING"]), STAGED),
    row("empty parameters", I, f"{GET}a&versionId=&versionStage=", value()),
    row("a binary value", I, f"{GET}a", value(None, binary="AP8="), BINARY),
    row("the date", D, f"{GET}a", value(created="2022-11-16T08:22:40.499Z"), at="2022-11-16T08:22:40.499Z"),
    row("the date of the version", D, f"{GET}a", value(T2, T2, created="2022-11-16T08:22:40.499Z"),
        steps(a, wait(seconds=60), put(T2)), at="2022-11-16T08:21:40.499Z", timed=True),
    row("a date with a tenth of a second", I, f"{GET}a", value(created="2023-01-02T13:05:09.5Z"),
        at="2023-01-02T13:05:09.5Z"),
    row("a date of a whole second", I, f"{GET}a", value(created="2023-12-31T00:00:00Z"), at="2023-12-31T00:00:00Z"),
    row("not there", D, f"{GET}b", REFUSED),
    row("scheduled for deletion", D, f"{GET}a", REFUSED, scheduled),
    row("no token", I, f"{GET}a", REFUSED, call={"with_token": False}, afterwards=asked()),
    row("another token", I, f"{GET}a", REFUSED, afterwards=asked(),
        call={"headers": {"X-Aws-Parameters-Secrets-Token": "another"}, "with_token": False}),
    row("the token of a session", D, f"{GET}a", value(), variables={"AWS_SESSION_TOKEN": "of the function"},
        call={"headers": {"X-Aws-Parameters-Secrets-Token": "of the function"}, "with_token": False}),
    row("the token in X-Vault-Token", I, f"{GET}a", REFUSED, afterwards=asked(),
        call={"headers": {"X-Vault-Token": "TOKEN"}, "with_token": False}),
    row("forwarded", I, f"{GET}a", value(), call={"headers": {"X-Forwarded-For": "10.0.0.1"}}),
    row("no secretId", I, "/secretsmanager/get", REFUSED),
    row("another path", I, "/v1/a", REFUSED, afterwards=asked()),
    row("another method", I, f"{GET}a", REFUSED, call={"method": "POST"}, afterwards=asked()),
    row("HEAD: no text", I, f"{GET}a", Reply("", 400), call={"method": "HEAD"}, afterwards=asked()),
    row("a method of no standard", I, f"{GET}a", REFUSED, call={"method": "BREW"}, afterwards=asked()),
    row("a body", I, f"{GET}a", value(), call={"body": b"{"}),
    row("an unknown parameter", I, f"{GET}a&abc=1", value()),
    row("kept for 300 seconds", D, f"{GET}a", value(), steps(a, read(), put(T2), wait(seconds=299)),
        afterwards=asked(READ), timed=True),
    row("after 300 seconds", D, f"{GET}a", value(T2, T2), steps(a, read(), put(T2), wait(seconds=300)),
        afterwards=asked(READ, READ), timed=True),
    row("deleted, within its 300 seconds", D, f"{GET}a", value(), steps(a, read(), FORCE, wait(seconds=299)),
        afterwards=asked(READ), timed=True),
    row("deleted, after 300 seconds", D, f"{GET}a", REFUSED, steps(a, read(), DELETE, wait(seconds=300)),
        afterwards=asked(READ, READ), timed=True),
    row("SECRETS_MANAGER_TTL=60, within", D, f"{GET}a", value(), steps(a, read(), put(T2), wait(seconds=59)),
        afterwards=asked(READ), timed=True, variables=TTL_60),
    row("SECRETS_MANAGER_TTL=60, after", D, f"{GET}a", value(T2, T2), steps(a, read(), put(T2), wait(seconds=60)),
        afterwards=asked(READ, READ), timed=True, variables=TTL_60),
    row("SECRETS_MANAGER_TTL=300, the longest", D, f"{GET}a", value(), steps(a, read(), put(T2), wait(seconds=299)),
        afterwards=asked(READ), timed=True, variables={"SECRETS_MANAGER_TTL": "300"}),
    row("SECRETS_MANAGER_TTL=0", D, f"{GET}a", value(T2, T2), steps(a, read(), put(T2)), afterwards=asked(READ, READ),
        variables={"SECRETS_MANAGER_TTL": "0"}),
    row("a time to live of its own", D, f"{GET}a", value(T2, T2), steps(a, read(), put(T2), wait(seconds=60)),
        afterwards=asked(READ, READ), timed=True, agent={"ttl": timedelta(seconds=60)}),
    row("a time to live of zero", D, f"{GET}a", value(T2, T2), steps(a, read(), put(T2)), afterwards=asked(READ, READ),
        agent={"ttl": timedelta(0)}),
    row("the cache is full: the oldest goes", I, f"{GET}a", value(T2, T2),
        steps(a, read(), put(T2), read(f"{GET}a&versionStage=AWSPREVIOUS")), afterwards=asked(READ, READ, READ),
        agent={"cache_size": 1}),
    row("a thousand values are kept", D, f"{GET}a", value(), steps(a, read(), put(T2), fill(1, 999)),
        afterwards=reads(1)),
    row("a thousand values and one more: the oldest goes", I, f"{GET}a", value(T2, T2),
        steps(a, read(), put(T2), fill(1, 1000)), afterwards=reads(2)),
    row("a cache of no entries", I, f"{GET}a", value(T2, T2), steps(a, read(), put(T2)), afterwards=asked(READ, READ),
        agent={"cache_size": 0}),
]  # fmt: skip
