"""Replication between two accounts, held against a small model: one primary, and up to two replicas elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import botocore.config
import botocore.session
import pytest
from botocore.exceptions import ClientError
from freezegun import freeze_time
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pytest_secretsdelete import FakeSecretsManager

from .conftest import PROFILE
from .shapes import service_model

REGION, OWNER, OTHER = "us-east-1", "123456789012", "210987654321"
REFUSED, MISSING, TOO_MANY = "InvalidRequestException", "ResourceNotFoundException", "LimitExceededException"
AT_A_REPLICA = "InvalidParameterException"
NAMES = ("one", "two")
names = st.sampled_from(NAMES)

pytestmark = pytest.mark.skipif(
    "AssociateCrossAccountReplica" not in service_model().operation_names,
    reason="this botocore does not know of replicas in other accounts",
)


@dataclass
class Copy:
    """A secret of the other account, and its link to the primary: Pending, InSync, Detached or None."""

    arn: str
    link: str | None = "Pending"
    content: dict[str, Any] = field(default_factory=dict)


class Accounts(RuleBasedStateMachine):
    """What is done to the primary and to its replicas."""

    clients: dict[str, Any]

    @initialize()
    def begin(self) -> None:
        """Start a fake with a primary."""
        self.fake = FakeSecretsManager(region=REGION, account_id=OWNER)
        self.fake.start()
        self.arn = self.fake.seed("primary", "0", kms_key_id="alias/own").arn
        self.content: dict[str, Any] = {"value": "0", "tags": {}, "description": ""}
        self.copies: dict[str, Copy] = {}
        self.links: dict[str, str] = {}
        self.count = 0

    def teardown(self) -> None:
        """Stop the fake."""
        self.fake.stop()

    def call(self, account: str, operation: str, expected: str | None = None, /, **members: Any) -> dict[str, Any]:
        """Make a call, and compare whether it is refused."""
        before = self.shown()
        try:
            answer: dict[str, Any] = self.clients[account]._make_api_call(operation, members)
        except ClientError as error:
            assert error.response["Error"]["Code"] == expected, error  # noqa: PT017
            assert self.shown() == before
            return {}
        assert expected is None, f"{answer} instead of {expected}"
        return answer

    def shown(self) -> list[tuple[Any, Any]]:
        """Return what can be seen of every secret: its versions, and its description."""
        return [(secret.versions, self.describe(secret.account_id, secret.arn)) for secret in self.fake.secrets()]

    def describe(self, account: str, secret_id: str) -> dict[str, Any]:
        """Describe a secret to its owner."""
        answer: dict[str, Any] = self.clients[account].describe_secret(SecretId=secret_id)
        answer.pop("ResponseMetadata")
        return answer

    def arn_of(self, name: str) -> str:
        """Return the ARN of a copy, or of one that has never been."""
        return (
            self.copies[name].arn
            if name in self.copies
            else f"arn:aws:secretsmanager:{REGION}:{OTHER}:secret:{name}-000000"
        )

    def carry(self) -> None:
        """Let the copies that are in step follow the primary."""
        for copy in self.copies.values():
            if copy.link == "InSync" and copy.arn in self.links:
                copy.content = {**self.content, "tags": dict(self.content["tags"])}

    @rule(what=st.sampled_from(("value", "tag", "untag", "description")))
    def change_the_primary(self, what: str) -> None:
        """Change what is replicated."""
        self.count += 1
        text = str(self.count)
        if what == "value":
            self.call(OWNER, "PutSecretValue", SecretId="primary", SecretString=text)
            self.content["value"] = text
        elif what == "tag":
            self.call(OWNER, "TagResource", SecretId="primary", Tags=[{"Key": "k", "Value": text}])
            self.content["tags"]["k"] = text
        elif what == "untag":
            self.call(OWNER, "UntagResource", SecretId="primary", TagKeys=["k"])
            self.content["tags"].pop("k", None)
        else:
            self.call(OWNER, "UpdateSecret", SecretId="primary", Description=text)
            self.content["description"] = text
        self.carry()

    @rule(name=names)
    def create(self, name: str) -> None:
        """Create a copy, which waits for its primary's owner."""
        expected = "ResourceExistsException" if name in self.copies else None
        answer = self.call(
            OTHER, "CreateSecret", expected, Name=name, CrossAccountPrimaryARN=self.arn, KmsKeyId="alias/theirs"
        )
        if answer:
            self.copies[name] = Copy(answer["ARN"], content={"value": None, "tags": {}, "description": ""})

    @rule(name=names)
    def associate(self, name: str) -> None:
        """Accept a copy: at most one, and one that waits for this primary."""
        copy, arn = self.copies.get(name), self.arn_of(name)
        if copy is None:
            expected = MISSING
        elif copy.link is None:
            expected = REFUSED
        else:
            expected = TOO_MANY if set(self.links) - {arn} else None
        self.call(OWNER, "AssociateCrossAccountReplica", expected, SecretId="primary", CrossAccountReplicaARN=arn)
        if copy is not None and expected is None:
            self.links[arn] = copy.link = "InSync"
            self.carry()

    @rule(name=names)
    def disassociate(self, name: str) -> None:
        """Let a copy go; it stays, detached."""
        arn = self.arn_of(name)
        expected = None if arn in self.links else MISSING
        self.call(OWNER, "DisassociateCrossAccountReplica", expected, SecretId="primary", CrossAccountReplicaARN=arn)
        if self.links.pop(arn, None) and name in self.copies and self.copies[name].link is not None:
            self.copies[name].link = "Detached"

    @rule(name=names)
    def stop(self, name: str) -> None:
        """Make a copy a secret of its own."""
        copy = self.copies.get(name)
        expected = MISSING if copy is None else REFUSED if copy.link is None else None
        self.call(OTHER, "StopReplicationToReplica", expected, SecretId=name)
        if copy is not None and copy.link is not None:
            copy.link = None
            if copy.arn in self.links:
                self.links[copy.arn] = "Detached"

    @rule(name=names, what=st.sampled_from(("PutSecretValue", "TagResource")))
    def change_a_copy(self, name: str, what: str) -> None:
        """Change a copy itself: only one that stands alone can be."""
        copy = self.copies.get(name)
        expected = MISSING if copy is None else None if copy.link is None else AT_A_REPLICA
        self.count += 1
        text = str(self.count)
        given = {"SecretString": text} if what == "PutSecretValue" else {"Tags": [{"Key": "mine", "Value": text}]}
        self.call(OTHER, what, expected, SecretId=name, **given)
        if copy is not None and expected is None:
            if what == "PutSecretValue":
                copy.content["value"] = text
            else:
                copy.content["tags"]["mine"] = text

    @rule(name=names)
    def delete_a_copy(self, name: str) -> None:
        """Delete a copy for good: only one that stands alone can be."""
        copy = self.copies.get(name)
        expected = AT_A_REPLICA if copy is not None and copy.link is not None else None
        self.call(OTHER, "DeleteSecret", expected, SecretId=name, ForceDeleteWithoutRecovery=True)
        if expected is None:
            self.copies.pop(name, None)

    @rule()
    def delete_and_restore_the_primary(self) -> None:
        """Schedule the primary, which is refused while it is linked, and take that back."""
        self.call(OWNER, "DeleteSecret", AT_A_REPLICA if self.links else None, SecretId="primary")
        if not self.links:
            self.call(OWNER, "RestoreSecret", SecretId="primary")

    @invariant()
    def both_sides_agree(self) -> None:
        """Describe both sides, and read what is held."""
        if not hasattr(self, "fake"):
            return
        described = self.describe(OWNER, "primary")
        shown = {
            link["ReplicaSecretARN"]: link["ReplicationStatus"] for link in described.get("CrossAccountReplicas", [])
        }
        assert shown == self.links
        for name, copy in self.copies.items():
            described = self.describe(OTHER, name)
            link = {"PrimarySecretARN": self.arn, "ReplicationStatus": copy.link} if copy.link else None
            assert described.get("CrossAccountPrimary") == link
            current = self.fake.secret(copy.arn).current
            assert {
                "value": current and current.value,
                "tags": {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])},
                "description": described.get("Description", ""),
            } == copy.content


def test_both_accounts_agree_with_the_model() -> None:
    """Whatever either account does, both see what the model says."""
    Accounts.clients = {
        account: botocore.session.Session().create_client(
            "secretsmanager",
            region_name=REGION,
            aws_access_key_id=account,
            aws_secret_access_key="x",
            config=botocore.config.Config(retries={"total_max_attempts": 1}),
        )
        for account in (OWNER, OTHER)
    }
    with freeze_time("2026-03-01T09:30:15Z"):
        run_state_machine_as_test(Accounts, settings=settings.get_profile(PROFILE))
