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
            exclude_numbers=bool(request.get("ExcludeNumbers")),
            exclude_punctuation=bool(request.get("ExcludePunctuation")),
            exclude_uppercase=bool(request.get("ExcludeUppercase")),
            exclude_lowercase=bool(request.get("ExcludeLowercase")),
            include_space=bool(request.get("IncludeSpace")),
            require_each_included_type=request.get("RequireEachIncludedType", True),
        )
    except ImpossiblePassword as impossible:
        raise errors.invalid_parameter(str(impossible)) from None
    return {"RandomPassword": password}
