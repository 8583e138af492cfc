"""What the fake remembers: calls with their parameters, and the steps in the lives of its secrets."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import pickle
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import botocore.session
import pytest
from botocore.config import Config

from pytest_secretsdelete import MALFORMED, FakeSecretsManager, Timeout
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service import places
from pytest_secretsdelete._service import timeline as timelines
from pytest_secretsdelete._service.entries import Attempt, Rotation
from pytest_secretsdelete._service.instant import to_datetime
from pytest_secretsdelete._service.places import shown
from pytest_secretsdelete._service.report.facts import instant_of
from pytest_secretsdelete._service.timeline import Timeline
from pytest_secretsdelete._service.undo import Checkpoint, Journal

from ..support import REGION, VALUE, in_threads, refused, send_raw, token

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import Clock


def test_a_call(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A call is recorded with operation, wire parameters, region and instant."""
    client.create_secret(Name="db/password", Description="d", ClientRequestToken=token(1), Tags=[])
    (call,) = fake.calls
    assert call.operation == "CreateSecret"
    assert call.parameters == {
        "Name": "db/password",
        "Description": "d",
        "ClientRequestToken": token(1),
        "Tags": [],
    }
    assert (call.region, call.at, call.error_code) == (REGION, clock.now(), None)


def test_refused_calls(fake: FakeSecretsManager, client: Any) -> None:
    """Refused calls are recorded with the code that they were answered with."""
    with refused("ResourceNotFoundException"):
        client.get_secret_value(SecretId="none")
    with refused("ValidationException"):
        client.get_secret_value(SecretId="no name")
    send_raw(client, "GetSecretValue", "not json")
    send_raw(client, "GetSecretValue", {"SecretId": 5})
    assert [call.error_code for call in fake.calls] == [
        "ResourceNotFoundException",
        "ValidationException",
        "SerializationException",
        "SerializationException",
    ]
    assert [dict(call.parameters) for call in fake.calls] == [
        {"SecretId": "none"},
        {"SecretId": "no name"},
        {},
        {"SecretId": 5},
    ]


def test_secret_values_are_redacted(fake: FakeSecretsManager, client: Any) -> None:
    """Values, binary ones and rotation tokens are not in the record, whether the call succeeds or not."""
    client.create_secret(Name="a", SecretString=VALUE)
    client.put_secret_value(SecretId="a", SecretBinary=VALUE.encode())
    client.update_secret(SecretId="a", SecretString=VALUE)
    with refused("ResourceExistsException"):
        client.create_secret(Name="a", SecretString=VALUE)
    fake.deny()
    with refused("AccessDeniedException"):
        client.put_secret_value(SecretId="a", SecretString=VALUE)
    assert len(fake.calls) == 5
    for call in fake.calls:
        (shown,) = {"SecretString", "SecretBinary"} & set(call.parameters)
        assert call.parameters[shown] == "***"
        assert VALUE not in repr(call)
    send_raw(client, "PutSecretValue", {"SecretId": "a", "RotationToken": "r" * 36})
    assert "r" * 36 not in repr(fake.calls[-1])  # an older model does not know of it at all
    assert fake.calls[-1].parameters.get("RotationToken", "***") == "***"


def test_values_of_the_wrong_type_are_redacted(fake: FakeSecretsManager, client: Any) -> None:
    """A value that the service cannot even read is redacted as well."""
    for wrong in ({"inner": VALUE}, [VALUE], None):
        send_raw(client, "CreateSecret", {"Name": "a", "SecretString": wrong, "SecretBinary": VALUE})
        assert VALUE not in repr(fake.calls[-1])
        assert fake.calls[-1].parameters["SecretString"] == "***"


