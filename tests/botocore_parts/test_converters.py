"""The parsed result of an answer is what botocore's own parser makes of its body, in value, type and order."""

import datetime
import logging
import time

import freezegun
import pytest
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from pytest_secretsdelete._botocore import converters, responses, sessions
from pytest_secretsdelete._service.errors import VALIDATION, Refusal
from pytest_secretsdelete._service.wire import Answer

MODEL = sessions.service_model()
OPERATIONS = tuple(MODEL.operation_names)
URL = "https://secretsmanager.us-east-1.amazonaws.com/"
AT = 1_767_225_600_123
SUMMER_AND_WINTER = (1_751_328_000.25, 1_767_225_600.123, 1_761_436_800, 0)
UNMODELLED = ("ThrottlingException", "AccessDeniedException", VALIDATION, "InternalFailure")


def filled(shape, *, seed=0):
    """Return members for every member of a shape, as an operation returns them."""
    if shape.type_name == "structure":
        return {name: filled(member, seed=place) for place, (name, member) in enumerate(shape.members.items())}
    if shape.type_name == "list":
        return [filled(shape.member, seed=place) for place in range(2)]
    if shape.type_name == "map":
        return {f"key-{place}": filled(shape.value, seed=place) for place in range(2)}
    scalars = {
        "string": f"t\u00e4xt {seed}",
        "boolean": bool(seed % 2),
        "integer": seed,
        "long": 2**40 + seed,
        "timestamp": SUMMER_AND_WINTER[seed % len(SUMMER_AND_WINTER)],
        "blob": "AP/+aHVudGVyMg==",
    }
    return scalars[shape.type_name]


def variants(shape):
    """Return several answers of one shape: whole, reversed, with nulls, with unknown members, and empty."""
    whole = {} if shape is None else filled(shape)
    first = next(iter(whole), "ARN")
    return [
        whole,
        dict(reversed(whole.items())),
        whole | {first: None},
        {"Unheard": {"of": 1}} | whole,
        {name: [] for name, value in whole.items() if isinstance(value, list)},
        {},
    ]


def by_the_parser(answer, operation, response):
    """Parse the same response as botocore's endpoint does."""
    model = MODEL.operation_model(operation)
    parser = create_parser("json")
    raw = {
        "headers": dict(response.headers),
        "status_code": answer.status,
        "body": bytes(response.content),
        "context": {"operation_name": operation},
    }
    parsed = parser.parse(raw, model.output_shape)
    shape = MODEL.shape_for_error_code(parsed["Error"]["Code"]) if "Error" in parsed else None
    parsed.update(parser.parse(raw, shape) if shape is not None else {})
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return parsed


def described(value):
    """Return a value with all types, orders, zones and folds in it, so that == compares these too."""
    if isinstance(value, dict):
        return type(value), [(described(key), described(held)) for key, held in value.items()]
    if isinstance(value, list):
        return type(value), [described(item) for item in value]
    if isinstance(value, datetime.datetime):
        zone = value.tzinfo
        return type(value), value.replace(tzinfo=None), type(zone), zone, value.tzname(), value.utcoffset(), value.fold
    return type(value), value


def check(answer, operation):
    """Compare the parsed result of an answer with the parser's."""
    response, parsed = responses.answered(answer, URL, MODEL.operation_model(operation))
    assert described(parsed) == described(by_the_parser(answer, operation, response))


@pytest.fixture(params=["UTC", "America/St_Johns", "Australia/Lord_Howe"])
def zone(request, monkeypatch):
    """A local zone of the process."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_results_equal_the_parsers(operation):
    """Every operation's answer has the parser's values, types and order of keys."""
    for members in variants(MODEL.operation_model(operation).output_shape):
        check(Answer(200, members, AT), operation)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_a_converter(operation):
    """No operation of the service is left to the parser."""
    assert converters.converter_for(MODEL.operation_model(operation).output_shape) is not None


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the local zone cannot be changed here")
@pytest.mark.parametrize("operation", ["DescribeSecret", "GetSecretValue", "ListSecrets"])
def test_timestamps_in_other_zones(operation, zone):
    """Timestamps are in the local zone, with its summer time."""
    check(Answer(200, filled(MODEL.operation_model(operation).output_shape), AT), operation)


@pytest.mark.parametrize("seconds", [1_761_436_800 + minutes * 60 for minutes in range(0, 180, 15)])
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the local zone cannot be changed here")
def test_timestamps_where_the_clock_is_set_back(seconds, monkeypatch):
    """An hour that comes twice is told apart as the parser does it."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        check(Answer(200, {"CreatedDate": seconds}, AT), "DescribeSecret")
    time.tzset()


