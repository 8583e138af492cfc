"""`fake_secretsmanager`: a fresh fake for each use."""

from __future__ import annotations

import asyncio
import inspect
import unittest
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager, _active, fake_secretsmanager
from pytest_secretsdelete._service.settings import GivenSettings

from ..support import REGION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(autouse=True)
def _nothing_stays_active() -> Iterator[None]:
    yield
    assert _active.responders() == ()


def names() -> list[str]:
    """Return the names of the secrets of the active fake."""
    return [secret.name for secret in FakeSecretsManager.active().secrets()]


def test_a_function() -> None:
    """Each call has a fresh fake, with the settings; name, docstring and signature stay."""

    @fake_secretsmanager(region=REGION)
    def use(name: str, *, other: int = 3) -> int:
        """Use it."""
        assert names() == []
        assert FakeSecretsManager.active().seed(name, "x").region == REGION
        return other

    assert [use("a"), use("a", other=4)] == [3, 4]
    assert (use.__name__, use.__doc__) == ("use", "Use it.")
    assert list(inspect.signature(use).parameters) == ["name", "other"]


def test_without_parentheses() -> None:
    """The bare decorator means the default settings."""

    @fake_secretsmanager
    def use() -> list[str]:
        FakeSecretsManager.active().seed("a", "x")
        return names()

    assert use() == use() == ["a"]


def test_a_function_that_raises() -> None:
    """The fake stops also where the function raises."""

    @fake_secretsmanager()
    def use() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use()


def test_coroutine_functions() -> None:
    """The fake is active while the coroutine runs, not while it is made."""

    @fake_secretsmanager()
    async def use() -> list[str]:
        await asyncio.sleep(0)
        FakeSecretsManager.active().seed("a", "x")
        return names()

    assert inspect.iscoroutinefunction(use)
    coroutine = use()
    assert _active.responders() == ()
    assert asyncio.run(coroutine) == ["a"]


def test_generator_functions() -> None:
    """The fake is active from the first item to the last; what is sent and thrown in reaches the generator."""

    @contextmanager
    @fake_secretsmanager()
    def use() -> Iterator[FakeSecretsManager]:
        try:
            yield FakeSecretsManager.active()
        except ZeroDivisionError:
            FakeSecretsManager.active().seed("seen", "x")

    with use() as fake:
        assert FakeSecretsManager.active() is fake
        raise ZeroDivisionError
    assert [secret.name for secret in fake.secrets()] == ["seen"]


def test_asynchronous_generator_functions() -> None:
    """So it is with asynchronous ones, however they end."""
    seen: list[Any] = []

    @fake_secretsmanager()
    async def use() -> AsyncIterator[Any]:
        try:
            seen.append((yield FakeSecretsManager.active()))
            yield "second"
        except ZeroDivisionError:
            seen.append("thrown")
        finally:
            seen.append("end")

    async def story() -> None:
        assert [item async for item in use()][1:] == ["second"]
        generator: Any = use()
        assert await generator.__anext__() is FakeSecretsManager.active()
        assert await generator.asend("sent") == "second"
        await generator.aclose()
        assert _active.responders() == ()
        with pytest.raises(KeyError):
            async with asynccontextmanager(use)():
                raise KeyError
        async with asynccontextmanager(use)():
            raise ZeroDivisionError

    asyncio.run(story())
    assert seen == [None, "end", "sent", "end", "end", "thrown", "end"]


def test_context_managers() -> None:
    """Each `with` and `async with` has a fresh fake, also of one object, and inside itself."""
    use = fake_secretsmanager(region=REGION)
    with use as fake:
        fake.seed("a", "x")
        with use as inner:
            assert names() == []
            assert FakeSecretsManager.active() is inner
        assert names() == ["a"]

    async def story() -> None:
        async with use as fake:
            assert FakeSecretsManager.active() is fake
            assert fake.region == REGION
            assert names() == []

    asyncio.run(story())


