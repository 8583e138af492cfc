"""Parameter Store's references to secrets: who answers which name, under early and late interception."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from botocore.stub import Stubber
from moto import mock_aws

from pytest_secretsdelete import MALFORMED, FakeSecretsManager, Timeout
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._reach.guard import Guard, UnmockedCallError
from pytest_secretsdelete._reach.under_way import FakeStoppedError
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.story import story_of
from pytest_secretsdelete._service.ssm import Asked, merged

from ..support import (
    ORDERS,
    OTHER_ACCOUNT,
    REGION,
    VALUE,
    Watch,
    json_response,
    make_request,
    refused,
    send_raw,
    shows,
)
from ..support.moments import at_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from .listener import Listener

PREFIX = "/aws/reference/secretsmanager/"
OURS, THEIRS, MISSING = f"{PREFIX}db/password", "/app/level", f"{PREFIX}none"
BOTH = [MISSING, THEIRS, OURS]
PLAIN = {"Name": THEIRS, "Type": "String", "Value": "theirs"}
MINE = {"Name": OURS, "Type": "String", "Value": "mine"}
KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}


def ssm(region: str = REGION, **options: Any) -> Any:
    """Return a client of Parameter Store that has credentials of its own."""
    return boto3.Session().client("ssm", region_name=region, **{**KEYS, **options})


def late(client: Any) -> None:
    """Give a client a foreign handler on a later event."""
    client.meta.events.register("request-created.ssm", Watch())


EARLY_AND_LATE = pytest.mark.parametrize("intercept", [lambda client: None, late], ids=["early", "late"])


@pytest.fixture(autouse=True)
def seeded(fake: FakeSecretsManager) -> FakeSecretsManager:
    """Let the fake hold a secret."""
    fake.seed("db/password", VALUE)
    return fake


@pytest.fixture
def parameters() -> Any:
    """Give a client of Parameter Store."""
    return ssm()


class Network:
    """Stands where the network is, and knows one parameter."""

    def __init__(self, client: Any, status: int = 200) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._status = status
        client.meta.events.register_last("before-send", self.send)

    def send(self, request: Any, **_: Any) -> Any:
        """Answer a request that has come this far."""
        body = json.loads(request.body)
        self.bodies.append(body)
        if self._status != 200:
            return json_response({"__type": "InternalServerError", "message": "down"}, self._status)
        if "Name" in body:
            return json_response({"Parameter": PLAIN})
        invalid = [name for name in body["Names"] if name != THEIRS]
        return json_response({"Parameters": [PLAIN], "InvalidParameters": invalid})


def read(client: Any, name: str = OURS) -> str:
    """Return the value of a parameter."""
    value: str = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    return value


def read_all(client: Any, names: list[str] | None = None) -> tuple[list[str], list[str]]:
    """Return the values and the invalid names of a GetParameters."""
    answer = client.get_parameters(Names=names or BOTH, WithDecryption=True)
    return [one["Value"] for one in answer["Parameters"]], answer["InvalidParameters"]


def made(fake: FakeSecretsManager) -> list[tuple[str, str | None]]:
    """Return the recorded calls and how they ended."""
    return [(call.operation, call.error_code) for call in fake.calls]


@EARLY_AND_LATE
def test_both_calls_are_recorded(intercept: Callable[[Any], None], parameters: Any, fake: FakeSecretsManager) -> None:
    """SSM's call comes first, with its parameters, then the GetSecretValue that it makes."""
    intercept(parameters)
    assert read(parameters) == VALUE
    outer, inner = fake.calls
    assert (outer.operation, outer.parameters) == ("GetParameter", {"Name": OURS, "WithDecryption": True})
    assert (inner.operation, inner.parameters) == ("GetSecretValue", {"SecretId": "db/password"})
    assert {outer.region, inner.region} == {REGION}
    assert not shows(VALUE, repr(fake.calls))
    assert fake.calls_of("GetParameter") == (outer,)
    assert fake.calls_of("GetSecretValue", "db/password") == (inner,)


