"""Random passwords, as GetRandomPassword makes them."""

from __future__ import annotations

import string
from secrets import SystemRandom

# The system's randomness: seeding `random`, as pytest-randomly does, must not make passwords repeat.
_RANDOM = SystemRandom()


class ImpossiblePassword(ValueError):  # noqa: N818 - the wish is impossible; nothing has gone wrong here
    """No password can be as asked; its text says why."""


def random_password(
    *,
    length: int = 32,
    exclude_characters: str = "",
    exclude_numbers: bool = False,
    exclude_punctuation: bool = False,
    exclude_uppercase: bool = False,
    exclude_lowercase: bool = False,
    include_space: bool = False,
    require_each_included_type: bool = True,
) -> str:
    """Return a password of `length` characters, which the caller has checked to be 1 to 4096.

    Upper and lowercase letters, numbers and ASCII punctuation are included unless excluded, the space only
    on request; an excluded character never appears; at least one of every included type does, unless
    `require_each_included_type` is false (service model, GetRandomPassword).

    Inferred: the space is no type of its own, for the model says that a password *can* contain it and lists
    four types; a type whose characters are all excluded one by one is not included; the refusals' texts.

    Raises ImpossiblePassword where no character is left, or fewer characters than required types are requested.
    """
    offered = (
        (string.ascii_uppercase, exclude_uppercase),
        (string.ascii_lowercase, exclude_lowercase),
        (string.digits, exclude_numbers),
        (string.punctuation, exclude_punctuation),
    )
    types = [_without(characters, exclude_characters) for characters, excluded in offered if not excluded]
    alphabet = "".join(types) + _without(" " if include_space else "", exclude_characters)
    if not alphabet:
        raise ImpossiblePassword("All characters have been excluded from selection.")
    required = types if require_each_included_type else []
    if "" in required:
        raise ImpossiblePassword("All characters of the desired type have been excluded.")
    if length < len(required):
        raise ImpossiblePassword("Password length is too short based on the required types.")
    password = [_RANDOM.choice(characters) for characters in required]
    password += _RANDOM.choices(alphabet, k=length - len(password))
    _RANDOM.shuffle(password)
    return "".join(password)


def _without(characters: str, excluded: str) -> str:
    return "".join(character for character in characters if character not in excluded)
