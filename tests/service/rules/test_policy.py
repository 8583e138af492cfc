"""Resource policies: what is well formed, what exposes, what locks out, whom it admits."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_secretsdelete._service.rules.policy import (
    INVALID_SERVICE_PRINCIPAL,
    SYNTAX,
    UNSUPPORTED_PRINCIPAL,
    MalformedPolicy,
    NoJson,
    read,
)
from pytest_secretsdelete._service.rules.policy_evaluation import allows, is_public, locks_out
from pytest_secretsdelete._service.rules.policy_text import rewritten

OWNER, FRIEND, OTHER = "123456789012", "222222222222", "333333333333"
SECRET = f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:app/db-a1b2c3"
READ, PUT = "secretsmanager:GetSecretValue", "secretsmanager:PutResourcePolicy"
ABSENT = object()


def statement(**elements):
    """Return a statement that lets FRIEND read; an element given as ABSENT is left out."""
    whole = {"Effect": "Allow", "Principal": {"AWS": FRIEND}, "Action": READ, "Resource": "*", **elements}
    return {name: value for name, value in whole.items() if value is not ABSENT}


def policy(*statements, **elements):
    """Return a policy of the statements given, or of the one with these elements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements] or [statement(**elements)]})


def admits(document, *, account=FRIEND, action=READ):
    """Return whether the policy admits the account to the secret."""
    return allows(document, account=account, action=action, resource=SECRET)


def only_if(operator, key, *values):
    """Return a Condition of one test."""
    return {operator: {key: list(values)}}


# Syntax


@pytest.mark.parametrize(
    "document",
    [
        policy(),
        policy(statement(Sid="one"), statement(Sid="two"), statement()),
        json.dumps({"Id": "mine", "Statement": statement()}),
        json.dumps({"Version": "2008-10-17", "Id": "mine", "Statement": statement(Sid="all")}),
        json.dumps({"Version": "2008-10-17", "Statement": statement()}),
        policy(Principal="*"),
        policy(Principal={"AWS": ["*", FRIEND, f"arn:aws:iam::{FRIEND}:root"]}),
        policy(Principal={"AWS": f"arn:aws-cn:iam::{FRIEND}:role/path/app"}),
        policy(Principal={"AWS": f"arn:aws:sts::{FRIEND}:assumed-role/app/session"}),
        policy(Principal={"Service": "rds.amazonaws.com", "Federated": ["accounts.example.com"]}),
        policy(Principal={"Service": ["*", "logs.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn", "s3.amazonaws.eu"]}),
        policy(Principal=ABSENT, NotPrincipal={"AWS": FRIEND}, Effect="Deny"),
        policy(Action="*"),
        policy(Action="*:*"),
        policy(Action=["SecretsManager:get*", "secretsmanager:?etSecretValue"]),
        policy(Action=ABSENT, NotAction="secretsmanager:DeleteSecret"),
        policy(Resource=[SECRET, "arn:aws:secretsmanager:*"]),
        policy(Resource=ABSENT, NotResource=SECRET),
        policy(Condition={}),
        policy(
            Condition={
                "StringEquals": {"aws:PrincipalAccount": [FRIEND, 7]},
                "Bool": {"aws:SecureTransport": True},
            }
        ),
        policy(
            Condition={
                "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "a*"},
                "Null": {"aws:SourceVpc": "true"},
            }
        ),
        policy(
            Condition={
                "NumericLessThanEquals": {"aws:MultiFactorAuthAge": 60},
                "NotIpAddress": {"aws:SourceIp": "::/0"},
            }
        ),
    ],
)
def test_well_formed(document):
    """What the grammar of IAM allows for a secret can be read."""
    assert read(document)


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        '{"Statement": []}',
        '{"Statement": null}',
        '{"Statement": ["x"]}',
        json.dumps({"Version": "2013-01-01", "Statement": statement()}),
        json.dumps({"Version": ["2012-10-17"], "Statement": statement()}),
        json.dumps({"Id": 1, "Statement": statement()}),
        json.dumps({"Statements": [], "Statement": statement()}),
        policy(statement(), statement(Efect="Deny")),
        policy(statement(Sid="a"), statement(Sid="a")),
        policy(Sid=1),
        policy(Effect=ABSENT),
        policy(Effect="allow"),
        policy(Effect=["Allow"]),
        policy(Principal=ABSENT),
        policy(NotPrincipal="*"),
        policy(Action=ABSENT),
        policy(NotAction=READ),
        policy(Resource=ABSENT),
        policy(NotResource=SECRET),
        policy(Principal=FRIEND),
        policy(Principal={}),
        policy(Principal={"AWS": []}),
        policy(Principal={"Service": [""]}),
        policy(Principal={"AWS:x": FRIEND}),
        policy(Action=[]),
        policy(Action=[READ, ""]),
        policy(Action=[READ, 1]),
        policy(Action="GetSecretValue"),
        policy(Action=[READ, "s3:GetObject"]),
        policy(Action=f"{READ} now"),
        policy(Action="secrets*:GetSecretValue"),
        policy(Resource="app/db"),
        policy(Condition=[]),
        policy(Condition={"StringEqual": {"aws:SourceVpc": "v"}}),
        policy(Condition={"NullIfExists": {"aws:SourceVpc": "true"}}),
        policy(Condition={"StringEquals": "v"}),
        policy(Condition={"StringEquals": {"SourceVpc": "v"}}),
        policy(Condition={"StringEquals": {"aws:SourceVpc": None}}),
        policy(Condition={"StringEquals": {"aws:SourceVpc": [["v"]]}}),
        policy(statement(), statement(Principal={"AWS": "nobody"}, Action="s3:GetObject")),
    ],
)
def test_malformed(document):
    """JSON that is no policy of a secret is a syntax error, whatever else is wrong with it."""
    with pytest.raises(MalformedPolicy) as caught:
        read(document)
    assert str(caught.value) == SYNTAX
    assert not isinstance(caught.value, NoJson)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        pytest.param("[" * 20_000, id="nested too deep"),
        pytest.param("1" * 5_000, id="a long number"),
        "[]",
        '"Statement"',
        '{"Statement": NaN}',
        '{"Statement": -Infinity}',
    ],
)
def test_no_json(document):
    """A document that is no JSON object is a syntax error, and told apart from one that is."""
    with pytest.raises(NoJson) as caught:
        read(document)
    assert str(caught.value) == SYNTAX


