"""The Secrets Manager Agent: its checks, its answers and its cache, through an HTTP client."""

from __future__ import annotations

from datetime import timedelta

from pytest_secretsdelete import Timeout

from ..sources import AGENT_ANSWER, AGENT_CACHE, AGENT_CHECKS, AGENT_QUERY
from ..table import (
    D, I, MARKED, NOT_FOUND, Arn, Matcher, Refused, Reply, Row, T1, T2, a, call, move, put, scheduled, steps,
    wait,
)  # fmt: skip

GET = "/secretsmanager/get?secretId="


class EpochText(Matcher):
    """The start of the row in seconds, as text."""

    def matches(self, value):
        """Compare exactly."""
        return value == f"{Matcher.world.start / 1000:.3f}"


def value(text="one", version=T1, stages=("AWSCURRENT",), member="SecretString", created=""):
    """Return the Agent's answer, whole."""
    return Reply({"ARN": Arn("a"), "Name": "a", "VersionId": version, member: text, "VersionStages": list(stages),
                  "CreatedDate": created or EpochText()})  # fmt: skip


def error(refused):
    """Return a refusal of AWS as the Agent passes it on, to the letter."""
    return Reply(f'{{"__type":"{refused.code}", "message":"{refused.text}"}}', refused.status)


def row(case, evidence, path, answer, source="", given=a, **more):
    """Return a row of the Agent."""
    call_of_row = {"path": path, **more.pop("call", {})}
    return Row("Agent", case, evidence, call_of_row, answer, given=given, source=source, **more)


def read(path=f"{GET}a", text="one"):
    """Return a step that reads a value from the agent."""

    def run(world):
        reply = world.ask(path)
        assert (reply.status, text in reply.data.decode()) == (200, True), reply.data

    return run


def asked(*operations):
    """Return a check of which calls the reading has made, in all."""

    def check(world):
        made = [made.operation for made in world.fake.calls if made.operation in {"GetSecretValue", "DescribeSecret"}]
        assert made == list(operations)

    return check


def fill(first, last):
    """Return a step that reads as many other secrets, each once."""

    def run(world):
        for number in range(first, last + 1):
            world.fake.seed(f"s{number}", "value")
            read(f"{GET}s{number}", "value")(world)

    return run


def reads(number):
    """Return a check of how often the secret a has been read, past the cache."""

    def check(world):
        assert len(world.fake.calls_of(READ, "a")) == number

    return check


def fails(operation, error):
    """Return a step that lets the next call fail."""
    return lambda world: world.fake.fail(operation, error)


DELETE = call("DeleteSecret", SecretId="a", RecoveryWindowInDays=7)
FORCE = call("DeleteSecret", SecretId="a", ForceDeleteWithoutRecovery=True)
BINARY = call("CreateSecret", Name="a", SecretBinary=b"\x00\xff", ClientRequestToken=T1)
DESCRIBE, READ = "DescribeSecret", "GetSecretValue"
IN_WINDOW = steps(a, read(), DELETE, wait(seconds=300))
STAGED = steps(a, put(T2, "AWSPENDING"))
BROKEN = Refused("InternalServiceError", "An error occurred on the server side.", 500)

