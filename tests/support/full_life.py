"""About everything with values that can be done to a fake."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from .names import LAMBDA, VALUE
from .raw import send_raw
from .rotation import Rotator
from .showing import shows

if TYPE_CHECKING:
    from pytest_secretsdelete import FakeSecretsManager

BINARY = VALUE.encode()


def lead_a_full_life(fake: FakeSecretsManager, client: Any) -> None:
    """Do about everything with values that can be done."""
    fake.seed("seeded", VALUE, previous=BINARY, pending={"key": VALUE})
    client.create_secret(Name="a", SecretString=VALUE)
    client.put_secret_value(SecretId="a", SecretBinary=BINARY, VersionStages=["MINE"])
    client.put_secret_value(SecretId="a", SecretString=VALUE)
    client.update_secret(SecretId="a", SecretString=VALUE)
    client.get_secret_value(SecretId="a")
    client.batch_get_secret_value(SecretIdList=["a", "seeded", "none"])
    fake.rotation_function(LAMBDA, Rotator(fake, fails_at="setSecret"))
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    client.delete_secret(SecretId="a")
    for operation, body in (
        ("CreateSecret", {"Name": "a", "SecretString": VALUE}),
        ("CreateSecret", {"Name": "b", "SecretString": VALUE, "SecretBinary": base64.b64encode(BINARY).decode()}),
        ("PutSecretValue", {"SecretId": "a", "SecretString": VALUE}),
        ("PutSecretValue", {"SecretId": "none", "SecretString": VALUE * 5000, "ClientRequestToken": "short"}),
        ("PutSecretValue", {"SecretId": "none", "SecretBinary": VALUE}),
        ("UpdateSecret", {"SecretId": "seeded", "SecretString": [VALUE]}),
        ("CreateSecret", VALUE),
        ("CreateSecret", f'"{VALUE}"'),
    ):
        status, parsed = send_raw(client, operation, body)  # type: ignore[arg-type]
        assert status == 400
        assert not shows(VALUE, str(parsed))