@pytest.mark.parametrize(
    ("principal", "text"),
    [
        ({"User": FRIEND}, UNSUPPORTED_PRINCIPAL),
        ({"CanonicalUser": "79a59df900b949e5"}, UNSUPPORTED_PRINCIPAL),
        ({"AWS": FRIEND[:-1]}, UNSUPPORTED_PRINCIPAL),
        ({"AWS": [FRIEND, f"arn:aws:iam::{FRIEND}:role/*"]}, UNSUPPORTED_PRINCIPAL),
        ({"AWS": f"arn:aws:s3::{FRIEND}:root"}, UNSUPPORTED_PRINCIPAL),
        ({"Service": "lambda"}, INVALID_SERVICE_PRINCIPAL),
        ({"Service": ["rds.amazonaws.com", "*.amazonaws.com"]}, INVALID_SERVICE_PRINCIPAL),
        ({"Service": "rds.example.com"}, INVALID_SERVICE_PRINCIPAL),
    ],
)
@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
def test_principals_that_no_secret_knows(element, principal, text):
    """What cannot be a principal is refused with a text of its own, in Principal and in NotPrincipal."""
    with pytest.raises(MalformedPolicy) as caught:
        read(policy(statement(), statement(**{"Principal": ABSENT, element: principal})))
    assert str(caught.value) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["*", "Allow", READ, SECRET, FRIEND, ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["AWS", "Service", "StringEquals", "aws:SourceVpc", "Bool"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
ELEMENTS = st.sampled_from(["Sid", "Effect", "Principal", "Action", "Resource", "Condition", "NotAction", "Other"])


@given(st.dictionaries(ELEMENTS, JSON, max_size=4))
def test_any_json_is_accepted_or_called_malformed(elements):
    """Whatever stands in a statement, it is accepted and can be judged, or it is a MalformedPolicy."""
    document = policy(**elements)
    try:
        read(document)
    except MalformedPolicy:
        return
    is_public(document)
    locks_out(document, account=OWNER)
    admits(document)


@pytest.mark.parametrize(
    "judge",
    [is_public, lambda document: locks_out(document, account=OWNER), admits],
    ids=["public", "lockout", "allows"],
)
def test_no_judgement_of_a_malformed_policy(judge):
    """A malformed policy is never judged by the half of it that can be read."""
    with pytest.raises(MalformedPolicy):
        judge(policy(statement(), statement(Effect="Maybe")))


# How AWS writes a policy


@pytest.mark.parametrize(
    ("put", "written"),
    [
        ("{}", "{ }"),
        ('{"a":[]}', '{\n  "a" : [ ]\n}'),
        ('{"b":1,"a":{}}', '{\n  "b" : 1,\n  "a" : { }\n}'),
        ('{"a":["x","y"]}', '{\n  "a" : [ "x", "y" ]\n}'),
        ('{"a":[{"b":[{"c":"d"},{}]}]}', '{\n  "a" : [ {\n    "b" : [ {\n      "c" : "d"\n    }, { } ]\n  } ]\n}'),
        ('{"a":[["x"],[]]}', '{\n  "a" : [ [ "x" ], [ ] ]\n}'),
        ('{"a":[true,false,null,-1.50e2,12345678901234567890]}',
         '{\n  "a" : [ true, false, null, -1.50e2, 12345678901234567890 ]\n}'),
        ('{"\\u00e9":"\\"\\\\\\n/"}', '{\n  "\u00e9" : "\\"\\\\\\n/"\n}'),
        ('{"a":1,"a":2}', '{\n  "a" : 2\n}'),
    ],
)  # fmt: skip
def test_written_anew(put, written):
    """Members stand on lines of their own, the items of a list one behind the other, scalars as they were."""
    assert rewritten(put) == written
    assert rewritten(written) == written


@given(st.recursive(JSON, lambda inner: st.dictionaries(st.text(), inner | st.text()) | st.lists(inner)))
def test_written_anew_it_says_the_same(content):
    """Whatever the content, a text written anew says the same."""
    assume(not any(isinstance(one, float) and one - one != 0 for one in flattened(content)))
    assert json.loads(rewritten(json.dumps(content))) == content


def flattened(content):
    """Yield the scalars in some content."""
    if isinstance(content, (dict, list)):
        for inner in content.values() if isinstance(content, dict) else content:
            yield from flattened(inner)
    else:
        yield content


# Public access


@pytest.mark.parametrize(
    "elements",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": [FRIEND, "*"]}},
        {"Principal": {"Service": "*"}},
        {"Principal": ABSENT, "NotPrincipal": {"AWS": FRIEND}},
    ],
)
def test_public(elements):
    """A wildcard principal, or all principals but some, is broad access, in whichever statement."""
    assert is_public(policy(statement(), statement(Sid="Open", **elements)))


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"Principal": {"AWS": [f"arn:aws:iam::{FRIEND}:root"]}},
        {"Principal": {"Service": "rds.amazonaws.com"}},
        {"Principal": "*", "Effect": "Deny"},
    ],
)
def test_not_public(elements):
    """Named principals, and whatever a Deny says, give nobody broad access."""
    assert not is_public(policy(**elements))


