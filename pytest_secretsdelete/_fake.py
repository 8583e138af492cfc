"""FakeSecretsManager: the product. It works without pytest; the fixtures are this and a `yield`."""

from __future__ import annotations

import difflib
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from . import _active
from ._botocore import sessions, shared_loading
from ._reach import environment
from ._reach.interception import ensure_installed
from ._service import delays, faults, names, seeding
from ._service.delays import Delay, Delays
from ._service.operations import OPERATIONS
from ._service.service import Host, Service
from ._service.snapshot import snapshot
from ._service.wire import account_of
from ._time import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from typing_extensions import Self

    from ._service.faults import Fault
    from ._service.snapshot import Secret
    from ._service.store import Store
    from ._service.timeline import Call, Event, Rotation
    from ._service.wire import Timeout, _Malformed


_HOST = Host(reading.now, sessions.default_region, sessions.input_shape, _active.answering)
#: How many names a message lists.
_MOST_NAMES = 10
#: One fake at a time starts or stops, of whichever thread.
_starting = threading.Lock()


class FakeSecretsManager:
    """AWS Secrets Manager in this process: answers every botocore client, from any thread or event loop.

    ```python
    with FakeSecretsManager() as fake:
        boto3.client("secretsmanager").create_secret(Name="db/password", SecretString="hunter2")
    ```

    Fakes nest, and the innermost answers. While one is active, the process has fake credentials and a
    default region; all is put back on stopping.
    """

    #: Whether sessions made meanwhile share what botocore loads from disk.
    _shares_loading = True

    def __init__(
        self,
        *,
        region: str | None = None,
        account_id: str = "123456789012",
        purge_delay: Delay = timedelta(0),
        force_delete_delay: Delay = timedelta(0),
        keep_credentials: bool = False,
    ) -> None:
        """Make a fake that is not active yet.

        `region`: the default of seeds, `client()` and look-ups; None for the process's own, else us-east-1.
        `account_id`: twelve digits. `purge_delay`: how long after the deletion date AWS's background task
        removes a secret; `force_delete_delay`: how long after a forced deletion (timedelta, or a callable
        that is given the secret; the service promises no time, so both are the test's to choose).
        `keep_credentials`: leave the process's AWS credentials alone. ValueError for what is not legal.
        """
        if account_of(account_id) is None:
            raise ValueError(f"account_id={account_id!r} is not an AWS account id: a str of twelve digits.")
        if region is not None and not names.is_region(region):
            raise ValueError(f"region={region!r} is not a region code such as eu-west-1.")
        if not isinstance(keep_credentials, bool):
            raise ValueError(f"keep_credentials={keep_credentials!r}: True or False is legal.")
        self._keep_credentials = keep_credentials
        self._service = Service(
            _HOST,
            account_id=account_id,
            region=region,
            delays=Delays(
                delays.checked("purge_delay", purge_delay), delays.checked("force_delete_delay", force_delete_delay)
            ),
        )
        self._vault = self._service.vault
        self._timeline = self._service.timeline
        self._failures = self._service.failures
        self._environment: environment.Layer | None = None
        self._last_environment = environment.Layer({})

    def __repr__(self) -> str:
        state = "active" if self._environment is not None else "not active"
        return f"<FakeSecretsManager {self._service}, {state}>"

    # Active and not

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
        with _starting:
            if self._environment is not None:
                raise RuntimeError("This FakeSecretsManager is already started; stop it first, or make another one.")
            if self._shares_loading:
                shared_loading.begin(self)
            self._environment = environment.Layer(variables)
            self._environment.begin()
            self._service.stands_still = False
            _active.push(self._service)
        return self

    def stop(self) -> None:
        """Answer no more, and put the environment back. A fake that is not started stays as it is.

        What the fake holds stays to be read as it is: nothing comes due while it is stopped.
        """
        with _starting:
            if self._environment is not None:
                _active.remove(self._service)
                self._service.stands_still = True
                self._environment.end()
                shared_loading.end(self)
                self._last_environment, self._environment = self._environment, None

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
        session = sessions.new_session() if self._keep_credentials else sessions.reused_session()
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
        """Put a secret in without an API call; options as those of `@pytest.mark.secret`.

        ValueError for a name that is there already, and for words that contradict each other.
        """
        checked, wrong = seeding.tried(name, value, options)
        del name, value, options  # a report of this frame would show them
        if wrong is not None:
            raise wrong
        return snapshot(self._service.seed(checked))

    def secret(self, secret_id: str, region: str | None = None) -> Secret:
        """Return a secret as it stands now, by name or ARN.

        LookupError for one that is not there; it names near misses and other regions that hold the name.
        TypeError for what is no text.
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
        """Return what calls have created and nobody has deleted: neither seeded, nor scheduled, nor gone."""
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
        """The steps in the lives of the secrets, in the order of happening, under CloudTrail's names."""
        self._service.settled()
        return self._timeline.events

    @property
    def rotations(self) -> tuple[Rotation, ...]:
        """What rotation functions were called for, oldest first, and what they raised."""
        self._service.settled()
        return self._timeline.rotations

    # What is to happen

    def rotation_function(self, arn: str, function: Callable[[dict[str, str], Any], Any]) -> None:
        """Let a Python callable `function(event, context)` stand for the rotation Lambda with this ARN."""
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

        `operation`: a wire name, or "*" for all; ValueError names what is near. `error`: a code,
        `Timeout.CONNECT`, `Timeout.READ` or `MALFORMED`. `secret_id`: only calls about that secret. The fault
        takes the way of a real error, so botocore's own retries run. Returns a handle with `withdraw()`.
        """
        faults.check_operation(operation, self._operations())
        return self._failures.fail(operation, error, times, secret_id, message)

    def deny(self, operation: str = "*", secret_id: str | None = None) -> None:
        """Answer AccessDeniedException, as IAM words it, until `allow` takes it back.

        Covers the documented permissions of an operation: denying TagResource also refuses a CreateSecret
        with tags. Denials come before faults, the oldest first.
        """
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        self._failures.deny(operation, secret_id)

    def allow(self, operation: str = "*", secret_id: str | None = None) -> None:
        """Take denials back: of one action or of all, of one secret or of all."""
        faults.check_operation(operation, self._operations(faults.EXTRA_ACTIONS))
        self._failures.allow(operation, None if secret_id is None else self._ids_of(secret_id))

    def _ids_of(self, secret_id: str) -> set[str]:
        """Return everything that names the same secret."""
        with self._vault.lock:
            secret = self._store_of(secret_id).lookup(secret_id)
        return {secret_id} if secret is None else {secret_id, secret.name, secret.arn, names.without_suffix(secret.arn)}

    def _store_of(self, secret_id: str, region: str | None = None) -> Store:
        """Return the store to look a secret up in: an ARN says itself in which region it is."""
        if not isinstance(secret_id, str):
            raise TypeError(f"A secret is looked up by its name or ARN, a str, not by {type(secret_id).__name__}.")
        arn = names.parse_arn(secret_id)
        return self._service.store(region or (arn.region if arn else None))

    def unused_faults(self) -> tuple[Fault, ...]:
        """Return the faults with a number of times that have not struck as often as they should."""
        return self._failures.unused()

    def _operations(self, more: Sequence[str] = ()) -> list[str]:
        return faults.all_operations(OPERATIONS, sessions.service_model().operation_names, more)

    def _missing(self, secret_id: str, store: Store) -> str:
        """Say what is near a secret that is not there."""
        names = [secret.name for secret in store.secrets()]
        elsewhere = sorted({s.region for s in self._vault.secrets() if secret_id in {s.name, s.arn}} - {store.region})
        near = difflib.get_close_matches(secret_id, names, n=3)
        hints = [f"Near: {', '.join(near)}." if near else f"There: {_some(names) or 'no secret at all'}."]
        if elsewhere:
            hints.append(f"The name is held in {', '.join(elsewhere)}: give region=.")
        hints.append("Read on: docs/reference/fake.md#members")
        return f"No secret {secret_id!r} in {store.region}. {' '.join(hints)}"


def _some(names: Sequence[str]) -> str:
    """Return names for a message: the first ten, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def forget_environment(fake: FakeSecretsManager, before: dict[str, str | None]) -> None:
    """Put the environment back once more, where somebody has restored a stopped fake's variables."""
    fake._last_environment.put_back_again(before)  # noqa: SLF001 - rooms of one house


def service_of(fake: FakeSecretsManager) -> Service:
    """Return the service behind a fake, for the other rooms of this package."""
    return fake._service  # noqa: SLF001 - rooms of one house
