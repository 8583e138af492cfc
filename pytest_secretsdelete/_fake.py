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
    from ._service.entries import Call, Event, Rotation
    from ._service.faults import Fault
    from ._service.literals import ErrorCode, OperationName
    from ._service.seeds import SeedValue
    from ._service.snapshot import Secret
    from ._service.wire import Timeout, _Malformed


_HOST = Host(reading.now, sessions.default_region, sessions.input_shape, known_regions, _active.answering)


class FakeSecretsManager:
    """AWS Secrets Manager in this process: answers every botocore client, from any thread or event loop.

    ```python
    import boto3

    from pytest_secretsdelete import FakeSecretsManager

    with FakeSecretsManager(region="eu-west-1") as fake:
        fake.seed("db/password", "hunter2")
        boto3.client("secretsmanager").delete_secret(SecretId="db/password")
        assert fake.secret("db/password").is_scheduled_for_deletion
    ```

    Fakes nest, and the innermost answers. While one is active, the process has fake credentials and a
    default region; stopping restores the environment. `with` starts the fake, and stops it at the end of the block.
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

        Args:
            region: The default region of seeds, of `client()` and of look-ups. None: that of the process
                (`AWS_DEFAULT_REGION`, then the active profile's), else us-east-1. If given, it is also set as
                `AWS_DEFAULT_REGION` while the fake is active.
            account_id: The account of the callers: a str of twelve digits, 123456789012 by default. A client
                whose access key id is twelve digits acts as the account with these digits.
            purge_delay: How long after its deletion date a scheduled secret is purged, zero by default: a `timedelta`
                of zero or more, or a callable that is given the `Secret` and returns one. A callable is called once,
                at the deletion. AWS promises no time.
            force_delete_delay: How long after a forced deletion the secret is purged and its name is free, zero by
                default: a `timedelta` or a callable, as for `purge_delay`.
            keep_credentials: True: the AWS credentials of the process stay as they are.
            allow_unknown_regions: True: the fake answers in every region, private ones included. Otherwise a call to a
                region that no partition of the installed botocore has cannot connect, as on AWS.
            rotation_limit: How many scheduled rotations may come due at one call, one look-up or one move of the
                clock, 10,000 by default. More are a RuntimeError that says about how many there are.
            calls_kept: How many calls that changed nothing (reads, refusals) `calls` holds, 100,000 by default; the
                oldest are dropped first. Of events, calls that caused one, seeds and steps of rotations, ten times as
                many are kept. It is a number of entries, not of bytes: calls keep their parameters whole.
            share_botocore_data: False: botocore parses its data files for each session, as it does without the fake.

        Raises:
            ValueError: A value is not legal, or no partition has the region; the message says what is legal.
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
        """Return the innermost active fake, which answers this thread.

        Raises:
            RuntimeError: No fake is active.
        """
        fake: FakeSecretsManager = _active.required().owner
        return fake

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Answer every Secrets Manager call of the process from now on, from any thread or event loop; return the fake.

        Raises:
            RuntimeError: The fake is started already.
        """
        return self._activation.begin(self)

    def stop(self) -> None:
        """Stop answering, and restore the environment. Does nothing if the fake is not started.

        The fake's contents can still be read, and it can be started again. Nothing comes due while it is stopped.
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
        """The account of every caller whose access key id names no other account."""
        return self._service.account_id

    def client(self, region: str | None = None, **client_options: Any) -> SecretsManagerClient:
        """Return a new botocore client for Secrets Manager.

        Args:
            region: The region of the client; None for that of the fake.
            client_options: What botocore's `create_client` takes, such as `config`.
        """
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
        """Return a context manager that serves this fake over HTTP on loopback, and yields `http://127.0.0.1:<port>`.

        For processes and languages in which botocore does not run. Meanwhile `AWS_ENDPOINT_URL_SECRETS_MANAGER` names
        the URL, and `AWS_REGION` the region, for child processes.
        """
        from ._reach.endpoint import serve

        return serve(self._service)

    def agent(
        self, kind: Literal["agent", "extension"] = "agent", *, ttl: timedelta | None = None, cache_size: int = 1000
    ) -> AbstractContextManager[str]:
        """Return a context manager that serves the Secrets Manager Agent of this fake, and yields its URL.

        It reads from this fake, in its region, and keeps values under the time of the test. Meanwhile
        `PARAMETERS_SECRETS_EXTENSION_HTTP_PORT` and `AWS_SESSION_TOKEN`, for the Agent `AWS_TOKEN` as well, name the
        port and the token.

        Args:
            kind: The Secrets Manager Agent, or with `"extension"` the Parameters and Secrets Lambda Extension.
            ttl: How long a value is kept: 300 seconds unless given (for the extension unless `SECRETS_MANAGER_TTL`
                says so); 3,600 seconds at most for the Agent, and 300 for the extension.
            cache_size: How many values are kept, 1,000 at most.

        Raises:
            ValueError: A value is not legal.
        """
        from ._reach.agent import serve

        return serve(self._service, kind, ttl, cache_size, keep_credentials=self._keep_credentials)

    # Seeds and look-ups

    def seed(
        self,
        name: str,
        value: SeedValue | None = None,
        /,
        *,
        description: str | None = None,
        tags: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        kms_key_id: str | None = None,
        region: str | None = None,
        previous: SeedValue | None = None,
        pending: SeedValue | None = None,
        created_days_ago: float | None = None,
        deleted_days_ago: float | None = None,
        recovery_window_in_days: int = LONGEST_WINDOW,
        owning_service: str | None = None,
        arn: str | None = None,
        policy: str | Mapping[str, Any] | None = None,
    ) -> Secret:
        """Seed a secret: put it in without an API call, and return it. `@pytest.mark.secret` takes the same arguments.

        Args:
            name: The name: 1 to 512 letters, digits and `-/_+=.@!`.
            value: The value of the version that holds AWSCURRENT: str, bytes, or a dict or list that is stored as JSON
                text. None: the secret has no version.
            description: The description.
            tags: The tags: a dict of strings, or AWS's list of `{"Key": ..., "Value": ...}`.
            kms_key_id: The KMS key: a key id, an alias or the ARN of either. None: the default key.
            region: The region; None for the fake's own.
            previous: The value of a version that holds AWSPREVIOUS.
            pending: The value of a version that holds AWSPENDING.
            created_days_ago: The age of the secret in days, a number of zero or more: counted back from the present,
                or for a marker from the start of the test.
            deleted_days_ago: How many days ago the secret was scheduled for deletion, a number of zero or more. The
                secret was created then, too, unless `created_days_ago` says earlier.
            recovery_window_in_days: The window of that deletion: 7 to 30 whole days.
            owning_service: The service of AWS that manages the secret, such as `rds`: its OwningService, and the tag
                `aws:secretsmanager:owningService`.
            arn: The whole ARN of the secret, its six random characters included. Its name, and the region and account
                of the fake, must be those in it. None: the fake makes one.
            policy: A resource policy, as text or as a dict, that PutResourcePolicy would take.

        Raises:
            ValueError: The name is taken, an argument is not legal or contradicts another, or the recovery window has
                ended and no `purge_delay` keeps the secret.
            TypeError: An argument is of a type that is not legal.
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

        Args:
            secret_id: The name, or the ARN, which may be partial.
            region: Where to look for a name; None for the region of the fake.

        Raises:
            LookupError: There is none; the message lists similar names, and other regions that have the name.
            TypeError: `secret_id` is not a str.
        """
        return snapshot(self._service.find(secret_id, region))

    def __contains__(self, secret_id: object) -> bool:
        """Return whether a secret has this name or ARN, in any region, scheduled for deletion or not."""
        self._service.settled()
        with self._vault.lock:
            return secret_id in self._vault

    def secrets(self, region: str | None = None) -> tuple[Secret, ...]:
        """Return all secrets of a region, or with None of all, oldest first, those scheduled for deletion included."""
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
        """The attempts that the fake answered, oldest first, faults and denials included.

        Calls that botocore's Stubber or a handler of yours answered are not in it.
        """
        return self._timeline.calls

    def calls_of(self, operation: OperationName | str, secret_id: str | None = None) -> tuple[Call, ...]:
        """Return the calls of one operation, or of all, oldest first; with `secret_id`, those about one secret.

        Args:
            operation: A wire name such as `"DeleteSecret"`, or `"*"` for all.
            secret_id: A name, which counts in every region, or an ARN, whole or partial. A call is found however it
                named the secret.

        Raises:
            ValueError: The service has no such operation; the message lists similar names.
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
        """Use a Python callable as the rotation Lambda with this ARN.

        Args:
            arn: The ARN of the Lambda function, or `"*"`: every function that has no callable of its own.
            function: Called as `function(event, context)` for each step of a rotation.

        Raises:
            TypeError: `function` is not callable.
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
        """Answer the next calls of an operation with an error; return a handle, whose `withdraw` cancels it.

        The fault is delivered like a real error, so botocore's own retries run, and each attempt uses a fault up once.
        A fault changes nothing in the store.

        Args:
            operation: A wire name such as `"DeleteSecret"`, or `"*"` for all.
            error: A code such as `"ThrottlingException"`, `Timeout.CONNECT`, `Timeout.READ` or `MALFORMED`. A code has
                status 400, or 500 or 503 where it is that of an error of the server.
            times: How many calls are answered with it; None: until it is withdrawn.
            secret_id: Only calls about this secret, however they name it: by name, by ARN or by partial ARN.
            message: The text of the error. None: AWS's text for this code, where the fake knows one.

        Raises:
            ValueError: The service has no such operation (the message lists similar names), or `times` is not positive.
            TypeError: `error` is none of these.
        """
        faults.check_operation(operation, self._operations())
        return self._failures.fail(operation, error, times, secret_id, message)

    def deny(self, operation: OperationName | str = "*", secret_id: str | None = None) -> None:
        """Answer AccessDeniedException, in the words of IAM, until `allow` withdraws it.

        Covers the documented permissions of an operation: denying TagResource also refuses a CreateSecret
        with tags. Denials come before faults, the oldest first. A denial changes nothing in the store.

        Args:
            operation: A wire name such as `"DeleteSecret"`, or `"*"` for all.
            secret_id: Only calls about this secret, however they name it.

        Raises:
            ValueError: The service has no such operation; the message lists similar names.
        """
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        self._failures.deny(operation, secret_id)

    def allow(self, operation: OperationName | str = "*", secret_id: str | None = None) -> None:
        """Withdraw denials: of one operation or of all, of one secret or of all.

        Args:
            operation: A wire name such as `"DeleteSecret"`, or `"*"` for all.
            secret_id: Only denials that were asked for this secret.

        Raises:
            ValueError: The service has no such operation; the message lists similar names.
        """
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