def test_timestamps_under_freezegun():
    """Under freezegun a timestamp has freezegun's class, and afterwards the plain one again."""
    answer = Answer(200, {"DeletionDate": 1_767_225_600.5}, AT)
    model = MODEL.operation_model("DeleteSecret")
    with freezegun.freeze_time("2026-01-01", tz_offset=3):
        check(answer, "DeleteSecret")
        assert type(responses.answered(answer, URL, model)[1]["DeletionDate"]) is datetime.datetime
    check(answer, "DeleteSecret")
    assert type(responses.answered(answer, URL, model)[1]["DeletionDate"]) is datetime.datetime


def test_a_timestamp_beyond_the_years():
    """A timestamp that no datetime can hold fails as in the parser."""
    answer = Answer(200, {"DeletionDate": 1e18}, AT)
    with pytest.raises(Exception) as parsers:  # noqa: PT011 - whichever error the installed botocore raises
        create_parser("json").parse(
            {"headers": {}, "status_code": 200, "body": answer.content()},
            MODEL.operation_model("DeleteSecret").output_shape,
        )
    with pytest.raises(type(parsers.value)):
        responses.answered(answer, URL, MODEL.operation_model("DeleteSecret"))


@pytest.mark.parametrize("code", [*(shape.name for shape in MODEL.error_shapes), *UNMODELLED])
@pytest.mark.parametrize("status", [400, 500, 503])
def test_errors_equal_the_parsers(code, status):
    """Every error of the model, and others, are what the parser makes of them, for operations with a result or none."""
    answer = Answer(status, Refusal(code, "Secrets Manager refuses.", status).members, AT)
    for operation in ("GetSecretValue", "TagResource"):
        check(answer, operation)


def test_a_result_shares_nothing_with_the_answer():
    """What a caller changes in a result does not change what the fake holds."""
    members = filled(MODEL.operation_model("ListSecrets").output_shape)
    before = Answer(200, members, AT).content()
    parsed = responses.answered(Answer(200, members, AT), URL, MODEL.operation_model("ListSecrets"))[1]
    parsed["SecretList"][0]["Tags"].clear()
    parsed["SecretList"][0]["RotationRules"].clear()
    parsed["SecretList"][0]["SecretVersionsToStages"].popitem()[1].clear()
    parsed["SecretList"].clear()
    assert Answer(200, members, AT).content() == before


def test_debug_logs_of_the_parser(caplog):
    """Where the parser's debug log is on, the parser itself reads the response and logs it."""
    answer = Answer(200, {"Name": "db/password", "DeletionDate": 1_767_225_600.5}, AT)
    with caplog.at_level(logging.DEBUG, logger="botocore.parsers"):
        check(answer, "DeleteSecret")
        caplog.clear()
        responses.answered(answer, URL, MODEL.operation_model("DeleteSecret"))
    assert [record.name for record in caplog.records] == ["botocore.parsers"] * 2
    assert "db/password" in caplog.text


def test_headers_of_a_response():
    """The headers of an HTTP response are case-insensitive, and those of the parsed result plain."""
    response, parsed = responses.answered(Answer(200, {}, AT), URL, MODEL.operation_model("TagResource"))
    assert response.headers["Content-Type"] == response.headers["content-type"] == "application/x-amz-json-1.1"
    assert dict(response.headers) == parsed["ResponseMetadata"]["HTTPHeaders"]
    assert (response.url, response.status_code, response.content, response.text) == (URL, 200, b"", "")


@pytest.mark.parametrize(
    "odd", [{"document": True}, {"union": True}, {"eventstream": True}, {"type": "float"}], ids=str
)
def test_shapes_that_are_left_to_the_parser(odd):
    """A document, a union, an event stream and an unknown kind are not converted, on whichever level they are."""
    shapes = {
        "Whole": {"type": "structure", "members": {"Held": {"shape": "List"}}},
        "List": {"type": "list", "member": {"shape": "Inner"}},
        "Inner": {"type": "structure", "members": {"Odd": {"shape": "Odd"}}},
        "Odd": {"type": "structure", "members": {"Text": {"shape": "Text"}}} | odd,
        "Text": {"type": "string"},
    }
    model = ServiceModel({"metadata": {}, "operations": {}, "shapes": shapes}, "odd")
    assert converters.converter_for(model.shape_for("Whole")) is None
