"""The public classes and their members, as users get them."""

from __future__ import annotations

import inspect
from functools import cache

import pytest_secretsdelete
from pytest_secretsdelete import Clock, FakeSecretsManager

from ..support import LAMBDA, REGION

#: The exported classes but those of exceptions, by name.
CLASSES = {
    name: thing
    for name in pytest_secretsdelete.__all__
    if inspect.isclass(thing := getattr(pytest_secretsdelete, name)) and not issubclass(thing, Exception)
}


@cache
def _given_out() -> dict[str, object]:
    """Return one of each of what users get, by the names of the classes."""
    with FakeSecretsManager(region=REGION) as fake:
        fake.rotation_function(LAMBDA, lambda event, context: None)
        client = fake.client()
        client.create_secret(Name="a", SecretString="b")
        client.rotate_secret(SecretId="a", RotationLambdaARN=LAMBDA)
        secret = fake.secret("a")
        things = [fake, Clock(), secret, secret.versions[0], fake.calls[0], fake.events[0], fake.rotations[0]]
        things.append(fake.fail("DeleteSecret", "ThrottlingException"))
    return {type(thing).__name__: thing for thing in things}


def members_of(name: str) -> set[str]:
    """Return the members that users find on an object of a class, or on the class where it has no objects to give."""
    thing = _given_out().get(name, CLASSES[name])
    members = thing.__members__ if isinstance(thing, type) else dir(thing)  # type: ignore[attr-defined]
    return {member for member in members if not member.startswith("_")}
