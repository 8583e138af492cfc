"""One call: beside the floor, the bare canned handler, and moto."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from .floor import SECRET, VALUE, canned_client, fake_answers, fake_with_a_secret, moto_with_a_secret
from .table import Row
from .timing import pairs, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from .sizes import Sizes

    Calls = Callable[[Any], Any]


def _get(client: Any) -> None:
    assert client.get_secret_value(SecretId=SECRET)["SecretString"] == VALUE


def _describe(client: Any) -> None:
    assert client.describe_secret(SecretId=SECRET)["Name"] == SECRET


def _delete_and_restore(client: Any) -> None:
    assert client.delete_secret(SecretId=SECRET)["DeletionDate"]
    assert client.restore_secret(SecretId=SECRET)["Name"] == SECRET


def _put(client: Any) -> None:
    assert client.put_secret_value(SecretId=SECRET, SecretString=VALUE)["VersionId"]


CALLS: dict[str, Calls] = {
    "GetSecretValue": _get,
    "DescribeSecret": _describe,
    "DeleteSecret + RestoreSecret": _delete_and_restore,
    "PutSecretValue": _put,
}


def rows(sizes: Sizes) -> Iterator[Row]:
    """Yield a row for each call and each thing to compare it with."""
    answers = fake_answers()
    floor, bare = canned_client(answers, parse=True), canned_client(answers, parse=False)
    others: tuple[tuple[str, Callable[[], AbstractContextManager[Any]], float | None], ...] = (
        ("the floor: a canned body, parsed", lambda: nullcontext(floor), 1.0),
        ("the bare canned handler", lambda: nullcontext(bare), None),
        ("moto", moto_with_a_secret, 0.12),
    )
    for against, other, target in others:
        for name, call in CALLS.items():
            yield Row(
                name,
                against,
                *pairs(
                    sizes.rounds,
                    lambda call=call: within(fake_with_a_secret, call, sizes.repeats),
                    lambda call=call, other=other: within(other, call, sizes.repeats),
                ),
                target,
            )
