"""Marks on several levels: the closest wins per name and region, and per setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conftest import reports_of

if TYPE_CHECKING:
    import pytest

    from .conftest import Run


SEEDS_OF_EVERY_LEVEL = """
import pytest

secret = pytest.mark.secret
pytestmark = [secret("a", "module"), secret("module", "x")]

def value(fake):
    return fake.secret("a").current.value

def names(fake):
    return sorted(secret.name for secret in fake.secrets())

def test_module(secretsmanager):
    assert value(secretsmanager) == "module"
    assert names(secretsmanager) == ["a", "module"]

@secret("a", "function")
@secret("function", "x")
@pytest.mark.parametrize("expected", [
    "function",
    pytest.param("parameter", marks=[secret("a", "parameter")]),
])
def test_function(secretsmanager, expected):
    assert value(secretsmanager) == expected
    assert names(secretsmanager) == ["a", "function", "module"]

@secret("a", "outer")
@secret("outer", "x")
class TestOuter:
    def test_outer(self, secretsmanager):
        assert value(secretsmanager) == "outer"

    class TestInner:
        def test_outer_reaches_in(self, secretsmanager):
            assert value(secretsmanager) == "outer"

    class TestMarked:
        pytestmark = secret("a", "inner")

        def test_inner(self, secretsmanager):
            assert value(secretsmanager) == "inner"
            assert names(secretsmanager) == ["a", "module", "outer"]

        @secret("a", "method")
        @pytest.mark.parametrize("expected", [
            pytest.param("parameter", marks=secret("a", "parameter")), "method",
        ])
        def test_method(self, secretsmanager, expected):
            assert value(secretsmanager) == expected
