"""Workers and random order."""

from __future__ import annotations

import pytest

from .conftest import ABSENT

TESTS = """
    import random
    import time
    import boto3
    import pytest

    client = boto3.client("secretsmanager", region_name="us-east-1")

    @pytest.fixture(params=["one", "two"])
    def name(request):
        return request.param

    @pytest.mark.secret("shared", "x", deleted_days_ago=3)
    @pytest.mark.parametrize("number", range(4))
    def test_seeded(number, name, secretsmanager, secretsmanager_clock):
        assert {secret.name for secret in secretsmanager.secrets()} == {"shared"}
        client.create_secret(Name=name, SecretString=str(random.random()))
        secretsmanager_clock.advance(days=27)
        assert {secret.name for secret in secretsmanager.secrets()} == {name}

    @pytest.mark.secretsmanager(now="2020-01-01T00:00:00Z")
    class TestNow:
        def test_now(self):
            assert time.time() == 1_577_836_800

    def test_names_differ(secretsmanager_client):
        # pytest-randomly gives every test the same seed; the service's random parts do not follow it
        made = [secretsmanager_client.create_secret(Name=f"a{n}", SecretString="x") for n in range(2)]
        assert made[0]["ARN"][-6:] != made[1]["ARN"][-6:]
        assert made[0]["VersionId"] != made[1]["VersionId"]

    def test_real_time(secretsmanager):
        assert time.time() > 1_700_000_000
        assert secretsmanager.secrets() == ()
"""


@pytest.mark.parametrize(
    "arguments",
    [("-n2",), ("-n2", "randomly", "1"), ("-n2", "randomly", "2")],
    ids="+".join,
)
def test_suite_passes(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """A small suite passes in two workers, in its own order and in random ones."""
    pytest.importorskip("xdist")
    words = [word for word in arguments if word == "-n2"]
    if "randomly" in arguments:
        pytest.importorskip("pytest_randomly")
        words += [f"--randomly-seed={arguments[-1]}"]
    else:
        words += ["-pno:randomly"]
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    pytester.makepyfile(TESTS)
    blocked = [f"-pno:{name}" for name in ABSENT if name != "randomly"]
    pytester.runpytest_subprocess(*blocked, *words).assert_outcomes(passed=11)
