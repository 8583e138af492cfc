"""Checkpoints: whatever is done inside, the fake is afterwards as it was."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.delays import Delays
from pytest_secretsdelete._service.entries import Attempt
from pytest_secretsdelete._service.undo import Checkpoint, Journal
from pytest_secretsdelete._time import freezing

from ..support import REGION, rotate_as_the_template
from ..support.whole_state import check_orders, whole_state

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2031, 5, 6, 7, 8, 9, 123000, tzinfo=timezone.utc)
FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:rotate"
ELSEWHERE = "ap-south-1"
NAMES = ("a", "b", "c")
POLICY = '{"Version":"2012-10-17","Statement":[]}'


class World:
    """A fake, its client and its clock, and what can be done to them."""

    def __init__(self, fake: FakeSecretsManager, clock: Clock) -> None:
        self.fake, self.clock, self.client = fake, clock, fake.client()
        self.faults: list[Any] = []

    def call(self, operation: str, name: str, **parameters: Any) -> None:
        try:
            getattr(self.client, operation)(**{"SecretId": name, **parameters})
        except ClientError:
            pass

    def create(self, name: str) -> None:
        self.call_plain("create_secret", Name=name, SecretString="x")

    def call_plain(self, operation: str, **parameters: Any) -> None:
        try:
            getattr(self.client, operation)(**parameters)
        except ClientError:
            pass

    def seed(self, name: str) -> None:
        try:
            self.fake.seed(name, "x", previous="w", deleted_days_ago=3 if name == "c" else None)
        except ValueError:
            pass

    def fail(self, name: str) -> None:
        self.faults.append(self.fake.fail("GetSecretValue", "ResourceNotFoundException", times=2, secret_id=name))

    def withdraw(self, name: str) -> None:
        for fault in self.faults[:1]:
            fault.withdraw()

    def rotate(self, name: str) -> None:
        self.fake.rotation_function(FUNCTION, lambda event, context: rotate_as_the_template(self.client, event))
        rules = {"ScheduleExpression": "rate(4 hours)"}
        self.call("rotate_secret", name, RotationLambdaARN=FUNCTION, RotationRules=rules)

    def fail_to_rotate(self, name: str) -> None:
        self.fake.rotation_function("*", lambda event, context: 1 / 0)
        self.call("rotate_secret", name, RotationLambdaARN=f"{FUNCTION}-other")


ACTIONS: dict[str, Callable[[World, str], Any]] = {
    "create": World.create,
    "seed": World.seed,
    "put": lambda world, name: world.call("put_secret_value", name, SecretString="y"),
    "read": lambda world, name: world.call("get_secret_value", name),
    "delete": lambda world, name: world.call("delete_secret", name, RecoveryWindowInDays=7),
    "force": lambda world, name: world.call("delete_secret", name, ForceDeleteWithoutRecovery=True),
    "restore": lambda world, name: world.call("restore_secret", name),
    "tag": lambda world, name: world.call("tag_resource", name, Tags=[{"Key": "k", "Value": name}]),
    "police": lambda world, name: world.call("put_resource_policy", name, ResourcePolicy=POLICY),
    "replicate": lambda world, name: world.call(
        "replicate_secret_to_regions", name, AddReplicaRegions=[{"Region": ELSEWHERE}]
    ),
    "list": lambda world, name: world.call_plain("list_secrets", SortOrder="desc", IncludePlannedDeletion=True),
    "filter": lambda world, name: world.call_plain("list_secrets", Filters=[{"Key": "name", "Values": [name]}]),
    "rotate": World.rotate,
    "fail to rotate": World.fail_to_rotate,
    "cancel": lambda world, name: world.call("cancel_rotate_secret", name),
    "fail": World.fail,
    "withdraw": World.withdraw,
    "deny": lambda world, name: world.fake.deny("TagResource", name),
    "allow": lambda world, name: world.fake.allow("*", name),
    "wait": lambda world, name: world.clock.advance(hours=5),
    "wait long": lambda world, name: world.clock.advance(days=8),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.sampled_from(NAMES)), max_size=12)
#: Steps, and blocks inside blocks: a list in a list is a checkpoint.
BLOCKS = st.recursive(STEPS, lambda inner: st.lists(st.one_of(STEPS, inner), max_size=3), max_leaves=4)


def do(world: World, steps: list[Any]) -> None:
    """Take steps; those of a list in the list inside a checkpoint of their own."""
    for step in steps:
        if isinstance(step, tuple):
            ACTIONS[step[0]](world, step[1])
        else:
            before = whole_state(world.fake)
            with world.fake.checkpoint():
                do(world, step)
            assert whole_state(world.fake) == before
            check_orders(world.fake)


@settings(max_examples=150)
@given(STEPS, BLOCKS, STEPS)
def test_all_is_as_before(before: list[Any], inside: list[Any], after: list[Any]) -> None:
    """After a checkpoint, and checkpoints in it, everything is as before; what follows goes as if it had not been."""
    with freezing.freeze(START), FakeSecretsManager(region=REGION) as fake:
        world = World(fake, Clock())
        do(world, before)
        do(world, [inside])
        do(world, after)
        check_orders(fake)


def test_time_set_back(fake: FakeSecretsManager, client: Any) -> None:
    """What comes due inside a checkpoint in the future comes due again when its time really comes."""
    with freezing.freeze(START):
        clock = Clock()
        fake.seed("a", "x", deleted_days_ago=20)
        with fake.checkpoint(), freezing.freeze(START + timedelta(days=40)):
            assert "a" not in fake
        assert "a" in fake
        clock.advance(days=10)
        assert "a" not in fake
        assert [event.name for event in fake.events] == ["EndSecretVersionDelete"]


def test_after_an_exception(fake: FakeSecretsManager) -> None:
    """An exception ends the block as its end does."""
    with pytest.raises(ZeroDivisionError), fake.checkpoint():
        fake.seed("a", "x")
        raise ZeroDivisionError
    assert fake.secrets() == ()


def test_faults(fake: FakeSecretsManager, client: Any) -> None:
    """A fault made inside is withdrawn, one of before has its number back, one withdrawn inside waits again."""
    fake.seed("a", "x")
    used, withdrawn = fake.fail("GetSecretValue", "X", times=2), fake.fail("DescribeSecret", "X")
    with fake.checkpoint():
        made, also_made = fake.fail("TagResource", "X"), fake.fail("UntagResource", "X")
        withdrawn.withdraw()
        with pytest.raises(ClientError):
            client.get_secret_value(SecretId="a")
        assert fake.unused_faults() == (used, made, also_made)
    assert made.withdrawn
    assert also_made.withdrawn
    assert used.left == 2
    assert fake.unused_faults() == (used, withdrawn)


def test_denials(fake: FakeSecretsManager, client: Any) -> None:
    """Denials made inside are withdrawn, and those allowed inside are there again."""
    fake.seed("a", "x")
    fake.deny("DescribeSecret")
    with fake.checkpoint():
        fake.allow()
        fake.deny("GetSecretValue")
        client.describe_secret(SecretId="a")
    client.get_secret_value(SecretId="a")
    with pytest.raises(ClientError):
        client.describe_secret(SecretId="a")


def test_an_outer_one_that_ends_first(fake: FakeSecretsManager) -> None:
    """It ends the inner ones, too; their own end then does nothing."""
    outer, inner = ExitStack(), ExitStack()
    outer.enter_context(fake.checkpoint())
    fake.seed("a", "x")
    inner.enter_context(fake.checkpoint())
    fake.seed("b", "x")
    outer.close()
    assert fake.secrets() == ()
    fake.seed("c", "x")
    inner.close()
    assert "c" in fake


def test_one_that_is_set_aside(fake: FakeSecretsManager) -> None:
    """What is changed meanwhile stays, but not in a checkpoint inside; what has changed before is undone all the same."""
    service = service_of(fake)
    with service.checkpoint() as outer:
        fake.seed("a", "x")
        with service.journal.set_aside(outer):
            fake.seed("b", "x")
        with fake.checkpoint(), service.journal.set_aside(outer):
            fake.seed("c", "x")
        fake.seed("d", "x")
    assert [secret.name for secret in fake.secrets()] == ["b"]


def test_a_fake_that_is_not_started() -> None:
    """The default region, too, is what it was: not yet known."""
    fake = FakeSecretsManager()
    with fake.checkpoint():
        assert fake.region == "us-east-1"
        assert "us-east-1" in repr(fake)
    assert "the default region" in repr(fake)


def test_calls_forgotten_inside(client: Any) -> None:
    """What is forgotten inside a checkpoint is of the checkpoint's own calls; those of before stay."""
    with FakeSecretsManager(region=REGION, calls_kept=10) as fake:
        for _ in range(8):
            client.list_secrets()
        before = fake.calls
        with fake.checkpoint():
            for _ in range(40):
                client.list_secrets()
            assert 18 <= len(fake.calls) <= 20
            assert fake.calls[:8] == before
        assert fake.calls == before
        for _ in range(40):
            client.list_secrets()
        assert 10 <= len(fake.calls) <= 12


