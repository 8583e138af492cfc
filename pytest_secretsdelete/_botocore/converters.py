"""Converters: they build botocore's parsed result from the members of an answer, without its JSON text.

botocore's parser reads the body again and looks at each shape for each call. A converter is compiled once for each
output shape, and its result has the parser's values, types and order of keys. Where the parser does more than convert
members (documents, unions, event streams), `converter_for` returns None, and the parser itself is to be used.
"""

from __future__ import annotations

import base64
import datetime as datetime_module
import functools
import time
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Convert = Callable[[Any], Any]

#: Types whose JSON value botocore returns as it is.
_PLAIN = frozenset({"string", "boolean", "integer", "long"})


class _CannotConvertError(Exception):
    """A shape that is left to botocore's parser."""


#: By output shape. A shape holds the whole service model of its client, and goes with it: no converter refers to one.
_converters: weakref.WeakKeyDictionary[Any, Convert | None] = weakref.WeakKeyDictionary()


def converter_for(shape: Any) -> Convert | None:
    """Return the converter of an output shape; None for one that only botocore's parser can read.

    An operation without an output shape has an empty result.
    """
    if shape is None:
        return _nothing
    try:
        return _converters[shape]
    except KeyError:
        return _converters.setdefault(shape, _made_for(shape))


def _made_for(shape: Any) -> Convert | None:
    try:
        return _structure(shape)
    except _CannotConvertError:
        return None


def _convert(shape: Any) -> Convert | None:
    """Return the converter of a shape, whatever its kind; None where the value stays as it is."""
    if shape.type_name in _PLAIN:
        return None
    make = _MAKERS.get(shape.type_name)
    if make is None:
        raise _CannotConvertError(shape.type_name)
    return make(shape)


def _structure(shape: Any) -> Convert:
    if shape.is_document_type or shape.is_tagged_union or "eventstream" in shape.serialization:
        raise _CannotConvertError(shape.name)
    table = [(name, member.serialization.get("name", name), _convert(member)) for name, member in shape.members.items()]

    def structure(members: dict[str, Any]) -> dict[str, Any]:
        parsed = {}
        for name, key, convert in table:
            value = members.get(key)
            if value is not None:
                parsed[name] = value if convert is None else convert(value)
        return parsed

    return structure


def _list(shape: Any) -> Convert:
    convert = _convert(shape.member)
    return list if convert is None else lambda items: [convert(item) for item in items]


def _map(shape: Any) -> Convert:
    convert = _convert(shape.value)
    return dict if convert is None else lambda held: {key: convert(value) for key, value in held.items()}


def _blob(_shape: Any) -> Convert:
    return base64.b64decode


def _timestamp(_shape: Any) -> Convert:
    return _to_datetime


def _nothing(_members: dict[str, Any]) -> dict[str, Any]:
    return {}


def _to_datetime(seconds: float) -> Any:
    """Return a timestamp as botocore's parser does: in the local zone, of the class that freezegun may have set."""
    return _datetime_of(seconds, datetime_module.datetime, (time.tzname, time.timezone, time.altzone))


@functools.lru_cache(maxsize=1024)
def _datetime_of(seconds: float, kind: Any, local: Any) -> Any:
    """Return a timestamp in a class of datetimes and the local zone, which its names and offsets stand for here.

    The parser's zone is slow to work out, so it is worked out once for each minute.
    """
    if kind.__module__ != "datetime":
        return _parsed(seconds)
    zone = _zone_at(seconds // 60, local)
    return kind.fromtimestamp(seconds, zone.offset).replace(tzinfo=zone.zone, fold=zone.fold)


class _Zone(NamedTuple):
    """What the parser makes of an instant beside its time of day."""

    offset: datetime_module.timezone
    zone: datetime_module.tzinfo | None
    fold: int


@functools.lru_cache(maxsize=1024)
def _zone_at(minute: float, _local: Any) -> _Zone:
    parsed = _parsed(minute * 60)
    return _Zone(datetime_module.timezone(parsed.utcoffset()), parsed.tzinfo, parsed.fold)


def _parsed(seconds: float) -> Any:
    from botocore import parsers

    parse: Convert = parsers.DEFAULT_TIMESTAMP_PARSER
    return parse(seconds)


_MAKERS: dict[str, Callable[[Any], Convert]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "blob": _blob,
    "timestamp": _timestamp,
}
