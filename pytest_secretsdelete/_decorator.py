"""fake_secretsmanager: a fake for each use, as a decorator of functions and classes, and as a context manager."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from ._fake import FakeSecretsManager

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator
    from types import TracebackType

    from typing_extensions import Unpack

    from ._service.settings import GivenSettings

Target = TypeVar("Target", bound="Callable[..., Any]")


class FakeUse:
    """Makes a fake, active as long as the decorated function runs, or as the block does."""

    def __init__(self, settings: GivenSettings) -> None:
        FakeSecretsManager(**settings)  # what is not legal is said here, not by each test
        self._settings = settings
        self._entered: list[FakeSecretsManager] = []

    def __call__(self, target: Target, /) -> Target:
        """Decorate a function, a coroutine function, a generator function, or a class of tests."""
        if inspect.isclass(target):
            from ._test_classes import cover

            cover(target, self.fake)
            return target
        if not callable(target):
            raise TypeError(f"fake_secretsmanager decorates functions and classes, not {type(target).__name__}.")
        return cast(Target, _wrapped(target, self.fake))

    def fake(self) -> FakeSecretsManager:
        """Return a new fake with the settings."""
        return FakeSecretsManager(**self._settings)

    def __enter__(self) -> FakeSecretsManager:
        self._entered.append(self.fake().start())
        return self._entered[-1]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._entered.pop().stop()

    async def __aenter__(self) -> FakeSecretsManager:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


@overload
def fake_secretsmanager(target: Target, /) -> Target: ...
@overload
def fake_secretsmanager(**settings: Unpack[GivenSettings]) -> FakeUse: ...
def fake_secretsmanager(target: Any = None, /, **settings: Unpack[GivenSettings]) -> Any:
    """Make a fresh fake for each use, with settings as those of `FakeSecretsManager`.

    As a decorator, with or without parentheses, of functions, coroutine functions, generator functions and classes of
    tests: the fake is active while the function runs; `FakeSecretsManager.active()` returns it. Of a class, each test
    has a fake of its own, which holds what `setUpClass` or `setup_class` has put in. As a context manager, `with` or
    `async with`, it gives the fake. ValueError for settings that are not legal, TypeError for what cannot be decorated.
    """
    use = FakeUse(settings)
    return use if target is None else use(target)


def _wrapped(function: Callable[..., Any], fake: Callable[[], FakeSecretsManager]) -> Callable[..., Any]:
    """Return a function that runs under a fake of its own, of the same kind as the one given."""
    if inspect.iscoroutinefunction(function):
        return _coroutine_function(function, fake)
    if inspect.isasyncgenfunction(function):
        return _async_generator_function(function, fake)
    if inspect.isgeneratorfunction(function):
        return _generator_function(function, fake)

    @functools.wraps(function)
    def under_a_fake(*args: Any, **kwargs: Any) -> Any:
        with fake():
            return function(*args, **kwargs)

    return under_a_fake


def _coroutine_function(function: Callable[..., Any], fake: Callable[[], FakeSecretsManager]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def under_a_fake(*args: Any, **kwargs: Any) -> Any:
        with fake():
            return await function(*args, **kwargs)

    return under_a_fake


def _generator_function(function: Callable[..., Any], fake: Callable[[], FakeSecretsManager]) -> Callable[..., Any]:
    @functools.wraps(function)
    def under_a_fake(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with fake():
            return (yield from function(*args, **kwargs))

    return under_a_fake


def _async_generator_function(
    function: Callable[..., Any], fake: Callable[[], FakeSecretsManager]
) -> Callable[..., Any]:
    @functools.wraps(function)
    async def under_a_fake(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with fake():
            generator = function(*args, **kwargs)
            step = generator.__anext__()
            while True:
                try:
                    item = await step
                except StopAsyncIteration:
                    return
                try:
                    sent = yield item
                except GeneratorExit:
                    await generator.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - the generator is to see what is thrown into it
                    step = generator.athrow(error)
                else:
                    step = generator.asend(sent)

    return under_a_fake