def test_interrupted(fake: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt in the middle of the end is raised once all is undone."""
    interrupts = [KeyboardInterrupt()]
    store = service_of(fake).vault

    def interrupted(arn: str, older: Any) -> None:
        if interrupts:
            raise interrupts.pop()
        type(store)._put_back(store, arn, older)

    monkeypatch.setattr(store, "_put_back", interrupted)
    with pytest.raises(KeyboardInterrupt), fake.checkpoint():
        fake.seed("a", "x")
        fake.seed("b", "x")
    assert fake.secrets() == ()
    fake.seed("a", "x")


def test_rotation_functions(fake: FakeSecretsManager) -> None:
    """A function that was replaced inside is the one of before again; one given inside is gone."""
    functions = service_of(fake).vault.rotations.functions
    fake.rotation_function(FUNCTION, print)
    with fake.checkpoint():
        fake.rotation_function(FUNCTION, repr)
        fake.rotation_function("*", repr)
    assert functions == {FUNCTION: print}


def test_delays(fake: FakeSecretsManager, client: Any) -> None:
    """Delays that were set inside hold there alone."""
    with fake.checkpoint():
        service_of(fake).set_delays(Delays(force_delete_delay=timedelta(days=1)))
        fake.seed("a", "x")
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
        assert "a" in fake
    fake.seed("a", "x")
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert "a" not in fake


def test_what_is_gained_inside(fake: FakeSecretsManager, client: Any) -> None:
    """The leftovers and the records since a checkpoint are its own and those of checkpoints inside, no older ones."""
    service = service_of(fake)
    client.create_secret(Name="older")
    client.create_secret(Name="made-again")
    with service.checkpoint() as outer:
        client.create_secret(Name="b")
        client.tag_resource(SecretId="older", Tags=[{"Key": "k", "Value": "v"}])
        client.delete_secret(SecretId="made-again", ForceDeleteWithoutRecovery=True)
        with service.checkpoint() as inner:
            client.create_secret(Name="a")
            client.create_secret(Name="made-again")
            for since, names in ((outer, ["b", "a"]), (inner, ["a"])):
                found = [secret.name for secret in service.leftovers(since)]
                assert found == [*names, "made-again"]
            assert [call.operation for call in service.timeline.since(inner) if isinstance(call, Attempt)] == [
                "CreateSecret"
            ] * 2
        assert [secret.name for secret in service.leftovers(outer)] == ["b"]


def test_a_rotation_cancelled_inside(fake: FakeSecretsManager, client: Any) -> None:
    """A rotation whose completion was called off inside is to complete its version again."""
    fake.rotation_function(FUNCTION, lambda event, context: None)
    arn, rotations = fake.seed("a", "x").arn, service_of(fake).vault.rotations
    version = client.rotate_secret(SecretId="a", RotationLambdaARN=FUNCTION)["VersionId"]
    assert rotations.is_to_complete(arn, version)
    with fake.checkpoint():
        client.cancel_rotate_secret(SecretId="a")
        assert not rotations.is_to_complete(arn, version)
    assert rotations.is_to_complete(arn, version)


def test_a_rotation_that_began_before(fake: FakeSecretsManager, client: Any) -> None:
    """It has begun still, though its secret was deleted inside: repeated, it starts nothing."""
    steps: list[str] = []
    fake.rotation_function(FUNCTION, lambda event, context: steps.append(event["Step"]))
    fake.seed("a", "x")
    token = client.rotate_secret(SecretId="a", RotationLambdaARN=FUNCTION)["VersionId"]
    client.update_secret_version_stage(SecretId="a", VersionStage="AWSPENDING", RemoveFromVersionId=token)
    with fake.checkpoint():
        client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert client.rotate_secret(SecretId="a", ClientRequestToken=token)["VersionId"] == token
    assert len(steps) == 4


def test_a_rotation_abandoned_inside(fake: FakeSecretsManager, client: Any) -> None:
    """A rotation that a new value abandoned in a checkpoint goes on after its end."""
    steps: list[str] = []

    def function(event: dict[str, str], context: Any) -> None:
        steps.append(event["Step"])
        if event["Step"] == "setSecret":
            with fake.checkpoint():
                client.put_secret_value(SecretId="a", SecretString="y")
        rotate_as_the_template(client, event)

    fake.rotation_function(FUNCTION, function)
    fake.seed("a", "x")
    client.rotate_secret(SecretId="a", RotationLambdaARN=FUNCTION)
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


def test_items_of_several_dicts() -> None:
    """Each dict has under a key what it had, though another has changed under the same one."""
    journal, checkpoint, first, second = Journal(), Checkpoint(), {"a": 1}, {"a": 2}
    journal.begin(checkpoint)
    for items in (first, second):
        journal.item(items, "a")
        items["a"] = 3
    journal.end(checkpoint)
    assert (first, second) == ({"a": 1}, {"a": 2})


def test_members_of_sets() -> None:
    """What a set has lost inside is in it again; what it has gained is not."""
    journal, checkpoint, members = Journal(), Checkpoint(), {"lost"}
    journal.begin(checkpoint)
    for one, change in (("lost", members.discard), ("gained", members.add)):
        journal.member(members, one)
        change(one)
    assert members == {"gained"}
    journal.end(checkpoint)
    assert members == {"lost"}
