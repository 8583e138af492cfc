"""FakeSecretsManager: a fake that works without pytest; the fixtures start one and yield it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from . import _active
from ._botocore import retry_buckets, sessions
from ._botocore.partitions import known_regions
from ._reach import environment
from ._reach.interception import ensure_installed
from ._service import faults, names, seeding
from ._service.operations import OPERATIONS
from ._service.service import Host, Service
from ._service.settings import Settings
from ._service.snapshot import snapshot
from ._time import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from typing_extensions import Self

    from ._service.delays import Delay
    from ._service.faults import Fault
    from ._service.snapshot import Secret
    from ._service.store import Store
    from ._service.timeline import Call, Event, Rotation
    from ._service.wire import Timeout, _Malformed


_HOST = Host(reading.now, sessions.default_region, sessions.input_shape, known_regions, _active.answering)
#: How many names a message lists.
_MOST_NAMES = 10


class FakeSecretsManager:
    """AWS Secrets Manager in this process: answers every botocore client, from any thread or event loop.

    ```python
    with FakeSecretsManager() as fake:
        boto3.client("secretsmanager").create_secret(Name="db/password", SecretString="hunter2")
    ```

    Fakes nest, and the innermost answers. While one is active, the process has fake credentials and a
    default region; stopping restores the environment.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        account_id: str = Settings.account_id,
        purge_delay: Delay = Settings.purge_delay,
        force_delete_delay: Delay = Settings.force_delete_delay,
        keep_credentials: bool = Settings.keep_credentials,
        allow_unknown_regions: bool = Settings.allow_unknown_regions,
        rotation_limit: int = Settings.rotation_limit,
        calls_kept: int = Settings.calls_kept,
    ) -> None:
        """Make a fake that is not active yet.

        `region`: the default of seeds, `client()` and look-ups; None for the process's own, else us-east-1.
        `account_id`: twelve digits. `purge_delay`: how long after the deletion date AWS's background task
        removes a secret; `force_delete_delay`: how long after a forced deletion. Both are a timedelta, or a
        callable that receives the secret and returns one; the service promises no time.
        `keep_credentials`: keep the process's AWS credentials. `allow_unknown_regions`: also answer in regions
        that no partition of the installed botocore has; otherwise calls there cannot connect, as on AWS.
        `rotation_limit`: how many scheduled rotations may come due at one call, one look-up or one move of the clock,
        10,000 by default; RuntimeError for more. `calls_kept`: how many calls that changed nothing `calls` holds,
        100,000 by default; the oldest are dropped first. ValueError for an illegal value and an unknown region.
        """
        settings = Settings(
            region=region,
            account_id=account_id,
            purge_delay=purge_delay,
            force_delete_delay=force_delete_delay,
            keep_credentials=keep_credentials,
            allow_unknown_regions=allow_unknown_regions,
            rotation_limit=rotation_limit,
            calls_kept=calls_kept,
        )
        self._keep_credentials = settings.keep_credentials
        self._service = Service(_HOST, settings)
        self._vault = self._service.vault
        self._timeline = self._service.timeline
        self._failures = self._service.failures
        self._environment = environment.Layer({})
        #: botocore's adaptive retries would wait for ever under frozen time.
        self._pace = retry_buckets.Pace(reading.real_time_in_seconds)

    def __repr__(self) -> str:
        state = "active" if _active.is_active(self._service) else "not active"
        return f"<FakeSecretsManager {self._service}, {state}>"

    # Starting and stopping

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Answer every Secrets Manager call of the process from now on. RuntimeError if already started."""
        ensure_installed()
        variables = environment.fake_variables(
            region=self._service.region_as_given, keep_credentials=self._keep_credentials
        )
        layer = environment.Layer(variables, self._enter, self._leave)
        try:
            with environment.changing:
                environment.undo_what_is_over()
                if _active.is_active(self._service):
                    raise RuntimeError(
                        "This FakeSecretsManager is already started; stop it first, or make another one."
                    )
                self._environment = layer
                layer.begin()
            return self
        except BaseException:  # an interrupt, at the release of the lock too
            layer.end()
            raise

    def stop(self) -> None:
        """Stop answering, and restore the environment. Does nothing if the fake is not started.

        The fake's contents can still be read. Nothing comes due while it is stopped.
        """
        layer = self._environment
        try:
            layer.is_over = True  # from here on any fake that starts or stops completes this
            layer.end()
        except BaseException:  # an interrupt: repeat what it cut short
            layer.end()
            raise

    def _enter(self) -> None:
        retry_buckets.begin(self._pace)
        _active.push(self._service)
        self._service.is_stopped = False

    def _leave(self) -> None:
        self._service.is_stopped = True
        _active.remove(self._service)
        retry_buckets.end(self._pace)

    @property
    def region(self) -> str:
        """The region of seeds, of `client()` and of look-ups that name none."""
        return self._service.region

    @property
    def account_id(self) -> str:
        """The account of every caller whose access key id names no other."""
        return self._service.account_id

    def client(self, region: str | None = None, **client_options: Any) -> Any:
        """Return a new botocore client for this service; options as those of botocore's `create_client`."""
        ensure_installed()
        region = client_options.pop("region_name", None) or region
        session = sessions.new_session() if self._keep_credentials else sessions.session_for_clients()
        if not self._keep_credentials:
            # looking for credentials may ask the network where the environment holds none
            client_options.setdefault("aws_access_key_id", environment.FAKE_CREDENTIALS["AWS_ACCESS_KEY_ID"])
            client_options.setdefault("aws_secret_access_key", environment.FAKE_CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        return session.create_client(sessions.SERVICE, region_name=region or self.region, **client_options)

    def endpoint(self) -> AbstractContextManager[str]:
        """Return a context that serves this fake over HTTP on loopback, and yields its URL.

        For processes and languages in which botocore does not run. Meanwhile
        AWS_ENDPOINT_URL_SECRETS_MANAGER names the URL for child processes.
        """
        from ._reach.endpoint import serve

        return serve(self._service)

    # Seeds and look-ups

    def seed(self, name: str, value: seeding.SeedValue | None = None, /, **options: Any) -> Secret:
        """Seed a secret: store it without an API call; options as those of `@pytest.mark.secret`.

        ValueError for a name that exists already, and for arguments that contradict each other.
        """
        checked, wrong = seeding.tried(name, value, options)
        del name, value, options  # a report of this frame would show them
        if wrong is not None:
            raise wrong
        return snapshot(self._service.seed(checked))

    def secret(self, secret_id: str, region: str | None = None) -> Secret:
        """Return a secret as it stands now, by name or ARN.

        LookupError for one that does not exist; it lists similar names, and other regions that have the name.
        TypeError for a secret_id that is not a str.
        """
        self._service.settled()
        with self._vault.lock:
            store = self._store_of(secret_id, region)
            found = store.lookup(secret_id)
            if found is None:
                raise LookupError(self._missing(secret_id, store))
        return snapshot(found)

    def __contains__(self, secret_id: object) -> bool:
        self._service.settled()
        with self._vault.lock:
            return any(secret_id in {secret.name, secret.arn} for secret in self._vault.secrets())

    def secrets(self, region: str | None = None) -> tuple[Secret, ...]:
        """Return all secrets, oldest first, those scheduled for deletion included; of one region or of all."""
        self._service.settled()
        with self._vault.lock:
            found = [secret for secret in self._vault.secrets() if region in {None, secret.region}]
        return tuple(map(snapshot, found))

    def leftovers(self) -> tuple[Secret, ...]:
        """Return the secrets that calls have created and not deleted: not seeded, scheduled for deletion or purged."""
        self._service.settled()
        with self._vault.lock:
            left = [s for s in self._vault.secrets() if not s.seeded and not s.is_scheduled_for_deletion]
        return tuple(map(snapshot, left))

    # What happened

    @property
    def calls(self) -> tuple[Call, ...]:
        """The attempts that the fake answered, oldest first, faults and denials included."""
        return self._timeline.calls

    @property
    def events(self) -> tuple[Event, ...]:
        """The lifecycle events of the secrets, in order, with the names of CloudTrail and EventBridge."""
        self._service.settled()
        return self._timeline.events

    @property
    def rotations(self) -> tuple[Rotation, ...]:
        """The steps for which rotation functions were called, oldest first, and what they raised."""
        self._service.settled()
        return self._timeline.rotations

    # Rotation functions, faults and denials

    def rotation_function(self, arn: str, function: Callable[[dict[str, str], Any], Any]) -> None:
        """Use a Python callable `function(event, context)` as the rotation Lambda with this ARN."""
        if not callable(function):
            raise TypeError(f"rotation_function() takes a callable, not {type(function).__name__}.")
        self._vault.rotations.functions[arn] = function

    def fail(
        self,
        operation: str,
        error: str | Timeout | _Malformed,
        *,
        times: int | None = 1,
        secret_id: str | None = None,
        message: str | None = None,
    ) -> Fault:
        """Answer the next `times` calls of an operation with an error; None: until withdrawn.

        `operation`: a wire name, or "*" for all; ValueError lists similar names. `error`: a code,
        `Timeout.CONNECT`, `Timeout.READ` or `MALFORMED`. `secret_id`: only calls about that secret. The fault
        is delivered like a real error, so botocore's own retries run. Returns a handle with `withdraw()`.
        """
        faults.check_operation(operation, self._operations())
        return self._failures.fail(operation, error, times, secret_id, message)

    def deny(self, operation: str = "*", secret_id: str | None = None) -> None:
        """Answer AccessDeniedException, in the words of IAM, until `allow` withdraws it.

        Covers the documented permissions of an operation: denying TagResource also refuses a CreateSecret
        with tags. Denials come before faults, the oldest first.
        """
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        self._failures.deny(operation, secret_id)

    def allow(self, operation: str = "*", secret_id: str | None = None) -> None:
        """Withdraw denials: of one action or of all, of one secret or of all."""
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        self._failures.allow(operation, None if secret_id is None else self._ids_of(secret_id))

    def _ids_of(self, secret_id: str) -> set[str]:
        """Return everything that names the same secret."""
        with self._vault.lock:
            secret = self._store_of(secret_id).lookup(secret_id)
        return {secret_id} if secret is None else {secret_id, secret.name, secret.arn, names.without_suffix(secret.arn)}

    def _store_of(self, secret_id: str, region: str | None = None) -> Store:
        """Return the store to look a secret up in: an ARN names its own region."""
        if not isinstance(secret_id, str):
            raise TypeError(f"A secret is looked up by its name or ARN, a str, not by {type(secret_id).__name__}.")
        arn = names.parse_arn(secret_id)
        return self._service.store(region or (arn.region if arn else None))

    def unused_faults(self) -> tuple[Fault, ...]:
        """Return the faults with a number of times that have been used fewer times than that."""
        return self._failures.unused()

    def _operations(self, more: Sequence[str] = ()) -> list[str]:
        return faults.all_operations(OPERATIONS, sessions.service_model().operation_names, more)

    def _missing(self, secret_id: str, store: Store) -> str:
        """Return a message about a missing secret, with similar names."""
        names = [secret.name for secret in store.secrets()]
        elsewhere = sorted({s.region for s in self._vault.secrets() if secret_id in {s.name, s.arn}} - {store.region})
        near = difflib.get_close_matches(secret_id, names, n=3)
        hints = [f"Similar names: {', '.join(near)}." if near else f"Existing names: {_some(names) or 'none'}."]
        if elsewhere:
            hints.append(f"The name exists in {', '.join(elsewhere)}: pass region=.")
        hints.append("Read on: docs/reference/fake.md#members")
        return f"No secret {secret_id!r} in {store.region}. {' '.join(hints)}"


def _some(names: Sequence[str]) -> str:
    """Return names for a message: the first ten, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def forget_environment(fake: FakeSecretsManager, before: dict[str, str | None]) -> None:
    """Restore the environment once more, in case other code has set a stopped fake's variables again."""
    fake._environment.put_back_again(before)  # noqa: SLF001 - one package


def service_of(fake: FakeSecretsManager) -> Service:
    """Return the service behind a fake, for the other modules of this package."""
    return fake._service  # noqa: SLF001 - one package