def test_wrong_uses() -> None:
    """Settings that are not legal, and what cannot be decorated, are errors at once."""
    with pytest.raises(ValueError, match="account_id='1' is not an AWS account id"):
        fake_secretsmanager(account_id="1")
    with pytest.raises(TypeError, match="decorates functions and classes, not str"):
        fake_secretsmanager("eu-west-1")  # type: ignore[type-var]
    with pytest.raises(TypeError, match="Plain has no tests"):

        @fake_secretsmanager()
        class Plain:
            def method(self) -> None: ...


def test_the_settings_are_the_constructors() -> None:
    """The settings that are passed on are those that a fake takes."""
    assert GivenSettings.__annotations__.keys() == inspect.signature(FakeSecretsManager).parameters.keys()


class Story:
    """Tests that count on what the class has put in, and leave more behind."""

    ran: list[str]

    def check(self, name: str) -> None:
        assert names() == ["class", "test"]
        FakeSecretsManager.active().seed(name, "x")
        FakeSecretsManager.active().client().delete_secret(SecretId="class")
        self.ran.append(name)


def run(tests: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(tests).run(result)
    return result


def test_a_class_of_unittest() -> None:
    """setUpClass is covered; each test, with setUp and tearDown, finds what that has left, and nothing else."""

    @fake_secretsmanager(region=REGION)
    class Tests(Story, unittest.TestCase):
        ran: list[str] = []

        @classmethod
        def setUpClass(cls) -> None:
            assert FakeSecretsManager.active().region == REGION
            FakeSecretsManager.active().seed("class", "x")

        @classmethod
        def tearDownClass(cls) -> None:
            assert names() == ["class"]
            cls.ran.append("end")

        def setUp(self) -> None:
            FakeSecretsManager.active().seed("test", "x")
            self.addCleanup(lambda: self.ran.append(f"{len(names())} there"))

        def tearDown(self) -> None:
            assert len(names()) == 3

        def test_one(self) -> None:
            self.check("one")

        def test_two(self) -> None:
            self.check("two")

    result = run(Tests)
    assert result.errors == result.failures == []
    assert Tests.ran == ["one", "3 there", "two", "3 there", "end"]


def test_an_asynchronous_class_of_unittest() -> None:
    """IsolatedAsyncioTestCase is covered the same way."""

    @fake_secretsmanager
    class Tests(Story, unittest.IsolatedAsyncioTestCase):
        ran: list[str] = []

        @classmethod
        def setUpClass(cls) -> None:
            FakeSecretsManager.active().seed("class", "x")

        async def asyncSetUp(self) -> None:
            FakeSecretsManager.active().seed("test", "x")

        async def test_one(self) -> None:
            self.check("one")

        async def test_two(self) -> None:
            self.check("two")

    result = run(Tests)
    assert result.errors == result.failures == []
    assert Tests.ran == ["one", "two"]


def test_setting_up_a_class_fails() -> None:
    """The class's fake stops where setUpClass raises."""

    @fake_secretsmanager()
    class Tests(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None:
            raise ZeroDivisionError

        def test_it(self) -> None: ...

    assert len(run(Tests).errors) == 1


def test_derived_classes() -> None:
    """A derived class is covered, decorated again or not, and also where it does not call super()."""

    @fake_secretsmanager(region=REGION)
    class Base(unittest.TestCase):
        def test_base(self) -> None:
            assert names() == []
            FakeSecretsManager.active().seed("a", "x")

        test_again = test_base

    class Silent(Base):
        @classmethod
        def setUpClass(cls) -> None: ...

        def test_own(self) -> None:
            assert FakeSecretsManager.active().region == REGION

    @fake_secretsmanager(region="ap-south-1")
    class Decorated(Base):
        def test_own(self) -> None:
            assert len(_active.responders()) == 1
            assert FakeSecretsManager.active().region == "ap-south-1"

    for tests in (Base, Silent, Decorated):
        result = run(tests)
        assert result.errors == result.failures == []
        assert result.testsRun >= 2


def test_debugging() -> None:
    """TestCase.debug, which debuggers use, runs under the fake as well."""

    @fake_secretsmanager()
    class Tests(unittest.TestCase):
        def test_it(self) -> None:
            assert names() == []

    Tests("test_it").debug()