def test_values_in_the_wrong_place_are_redacted(fake: FakeSecretsManager, client: Any) -> None:
    """What stands inside another member, where the model has no such member, is not shown, however deep."""
    strange = {"Key": "a", "Value": "b", "SecretString": VALUE}
    send_raw(client, "TagResource", {"SecretId": "a", "Tags": [strange]})
    send_raw(client, "DescribeSecret", {"SecretId": {"SecretString": VALUE}})
    send_raw(client, "DescribeSecret", {"SecretId": [VALUE]})
    send_raw(client, "RotateSecret", {"SecretId": "a", "RotationRules": [{"SecretString": VALUE}]})
    shown = [dict(call.parameters) for call in fake.calls]
    assert shown == [
        {"SecretId": "a", "Tags": [{"Key": "a", "Value": "b"}]},
        {"SecretId": "***"},
        {"SecretId": "***"},
        {"SecretId": "a", "RotationRules": "***"},
    ]


def test_a_request_of_great_depth(fake: FakeSecretsManager, client: Any) -> None:
    """Its record can be read, although Python could not copy what was sent."""
    send_raw(client, "DescribeSecret", b'{"SecretId": ' + b"[" * 600 + b"]" * 600 + b"}")
    assert fake.calls[0].error_code == "SerializationException"


def test_unknown_members_are_not_shown(fake: FakeSecretsManager, client: Any) -> None:
    """A value under a misspelt name, which the service ignores, does not come into the record either."""
    send_raw(client, "CreateSecret", {"Name": "a", "secretString": VALUE, "ClientRequestToken": token(1)})
    assert dict(fake.calls[0].parameters) == {"Name": "a", "ClientRequestToken": token(1)}
    assert VALUE not in repr(fake.calls)


def test_every_attempt_is_a_call(clock: Clock, fake: FakeSecretsManager) -> None:
    """Each attempt that the fake answers is recorded, faults of every kind included."""
    fake.seed("a", VALUE)
    client = fake.client(config=Config(retries={"mode": "standard", "total_max_attempts": 4}))
    fake.fail("GetSecretValue", "ThrottlingException")
    fake.fail("GetSecretValue", Timeout.CONNECT)
    fake.fail("GetSecretValue", Timeout.READ)
    with clock.skip_sleeps():
        client.get_secret_value(SecretId="a")
    fake.fail("GetSecretValue", MALFORMED)
    client.get_secret_value(SecretId="a")
    assert [call.error_code for call in fake.calls] == [
        "ThrottlingException",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        None,
        "MALFORMED",
    ]
    assert {call.parameters["SecretId"] for call in fake.calls} == {"a"}
    assert [call.at for call in fake.calls] == sorted(call.at for call in fake.calls)
    assert fake.calls[0].at < fake.calls[3].at


def test_records_cannot_be_changed(fake: FakeSecretsManager, client: Any) -> None:
    """Calls and events are frozen tuples of frozen records: a snapshot, which grows no more."""
    before = fake.calls
    client.create_secret(Name="a")
    assert before == ()
    assert isinstance(fake.events, tuple)
    with pytest.raises(dataclasses.FrozenInstanceError):
        fake.calls[0].operation = "other"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        fake.events[0].name = "other"  # type: ignore[misc]


