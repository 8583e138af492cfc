"""`==` between records is explained member by member, without a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete._pytest.comparing import explanation

from ..support import LAMBDA, VALUE, Rotator, token

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock, FakeSecretsManager

    from .conftest import Run


def test_secrets(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Of a secret, its tags, labels and versions are compared; that a value differs is said, and no more."""
    before = fake.seed("a", VALUE, tags={"team": "blue", "k": "v"})
    client.tag_resource(SecretId="a", Tags=[{"Key": "team", "Value": "red"}])
    client.untag_resource(SecretId="a", TagKeys=["k"])
    client.put_secret_value(SecretId="a", SecretString=VALUE * 2, ClientRequestToken=token(1))
    after = fake.secret("a")
    assert explanation("==", after, before) == [
        "two records of the kind Secret differ:",
        "tags.team: 'red' != 'blue'",
        "tags.k: on the right alone: 'v'",
        "versions[0].staging_labels: ['AWSPREVIOUS'] != ['AWSCURRENT']",
        f"versions[1]: on the left alone: Version(version_id='{token(1)}', staging_labels=['AWSCURRENT'])",
    ]
    assert before.current is not None
    assert explanation("==", before.current, replace(before.current, value="other")) == [
        "two records of the kind Version differ:",
        "value: differs; values are not shown",
    ]


def test_calls_and_events(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Of calls and events, their parameters and details are compared; a value that a test put there is not shown."""
    client.create_secret(Name="a", ClientRequestToken=token(1))
    client.create_secret(Name="b", ClientRequestToken=token(1), SecretString=VALUE)
    first, second = fake.calls
    assert explanation("==", first, second) == [
        "two records of the kind Call differ:",
        "parameters.Name: 'a' != 'b'",
        "parameters.SecretString: on the right alone",
    ]
    forged = replace(second, parameters={**second.parameters, "SecretString": VALUE})
    assert explanation("==", second, forged) == [
        "two records of the kind Call differ:",
        "parameters.SecretString: differs; values are not shown",
    ]
    lines = explanation("==", fake.events[0], fake.events[1]) or []
    assert [line.partition(":")[0] for line in lines] == [
        "two records of the kind Event differ",
        "secret",
        "detail.versionId",
    ]


def test_rotations(fake: FakeSecretsManager, client: Any) -> None:
    """Of an exception of a rotation only its kind is shown, as its text may hold a value."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, Rotator(fake, fails_at="createSecret"))
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    (rotation,) = fake.rotations
    assert explanation("==", rotation, replace(rotation, error=None)) == [
        "two records of the kind Rotation differ:",
        "error: RuntimeError != None",
    ]


def test_sequences(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """Lists and tuples of records are compared item by item."""
    client.list_secrets()
    client.describe_secret(SecretId=fake.seed("a", VALUE).arn)
    calls = fake.calls
    at = clock.now().isoformat()
    assert explanation("==", calls, [calls[0], replace(calls[1], region="x")]) == [
        "two sequences of records differ:",
        "[1].region: 'eu-west-1' != 'x'",
    ]
    assert explanation("==", [], calls[:1]) == [
        "two sequences of records differ:",
        f"[0]: on the right alone: Call('ListSecrets', at={at})",
    ]
    assert explanation("==", fake.secrets(), calls[1:]) is not None
    assert explanation("==", list(calls), tuple(calls)) == [
        "two sequences of records differ:",
        "one is a list, the other a tuple",
    ]


@pytest.mark.parametrize(("operator", "left", "right"), [("!=", 1, 1), ("==", 1, 2), ("==", [1], [2]), ("in", [], [])])
def test_other_comparisons(operator: str, left: object, right: object) -> None:
    """What is not about records is left to pytest."""
    assert explanation(operator, left, right) is None


def test_in_a_run(run: Run) -> None:
    """pytest shows the explanation, and explains everything else as it does without the plugin."""
    result = run(
        """
        import pytest

        def test_before():
            assert [1] == [2]

        @pytest.mark.secret("a", "x", description="one")
        @pytest.mark.secret("b", "x", description="one")
        def test_it(secretsmanager):
            assert secretsmanager.secret("a") == secretsmanager.secret("b")
        """
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*At index 0 diff: 1 != 2*", "*two records of the kind Secret differ:*", "*name: 'a' != 'b'*"]
    )
