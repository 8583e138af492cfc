"""fake_secretsmanager: a fake for each use, as a decorator of functions and classes, and as a context manager.

A class of tests has one fake, and what each test does in it is undone. A class of unittest is covered where unittest
itself begins and ends a test, so that setUp, tearDown and clean-ups are inside; a class of pytest is covered at its
setup_class, setup_method and the methods that match them.
"""

from __future__ import annotations

import functools
import inspect
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload
from unittest import TestCase

from ._fake import FakeSecretsManager
from ._service.docs import read_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from types import TracebackType

    from typing_extensions import Unpack

    from ._service.settings import GivenSettings

    Make = Callable[[], FakeSecretsManager]

Target = TypeVar("Target", bound="Callable[..., Any]")

#: The attribute of a class, and of an instance, that holds what covers it.
_COVER = "_fake_secretsmanager"
#: The attribute of an instance that holds what ends its test.
_STACKS = "_fake_secretsmanager_stacks"
#: The methods that pytest calls at the beginning and the end of a class, and of each of its tests.
_CLASS_HOOKS = ("setup_class", "teardown_class")
_METHOD_HOOKS = ("setup_method", "teardown_method")


class FakeUse:
    """Makes a fake, active as long as the decorated function runs, or as the block does."""

    def __init__(self, settings: GivenSettings) -> None:
        FakeSecretsManager(**settings)  # what is not legal is said here, not by each test
        self._settings = settings
        self._entered: list[FakeSecretsManager] = []

    def __call__(self, target: Target, /) -> Target:
        """Decorate a function, a coroutine function, a generator function, or a class of tests."""
        if inspect.isclass(target):
            _cover(target, self.fake)
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
    """Make a fresh fake for each use, with the settings of `FakeSecretsManager`.

    As a decorator, with or without parentheses, of functions, coroutine functions, generator functions and classes of
    tests: the fake is active while the function runs; `FakeSecretsManager.active` returns it. A decorated function is
    given nothing, so its parameters stay pytest's. Of a class, each test finds what `setUpClass` or `setup_class` has
    put in, and what it does is undone. As a context manager, `with` or `async with`, it gives the fake.

    Returns:
        The decorated function or class; without one, an object that is a decorator and a context manager.

    Raises:
        ValueError: A setting is not legal.
        TypeError: What is decorated is no function, and no class of tests.
    """
    use = FakeUse(settings)
    return use if target is None else use(target)


def _wrapped(function: Callable[..., Any], fake: Make) -> Callable[..., Any]:
    """Return a function that runs under a fake of its own, of the same kind as the one given."""
    if inspect.iscoroutinefunction(function):
        return _coroutine_function(function, fake)
    if inspect.isasyncgenfunction(function):
        return _async_generator_function(function, fake)
    if inspect.isgeneratorfunction(function):
        return _generator_function(function, fake)

    @functools.wraps(function)
    def under_a_fake(*args: Any, **kwargs: Any) -> Any:
        with fake() as _fake:  # a report finds it in the frame
            return function(*args, **kwargs)

    return under_a_fake


def _coroutine_function(function: Callable[..., Any], fake: Make) -> Callable[..., Any]:
    @functools.wraps(function)
    async def under_a_fake(*args: Any, **kwargs: Any) -> Any:
        with fake() as _fake:  # a report finds it in the frame
            return await function(*args, **kwargs)

    return under_a_fake


