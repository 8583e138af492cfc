"""Regions that no partition has: refused as a connection is, unless the test asks for them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from pytest_secretsdelete import FakeSecretsManager, Timeout
from pytest_secretsdelete._botocore.partitions import known_regions
from pytest_secretsdelete._fake import service_of

from ..support import REGION, VALUE, force_late_interception, send_raw

TYPO = "eu-wset-1"
ONCE = Config(retries={"total_max_attempts": 1})
HINT = re.compile(
    rf"The region '{TYPO}' is in no partition that the installed botocore knows\. Similar names: eu-west-1, [\w-]+, [\w-]+\. "
    r"A newer botocore may know it; allow_unknown_regions=True admits it, and private regions\. "
    r"Read on: https://pytest-secretsdelete\.readthedocs\.io/page/reference/fake\.html#regions"
)


def test_known_regions() -> None:
    """Every partition has regions; pseudo-regions of global services are none."""
    assert {"us-east-1", "cn-north-1", "us-gov-west-1"} <= known_regions()
    assert not [region for region in known_regions() if "global" in region]


@pytest.mark.parametrize("intercept", [lambda client: None, force_late_interception], ids=["early", "late"])
def test_a_call_to_an_unknown_region(intercept: Any, fake: FakeSecretsManager) -> None:
    """The call raises what a connection would, with a note on what to do; it is on record, and changes nothing."""
    client = fake.client(TYPO, config=ONCE)
    intercept(client)
    fake.deny()
    fake.fail("*", Timeout.READ, times=None)
    with pytest.raises(EndpointConnectionError) as caught:
        client.create_secret(Name="a", SecretString=VALUE)
    assert str(caught.value) == f'Could not connect to the endpoint URL: "https://secretsmanager.{TYPO}.amazonaws.com/"'
    (note,) = caught.value.__notes__
    assert HINT.fullmatch(note)
    assert not fake.secrets()
    (call,) = fake.calls
    assert (call.operation, call.region, call.error_code) == ("CreateSecret", TYPO, "EndpointConnectionError")
    assert dict(call.parameters)["SecretString"] == "***"


def test_a_raw_request_to_an_unknown_region(fake: FakeSecretsManager) -> None:
    """A request that nobody has checked cannot connect either."""
    with pytest.raises(EndpointConnectionError):
        send_raw(fake.client(TYPO, config=ONCE), "ListSecrets", {})


@pytest.mark.parametrize("region", ["fips-us-gov-west-1", "cn-northwest-1", "us-iso-east-1"])
def test_regions_of_all_partitions(fake: FakeSecretsManager, region: str) -> None:
    """Regions of other partitions, and pseudo-regions of FIPS, are regions."""
    assert fake.client(region).list_secrets()["SecretList"] == []
    assert fake.seed("a", region=region).name == "a"


def test_what_the_test_itself_names() -> None:
    """A fake or a seed in an unknown region is a ValueError that names what is near."""
    with pytest.raises(
        ValueError, match=f"region='{TYPO}' is in no partition .* Similar names: eu-west-1, .*allow_unknown"
    ):
        FakeSecretsManager(region=TYPO)
    with FakeSecretsManager(region=REGION) as fake:
        with pytest.raises(ValueError, match=f"region='{TYPO}' is in no partition .* Similar names: eu-west-1"):
            fake.seed("a", VALUE, region=TYPO)
        assert not fake.secrets()


def test_an_unknown_default_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrong until something happens there; a seed then says which region it is."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "local")
    with FakeSecretsManager() as fake:
        assert fake.client("eu-west-1").list_secrets()["SecretList"] == []
        with pytest.raises(ValueError, match=r"region='local' \(the default\) is in no partition"):
            fake.seed("a", VALUE)
        with pytest.raises(EndpointConnectionError):
            fake.client().list_secrets()


@pytest.mark.parametrize("region", [TYPO, "local", "RegionOne"])
def test_private_regions(region: str) -> None:
    """Who asks for it gets every region, for replicas as well."""
    with FakeSecretsManager(region=region, allow_unknown_regions=True) as fake:
        client = fake.client()
        arn = client.create_secret(Name="a", SecretString=VALUE)["ARN"]
        assert arn.startswith(f"arn:aws:secretsmanager:{region}:123456789012:secret:a-")
        fake.seed("b", VALUE, region="moon-base-1")
        assert fake.client("moon-base-1").get_secret_value(SecretId="b")["SecretString"] == VALUE
        client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=[{"Region": "moon-base-1"}])
        replica, primary = fake.secret("a", "moon-base-1"), fake.secret("a")
        assert (replica.is_replica, replica.follows_another) == (True, True)
        assert (primary.is_replica, primary.follows_another) == (False, False)


@pytest.mark.parametrize("replica", [{}, {"Region": None}], ids=["none", "null"])
def test_no_region_is_a_private_one(replica: dict[str, Any]) -> None:
    """Whatever region is admitted, a replica has to be in one."""
    with FakeSecretsManager(region=REGION, allow_unknown_regions=True) as fake:
        fake.seed("a", VALUE)
        request = {"SecretId": "a", "AddReplicaRegions": [replica]}
        status, answer = send_raw(fake.client(), "ReplicateSecretToRegions", request)
    assert (status, answer["Error"]["Code"]) == (400, "InvalidParameterException")
    assert answer["Error"]["Message"] == "Invalid replica region."


def test_the_partitions_are_asked_for_once(fake: FakeSecretsManager) -> None:
    """Their file is read once in a process, whatever happens."""
    before = known_regions.cache_info().misses
    for _ in range(3):
        fake.client().list_secrets()
        FakeSecretsManager(region=REGION)
    assert known_regions.cache_info().misses == before == 1


def test_no_fault_waits_for_what_cannot_connect(fake: FakeSecretsManager) -> None:
    """A call that cannot connect uses no fault up."""
    fault = fake.fail("ListSecrets", "ThrottlingException")
    with pytest.raises(EndpointConnectionError):
        fake.client(TYPO, config=ONCE).list_secrets()
    assert fake.unused_faults() == (fault,)
    assert TYPO not in service_of(fake).regions
    fault.withdraw()
