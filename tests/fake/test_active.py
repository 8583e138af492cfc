"""`FakeSecretsManager.active`: the fake that answers."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsdelete import FakeSecretsManager
from pytest_secretsdelete._fake import service_of

from ..support import rotate_as_the_template

if TYPE_CHECKING:
    from pytest_secretsdelete._service.service import Service

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def test_the_innermost() -> None:
    """The innermost active fake is returned, as it was made."""
    with FakeSecretsManager() as outer:
        with FakeSecretsManager() as inner:
            assert FakeSecretsManager.active() is inner
        assert FakeSecretsManager.active() is outer


def test_none() -> None:
    """Without an active fake the error says how to have one."""
    with FakeSecretsManager() as fake:
        pass
    with pytest.raises(RuntimeError, match=r"No fake .* is active\. Ask for the secretsmanager fixture") as raised:
        FakeSecretsManager.active()
    assert fake.secrets() == ()
    assert "https://pytest-secretsdelete.readthedocs.io/page/reference/fake.html#start-and-stop" in str(raised.value)


def test_fakes_that_have_stopped_are_let_go() -> None:
    """However many fakes an active one outlives, it holds few of them: the latest, for its report."""
    with FakeSecretsManager() as outer:
        gone: list[weakref.ref[Service]] = []
        for _ in range(30):
            with FakeSecretsManager() as inner:
                gone.append(weakref.ref(service_of(inner)))
        del inner
        gc.collect()
        kept = [place for place, one in enumerate(gone) if one() is not None]
        assert 1 <= len(kept) <= 10
        assert kept == list(range(30 - len(kept), 30))
        assert FakeSecretsManager.active() is outer


def test_in_a_rotation_function() -> None:
    """Inside a rotation function it is the fake whose rotation it is."""
    seen: list[Any] = []
    with FakeSecretsManager(region="us-east-1") as outer:
        client = outer.client()

        def rotate(event: Any, context: Any) -> None:
            with FakeSecretsManager():
                seen.append(FakeSecretsManager.active())
            rotate_as_the_template(client, event)

        outer.rotation_function(FUNCTION, rotate)
        outer.seed("a", "x")
        client.rotate_secret(SecretId="a", RotationLambdaARN=FUNCTION)
    assert seen == [outer] * 4


def test_a_function_for_all() -> None:
    """`*` stands for every function that has none of its own, whichever was given first."""
    called: list[str] = []
    with FakeSecretsManager(region="us-east-1") as fake:
        client = fake.client()
        fake.rotation_function("*", lambda event, context: called.append(context.invoked_function_arn))
        fake.rotation_function(FUNCTION, lambda event, context: called.append("own"))
        for name, function in (("a", FUNCTION), ("b", f"{FUNCTION}-other")):
            fake.seed(name, "x")
            client.rotate_secret(SecretId=name, RotationLambdaARN=function)
    assert called == ["own"] * 4 + [f"{FUNCTION}-other"] * 4
