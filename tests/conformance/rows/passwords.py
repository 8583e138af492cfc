"""GetRandomPassword."""

from __future__ import annotations

import re

from ..sources import PASSWORDS_ASSERTED, PASSWORDS_SEEN, model, filled
from ..table import D, F, I, V, Pattern, Refused, Row

PUNCTUATION = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def password(case, evidence, parameters, pattern):
    """Return a row whose password matches a pattern."""
    source = model("GetRandomPasswordRequest", next(iter(parameters))) if evidence == D else ""
    return Row("GetRandomPassword", case, evidence, parameters, {"RandomPassword": Pattern(pattern)}, source=source)


def impossible(case, evidence, text, **parameters):
    """Return the row of a request that no password satisfies."""
    return Row("GetRandomPassword", case, evidence, parameters, Refused("InvalidParameterException", text))


TOO_SHORT = "Password length is too short based on the required types."
TYPE_EMPTIED = "All characters of the desired type have been excluded."
ALL_EXCLUDED = "All characters have been excluded from selection."
NO_TYPE = dict(ExcludeLowercase=True, ExcludeUppercase=True, ExcludeNumbers=True, ExcludePunctuation=True)
ROWS = filled([
    password("default: 32 characters", V, {}, f"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9{PUNCTUATION}]{{32}}"),
    password("PasswordLength", V, {"PasswordLength": 100}, ".{100}"),
    password("ExcludeLowercase", D, {"ExcludeLowercase": True}, "[^a-z]{32}"),
    password("ExcludeUppercase", D, {"ExcludeUppercase": True}, "[^A-Z]{32}"),
    password("ExcludeNumbers", D, {"ExcludeNumbers": True}, "[^0-9]{32}"),
    password("ExcludePunctuation", D, {"ExcludePunctuation": True}, "[A-Za-z0-9]{32}"),
    password("ExcludeCharacters", D, {"ExcludeCharacters": "aeiou", "PasswordLength": 4096}, "[^aeiou]{4096}"),
    password("IncludeSpace", D, {"IncludeSpace": True, "PasswordLength": 4096}, "(?=.* ).{4096}"),
    password("RequireEachIncludedType false", D, {"RequireEachIncludedType": False, "PasswordLength": 1}, "."),
    password("a space is no required type: four characters are enough", D,
             {"RequireEachIncludedType": True, "IncludeSpace": True, "PasswordLength": 4}, ".{4}"),
    password("a space is no required type: it may be excluded", D,
             {"RequireEachIncludedType": True, "IncludeSpace": True, "ExcludeCharacters": " "}, "[^ ]{32}"),
    password("a space alone", I, {**NO_TYPE, "IncludeSpace": True, "PasswordLength": 3}, "   "),
    password("a type emptied that is not required", I,
             {"RequireEachIncludedType": False, "ExcludeCharacters": "0123456789"}, "[^0-9]{32}"),
    impossible("too short for each type", F, TOO_SHORT, PasswordLength=3),
    impossible("too short for the types that are left", F, TOO_SHORT, PasswordLength=1, ExcludeNumbers=True,
               ExcludePunctuation=True),
    impossible("a required type emptied by ExcludeCharacters", F, TYPE_EMPTIED, ExcludeCharacters="0123456789"),
    impossible("a required type emptied, and too short", I, TYPE_EMPTIED, ExcludeCharacters="0123456789",
               PasswordLength=1),
    impossible("no character left", F, ALL_EXCLUDED, **NO_TYPE),
    impossible("no character left, a space excluded too", I, ALL_EXCLUDED, **NO_TYPE, IncludeSpace=True,
               ExcludeCharacters=" "),
], {V: PASSWORDS_ASSERTED, F: PASSWORDS_SEEN})  # fmt: skip
