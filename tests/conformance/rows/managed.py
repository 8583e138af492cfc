"""Secrets that a service of AWS manages, such as those of RDS."""

from __future__ import annotations

import json
from datetime import timedelta

from .. import sources
from ..sources import USUAL, filled
from ..table import D, DAY, F, FUNCTION, HERE, I, R, T1, T2, At, Late, Refused, Row, call, named, steps

NAME, AWAY = "rds!db", "eu-west-1"
OWNER = {"Key": "aws:secretsmanager:owningService", "Value": "rds"}
LOGIN = {"username": "admin", "password": "one"}
RULES = {"RotationRules": {"AutomaticallyAfterDays": 7}}
ROTATE = {"SecretId": NAME, **RULES, "ClientRequestToken": T1}
NOON = DAY // 2 + 123


def managed(world):
    """Seed a secret that RDS manages."""
    world.first = world.fake.seed(NAME, LOGIN, tags={"k": "v"}, owning_service="rds").current.version_id


def without_a_value(world):
    """Seed one without a value."""
    world.fake.seed(NAME, owning_service="rds")


def under_a_key(world):
    """Seed one under a key."""
    world.fake.seed(NAME, LOGIN, owning_service="rds", kms_key_id="alias/own")


FIRST = Late(lambda world: {world.first: ["AWSCURRENT"]})
ENTRY = named(NAME, CreatedDate=At(), LastChangedDate=At(), OwningService="rds",
              Tags=[OWNER, {"Key": "k", "Value": "v"}])  # fmt: skip


def rotated_to(*tokens):
    """Return a check that the service has rotated to these versions, and to no other."""

    def check(world):
        secret = world.fake.secret(NAME)
        assert [version.version_id for version in secret.versions] == [world.first, *tokens]
        assert secret.current.version_id == [world.first, *tokens][-1]
        assert {**secret.json(), "password": "one"} == LOGIN
        assert (secret.json()["password"] == "one") == (not tokens)
        assert not world.fake.rotations

    return check


def full(*labels):
    """Return a step that brings a managed secret to twenty labels: AWSCURRENT, these, and as many others."""
    others = [f"label{number}" for number in range(19 - len(labels))]
    return steps(managed, call("PutSecretValue", SecretId=NAME, SecretString=json.dumps(LOGIN), ClientRequestToken=T2,
                               VersionStages=[*labels, *others]))  # fmt: skip


def keeps_its_labels(world):
    """Find all labels still there, AWSPREVIOUS at the version that was current."""
    secret = world.fake.secret(NAME)
    assert sum(len(version.staging_labels) for version in secret.versions) == 20
    assert secret.holder_of("AWSPREVIOUS").version_id == world.first
    assert secret.current.version_id == T1


def rotates_later(world):
    """Find the rules, and no rotation so far."""
    described = world.call("DescribeSecret", SecretId=NAME)
    assert (described["RotationEnabled"], described["RotationRules"]) == (True, RULES["RotationRules"])
    assert "LastRotatedDate" not in described


def under_its_key(world):
    """Find both versions under the key of their secret."""
    versions = world.call("ListSecretVersionIds", SecretId=NAME)["Versions"]
    assert [version["KmsKeyIds"] for version in versions] == [["alias/own"]] * 2


def began_with_a_password(world):
    """Find a password, and nothing else."""
    assert len(world.fake.secret(NAME).value) == 32


def same_away(world):
    """Find the version that the service has rotated to at the replica."""
    here, away = (world.call("GetSecretValue", region=region, SecretId=NAME) for region in (HERE, AWAY))
    assert (away["VersionId"], away["SecretString"]) == (T1, here["SecretString"])


def rotates_by_itself(world):
    """Check that the service rotates again by the rules, and that no function is called."""
    world.advance(days=7)
    secret = world.fake.secret(NAME)
    assert len(secret.versions) == 3
    assert secret.version(T1) == secret.holder_of("AWSPREVIOUS")
    assert secret.json()["password"] not in {"one", json.loads(secret.version(T1).value)["password"]}
    assert not world.fake.rotations
    assert [event.name for event in world.fake.events[-2:]] == ["RotationStarted", "RotationSucceeded"]
    assert world.fake.events[-1].at - world.fake.events[0].at >= timedelta(days=6)


def listed(case, value, *entries):
    """Return a row of the filter owning-service."""
    return Row("ListSecrets", f"owning-service: {case}", D, {"Filters": [{"Key": "owning-service", "Values": [value]}]},
               {"SecretList": list(entries)}, given=steps(managed, call("CreateSecret", Name="a")),
               source=sources.MANAGED_FILTER)  # fmt: skip