ROWS = [
    row("ping, without a token", D, "/ping", Reply("healthy"), AGENT_CHECKS, call={"with_token": False}),
    row("ping, forwarded", I, "/ping", Reply("Forwarded", 400), call={"headers": {"X-Forwarded-For": "10.0.0.1"}}),
    row("ping, another method", I, "/ping", Reply("Not allowed", 405), call={"method": "POST"}),
    row("forwarded, before the token", D, f"{GET}a", Reply("Forwarded", 400), AGENT_CHECKS,
        call={"headers": {"X-Forwarded-For": "10.0.0.1"}, "with_token": False}),
    row("no token, before the method", D, f"{GET}a", Reply("Bad Token", 403), AGENT_CHECKS,
        call={"method": "POST", "with_token": False}),
    row("another token", D, f"{GET}a", Reply("Bad Token", 403), AGENT_CHECKS,
        call={"headers": {"X-Vault-Token": "another"}, "with_token": False}),
    row("the token in X-Vault-Token", D, f"{GET}a", value(), AGENT_CHECKS,
        call={"headers": {"X-Vault-Token": "TOKEN"}, "with_token": False}),
    row("another method, before the path", D, "/none", Reply("Not allowed", 405), AGENT_CHECKS, call={"method": "PUT"}),
    row("HEAD: no text", D, f"{GET}a", Reply("", 405), AGENT_CHECKS, call={"method": "HEAD"}),
    row("a method of no standard", D, f"{GET}a", Reply("Not allowed", 405), AGENT_CHECKS, call={"method": "BREW"}),
    row("a body", I, f"{GET}a", value(), call={"body": b"{"}),
    row("another path", D, "/none", Reply("Not found", 404), AGENT_CHECKS),
    row("no secretId", D, "/secretsmanager/get", Reply("missing parameter secretId", 400), AGENT_QUERY),
    row("an empty secretId", D, GET, Reply("missing parameter secretId", 400), AGENT_QUERY),
    row("no secret in the path", D, "/v1/", Reply("missing secret ID", 400), AGENT_QUERY),
    row("an unknown parameter", D, f"{GET}a&abc=1", Reply("unknown parameter: abc", 400), AGENT_QUERY),
    row("an unknown parameter, of a path", D, "/v1/a?abc=1", Reply("unknown parameter: abc", 400), AGENT_QUERY),
    row("secretId beside a path", I, "/v1/a?secretId=a", Reply("unknown parameter: secretId", 400)),
    row("refreshNow that is neither", D, f"{GET}a&refreshNow=1", Reply("invalid refreshNow value", 400), AGENT_QUERY),
    row("refreshNow in capitals", I, f"{GET}a&refreshNow=TRUE", value()),
    row("by name", D, f"{GET}a", value(), AGENT_ANSWER, afterwards=asked(READ)),
    row("by path", D, "/v1/a", value(), AGENT_ANSWER),
    row("by name with a slash, in the path", D, "/v1/db/password",
        Reply({"ARN": Arn("db/password"), "Name": "db/password", "VersionId": T1, "SecretString": "one",
               "VersionStages": ["AWSCURRENT"], "CreatedDate": EpochText()}), AGENT_ANSWER,
        call("CreateSecret", Name="db/password", SecretString="one", ClientRequestToken=T1)),
    row("by staging label", D, f"{GET}a&versionStage=AWSPENDING", value(T2, T2, ["AWSPENDING"]), AGENT_ANSWER, STAGED),
    row("by VersionId", D, f"{GET}a&versionId={T2}", value(T2, T2, ["AWSPENDING"]), AGENT_ANSWER, STAGED),
    row("by staging label, of a path", D, "/v1/a?versionStage=AWSPENDING", value(T2, T2, ["AWSPENDING"]), AGENT_ANSWER,
        STAGED),
    row("by VersionId, of a path", D, f"/v1/a?versionId={T2}", value(T2, T2, ["AWSPENDING"]), AGENT_ANSWER, STAGED),
    row("the date", D, f"{GET}a", value(created="1569534789.046"), AGENT_ANSWER, at="2019-09-26T21:53:09.046Z"),
    row("the date of the version", D, f"{GET}a", value(T2, T2, created="1569534789.046"), AGENT_ANSWER,
        steps(a, wait(seconds=60), put(T2)), at="2019-09-26T21:52:09.046Z", timed=True),
    row("a date with a tenth of a second", I, f"{GET}a", value(created="1672664709.5"), at="2023-01-02T13:05:09.5Z"),
    row("a date of a whole second", I, f"{GET}a", value(created="1703980800"), at="2023-12-31T00:00:00Z"),
    row("the token of a session", I, f"{GET}a", value(), call={"headers": {"X-Vault-Token": "of the process"},
        "with_token": False}, variables={"AWS_SESSION_TOKEN": "of the process"}),
    row("a binary value", D, f"{GET}a", value("AP8=", member="SecretBinary"), AGENT_ANSWER, BINARY),
    row("not there", D, f"{GET}b", error(NOT_FOUND), AGENT_ANSWER),
    row("scheduled for deletion", D, f"{GET}a", error(MARKED), AGENT_ANSWER, scheduled),
    row("an error of the server", D, f"{GET}a", error(BROKEN), AGENT_ANSWER, steps(a, fails(READ, BROKEN.code))),
    row("no answer of the service", I, f"{GET}a", error(Refused("TimeoutError", "Timeout", 504)),
        given=steps(a, fails(READ, Timeout.READ))),
    row("kept for 300 seconds", D, f"{GET}a", value(), AGENT_CACHE,
        steps(a, read(), put(T2), wait(seconds=299)), afterwards=asked(READ), timed=True),
    row("after 300 seconds, another version has the label", D, f"{GET}a", Reply(
        {**value(T2, T2).content, "CreatedDate": EpochText()}), AGENT_CACHE,
        steps(a, read(), put(T2), wait(seconds=300)), afterwards=asked(READ, DESCRIBE, READ), timed=True),
    row("after 300 seconds, the version still has the label", D, f"{GET}a", value(), AGENT_CACHE,
        steps(a, read(), wait(seconds=300)), afterwards=asked(READ, DESCRIBE), timed=True),
    row("after 300 seconds, the version asked for is still there", D, f"/v1/a?versionId={T2}",
        value(T2, T2, ["AWSPENDING"]), AGENT_CACHE,
        steps(STAGED, read(f"/v1/a?versionId={T2}", T2), move("AWSPENDING", T2, T1), move("KEPT", None, T2),
              wait(seconds=300)), afterwards=asked(READ, DESCRIBE), timed=True),
    row("after 300 seconds, another version has the label asked for", D, f"{GET}a&versionStage=AWSPENDING",
        value("one", T1, ["AWSCURRENT", "AWSPENDING"]), AGENT_CACHE,
        steps(STAGED, read(f"{GET}a&versionStage=AWSPENDING", T2), move("AWSPENDING", T2, T1), wait(seconds=300)),
        afterwards=asked(READ, DESCRIBE, READ), timed=True),
    row("refreshNow", D, f"{GET}a&refreshNow=true", value(T2, T2), AGENT_CACHE, steps(a, read(), put(T2)),
        afterwards=asked(READ, READ)),
    row("refreshNow, of a path", D, "/v1/a?refreshNow=true", value(T2, T2), AGENT_CACHE,
        steps(a, read("/v1/a"), put(T2)), afterwards=asked(READ, READ)),
    row("refreshNow keeps what it reads", I, f"{GET}a", value(T2, T2),
        given=steps(a, read(), put(T2), read(f"{GET}a&refreshNow=true", T2)), afterwards=asked(READ, READ)),
    row("refreshNow=false", D, f"{GET}a&refreshNow=false", value(), AGENT_CACHE, steps(a, read(), put(T2)),
        afterwards=asked(READ)),
    row("deleted, within its 300 seconds", D, f"{GET}a", value(), AGENT_CACHE, steps(a, read(), FORCE),
        afterwards=asked(READ)),
    row("deleted, after 300 seconds, within its window", D, f"{GET}a", value(), AGENT_CACHE, IN_WINDOW,
        afterwards=asked(READ, DESCRIBE), timed=True),
    row("deleted, refreshNow", D, f"{GET}a&refreshNow=true", error(MARKED), AGENT_CACHE, IN_WINDOW, timed=True),
    row("deleted, kept again within its window", D, f"{GET}a", value(), AGENT_CACHE,
        steps(IN_WINDOW, read(), wait(days=6, seconds=86_000), read(), wait(seconds=299)),
        afterwards=asked(READ, DESCRIBE, DESCRIBE), timed=True),
    row("purged, after 300 seconds", D, f"{GET}a", error(NOT_FOUND), AGENT_CACHE,
        steps(a, read(), FORCE, wait(seconds=300)), afterwards=asked(READ, DESCRIBE), timed=True),
    row("after 300 seconds, an error of the server", I, f"{GET}a", value(),
        given=steps(a, read(), wait(seconds=300), fails(DESCRIBE, BROKEN.code)),
        afterwards=asked(READ, DESCRIBE), timed=True),
    row("after 300 seconds, no answer of the service", I, f"{GET}a", value(),
        given=steps(a, read(), put(T2), wait(seconds=300), fails(READ, Timeout.READ)),
        afterwards=asked(READ, DESCRIBE, READ), timed=True),
    row("kept under what was asked for", D, "/v1/a?versionStage=AWSCURRENT", value(T2, T2), AGENT_CACHE,
        steps(a, read(), put(T2)), afterwards=asked(READ, READ)),
    row("kept for an hour at most", D, f"{GET}a", value(), AGENT_CACHE, steps(a, read(), put(T2), wait(seconds=3599)),
        afterwards=asked(READ), timed=True, agent={"ttl": timedelta(hours=1)}),
    row("kept for 300 seconds, whatever SECRETS_MANAGER_TTL says", I, f"{GET}a", value(),
        given=steps(a, read(), put(T2), wait(seconds=299)), afterwards=asked(READ), timed=True,
        variables={"SECRETS_MANAGER_TTL": "10"}),
    row("after an hour, another version has the label", D, f"{GET}a", Reply(
        {**value(T2, T2).content, "CreatedDate": EpochText()}), AGENT_CACHE,
        steps(a, read(), put(T2), wait(hours=1)), afterwards=asked(READ, DESCRIBE, READ), timed=True,
        agent={"ttl": timedelta(hours=1)}),
    row("a time to live of zero", D, f"{GET}a", value(T2, T2), AGENT_CACHE, steps(a, read(), put(T2)),
        afterwards=asked(READ, READ), agent={"ttl": timedelta(0)}),
    row("a refusal is not kept", I, f"{GET}a", value(),
        given=steps(lambda world: world.ask(f"{GET}a"), a), afterwards=asked(READ, READ)),
    row("the cache is full: the oldest goes", D, f"{GET}a", value(T2, T2), AGENT_CACHE,
        steps(a, read(), put(T2), read("/v1/a?versionStage=AWSPREVIOUS")), afterwards=asked(READ, READ, READ),
        agent={"cache_size": 1}),
    row("a thousand values are kept", D, f"{GET}a", value(), AGENT_CACHE, steps(a, read(), put(T2), fill(1, 999)),
        afterwards=reads(1)),
    row("a thousand values and one more: the oldest goes", D, f"{GET}a", value(T2, T2), AGENT_CACHE,
        steps(a, read(), put(T2), fill(1, 1000)), afterwards=reads(2)),
    row("a cache of no entries", I, f"{GET}a", value(T2, T2), given=steps(a, read(), put(T2)),
        afterwards=asked(READ, READ), agent={"cache_size": 0}),
]  # fmt: skip
