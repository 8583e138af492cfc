"""Every operation and every move of the clock, in any order, against a small model of AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from freezegun import freeze_time
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pytest_secretsdelete import MALFORMED, Clock, FakeSecretsManager, Timeout

from .conftest import PROFILE
from .reference import (
    CURRENT,
    PENDING,
    PREVIOUS,
    Fault,
    Held,
    Reference,
    Refused,
    Struck,
    rotate_like_the_template,
)

START = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=timezone.utc)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HOME, ABROAD = "us-east-1", "eu-west-1"
NAMES = ("app", "app/db", "app-abc123", "x!y")
PLACES = tuple((region, name) for name in NAMES for region in (HOME, ABROAD))
TOKENS = tuple(f"{number}" * 32 for number in range(1, 4))
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
)
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
#: The rotation functions that are there, and the step in which each raises.
FUNCTIONS: dict[str, str | None] = {f"{LAMBDA}works": None} | {
    f"{LAMBDA}fails-in-{step}": step for step in ("createSecret", "setSecret", "testSecret", "finishSecret")
}
FAULTS: dict[str, Any] = {
    "ThrottlingException": "ThrottlingException",
    "InternalServiceError": "InternalServiceError",
    "DecryptionFailure": "DecryptionFailure",
    "ResourceNotFoundException": "ResourceNotFoundException",
    "ConnectTimeoutError": Timeout.CONNECT,
    "ReadTimeoutError": Timeout.READ,
    "MALFORMED": MALFORMED,
}
#: Those that botocore tries again by itself.
RETRIED = {"ThrottlingException", "InternalServiceError", "ConnectTimeoutError", "ReadTimeoutError"}
ATTEMPTS = 2
#: (purge delay, forced delete delay, whether they are given as callables)
DELAYS = (
    (timedelta(0), timedelta(0), False),
    (timedelta(0), timedelta(0), True),
    (timedelta(hours=2), timedelta(minutes=5), False),
    (timedelta(days=3), timedelta(days=1), True),
)
#: (window, force): most of them legal
DELETIONS = (
    *[(None, None), (7, None), (None, True)] * 3,
    *[(8, False), (30, None), (7, True), (6, None), (31, None), (0, None), (-7, None)],
)
ACTIONS = (
    *("*", "BatchGetSecretValue", "CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "ListSecrets"),
    *("PutSecretValue", "RestoreSecret", "TagResource", "UpdateSecretVersionStage"),
)

whoms = st.integers(0, 15)
forms = st.sampled_from((*["name"] * 6, *["arn"] * 4, "partial", "partial", "stale", "foreign"))
tokens = st.sampled_from((None, None, None, *TOKENS))
values = st.sampled_from(("one", "two", b"\x00three"))
labels = st.sampled_from((CURRENT, PREVIOUS, PENDING, "mine", "AWSMINE"))
label_lists = st.none() | st.lists(labels, min_size=1, max_size=4, unique=True)
descriptions = st.sampled_from((None, None, "", "of the app"))
tag_lists = st.lists(
    st.fixed_dictionaries({"Key": st.sampled_from("ab"), "Value": st.sampled_from(("1", "2"))}), max_size=2
)
steps = st.sampled_from((0, 0.0004, 0.001, 3600, 86400, 86400, 2 * 86400, 7 * 86400, 31 * 86400))

_instants: list[int] = []


def now_in_milliseconds() -> int:
    """Return the present instant, cut off to the millisecond."""
    return (Clock().now() - EPOCH) // timedelta(milliseconds=1)


def _note_the_instant(**_: Any) -> None:
    """Note when an attempt is made: a handler of the user's own at before-send."""
    _instants.append(now_in_milliseconds())


@pytest.fixture(scope="module")
def clients() -> dict[tuple[str, bool], Any]:
    """Return a client for each region, without retries and with them: made before there is any fake."""
    session = botocore.session.Session()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    made = {}
    for patient in (False, True):
        config = Config(retries={"mode": "legacy", "total_max_attempts": ATTEMPTS if patient else 1})
        for region in (HOME, ABROAD):
            client = session.create_client("secretsmanager", region_name=region, config=config, **keys)
            if patient:
                client.meta.events.register("before-send.secrets-manager", _note_the_instant)
            made[region, patient] = client
    return made


