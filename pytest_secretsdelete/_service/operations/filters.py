"""The filters of ListSecrets and BatchGetSecretValue.

Several filters must all hold; of several values of one filter, one must. A value that begins with `!` holds
where the rest of it does not (asserted against AWS; the case rules are the service model's).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .. import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..model import SecretRecord

_SEPARATORS = re.compile(r"[\s/\-_+=.@]+")
_CAPITALS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+")
MOST_FILTERS = 10


def admitting(filters: Sequence[Mapping[str, Any]]) -> Callable[[SecretRecord], bool]:
    """Return the test that all filters make of a secret together."""
    if len(filters) > MOST_FILTERS:
        raise errors.invalid_parameter(
            f"The filter list has too many filters. You can include up to {MOST_FILTERS} filters."
        )
    if not all("Key" in one and one.get("Values") for one in filters):
        raise errors.invalid_parameter("Each filter needs a Key and at least one of the Values.")  # inferred
    checks = [(_TESTS[one["Key"]], one["Values"]) for one in filters]
    return lambda secret: all(_holds(test, secret, values) for test, values in checks)


def name_prefixes(filters: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """Return prefixes, one of which begins every name that the filters admit; None if they admit any name."""
    wanted = [one["Values"] for one in filters if one["Key"] == "name"]
    positive = [values for values in wanted if not any(value.startswith("!") for value in values)]
    return min(positive, key=len, default=None)


def _parts(text: str) -> list[str]:
    """Split a text at white space, at / - _ + = . @, and at capitals."""
    return [part.lower() for whole in _wholes(text) for part in _CAPITALS.findall(whole)]


def _holds(test: Callable[[SecretRecord, str], bool], secret: SecretRecord, values: Iterable[str]) -> bool:
    return any(not test(secret, value[1:]) if value.startswith("!") else test(secret, value) for value in values)


def _has_words(text: str, value: str) -> bool:
    """Return whether the text has every word of the value, ignoring case; False for a value without a word.

    A word is there as a whole, or as a prefix of a part, where words are split at capitals; or each of its own parts
    is such a prefix. So `appbeta`, `Beta` and `AppB` are in AppBeta, `company` is in COMPANY, and it is not in
    COMPANYthings, which has the parts COMPAN and Ythings (asserted against AWS).
    """
    wanted, wholes, parts = _wholes(value), set(map(str.lower, _wholes(text))), _parts(text)
    return bool(wanted) and all(
        whole.lower() in wholes or _begins(parts, whole.lower()) or all(_begins(parts, part) for part in _parts(whole))
        for whole in wanted
    )


def _wholes(text: str) -> list[str]:
    """Split a text at white space and at / - _ + = . @ alone."""
    return [part for part in _SEPARATORS.split(text) if part]


def _begins(held: Iterable[str], prefix: str) -> bool:
    return any(word.startswith(prefix) for word in held)


def _name(secret: SecretRecord, value: str) -> bool:
    return secret.name.startswith(value)


def _description(secret: SecretRecord, value: str) -> bool:
    return _has_words(secret.description, value)


def _tag_key(secret: SecretRecord, value: str) -> bool:
    return any(key.startswith(value) for key, _ in secret.tag_pairs or ())


def _tag_value(secret: SecretRecord, value: str) -> bool:
    return any(held.startswith(value) for _, held in secret.tag_pairs or ())


def _primary_region(secret: SecretRecord, value: str) -> bool:
    return secret.primary_region is not None and secret.primary_region.startswith(value)


def _owning_service(secret: SecretRecord, value: str) -> bool:
    return secret.owning_service is not None and secret.owning_service.startswith(value)


def _all(secret: SecretRecord, value: str) -> bool:
    tag_texts = (text for pair in secret.tag_pairs or () for text in pair)
    attributes = (secret.name, secret.description, *tag_texts)
    return any(_has_words(attribute, value) for attribute in attributes)


_TESTS: dict[str, Callable[[SecretRecord, str], bool]] = {
    "name": _name,
    "description": _description,
    "tag-key": _tag_key,
    "tag-value": _tag_value,
    "primary-region": _primary_region,
    "owning-service": _owning_service,
    "all": _all,
}
