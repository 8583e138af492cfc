"""While a fake is active, sessions share what botocore reads from disk, and nothing that anybody can change."""

from __future__ import annotations

import json
import os
import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import botocore.session
import pytest
from botocore import loaders
from botocore.exceptions import UnknownServiceError

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._botocore import sessions, shared_files, shared_loading

from ..support import REGION, in_threads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reads = list[str]


class Alone(FakeSecretsManager):
    """A fake under which botocore loads as it always does."""

    _shares_loading = False


def everything() -> dict[tuple[str, ...], Any]:
    """Return what stands in botocore's modules and classes, by name."""
    found: dict[tuple[str, ...], Any] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "botocore" and module is not None:
            for attribute, value in vars(module).items():
                found[name, attribute] = value
                if isinstance(value, type) and value.__module__ == name:
                    found.update({(name, attribute, member): one for member, one in vars(value).items()})
    return found


def changed(before: dict[tuple[str, ...], Any]) -> set[tuple[str, ...]]:
    """Return the names of what is another object than before."""
    return {name for name, value in everything().items() if before.get(name) is not value}


def secretsmanager_of(session: Any) -> Any:
    """Return a client for the service."""
    return session.client("secretsmanager")


def loader_of(session: Any) -> Any:
    """Return the loader of a session of boto3's."""
    return session._session.get_component("data_loader")


def resolver_of(session: Any) -> Any:
    """Return the endpoint resolver of a session of boto3's, as botocore itself asks for it."""
    return session._session._get_internal_component("endpoint_resolver")


def name_of(handler: Any) -> str:
    """Return what a handler is called: boto3 makes some anew for each session."""
    return getattr(handler, "__qualname__", repr(type(handler)))


def handlers_under(node: Any) -> Any:
    """Return the tree of handlers below a place, by name."""
    values = [[name_of(handler) for handler in part] for part in node["values"] or ()]
    return values, {part: handlers_under(child) for part, child in node["children"].items()}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """List what is parsed as JSON, and which directories are listed, in botocore's loaders."""
    seen: list[str] = []

    def loads(text: str, **options: Any) -> Any:
        seen.append(f"parsed {len(text)}")
        return json.loads(text, **options)

    class Os:
        path = os.path
        pathsep = os.pathsep

        @staticmethod
        def listdir(path: str) -> list[str]:
            seen.append(f"listed {path}")
            return os.listdir(path)

    monkeypatch.setattr(loaders, "json", mock.Mock(loads=loads))
    monkeypatch.setattr(loaders, "os", Os)
    return seen


def write_model(directory: Path, service: str, text: str) -> Path:
    """Write the model of a service of one's own; return the file."""
    model = {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2020-01-01",
            "endpointPrefix": service,
            "jsonVersion": "1.1",
            "protocol": "json",
            "serviceId": service,
            "signatureVersion": "v4",
            "serviceFullName": text,
        },
        "operations": {},
        "shapes": {},
    }
    path = directory / service / "2020-01-01" / "service-2.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(model))
    return path


# What is saved


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
    """A fake that does not share leaves botocore as it is."""
    before = everything()
    with Alone(region=REGION):
        assert changed(before) == set()
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

    with Alone(region=REGION):
        alone = loaded()
    with FakeSecretsManager(region=REGION):
        assert loaded() == alone
        assert loaded() == alone


# What is not shared


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


# Files and paths of one's own


def test_a_changed_file_is_read_anew(fake: FakeSecretsManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session made after the change of a file loads what is in it then, even if it is as long as before."""
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    def name() -> str:
        client = boto3.Session().client("mine")
        return str(client.meta.service_model.metadata["serviceFullName"])

    path = write_model(tmp_path, "mine", "one")
    assert [name(), name()] == ["one", "one"]
    write_model(tmp_path, "mine", "two")
    os.utime(path, ns=(1, 1))
    assert [name(), name()] == ["two", "two"]
    path.unlink()
    with pytest.raises(UnknownServiceError):
        name()


def test_the_data_path_and_added_paths(
    fake: FakeSecretsManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory counts for the sessions that search it, and for no other."""
    write_model(tmp_path / "a", "mine", "one")
    write_model(tmp_path / "b", "other", "two")
    assert "mine" not in boto3.Session().get_available_services()
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "a"))
    session = boto3.Session()
    loader_of(session).search_paths.append(str(tmp_path / "b"))
    assert {"mine", "other", "secretsmanager"} <= set(session.get_available_services())
    assert session.client("other").meta.service_model.metadata["serviceFullName"] == "two"
    monkeypatch.delenv("AWS_DATA_PATH")
    assert not {"mine", "other"} & set(boto3.Session().get_available_services())


