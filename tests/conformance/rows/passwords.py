"""GetRandomPassword."""

from __future__ import annotations

import re

from ..table import D, I, V, Pattern, Refused, Row

PUNCTUATION = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def password(case, evidence, parameters, pattern):
    """Return a row whose password has a form."""
    return Row("GetRandomPassword", case, evidence, parameters, {"RandomPassword": Pattern(pattern)})


ROWS = [
    password("default: 32 characters", V, {}, f"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9{PUNCTUATION}]{{32}}"),
    password("PasswordLength", V, {"PasswordLength": 100}, ".{100}"),
    password("ExcludeLowercase", D, {"ExcludeLowercase": True}, "[^a-z]{32}"),
    password("ExcludeUppercase", D, {"ExcludeUppercase": True}, "[^A-Z]{32}"),
    password("ExcludeNumbers", D, {"ExcludeNumbers": True}, "[^0-9]{32}"),
    password("ExcludePunctuation", D, {"ExcludePunctuation": True}, "[A-Za-z0-9]{32}"),
    password("ExcludeCharacters", D, {"ExcludeCharacters": "aeiou", "PasswordLength": 4096}, "[^aeiou]{4096}"),
    password("IncludeSpace", D, {"IncludeSpace": True, "PasswordLength": 4096}, "(?=.* ).{4096}"),
    password("RequireEachIncludedType false", D, {"RequireEachIncludedType": False, "PasswordLength": 1}, "."),
    Row("GetRandomPassword", "too short for each type", I, {"PasswordLength": 3},
        Refused("InvalidParameterException",
                "A password of length 3 can't contain a character of each of the 4 included character types.")),
]  # fmt: skip