def other(region: str) -> str:
    """Return the other of the two regions."""
    return ABROAD if region == HOME else HOME


def plain(answer: Any, member: str = "") -> Any:
    """Return an answer with dates in milliseconds, policies read, and labels, which have no order, sorted."""
    if isinstance(answer, dict):
        return {name: plain(value, name) for name, value in answer.items() if name != "ResponseMetadata"}
    if isinstance(answer, list):
        inner = [plain(item) for item in answer]
        labels_of_a_version = member == "VersionStages" or re.fullmatch(r".{32,64}", member)
        return sorted(inner) if labels_of_a_version else inner
    if isinstance(answer, datetime):
        return (answer - EPOCH) // timedelta(milliseconds=1)
    return json.loads(answer) if member == "ResourcePolicy" else answer


class Lifecycle(RuleBasedStateMachine):
    """A fake and the model of it, and every way to make them differ."""

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
        self.replicas_shown: dict[str, tuple[int, Any]] = {}
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
        self.reference.functions = dict(FUNCTIONS)
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

    # What the rules are made of

    def _callable(self, delay: timedelta) -> Callable[[Any], timedelta]:
        def ask(secret: Any) -> timedelta:
            assert secret.is_scheduled_for_deletion
            self.asked_delays.append((secret.arn, (secret.deletion_date - EPOCH) // timedelta(milliseconds=1)))
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
        held = [(held.region, held.name) for held in self.reference.held]
        if self.last in held and whom < 9:
            return self.last
        return held[whom % len(held)] if held and whom < 14 else PLACES[whom % len(PLACES)]

    def held(self, whom: int) -> tuple[str, Held | None]:
        """Return the region and the secret that was chosen, if it is there."""
        region, name = self.place(whom)
        return region, self.reference.lookup(region, name)

    def secret_id(self, region: str, name: str, form: str) -> str:
        """Name a secret in one of the ways there are."""
        held = self.reference.lookup(region, name)
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
        if not self.reference.held and whom < 14:
            self.call("CreateSecret", HOME, Name=NAMES[0], ClientRequestToken=self.token(None), SecretString="one")
        region, name = self.last = self.place(whom)
        given = {member: value for member, value in members.items() if value is not None}
        self.call(operation, region, SecretId=self.secret_id(region, name, form), **given)

    def call(self, operation: str, region: str, **members: Any) -> dict[str, Any] | None:
        """Make a call of the fake and of the model; they must agree. Return what was answered."""
        _instants.clear()
        observed = self._observe(self.clients[region, self.patient], operation, members)
        instants = list(_instants) or [now_in_milliseconds()]
        if operation == "CreateSecret" and isinstance(observed, dict) and "ARN" in observed:
            self._note_arn(observed["ARN"], region, members["Name"])
        expected = self._expect(operation, region, members, instants)
        assert_same_answer(observed, expected, len(instants))
        return observed if isinstance(observed, dict) else None

    def _observe(self, client: Any, operation: str, members: dict[str, Any]) -> Any:
        try:
            return getattr(client, xform_name(operation))(**members)
        except (ClientError, BotoCoreError) as error:
            return error

    def _note_arn(self, arn: str, region: str, name: str) -> None:
        wanted = rf"arn:aws:secretsmanager:{region}:123456789012:secret:{re.escape(name)}-[A-Za-z0-9]{{6}}"
        assert re.fullmatch(wanted, arn)
        self.reference.observed_arn = arn

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

    # Values and labels

    @rule(
        place=st.sampled_from(PLACES),
        value=st.none() | values,
        token=tokens,
        description=descriptions,
        tags=st.none() | tag_lists,
        replicated=st.sampled_from((None, None, None, False, True)),
    )
    def create(
        self,
        place: tuple[str, str],
        value: str | bytes | None,
        token: str | None,
        description: str | None,
        tags: list[dict[str, str]] | None,
        replicated: bool | None,
    ) -> None:
        """Create a secret, or fail to."""
        region, name = self.last = place
        more: dict[str, Any] = brought(value)
        more |= {} if description is None else {"Description": description}
        more |= {} if tags is None else {"Tags": tags}
        if replicated is not None:
            more["AddReplicaRegions"] = [{"Region": other(region)}]
            more["ForceOverwriteReplicaSecret"] = replicated
        self.call("CreateSecret", region, Name=name, ClientRequestToken=self.token(token), **more)

    @rule(whom=whoms, form=forms, value=values, token=tokens, stages=label_lists)
    def put(self, whom: int, form: str, value: str | bytes, token: str | None, stages: list[str] | None) -> None:
        """Put a value, under the labels given."""
        members = brought(value)
        self.ask("PutSecretValue", whom, form, VersionStages=stages, ClientRequestToken=self.token(token), **members)

    @rule(whom=whoms, many=st.sampled_from((19, 20)))
    def put_with_many_labels(self, whom: int, many: int) -> None:
        """Put a value under as many labels as a version can have."""
        stages = [f"label-{number}" for number in range(many)]
        self.ask("PutSecretValue", whom, SecretString="m", VersionStages=stages, ClientRequestToken=self.token(None))

    @rule(whom=whoms)
    def put_many_values(self, whom: int) -> None:
        """Put so many values that AWS soon cleans up the oldest."""
        _, held = self.held(whom)
        usable = held is not None and held.deletion is None and not self.reference.troubled()
        for _ in range(55 if usable else 1):
            self.ask("PutSecretValue", whom, SecretString="many", ClientRequestToken=self.token(None))

    @rule(
        whom=whoms,
        form=forms,
        value=st.none() | values,
        token=tokens,
        description=descriptions,
        key=st.sampled_from((None, None, "", "alias/own")),
    )
    def update(
        self,
        whom: int,
        form: str,
        value: str | bytes | None,
        token: str | None,
        description: str | None,
        key: str | None,
    ) -> None:
        """Update a secret, or nothing of it."""
        more = {**brought(value), "Description": description, "KmsKeyId": key}
        self.ask("UpdateSecret", whom, form, ClientRequestToken=self.token(token), **more)

    @rule(whom=whoms, label=labels, source=st.integers(-1, 4), goal=st.integers(-1, 4))
    def move_label(self, whom: int, label: str, source: int, goal: int) -> None:
        """Move, add or remove a label; mostly away from the version that holds it."""
        _, held = self.held(whom)
        ids = [version.id for version in held.versions] if held else []
        holder = held.holder(label) if held else None
        chosen = [None if index < 0 else (ids[-1 - index % len(ids)] if ids else TOKENS[0]) for index in (source, goal)]
        if source > 1 and holder is not None:
            chosen[0] = holder.id
        move = {"RemoveFromVersionId": chosen[0], "MoveToVersionId": chosen[1]}
        self.ask("UpdateSecretVersionStage", whom, VersionStage=label, **move)

    @rule(whom=whoms, form=forms, index=st.none() | st.integers(0, 6), stage=st.none() | labels)
    def read(self, whom: int, form: str, index: int | None, stage: str | None) -> None:
        """Read a value, by version, by label, by both or by none."""
        _, held = self.held(whom)
        ids = [*[version.id for version in reversed(held.versions)], *sorted(held.cleaned_up)[:1]] if held else []
        version_id = None if index is None else [*ids, TOKENS[0]][index % (len(ids) + 1)]
        self.ask("GetSecretValue", whom, form, VersionId=version_id, VersionStage=stage)

    @rule(
        region=st.sampled_from((HOME, ABROAD)),
        wanted=st.sampled_from(("app", "app/", "none")) | st.lists(st.tuples(whoms, forms), min_size=1, max_size=4),
    )
    def read_several(self, region: str, wanted: str | list[tuple[int, str]]) -> None:
        """Read several values at once: of secrets that are named, or whose names begin alike."""
        if isinstance(wanted, str):
            self.call("BatchGetSecretValue", region, Filters=[{"Key": "name", "Values": [wanted]}])
        else:
            ids = [self.secret_id(region, self.place(whom)[1], form) for whom, form in wanted]
            self.call("BatchGetSecretValue", region, SecretIdList=ids)

    # Deletion

    @rule(whom=whoms, form=forms, options=st.sampled_from(DELETIONS))
    def delete(self, whom: int, form: str, options: tuple[int | None, bool | None]) -> None:
        """Delete a secret, with a window or without."""
        window, forced = options
        self.ask("DeleteSecret", whom, form, RecoveryWindowInDays=window, ForceDeleteWithoutRecovery=forced)

    @rule(
        whom=whoms,
        window=st.sampled_from((None, 7)),
        aside=st.sampled_from((-1, 0, 1)),
        then=st.sampled_from(("restore", "restore", "force", "read", "create", "delete")),
    )
    def live_on_the_edge(self, whom: int, window: int | None, aside: int, then: str) -> None:
        """Delete a secret, go to its deletion date or a millisecond to either side, and do something with it."""
        self.ask("DeleteSecret", whom, RecoveryWindowInDays=window)
        region, name = self.last
        held = self.reference.lookup(region, name)
        if held is None or held.deletion is None:
            return
        self._go_to(held.deletion + aside)
        if then == "restore":
            self.call("RestoreSecret", region, SecretId=held.arn)
        elif then == "read":
            self.call("GetSecretValue", region, SecretId=name)
        elif then == "create":
            self.call("CreateSecret", region, Name=name, ClientRequestToken=self.token(None))
        else:
            forced = {"ForceDeleteWithoutRecovery": True} if then == "force" else {}
            self.call("DeleteSecret", region, SecretId=name, **forced)

    @rule(whom=whoms, form=forms)
    def restore(self, whom: int, form: str) -> None:
        """Restore a secret."""
        self.ask("RestoreSecret", whom, form)

    # Describing and listing

    @rule(
        whom=whoms,
        form=forms,
        operation=st.sampled_from(
            ("DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy", "ListResourcePolicies")
            + ("AssociateCrossAccountReplica", "DisassociateCrossAccountReplica", "GetRandomPassword")
        ),
    )
    def ask_about(self, whom: int, form: str, operation: str) -> None:
        """Describe a secret under whatever name, or ask what changes nothing."""
        if operation == "GetRandomPassword":
            answer = self.call(operation, HOME, PasswordLength=whom + 4)
            assert not answer or len(answer.get("RandomPassword", "-" * (whom + 4))) == whom + 4
        elif operation.endswith("Replica"):
            region, _ = self.place(whom)
            nobody = f"arn:aws:secretsmanager:{region}:210987654321:secret:app-abcdef"
            self.ask(operation, whom, CrossAccountReplicaARN=nobody)
        else:
            self.ask(operation, whom, form)

    @rule(
        region=st.sampled_from((HOME, ABROAD)),
        planned=st.booleans(),
        order=st.sampled_from(("asc", "desc")),
        by=st.sampled_from(("created-date", "name")),
        name=st.none() | st.sampled_from(("app", "app/", "!app-", "x")),
        size=st.none() | st.integers(1, 3),
    )
    def list_by_pages(
        self, region: str, planned: bool, order: str, by: str, name: str | None, size: int | None
    ) -> None:
        """List the secrets page by page: together they are what one page would have been."""
        if self.reference.troubled():
            return
        members: dict[str, Any] = {"IncludePlannedDeletion": planned, "SortOrder": order, "SortBy": by}
        members |= {} if name is None else {"Filters": [{"Key": "name", "Values": [name]}]}
        pages = [page["SecretList"] for page in self._pages("ListSecrets", region, size, members)]
        expected = self.reference.perform("ListSecrets", region, now_in_milliseconds(), members)
        assert without_replica_dates(plain(sum(pages, []))) == without_replica_dates(plain(expected["SecretList"]))

    @rule(whom=whoms, deprecated=st.booleans(), size=st.none() | st.integers(1, 3))
    def list_versions_by_pages(self, whom: int, deprecated: bool, size: int | None) -> None:
        """List the versions of a secret page by page."""
        region, held = self.held(whom)
        if self.reference.troubled() or held is None or len(held.versions) > 20:
            return
        members = {"SecretId": held.name, "IncludeDeprecated": deprecated}
        pages = [page["Versions"] for page in self._pages("ListSecretVersionIds", region, size, members)]
        expected = self.reference.perform("ListSecretVersionIds", region, now_in_milliseconds(), members)
        assert plain(sum(pages, [])) == plain(expected["Versions"])

    def _pages(self, operation: str, region: str, size: int | None, members: dict[str, Any]) -> Iterator[Any]:
        """Read every page; the calls are the fake's alone, since the model knows no pages."""
        self.look_at_the_calls()
        limit = {} if size is None else {"MaxResults": size}
        more: dict[str, str] = {}
        while True:
            page = self._observe(self.clients[region, False], operation, {**members, **limit, **more})
            yield page
            if "NextToken" not in page:
                break
            more = {"NextToken": page["NextToken"]}
        self.calls_seen = len(self.fake.calls) - 1  # the model notes one call for all the pages

    # Tags and policies: of replicas only those that their primaries hand down

    @rule(whom=whoms, form=forms, tags=tag_lists)
    def tag(self, whom: int, form: str, tags: list[dict[str, str]]) -> None:
        """Tag a secret."""
        if not self._is_replica(whom):
            self.ask("TagResource", whom, form, Tags=tags)

    @rule(whom=whoms, form=forms, keys=st.lists(st.sampled_from("abc"), max_size=3))
    def untag(self, whom: int, form: str, keys: list[str]) -> None:
        """Take tags off a secret."""
        if not self._is_replica(whom):
            self.ask("UntagResource", whom, form, TagKeys=keys)

    @rule(
        whom=whoms,
        form=forms,
        operation=st.sampled_from(
            ("PutResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy", "ValidateResourcePolicy")
        ),
        policy=st.sampled_from((POLICY, POLICY, "no JSON")),
    )
    def change_policy(self, whom: int, form: str, operation: str, policy: str) -> None:
        """Put, delete or validate a resource policy."""
        if not self._is_replica(whom):
            members = {} if operation == "DeleteResourcePolicy" else {"ResourcePolicy": policy}
            self.ask(operation, whom, form, **members)

    def _is_replica(self, whom: int) -> bool:
        _, held = self.held(whom)
        return held is not None and held.is_replica

    # Rotation and replication

    @rule(
        whom=whoms,
        form=forms,
        function=st.sampled_from((None, *[f"{LAMBDA}works"] * 4, *FUNCTIONS, f"{LAMBDA}missing")),
        days=st.sampled_from((None, 1, 2, 2, 7)),
        immediately=st.sampled_from((None, True, False)),
        token=tokens,
    )
    def rotate(
        self,
        whom: int,
        form: str,
        function: str | None,
        days: int | None,
        immediately: bool | None,
        token: str | None,
    ) -> None:
        """Set up a rotation, start one, or both."""
        rules = None if days is None else {"AutomaticallyAfterDays": days}
        given = {"RotationLambdaARN": function, "RotationRules": rules, "RotateImmediately": immediately}
        self.ask("RotateSecret", whom, form, ClientRequestToken=self.token(token), **given)

    @rule(whom=whoms, form=forms)
    def cancel_rotation(self, whom: int, form: str) -> None:
        """Turn a rotation off."""
        self.ask("CancelRotateSecret", whom, form)

    @rule(whom=whoms, form=forms, same=st.integers(0, 4), overwrite=st.booleans())
    def replicate(self, whom: int, form: str, same: int, overwrite: bool) -> None:
        """Replicate a secret to the other region, or to its own."""
        region, _ = self.place(whom)
        target = region if same == 4 else other(region)
        members = {"AddReplicaRegions": [{"Region": target}], "ForceOverwriteReplicaSecret": overwrite}
        self.ask("ReplicateSecretToRegions", whom, form, **members)

    @rule(whom=whoms, form=forms)
    def remove_replica(self, whom: int, form: str) -> None:
        """Remove a replica by way of its primary."""
        region, _ = self.place(whom)
        self.ask("RemoveRegionsFromReplication", whom, form, RemoveReplicaRegions=[other(region)])

    @rule(whom=whoms, form=forms)
    def stop_replication(self, whom: int, form: str) -> None:
        """Let a replica stand alone: from now on the model knows when it was last changed."""
        region, held = self.held(whom)
        if held is not None and held.replicas:
            region = other(region)
            held = self.reference.lookup(region, held.name)
        if held is not None:
            self.last = (region, held.name)
        if held is not None and held.is_replica:
            if self.reference.troubled():
                return
            described = self.call("DescribeSecret", region, SecretId=held.arn) or {}
            held.changed = plain(described["LastChangedDate"])
        self.ask("StopReplicationToReplica", 0 if held else whom, form)

    # Seeds, faults and denials

    @rule(place=st.sampled_from(PLACES), value=st.none() | values, tags=st.none() | st.just({"a": "1"}))
    def seed(self, place: tuple[str, str], value: str | bytes | None, tags: dict[str, str] | None) -> None:
        """Put a secret in without a call; a name is seeded once."""
        region, name = place
        self.reference.settle(now_in_milliseconds())
        if self.reference.lookup(region, name) is not None:
            with pytest.raises(ValueError, match="already"):
                self.fake.seed(name, value, region=region)
            return
        secret = self.fake.seed(name, value, region=region, tags=tags)
        now = now_in_milliseconds()
        held = Held(name, secret.arn, region, now, now, tags=tags, seeded=True)
        self.reference.held.append(held)
        for version in secret.versions:
            self.reference._add_value(held, version.version_id, value or "", [CURRENT], now)

    @precondition(lambda self: self.may_be_troubled and len(self.reference.faults) < 3)
    @rule(
        operation=st.sampled_from(ACTIONS),
        error=st.sampled_from(sorted(FAULTS)),
        times=st.sampled_from((1, 1, 1, 2, 3, None)),
        whom=st.none() | whoms,
        form=forms,
    )
    def fail(self, operation: str, error: str, times: int | None, whom: int | None, form: str) -> None:
        """Let calls fail."""
        about = None if whom is None else self.secret_id(*self.place(whom), form)
        handle = self.fake.fail(operation, FAULTS[error], times=times, secret_id=about)
        fault = Fault(operation, error, times, about)
        self.reference.faults.append(fault)
        self.handles.append((handle, fault))

    @precondition(lambda self: self.handles)
    @rule(every=st.booleans())
    def withdraw(self, every: bool) -> None:
        """Take faults back."""
        chosen, self.handles = (self.handles, []) if every else (self.handles[-1:], self.handles[:-1])
        for handle, fault in chosen:
            handle.withdraw()
            self.reference.faults.remove(fault)

    @precondition(lambda self: self.may_be_troubled and len(self.reference.denials) < 2)
    @rule(action=st.sampled_from(ACTIONS), whom=st.none() | whoms, form=forms)
    def deny(self, action: str, whom: int | None, form: str) -> None:
        """Deny an action."""
        about = None if whom is None else self.secret_id(*self.place(whom), form)
        self.fake.deny(action, about)
        self.reference.deny(action, about)

    @precondition(lambda self: self.reference.denials)
    @rule(action=st.sampled_from(("*", *ACTIONS)), which=st.none() | st.integers(0, 3))
    def allow(self, action: str, which: int | None) -> None:
        """Allow again what was denied."""
        about = None if which is None else self.reference.denials[which % len(self.reference.denials)][1]
        self.fake.allow(action, about)
        self.reference.allow(action, about)

    @precondition(lambda self: self.reference.troubled())
    @rule()
    def end_all_trouble(self) -> None:
        """Withdraw every fault and allow everything."""
        self.withdraw_all()
        self.fake.allow()
        self.reference.denials = []

    def withdraw_all(self) -> None:
        """Withdraw every fault."""
        for handle, _ in self.handles:
            handle.withdraw()
        self.handles, self.reference.faults = [], []

    @precondition(lambda self: self.may_be_troubled)
    @rule(patient=st.booleans())
    def choose_client(self, patient: bool) -> None:
        """Go on with a client that tries again, or with one that does not."""
        self.patient = patient

    # Time

    @rule(seconds=steps)
    def advance(self, seconds: float) -> None:
        """Move the clock by a step."""
        self.clock.advance(seconds=seconds)

    @precondition(lambda self: any(map(self.reference.next_due, self.reference.held)))
    @rule(which=st.integers(0, 7), aside=st.sampled_from((-1, 0, 1)), date=st.sampled_from(("deletion", "due")))
    def move_to_what_is_due(self, which: int, aside: int, date: str) -> None:
        """Move the clock to a deletion date, a purge or a rotation: to the millisecond, before or after."""
        if date == "deletion":
            dates = [held.deletion for held in self.reference.held if held.deletion is not None]
        else:
            dates = [due for due in map(self.reference.next_due, self.reference.held) if due is not None]
        if dates:
            self._go_to(dates[which % len(dates)] + aside)

    def _go_to(self, instant: int) -> None:
        """Move the clock to an instant, unless that has passed."""
        self.clock.move_to(max(EPOCH + timedelta(milliseconds=instant), self.clock.now()))

    @precondition(lambda self: not any(held.rotation for held in self.reference.held))
    @rule(seconds=steps)
    def tick(self, seconds: float) -> None:
        """Move time behind the clock's back: the fake follows."""
        self.frozen.tick(timedelta(seconds=seconds))

    # What holds after each step

    @invariant()
    def agree(self) -> None:
        """The fake and the model agree in all that can be seen."""
        events = self.fake.events
        self.reference.settle(now_in_milliseconds())
        self.look_at_the_calls()
        assert [event.at for event in events] == sorted(event.at for event in events)
        ends = [(plain(event.at), event.secret) for event in events if event.name == "EndSecretVersionDelete"]
        assert sorted(ends) == sorted((at, arn) for arn, at in self.reference.purged)
        assert self.reference.observed == self.reference.invocations
        assert [
            (one.secret, one.version_id, one.step, plain(one.at), one.error is None) for one in self.fake.rotations
        ] == self.reference.rotations
        assert len(self.fake.unused_faults()) == len([one for one in self.reference.faults if one.left])
        if self.callables:
            assert self.asked_delays == self.reference.asked_delays
        self.compare_snapshots()
        replicas = {held.arn for held in self.reference.held if held.is_replica}
        self.replicas_shown = {arn: shown for arn, shown in self.replicas_shown.items() if arn in replicas}
        if not self.reference.troubled():
            self.compare_answers()

    def look_at_the_calls(self) -> None:
        """Compare the calls since the last look."""
        calls = self.fake.calls[self.calls_seen :]
        assert [(call.operation, call.region, plain(call.at), call.error_code) for call in calls] == (
            self.reference.calls
        )
        self.calls_seen = len(self.fake.calls)
        self.reference.calls.clear()

    def compare_snapshots(self) -> None:
        """Compare the secrets as Python sees them."""
        secrets = self.fake.secrets()
        assert len(secrets) == len(self.reference.held)
        for secret, held in zip(secrets, sorted(self.reference.held, key=lambda one: one.created), strict=True):
            assert snapshot(secret) == expected_snapshot(held)
            self.look_at_labels(secret)
        left = {held.arn for held in self.reference.held if not held.seeded and held.deletion is None}
        assert {secret.arn for secret in self.fake.leftovers()} == left

    def look_at_labels(self, secret: Any) -> None:
        """A label is on one version at most, a version has no more than 20, and versions stand in order."""
        every = [label for version in secret.versions for label in version.staging_labels]
        assert len(every) == len(set(every))
        assert all(len(version.staging_labels) <= 20 for version in secret.versions)
        created = [version.created_date for version in secret.versions]
        assert created == sorted(created)

    def compare_answers(self) -> None:
        """Compare what the reading operations answer."""
        patient, self.patient = self.patient, False
        for region in (HOME, ABROAD):
            self.call("ListSecrets", region, IncludePlannedDeletion=True)
        for held in list(self.reference.held):
            described = self.call("DescribeSecret", held.region, SecretId=held.arn) or {}
            if len(held.versions) <= 100:  # more than that come on several pages
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
        before, shown = self.replicas_shown.get(arn, (0, None))
        assert date >= before if described == shown else date > before
        self.replicas_shown[arn] = (date, described)


def brought(value: str | bytes | None) -> dict[str, Any]:
    """Return the member that brings a value."""
    if value is None:
        return {}
    return {"SecretBinary" if isinstance(value, bytes) else "SecretString": value}


def without_replica_dates(answer: Any) -> Any:
    """Leave out when replicas were last changed: AWS does not say how often a replica follows."""
    if isinstance(answer, list):
        return [without_replica_dates(item) for item in answer]
    if isinstance(answer, dict):
        arn, primary = answer.get("ARN"), answer.get("PrimaryRegion")
        follows = primary and isinstance(arn, str) and f":{primary}:" not in arn
        shown = {name: value for name, value in answer.items() if not (follows and name == "LastChangedDate")}
        return {name: without_replica_dates(value) for name, value in shown.items()}
    return answer


def without_details(answer: Any) -> Any:
    """Leave out what tells of a replica besides its region, its status and the day of its last reading."""
    for status in answer.get("ReplicationStatus", ()):
        status.pop("KmsKeyId", None)
        status.pop("StatusMessage", None)
    return answer


def assert_same_answer(observed: Any, expected: Any, attempts: int) -> None:
    """Compare two answers: members, or code and text."""
    if isinstance(expected, Struck):
        assert_struck(observed, expected.error, attempts)
    elif isinstance(expected, Refused):
        assert isinstance(observed, ClientError), f"{observed} instead of {expected.code}"
        error = observed.response["Error"]
        assert error["Code"] == expected.code, error
        assert expected.text in {None, error["Message"]}
        assert observed.response["ResponseMetadata"]["RetryAttempts"] == attempts - 1
    else:
        assert isinstance(observed, dict), f"{getattr(observed, 'response', observed)} instead of {expected}"
        assert observed["ResponseMetadata"]["RetryAttempts"] == attempts - 1
        shown = without_replica_dates(without_details(plain(observed)))
        assert shown == without_replica_dates(plain(expected))


def assert_struck(observed: Any, error: str, attempts: int) -> None:
    """Check that a fault has come out as a real one would."""
    if error == "MALFORMED":
        assert isinstance(observed, dict)
        assert plain(observed) == {}
        assert observed["ResponseMetadata"]["RetryAttempts"] == attempts - 1
    elif error.endswith("TimeoutError"):
        assert type(observed).__name__ == error
    else:
        assert isinstance(observed, ClientError)
        assert observed.response["Error"]["Code"] == error
        assert observed.response["ResponseMetadata"]["RetryAttempts"] == attempts - 1


def snapshot(secret: Any) -> dict[str, Any]:
    """Return what a Secret shows, dates in milliseconds."""
    return {
        "name": secret.name,
        "arn": secret.arn,
        "region": secret.region,
        "description": secret.description,
        "tags": list(secret.tags.items()),
        "versions": [
            (one.version_id, set(one.staging_labels), plain(one.created_date), one.value) for one in secret.versions
        ],
        "current": secret.current and secret.current.version_id,
        "created": plain(secret.created_date),
        "deletion": plain(secret.deletion_date),
        "scheduled": secret.is_scheduled_for_deletion,
    }


def expected_snapshot(held: Held) -> dict[str, Any]:
    """Return what a Secret must show of a secret of the model's."""
    current = held.holder(CURRENT)
    return {
        "name": held.name,
        "arn": held.arn,
        "region": held.region,
        "description": held.description,
        "tags": list((held.tags or {}).items()),
        "versions": [(one.id, set(one.labels), one.created, one.value) for one in held.versions],
        "current": current and current.id,
        "created": held.created,
        "deletion": held.deletion,
        "scheduled": held.deletion is not None,
    }


def test_the_fake_lives_as_the_model_does(clients: dict[tuple[str, bool], Any]) -> None:
    """Whatever is called, and however time moves, the fake and the model of AWS stay the same."""
    ignored = ["hypothesis", "_pytest.timing", "botocore.retries"]
    with freeze_time(START, real_asyncio=True, ignore=ignored) as frozen, Clock().skip_sleeps():
        Lifecycle.clients, Lifecycle.frozen = clients, frozen
        run_state_machine_as_test(Lifecycle, settings=settings.get_profile(PROFILE))
