"""Every operation and every move of the clock, in any order, against a small model of AWS."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from freezegun import freeze_time
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from pytest_secretsdelete import Clock

from .conftest import PROFILE
from .lifecycle.choices import ABROAD, ATTEMPTS, HOME, START
from .lifecycle.deletion import Deletion
from .lifecycle.describing import Describing
from .lifecycle.machine import note_the_instant
from .lifecycle.rotating import Rotating
from .lifecycle.troubling import Troubling
from .lifecycle.values import Values


class Lifecycle(Values, Deletion, Describing, Rotating, Troubling):
    """A fake and the model of it, and every way to make them differ."""


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
                client.meta.events.register("before-send.secrets-manager", note_the_instant)
            made[region, patient] = client
    return made


def test_the_fake_lives_as_the_model_does(clients: dict[tuple[str, bool], Any]) -> None:
    """Whatever is called, and however time moves, the fake and the model of AWS stay the same."""
    ignored = ["hypothesis", "_pytest.timing", "botocore.retries"]
    with freeze_time(START, real_asyncio=True, ignore=ignored) as frozen, Clock().skip_sleeps():
        Lifecycle.clients, Lifecycle.frozen = clients, frozen
        run_state_machine_as_test(Lifecycle, settings=settings.get_profile(PROFILE))