@pytest.mark.parametrize(
    "condition",
    [
        only_if("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        only_if("StringEquals", "AWS:principalorgid", "o-a1b2c3d4e5"),
        only_if("StringEqualsIgnoreCase", "aws:SourceAccount", OWNER),
        only_if("StringLike", "aws:PrincipalAccount", OWNER, FRIEND),
        only_if("StringEquals", "aws:SourceVpc", "vpc-1"),
        only_if("StringEquals", "aws:SourceVpce", "vpce-1"),
        only_if("StringEquals", "aws:SourceOwner", OWNER),
        only_if("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"),
        only_if("StringEquals", "aws:UserId", "AIDAEXAMPLE"),
        only_if("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{FRIEND}:role/*"),
        only_if("ArnEquals", "aws:SourceArn", f"arn:aws:lambda:us-east-1:{OWNER}:function:f"),
        only_if("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/*"),
        only_if("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-a1b2c3d4e5/*"),
        only_if("IpAddress", "aws:SourceIp", "203.0.113.7", "10.1.2.3/8", "2001:db8::/32"),
        {
            **only_if("Bool", "aws:SecureTransport", "true"),
            **only_if("StringEquals", "aws:SourceVpc", "vpc-1"),
        },
    ],
    ids=json.dumps,
)
def test_a_condition_that_narrows(condition):
    """A wildcard principal tied to fixed values of a key that AWS counts is not public."""
    assert not is_public(policy(Principal="*", Condition=condition))


@pytest.mark.parametrize(
    "condition",
    [
        only_if("Bool", "aws:SecureTransport", "true"),
        only_if("StringEquals", "aws:UserAgent", "mine"),
        only_if("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        only_if("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        only_if("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        only_if("Null", "aws:SourceVpc", "false"),
        only_if("StringEquals", "aws:SourceVpc"),
        only_if("StringLike", "aws:SourceVpc", "vpc-*"),
        only_if("StringEquals", "aws:SourceVpc", "vpc-1", "vpc-?"),
        only_if("StringEquals", "aws:PrincipalAccount", "${aws:SourceAccount}"),
        only_if("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app"),
        only_if("ArnLike", "aws:SourceArn", "*"),
        only_if("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-ab12/"),
        only_if("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        only_if("IpAddress", "aws:SourceIp", "10.0.0.0/8", "128.0.0.0/7"),
        only_if("IpAddress", "aws:SourceIp", "2001::/31"),
        only_if("IpAddress", "aws:SourceIp", "here"),
        only_if("NotIpAddress", "aws:SourceIp", "203.0.113.7"),
    ],
    ids=json.dumps,
)
def test_a_condition_that_does_not_narrow(condition):
    """Other keys, negations, operators that hold without the key and wide values leave a policy public."""
    assert is_public(policy(Principal="*", Condition=condition))


# Lockout


@pytest.mark.parametrize(
    "elements",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": OWNER}},
        {"Principal": {"AWS": [FRIEND, f"arn:aws:iam::{OWNER}:root"]}},
        {"Principal": ABSENT, "NotPrincipal": {"AWS": FRIEND}},
        {"Principal": ABSENT, "NotPrincipal": {"Service": "rds.amazonaws.com"}},
        {"Principal": "*", "Action": "*"},
        {"Principal": "*", "Action": "secretsmanager:*Policy"},
        {"Principal": "*", "Action": ABSENT, "NotAction": READ},
        {"Principal": "*", "Condition": only_if("StringEquals", "aws:PrincipalAccount", OWNER)},
        {"Principal": "*", "Condition": only_if("StringNotEquals", "aws:PrincipalAccount", FRIEND)},
    ],
)
def test_lockout(elements):
    """A Deny of PutResourcePolicy that reaches the caller's whole account is found, in whichever statement."""
    shut = statement(**{"Effect": "Deny", "Action": PUT, **elements})
    assert locks_out(policy(statement(), shut), account=OWNER)


@pytest.mark.parametrize(
    "elements",
    [
        {"Principal": "*", "Effect": "Allow"},
        {"Principal": {"AWS": FRIEND}},
        {"Principal": {"AWS": f"arn:aws:iam::{OWNER}:role/intern"}},
        {"Principal": {"Service": "rds.amazonaws.com"}},
        {"Principal": ABSENT, "NotPrincipal": {"AWS": OWNER}},
        {"Principal": "*", "Action": READ},
        {"Principal": "*", "Action": ABSENT, "NotAction": "secretsmanager:Put*"},
        {"Principal": "*", "Resource": ABSENT, "NotResource": "*"},
        {"Principal": "*", "Condition": only_if("StringNotEquals", "aws:PrincipalAccount", OWNER)},
        {"Principal": "*", "Condition": only_if("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")},
    ],
)
def test_no_lockout(elements):
    """Others, single roles, other actions and conditions that fail or cannot be evaluated lock nobody out."""
    document = policy(**{"Effect": "Deny", "Action": PUT, **elements})
    assert not locks_out(document, account=OWNER)


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ({"Resource": SECRET}, True),
        ({"Resource": SECRET.replace("app/db", "other")}, False),
        ({"Resource": ABSENT, "NotResource": SECRET}, False),
        ({"Resource": ABSENT, "NotResource": SECRET.replace("app/db", "other")}, True),
    ],
)
def test_lockout_of_a_known_secret(elements, found):
    """With the secret's ARN at hand, Resource and NotResource are held against it."""
    document = policy(**{"Effect": "Deny", "Action": PUT, "Principal": "*", **elements})
    assert locks_out(document, account=OWNER, resource=SECRET) is found


# Whom a policy admits


def test_no_policy_admits_nobody():
    """Without a policy there is no way in from another account."""
    assert not admits(None)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": FRIEND},
        {"AWS": [OTHER, FRIEND]},
        {"AWS": f"arn:aws:iam::{FRIEND}:root"},
        {"AWS": f"arn:aws:iam::{FRIEND}:user/bob"},
        {"AWS": f"arn:aws:iam::{FRIEND}:role/path/app"},
        {"AWS": f"arn:aws:sts::{FRIEND}:assumed-role/app/session"},
    ],
    ids=json.dumps,
)
def test_principals_that_are_the_caller(principal):
    """Anybody, the account, each of its users, roles and sessions: to allow, to deny, and to be spared."""
    assert admits(policy(Principal=principal))
    assert not admits(policy(statement(Principal="*"), statement(Principal=principal, Effect="Deny")))
    spared = statement(Principal=ABSENT, NotPrincipal=principal, Effect="Deny")
    assert admits(policy(statement(), spared))


