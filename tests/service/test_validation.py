"""Requests that botocore would not have sent: what the service says to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._service.validation import RequestChecker

from ..support import VALUE, send_raw, token

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager


def complaint(client: Any, operation: str, body: Any, **options: Any) -> tuple[str, str]:
    """Send a request that is refused; return code and text."""
    status, parsed = send_raw(client, operation, body, **options)
    assert status == 400
    return parsed["Error"]["Code"], parsed["Error"]["Message"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("not json", "The request body is not valid JSON"),
        ("{", "The request body is not valid JSON"),
        ('{"SecretId": "a"} trailing', "The request body is not valid JSON"),
        (b"\xff\xfe\xfd", "The request body is not valid JSON"),
        ("[" * 100_000, "The request body is not valid JSON"),
        ("9" * 5_000, "The request body is not valid JSON"),
        ("[]", "The request body is not a JSON object"),
        ("null", "The request body is not a JSON object"),
        ('"text"', "The request body is not a JSON object"),
        ("5", "The request body is not a JSON object"),
    ],
    ids=["text", "open", "trailing", "bytes", "deep", "number", "list", "null", "string", "integer"],
)
def test_bodies(body: Any, text: str, fake: FakeSecretsManager, client: Any) -> None:
    """A body that is no JSON object is a SerializationException, and recorded without parameters."""
    assert complaint(client, "GetSecretValue", body) == ("SerializationException", text)
    assert (fake.calls[0].error_code, dict(fake.calls[0].parameters)) == ("SerializationException", {})


@pytest.mark.parametrize(
    ("operation", "body", "text"),
    [
        ("GetSecretValue", {"SecretId": 5}, "NUMBER_VALUE can not be converted to String"),
        ("GetSecretValue", {"SecretId": 1.5}, "NUMBER_VALUE can not be converted to String"),
        ("GetSecretValue", {"SecretId": True}, "BOOLEAN_VALUE can not be converted to String"),
        ("GetSecretValue", {"SecretId": ["a"]}, "Start of structure or list can not be converted to String"),
        ("GetSecretValue", {"SecretId": {}}, "Start of structure or list can not be converted to String"),
        (
            "DeleteSecret",
            {"SecretId": "a", "RecoveryWindowInDays": "7"},
            "STRING_VALUE can not be converted to Long",
        ),
        (
            "DeleteSecret",
            {"SecretId": "a", "RecoveryWindowInDays": True},
            "BOOLEAN_VALUE can not be converted to Long",
        ),
        (
            "DeleteSecret",
            {"SecretId": "a", "RecoveryWindowInDays": 7.5},
            "NUMBER_VALUE can not be converted to Long",
        ),
        (
            "DeleteSecret",
            {"SecretId": "a", "ForceDeleteWithoutRecovery": 1},
            "NUMBER_VALUE can not be converted to Boolean",
        ),
        ("ListSecrets", {"MaxResults": "1"}, "STRING_VALUE can not be converted to Integer"),
        ("ListSecrets", {"Filters": {}}, "Start of structure or list can not be converted to List"),
        ("ListSecrets", {"Filters": ["name"]}, "STRING_VALUE can not be converted to Structure"),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": "a"}]},
            "STRING_VALUE can not be converted to List",
        ),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": [5]}]},
            "NUMBER_VALUE can not be converted to String",
        ),
        (
            "TagResource",
            {"SecretId": "a", "Tags": [[]]},
            "Start of structure or list can not be converted to Structure",
        ),
        ("CreateSecret", {"Name": "b", "SecretString": 5}, "NUMBER_VALUE can not be converted to String"),
        ("CreateSecret", {"Name": "b", "SecretBinary": 5}, "NUMBER_VALUE can not be converted to Blob"),
        ("CreateSecret", {"Name": "b", "SecretBinary": "no base64!"}, "The blob is not valid base64"),
        ("CreateSecret", {"Name": "b", "SecretBinary": "abc"}, "The blob is not valid base64"),
        ("CreateSecret", {"Name": "b", "SecretBinary": "ü"}, "The blob is not valid base64"),
    ],
)
def test_types(operation: str, body: dict[str, Any], text: str, fake: FakeSecretsManager, client: Any) -> None:
    """A member of the wrong type is a SerializationException, and nothing changes."""
    fake.seed("a", VALUE)
    before = fake.secrets()
    assert complaint(client, operation, body) == ("SerializationException", text)
    assert fake.secrets() == before


LONG = "x" * 2_049
MUST = "failed to satisfy constraint: Member must"
LENGTH, VALUES = f"{MUST} have length", f"{MUST} have value"


@pytest.mark.parametrize(
    ("operation", "body", "complaints"),
    [
        ("GetSecretValue", {}, [f"Value null at 'secretId' {MUST} not be null"]),
        ("GetSecretValue", {"SecretId": None}, [f"Value null at 'secretId' {MUST} not be null"]),
        ("GetSecretValue", {"SecretId": ""}, [f"Value '' at 'secretId' {LENGTH} greater than or equal to 1"]),
        ("GetSecretValue", {"SecretId": LONG}, [f"Value '{LONG}' at 'secretId' {LENGTH} less than or equal to 2048"]),
        (
            "GetSecretValue",
            {"SecretId": "a", "VersionId": "short"},
            [f"Value 'short' at 'versionId' {LENGTH} greater than or equal to 32"],
        ),
        ("ListSecrets", {"MaxResults": 0}, [f"Value '0' at 'maxResults' {VALUES} greater than or equal to 1"]),
        ("ListSecrets", {"MaxResults": 101}, [f"Value '101' at 'maxResults' {VALUES} less than or equal to 100"]),
        ("ListSecrets", {"SortOrder": "up"}, [f"Value 'up' at 'sortOrder' {MUST} satisfy enum value set: [asc, desc]"]),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": ["a"]}, {"Key": "colour", "Values": ["!?\n"]}]},
            [
                f"Value 'colour' at 'filters.2.member.key' {MUST} satisfy enum value set: [",
                f"at 'filters.2.member.values.1.member' {MUST} satisfy regular expression pattern: ",
            ],
        ),
        (
            "TagResource",
            {"SecretId": "a", "Tags": [{"Key": "k"}, {"Key": ""}]},
            [f"Value '' at 'tags.2.member.key' {LENGTH} greater than or equal to 1"],
        ),
        (
            "BatchGetSecretValue",
            {"SecretIdList": []},
            [f"Value '[]' at 'secretIdList' {LENGTH} greater than or equal to 1"],
        ),
        (
            "BatchGetSecretValue",
            {"SecretIdList": ["a"] * 21},
            [f"Value '[{', '.join(['a'] * 21)}]' at 'secretIdList' {LENGTH} less than or equal to 20"],
        ),
        (
            "PutSecretValue",
            {"SecretId": "", "ClientRequestToken": "short", "VersionStages": []},
            [
                f"Value '' at 'secretId' {LENGTH} greater",
                f"Value 'short' at 'clientRequestToken' {LENGTH} greater",
                f"Value '[]' at 'versionStages' {LENGTH} greater",
            ],
        ),
        (
            "ReplicateSecretToRegions",
            {"SecretId": "a", "AddReplicaRegions": [{"Region": "Ireland!"}]},
            [f"Value 'Ireland!' at 'addReplicaRegions.1.member.region' {MUST} satisfy regular expression pattern: "],
        ),
    ],
)
def test_constraints(
    operation: str, body: dict[str, Any], complaints: list[str], fake: FakeSecretsManager, client: Any
) -> None:
    """What breaks the model's constraints is named, all of it at once, with paths and values, as AWS writes them."""
    fake.seed("a", VALUE)
    code, text = complaint(client, operation, body)
    assert code == "ValidationException"
    noun = "error" if len(complaints) == 1 else "errors"
    assert text.startswith(f"{len(complaints)} validation {noun} detected: ")
    assert text.count(" failed to satisfy constraint: ") == len(complaints)
    assert all(one in text for one in complaints)