LISTED = {**ENTRY, "SecretVersionsToStages": FIRST}
ROWS = filled([
    Row("DescribeSecret", "managed; its tag is inferred", R, {"SecretId": NAME}, {**ENTRY, "VersionIdsToStages": FIRST}, given=managed),
    listed("its secrets", "rds", LISTED),
    listed("is a prefix", "r", LISTED),
    listed("is case-sensitive", "RDS"),
    listed("negated", "!rds", named("a", CreatedDate=At(), LastChangedDate=At())),
    Row("RotateSecret", "managed: rules, and no function", F, ROTATE, named(NAME, VersionId=T1), given=managed,
        afterwards=rotated_to(T1), source=sources.MANAGED_ROTATION),
    Row("RotateSecret", "managed: neither rules nor a function", I, {"SecretId": NAME, "ClientRequestToken": T1},
        named(NAME, VersionId=T1), given=managed, afterwards=rotated_to(T1)),
    Row("RotateSecret", "managed: RotateImmediately false", I, {**ROTATE, "RotateImmediately": False},
        named(NAME, VersionId=T1), given=managed, afterwards=steps(rotated_to(), rotates_later)),
    Row("RotateSecret", "managed: again", I, {"SecretId": NAME, "ClientRequestToken": T2}, named(NAME, VersionId=T2),
        given=steps(managed, call("RotateSecret", **ROTATE)), afterwards=rotated_to(T1, T2)),
    Row("RotateSecret", "managed: same token again", I, ROTATE, named(NAME, VersionId=T1),
        given=steps(managed, call("RotateSecret", **ROTATE)), afterwards=rotated_to(T1)),
    Row("RotateSecret", "managed: without a value", I, ROTATE, named(NAME, VersionId=T1), given=without_a_value,
        afterwards=began_with_a_password),
    Row("RotateSecret", "managed: the next rotation begins by itself", I, ROTATE, named(NAME, VersionId=T1), given=managed,
        afterwards=rotates_by_itself, timed=True),
    Row("RotateSecret", "managed: a replica follows", I, ROTATE, named(NAME, VersionId=T1), afterwards=same_away,
        given=steps(managed, call("ReplicateSecretToRegions", SecretId=NAME, AddReplicaRegions=[{"Region": AWAY}]))),
    Row("RotateSecret", "managed: a secret under a key", I, ROTATE, named(NAME, VersionId=T1), given=under_a_key,
        afterwards=under_its_key),
    Row("RotateSecret", "managed: twenty labels, AWSPREVIOUS among them", I, ROTATE, named(NAME, VersionId=T1),
        given=full("AWSPREVIOUS"), afterwards=keeps_its_labels),
    Row("RotateSecret", "managed: twenty labels without AWSPREVIOUS", I, ROTATE,
        Refused("InvalidRequestException", "A secret can have at most 20 staging labels.", code_is_inferred=True), given=full()),
    Row("RotateSecret", "managed: a function that does not exist", I, {**ROTATE, "RotationLambdaARN": f"{FUNCTION}r"},
        Refused("AccessDeniedException", "Secrets Manager cannot invoke the specified Lambda function. Ensure that the "
                "function policy grants access to the principal secretsmanager.amazonaws.com."), given=managed),
    Row("DescribeSecret", "managed: rotation without a function", F, {"SecretId": NAME},
        {**ENTRY, "LastChangedDate": At(2), "RotationEnabled": True, "RotationRules": RULES["RotationRules"],
         "LastRotatedDate": At(), "NextRotationDate": At(8 * DAY - 1000 - NOON),
         "VersionIdsToStages": Late(lambda world: {world.first: ["AWSPREVIOUS"], T1: ["AWSCURRENT"]})},
        given=steps(managed, call("RotateSecret", **ROTATE)), source=sources.MANAGED_ROTATION),
    Row("UntagResource", "managed: the tag of its service", I, {"SecretId": NAME, "TagKeys": [OWNER["Key"]]},
        Refused("InvalidParameterException", "Tag keys that begin with aws: are reserved for AWS."), given=managed),
    Row("TagResource", "managed: fifty tags beside those of AWS", D,
        {"SecretId": NAME, "Tags": [{"Key": f"k{number}", "Value": ""} for number in range(49)]}, {}, given=managed,
        source=sources.TAGS_QUOTA),
], {**USUAL, R: sources.MANAGED_RECORDED})  # fmt: skip
