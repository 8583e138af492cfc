"""The filters of ListSecrets."""

from __future__ import annotations

from ..sources import FILTERS_ASSERTED, LENGTHS_SEEN, model, filled
from ..table import D, F, I, V, At, Refused, Row, call, constraint, named, steps
from .validation import AT_MOST

SECRETS = {
    "a secret": dict(Name="words/one", Description="a secret"),
    "an secret": dict(Name="words/two", Description="an secret"),
    "asecret": dict(Name="words/three", Description="asecret"),
    "thesecret": dict(Name="words/four", Description="thesecret"),
}
MIXED = dict(Name="mixed", Description="MySecret of McDonald")
BETA = dict(Name="prod/AppBeta")
TAGGED = dict(Name="Tagged", Tags=[{"Key": "Team", "Value": "BlueWhale"}])


def filtered(case, evidence, filters, *expected, given=(TAGGED, *SECRETS.values())):
    """Return a row that lists, by name, what several filters leave."""
    known = {one["Name"]: one for one in given}
    entries = [
        named(name, CreatedDate=At(), LastChangedDate=At(),
              **{member: value for member, value in known[name].items() if member != "Name"})
        for name in expected
    ]  # fmt: skip
    return Row("ListSecrets", f"filter: {case}", evidence,
               {"Filters": [{"Key": key, "Values": values} for key, values in filters]}, {"SecretList": entries},
               given=steps(*[call("CreateSecret", **one) for one in given]))  # fmt: skip


SPLIT = dict(Name="left+right", Description="one + two - three")
COMPANIES = [dict(Name="uat/COMPANY/x"), dict(Name="uat/COMPANYthings/x")]
MARKS = {"/": "a slash", "-": "a hyphen", "_": "an underscore", "+": "a plus sign", "=": "an equals sign",
         ".": "a full stop", "@": "an at sign"}  # fmt: skip
WORDS = ("words/one", "words/two", "words/three", "words/four")
ROWS = filled([
    filtered("name is a prefix", V, [("name", ["words/t"])], "words/two", "words/three"),
    filtered("name is case-sensitive", V, [("name", ["WORDS"])]),
    filtered("name negated", V, [("name", ["!words"])], "Tagged"),
    filtered("description: a word is a prefix of a word", V, [("description", ["a"])], *WORDS[:3]),
    filtered("description: every word", V, [("description", ["a sec"])], *WORDS[:2]),
    filtered("description is not case-sensitive", D, [("description", ["A SECRET"])], *WORDS[:2]),
    *[filtered(f"description is not case-sensitive: {value}", D, [("description", [value])], "mixed", given=[MIXED])
      for value in ("MySecret", "mysecret", "MYSECRET", "mcdonald")],
    *[filtered(f"all is not case-sensitive: {value}", D, [("all", [value])], "prod/AppBeta", given=[BETA, TAGGED])
      for value in ("AppBeta", "appbeta", "APPBETA", "Beta", "beta", "PROD/app")],
    filtered("all: every word of one attribute", D, [("all", ["prod zeta"])], given=[BETA]),
    filtered("description negated", V, [("description", ["!a"])], "Tagged", "words/four"),
    filtered("several values: one must hold", V, [("name", ["words/one", "Tag"])], "Tagged", "words/one"),
    filtered("several filters: all must hold", V, [("name", ["words"]), ("description", ["an"])], "words/two"),
    filtered("tag-key", D, [("tag-key", ["Te"])], "Tagged"),
    filtered("tag-key is case-sensitive", D, [("tag-key", ["te"])]),
    filtered("tag-value", D, [("tag-value", ["Blue"])], "Tagged"),
    filtered("all: over names", V, [("all", ["words"])], *WORDS),
    filtered("all: over descriptions", V, [("all", ["thesecret"])], "words/four"),
    filtered("all: over tags, splitting at capitals", V, [("all", ["Whale"])], "Tagged"),
    filtered("all: over names, splitting at a slash", V, [("all", ["four"])], "words/four"),
    filtered("all negated", V, [("all", ["!words"])], "Tagged"),
    filtered("primary-region: none", D, [("primary-region", ["us"])]),
    *[filtered(f"all splits at {words}", V, [("all", ["right"])], f"left{mark}right",
               given=[dict(Name=f"left{mark}right")]) for mark, words in MARKS.items()],
    *[filtered(f"{key}: a plus sign alone matches nothing", V, [(key, ["+"])], given=[SPLIT])
      for key in ("all", "description")],
    *[filtered(f"{key}: other separators alone match nothing", I, [(key, ["-", "/ _"])], given=[SPLIT])
      for key in ("all", "description")],
    *[filtered(f"{key}: an empty value matches nothing", I, [(key, [""])], given=[SPLIT])
      for key in ("all", "description")],
    filtered("all negated: a plus sign alone", I, [("all", ["!+"])], "left+right", given=[SPLIT]),
    filtered("all: a whole word in capitals, and not the beginning of another", V, [("all", ["company"])],
             "uat/COMPANY/x", given=COMPANIES),
    filtered("all: a whole word with capitals within", I, [("all", ["companythings"])], "uat/COMPANYthings/x",
             given=COMPANIES),
    filtered("all: the beginning of a word in capitals", I, [("all", ["comp"])], "uat/COMPANY/x", "uat/COMPANYthings/x",
             given=COMPANIES),
    filtered("all: the beginning of a part, where capitals split", I, [("all", ["wha"])], "Tagged"),
    filtered("all: the beginning of a word across its capitals", I, [("all", ["bluewh"])]),
    filtered("all: the beginning of a word with its capitals", I, [("all", ["BlueWh"])], "Tagged"),
    Row("ListSecrets", "filter: eleven Values", F, {"Filters": [{"Key": "name", "Values": ["x"] * 11}]},
        constraint(f"Value '[{', '.join(['x'] * 11)}]'", "filters.1.member.values", AT_MOST.format(10)),
        source=LENGTHS_SEEN),
    Row("ListSecrets", "filter: a value of 513 characters", I, {"Filters": [{"Key": "name", "Values": ["x" * 513]}]},
        constraint(f"Value '{'x' * 513}'", "filters.1.member.values.1.member", AT_MOST.format(512))),
    *[Row("ListSecrets", f"filter: {case}", I, {"Filters": [one]},
          Refused("InvalidParameterException", "Each filter needs a Key and at least one of the Values."))
      for case, one in {"no Values": {"Key": "name"}, "no Key": {"Values": ["x"]}}.items()],
    Row("ListSecrets", "filter: unknown key", I, {"Filters": [{"Key": "colour", "Values": ["x"]}]},
        constraint("Value 'colour'", "filters.1.member.key", "Member must satisfy enum value set: [description, name, "
                   "tag-key, tag-value, primary-region, owning-service, all]")),
], {V: FILTERS_ASSERTED, D: model("Filter", "Key")})  # fmt: skip
