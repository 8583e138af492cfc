"""Suites as users of moto write them; what activates the mock is left open.

`{imports}`, `{decorate}` (with `{decorate_with_parentheses}`), `{block}` and `{start}` stand for the lines that differ
between moto and the fake. All else, the code under test first of all, is the same for both.
"""

from __future__ import annotations

CODE = '''
import os
import unittest
import boto3
import pytest
from botocore.exceptions import ClientError
{imports}

def client():
    return boto3.client("secretsmanager", region_name="us-east-1")

def rotate(name, value):
    """The code under test."""
    client().put_secret_value(SecretId=name, SecretString=value)
    return client().get_secret_value(SecretId=name)["SecretString"]

def remove(name):
    """The code under test: whether there was such a secret."""
    try:
        client().delete_secret(SecretId=name, RecoveryWindowInDays=7)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True

'''
FUNCTION = """
{decorate}
def test_rotate():
    client().create_secret(Name="db", SecretString="old")
    assert rotate("db", "new") == "new"

{decorate_with_parentheses}
def test_nothing_is_left():
    assert remove("db") is False

@pytest.mark.parametrize("name", ["a", "b/c"])
{decorate}
def test_parameters(name, tmp_path):
    client().create_secret(Name=name, SecretBinary=b"x")
    assert remove(name) is True
    assert tmp_path.is_dir()
"""
PYTEST_CLASS = """
{decorate}
class TestIt:
    def setup_method(self, method):
        client().create_secret(Name="db", SecretString="old")

    def test_rotate(self):
        assert rotate("db", "new") == "new"

    def test_as_set_up(self):
        assert client().get_secret_value(SecretId="db")["SecretString"] == "old"
"""
UNITTEST_CLASS = """
{decorate}
class TestIt(unittest.TestCase):
    def setUp(self):
        self.client = client()
        self.client.create_secret(Name="db", SecretString="old")

    def test_rotate(self):
        assert rotate("db", "new") == "new"

    def test_as_set_up(self):
        assert self.client.get_secret_value(SecretId="db")["SecretString"] == "old"

    def test_list(self):
        assert [one["Name"] for one in self.client.list_secrets()["SecretList"]] == ["db"]
"""
SET_UP = """
class TestIt(unittest.TestCase):
    def setUp(self):
        self.mock = {start}
        self.mock.start()
        self.addCleanup(self.mock.stop)
        client().create_secret(Name="db", SecretString="old")

    def test_rotate(self):
        assert rotate("db", "new") == "new"

    def test_remove(self):
        assert remove("db") is True
        assert remove("other") is False
"""
SET_UP_CLASS = """
class TestIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mock = {start}
        cls.mock.start()
        client().create_secret(Name="db", SecretString="old")

    @classmethod
    def tearDownClass(cls):
        cls.mock.stop()

    def test_read(self):
        assert client().get_secret_value(SecretId="db")["SecretString"] == "old"

    def test_versions(self):
        assert len(client().list_secret_version_ids(SecretId="db")["Versions"]) == 1
"""
FIXTURE = """
@pytest.fixture
def aws_credentials(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

@pytest.fixture
def secretsmanager_of_mine(aws_credentials):
    {block}
        yield boto3.client("secretsmanager")

@pytest.fixture
def db(secretsmanager_of_mine):
    secretsmanager_of_mine.create_secret(Name="db", SecretString="old", Tags=[{{"Key": "team", "Value": "data"}}])

def test_rotate(db):
    assert rotate("db", "new") == "new"

def test_tags(db, secretsmanager_of_mine):
    assert secretsmanager_of_mine.describe_secret(SecretId="db")["Tags"] == [{{"Key": "team", "Value": "data"}}]

def test_empty(secretsmanager_of_mine):
    assert secretsmanager_of_mine.list_secrets()["SecretList"] == []
    with pytest.raises(secretsmanager_of_mine.exceptions.ResourceNotFoundException):
        secretsmanager_of_mine.get_secret_value(SecretId="db")
"""
SESSION = """
@pytest.fixture(scope="session")
def aws_credentials():
    before = dict(os.environ)
    os.environ |= {{"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}}
    yield
    os.environ.clear()
    os.environ |= before

@pytest.fixture(scope="session", autouse=True)
def mocked(aws_credentials):
    {block}
        client().create_secret(Name="shared", SecretString="x")
        yield

@pytest.fixture
def own(request):
    client().create_secret(Name=request.node.name, SecretString="old")
    return request.node.name

def test_one(own):
    assert rotate(own, "new") == "new"

def test_two(own):
    assert rotate(own, "new") == "new"

def test_shared():
    assert client().get_secret_value(SecretId="shared")["SecretString"] == "x"
"""
CLIENT_AT_IMPORT = """
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
CLIENT = boto3.client("secretsmanager")

@pytest.fixture(autouse=True)
def mocked():
    {block}
        yield

def test_early_client():
    CLIENT.create_secret(Name="db", SecretString="old")
    assert rotate("db", "new") == "new"

def test_again():
    assert CLIENT.list_secrets()["SecretList"] == []

@pytest.fixture(scope="module", autouse=True)
def put_back():
    yield
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name, None)
"""
COROUTINE = """
import asyncio

{decorate}
def test_in_a_loop():
    async def story():
        client().create_secret(Name="db", SecretString="old")
        return await asyncio.to_thread(rotate, "db", "new")

    assert asyncio.run(story()) == "new"
"""
#: The suites by what they show, with the number of tests that pass.
SUITES = {
    "decorator on functions": (FUNCTION, 4),
    "decorator on a class of pytest": (PYTEST_CLASS, 2),
    "decorator on a class of unittest": (UNITTEST_CLASS, 3),
    "start in setUp": (SET_UP, 2),
    "start in setUpClass": (SET_UP_CLASS, 2),
    "block in a fixture, with aws_credentials": (FIXTURE, 3),
    "block in a fixture of the session": (SESSION, 3),
    "client at import": (CLIENT_AT_IMPORT, 2),
    "threads of an event loop": (COROUTINE, 1),
}
#: The lines that differ.
MOTO = {
    "imports": "from moto import mock_aws",
    "decorate": "@mock_aws",
    "decorate_with_parentheses": "@mock_aws()",
    "block": "with mock_aws():",
    "start": "mock_aws()",
}
FAKE = {
    "imports": "from pytest_secretsdelete import FakeSecretsManager, fake_secretsmanager",
    "decorate": "@fake_secretsmanager",
    "decorate_with_parentheses": "@fake_secretsmanager()",
    "block": "with fake_secretsmanager():",
    "start": "FakeSecretsManager()",
}
#: Services of moto's beside the fake's secrets, as code under test uses them together.
BESIDE = '''
import json
import boto3
import pytest
from moto import mock_aws
from pytest_secretsdelete import FakeSecretsManager, fake_secretsmanager

REGION = "us-east-1"

def copy_to(service, name):
    """The code under test: put a secret's value somewhere else."""
    value = boto3.client("secretsmanager", region_name=REGION).get_secret_value(SecretId=name)["SecretString"]
    if service == "s3":
        bucket = boto3.client("s3", region_name=REGION)
        bucket.create_bucket(Bucket="copies")
        bucket.put_object(Bucket="copies", Key=name, Body=value.encode())
        return bucket.get_object(Bucket="copies", Key=name)["Body"].read().decode()
    if service == "ssm":
        parameters = boto3.client("ssm", region_name=REGION)
        parameters.put_parameter(Name=name, Value=value, Type="SecureString")
        return parameters.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    if service == "sts":
        assert boto3.client("sts", region_name=REGION).get_caller_identity()["Account"] == "123456789012"
        return value
    if service == "rds":
        databases = boto3.client("rds", region_name=REGION)
        databases.create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t3.micro", Engine="mysql", AllocatedStorage=20,
            MasterUsername="admin", MasterUserPassword=value,
        )
        assert databases.describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"] == name
        return value
    function = boto3.client("lambda", region_name=REGION)
    role = boto3.client("iam", region_name=REGION).create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    function.create_function(
        FunctionName=name, Runtime="python3.11", Role=role, Handler="a.b", Code={"ZipFile": b"x"},
        Environment={"Variables": {"VALUE": value}},
    )
    return function.get_function_configuration(FunctionName=name)["Environment"]["Variables"]["VALUE"]

SERVICES = pytest.mark.parametrize("service", SERVICE_NAMES)

def check(service, fake):
    fake.seed("db", "hunter2")
    assert copy_to(service, "db") == "hunter2"
    assert [call.operation for call in fake.calls] == ["GetSecretValue"]

@SERVICES
@mock_aws
@fake_secretsmanager()
def test_fake_inside(service):
    check(service, FakeSecretsManager.active())

@SERVICES
@fake_secretsmanager()
@mock_aws
def test_moto_inside(service):
    check(service, FakeSecretsManager.active())

@SERVICES
@mock_aws
def test_fixture(service, secretsmanager):
    check(service, secretsmanager)

@SERVICES
def test_block(service, secretsmanager):
    with mock_aws():
        check(service, secretsmanager)
'''
