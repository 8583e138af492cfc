"""`fake_secretsmanager` in a project that runs pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run

HEAD = """
import unittest
import boto3
import pytest
from pytest_secretsdelete import FakeSecretsManager, fake_secretsmanager

def names():
    return [secret.name for secret in FakeSecretsManager.active().secrets()]

"""


def test_functions(run: Run) -> None:
    """Fixtures and parameters are still injected; markers and ids stay."""
    result = run(
        HEAD
        + """
@pytest.fixture
@fake_secretsmanager(region="ap-south-1")
def filled():
    FakeSecretsManager.active().seed("a", "x")
    yield FakeSecretsManager.active()

@pytest.mark.parametrize("name", ["a", "b"])
@fake_secretsmanager()
def test_it(name, tmp_path):
    assert tmp_path.is_dir()
    boto3.client("secretsmanager").create_secret(Name="x", SecretString=name)

@fake_secretsmanager
@pytest.mark.parametrize("name", ["a", "b"])
def test_other_way_round(name):
    boto3.client("secretsmanager").create_secret(Name="x", SecretString=name)

def test_a_fixture(filled, secretsmanager):
    assert secretsmanager is filled
    assert names() == ["a"]
"""
    )
    result.assert_outcomes(passed=5)


PYTEST_CLASS = """
@fake_secretsmanager(region="eu-west-1")
class TestIt:
    ended = []

    {class_method}
    def setup_class(cls):
        FakeSecretsManager.active().seed("class", "x")

    {class_method}
    def teardown_class(cls):
        assert names() == ["class"]

    def setup_method(self{method}):
        FakeSecretsManager.active().seed("test", "x")

    def teardown_method(self{method}):
        assert "new" in FakeSecretsManager.active()

    @pytest.mark.parametrize("turn", range(2))
    def test_it(self, turn, tmp_path):
        assert FakeSecretsManager.active().region == "eu-west-1"
        assert names() == ["class", "test"]
        boto3.client("secretsmanager").create_secret(Name="new", SecretString="x")

    @pytest.mark.secret("marked", "x")
    def test_joined(self, secretsmanager):
        assert secretsmanager is FakeSecretsManager.active()
        assert names() == ["class", "marked", "test"]
        secretsmanager.seed("new", "x")

class TestDerived(TestIt):
    def test_own(self):
        assert names() == ["class", "test"]
        FakeSecretsManager.active().seed("new", "x")

@fake_secretsmanager(region="eu-west-1")
class TestAgain(TestIt): pass

def test_afterwards():
    with pytest.raises(RuntimeError):
        FakeSecretsManager.active()
"""


@pytest.mark.parametrize(
    ("class_method", "method"), [("@classmethod", ""), ("@classmethod", ", method"), ("", ", method")]
)
def test_classes_of_pytest(run: Run, class_method: str, method: str) -> None:
    """Each test finds what setup_class has put in; setup_method and teardown_method are inside what is undone."""
    result = run(HEAD + PYTEST_CLASS.format(class_method=class_method, method=method))
    result.assert_outcomes(passed=11)


def test_classes_without_hooks(run: Run) -> None:
    """A class needs none of the hooks."""
    result = run(
        HEAD
        + """
@fake_secretsmanager()
class TestIt:
    def test_it(self):
        assert names() == []
        FakeSecretsManager.active().seed("a", "x")

    test_again = test_it
"""
    )
    result.assert_outcomes(passed=2)


CLASSES_INSIDE_CLASSES = """
class Other:
    test_of_nothing = None

@fake_secretsmanager(region="eu-west-1")
class TestOuter:
    other = Other

    def setup_class(cls):
        FakeSecretsManager.active().seed("outer", "x")

    class TestPlain:
        def test_it(self):
            assert FakeSecretsManager.active().region == "eu-west-1"
            assert names() == ["outer"]
            FakeSecretsManager.active().seed("a", "x")

        test_again = test_it

        class TestDeep:
            def setup_method(self):
                FakeSecretsManager.active().seed("deep", "x")

            def test_it(self):
                assert names() == ["outer", "deep"]

            test_again = test_it

    class TestHooks:
        def teardown_method(self):
            FakeSecretsManager.active().seed("torn-down", "x")

        def test_it(self):
            assert names() == ["outer"]

        test_again = test_it

    def test_it(self):
        assert names() == ["outer"]
        FakeSecretsManager.active().seed("a", "x")

    test_again = test_it

def test_others_are_left_alone():
    assert set(vars(Other)) & {"setup_method", "teardown_method"} == set()

@fake_secretsmanager
class TestWithoutTestsOfItsOwn:
    class TestInside:
        def test_it(self):
            assert names() == []
"""


def test_classes_inside_classes(run: Run) -> None:
    """They are covered as the class around them is; each hook is called once for a test, whoever looks it up."""
    run(HEAD + CLASSES_INSIDE_CLASSES).assert_outcomes(passed=10)


def test_hooks_that_raise(run: Run) -> None:
    """A hook that raises leaves no fake behind."""
    result = run(
        HEAD
        + """
@fake_secretsmanager()
class TestClass:
    def setup_class(cls):
        raise ZeroDivisionError

    def test_it(self): pass

@fake_secretsmanager()
class TestMethod:
    def setup_method(self):
        raise ZeroDivisionError

    def test_it(self): pass

@fake_secretsmanager()
class TestEnd:
    def teardown_method(self):
        raise ZeroDivisionError

    def test_it(self): pass

    def teardown_class(self):
        raise ZeroDivisionError

def test_afterwards():
    with pytest.raises(RuntimeError):
        FakeSecretsManager.active()
"""
    )
    result.assert_outcomes(passed=2, errors=3)


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_classes_of_unittest(run: Run, arguments: tuple[str, ...]) -> None:
    """pytest runs a decorated class as unittest does; a marker on it joins the fake of the class."""
    if arguments:
        pytest.importorskip("xdist")
    result = run(
        HEAD
        + """
@pytest.mark.secret("marked", "x")
@fake_secretsmanager()
class TestIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        FakeSecretsManager.active().seed("class", "x")

    def setUp(self):
        FakeSecretsManager.active().seed("test", "x")

    def test_it(self):
        assert names() == ["class", "marked", "test"]

    test_again = test_it

@fake_secretsmanager()
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        assert names() == []

@fake_secretsmanager()
class TestBroken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise ZeroDivisionError

    def test_it(self): pass

def test_afterwards():
    with pytest.raises(RuntimeError):
        FakeSecretsManager.active()
""",
        *arguments,
        apart=bool(arguments),
    )
    result.assert_outcomes(passed=4, errors=1)
