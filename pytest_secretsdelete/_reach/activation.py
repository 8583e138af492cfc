"""Starting and stopping a fake: its place among the active ones, and what the process has meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .. import _active
from .._botocore import retry_buckets, shared_exceptions, shared_loading
from .._time import reading
from . import environment
from .interception import ensure_installed

if TYPE_CHECKING:
    from .._service.service import Service
    from .._service.settings import Settings

Owner = TypeVar("Owner")


class Activation:
    """Whether a service answers the calls of the process."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self._service = service
        self._keep_credentials = settings.keep_credentials
        self._share_botocore_data = settings.share_botocore_data
        self._environment = environment.Layer({})
        #: botocore's adaptive retries would wait for ever under frozen time.
        self._pace = retry_buckets.Pace(reading.real_time_in_seconds)

    def begin(self, owner: Owner) -> Owner:
        """Answer from now on, for the fake that owns the service. RuntimeError if it does already."""
        ensure_installed()
        variables = environment.fake_variables(
            region=self._service.region_as_given, keep_credentials=self._keep_credentials
        )
        layer = environment.Layer(variables, lambda: self._enter(owner), self._leave)
        try:
            with environment.changing:
                environment.undo_what_is_over()
                if _active.is_active(self._service):
                    raise RuntimeError(
                        "This FakeSecretsManager is already started; stop it first, or make another one."
                    )
                self._environment = layer
                layer.begin()
            return owner
        except BaseException:  # an interrupt, at the release of the lock too
            layer.end()
            raise

    def end(self) -> None:
        """Answer no more, and restore the environment. Does nothing for a service that does not answer."""
        layer = self._environment
        try:
            layer.is_over = True  # from here on any fake that starts or stops completes this
            layer.end()
        except BaseException:  # an interrupt: repeat what it cut short
            layer.end()
            raise

    def put_back_again(self, before: dict[str, str | None]) -> None:
        """Restore the environment once more, where other code has put a stopped fake's variables back."""
        self._environment.put_back_again(before)

    def _enter(self, owner: object) -> None:
        shared_exceptions.REPLACEMENTS.begin(self)
        if self._share_botocore_data:
            shared_loading.REPLACEMENTS.begin(self)
        retry_buckets.begin(self._pace)
        self._service.owner = owner
        _active.push(self._service)
        self._service.is_stopped = False

    def _leave(self) -> None:
        self._service.is_stopped = True
        _active.remove(self._service)
        self._service.owner = None
        retry_buckets.end(self._pace)
        shared_loading.REPLACEMENTS.end(self)
        shared_exceptions.REPLACEMENTS.end(self)
