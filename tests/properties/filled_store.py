"""A fake with secrets in every state, and what stands in braces in a request to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pytest_secretsdelete import FakeSecretsManager

from . import shapes
from .seen import ABROAD, HOME, STRANGER, ask, say


class FilledStore:
    """A fake with secrets in every state, which finds what stands in braces in a request."""

    def __init__(self) -> None:
        """Fill the fake."""
        self.fake = FakeSecretsManager(region=HOME, purge_delay=timedelta(days=9))
        self.fake.rotation_function(shapes.FUNCTIONS[0], lambda event, context: None)
        self.fake.rotation_function(shapes.FUNCTIONS[1], lambda event, context: event["Nothing"])
        self.tokens = (f"{number:032d}" for number in itertools.count())
        self.empty_token = next(self.tokens)
        self._fill()
        self.arns = {(secret.region, secret.name): secret.arn for secret in self.fake.secrets()}

    def create(self, name: str, **members: Any) -> dict[str, Any]:
        """Create a secret with a value."""
        return self.add("CreateSecret", Name=name, **{"SecretString": shapes.SENTINEL, **members})

    def add(self, operation: str, **members: Any) -> dict[str, Any]:
        """Make a call with a token that was never used."""
        return say(self.fake, operation, ClientRequestToken=next(self.tokens), **members)

    def _fill(self) -> None:
        put = {"SecretId": "plain", "SecretString": shapes.SENTINEL}
        self.create("plain", Description="of the app", Tags=[{"Key": "Env", "Value": "a"}])
        self.add("PutSecretValue", **put)
        self.add("PutSecretValue", **put, VersionStages=["AWSCURRENT", "mine"])
        self.add("PutSecretValue", **put, VersionStages=[f"label-{number}" for number in range(16)])
        say(self.fake, "CreateSecret", Name="empty", ClientRequestToken=self.empty_token)
        self.create("scheduled")
        say(self.fake, "DeleteSecret", SecretId="scheduled", RecoveryWindowInDays=7)
        self.fake.seed("late", shapes.SENTINEL, deleted_days_ago=31)
        self.create("team-abc123")
        self.create("primary", AddReplicaRegions=[{"Region": ABROAD}])
        self.create("plain", region=ABROAD)
        self.create("rotating")
        rules = {"AutomaticallyAfterDays": 3}
        self.add("RotateSecret", SecretId="rotating", RotationLambdaARN=shapes.FUNCTIONS[0], RotationRules=rules)
        say(self.fake, "UpdateSecretVersionStage", SecretId="rotating", VersionStage="AWSPENDING", **self._pending())
        self.create("stuck")
        self.add("RotateSecret", SecretId="stuck", RotationLambdaARN=shapes.FUNCTIONS[1])
        self.create("guarded", KmsKeyId="alias/own")
        say(self.fake, "PutResourcePolicy", SecretId="guarded", ResourcePolicy=shapes.POLICIES[0])
        linked = self.create("linked")["ARN"]
        key = {"KmsKeyId": "alias/own", "CrossAccountPrimaryARN": linked}
        follower = say(
            self.fake, "CreateSecret", Name="follower", caller=STRANGER, ClientRequestToken=next(self.tokens), **key
        )
        say(self.fake, "AssociateCrossAccountReplica", SecretId=linked, CrossAccountReplicaARN=follower["ARN"])

    def _pending(self) -> dict[str, str]:
        holder = self.fake.secret("rotating").versions[-1]
        return {"RemoveFromVersionId": holder.version_id}

    def finder(self, operation: str, members: dict[str, Any], region: str) -> Callable[[str], str]:
        """Return what finds the text for what stands in braces."""

        def find(wanted: str) -> str:
            kind, *words = wanted.strip("{}").split(":")
            if kind in {"arn", "partial", "abroad"}:
                arn = self.arns.get((ABROAD if kind == "abroad" else HOME, words[0]), "arn:")
                return arn[:-7] if kind == "partial" else arn
            if kind == "version":
                return self.version_id(words[0], int(words[1]))
            if kind == "next":
                return self.next_token(words[0] if words else operation, {} if words else members, region)
            return self.empty_token if kind == "token" else wanted

        return find

    def version_id(self, name: str, place: int) -> str:
        """Return the id of a version; what an earlier request has removed has none any more."""
        versions = next((secret.versions for secret in self.fake.secrets(HOME) if secret.name == name), ())
        there = -len(versions) <= place < len(versions)
        return versions[place].version_id if there else "of-a-version-that-is-gone-00000000"

    def next_token(self, operation: str, members: dict[str, Any], region: str) -> str:
        """Return the token of a listing's second page, where it has one."""
        asked = {name: value for name, value in members.items() if name != "NextToken"} | {"MaxResults": 1}
        if operation == "ListSecretVersionIds" and "SecretId" not in asked:
            asked["SecretId"] = "plain"
        asked = shapes.filled_in(asked, self.finder("", {}, region))
        _, answer = ask(self.fake, operation, **{**asked, "region": region})
        return str(answer.get("NextToken", "no more"))
