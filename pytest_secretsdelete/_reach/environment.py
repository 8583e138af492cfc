"""The process's environment while a fake is active: fake credentials, a default region, boto3's default session."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._service import locks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAKE_CREDENTIALS: dict[str, str | None] = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": None,
    "AWS_SECURITY_TOKEN": None,
    "AWS_CREDENTIAL_EXPIRATION": None,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    # a client with a profile, or one that looks its defaults up, would query these over the network
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": None,
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": None,
}
REGION_VARIABLE = "AWS_DEFAULT_REGION"

_layers: list[Layer] = []
#: The lock for changes; a fake holds it while it starts or stops.
changing = locks.new()


class Layer:
    """Variables that are set, or hidden, as long as something lasts.

    Layers may end in any order. When a layer ends, the value that it found is restored, or handed to the layer above
    it that has covered the same variable meanwhile. If an interrupt cuts the end of a layer short, the next layer
    completes it when it begins or ends. `enter` is called last at the beginning, `leave` first at the end; `leave` may
    be called again, and without `enter`.
    """

    def __init__(
        self,
        variables: dict[str, str | None],
        enter: Callable[[], None] = lambda: None,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        self.variables = variables
        self._enter = enter
        self._leave = leave
        #: Until it has begun completely, too: so an interrupt leaves it to the next layer, even one of its undoing.
        self.is_over = True
        self.found: dict[str, str | None] = {}
        self.session: Any = None

    def begin(self) -> None:
        """Set the variables. Where this raises, which only an interrupt makes it do, the layer is to be ended."""
        with changing:
            undo_what_is_over()
            self.found = {name: os.environ.get(name) for name in self.variables}
            self.session = _default_session()
            _layers.append(self)
            for name, value in self.variables.items():
                _set(name, value)
            self._enter()
            self.is_over = False

    def end(self) -> None:
        """Restore the previous values, and drop a boto3 default session made meanwhile, with its credentials.

        Does nothing for a layer that has not begun, or has ended.
        """
        self.is_over = True
        undo_what_is_over()

    def undo(self) -> None:
        """Restore the previous values. The layer is removed last, so that this can be repeated after an interrupt."""
        self._leave()
        above = _layers[_layers.index(self) + 1 :]
        for name, value in self.found.items():
            cover = next((layer for layer in above if name in layer.found), None)
            if cover is None:
                _set(name, value)
            else:
                cover.found[name] = value
        if above:
            above[0].session = self.session
        elif _default_session() is not self.session:
            sys.modules["boto3"].DEFAULT_SESSION = self.session  # type: ignore[attr-defined]
        _layers.remove(self)

    def put_back_again(self, before: dict[str, str | None]) -> None:
        """After the end: restore the previous values of variables that have this layer's value again.

        A patch of the test that began inside the layer and ends outside, such as monkeypatch's, restores that value.
        """
        with changing:
            for name, value in self.variables.items():
                if not _layers and os.environ.get(name) == value:
                    _set(name, before[name])


@contextmanager
def variables_set(variables: dict[str, str | None]) -> Iterator[None]:
    """Set variables as long as the context lasts."""
    layer = Layer(variables)
    try:
        try:
            layer.begin()
            yield
        finally:
            layer.end()
    except BaseException:
        layer.end()  # an interrupt may have cut the end short
        raise


def present_variables() -> dict[str, str | None]:
    """Return the variables that a fake may set, as far as the process has them."""
    return {name: os.environ.get(name) for name in (*FAKE_CREDENTIALS, REGION_VARIABLE)}


def expected_variables() -> set[str]:
    """Return the variables that the active fakes have set."""
    with changing:
        return {name for layer in _layers for name, value in layer.variables.items() if value is not None}


def fake_variables(*, region: str, keep_credentials: bool) -> dict[str, str | None]:
    """Return what a fake sets: credentials unless kept, and its region, even if unchanged."""
    credentials = {} if keep_credentials else FAKE_CREDENTIALS
    return {**credentials, REGION_VARIABLE: region}


def undo_what_is_over() -> None:
    """Complete the ends of layers that an interrupt has cut short."""
    with changing:
        for layer in [layer for layer in _layers if layer.is_over]:
            layer.undo()


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _default_session() -> Any:
    return getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)
