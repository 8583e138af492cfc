"""@pytest.mark.secret: what it seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Run


def test_marker_alone_starts_the_fake(run: Run) -> None:
    """No fixture is asked for: the code under test meets its secret."""
    run(
        """
        import boto3
        import pytest

        def code_under_test():
            return boto3.client("secretsmanager").get_secret_value(SecretId="db/password")["SecretString"]

        @pytest.mark.secret("db/password", "hunter2")
        def test_it():
            assert code_under_test() == "hunter2"
        """
    ).assert_outcomes(passed=1)


def test_kinds_of_values(run: Run) -> None:
    """Str and bytes are stored as they are, a dict or a list as JSON text, and None is no version at all."""
    run(
        """
        import json
        import pytest

        @pytest.mark.secret("text", "hunter2")
        @pytest.mark.secret("bytes", bytes([0, 255]))
        @pytest.mark.secret("dict", {"user": "me", "ports": [1, 2]})
        @pytest.mark.secret("list", ["a", {"b": None}])
        @pytest.mark.secret("nothing")
        @pytest.mark.secret("falsy", {})
        def test_it(secretsmanager, secretsmanager_client):
            get = secretsmanager_client.get_secret_value
            assert get(SecretId="text")["SecretString"] == "hunter2"
            assert get(SecretId="bytes")["SecretBinary"] == bytes([0, 255])
            assert json.loads(get(SecretId="dict")["SecretString"]) == {"user": "me", "ports": [1, 2]}
            assert json.loads(get(SecretId="list")["SecretString"]) == ["a", {"b": None}]
            assert get(SecretId="falsy")["SecretString"] == "{}"
            assert secretsmanager.secret("nothing").versions == ()
            with pytest.raises(secretsmanager_client.exceptions.ResourceNotFoundException):
                get(SecretId="nothing")
        """
    ).assert_outcomes(passed=1)


def test_versions(run: Run) -> None:
    """`previous` and `pending` become versions with their labels, of every kind of value."""
    run(
        """
        import pytest

        @pytest.mark.secret("a", "now", previous={"then": 1}, pending=b"soon")
        @pytest.mark.secret("b", pending=["soon"])
        def test_it(secretsmanager, secretsmanager_client):
            secret = secretsmanager.secret("a")
            assert [(version.value, set(version.staging_labels)) for version in secret.versions] == [
                ('{"then": 1}', {"AWSPREVIOUS"}),
                ("now", {"AWSCURRENT"}),
                (b"soon", {"AWSPENDING"}),
            ]
            assert len({version.version_id for version in secret.versions}) == 3
            get = secretsmanager_client.get_secret_value
            assert get(SecretId="a", VersionStage="AWSPREVIOUS")["SecretString"] == '{"then": 1}'
            assert get(SecretId="a", VersionStage="AWSPENDING")["SecretBinary"] == b"soon"
            assert secretsmanager.secret("b").current is None
            assert get(SecretId="b", VersionStage="AWSPENDING")["SecretString"] == '["soon"]'
        """
    ).assert_outcomes(passed=1)


def test_description_tags_and_key(run: Run) -> None:
    """Tags are a dict or AWS's list, kept in order; description and key are as DescribeSecret tells them."""
    run(
        """
        import pytest

        @pytest.mark.secret("dict", description="a word", tags={"b": "2", "a": ""}, kms_key_id="alias/mine")
        @pytest.mark.secret("list", tags=[{"Key": "b", "Value": "2"}, {"Key": "a"}])
        @pytest.mark.secret("plain")
        def test_it(secretsmanager, secretsmanager_client):
            describe = secretsmanager_client.describe_secret
            told = describe(SecretId="dict")
            assert told["Description"] == secretsmanager.secret("dict").description == "a word"
            assert told["KmsKeyId"] == "alias/mine"
            assert told["Tags"] == [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": ""}]
            assert list(secretsmanager.secret("dict").tags.items()) == [("b", "2"), ("a", "")]
            assert describe(SecretId="list")["Tags"] == told["Tags"]
            assert secretsmanager.secret("plain").tags == {}
            assert "KmsKeyId" not in describe(SecretId="plain")
            assert "Tags" not in describe(SecretId="plain")
        """
    ).assert_outcomes(passed=1)


def test_regions(run: Run) -> None:
    """A name can be seeded once in every region; without region= it goes to the fake's own."""
    run(
        """
        import boto3
        import pytest

        @pytest.mark.secret("a", "at home")
        @pytest.mark.secret("a", "abroad", region="eu-west-1")
        def test_it(secretsmanager):
            for region, value in (("us-east-1", "at home"), ("eu-west-1", "abroad")):
                client = boto3.client("secretsmanager", region_name=region)
                assert client.get_secret_value(SecretId="a")["SecretString"] == value
                assert secretsmanager.secret("a", region).region == region
            assert secretsmanager.secret("a").current.value == "at home"
        """
    ).assert_outcomes(passed=1)