"""


def test_seeds_of_every_level(run: Run) -> None:
    """Parameter, function, class, outer class, module: the closest seed of a name wins, the others stay."""
    run(SEEDS_OF_EVERY_LEVEL).assert_outcomes(passed=8)


def test_inherited_marks(run: Run) -> None:
    """A derived class is closer than its base, and a base in the order of the method resolution."""
    run(
        """
        import pytest

        secret = pytest.mark.secret

        @secret("a", "base")
        @secret("base", "x")
        class Base:
            expected = "base"

            def test_it(self, secretsmanager):
                assert secretsmanager.secret("a").current.value == self.expected
                assert "base" in secretsmanager

        class TestPlain(Base): pass

        @secret("a", "derived")
        class TestDerived(Base):
            expected = "derived"

        class TestTwice(TestDerived):
            pytestmark = [secret("a", "twice")]
            expected = "twice"

            @secret("a", "method")
            def test_method(self, secretsmanager):
                assert secretsmanager.secret("a").current.value == "method"

        @secret("a", "mixin")
        class Mixin: pass

        class TestMixin(Mixin, Base):
            expected = "mixin"

        class TestMixinLast(Base, Mixin): pass
        """
    ).assert_outcomes(passed=6)


def test_levels_of_the_same_name(run: Run) -> None:
    """Classes that bear the same name are levels of their own."""
    run(
        """
        import pytest

        secret, settings = pytest.mark.secret, pytest.mark.secretsmanager

        class TestIt:
            pytestmark = [secret("a", "outer"), settings(region="eu-west-1")]

            class TestIt:
                pytestmark = [secret("a", "inner"), settings(region="eu-west-2")]

                def test_nested(self, secretsmanager):
                    assert secretsmanager.secret("a", "eu-west-2").current.value == "inner"

        class Shared:
            @secret("a", "base")
            class TestShared:
                expected = "base"

                def test_shared(self, secretsmanager):
                    assert secretsmanager.secret("a").current.value == self.expected

        @secret("a", "derived")
        class TestShared(Shared.TestShared):
            expected = "derived"
        """
    ).assert_outcomes(passed=2)


def test_one_mark_on_several_levels(run: Run) -> None:
    """The same mark may stand on a parameter, a function, a class and its base."""
    run(
        """
        import pytest

        shared = pytest.mark.secret("a", "x")
        settings = pytest.mark.secretsmanager(region="eu-west-1")

        @shared
        @settings
        class TestBase:
            @shared
            @settings
            @pytest.mark.parametrize("number", [pytest.param(1, marks=[shared, settings]), 2])
            def test_it(self, number, secretsmanager):
                assert [secret.region for secret in secretsmanager.secrets()] == ["eu-west-1"]

        @shared
        @settings
        class TestDerived(TestBase): pass
        """
    ).assert_outcomes(passed=4)


def test_closeness_is_per_region(run: Run) -> None:
    """A seed in another region replaces nothing; the default region written out is the same region."""
    run(
        """
        import pytest

        secret = pytest.mark.secret
        pytestmark = [secret("a", "module"), secret("a", "abroad", region="eu-west-1")]

        def values(fake):
            return {held.region: held.current.value for held in fake.secrets()}

        @pytest.mark.secret("a", "function", region="us-east-1")
        def test_written_out(secretsmanager):
            assert values(secretsmanager) == {"us-east-1": "function", "eu-west-1": "abroad"}

        @pytest.mark.secret("a", "function", region="eu-west-1")
        def test_abroad(secretsmanager):
            assert values(secretsmanager) == {"us-east-1": "module", "eu-west-1": "function"}

        @pytest.mark.secretsmanager(region="eu-west-2")
        @pytest.mark.secret("a", "third", region="us-east-1")
        def test_default_region_moved(secretsmanager):
            expected = {"us-east-1": "third", "eu-west-1": "abroad", "eu-west-2": "module"}
            assert values(secretsmanager) == expected
        """
    ).assert_outcomes(passed=3)


def test_marks_of_a_conftest(run: Run) -> None:
    """Marks that a conftest adds count on the level of the node that they are added to."""
    run(
        """
        import pytest

        def value(fake, name):
            return fake.secret(name).current.value

        def test_session(secretsmanager):
            assert value(secretsmanager, "a") == "session"
            assert value(secretsmanager, "added") == "item"

        @pytest.mark.secret("a", "function")
        def test_function(secretsmanager):
            assert value(secretsmanager, "a") == "function"

        class TestClass:
            pytestmark = pytest.mark.secret("added", "class")

            def test_class(self, secretsmanager):
                assert value(secretsmanager, "added") == "item"
        """,
        conftest="""
        import pytest

        def pytest_collection_modifyitems(items):
            items[0].session.add_marker(pytest.mark.secret("a", "session"))
            for item in items:
                item.add_marker(pytest.mark.secret("added", "item"))
        """,
    ).assert_outcomes(passed=3)


def test_marks_that_a_conftest_takes_away(run: Run) -> None:
    """A mark that a conftest has taken off a test or a class counts no more, the others do."""
    run(
        """
        import pytest

        secret = pytest.mark.secret
        pytestmark = secret("a", "module")

        @pytest.mark.parametrize("_", [pytest.param(1, marks=secret("a", "parameter"))])
        def test_parameter(_, secretsmanager):
            assert secretsmanager.secret("a").current.value == "module"

        @secret("a", "class")
        class TestClass:
            def test_class(self, secretsmanager):
                assert secretsmanager.secret("a").current.value == "module"
        """,
        conftest="""
        def pytest_collection_modifyitems(items):
            for item in items:
                for node in (item, item.parent):
                    kept = [mark for mark in node.own_markers if mark.args[1:] in (("module",), ())]
                    node.own_markers[:] = kept
        """,
    ).assert_outcomes(passed=2)


def test_settings_merge_by_closeness(run: Run) -> None:
    """Each setting comes from the closest mark that gives it, the ini option last."""
    run(
        """
        import pytest

        settings = pytest.mark.secretsmanager
        pytestmark = settings(region="eu-west-1", account_id="111111111111")

        def found(fake):
            return fake.region, fake.account_id, fake.seed("a").arn.split(":")[4]

        def test_module(secretsmanager):
            assert found(secretsmanager) == ("eu-west-1", "111111111111", "111111111111")

        @settings(region="eu-west-2")
        class TestClass:
            account = "111111111111"

            def test_class(self, secretsmanager):
                assert found(secretsmanager)[:2] == ("eu-west-2", self.account)

            @settings(account_id="222222222222")
            @settings(region="eu-west-3")
            @pytest.mark.parametrize("region", [
                "eu-west-3", pytest.param("eu-north-1", marks=settings(region="eu-north-1")),
            ])
            def test_method(self, secretsmanager, region):
                assert found(secretsmanager)[:2] == (region, "222222222222")

            @settings(region=None)
            def test_none(self, secretsmanager):
                assert secretsmanager.region == "us-east-1"

        class TestDerived(TestClass):
            pytestmark = settings(account_id="333333333333")
            account = "333333333333"
        """,
        ini="secretsmanager_region = ap-south-1\nsecretsmanager_account_id = 999999999999",
    ).assert_outcomes(passed=9)


TWICE_ON_ONE_LEVEL = """
import pytest

