"""The sentence that says why a call was answered as it was, in each case that can be known."""

from __future__ import annotations

import functools
import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_secretsdelete import FakeSecretsManager, Timeout
from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.story import story_of

from ...support import LAMBDA, OTHER_ACCOUNT, REGION, VALUE, Rotator, client_of, refused, token

if TYPE_CHECKING:
    from pytest_secretsdelete import Clock

    from .conftest import Because, Told


def test_read_inside_the_window(clock: Clock, fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A read inside the window names its end, and RestoreSecret; a seed may have begun it."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    assert because(client.get_secret_value, SecretId="a") == (
        "GetSecretValue came inside the recovery window of a: DeleteSecret at +0s (here) has scheduled its deletion "
        "for +7d (2031-05-13 07:08:09Z). RestoreSecret brings it back until then."
    )
    fake.seed("b", VALUE, deleted_days_ago=29)
    assert "recovery window of b: its seed has scheduled its deletion for +1d" in because(
        client.put_secret_value, SecretId="b", SecretString=VALUE
    )


def test_refused_inside_the_window_for_another_reason(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """What is refused for its own mistake is told in the service's words, though the window lasts."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    told = because(client.delete_secret, SecretId="a", RecoveryWindowInDays=5)
    assert told.startswith("DeleteSecret of a was answered with InvalidParameterException: ")


def test_created_inside_the_window(clock: Clock, fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A creation inside the window is told that the name is taken, the default window of 30 days included."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a")
    clock.advance(days=7)
    told = because(client.create_secret, Name="a")
    assert told.startswith("CreateSecret came inside the recovery window of a: DeleteSecret at +0s (here) has")
    assert "deletion for +30d (2031-06-05 07:08:09Z), and its name is taken until then." in told


@pytest.mark.parametrize(("late", "by"), [(timedelta(0), ""), (timedelta(hours=2), ", by 2h")])
def test_restored_too_late(
    clock: Clock, fake: FakeSecretsManager, client: Any, because: Because, late: timedelta, by: str
) -> None:
    """A restoration after the window says by how much it came too late."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    clock.advance(timedelta(days=7) + late)
    assert because(client.restore_secret, SecretId="a") == (
        f"RestoreSecret came too late{by}: the recovery window of a ended at +7d (2031-05-13 07:08:09Z), and it was "
        "purged."
    )


def test_restored_after_the_window_and_before_the_purge(clock: Clock) -> None:
    """Between the end of the window and the purge nothing can be restored any more."""
    with FakeSecretsManager(region=REGION, purge_delay=timedelta(hours=1)) as fake:
        fake.seed("a", VALUE, deleted_days_ago=29)
        clock.advance(days=1, minutes=5)
        told = _because(fake, fake.client().restore_secret, SecretId="a")
        assert told.startswith("RestoreSecret came too late, by 5m: the recovery window of a ended at +1d")
        assert told.endswith("It is not purged yet, and cannot be restored any more.")


def test_gone(clock: Clock, fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A secret that is gone: when, and by which call or seed; without recovery, that too."""
    for name in ("a", "b"):
        fake.seed(name, VALUE)
    fake.seed("c", VALUE, deleted_days_ago=29)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    client.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
    clock.advance(days=8)
    assert because(client.get_secret_value, SecretId="a") == (
        "a was gone: its recovery window of 7 days, which DeleteSecret at +0s (here) had begun, ended at +7d "
        "(2031-05-13 07:08:09Z), and it was purged."
    )
    assert because(client.get_secret_value, SecretId="b") == (
        "b was gone: DeleteSecret at +0s (here) deleted it without recovery."
    )
    assert "of 30 days, which its seed had begun, ended at +1d" in because(client.get_secret_value, SecretId="c")


def test_another_arn(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """An ARN with other characters at its end is told apart from a name that was never there."""
    arn = fake.seed("a", VALUE).arn
    assert because(client.get_secret_value, SecretId=f"{arn[:-6]}abcdef") == (
        "GetSecretValue named an ARN that a does not have: its own is another one."
    )


def test_another_region(fake: FakeSecretsManager, because: Because) -> None:
    """A name that another region holds is told with that region."""
    for region in ("us-west-2", "ap-south-1"):
        fake.seed("a", VALUE, region=region)
    assert because(fake.client().get_secret_value, SecretId="a") == (
        "GetSecretValue looked for a in eu-west-1, but it is in ap-south-1, us-west-2. Give the client that region, or "
        "seed the secret in eu-west-1."
    )


def test_another_account(fake: FakeSecretsManager, because: Because) -> None:
    """A name that another account holds is told with that account."""
    fake.seed("a", VALUE)
    told = because(client_of(region=REGION).get_secret_value, SecretId="a")
    assert told == (
        f"GetSecretValue looked for a in account {OTHER_ACCOUNT}, but account 123456789012 holds it. From another "
        "account a secret is named by its ARN, and its resource policy admits the caller."
    )


def test_a_fake_that_is_covered(fake: FakeSecretsManager) -> None:
    """The innermost fake says that a fake below it holds the secret."""
    fake.seed("a", VALUE)
    with FakeSecretsManager(region=REGION) as inner:
        told = _because(inner, inner.client().get_secret_value, SecretId="a")
    assert told == (
        "GetSecretValue did not find a, because another fake holds it: two fakes were active at once, and the "
        "innermost answers. Use one of them for the seed and for the call."
    )


@pytest.mark.parametrize(("seeded", "holds"), [(True, "holds it"), (False, "does not hold it either")])
def test_a_fake_that_covered(fake: FakeSecretsManager, because: Because, seeded: bool, holds: str) -> None:
    """A call that the fake within the test has answered is found there, though that fake has stopped."""
    if seeded:
        fake.seed("a", VALUE)

    def call() -> None:
        with FakeSecretsManager(region=REGION) as inner:
            inner.client().get_secret_value(SecretId="a")

    assert because(call) == (
        "GetSecretValue of a was answered with ResourceNotFoundException by another fake, which covered this one at the "
        f"time. This one {holds}. Start one fake for the whole test."
    )


def test_never_there(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A name that was never there is told with near misses, else with what is there."""
    assert because(client.get_secret_value, SecretId="a") == (
        "GetSecretValue asked for a, which was never there in eu-west-1. There: no secret at all."
    )
    fake.seed("db/password", VALUE)
    assert because(client.get_secret_value, SecretId="db/pasword").endswith("eu-west-1. Near: db/password.")
    assert because(client.get_secret_value, SecretId="xyz").endswith("eu-west-1. There: db/password.")


def test_never_there_in_two_fakes(fake: FakeSecretsManager) -> None:
    """A second fake that does not hold the name either is not spoken of."""
    with FakeSecretsManager(region=REGION) as inner:
        told = _because(inner, inner.client().get_secret_value, SecretId="a")
    assert told == "GetSecretValue asked for a, which was never there in eu-west-1. There: no secret at all."


def test_a_replica_is_there_already(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """What neither a seed nor a creation has put there is told in the answer's own words."""
    fake.seed("a", VALUE)
    client.replicate_secret_to_regions(SecretId="a", AddReplicaRegions=[{"Region": "us-west-2"}])
    west = fake.client("us-west-2")
    west.describe_secret(SecretId="a")
    assert because(west.create_secret, Name="a", SecretString=VALUE).startswith(
        "CreateSecret of a (us-west-2) was answered with ResourceExistsException: "
    )


def test_there_already(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A name that is taken is told with the seed or the call that took it."""
    fake.seed("a", VALUE)
    client.create_secret(Name="b")
    assert because(client.create_secret, Name="a") == "CreateSecret found a there already: it was seeded at +0s."
    assert because(client.create_secret, Name="b", SecretString=VALUE) == (
        "CreateSecret found b there already, since CreateSecret at +0s (here)."
    )


def test_a_label_that_put_secret_value_moved(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """PutSecretValue moves the labels that it names; a new current value takes AWSPREVIOUS and AWSPENDING along."""
    fake.seed("a", VALUE, pending=VALUE)
    for number in (1, 2):
        client.put_secret_value(
            SecretId="a", SecretString=VALUE, ClientRequestToken=token(number), VersionStages=["MINE"]
        )
    taken = {"SecretId": "a", "VersionStage": "MINE", "RemoveFromVersionId": token(1)}
    moved_by = "PutSecretValue at +0s (here) was the last to move it."
    assert because(client.update_secret_version_stage, **taken) == (
        f"UpdateSecretVersionStage of a named the label MINE with a version that does not hold it: {moved_by}"
    )
    assert because(client.get_secret_value, SecretId="a", VersionStage="AWSPREVIOUS") == (
        "GetSecretValue of a asked for the label AWSPREVIOUS, which no version holds; no call has moved it."
    )
    client.put_secret_value(SecretId="a", SecretString=VALUE, ClientRequestToken=token(3))
    pending = {"SecretId": "a", "VersionStage": "AWSPENDING", "VersionId": token(3)}
    assert because(client.get_secret_value, **pending) == (
        f"GetSecretValue of a named the label AWSPENDING with a version that does not hold it: {moved_by}"
    )


def test_a_label_that_moved_on(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A label that no version holds is told with the call that moved it last, or that none has."""
    fake.seed("a", VALUE)
    put = {"SecretId": "a", "SecretString": VALUE}
    client.put_secret_value(**put, ClientRequestToken=token(1), VersionStages=["MINE"])
    assert because(client.get_secret_value, SecretId="a", VersionStage="YOURS") == (
        "GetSecretValue of a asked for the label YOURS, which no version holds; no call has moved it."
    )
    client.update_secret_version_stage(SecretId="a", VersionStage="MINE", RemoveFromVersionId=token(1))
    assert because(client.get_secret_value, SecretId="a", VersionStage="MINE") == (
        "GetSecretValue of a asked for the label MINE, which no version holds: UpdateSecretVersionStage at +0s (here) "
        "was the last to move it."
    )
    client.update_secret(SecretId="a", SecretString=VALUE, ClientRequestToken=token(2))
    told = because(client.get_secret_value, SecretId="a", VersionStage="AWSPREVIOUS", VersionId=token(2))
    assert told == (
        "GetSecretValue of a named the label AWSPREVIOUS with a version that does not hold it: UpdateSecret at +0s "
        "(here) was the last to move it."
    )
    moved = {"SecretId": "a", "VersionStage": "AWSCURRENT", "MoveToVersionId": token(1)}
    assert because(client.update_secret_version_stage, **moved) == (
        "UpdateSecretVersionStage of a named the label AWSCURRENT with a version that does not hold it: UpdateSecret at "
        "+0s (here) was the last to move it."
    )


def test_a_version_that_is_not_there(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A version id that the secret does not have is told by its beginning."""
    fake.seed("a", VALUE)
    assert because(client.get_secret_value, SecretId="a", VersionId=token(7)) == (
        f"GetSecretValue of a asked for version {token(7)[:8]}, which it does not have."
    )


def test_asked_for_by_the_test(clock: Clock, fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """Faults and denials are told with the place where the test asked for them."""
    fake.seed("a", VALUE)
    fake.fail("GetSecretValue", "DecryptionFailure")
    assert because(client.get_secret_value, SecretId="a") == (
        "GetSecretValue was answered with DecryptionFailure because the test asked for it: fail() in here."
    )
    once = fake.client(config=Config(retries={"total_max_attempts": 1}))
    fake.fail("GetSecretValue", Timeout.READ)
    assert "answered with ReadTimeoutError because the test asked" in because(once.get_secret_value, SecretId="a")
    fake.deny("*", "a")
    assert because(client.get_secret_value, SecretId="a") == (
        "GetSecretValue was denied because the test asked for it: deny() in here. allow() takes it back."
    )


def test_a_fault_from_nowhere(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """A fault has no place where it is asked for in a thread that runs no code of the user's."""
    fail = functools.partial(fake.fail, "ListSecrets", "InternalServiceError", times=None)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert because(client.list_secrets).endswith("because the test asked for it: fail() in the test.")


def test_in_its_own_words(fake: FakeSecretsManager, client: Any, because: Because) -> None:
    """Where nothing more is known the answer's own text stands."""
    assert because(client.get_random_password, PasswordLength=2).startswith(
        "GetRandomPassword was answered with InvalidParameterException: "
    )
    fake.seed("a", VALUE)
    assert because(client.delete_secret, SecretId="a", RecoveryWindowInDays=3) == (
        "DeleteSecret of a was answered with InvalidParameterException: The RecoveryWindowInDays value must be between 7 "
        "and 30 days (inclusive)."
    )


def test_an_unknown_region(fake: FakeSecretsManager, because: Because) -> None:
    """A region that does not exist has no endpoint."""
    assert because(fake.client("mars-north-1").get_secret_value, SecretId="a") == (
        "GetSecretValue of a was answered with EndpointConnectionError"
    )


def test_an_exception_made_of_another(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """The call is found behind the exception that the user's code makes of its error, in a circle of causes too."""
    with pytest.raises(KeyError) as caught:
        try:
            client.get_secret_value(SecretId="none")
        except Exception as error:
            raise KeyError("password") from error
    caught.value.__cause__.__context__ = caught.value  # type: ignore[union-attr]
    assert told(caught.value).startswith("GetSecretValue asked for none, which was never there in eu-west-1.")


def test_two_like_refusals(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Of two refusals of one operation with one code, the one is explained whose exception failed the test."""
    errors = [_error(client, name) for name in ("first", "second")]
    assert "GetSecretValue asked for first, which was never there" in told(errors[0])
    assert "GetSecretValue asked for second, which was never there" in told(errors[1])
    del errors[0].response["ResponseMetadata"]
    assert "GetSecretValue asked for second, which was never there" in told(errors[0])
    errors[1].response["ResponseMetadata"]["RequestId"] = "another server's"
    assert told(errors[1]).startswith("The last call was refused.")


def _error(client: Any, secret_id: str) -> ClientError:
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId=secret_id)
    return caught.value


def test_an_exception_in_a_group(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """The call is found in a group of exceptions, such as a TaskGroup raises, and in a group within it."""
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId="none")
    with refused("ResourceNotFoundException"):
        client.describe_secret(SecretId="another")
    inner = _Group("two", (ValueError(), caught.value))
    assert told(_Group("one", (KeyError(), inner))).startswith("GetSecretValue asked for none, which was never there")
    assert told(_Group("no group", ["text"])).startswith("The last call was refused. DescribeSecret asked for another")


def test_what_a_wider_fake_holds(clock: Clock, fake: FakeSecretsManager, client: Any) -> None:
    """What happened before the record of a test began counts for the sentence and for the life of that secret."""
    fake.seed("db/password", VALUE)
    fake.seed("api/key", VALUE)
    client.delete_secret(SecretId="api/key", RecoveryWindowInDays=7)
    with fake.checkpoint():
        client.get_secret_value(SecretId="db/password")
    clock.advance(days=2)
    before = len(list(service_of(fake).timeline))

    def of_the_test(call: Any, **parameters: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        timeline = service_of(fake).timeline
        timeline.moves.clear()
        return re.sub(
            r"test_\w+\.py:\d+",
            "here",
            as_text(story_of(service_of(fake), caught.value, record=list(timeline)[before:])),
        )

    assert "Near: db/password." in of_the_test(client.get_secret_value, SecretId="db/pasword").replace("\n", " ")
    told = of_the_test(client.get_secret_value, SecretId="api/key")
    sentence, life, *_ = told.split("\n\n")
    assert " ".join(sentence.split()) == (
        "GetSecretValue came inside the recovery window of api/key: DeleteSecret at -2d (here) has scheduled its "
        "deletion for +5d (2031-05-13 07:08:09Z). RestoreSecret brings it back until then."
    )
    assert [row.split()[:2] for row in life.splitlines() if row.startswith("  -")] == [
        ["-2d", "seeded"],
        ["-2d", "DeleteSecret"],
    ]
    assert "CreateSecret found db/password there already: it was seeded at -2d." in " ".join(
        of_the_test(client.create_secret, Name="db/password").split()
    )


def test_other_failures(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A failure that no call raised is told of the last refusal, and of what is still scheduled."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    assert told(AssertionError("'a' in fake")).startswith(
        "a is still in its recovery window, which ends at +7d (2031-05-13 07:08:09Z), 7d later."
    )
    with refused("ResourceNotFoundException"):
        client.get_secret_value(SecretId="none")
    assert told(AssertionError()).startswith("The last call was refused. GetSecretValue asked for none, which")


def test_not_purged_yet(clock: Clock) -> None:
    """A secret whose window is over and that is not purged is told so."""
    with FakeSecretsManager(region=REGION, purge_delay=timedelta(hours=1)) as fake:
        fake.seed("a", VALUE, deleted_days_ago=29)
        clock.advance(days=1)
        assert _sentences(fake, AssertionError()) == (
            "No call reached the fake. a is not purged yet; its recovery window ended at +1d (2031-05-07 07:08:09Z)."
        )


def test_what_did_not_raise(clock: Clock, fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """Where an error was expected, the last call is told of, and how long before the end a secret was restored."""
    fake.seed("a", VALUE)
    client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    clock.advance(days=6, hours=23)
    client.restore_secret(SecretId="a")
    assert told(AssertionError("DID NOT RAISE X")).startswith(
        "The last call, RestoreSecret at +6d 23h, was answered without an error: it came 1h before the recovery window "
        "of a\nended."
    )
    client.restore_secret(SecretId="a")
    fake.seed("b", VALUE)
    client.restore_secret(SecretId="b")
    assert "RestoreSecret at +6d 23h, was answered without an error.\n" in told(AssertionError("DID NOT RAISE X"))
    client.list_secrets()
    assert told(AssertionError("DID NOT RAISE X")).startswith("The last call, ListSecrets at +6d 23h, was answered")


def test_a_rotation_that_failed(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """The step and the line of the function that raised are told, not the text of its exception."""
    fake.seed("a", VALUE)
    fake.rotation_function(LAMBDA, Rotator(fake, fails_at="setSecret"))
    client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
    text = told(AssertionError())
    assert text.startswith("The rotation of a failed at +0s: setSecret raised RuntimeError in rotation.py:")
    assert "the database says no" not in text


def test_left_behind(fake: FakeSecretsManager, client: Any, told: Told) -> None:
    """A secret that is left behind is told with the call that created it."""
    client.create_secret(Name="a")
    fake.seed("b", VALUE)
    assert told(AssertionError(), leftovers=("a",)).startswith(
        "Left behind: a, by CreateSecret at +0s (here). Nothing has deleted it."
    )


class _Group(Exception):
    """What ExceptionGroup is on every Python: an exception with others in it."""

    def __init__(self, message: str, exceptions: Any) -> None:
        super().__init__(message)
        self.exceptions = exceptions


def _sentences(fake: FakeSecretsManager, error: BaseException) -> str:
    return " ".join(story_of(service_of(fake), error).sentences)


def _because(fake: FakeSecretsManager, call: Any, **parameters: Any) -> str:
    with pytest.raises(Exception) as caught:
        call(**parameters)
    return _sentences(fake, caught.value)