def _generator_function(function: Callable[..., Any], fake: Make) -> Callable[..., Any]:
    @functools.wraps(function)
    def under_a_fake(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with fake() as _fake:  # a report finds it in the frame
            return (yield from function(*args, **kwargs))

    return under_a_fake


def _async_generator_function(function: Callable[..., Any], fake: Make) -> Callable[..., Any]:
    @functools.wraps(function)
    async def under_a_fake(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with fake() as _fake:  # a report finds it in the frame
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


def _cover(tests: type, make: Make) -> None:
    """Give each test of a class a fake of its own; TypeError for a class without tests."""
    if issubclass(tests, TestCase):
        _cover_unittest(tests, make)
    elif _has_tests(tests):
        _cover_pytest(tests, make)
    else:
        raise TypeError(
            f"{tests.__name__} has no tests: fake_secretsmanager decorates classes whose methods begin with test, and "
            "those of unittest. For another class, use FakeSecretsManager in its methods. "
            f"{read_on('reference/fake#fake_secretsmanager')}"
        )


def _has_tests(tests: type) -> bool:
    return any(name.startswith("test") for name in dir(tests)) or any(_inner_classes(tests))


def _inner_classes(tests: type) -> Iterator[type]:
    """Yield the classes of pytest's tests that are defined inside a class."""
    for inner in vars(tests).values():
        is_inside = inspect.isclass(inner) and inner.__qualname__.startswith(f"{tests.__qualname__}.")
        if is_inside and not issubclass(inner, TestCase) and _has_tests(inner):
            yield inner


def _cover_unittest(tests: Any, make: Make) -> None:
    set_up_class, run, debug = tests.setUpClass.__func__, tests.run, tests.debug

    def setUpClass(cls: Any) -> None:
        if _begin_class(cls, make):
            cls.addClassCleanup(_end_class, cls)
        set_up_class(cls)

    def run_covered(self: Any, result: Any = None) -> Any:
        with _covered(self, make):
            return run(self, result)

    def debug_covered(self: Any) -> None:
        with _covered(self, make):
            debug(self)

    tests.setUpClass = classmethod(setUpClass)
    tests.run, tests.debug = run_covered, debug_covered


def _cover_pytest(tests: Any, make: Make) -> None:
    own = _own_hooks(tests, _CLASS_HOOKS)

    def setup_class(cls: Any) -> None:
        with ExitStack() as stack:
            if _begin_class(cls, make):
                stack.callback(_end_class, cls)
            _call(own["setup_class"], None, cls, cls)
            stack.pop_all()

    def teardown_class(cls: Any) -> None:
        with ExitStack() as stack:
            stack.callback(_end_class, cls)
            _call(own["teardown_class"], None, cls, cls)

    tests.setup_class, tests.teardown_class = classmethod(setup_class), classmethod(teardown_class)
    _cover_methods(tests, make)


def _cover_methods(tests: Any, make: Make, around: tuple[type, ...] = ()) -> None:
    """Cover each test of a class, and of the classes inside it.

    `around`: the classes that this one is inside of, innermost first. pytest looks the hooks of those up in this
    class, and so calls those of this class again: the repeated calls do nothing.
    """
    own = _own_hooks(tests, _METHOD_HOOKS)

    def setup_method(self: Any, method: Any) -> None:
        stacks = self.__dict__.setdefault(_STACKS, [])
        if stacks:
            stacks.append(None)
            return
        with ExitStack() as stack:
            stack.enter_context(_covered(self, make, around))
            _call(own["setup_method"], self, type(self), method)
            stacks.append(stack.pop_all())

    def teardown_method(self: Any, method: Any) -> None:
        stack = self.__dict__[_STACKS].pop()
        if stack is not None:
            with stack:
                _call(own["teardown_method"], self, type(self), method)

    tests.setup_method, tests.teardown_method = setup_method, teardown_method
    for inner in _inner_classes(tests):
        _cover_methods(inner, make, (tests, *around))


def _own_hooks(tests: type, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: inspect.getattr_static(tests, name, None) for name in names}


def _call(attribute: Any, instance: Any, owner: type, argument: Any) -> None:
    """Call a hook of a class as pytest does: with its argument where it takes one."""
    if attribute is not None:
        hook = attribute.__get__(instance, owner)
        hook(*([argument] if inspect.signature(hook).parameters else []))


def _begin_class(tests: Any, make: Make) -> bool:
    """Start the fake of a class; False where a decorated class that it is derived from, or derives, has done so."""
    if _COVER in vars(tests):
        return False
    setattr(tests, _COVER, make().start())
    return True


def _end_class(tests: Any) -> None:
    if _COVER in vars(tests):
        vars(tests)[_COVER].stop()
        delattr(tests, _COVER)


@contextmanager
def _covered(test: Any, make: Make, around: tuple[type, ...] = ()) -> Iterator[None]:
    """Undo what a test does in the fake of its class, or of a class around that; without one, give it a fake.

    Once for each test.
    """
    if _COVER in vars(test):
        yield
        return
    fakes: list[FakeSecretsManager] = [vars(one)[_COVER] for one in (type(test), *around) if _COVER in vars(one)]
    setattr(test, _COVER, True)
    try:
        with fakes[0].checkpoint() if fakes else make():
            yield
    finally:
        delattr(test, _COVER)
