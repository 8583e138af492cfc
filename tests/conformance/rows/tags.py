"""TagResource and UntagResource."""

from __future__ import annotations

from .. import sources
from ..sources import USUAL, filled
from ..table import ARN_A, At, D, F, I, NOT_FOUND, R, Refused, Row, a, call, named, steps


def tags(**pairs):
    """Return tags as AWS's list."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def held(expected):
    """Return a check of the tags that DescribeSecret shows."""

    def check(world):
        assert world.call("DescribeSecret", SecretId="a").get("Tags") == expected

    return check


def refused(text):
    """Return the refusal of tags: AWS documents the limits, and not the error."""
    return Refused("InvalidParameterException", text, code_is_inferred=True)


def unchanged(world):
    """Find the date of the last change that was there before."""
    assert world.call("DescribeSecret", SecretId="a")["LastChangedDate"] == At(1)


TAGGED = steps(a, call("TagResource", SecretId="a", Tags=tags(x="1", y="2")))
ROWS = filled([
    Row("CreateSecret", "with tags", D, {"Name": "a", "Tags": tags(k="v")}, named(), afterwards=held(tags(k="v"))),
    Row("CreateSecret", "with an empty list of tags", F, {"Name": "a", "Tags": []}, named(), afterwards=held([]),
        source=sources.TAGS_EMPTY),
    Row("CreateSecret", "without tags", R, {"Name": "a"}, named(), afterwards=held(None)),
    Row("TagResource", "added in order", R, {"SecretId": "a", "Tags": tags(z="3", b="4")}, {}, given=TAGGED,
        afterwards=held(tags(x="1", y="2", z="3", b="4"))),
    Row("TagResource", "a new value keeps the place", I, {"SecretId": "a", "Tags": tags(x="9")}, {}, given=TAGGED,
        afterwards=held(tags(x="9", y="2"))),
    Row("TagResource", "a key without a value", I, {"SecretId": "a", "Tags": [{"Key": "x"}]}, {}, given=a,
        afterwards=held(tags(x=""))),
    Row("TagResource", "by ARN", R, {"SecretId": ARN_A, "Tags": tags(x="1")}, {}, given=a,
        afterwards=held(tags(x="1"))),
    Row("TagResource", "no tags", I, {"SecretId": "a", "Tags": []}, {}, given=a, afterwards=held(None)),
    Row("TagResource", "a fifty-first", D, {"SecretId": "a", "Tags": tags(**{f"k{n}": "" for n in range(51)})},
        refused("A secret can have at most 50 tags."), given=a, source=sources.TAGS_QUOTA),
    Row("TagResource", "a fiftieth", D, {"SecretId": "a", "Tags": tags(**{f"k{n}": "" for n in range(50)})}, {}, given=a,
        afterwards=held(tags(**{f"k{n}": "" for n in range(50)}))),
    Row("TagResource", "reserved prefix in capitals", I, {"SecretId": "a", "Tags": [{"Key": "AWS:x", "Value": ""}]},
        refused("Tag keys that begin with aws: are reserved for AWS."), given=a),
    Row("TagResource", "reserved prefix", D, {"SecretId": "a", "Tags": [{"Key": "aws:x", "Value": ""}]},
        refused("Tag keys that begin with aws: are reserved for AWS."), given=a, source=sources.TAGS_QUOTA),
    Row("TagResource", "the same key twice", I,
        {"SecretId": "a", "Tags": [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]},
        refused("The request contains the same tag key more than once."), given=a),
    Row("TagResource", "no key", I, {"SecretId": "a", "Tags": [{"Value": "1"}]}, refused("A tag must have a key."),
        given=a),
    Row("TagResource", "unknown secret", R, {"SecretId": "b", "Tags": tags(x="1")}, NOT_FOUND),
    Row("UntagResource", "one", R, {"SecretId": "a", "TagKeys": ["x"]}, {}, given=TAGGED, afterwards=held(tags(y="2"))),
    Row("UntagResource", "the last: an empty list stays", R, {"SecretId": "a", "TagKeys": ["x", "y"]}, {},
        given=TAGGED, afterwards=held([])),
    Row("UntagResource", "one that is not there", D, {"SecretId": "a", "TagKeys": ["q"]}, {}, given=TAGGED,
        afterwards=steps(held(tags(x="1", y="2")), unchanged)),
    Row("UntagResource", "reserved prefix", I, {"SecretId": "a", "TagKeys": ["aws:x"]},
        refused("Tag keys that begin with aws: are reserved for AWS."), given=a),
    Row("UntagResource", "unknown secret", R, {"SecretId": "b", "TagKeys": ["x"]}, NOT_FOUND),
], {**USUAL, R: sources.TAGS_RECORDED})  # fmt: skip
