"""GetRandomPassword."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..rules.passwords import ImpossiblePassword, random_password

if TYPE_CHECKING:
    from ..request import Request
    from ..store import Store


def get_random_password(store: Store, request: Request) -> dict[str, Any]:
    """Return a password of the wanted length and characters."""
    try:
        password = random_password(
            length=request.get("PasswordLength", 32),
            exclude_characters=request.get("ExcludeCharacters", ""),
            exclude_numbers=request.get("ExcludeNumbers", False),
            exclude_punctuation=request.get("ExcludePunctuation", False),
            exclude_uppercase=request.get("ExcludeUppercase", False),
            exclude_lowercase=request.get("ExcludeLowercase", False),
            include_space=request.get("IncludeSpace", False),
            require_each_included_type=request.get("RequireEachIncludedType", True),
        )
    except ImpossiblePassword as impossible:
        raise errors.invalid_parameter(str(impossible)) from None
    return {"RandomPassword": password}