secret, settings = pytest.mark.secret, pytest.mark.secretsmanager

@secret("a", "one")
@secret("a", "two")
def test_function(): pass

@secret("a", "one")
@secret("a", "two", region="us-east-1")
def test_default_region(): pass

@settings(region="eu-west-1")
@secret("a", "one", region="eu-west-1")
@secret("a", "two")
def test_given_region(): pass

@secret("a", "closer")
@pytest.mark.parametrize("_", [pytest.param(1, marks=[secret("a", "one"), secret("a", "two")])])
def test_parameter(_): pass

@secret("a", "one")
@secret("a", "two")
class TestClass:
    @secret("a", "closer")
    def test_class(self): pass

class TestDerived(TestClass):
    @secret("a", "closer")
    def test_derived(self): pass

@settings(region="eu-west-1", account_id="111111111111")
@settings(region="eu-west-2")
def test_setting(): pass

@secret("a", "one")
@secret("b", "one")
@secret("a", "elsewhere", region="eu-west-1")
def test_good(): pass
"""


def test_twice_on_one_level(run: Run) -> None:
    """The same name and region, or the same setting, twice on one level is an error that names the level."""
    result = run(TWICE_ON_ONE_LEVEL)
    result.assert_outcomes(errors=8, passed=1)
    texts = {name: str(given[0].longrepr) for name, given in reports_of(result).items() if given[0].failed}
    levels = {
        "test_function": "(function)",
        "test_default_region": "for us-east-1",
        "test_given_region": "for eu-west-1",
        "test_parameter[1]": "(parameter)",
        "test_class": "(class TestClass)",
        "test_derived": "(class TestClass)",
        "test_setting": "sets region twice",
    }
    assert {name for name, level in levels.items() if level not in texts[name]} == set()
    assert all("twice on the same level" in text for text in texts.values())


def test_twice_on_the_module(run: Run) -> None:
    """A module that seeds a name twice is wrong for each of its tests."""
    result = run(
        """
        import pytest

        pytestmark = [pytest.mark.secret("a", "one"), pytest.mark.secret("a", "two")]

        @pytest.mark.secret("a", "closer")
        def test_one(): pass

        def test_two(): pass
        """
    )
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*twice on the same level (test_twice_on_the_module.py) for us-east-1*"])


def test_packages_in_between(run: Run, pytester: pytest.Pytester) -> None:
    """Packages and folders on the way to a module disturb nothing."""
    pytester.makepyfile(
        **{
            "package/__init__": "",
            "package/package/__init__": "",
            "package/package/test_deep": """
                import pytest

                pytestmark = pytest.mark.secret("a", "module")

                def test_it(secretsmanager):
                    assert secretsmanager.secret("a").current.value == "module"
            """,
        }
    )
    run().assert_outcomes(passed=1)