@pytest.mark.parametrize(
    "member",
    [{"SecretString": VALUE * 2_400}, {"SecretString": "ü" * 32_769}, {"SecretBinary": "QUFB" * 21_846}],
    ids=["characters", "bytes", "binary"],
)
def test_sensitive_values_are_left_out(member: dict[str, str], fake: FakeSecretsManager, client: Any) -> None:
    """A secret's size is counted in bytes, and a complaint about it does not show it."""
    code, text = complaint(client, "CreateSecret", {"Name": "b", "ClientRequestToken": token(1), **member})
    name = next(iter(member))
    assert code == "ValidationException"
    assert text == (
        f"1 validation error detected: Value at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536"
    )
    assert fake.secrets() == ()


def test_the_largest_values(fake: FakeSecretsManager, client: Any) -> None:
    """65,536 bytes are legal, in text and in binary."""
    for number, member in enumerate(({"SecretString": "ü" * 32_768}, {"SecretBinary": "QUFB" * 21_845 + "QQ=="})):
        body = {"Name": f"s{number}", "ClientRequestToken": token(number), **member}
        assert send_raw(client, "CreateSecret", body)[0] == 200
    assert [len(secret.versions[0].value or "") for secret in fake.secrets()] == [32_768, 65_536]


def test_unknown_members_are_ignored(fake: FakeSecretsManager, client: Any) -> None:
    """Members that the model does not know are ignored, at the top and further in."""
    body = {
        "Name": "a",
        "ClientRequestToken": token(1),
        "Colour": ["red"],
        "Tags": [{"Key": "k", "Value": "v", "Colour": 5}],
    }
    assert send_raw(client, "CreateSecret", body)[0] == 200
    assert fake.secret("a").tags == {"k": "v"}