def test_the_report_of_a_reference_with_a_label(parameters: Any, fake: FakeSecretsManager) -> None:
    """A call that names a label stands in the life of the secret, too."""
    assert read_all(parameters, [f"{OURS}:AWSCURRENT"])[0] == [VALUE]
    lines = at_once(as_text(story_of(service_of(fake)), 120)).splitlines()
    (life,) = [line for line in lines if line.startswith("db/password ")]
    assert "GetParameters +0s, " in life


def test_the_report_names_what_was_asked_for(parameters: Any, fake: FakeSecretsManager) -> None:
    """The call of Parameter Store, and the reading that it makes, stand in the life of each secret."""
    read_all(parameters, [OURS, MISSING])
    lines = at_once(as_text(story_of(service_of(fake)), 120)).splitlines()
    for name, read in ("db/password", "GetSecretValue +0s"), ("none", "ResourceNotFoundException +0s"):
        (life,) = [line for line in lines if line.startswith(f"{name} ")]
        assert "GetParameters +0s, " in life
        assert life.endswith(read)


@EARLY_AND_LATE
def test_other_names_go_on(intercept: Callable[[Any], None], parameters: Any, fake: FakeSecretsManager) -> None:
    """Parameter Store's own parameters and its other operations are not the fake's."""
    intercept(parameters)
    network = Network(parameters)
    assert read(parameters, THEIRS) == "theirs"
    assert read_all(parameters, [THEIRS]) == (["theirs"], [])
    parameters.get_parameter_history(Name=OURS)
    assert [body.get("Name") for body in network.bodies] == [THEIRS, None, OURS]
    assert fake.calls == ()


@EARLY_AND_LATE
def test_both_kinds_in_one_call(intercept: Callable[[Any], None], parameters: Any, fake: FakeSecretsManager) -> None:
    """Theirs are asked for alone; the answers come in the order of the names."""
    intercept(parameters)
    network = Network(parameters)
    names = [MISSING, "/app/none", OURS, THEIRS]
    assert read_all(parameters, names) == ([VALUE, "theirs"], [MISSING, "/app/none"])
    assert read_all(parameters, names[::-1]) == (["theirs", VALUE], ["/app/none", MISSING])
    assert [body["Names"] for body in network.bodies] == [["/app/none", THEIRS], [THEIRS, "/app/none"]]
    assert [body["WithDecryption"] for body in network.bodies] == [True, True]
    assert fake.calls[0].parameters["Names"] == names
    assert [operation for operation, _ in made(fake)] == ["GetParameters", "GetSecretValue", "GetSecretValue"] * 2


def test_theirs_fail(parameters: Any, fake: FakeSecretsManager) -> None:
    """Where the others' part fails, that is the answer, and nothing is read."""
    Network(parameters, status=400)
    with refused("InternalServerError"):
        read_all(parameters)
    assert fake.calls == ()


def test_ours_are_denied(parameters: Any, fake: FakeSecretsManager) -> None:
    """Where the fake's part is denied, the whole call is; what a handler is asked for is theirs alone."""
    network = Network(parameters)
    fake.deny("GetSecretValue", "db/password")
    with refused("AccessDeniedException") as caught:
        read_all(parameters)
    assert "Parameters" not in caught.value.response
    fake.allow()
    assert read_all(parameters) == (["theirs", VALUE], [MISSING])
    assert [body["Names"] for body in network.bodies] == [[THEIRS], [THEIRS]]


def test_ours_are_denied_before_others_are_asked(listener: Listener, fake: FakeSecretsManager) -> None:
    """A denied call of both kinds does not reach the server of the others."""
    client = ssm(endpoint_url=listener.url)
    fake.deny()
    with refused("AccessDeniedException"):
        read_all(client)
    assert listener.requests == []


