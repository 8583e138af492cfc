"""FakeSecretsManager: a fake that works without pytest; the fixtures start one and yield it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from . import _active
from ._botocore import sessions
from ._botocore.partitions import known_regions
from ._reach import environment
from ._reach.activation import Activation
from ._reach.interception import ensure_installed
from ._service import faults, seeds
from ._service.operations import OPERATIONS
from ._service.operations.deletion import LONGEST_WINDOW
from ._service.service import Host, Service
from ._service.settings import Settings
from ._service.snapshot import snapshot
from ._time import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import timedelta
    from types import TracebackType

    from typing_extensions import Self

    from ._botocore.typed import SecretsManagerClient
    from ._service.delays import Delay
    from ._service.faults import Fault
    from ._service.literals import ErrorCode, OperationName
    from ._service.snapshot import Secret
    from ._service.timeline import Call, Event, Rotation
    from ._service.wire import Timeout, _Malformed


_HOST = Host(reading.now, sessions.default_region, sessions.input_shape, known_regions, _active.answering)


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
        share_botocore_data: bool = Settings.share_botocore_data,
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
        100,000 by default; the oldest are dropped first. `share_botocore_data`: parse botocore's data files
        once for all sessions while the fake is active. ValueError for an illegal value and an unknown region.
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
            share_botocore_data=share_botocore_data,
        )
        self._keep_credentials = settings.keep_credentials
        self._service = Service(_HOST, settings)
        self._vault = self._service.vault
        self._timeline = self._service.timeline
        self._failures = self._service.failures
        self._activation = Activation(self._service, settings)

    def __repr__(self) -> str:
        state = "active" if _active.is_active(self._service) else "not active"
        return f"<FakeSecretsManager {self._service}, {state}>"

    # Starting and stopping

    @classmethod
    def active(cls) -> FakeSecretsManager:
        """Return the innermost active fake, which answers this thread; RuntimeError where there is none."""
        fake: FakeSecretsManager = _active.required().owner
        return fake

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Answer every Secrets Manager call of the process from now on. RuntimeError if already started."""
        return self._activation.begin(self)

    def stop(self) -> None:
        """Stop answering, and restore the environment. Does nothing if the fake is not started.

        The fake's contents can still be read. Nothing comes due while it is stopped.
        """
        self._activation.end()

    @contextmanager
    def checkpoint(self) -> Iterator[None]:
        """Undo at the end of the block what the fake gains, loses or changes inside it.

        Secrets with all that belongs to them, records, rotation functions and the latest instant seen are as before;
        faults and denials made inside are withdrawn, and earlier ones are as they were. The cost is that of what was
        changed. Blocks nest; one that ends before those inside it ends them, too.

        A rotation that began inside and is under way in another thread at the end is undone with the rest: its
        function is called for no further step. Calls that began inside and continue after the end raise
        CheckpointEndedError, and change nothing. Whether the fake is active is not undone.
        """
        with self._service.checkpoint():
            yield

    @property
    def region(self) -> str:
        """The region of seeds, of `client()` and of look-ups that name none."""
        return self._service.region

    @property
    def account_id(self) -> str:
        """The account of every caller whose access key id names no other."""
        return self._service.account_id

    def client(self, region: str | None = None, **client_options: Any) -> SecretsManagerClient:
        """Return a new botocore client for this service; options as those of botocore's `create_client`."""
        ensure_installed()
        region = client_options.pop("region_name", None) or region
        session = sessions.new_session() if self._keep_credentials else sessions.session_for_clients()
        if not self._keep_credentials:
            # looking for credentials may ask the network where the environment holds none
            client_options.setdefault("aws_access_key_id", environment.FAKE_CREDENTIALS["AWS_ACCESS_KEY_ID"])
            client_options.setdefault("aws_secret_access_key", environment.FAKE_CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        region = region or self.region
        client: SecretsManagerClient = session.create_client(sessions.SERVICE, region_name=region, **client_options)
        return client

    def endpoint(self) -> AbstractContextManager[str]:
        """Return a context that serves this fake over HTTP on loopback, and yields its URL.

        For processes and languages in which botocore does not run. Meanwhile
        AWS_ENDPOINT_URL_SECRETS_MANAGER names the URL for child processes.
        """
        from ._reach.endpoint import serve

        return serve(self._service)

    def agent(
        self, kind: Literal["agent", "extension"] = "agent", *, ttl: timedelta | None = None, cache_size: int = 1000
    ) -> AbstractContextManager[str]:
        """Return a context that serves the Secrets Manager Agent, or the Lambda extension, and yields its URL.

        It reads from this fake, in its region, and keeps values under the time of the test. Meanwhile
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT and AWS_SESSION_TOKEN, for the Agent AWS_TOKEN as well, name the port
        and the token. `ttl`: how long a value is kept, 300 seconds unless given (for the extension unless
        SECRETS_MANAGER_TTL says so); at most 3600 for the Agent and 300 for the extension. `cache_size`: how many
        values are kept, 1000 at most. ValueError for what is not legal.
        """
        from ._reach.agent import serve

        return serve(self._service, kind, ttl, cache_size, keep_credentials=self._keep_credentials)

    # Seeds and look-ups

    def seed(
        self,
        name: str,
        value: seeds.SeedValue | None = None,
        /,
        *,
        description: str | None = None,
        tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        kms_key_id: str | None = None,
        region: str | None = None,
        previous: seeds.SeedValue | None = None,
        pending: seeds.SeedValue | None = None,
        created_days_ago: float | None = None,
        deleted_days_ago: float | None = None,
        recovery_window_in_days: int = LONGEST_WINDOW,
        owning_service: str | None = None,
        arn: str | None = None,
        policy: str | Mapping[str, Any] | None = None,
    ) -> Secret:
        """Seed a secret: store it without an API call; options as those of `@pytest.mark.secret`.

        ValueError for a name that exists already, for arguments that contradict each other, and for an ARN of another
        name, region or account.
        """
        checked, wrong = seeds.tried(
            name,
            value,
            description=description,
            tags=tags,
            kms_key_id=kms_key_id,
            region=region,
            previous=previous,
            pending=pending,
            created_days_ago=created_days_ago,
            deleted_days_ago=deleted_days_ago,
            recovery_window_in_days=recovery_window_in_days,
            owning_service=owning_service,
            arn=arn,
            policy=policy,
        )
        del name, value, previous, pending  # a report of this frame would show them
        if wrong is not None:
            raise wrong
        return snapshot(self._service.seed(checked))

    def secret(self, secret_id: str, region: str | None = None) -> Secret:
        """Return a secret as it is now, by name or ARN.

        LookupError for one that does not exist; it lists similar names, and other regions that have the name.
        TypeError for a secret_id that is not a str.
        """
        return snapshot(self._service.find(secret_id, region))

    def __contains__(self, secret_id: object) -> bool:
        self._service.settled()
        with self._vault.lock:
            return secret_id in self._vault

    def secrets(self, region: str | None = None) -> tuple[Secret, ...]:
        """Return all secrets, oldest first, those scheduled for deletion included; of one region or of all."""
        self._service.settled()
        with self._vault.lock:
            found = [secret for secret in self._vault.secrets() if region in {None, secret.region}]
        return tuple(map(snapshot, found))

    def leftovers(self) -> tuple[Secret, ...]:
        """Return the secrets that calls have created and not deleted: not seeded, scheduled for deletion or purged."""
        return self._service.leftovers()

    # What happened

    @property
    def calls(self) -> tuple[Call, ...]:
        """The attempts that the fake answered, oldest first, faults and denials included."""
        return self._timeline.calls

    def calls_of(self, operation: OperationName | str, secret_id: str | None = None) -> tuple[Call, ...]:
        """Return the calls of one operation, or of all ("*"), oldest first; with `secret_id`, those about one secret.

        `secret_id`: a name, which counts in every region, or an ARN, whole or partial; a call is found however it named
        the secret. ValueError for an operation that the service does not have, with what is near.
        """
        faults.check_operation(operation, self._operations(("GetParameter", "GetParameters")))
        calls = self.calls if operation == faults.EVERY_OPERATION else self._timeline.calls_of(operation)
        return calls if secret_id is None else tuple(call for call in calls if faults.names_secret(call, secret_id))

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
        """Use a Python callable `function(event, context)` as the rotation Lambda with this ARN.

        "*" as the ARN: for every function that has no callable of its own. TypeError for what is not callable.
        """
        if not callable(function):
            raise TypeError(f"rotation_function() takes a callable, not {type(function).__name__}.")
        self._vault.rotations.use(arn, function)

    def fail(
        self,
        operation: OperationName | str,
        error: ErrorCode | str | Timeout | _Malformed,
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

    def deny(self, operation: OperationName | str = "*", secret_id: str | None = None) -> None:
        """Answer AccessDeniedException, in the words of IAM, until `allow` withdraws it.

        Covers the documented permissions of an operation: denying TagResource also refuses a CreateSecret
        with tags. Denials come before faults, the oldest first.
        """
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        self._failures.deny(operation, secret_id)

    def allow(self, operation: OperationName | str = "*", secret_id: str | None = None) -> None:
        """Withdraw denials: of one action or of all, of one secret or of all."""
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        ids = None if secret_id is None else self._service.ids_of(secret_id)
        self._failures.allow(operation, ids)

    def unused_faults(self) -> tuple[Fault, ...]:
        """Return the faults with a number of times that have been used fewer times than that."""
        return self._failures.unused()

    def _operations(self, more: Sequence[str] = ()) -> list[str]:
        return faults.all_operations(OPERATIONS, sessions.service_model().operation_names, more)


def forget_environment(fake: FakeSecretsManager, before: dict[str, str | None]) -> None:
    """Restore the environment once more, in case other code has set a stopped fake's variables again."""
    fake._activation.put_back_again(before)  # noqa: SLF001 - one package


def service_of(fake: FakeSecretsManager) -> Service:
    """Return the service behind a fake, for the other modules of this package."""
    return fake._service  # noqa: SLF001 - one package