@pytest.mark.parametrize(
    "principal",
    [{"AWS": OTHER}, {"AWS": f"arn:aws:iam::{OTHER}:role/{FRIEND}"}, {"Service": "*"}, {"Federated": FRIEND}],
    ids=json.dumps,
)
def test_principals_that_are_not_the_caller(principal):
    """Other accounts, services and identity providers: no allowance, no denial, and no sparing."""
    assert not admits(policy(Principal=principal))
    assert admits(policy(statement(), statement(Principal=principal, Effect="Deny")))
    spared = statement(Principal=ABSENT, NotPrincipal=principal, Effect="Deny")
    assert not admits(policy(statement(), spared))


@pytest.mark.parametrize(
    ("elements", "admitted"),
    [
        ({"Action": READ}, True),
        ({"Action": READ.upper()}, True),
        ({"Action": "*"}, True),
        ({"Action": "*:*"}, True),
        ({"Action": "secretsmanager:Get*"}, True),
        ({"Action": "secretsmanager:GetSecretValu?"}, True),
        ({"Action": ["secretsmanager:DescribeSecret", READ]}, True),
        ({"Action": "secretsmanager:GetSecret"}, False),
        ({"Action": "secretsmanager:?GetSecretValue"}, False),
        ({"Action": ABSENT, "NotAction": "secretsmanager:Delete*"}, True),
        ({"Action": ABSENT, "NotAction": "secretsmanager:get*"}, False),
    ],
)
def test_actions(elements, admitted):
    """Actions ignore case and take * and ?; NotAction is about all the others."""
    assert admits(policy(**elements)) is admitted