def test_nulls_are_absent(fake: FakeSecretsManager, client: Any) -> None:
    """A member that is null is as one that is absent."""
    body = {
        "Name": "a",
        "ClientRequestToken": token(1),
        "SecretString": None,
        "Tags": None,
        "Description": None,
    }
    assert send_raw(client, "CreateSecret", body)[0] == 200
    assert fake.secret("a").versions == ()
    assert "Tags" not in client.describe_secret(SecretId="a")


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("CreateSecret", {"Name": "b"}, "InvalidRequestException"),
        ("PutSecretValue", {"SecretId": "none", "SecretString": "x"}, "InvalidRequestException"),
        ("UpdateSecret", {"SecretId": "none"}, "InvalidRequestException"),
        ("RotateSecret", {"SecretId": "none"}, "InvalidParameterException"),
        ("CreateSecret", {"Name": "b", "ClientRequestToken": None}, "InvalidRequestException"),
    ],
)
def test_the_token_is_mandatory(operation: str, body: dict[str, Any], code: str, client: Any) -> None:
    """Without an idempotency token these are refused, before the secret is even looked up."""
    assert complaint(client, operation, body) == (
        code,
        "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    )


def test_members_are_checked_before_the_token(client: Any) -> None:
    """What breaks a constraint is complained of first."""
    assert complaint(client, "CreateSecret", {})[0] == "ValidationException"


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("CreateSecret", {"Name": "a", "ClientRequestToken": token(1), "SecretString": "\ud83d"}),
        ("CreateSecret", {"Name": "a", "ClientRequestToken": token(1), "Description": "\ud83d"}),
        ("CreateSecret", {"Name": "a", "ClientRequestToken": token(1), "Tags": [{"Key": "\udc00", "Value": "v"}]}),
        ("GetSecretValue", {"SecretId": "\ud83d"}),
        ("DescribeSecret", {"SecretId": "a", "Unknown": "\ud83d"}),
    ],
)
def test_a_lone_surrogate(operation: str, members: dict[str, Any], fake: FakeSecretsManager, client: Any) -> None:
    """Half a character, which JSON can escape and no UTF-8 holds, is refused alike in every member."""
    refusal = "SerializationException", "The request body holds a lone surrogate"
    assert complaint(client, operation, json.dumps(members)) == refusal
    assert fake.secrets() == ()


def test_a_pair_of_surrogates(fake: FakeSecretsManager, client: Any) -> None:
    """A whole character may be escaped."""
    body = json.dumps({"Name": "a", "ClientRequestToken": token(1), "SecretString": "\U0001f511"})
    assert send_raw(client, "CreateSecret", body)[0] == 200
    assert client.get_secret_value(SecretId="a")["SecretString"] == "\U0001f511"


class Shape:
    """A shape of a service model to come."""

    def __init__(self, type_name: str, **attributes: Any) -> None:
        self.type_name = type_name
        self.metadata: dict[str, Any] = attributes.pop("metadata", {})
        self.required_members: list[str] = []
        self.members: dict[str, Shape] = {}
        self.__dict__.update(attributes)


def test_a_model_to_come() -> None:
    """Constraints that today's model does not use are heeded: minima of numbers, patterns of blobs."""
    checker = RequestChecker(
        Shape(
            "structure",
            members={
                "Count": Shape("integer", metadata={"min": 0}),
                "Blob": Shape("blob", metadata={"pattern": "[a-z]+"}),
            },
        )
    )
    assert checker.read({"Count": 0, "Blob": "YWJj"}) == {"Count": 0, "Blob": b"abc"}
    assert not checker.needs_token
    from pytest_secretsdelete._service.errors import Refusal

    with pytest.raises(Refusal) as caught:
        checker.read({"Count": -1, "Blob": "QUJD"})
    assert caught.value.code == "ValidationException"
    assert "'count'" in caught.value.message
    assert "'blob'" in caught.value.message