def test_the_events_of_a_life(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Calls that change something, and what follows from them, are events in the order of happening."""
    start = clock.now()
    arn = client.create_secret(Name="a", SecretString=VALUE, ClientRequestToken=token(1))["ARN"]
    client.get_secret_value(SecretId="a")
    client.describe_secret(SecretId="a")
    client.list_secrets()
    client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])
    client.put_secret_value(SecretId="a", SecretString=VALUE, ClientRequestToken=token(2))
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    client.restore_secret(SecretId="a")
    client.delete_secret(SecretId="a", RecoveryWindowInDays=8)
    clock.advance(days=9)
    assert [(event.name, event.at - start, dict(event.detail)) for event in fake.events] == [
        ("CreateSecret", timedelta(0), {"versionId": token(1)}),
        ("TagResource", timedelta(0), {}),
        ("PutSecretValue", timedelta(0), {"versionId": token(2)}),
        (
            "Secret Label Updated",
            timedelta(0),
            {"name": "a", "labelUpdated": "AWSCURRENT", "versionId": token(2)},
        ),
        ("DeleteSecret", timedelta(0), {}),
        ("StartSecretVersionDelete", timedelta(0), {"deletionDate": start + timedelta(days=7)}),
        ("RestoreSecret", timedelta(0), {}),
        ("CancelSecretVersionDelete", timedelta(0), {}),
        ("DeleteSecret", timedelta(0), {}),
        ("StartSecretVersionDelete", timedelta(0), {"deletionDate": start + timedelta(days=8)}),
        ("EndSecretVersionDelete", timedelta(days=8), {}),
    ]
    assert {(event.secret, event.region) for event in fake.events} == {(arn, REGION)}


def test_the_events_of_a_forced_deletion(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """A forced deletion begins and ends at once, or ends after its delay."""
    client.create_secret(Name="a")
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert [event.name for event in fake.events][1:] == [
        "DeleteSecret",
        "StartSecretVersionDelete",
        "EndSecretVersionDelete",
    ]
    with FakeSecretsManager(region=REGION, force_delete_delay=timedelta(minutes=5)) as slow:
        start = clock.now()
        client.create_secret(Name="a")
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        assert slow.events[-1].name == "StartSecretVersionDelete"
        clock.advance(minutes=7)
        assert (slow.events[-1].name, slow.events[-1].at) == (
            "EndSecretVersionDelete",
            start + timedelta(minutes=5),
        )


def test_access_to_a_scheduled_secret(fake: FakeSecretsManager, client: Any) -> None:
    """A call that is refused because the secret is scheduled for deletion is an event with code and text."""
    secret = fake.seed("a", VALUE, deleted_days_ago=1)
    with refused("InvalidRequestException"):
        client.get_secret_value(SecretId="a")
    with refused("InvalidRequestException"):
        client.put_secret_value(SecretId=secret.arn, SecretString=VALUE)
    assert [(event.name, event.secret, event.detail["errorCode"]) for event in fake.events] == [
        ("GetSecretValue", secret.arn, "InvalidRequestException"),
        ("PutSecretValue", secret.arn, "InvalidRequestException"),
    ]
    assert "marked for deletion" in fake.events[0].detail["errorMessage"]
    assert VALUE not in repr(fake.events)


def test_refusals_of_other_kinds_are_no_events(fake: FakeSecretsManager, client: Any) -> None:
    """A call that is refused for another reason, denied or failed is no step in the life of a secret."""
    fake.seed("a", VALUE)
    fake.fail("DeleteSecret", "DecryptionFailure")
    with refused("DecryptionFailure"):
        client.delete_secret(SecretId="a")
    with refused("InvalidParameterException"):
        client.delete_secret(SecretId="a", RecoveryWindowInDays=3)
    with refused("ResourceNotFoundException"):
        client.delete_secret(SecretId="none")
    with refused("InvalidParameterException"):
        client.get_random_password(PasswordLength=2)
    assert fake.events == ()


def test_a_forced_deletion_of_nothing(fake: FakeSecretsManager, client: Any) -> None:
    """A forced deletion of what is not there is a call like any other."""
    answer = client.delete_secret(SecretId="none", ForceDeleteWithoutRecovery=True)
    assert [(event.name, event.secret) for event in fake.events] == [("DeleteSecret", answer["ARN"])]


def test_a_record_cannot_be_changed(fake: FakeSecretsManager) -> None:
    """What has happened stays as it was recorded, and can be put into a set."""
    fake.client().create_secret(Name="a", SecretString=VALUE)
    with pytest.raises(TypeError):
        fake.calls[0].parameters["Name"] = "b"  # type: ignore[index]
    with pytest.raises(TypeError):
        fake.events[0].detail["versionId"] = "b"  # type: ignore[index]
    assert len({*fake.calls, *fake.events}) == 2


def test_records_go_where_others_do(fake: FakeSecretsManager, client: Any) -> None:
    """Calls, events and secrets pickle, deep-copy, and go through dataclasses.asdict."""
    client.create_secret(Name="a", SecretString=VALUE, Tags=[{"Key": "k", "Value": "v"}])
    client.delete_secret(SecretId="a")
    call, event, secret = fake.calls[0], fake.events[-1], fake.secret("a")
    for one in (call, event, secret, secret.current):
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.deepcopy(one) == one
    assert dataclasses.asdict(call)["parameters"]["Tags"] == [{"Key": "k", "Value": "v"}]
    assert dataclasses.asdict(event)["detail"] == {"deletionDate": secret.deletion_date}
    assert dataclasses.asdict(secret)["tags"] == {"k": "v"}


def test_records_are_not_changed_through_their_copies(fake: FakeSecretsManager, client: Any) -> None:
    """What a test does to a list within a record reaches no other record."""
    client.create_secret(Name="a", Tags=[{"Key": "k", "Value": "v"}])
    fake.calls[0].parameters["Tags"].clear()
    assert fake.calls[0].parameters["Tags"] == [{"Key": "k", "Value": "v"}]
    for change in ("clear", "popitem"):
        with pytest.raises(TypeError, match="cannot be changed"):
            getattr(fake.calls[0].parameters, change)()


def test_the_record_of_calls_is_bounded(fake: FakeSecretsManager) -> None:
    """Of the calls that changed nothing the newest stay; of those that did, ten times as many; in their order."""
    timeline = Timeline(calls_kept=50)
    for number in range(1000):
        attempt = timeline.begin("DescribeSecret" if number % 10 else "PutSecretValue", REGION, number)
        if number % 10 == 0:
            attempt.note("arn")
        attempt.end()
    read = [call for call in timeline.calls if call.operation == "DescribeSecret"]
    assert 50 <= len(read) <= 55
    assert len(timeline.events) == 100
    assert [call.at for call in timeline.calls] == sorted(call.at for call in timeline.calls)
    assert timeline.calls[-1].at == to_datetime(999)


def test_the_record_of_events_is_bounded(fake: FakeSecretsManager, client: Any) -> None:
    """Of events, calls that caused one, seeds and steps of rotations, ten times `calls_kept` stay, the newest."""
    timeline = Timeline(calls_kept=10)
    client.create_secret(Name="a")
    secret = service_of(fake).vault.secrets()[0]
    for number in range(0, 1000, 2):
        attempt = timeline.begin("PutSecretValue", REGION, number)
        attempt.note("arn")
        attempt.end()
        timeline.event("PurgeSecret", secret, number + 1)
        timeline.seed(secret, number)
    assert 100 <= len(list(timeline)) <= 120
    assert [event.at for event in timeline.events] == [to_datetime(999 - back) for back in range(len(timeline.events))][
        ::-1
    ]


@pytest.mark.parametrize("kind", ["events", "seeds", "rotations", "calls"])
def test_each_kind_of_change_keeps_the_bound(kind: str, fake: FakeSecretsManager) -> None:
    """Whatever adds changes to the record, and if nothing else does, the newest stay and the older ones go."""
    timeline = Timeline(calls_kept=10)
    secret = fake.seed("a", VALUE) and service_of(fake).vault.secrets()[0]

    def call(number: int) -> None:
        attempt = timeline.begin("PutSecretValue", REGION, number)
        attempt.note("arn")
        attempt.end()

    add: dict[str, Callable[[int], None]] = {
        "events": lambda number: timeline.event("EndSecretVersionDelete", secret, number),
        "seeds": lambda number: timeline.seed(secret, number),
        "rotations": lambda number: timeline.rotation(Rotation("arn", "id", "testSecret", to_datetime(number))),
        "calls": call,
    }
    for number in range(1000):
        add[kind](number)
        assert len(list(timeline)) <= 121
    entries = list(timeline)
    assert [instant_of(entry) for entry in entries] == list(range(1000 - len(entries), 1000))
    assert len(entries) >= 100


@pytest.mark.parametrize("pattern", [(1, 0), (0, 1), (10, 1), (1, 10), (300, 300), (2000, 50), (50, 2000)])
def test_the_bound_of_mixed_records(pattern: tuple[int, int]) -> None:
    """However calls that change something alternate with those that do not, the newest of each stay, and no others."""
    timeline, checkpoint, journal = Timeline(calls_kept=20), Checkpoint(), Journal()
    numbers, kinds = itertools.count(), itertools.cycle([*[True] * pattern[0], *[False] * pattern[1]])
    added: list[tuple[int, bool]] = []

    def add(count: int) -> list[tuple[int, bool]]:
        for number, is_change in itertools.islice(zip(numbers, kinds), count):  # noqa: B905 - both are endless
            attempt = timeline.begin("PutSecretValue", REGION, number)
            if is_change:
                attempt.note("arn")
            attempt.end()
            added.append((number, is_change))
            assert len(tuple(timeline)) - before <= 243  # the call itself is under way at a look
        return held()

    def held() -> list[tuple[int, bool]]:
        return [(entry.at, entry.step is not None) for entry in timeline if isinstance(entry, Attempt)][before:]

    def check(found: list[tuple[int, bool]]) -> None:
        assert found == sorted(found)
        for is_change, kept in ((True, 200), (False, 20)):
            newest = [one for one in added if one[1] is is_change][-kept:]
            assert set(newest) <= set(found)

    before = 0
    check(add(5000))
    older = held()
    journal.begin(checkpoint)
    timeline.note_length(journal)
    before = len(older)
    added.clear()
    check(add(5000))
    journal.end(checkpoint)
    before = 0
    assert held() == older
    added[:] = older
    check(add(3000))


def test_the_cost_of_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many changes are kept, few entries are looked at for each that is added."""
    looks = [0]
    is_change = timelines._is_change

    def look(entry: Any) -> bool:
        looks[0] += 1
        return is_change(entry)

    timeline = Timeline(calls_kept=1000)
    for _ in range(11_000):
        timeline.begin("PutSecretValue", REGION, 0).note("arn")
    monkeypatch.setattr(timelines, "_is_change", look)
    for number in range(20_000):
        attempt = timeline.begin("PutSecretValue", REGION, number)
        if number % 2000 < 1000:
            attempt.note("arn")
        attempt.end()
    assert 20_000 < looks[0] < 20_000 * 12


def test_a_call_while_older_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finalizer may make calls at any time: they are recorded, and none is lost."""
    timeline = Timeline(calls_kept=10)
    is_change, calls = timelines._is_change, iter(range(1000, 1100))

    def with_calls(entry: Any) -> bool:
        for number in itertools.islice(calls, 50):
            timeline.begin("DeleteSecret", REGION, number).end()
        return is_change(entry)

    monkeypatch.setattr(timelines, "_is_change", with_calls)
    for number in range(12):
        timeline.begin("ListSecrets", REGION, number).end()
    made = [call.at for call in timeline.calls_of("DeleteSecret")]
    assert made == [to_datetime(number) for number in range(1000, 1100)]


def test_calls_while_another_thread_forgets() -> None:
    """A thread does not wait for another one that forgets calls: its own are recorded, and forgotten later."""
    timeline = Timeline(calls_kept=10)

    def calls() -> None:
        for number in range(20):
            timeline.begin("ListSecrets", REGION, number).end()

    with timeline._looking:
        in_threads(calls)
        assert len(timeline.calls) == 20
    calls()
    assert 10 <= len(timeline.calls) <= 12


def test_calls_that_are_never_answered(client: Any) -> None:
    """A call that ends with an exit, in a callable of the test, is no call, and is forgotten like those that read."""

    def leave(_secret: object) -> NoReturn:
        sys.exit()

    with FakeSecretsManager(region=REGION, calls_kept=10, purge_delay=leave) as fake:
        fake.seed("a", VALUE)
        for _ in range(100):
            with pytest.raises(SystemExit):
                client.delete_secret(SecretId="a")
        assert fake.calls == ()
        assert len(list(service_of(fake).timeline)) <= 13


def test_parameters_that_are_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same holds for a call of Parameter Store that is interrupted while it reads the secret."""
    with FakeSecretsManager(region=REGION, calls_kept=10) as fake:
        ssm = botocore.session.get_session().create_client("ssm", region_name=REGION)

        def interrupt(_: object) -> NoReturn:
            raise KeyboardInterrupt

        monkeypatch.setattr(service_of(fake), "answer", interrupt)
        for _ in range(100):
            with pytest.raises(KeyboardInterrupt):
                ssm.get_parameter(Name="/aws/reference/secretsmanager/a", WithDecryption=True)
        assert fake.calls == ()
        assert len(list(service_of(fake).timeline)) <= 13


def test_places_of_many_threads() -> None:
    """Threads that add the last places at the same time do not end the sharing's bound."""
    timeline = Timeline()
    place = places.here(1)
    assert place is not None
    timeline._places.update({(number, 0): place for number in range(timelines._PLACES_SHARED + 3)})

    def ask() -> None:  # in the place of the caller of begin, which is ours
        timeline.begin("ListSecrets", REGION, 0)

    ask()
    assert len(timeline._places) == 1


def test_the_record_of_moves_is_bounded(clock: Clock, fake: FakeSecretsManager) -> None:
    """Of moves of the clock the newest 1,000 stay."""
    start = clock.now()
    for _ in range(1100):
        clock.advance(seconds=1)
    moves = service_of(fake).timeline.moves
    assert len(moves) == 1000
    assert to_datetime(moves[0].start) - start == timedelta(seconds=100)
    assert to_datetime(moves[-1].end) == clock.now()


def test_calls_share_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls from one place hold it once; when many places are held, sharing begins anew, and each place stays right."""
    monkeypatch.setattr(timelines, "_PLACES_SHARED", 2)
    timeline = Timeline()

    def ask() -> Attempt:  # in the place of the caller of begin, which is ours
        return timeline.begin("DescribeSecret", REGION, 0)

    for _ in range(2):
        ask()
        ask(), ask()
    found = [entry.place for entry in timeline if isinstance(entry, Attempt)]
    first = ask.__code__.co_firstlineno + 4
    assert [shown(place) for place in found] == [f"test_timeline.py:{first + add}" for add in (0, 1, 1) * 2]
    assert len(set(found)) == 3
    assert len(timeline._places) <= 2

    monkeypatch.undo()
    again, more = (ask() for _ in range(2))
    assert again.place is more.place


def test_calls_without_an_answer_yet_are_kept() -> None:
    """A call that is under way is not forgotten, however many others come meanwhile."""
    timeline = Timeline(calls_kept=1)
    slow = timeline.begin("GetSecretValue", REGION, 0)
    for number in range(1, 100):
        timeline.begin("DescribeSecret", REGION, number).end()
    slow.end()
    assert timeline.calls[0] == slow.call()


def test_calls_of_many_threads_are_all_kept(fake: FakeSecretsManager) -> None:
    """While one thread forgets calls, those of the others are recorded."""
    timeline = Timeline(calls_kept=400)

    def call() -> None:
        for _ in range(500):
            timeline.begin("CreateSecret", REGION, 0).note("arn")
            timeline.begin("DescribeSecret", REGION, 0).end()

    in_threads(*[call] * 8)
    assert len(timeline.events) == 4000


def test_an_attempt_under_way_is_not_shown() -> None:
    """A call that has not been answered yet is no call."""
    timeline = Timeline()
    timeline.begin("GetSecretValue", REGION, 0)
    assert timeline.calls == ()
