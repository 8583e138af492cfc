"""While a fake is active, sessions share what botocore reads from disk, and nothing that anybody can change."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._botocore import shared_files

from ..support import REGION, in_threads
from .insides import (
    handlers_under,
    loader_of,
    name_of,
    resolver_of,
    secretsmanager_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Reads


def test_a_second_session_parses_nothing(fake: FakeSecretsManager, reads: Reads) -> None:
    """After one client, the next of another session parses no file, and lists its own service's directories alone."""
    secretsmanager_of(boto3.Session())
    reads.clear()
    secretsmanager_of(boto3.Session())
    assert {read for read in reads if not read.endswith("secretsmanager")} == set()


def test_other_services_too(fake: FakeSecretsManager, reads: Reads) -> None:
    """What a client of another service loads is shared as well."""
    boto3.Session().client("sts")
    reads.clear()
    boto3.Session().client("sts")
    assert {read for read in reads if not read.endswith("sts")} == set()


def test_the_switch(reads: Reads) -> None:
    """Under a fake that does not share, each session parses its files."""
    with FakeSecretsManager(region=REGION, share_botocore_data=False):
        secretsmanager_of(boto3.Session())
        reads.clear()
        secretsmanager_of(boto3.Session())
        assert len([read for read in reads if read.startswith("parsed")]) > 3


def test_the_same_answers() -> None:
    """What is shared is what botocore loads, of the same types, in the same order."""
    names = ["endpoints", "partitions", "_retry", "secretsmanager/2017-10-17/service-2"]

    def loaded() -> Any:
        session = boto3.Session()
        loader = loader_of(session)
        data = [loader.load_data(name) for name in names]
        assert all(type(each) is OrderedDict for each in data)
        listed = [loader.list_available_services(kind) for kind in ("service-2", "waiters-2", "resources-1")]
        listed.append(loader.list_available_services(type_name="paginators-1"))
        model = session._session.get_service_model("secretsmanager")
        resolved = [resolver_of(session).construct_endpoint(service, REGION) for service in ("secretsmanager", "s3")]
        resolved.append(resolver_of(session).construct_endpoint("nobody", REGION))
        regions = session.get_available_regions("secretsmanager"), session.get_available_partitions()
        events = handlers_under(session.events._emitter._handlers._root)
        return json.dumps([data, listed, model.metadata, resolved, regions]), events

    with FakeSecretsManager(region=REGION, share_botocore_data=False):
        alone = loaded()
    with FakeSecretsManager(region=REGION):
        assert loaded() == alone
        assert loaded() == alone


def change_the_loaded_model(session: Any) -> None:
    """Change what the loader gives."""
    loader_of(session).load_service_model("secretsmanager", "service-2")["metadata"]["changed"] = True


def change_the_service_model(session: Any) -> None:
    """Change what the session gives."""
    session._session.get_service_model("secretsmanager").metadata["changed"] = True


def change_a_clients_model(session: Any) -> None:
    """Change what a client gives."""
    client = secretsmanager_of(session)
    client.meta.service_model.metadata["changed"] = True
    client.meta.service_model.operation_model("GetSecretValue").http["changed"] = True


def change_the_endpoints(session: Any) -> None:
    """Change the endpoints that the loader gives."""
    loader_of(session).load_data("endpoints")["partitions"][0]["changed"] = True


def change_an_endpoint(session: Any) -> None:
    """Change what the resolver gives, down to what it stands on."""
    resolver_of(session).construct_endpoint("secretsmanager", REGION)["hostname"] = "changed"
    resolver_of(session)._endpoint_data["partitions"][0]["services"]["secretsmanager"]["endpoints"].clear()
    resolver_of(session)._endpoint_data["partitions"][0]["regions"].clear()


def change_the_lists(session: Any) -> None:
    """Change the lists of services."""
    loader_of(session).list_available_services("service-2").clear()
    session.get_available_services().clear()


def change_the_events(session: Any) -> None:
    """Add a handler to a session, to one of its clients, and to another place of the same event."""
    session.events.register("before-call.secrets-manager", changed_handler)
    secretsmanager_of(session).meta.events.register_first("before-send.*", changed_handler)


def change_a_clients_endpoint(session: Any) -> None:
    """Change where a client sends, and by which rules it finds that out."""
    client = secretsmanager_of(session)
    client._ruleset_resolver._provider.ruleset.rules.clear()
    client._ruleset_resolver._provider.ruleset.parameters.clear()
    client._endpoint.host = "changed"


def changed_handler(**_: Any) -> None:
    """Handle nothing."""


def seen_by(session: Any) -> str:
    """Return what a session and a client of it show of all that was changed."""
    client, loader, resolver = secretsmanager_of(session), loader_of(session), resolver_of(session)
    model = client.meta.service_model
    return repr(
        [
            loader.load_service_model("secretsmanager", "service-2"),
            session._session.get_service_model("secretsmanager").metadata,
            model.metadata,
            model.operation_model("GetSecretValue").http,
            loader.load_data("endpoints"),
            resolver.construct_endpoint("secretsmanager", REGION),
            resolver.get_available_endpoints("secretsmanager"),
            loader.list_available_services("service-2"),
            session.get_available_services(),
            handlers_under(session.events._emitter._handlers._root),
            [name_of(handler) for handler in client.meta.events._emitter._handlers.prefix_search("before-send.x.y")],
            sorted(client._ruleset_resolver._provider.ruleset.parameters),
            len(client._ruleset_resolver._provider.ruleset.rules),
            client._endpoint.host,
        ]
    )


CHANGES: tuple[Callable[[Any], None], ...] = (
    change_the_loaded_model,
    change_the_service_model,
    change_a_clients_model,
    change_the_endpoints,
    change_an_endpoint,
    change_the_lists,
    change_the_events,
    change_a_clients_endpoint,
)


@pytest.mark.parametrize("change", CHANGES)
def test_no_session_sees_what_another_changes(change: Callable[[Any], None], fake: FakeSecretsManager) -> None:
    """Neither a session that was there before the change, nor one that is made afterwards."""
    there, changing = boto3.Session(), boto3.Session()
    before = seen_by(boto3.Session())
    change(changing)
    assert seen_by(there) == before
    assert seen_by(boto3.Session()) == before


def test_the_fakes_own_clients_have_no_model_in_common(fake: FakeSecretsManager) -> None:
    """A client of fake.client() shows nothing of what was changed in another one's model."""
    fake.client().meta.service_model.metadata["changed"] = True
    assert "changed" not in fake.client().meta.service_model.metadata


def test_many_threads(fake: FakeSecretsManager) -> None:
    """Sessions that are made and changed at the same time see nothing of each other."""
    before = seen_by(boto3.Session())
    shared_files._kept.__init__()  # type: ignore[misc]
    seen: list[str] = []

    def work() -> None:
        for change in CHANGES:
            seen.append(seen_by(boto3.Session()))
            change(boto3.Session())

    in_threads(work, work, work)
    assert set(seen) == {before}