def test_a_service_that_is_added(fake: FakeSecretsManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of one's own is looked through again by each session; one that is installed, if it has changed."""
    for installed in (str(tmp_path), "/nowhere/botocore"):
        services = tmp_path / installed.strip("/").replace("/", "-")
        monkeypatch.setattr("botocore.BOTOCORE_ROOT", os.path.join(installed, "botocore"))
        monkeypatch.setenv("AWS_DATA_PATH", str(services))
        write_model(services, "one", "one")
        for name in ("one", "two", "three"):
            write_model(services, name, name)
            os.utime(services, ns=(len(name), len(name)))
            assert name in boto3.Session().get_available_services()


def test_own_endpoints(fake: FakeSecretsManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of endpoints on the data path stands for botocore's own."""
    endpoints = boto3.Session()._session.get_data("endpoints")
    endpoints["partitions"] = endpoints["partitions"][:1]
    (tmp_path / "endpoints.json").write_text(json.dumps(endpoints))
    assert len(boto3.Session().get_available_partitions()) > 1
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert boto3.Session().get_available_partitions() == ["aws"]
    assert not resolver_of(boto3.Session()).uses_builtin_data
    monkeypatch.delenv("AWS_DATA_PATH")
    assert resolver_of(boto3.Session()).uses_builtin_data


def test_endpoints_that_were_changed_in_the_loader(fake: FakeSecretsManager) -> None:
    """A resolver is made from what its session's loader holds, where somebody has asked it for the endpoints before."""
    session = boto3.Session()
    endpoints = loader_of(session).load_data("endpoints")
    del endpoints["partitions"][1:]
    assert session.get_available_partitions() == ["aws"]


def test_a_loader_of_ones_own(fake: FakeSecretsManager) -> None:
    """Readers and loaders that are not botocore's are asked for everything."""
    asked: list[str] = []

    class Reader(loaders.JSONFileLoader):
        def load_file(self, file_path: str) -> Any:
            asked.append(os.path.basename(file_path))
            return super().load_file(file_path)

        def exists(self, file_path: str) -> bool:
            return "secretsmanager" in file_path and super().exists(file_path)

    for _ in range(2):
        asked.clear()
        session = botocore.session.Session()
        session.register_component("data_loader", loaders.Loader(file_loader=Reader()))
        assert session.get_available_services() == ["secretsmanager"]
        session.create_client("secretsmanager")
        assert {"endpoints", "partitions", "service-2"} <= set(asked)

    class Loader:
        def load_data_with_path(self, name: str) -> Any:
            return {"partitions": [{"partition": name}]}, "path"

        def is_builtin_path(self, path: str) -> bool:
            return path == "path"

    session = botocore.session.Session()
    session.register_component("data_loader", Loader())
    assert session.get_available_partitions() == ["endpoints"]


def test_a_session_outlives_the_fake() -> None:
    """What a session has begun to share, it goes on with."""
    with FakeSecretsManager(region=REGION):
        session = boto3.Session(region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
    assert "aws" in session.get_available_partitions()
    assert REGION in session.get_available_regions("secretsmanager")
    services = resolver_of(session)._endpoint_data["partitions"][0]["services"]
    assert len(list(services)) == len(services) > 100
    secretsmanager_of(session)


def test_so_much_is_kept(fake: FakeSecretsManager, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a limit, what was kept is forgotten and read again, so that a look at all services does not fill memory."""
    monkeypatch.setattr(shared_files, "_kept", shared_files._Kept())
    monkeypatch.setattr(shared_files, "MOST_BYTES", 20_000)
    loader = loaders.create_loader()
    for _ in range(2):
        reads.clear()
        loader = loaders.create_loader()
        assert loader.load_data("partitions")["partitions"]
        assert loader.load_data("secretsmanager/2017-10-17/service-2")["operations"]
        assert len(reads) == 2


# What is replaced


def test_stopping_puts_everything_back() -> None:
    """While a fake is active, functions of botocore's are replaced; afterwards each is the very one of before."""
    with FakeSecretsManager():
        pass
    before = everything()
    with FakeSecretsManager():
        replaced = changed(before)
        secretsmanager_of(boto3.Session(region_name=REGION))
        assert changed(before) == replaced
    assert changed(before) == set()
    assert {name[-1] for name in replaced} == {
        "__copy__",
        "__init__",
        "_load_file",
        "_register_builtin_handlers",
        "_register_endpoint_resolver",
        "accepts_kwargs",
        "list_available_services",
    }


def test_nested_and_out_of_order() -> None:
    """The last of several fakes to stop puts back, whichever that is; those that do not share make no difference."""
    with FakeSecretsManager():
        pass
    before = everything()
    fakes = [FakeSecretsManager(), Alone(), FakeSecretsManager(), FakeSecretsManager()]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)):
        for fake in fakes:
            fake.start()
        left = list(fakes)
        for number in order:
            assert bool(changed(before)) == any(fake._shares_loading for fake in left)
            fakes[number].stop()
            left.remove(fakes[number])
        assert changed(before) == set()


def test_a_patch_of_somebody_else_stays() -> None:
    """A function that somebody has replaced before is not replaced, and is called each time."""
    asked: list[str] = []
    original = loaders.JSONFileLoader._load_file

    def patched(self: Any, full_path: str, open_method: Any) -> Any:
        asked.append(full_path)
        return original(self, full_path, open_method)

    patched.__module__, patched.__qualname__ = original.__module__, original.__qualname__
    with mock.patch.object(loaders.JSONFileLoader, "_load_file", patched), FakeSecretsManager(region=REGION):
        for _ in range(2):
            asked.clear()
            secretsmanager_of(boto3.Session())
            assert any("service-2" in path for path in asked)
    assert loaders.JSONFileLoader._load_file is original


def test_a_patch_that_ends_after_the_fake(reads: Reads) -> None:
    """A stand-in that somebody's patch brings back does nothing while no fake is active, and goes with the next."""
    with FakeSecretsManager(region=REGION):
        secretsmanager_of(boto3.Session())
    before = everything()
    fake = FakeSecretsManager(region=REGION).start()
    patch = mock.patch.object(loaders.JSONFileLoader, "_load_file")
    patch.start()
    fake.stop()
    patch.stop()
    assert changed(before) == {("botocore.loaders", "JSONFileLoader", "_load_file")}
    for _ in range(2):
        reads.clear()
        loaders.create_loader().load_data("partitions")
        assert len(reads) == 1
    with fake:
        reads.clear()
        loaders.create_loader().load_data("partitions")
        assert reads == []
    assert changed(before) == set()


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that cannot be walked to its end leaves nothing replaced, and the fake not started."""

    class Frozen(type):
        def __setattr__(cls, name: str, value: Any) -> None:
            raise TypeError(name)

    class Owner(metaclass=Frozen):
        def attribute(self) -> None:
            """Be replaced."""

    before = everything()
    broken = shared_loading.Replacement(Owner, "attribute", lambda original: original)
    table = (*shared_loading.replacements(), broken)
    monkeypatch.setattr(shared_loading, "replacements", lambda: table)
    environment = dict(os.environ)
    fake = FakeSecretsManager()
    with pytest.raises(TypeError, match="attribute"):
        fake.start()
    assert "not active" in repr(fake)
    assert changed(before) == set()
    assert dict(os.environ) == environment


def test_a_botocore_with_other_insides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a part of botocore is not there, nothing is replaced, and the fake works."""
    monkeypatch.delattr(loaders, "JSONFileLoader")
    shared_loading.replacements.cache_clear()
    before = everything()
    try:
        with FakeSecretsManager() as fake:
            assert changed(before) == set()
            fake.client().list_secrets()
    finally:
        shared_loading.replacements.cache_clear()


def test_a_function_that_is_not_there() -> None:
    """A replacement of what a botocore does not have does nothing."""
    replacement = shared_loading.Replacement(loaders.Loader, "no_such", lambda original: original)
    before = everything()
    replacement.put()
    replacement.take_back()
    assert changed(before) == set()


def test_starting_makes_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names no region, fakes ask one session for it, not each its own."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    FakeSecretsManager().start().stop()
    made = mock.Mock(side_effect=sessions.new_session)
    monkeypatch.setattr(sessions, "new_session", made)
    for _ in range(3):
        FakeSecretsManager().start().stop()
    made.assert_not_called()
