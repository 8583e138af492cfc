"""Random passwords keep to what was asked."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsdelete._service.rules.passwords import ImpossiblePassword, random_password

TYPES = {
    "exclude_uppercase": set(string.ascii_uppercase),
    "exclude_lowercase": set(string.ascii_lowercase),
    "exclude_numbers": set(string.digits),
    "exclude_punctuation": set(string.punctuation),
}
NO_TYPE = dict.fromkeys(TYPES, True)


@given(
    length=st.integers(4, 80),
    excluded=st.sets(st.sampled_from(sorted(TYPES))),
    characters=st.text(string.printable, max_size=40),
    space=st.booleans(),
    required=st.booleans(),
)
def test_a_password_keeps_to_every_wish(length, excluded, characters, space, required):
    """Length, alphabet, exclusions and required types hold together, or there is nothing to choose from."""
    included = [kind - set(characters) for name, kind in TYPES.items() if name not in excluded]
    alphabet = set().union(*included, {" "} - set(characters) if space else set())
    wishes = {
        **dict.fromkeys(excluded, True),
        "length": length,
        "exclude_characters": characters,
        "include_space": space,
        "require_each_included_type": required,
    }
    if not alphabet or (required and not all(included)):
        with pytest.raises(ImpossiblePassword, match="have been excluded"):
            random_password(**wishes)
        return
    password = random_password(**wishes)
    assert len(password) == length
    assert set(password) <= alphabet
    assert not required or all(kind & set(password) for kind in included)


def test_the_default_is_32_characters_without_a_space():
    """Without a wish the four types of the service model are there, and the space is not."""
    password = random_password()
    assert len(password) == 32
    assert " " not in password
    assert all(kind & set(password) for kind in TYPES.values())


def test_a_seeded_random_does_not_make_passwords_repeat():
    """Seeding `random` before each of two passwords leaves them different."""
    made = set()
    for _ in range(2):
        random.seed(1)
        made.add(random_password())
    assert len(made) == 2


def test_a_space_alone_is_an_alphabet():
    """The space can be in a password, alone even, though it is no type that must be in it."""
    assert random_password(length=3, include_space=True, **NO_TYPE) == "   "


def test_no_type_has_a_place_of_its_own():
    """Where a required type stands is chance: a hundred passwords do not all begin with the same type."""
    firsts = {random_password(length=4)[0] for _ in range(100)}
    assert not any(firsts <= kind for kind in TYPES.values())


@pytest.mark.parametrize("length", [1, 2, 3])
def test_too_short_for_the_required_types(length):
    """Fewer characters than required types are refused, and are enough once the types are not required."""
    with pytest.raises(ImpossiblePassword, match="too short based on the required types"):
        random_password(length=length)
    assert len(random_password(length=length, require_each_included_type=False)) == length


@pytest.mark.parametrize(
    "wishes",
    [
        NO_TYPE,
        {"exclude_characters": string.ascii_letters + string.digits + string.punctuation},
        {**NO_TYPE, "include_space": True, "exclude_characters": " "},
        {**NO_TYPE, "require_each_included_type": False},
    ],
    ids=["types", "characters", "space", "nothing required"],
)
def test_an_empty_alphabet_is_refused(wishes):
    """Where every character is excluded, one way or the other, no password can be made."""
    with pytest.raises(ImpossiblePassword, match="from selection"):
        random_password(**wishes)


def test_a_required_type_emptied_by_excluded_characters_is_refused():
    """Excluding all ten digits one by one is not the same as excluding numbers, unless no type is required."""
    with pytest.raises(ImpossiblePassword, match="of the desired type"):
        random_password(exclude_characters=string.digits)
    assert random_password(exclude_characters=string.digits, exclude_numbers=True)
    assert random_password(exclude_characters=string.digits, require_each_included_type=False)


def test_a_space_is_never_required():
    """Four types need four characters, with the space on offer too; excluding it empties no type."""
    assert len(random_password(length=4, include_space=True)) == 4
    assert " " not in random_password(include_space=True, exclude_characters=" ")


def test_what_a_password_is_made_of():
    """Without a wish a password has 32 characters, of every kind but the space; a long one has them all."""
    assert len(random_password()) == 32
    assert set(random_password(length=4096)) == set().union(*TYPES.values())
