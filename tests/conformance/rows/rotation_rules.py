"""Arguments of RotateSecret: the function's ARN and RotationRules."""

from __future__ import annotations

from ..sources import ROTATION_SEEN, SCHEDULES, model, filled
from ..table import (
    ACCOUNT, D, DAY, F, FUNCTION, I, OTHER_ACCOUNT, T1, T2, At, Midnight, Refused, Row, a, call, named, steps,
)  # fmt: skip
from .rotation import END, NOON, ROTATE, RULES, not_rotating, shown

HOUR = 3_600_000


def invalid(text, code_is_inferred=False):
    """Return the refusal of rotation rules, or of a function."""
    return Refused("InvalidParameterException", text, code_is_inferred=code_is_inferred)


def refused(case, evidence, refusal, source="", package="", **rules):
    """Return a row for rules that AWS refuses; nothing is set up."""
    return Row("RotateSecret", f"rules: {case}", evidence, {**ROTATE, "RotationRules": rules}, refusal, given=a,
               afterwards=not_rotating, source=source, package=package)  # fmt: skip


def no_function(case, arn):
    """Return a row for what is no ARN of a function of the region."""
    return Row("RotateSecret", f"function: {case}", F, {**ROTATE, "RotationLambdaARN": arn}, BAD_FUNCTION, given=a,
               afterwards=not_rotating)  # fmt: skip


def function(case, arn):
    """Return a row for an ARN under which there is a function."""
    return Row("RotateSecret", f"function: {case}", I, {**ROTATE, "RotationLambdaARN": arn}, named(VersionId=T2),
               given=steps(a, lambda world: world.fake.rotation_function(arn, lambda event, context: None)))  # fmt: skip


def next_date(case, rules, offset, evidence=D, shown=None, source="", given=a, package=""):
    """Return a row that asks for the NextRotationDate of rules, so many ms after the row's midnight."""
    setup = call("RotateSecret", **{**ROTATE, "RotationRules": rules})
    return Row("DescribeSecret", f"NextRotationDate: {case}", evidence, {"SecretId": "a"},
               named(CreatedDate=At(), LastChangedDate=At(5), LastAccessedDate=Midnight(), LastRotatedDate=At(),
                     RotationEnabled=True, RotationLambdaARN=FUNCTION, RotationRules={**rules, **(shown or {})},
                     NextRotationDate=At(offset - NOON),
                     VersionIdsToStages={T1: ["AWSPREVIOUS"], T2: ["AWSCURRENT"]}),
               given=steps(given, setup), source=source or EXPRESSION, package=package)  # fmt: skip