@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServiceError", Timeout.READ])
def test_ours_fail_and_are_asked_for_again(error: Any, fake: FakeSecretsManager) -> None:
    """botocore repeats a call of both kinds whose part of the fake's fails; the others are asked for once."""
    with mock_aws():
        client = ssm(config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
        client.put_parameter(Name=THEIRS, Value="motos", Type="String")
        watch = Watch()
        client.meta.events.register("request-created.ssm.GetParameters", watch)
        fake.fail("GetSecretValue", error, times=2, secret_id="none")
        assert read_all(client) == (["motos", VALUE], [MISSING])
    assert len(watch.seen) == 3
    outer = [code is None for operation, code in made(fake) if operation == "GetParameters"]
    assert outer == [False, False, True]


def test_ours_fail_where_a_stubber_answers(parameters: Any, fake: FakeSecretsManager) -> None:
    """Where others have answered for their part and the fake's is refused, the call is, with the refusal's code."""
    fake.fail("GetSecretValue", "InternalServiceError")
    with Stubber(parameters) as stubber:
        stubber.add_response("get_parameters", {"Parameters": [PLAIN]})
        with refused("InternalServiceError") as caught:
            read_all(parameters)
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "Parameters" not in response


@pytest.mark.parametrize("by", [Network, lambda client: None], ids=["a handler", "moto"])
def test_no_answer_to_ours(by: Callable[[Any], Any], fake: FakeSecretsManager) -> None:
    """A timeout of the fake's part is one of the call; an answer that breaks off has no members."""
    with mock_aws():
        client = ssm(config=Config(retries={"total_max_attempts": 1}))
        client.put_parameter(Name=THEIRS, Value="motos", Type="String")
        by(client)
        fake.fail("GetSecretValue", Timeout.READ)
        with pytest.raises(ReadTimeoutError):
            read_all(client)
        fake.fail("GetSecretValue", MALFORMED)
        answer = client.get_parameters(Names=BOTH, WithDecryption=True)
        assert not {"Parameters", "InvalidParameters"} & set(answer)
        assert len(read_all(client)[0]) == 2


@EARLY_AND_LATE
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("event", ["before-call", "before-send"])
def test_a_handler_that_answers_wins(
    event: str, order: str, intercept: Callable[[Any], None], parameters: Any, fake: FakeSecretsManager
) -> None:
    """A user's own answer is given, and the fake knows nothing of the call."""
    intercept(parameters)
    one = ({"Parameter": MINE}, {"Parameters": [MINE]})

    def handler(event_name: str, **_: Any) -> Any:
        members = one[event_name.endswith("s")]
        http = json_response(members)
        return (http, {**members, "ResponseMetadata": {}}) if event == "before-call" else http

    getattr(parameters.meta.events, order)(event, handler)
    assert read(parameters) == "mine"
    assert parameters.get_parameters(Names=[OURS, MISSING], WithDecryption=True)["Parameters"] == [MINE]
    assert fake.calls == ()


def test_a_stubber_wins(parameters: Any, fake: FakeSecretsManager) -> None:
    """An active Stubber answers references alone, and refuses calls; nothing is recorded."""
    with Stubber(parameters) as stubber:
        stubber.add_response("get_parameter", {"Parameter": MINE}, {"Name": OURS, "WithDecryption": True})
        stubber.add_response("get_parameters", {"Parameters": [MINE], "InvalidParameters": [MISSING, THEIRS]})
        stubber.add_client_error("get_parameters", "InternalServerError")
        assert read(parameters) == "mine"
        assert read_all(parameters) == (["mine"], [MISSING, THEIRS])
        with refused("InternalServerError"):
            read_all(parameters)
    assert fake.calls == ()


def test_a_stubber_answers_for_theirs(parameters: Any, fake: FakeSecretsManager) -> None:
    """Of both kinds, what an active Stubber says nothing of is the fake's."""
    metadata = {"RequestId": "stubbed", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    with Stubber(parameters) as stubber:
        stubber.add_response(
            "get_parameters",
            {"Parameters": [PLAIN], "ResponseMetadata": metadata},
            {"Names": BOTH, "WithDecryption": True},
        )
        answer = parameters.get_parameters(Names=BOTH, WithDecryption=True)
    assert [one["Value"] for one in answer["Parameters"]] == ["theirs", VALUE]
    assert answer["InvalidParameters"] == [MISSING]
    assert answer["ResponseMetadata"] == metadata
    refusal = ("GetSecretValue", "ResourceNotFoundException")
    assert made(fake) == [("GetParameters", None), refusal, ("GetSecretValue", None)]


@EARLY_AND_LATE
def test_moto_has_the_others(intercept: Callable[[Any], None], fake: FakeSecretsManager) -> None:
    """Under mock_aws, moto answers for Parameter Store's own parameters, and for no reference."""
    with mock_aws():
        client = ssm()
        intercept(client)
        client.put_parameter(Name=THEIRS, Value="motos", Type="String")
        assert read(client) == VALUE
        assert read(client, THEIRS) == "motos"
        assert read_all(client) == (["motos", VALUE], [MISSING])
        fake.fail("GetSecretValue", "InternalServiceError")
        assert read(client) == VALUE
        with refused("ParameterNotFound"):
            read(client, MISSING)
    assert made(fake)[5:7] == [("GetParameter", "InternalServiceError"), ("GetSecretValue", "InternalServiceError")]


@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServiceError", Timeout.READ, Timeout.CONNECT])
def test_faults_are_retried(error: Any, fake: FakeSecretsManager) -> None:
    """A fault of GetSecretValue takes the way of a real answer, so that botocore's retries run."""
    client = ssm(config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    fake.fail("GetSecretValue", error, times=2, secret_id="db/password")
    assert read(client) == VALUE
    assert [code is None for _, code in made(fake)] == [False] * 4 + [True] * 2


def test_a_malformed_answer(parameters: Any, fake: FakeSecretsManager) -> None:
    """An answer that breaks off has no members."""
    fake.fail("GetSecretValue", MALFORMED)
    assert set(parameters.get_parameter(Name=OURS, WithDecryption=True)) == {"ResponseMetadata"}


@EARLY_AND_LATE
def test_the_region_is_the_clients(intercept: Callable[[Any], None], fake: FakeSecretsManager) -> None:
    """A client of another region reads that region's store, and one of no region at all does not connect."""
    fake.seed("db/password", "elsewhere", region="eu-west-3")
    elsewhere, nowhere = ssm("eu-west-3"), ssm("mars-north-1")
    intercept(elsewhere)
    intercept(nowhere)
    assert read(elsewhere) == "elsewhere"
    with pytest.raises(EndpointConnectionError) as caught:
        read(nowhere)
    assert "The region 'mars-north-1' is in no partition" in "".join(caught.value.__notes__)


def test_how_refusals_are_written(parameters: Any, fake: FakeSecretsManager) -> None:
    """Parameter Store writes `message` with a small letter in its own refusals, IAM `Message` in denials."""

    def written(name: str) -> dict[str, Any]:
        response, _ = make_request(parameters, "GetParameter", {"Name": name, "WithDecryption": True})
        body: dict[str, Any] = json.loads(response.content)
        return body

    assert set(written(MISSING)) == {"__type", "message"}
    fake.deny("GetSecretValue")
    assert set(written(OURS)) == {"__type", "Message"}


def test_the_account_is_the_clients() -> None:
    """A secret of another account is not found by its name."""
    with refused("ParameterNotFound"):
        read(ssm(aws_access_key_id=OTHER_ACCOUNT))


@EARLY_AND_LATE
def test_no_credentials_are_needed(intercept: Callable[[Any], None], fake: FakeSecretsManager) -> None:
    """References alone need no signature; a call that goes on does."""
    fake.stop()
    with FakeSecretsManager(region=REGION, keep_credentials=True) as fake:
        fake.seed("db/password", VALUE)
        client = boto3.Session().client("ssm", region_name=REGION)
        intercept(client)
        assert read(client) == VALUE
        with pytest.raises(NoCredentialsError):
            read_all(client)


@EARLY_AND_LATE
def test_a_body_of_the_users_own(intercept: Callable[[Any], None], parameters: Any, fake: FakeSecretsManager) -> None:
    """What a handler makes of a request is what is read of it; what is no request goes on."""
    intercept(parameters)
    network = Network(parameters)
    bodies = [json.dumps({"Name": THEIRS}), json.dumps({"Name": ["no text"]}), json.dumps({"Names": "no list"})]
    for body in bodies:
        parameters.meta.events.register("before-call", lambda params, body=body, **_: params.update(body=body))
        parameters.get_parameter(Name=OURS, WithDecryption=True)
    parameters.meta.events.register("before-call", lambda params, **_: params.update(body="{"))
    with pytest.raises(json.JSONDecodeError):
        parameters.get_parameter(Name=OURS, WithDecryption=True)
    assert network.bodies == [json.loads(body) for body in bodies]
    assert fake.calls == ()


@pytest.mark.parametrize("names", [[OURS], BOTH])
def test_a_call_under_way_when_the_fake_stops(names: list[str], parameters: Any, fake: FakeSecretsManager) -> None:
    """It never leaves the process: it raises, and says which parameter it was about."""
    parameters.meta.events.register("request-created.ssm", lambda **_: fake.stop())
    network = Network(parameters) if names is BOTH else None
    with pytest.raises(FakeStoppedError, match=f"GetParameters of '.*{OURS}' in {REGION}"):
        read_all(parameters, names)
    assert network is None or [body["Names"] for body in network.bodies] == [[THEIRS]]


def test_moto_does_not_get_a_call_whose_fake_has_stopped(fake: FakeSecretsManager) -> None:
    """moto is not asked for what the fake would have answered, though the fake is gone when the request is sent."""
    fake.stop()
    with mock_aws():
        fake.start()
        client = ssm()
        late(client)
        client.meta.events.register("request-created.ssm", lambda **_: fake.stop())
        with pytest.raises(FakeStoppedError):
            read_all(client, [OURS])


def test_without_a_fake_calls_go_out(parameters: Any, fake: FakeSecretsManager) -> None:
    """Once no fake is active, every name goes where it would go without the package."""
    assert read(parameters) == VALUE
    fake.stop()
    network = Network(parameters)
    assert read(parameters) == "theirs"
    assert read_all(parameters) == (["theirs"], [MISSING, OURS])
    assert [body.get("Names") for body in network.bodies] == [None, BOTH]


class TestGuarded:
    """Where a guard stands and no fake."""

    @pytest.fixture(autouse=True)
    def no_fake(self, fake: FakeSecretsManager, guard: Guard) -> None:
        """Let no fake answer, so that the guard stops a call."""
        fake.stop()

    @pytest.mark.parametrize("keys", [KEYS, {"aws_access_key_id": None, "aws_secret_access_key": None}])
    def test_references_are_stopped(self, keys: Any, guard: Guard) -> None:
        """A call for a reference is stopped, also beside other names; a call for these is not."""
        client = ssm(**keys)
        with pytest.raises(UnmockedCallError, match=f"GetParameter of '{OURS}' in {REGION} would have left"):
            read(client)
        with pytest.raises(UnmockedCallError, match=f"GetParameters of '{MISSING}, {OURS}'"):
            read_all(client)
        assert len(guard.take()) == 2

    def test_what_is_let_through_is_signed(self) -> None:
        """A call to a server on this machine is botocore's, which needs credentials for it."""
        keys = {"aws_access_key_id": None, "aws_secret_access_key": None}
        for name in (OURS, THEIRS):
            with pytest.raises(NoCredentialsError):
                read(ssm(endpoint_url="http://localhost:4566", **keys), name)

    def test_a_raw_request_is_stopped(self, guard: Guard) -> None:
        """So is a request that has not come past before-call, if it names a reference."""
        client = ssm()
        network = Network(client)
        with pytest.raises(UnmockedCallError, match=f"GetParameters of '{OURS}' in an unknown region"):
            send_raw(client, "GetParameters", {"Names": [THEIRS, OURS]})
        assert send_raw(client, "GetParameters", {"Names": [THEIRS]})[0] == 200
        assert [body["Names"] for body in network.bodies] == [[THEIRS]]
        assert len(guard.take()) == 1

    def test_the_rest_is_let_through(self) -> None:
        """Other names go on, as do calls to a server on this machine and calls that a handler answers."""
        client, near = ssm(), ssm(endpoint_url="http://localhost:4566")
        for each in (client, near):
            each.meta.events.register("before-send", lambda **_: json_response({"Parameters": [PLAIN]}))
        assert client.get_parameters(Names=[THEIRS])["Parameters"] == [PLAIN]
        assert client.get_parameters(Names=BOTH)["Parameters"] == [PLAIN]
        assert near.get_parameters(Names=BOTH)["Parameters"] == [PLAIN]


def test_nothing_is_loaded_for_other_services() -> None:
    """A process that reads no parameter does not load what answers them."""
    code = (
        "import sys, boto3\n"
        "from pytest_secretsdelete import FakeSecretsManager\n"
        "with FakeSecretsManager(region='us-east-1') as fake:\n"
        "    fake.seed('a', 'b')\n"
        "    boto3.client('secretsmanager').get_secret_value(SecretId='a')\n"
        "    assert 'pytest_secretsdelete._service.ssm' not in sys.modules\n"
        "    boto3.client('ssm').get_parameter(Name='/aws/reference/secretsmanager/a', WithDecryption=True)\n"
        "    assert 'pytest_secretsdelete._service.ssm' in sys.modules\n"
        "    assert 'pytest_secretsdelete._reach.agent' not in sys.modules\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


ARN = f"arn:aws:ssm:{REGION}:123456789012:parameter/app/level"


@pytest.mark.parametrize(
    ("name", "answered"),
    [
        (THEIRS, {"Name": THEIRS}),
        (f"{THEIRS}:1", {"Name": THEIRS, "Selector": ":1"}),
        (f"{THEIRS}:1", {"Name": THEIRS}),
        (ARN, {"Name": THEIRS, "ARN": ARN}),
        (f"{ARN}:1", {"Name": THEIRS, "ARN": ARN, "Selector": ":1"}),
    ],
)
def test_the_order_of_names(name: str, answered: dict[str, str]) -> None:
    """However theirs is named and answered, it stands where it was asked for; what nobody asked for comes last."""
    mine, other = {"Name": OURS}, {"Name": "/other"}
    theirs = {"Parameters": [other, answered], "InvalidParameters": []}
    for names, expected in (([name, OURS], [answered, mine, other]), ([OURS, name], [mine, answered, other])):
        asked = Asked("GetParameters", {"Names": names})
        found = merged(asked, theirs, {"Parameters": [mine], "InvalidParameters": []})
        assert found["Parameters"] == expected


@EARLY_AND_LATE
def test_the_url_of_an_answer(intercept: Callable[[Any], None], parameters: Any) -> None:
    """An answer is one from the client's endpoint."""
    intercept(parameters)
    urls: list[str] = []
    parameters.meta.events.register("after-call", lambda http_response, **_: urls.append(http_response.url))
    read(parameters)
    assert [url.rstrip("/") for url in urls] == [parameters.meta.endpoint_url]


def test_a_handler_on_one_operation(parameters: Any) -> None:
    """It is called for that operation, whichever was called before, and for no other."""
    watch = Watch()
    parameters.meta.events.register("request-created.ssm.GetParameter", watch)
    read_all(parameters, [OURS])
    assert watch.seen == []
    assert read(parameters) == VALUE
    assert len(watch.seen) == 1


def test_a_call_for_references_alone_builds_no_request(parameters: Any) -> None:
    """Without foreign handlers behind the fake's, it is answered before a request is built."""
    watch = Watch()
    parameters.meta.events.register("before-call.ssm", watch)
    parameters._endpoint.create_request = None  # nobody could call it
    assert read(parameters) == VALUE
    assert read_all(parameters, [OURS]) == ([VALUE], [])
    assert len(watch.seen) == 2


@pytest.mark.parametrize("names", [[OURS], BOTH])
def test_a_fake_that_starts_and_stops_in_the_midst_of_a_call(
    names: list[str], fake: FakeSecretsManager, listener: Listener
) -> None:
    """A call that has met a fake on its way is not sent, though it began without one; others' names are asked for."""
    fake.stop()
    client = ssm(endpoint_url=listener.url)
    client.meta.events.register("before-parameter-build", lambda **_: fake.start() and None)
    client.meta.events.register("request-created", lambda **_: fake.stop())
    with pytest.raises(FakeStoppedError):
        read_all(client, names)
    assert len(listener.requests) == (names is BOTH)


def test_what_a_handler_does_to_the_names(parameters: Any, fake: FakeSecretsManager) -> None:
    """What an active Stubber answers is compared with the names that were asked for, whatever became of the list."""
    parameters.meta.events.register("provide-client-params", lambda params, **_: params["Names"].append("/more"))
    with Stubber(parameters) as stubber:
        stubber.add_response("get_parameters", {"Parameters": [PLAIN], "InvalidParameters": ["/more"]})
        assert read_all(parameters, list(BOTH)) == (["theirs", VALUE], [MISSING, "/more"])