def test_days(run: Run) -> None:
    """Creation is the earlier of the two, fractions count, and the recovery window starts at the deletion."""
    run(
        """
        from datetime import timedelta
        import pytest

        pytestmark = pytest.mark.secretsmanager(now="2020-03-01T00:00:00Z")
        secret = pytest.mark.secret

        @secret("new")
        @secret("old", "x", created_days_ago=0.5)
        @secret("scheduled", "x", deleted_days_ago=3)
        @secret("both", "x", created_days_ago=10, deleted_days_ago=3.25, recovery_window_in_days=7)
        @secret("just-now", "x", deleted_days_ago=0)
        def test_it(secretsmanager, secretsmanager_client, secretsmanager_clock):
            start, day = secretsmanager_clock.now(), timedelta(days=1)
            dates = {s.name: (s.created_date - start, s.deletion_date and s.deletion_date - start)
                     for s in secretsmanager.secrets()}
            assert dates == {
                "new": (0 * day, None),
                "old": (-0.5 * day, None),
                "scheduled": (-3 * day, 27 * day),
                "both": (-10 * day, 3.75 * day),
                "just-now": (0 * day, 30 * day),
            }
            assert secretsmanager.secret("old").current.created_date == start - 0.5 * day
            with pytest.raises(secretsmanager_client.exceptions.InvalidRequestException):
                secretsmanager_client.get_secret_value(SecretId="both")
            secretsmanager_clock.advance(days=3.75)
            assert "both" not in secretsmanager
            secretsmanager_client.restore_secret(SecretId="scheduled")
            assert secretsmanager_client.get_secret_value(SecretId="scheduled")["SecretString"] == "x"
        """
    ).assert_outcomes(passed=1)


def test_purge_delay_keeps_a_secret_whose_window_is_over(run: Run) -> None:
    """With a purge_delay, a deletion may lie further back than its window; the purge comes when it is due."""
    run(
        """
        from datetime import timedelta
        import pytest

        asked = []

        def delay(secret):
            asked.append(secret.name)
            return timedelta(days=2)

        @pytest.mark.secret("a", "x", deleted_days_ago=8, recovery_window_in_days=7)
        @pytest.mark.parametrize("kind", [
            pytest.param("timedelta", marks=pytest.mark.secretsmanager(purge_delay=timedelta(days=2))),
            pytest.param("callable", marks=pytest.mark.secretsmanager(purge_delay=delay)),
        ])
        def test_it(kind, secretsmanager, secretsmanager_client, secretsmanager_clock):
            with pytest.raises(secretsmanager_client.exceptions.ClientError):
                secretsmanager_client.restore_secret(SecretId="a")
            secretsmanager_clock.advance(hours=23)
            assert "a" in secretsmanager
            secretsmanager_clock.advance(hours=2)
            assert "a" not in secretsmanager
            assert asked == ["a"] * (kind == "callable")
        """
    ).assert_outcomes(passed=2)


def test_seeding_is_no_call(run: Run) -> None:
    """Seeds stand in no record of calls, and are nobody's leftovers."""
    run(
        """
        import pytest

        @pytest.mark.secret("a", "x")
        @pytest.mark.secretsmanager(fail_on_leftovers=True)
        def test_it(secretsmanager):
            assert secretsmanager.calls == () == secretsmanager.events
            assert secretsmanager.leftovers() == ()
        """
    ).assert_outcomes(passed=1)


def test_an_arn_and_a_policy(run: Run) -> None:
    """A marker gives a secret its ARN and policy; what does not fit is an error before any fixture."""
    result = run(
        """
        import pytest

        ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-a1B2c3"

        @pytest.mark.secret("a", "x", arn=ARN, region="eu-west-1", policy={"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}]})
        def test_given(secretsmanager): assert ARN in secretsmanager

        @pytest.mark.secret("a", "x", arn=ARN)
        def test_elsewhere(): pass

        @pytest.mark.secretsmanager(region="eu-west-1")
        @pytest.mark.secret("a", "x", arn=ARN)
        def test_here(secretsmanager): assert secretsmanager.secret("a").arn == ARN

        @pytest.mark.secret("a", "x", policy="{")
        def test_no_policy(): pass
        """
    )
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(["*arn=*is of region eu-west-1*the seed 'a' is for region us-east-1*"])
    result.stdout.fnmatch_lines(["*The policy of the seed 'a': This resource policy contains a syntax*"])
