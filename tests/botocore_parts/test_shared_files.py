"""Files that change, and paths and loaders of the user's own, while sessions share what botocore reads."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore import loaders
from botocore.exceptions import UnknownServiceError

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._botocore import shared_files

from ..support import REGION
from .insides import (
    loader_of,
    resolver_of,
    secretsmanager_of,
    write_model,
)

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Reads


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
