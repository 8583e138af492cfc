"""Bad requests of every kind, to every operation: each is refused as AWS or botocore refuses it, and changes nothing."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from freezegun import freeze_time

from ..properties import shapes
from ..properties.answers import look_at_answer
from ..properties.filled_store import FilledStore
from ..properties.seen import HOME
from ..support import make_request
from .conftest import EXAMPLES
from .looking import Look, check_is_botocores, check_records, check_refusal
from .requests import spoilt_body, spoilt_members, with_python

START = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
OPERATIONS = shapes.service_model().operation_names
#: After so many requests the store is put back: what some of them have changed must not pile up.
BATCH = 50
#: Another seed, other requests; CI takes the same ones for the same commit.
SEED = int(os.environ.get("SECRETSDELETE_SEED", "1" if "CI" in os.environ else str(random.randrange(10**6))))


@pytest.fixture(scope="module")
def store() -> Iterator[FilledStore]:
    """Give a fake with secrets in every state, over time that stands still."""
    with freeze_time(START, real_asyncio=True, ignore=["_pytest.timing", "botocore.retries"]):
        store = FilledStore()
        with store.fake:
            yield store


@pytest.fixture(scope="module")
def client(store: FilledStore) -> Any:
    """Give a client that checks nothing, and asks once."""
    return store.fake.client(config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))


def try_many(store: FilledStore, name: str, ask: Callable[[random.Random], bool]) -> None:
    """Ask often, each time with a chance of its own that a failure names; some requests must be refused."""
    refused = 0
    for first in range(0, EXAMPLES, BATCH):
        with store.fake.checkpoint():
            for number in range(first, min(first + BATCH, EXAMPLES)):
                seed = f"{SEED} {name} {number}"
                try:
                    refused += ask(random.Random(seed))
                except Exception as error:
                    raise AssertionError(f"request {seed!r}, the {number - first + 1}. of its batch") from error
    assert 0 < refused


@pytest.mark.parametrize("operation", OPERATIONS)
def test_through_a_client_that_checks_nothing(operation: str, store: FilledStore, client: Any) -> None:
    """Each call returns, or raises ClientError, or what botocore itself raises for what it cannot serialise."""

    def ask(chance: random.Random) -> bool:
        given = spoilt_members(chance, operation)
        filled = shapes.filled_in(given, store.finder(operation, given, HOME))
        members = with_python(chance, operation, filled)
        look = Look(store.fake)
        try:
            client._make_api_call(operation, members)
        except ClientError as error:
            check_refusal(error)
            check_records(look)
        except Exception as error:  # noqa: BLE001 - any kind is looked at
            check_is_botocores(error, operation, members)
            assert look.calls() == []
        else:
            return False
        look.check_unchanged()
        return True

    try_many(store, f"client {operation}", ask)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_as_raw_requests(operation: str, store: FilledStore, client: Any) -> None:
    """Each body is answered as the service model allows, or refused and changes nothing."""

    def ask(chance: random.Random) -> bool:
        given = spoilt_members(chance, operation)
        body = spoilt_body(chance, shapes.filled_in(given, store.finder(operation, given, HOME)))
        look = Look(store.fake)
        response, _ = make_request(client, operation, body)
        look_at_answer(operation, response.status_code, json.loads(response.content or b"{}"))
        if response.status_code == 200:
            return False
        check_records(look)
        look.check_unchanged()
        return True

    try_many(store, f"raw {operation}", ask)