CRON = {"ScheduleExpression": "cron(0 8 * * ? *)"}
EXPRESSION = model("RotationRulesType", "ScheduleExpression")
DURATION = model("RotationRulesType", "Duration")
DAYS = model("RotationRulesType", "AutomaticallyAfterDays")
BAD_FUNCTION = invalid(
    "Invalid rotation Lambda ARN. Ensure the ARN matches format "
    "arn:aws:lambda:<region>:<account>:function:<functionName>.", code_is_inferred=True,
)  # fmt: skip
TOGETHER = invalid("You cannot specify both rotation frequency and schedule expression together.")
RATE_IN_HOURS = invalid("Rate in hour should be least 4 and less than 24.")
RATE_IN_DAYS = invalid("Rate in day should be greater than 0 and less than 1000.", code_is_inferred=True)
NO_SCHEDULE = invalid("Invalid schedule expression.", code_is_inferred=True)
TOO_LONG = invalid("Duration must be at least 1 hour, at most 24 hour.", code_is_inferred=True)
BEYOND_MIDNIGHT = invalid("Starting hour and duration must be within a day.", code_is_inferred=True)
LONGER_THAN_RATE = invalid("Duration cannot be greater than Rate in hour.", code_is_inferred=True)
ROWS = filled([
    *[Row("RotateSecret", f"rules: {', '.join(rules)}", D, {**ROTATE, "RotationRules": rules}, named(VersionId=T2),
          given=a, afterwards=shown(**{"AutomaticallyAfterDays": 10, **rules}), source=DAYS)
      for rules in ({"AutomaticallyAfterDays": 9}, {"ScheduleExpression": "rate(10 days)", "Duration": "2h"})],
    *[Row("RotateSecret", f"rules: {rate} with a Duration of {duration}", I,
          {**ROTATE, "RotationRules": {"ScheduleExpression": f"rate({rate})", "Duration": duration}}, named(VersionId=T2),
          given=a)
      for rate, duration in (("10 hours", "10h"), ("4 hours", "4h"), ("23 hours", "23h"), ("10 days", "24h"))],
    refused("both kinds of schedule", F, TOGETHER, **RULES, ScheduleExpression="rate(10 days)"),
    *[refused(f"a rate of {rate}", F, RATE_IN_HOURS, ScheduleExpression=f"rate({rate})")
      for rate in ("1 hour", "3 hours", "24 hours", "48 hours")],
    *[refused(f"a rate of {rate}", D, RATE_IN_DAYS, SCHEDULES, ScheduleExpression=f"rate({rate})")
      for rate in ("0 days", "1000 days")],
    *[refused(f"no schedule: {expression}", D, NO_SCHEDULE, EXPRESSION, ScheduleExpression=expression)
      for expression in ("daily", "rate(10 minutes)", "rate(ten days)", "cron(0 8 * *)")],
    refused("a cron by the minute", D, NO_SCHEDULE, SCHEDULES, ScheduleExpression="cron(0/10 8 * * ? *)"),
    refused("a cron for one year", D, NO_SCHEDULE, SCHEDULES, ScheduleExpression="cron(0 8 1 * ? 2030)"),
    refused("a Duration alone", I, NO_SCHEDULE, Duration="3h"),
    refused("a Duration beyond the day", D, TOO_LONG, DURATION, AutomaticallyAfterDays=1, Duration="25h"),
    refused("a Duration of no hour", I, TOO_LONG, AutomaticallyAfterDays=1, Duration="0h"),
    refused("a Duration beyond the next window", D, LONGER_THAN_RATE, DURATION, ScheduleExpression="rate(4 hours)",
            Duration="5h"),
    refused("a window beyond midnight", D, BEYOND_MIDNIGHT, DURATION, "aws_croniter",
            ScheduleExpression="cron(0 20 * * ? *)", Duration="5h"),
    no_function("no ARN", "rotate"),
    no_function("of another service", "arn:aws:s3:::rotate"),
    no_function("without a name", FUNCTION.removesuffix("rotate")),
    no_function("of another region", FUNCTION.replace("us-east-1", "eu-west-1")),
    no_function("of another partition", FUNCTION.replace("arn:aws:", "arn:aws-cn:")),
    function("an alias of it", f"{FUNCTION}:live"),
    function("of another account", FUNCTION.replace(ACCOUNT, OTHER_ACCOUNT)),
    next_date("AutomaticallyAfterDays", RULES, 30 * DAY + END, source=DAYS),
    next_date("rate in days", {"ScheduleExpression": "rate(10 days)"}, 10 * DAY + END,
              shown={"AutomaticallyAfterDays": 10}),
    next_date("rate in hours closes after one", {"ScheduleExpression": "rate(12 hours)"}, DAY + HOUR - 1000,
              shown={"AutomaticallyAfterDays": 1}),
    next_date("a cron", CRON, DAY + END, shown={"AutomaticallyAfterDays": 1}, package="aws_croniter"),
    Row("DescribeSecret", "a cron after RotateImmediately false: its days follow the first rotation", I,
        {"SecretId": "a"},
        named(CreatedDate=At(), LastChangedDate=At(1), LastAccessedDate=Midnight(), RotationEnabled=True,
              RotationLambdaARN=FUNCTION, RotationRules=CRON, NextRotationDate=At(DAY + END - NOON),
              VersionIdsToStages={T1: ["AWSCURRENT"]}), package="aws_croniter",
        given=steps(a, call("RotateSecret", **{**ROTATE, "RotationRules": CRON}, RotateImmediately=False))),
    next_date("Duration", {"AutomaticallyAfterDays": 2, "Duration": "3h"}, 2 * DAY + 3 * HOUR - 1000,
              source=DURATION),
], {F: ROTATION_SEEN})  # fmt: skip
