"""The machine's body: a fake and the model of it, calls made of both, and what holds after each step."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from pytest_secretsdelete import Clock, FakeSecretsManager

from ..reference import Fault, Held, Reference, Refused, Struck, arn_pattern, rotate_like_the_template
from .choices import ABROAD, ATTEMPTS, DELAYS, FUNCTIONS, HOME, NAMES, PLACES, RETRIED, START, other
from .comparing import (
    assert_same_answer,
    expected_snapshot,
    look_at_labels,
    milliseconds,
    now_in_milliseconds,
    plain,
    snapshot,
)

#: When each attempt of the present call was made.
_instants: list[int] = []


def note_the_instant(**_: Any) -> None:
    """Note when an attempt is made: a handler of the user's own at before-send."""
    _instants.append(now_in_milliseconds())


class Machine(RuleBasedStateMachine):
    """A fake and the model of it, and what every rule needs."""

    clients: dict[tuple[str, bool], Any]
    frozen: Any

    def __init__(self) -> None:
        """Begin with no secret, at the same instant each time."""
        super().__init__()
        self.frozen.move_to(START)
        self.clock = Clock()
        self.patient = False
        self.handles: list[tuple[Any, Fault]] = []
        self.fresh = 0
        self.last = PLACES[0]
        self.asked_delays: list[tuple[str, int]] = []
        self.shown: dict[str, tuple[int, Any]] = {}
        self.stale = dict.fromkeys(PLACES, "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-000000")

    @initialize(
        delays=st.sampled_from(DELAYS),
        reads_all=st.booleans(),
        troubled=st.sampled_from((False, False, True)),
        places=st.lists(st.tuples(st.sampled_from(PLACES), st.booleans()), max_size=3, unique_by=lambda one: one[0]),
    )
    def begin(
        self, delays: tuple[timedelta, timedelta, bool], reads_all: bool, troubled: bool, places: list[Any]
    ) -> None:
        """Start a fake with some secrets."""
        purge, force, callables = delays
        given = [self._callable(purge), self._callable(force)] if callables else [purge, force]
        self.callables = callables
        self.reads_all = reads_all
        self.may_be_troubled = troubled
        self.reference = Reference(*[self._in_milliseconds(one, callables) for one in (purge, force)])
        self.reference.rotation.functions = dict(FUNCTIONS)
        self.reference.now = now_in_milliseconds()
        self.fake = FakeSecretsManager(region=HOME, purge_delay=given[0], force_delete_delay=given[1])
        for arn, failing in FUNCTIONS.items():
            self.fake.rotation_function(arn, self._function(failing))
        self.fake.start()
        self.calls_seen = 0
        for (region, name), has_value in places:
            value = {"SecretString": "one"} if has_value else {}
            self.call("CreateSecret", region, Name=name, ClientRequestToken=self.token(None), **value)

    def teardown(self) -> None:
        """Stop the fake."""
        if hasattr(self, "fake"):
            self.fake.stop()

    @property
    def held_now(self) -> list[Held]:
        """The secrets that the model holds."""
        return self.reference.store.held

    # What the rules are made of

    def _callable(self, delay: timedelta) -> Callable[[Any], timedelta]:
        def ask(secret: Any) -> timedelta:
            assert secret.is_scheduled_for_deletion
            self.asked_delays.append((secret.arn, milliseconds(secret.deletion_date)))
            return delay * len(secret.name)

        return ask

    def _in_milliseconds(self, delay: timedelta, callables: bool) -> Callable[[str], int]:
        return lambda name: delay * (len(name) if callables else 1) // timedelta(milliseconds=1)

    def _function(self, failing: str | None) -> Callable[[dict[str, str], Any], None]:
        """Return a rotation function that raises in one step, or in none."""

        def function(event: dict[str, str], context: Any) -> None:
            arn, step, token = event["SecretId"], event["Step"], event["ClientRequestToken"]
            self.reference.observed.append((arn, token, step))
            if step == failing:
                raise RuntimeError("the rotation fails")
            rotate_like_the_template(self._inner_call(arn.split(":")[3]), arn, step, token)

        return function

    def _inner_call(self, region: str) -> Callable[..., dict[str, Any]]:
        def call(operation: str, **members: Any) -> dict[str, Any]:
            try:
                return getattr(self.clients[region, False], xform_name(operation))(**members)  # type: ignore[no-any-return]
            except ClientError as error:
                raise Refused(error.response["Error"]["Code"]) from error
            except BotoCoreError as error:
                raise Refused(type(error).__name__) from error

        return call

    def token(self, chosen: str | None) -> str:
        """Return a token from the pool, or one that was never used."""
        if chosen is None:
            self.fresh += 1
        return chosen or f"fresh-{self.fresh:032d}"

    def place(self, whom: int) -> tuple[str, str]:
        """Choose a region and a name: mostly those of the call before, or of another secret that is there."""
        held = [(held.region, held.name) for held in self.held_now]
        if self.last in held and whom < 9:
            return self.last
        return held[whom % len(held)] if held and whom < 14 else PLACES[whom % len(PLACES)]

    def lookup(self, region: str, name: str) -> Held | None:
        """Return the secret that the model holds under a name."""
        return self.reference.store.lookup(region, name)

    def held(self, whom: int) -> tuple[str, Held | None]:
        """Return the region and the secret that was chosen, if it is there."""
        region, name = self.place(whom)
        return region, self.lookup(region, name)

    def secret_id(self, region: str, name: str, form: str) -> str:
        """Name a secret in one of the ways there are."""
        held = self.lookup(region, name)
        if held is not None:
            self.stale.setdefault((region, name), held.arn)
        if form == "name":
            return name
        if form == "stale" or held is None:
            return self.stale[region, name]
        if form == "foreign":
            return held.arn.replace(region, other(region))
        return held.arn if form == "arn" else held.arn[:-7]

    def ask(self, operation: str, whom: int, form: str = "name", **members: Any) -> None:
        """Make a call about one secret, with the members that have a value."""
        if not self.held_now and whom < 14:
            self.call("CreateSecret", HOME, Name=NAMES[0], ClientRequestToken=self.token(None), SecretString="one")
        region, name = self.last = self.place(whom)
        given = {member: value for member, value in members.items() if value is not None}
        self.call(operation, region, SecretId=self.secret_id(region, name, form), **given)

    # One call

    def call(self, operation: str, region: str, **members: Any) -> dict[str, Any] | None:
        """Make a call of the fake and of the model; they must agree. Return what was answered."""
        _instants.clear()
        observed = self._observe(self.clients[region, self.patient], operation, members)
        instants = list(_instants) or [now_in_milliseconds()]
        if operation == "CreateSecret" and isinstance(observed, dict) and "ARN" in observed:
            self.note_arn(observed["ARN"], region, members["Name"])
        expected = self._expect(operation, region, members, instants)
        assert_same_answer(observed, expected, len(instants))
        if isinstance(observed, dict) and "NextToken" in observed:
            self.reference.store.positions[observed["NextToken"]] = self.reference.store.position
        return observed if isinstance(observed, dict) else None

    def _observe(self, client: Any, operation: str, members: dict[str, Any]) -> Any:
        try:
            return getattr(client, xform_name(operation))(**members)
        except (ClientError, BotoCoreError) as error:
            return error

    def note_arn(self, arn: str, region: str, name: str) -> str:
        """Let the model know an ARN, whose end is random."""
        assert re.fullmatch(arn_pattern(region, name), arn)
        self.reference.store.observed_arn = arn
        return arn

    def _expect(self, operation: str, region: str, members: dict[str, Any], instants: list[int]) -> Any:
        """Let the model answer each attempt that botocore has made; the last answer is the one that counts."""
        allowed = ATTEMPTS if self.patient else 1
        for number, at in enumerate(instants, start=1):
            self.reference.settle(at)
            answer = self._answer(operation, region, at, members)
            tries_again = isinstance(answer, Struck) and answer.error in RETRIED and number < allowed
            assert tries_again == (number < len(instants)), f"{len(instants)} attempts at {operation}"
        return answer

    def _answer(self, operation: str, region: str, at: int, members: dict[str, Any]) -> Any:
        try:
            return self.reference.perform(operation, region, at, members)
        except (Refused, Struck) as raised:
            return raised

    # What holds after each step

    @invariant()
    def agree(self) -> None:
        """The fake and the model agree in all that can be seen."""
        events = self.fake.events
        self.reference.settle(now_in_milliseconds())
        self.look_at_the_calls()
        assert [event.at for event in events] == sorted(event.at for event in events)
        ends = [(milliseconds(event.at), event.secret) for event in events if event.name == "EndSecretVersionDelete"]
        assert sorted(ends) == sorted((at, arn) for arn, at in self.reference.store.purged)
        assert self.reference.observed == self.reference.invocations
        assert [
            (one.secret, one.version_id, one.step, milliseconds(one.at), one.error is None)
            for one in self.fake.rotations
        ] == self.reference.rotations
        assert len(self.fake.unused_faults()) == len([one for one in self.reference.troubles.faults if one.left])
        if self.callables:
            assert self.asked_delays == self.reference.deletion.asked_delays
        self.compare_snapshots()
        replicas = {held.arn for held in self.held_now if held.is_replica}
        self.shown = {arn: shown for arn, shown in self.shown.items() if arn in replicas}
        if not self.reference.troubles:
            self.compare_answers()

    def look_at_the_calls(self) -> None:
        """Compare the calls since the last look."""
        calls = self.fake.calls[self.calls_seen :]
        assert [(call.operation, call.region, milliseconds(call.at), call.error_code) for call in calls] == (
            self.reference.calls
        )
        self.calls_seen = len(self.fake.calls)
        self.reference.calls.clear()

    def compare_snapshots(self) -> None:
        """Compare the secrets as Python sees them."""
        secrets = self.fake.secrets()
        assert len(secrets) == len(self.held_now)
        for secret, held in zip(secrets, sorted(self.held_now, key=lambda one: one.created), strict=True):
            assert snapshot(secret) == expected_snapshot(held)
            look_at_labels(secret)
        left = {held.arn for held in self.held_now if not held.seeded and held.deletion is None}
        assert {secret.arn for secret in self.fake.leftovers()} == left

    def compare_answers(self) -> None:
        """Compare what the reading operations answer."""
        patient, self.patient = self.patient, False
        for region in (HOME, ABROAD):
            self.call("ListSecrets", region, IncludePlannedDeletion=True)
        for held in list(self.held_now):
            described = self.call("DescribeSecret", held.region, SecretId=held.arn)
            self.call("ListSecretVersionIds", held.region, SecretId=held.arn, IncludeDeprecated=True)
            if held.is_replica:
                self.look_at_replica(plain(described))
            if self.reads_all and held.deletion is None:
                for label in [label for version in held.versions for label in version.labels][:6]:
                    self.call("GetSecretValue", held.region, SecretId=held.arn, VersionStage=label)
        self.patient = patient
        self.look_at_the_calls()

    def look_at_replica(self, described: dict[str, Any]) -> None:
        """The LastChangedDate of a replica rises with what it shows."""
        arn, date = described["ARN"], described.pop("LastChangedDate")
        described.pop("LastAccessedDate", None)
        before, shown = self.shown.get(arn, (0, None))
        assert date >= before if described == shown else date > before
        self.shown[arn] = (date, described)