@pytest.mark.parametrize(
    ("elements", "admitted"),
    [
        ({"Resource": SECRET}, True),
        ({"Resource": SECRET[:-6] + "??????"}, True),
        ({"Resource": f"arn:aws:secretsmanager:*:{OWNER}:secret:app/*"}, True),
        ({"Resource": ["arn:aws:secretsmanager:eu-west-1:*", "arn:*"]}, True),
        ({"Resource": SECRET.replace("app", "App")}, False),
        ({"Resource": SECRET[:-7]}, False),
        ({"Resource": SECRET.replace("app", "[a]pp")}, False),
        ({"Resource": ABSENT, "NotResource": SECRET + "x"}, True),
        ({"Resource": ABSENT, "NotResource": SECRET[:-6] + "*"}, False),
    ],
)
def test_resources(elements, admitted):
    """Resources keep case and take * and ?, and no other wildcard; NotResource is about all the others."""
    assert admits(policy(**elements)) is admitted


CONDITIONS = [
    (only_if("StringEquals", "aws:PrincipalAccount", OTHER, FRIEND), True),
    (only_if("StringEquals", "aws:principalaccount", FRIEND), True),
    ({"StringEquals": {"aws:PrincipalAccount": int(FRIEND)}}, True),
    (only_if("StringEquals", "aws:PrincipalAccount", OTHER), False),
    (only_if("StringNotEquals", "aws:PrincipalAccount", OTHER), True),
    (only_if("StringNotEquals", "aws:PrincipalAccount", FRIEND, OTHER), False),
    (only_if("StringEqualsIfExists", "aws:ResourceAccount", OWNER), True),
    (only_if("ForAnyValue:StringLike", "aws:RequestedRegion", "us-*"), True),
    (only_if("StringEqualsIgnoreCase", "aws:RequestedRegion", "US-EAST-1"), True),
    (only_if("StringNotEqualsIgnoreCase", "aws:RequestedRegion", "US-EAST-1"), False),
    (only_if("StringNotLike", "aws:RequestedRegion", "eu-*"), True),
    (only_if("StringEquals", "secretsmanager:SecretId", SECRET), True),
    (only_if("StringEquals", "secretsmanager:SecretId", SECRET[:-6] + "*"), False),
    (only_if("ArnLike", "secretsmanager:SecretId", SECRET[:-6] + "*"), True),
    (only_if("ArnEquals", "secretsmanager:SecretId", SECRET.replace("db", "[d]b")), False),
    (only_if("ArnEquals", "secretsmanager:SecretId", SECRET), True),
    (only_if("ArnNotLike", "secretsmanager:SecretId", SECRET), False),
    (only_if("Null", "aws:PrincipalAccount", "false"), True),
    ({"Null": {"aws:PrincipalAccount": True}}, False),
    ({"StringEquals": {"aws:PrincipalAccount": FRIEND, "aws:ResourceAccount": OTHER}}, False),
    ({"StringEquals": {"aws:PrincipalAccount": FRIEND}, "StringLike": {"aws:ResourceAccount": "1*"}}, True),
]
OPEN = [
    only_if("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    only_if("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    only_if("Null", "aws:SourceVpc", "true"),
    only_if("Bool", "aws:SecureTransport", "false"),
    only_if("NumericEquals", "aws:PrincipalAccount", FRIEND),
    only_if("StringEquals", "aws:PrincipalAccount", "${aws:ResourceAccount}"),
    only_if("StringNotEquals", "aws:PrincipalAccount", OTHER, "${aws:ResourceAccount}"),
    {"StringEquals": {"aws:PrincipalAccount": FRIEND, "aws:SourceVpc": "vpc-1"}},
]


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS, ids=json.dumps)
def test_conditions_on_what_is_known(condition, holds):
    """A condition that holds makes its Allow admit and its Deny deny; one that fails makes neither count."""
    assert admits(policy(Condition=condition)) is holds
    assert admits(policy(statement(), statement(Effect="Deny", Condition=condition))) is not holds


@pytest.mark.parametrize("condition", OPEN, ids=json.dumps)
def test_conditions_that_cannot_be_evaluated(condition):
    """An Allow that hangs on the unknown does not admit, and a Deny that does so does not deny."""
    assert not admits(policy(Condition=condition))
    assert admits(policy(statement(), statement(Effect="Deny", Condition=condition)))


EFFECTS = st.lists(st.tuples(st.sampled_from(["Allow", "Deny"]), st.sampled_from([FRIEND, OTHER])), min_size=1)


@given(EFFECTS)
def test_an_explicit_deny_wins_wherever_it_stands(effects):
    """The caller is in where some statement allows the caller and none denies, in whatever order."""
    document = policy(*(statement(Effect=effect, Principal={"AWS": account}) for effect, account in effects))
    mine = {effect for effect, account in effects if account == FRIEND}
    assert admits(document) is (mine == {"Allow"})


def test_many_wildcards_take_no_time():
    """A pattern of forty stars that just misses is refused at once: matching does not try every split."""
    document = policy(Resource=f"{SECRET}{'*a' * 40}b")
    assert not allows(document, account=FRIEND, action=READ, resource=SECRET + "a" * 60)
