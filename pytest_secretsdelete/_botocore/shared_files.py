"""The files and directories of botocore's data: read once for all sessions; each caller receives a copy of its own.

A file is read again when its inode, size or times have changed.
"""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    LoadFile = Callable[[Any, str, Any], Any]

#: How many bytes of pickled files are kept: enough for the services that a suite uses, not for all services.
MOST_BYTES = 64 * 1024 * 1024
_State = tuple[int, ...]


class _Kept:
    """A cache of what was made of files and directories; an entry is valid while their state is the same."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], tuple[_State, Any]] = {}
        self._size = 0

    def get(self, key: tuple[str, ...], state: _State) -> Any:
        """Return the entry of a key whose first part is a path, if it was made in this state; else None."""
        known, made = self._found.get(key, (None, None))
        return made if known == state else None

    def keep(self, key: tuple[str, ...], state: _State, made: Any, size: int = 0) -> None:
        """Add an entry; drop all others if they are too large together."""
        self._size += size
        if self._size > MOST_BYTES:
            self._found, self._size = {}, size
        self._found[key] = (state, made)


_kept = _Kept()


def _state(path: str) -> _State | None:
    """Return a fingerprint of a file or directory; None if it does not exist."""
    try:
        found = os.stat(path)  # noqa: PTH116 - called for each file: a Path costs more
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _pickled(data: Any) -> bytes:
    return pickle.dumps(data, pickle.HIGHEST_PROTOCOL)


def _unpickled(data: bytes) -> Any:
    """Return a copy; unlike marshal's, it has exactly the types of what botocore parsed."""
    return pickle.loads(data)  # noqa: S301 - pickled in this process


def load_file(original: LoadFile) -> LoadFile:
    """Return a replacement for JSONFileLoader._load_file, which reads all of botocore's data."""

    def load(reader: Any, full_path: str, open_method: Any) -> Any:
        state = _state(full_path)
        pickled = state and _kept.get((full_path,), state)
        if pickled:
            return _unpickled(pickled)
        data = original(reader, full_path, open_method)
        if state and data is not None and not vars(reader):  # _endpoints_reader keeps entries of its own
            pickled = _pickled(data)
            _kept.keep((full_path,), state, pickled, len(pickled))
        return data

    return load


def list_available_services(original: Callable[[Any, str], list[str]]) -> Any:
    """Return a replacement for Loader.list_available_services, which lists the directory of every service."""
    from botocore.loaders import instance_cache

    @instance_cache
    def list_available_services(loader: Any, type_name: str) -> list[str]:
        if not _reads_files(loader):
            return original(loader, type_name)
        paths = loader._potential_locations()
        return sorted({name for path in paths for name in _services_in(path, type_name, original)})

    return list_available_services


def _services_in(path: str, type_name: str, original: Callable[[Any, str], list[str]]) -> list[str]:
    """Return the services in one directory; the list is kept only for a directory installed beside botocore."""
    from botocore import BOTOCORE_ROOT
    from botocore.loaders import Loader

    installed = os.path.join(os.path.dirname(BOTOCORE_ROOT), "")  # noqa: PTH118, PTH120 - as a str
    state = _state(path) if path.startswith(installed) else None
    found: list[str] | None = _kept.get((path, type_name), state) if state else None
    if found is None:
        found = original(Loader([path], include_default_search_paths=False), type_name)
        if state:
            _kept.keep((path, type_name), state, found)
    return found


def register_endpoint_resolver(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a replacement for Session._register_endpoint_resolver that reads the shared endpoints."""

    def register(session: Any) -> None:
        def get_component(name: str) -> Any:
            return _with_shared_endpoints(session.get_component(name))

        original(SimpleNamespace(get_component=get_component, _internal_components=session._internal_components))

    return register


def _with_shared_endpoints(loader: Any) -> Any:
    """Return a loader with the same search paths; the same loader if it holds more than what is in the files."""
    if not _reads_files(loader) or loader._cache.keys() & _ENDPOINTS:
        return loader
    searching = copy.copy(loader)
    searching.file_loader, searching._cache = _endpoints_reader(loader), {}
    return searching


#: The keys of a loader's own cache for endpoints that a caller has loaded, and may have changed.
_ENDPOINTS = {("load_data_with_path", "endpoints"), ("load_data_with_path", "name", "endpoints")}


def _reads_files(loader: Any) -> bool:
    """Return whether a loader reads with botocore's own reader, unchanged."""
    from botocore.loaders import JSONFileLoader

    reader = getattr(loader, "file_loader", None)
    return type(reader) is JSONFileLoader and not vars(reader)


def _endpoints_reader(loader: Any) -> Any:
    """Return a reader for a resolver, which looks at the endpoints of few services, and writes into those."""
    reader = copy.copy(loader.file_loader)
    read = reader._load_file

    def load(full_path: str, open_method: Any) -> Any:
        state = _state(full_path) if full_path.startswith(loader.BUILTIN_DATA_PATH) else None
        if state is None:
            return read(full_path, open_method)
        parts = _kept.get((full_path, "endpoints"), state)
        if parts is None:
            parts = _taken_apart(read(full_path, open_method))
            _kept.keep((full_path, "endpoints"), state, parts)
        return _put_together(*parts)

    reader._load_file = load
    return reader


def _taken_apart(endpoints: Any) -> tuple[bytes, list[dict[str, bytes]]]:
    """Return the endpoints without their services, and the services of each partition, all pickled."""
    services = [partition.pop("services") for partition in endpoints["partitions"]]
    return _pickled(endpoints), [{name: _pickled(data) for name, data in each.items()} for each in services]


def _put_together(pickled: bytes, services: list[dict[str, bytes]]) -> Any:
    endpoints = _unpickled(pickled)
    for partition, each in zip(endpoints["partitions"], services, strict=True):
        partition["services"] = _Services(each)
    return endpoints


class _Services(Mapping[str, Any]):
    """The services of a partition, for one resolver; each is unpickled at its first look-up."""

    def __init__(self, pickled: dict[str, bytes]) -> None:
        self._pickled = pickled
        self._own: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._own:
            self._own.setdefault(name, _unpickled(self._pickled[name]))
        return self._own[name]

    def __contains__(self, name: object) -> bool:
        return name in self._pickled

    def __iter__(self) -> Iterator[str]:
        return iter(self._pickled)

    def __len__(self) -> int:
        return len(self._pickled)
