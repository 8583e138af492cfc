"""Large stores beside small ones: pages, single calls, a purge, and what returns many secrets."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_secretsdelete import Clock, FakeSecretsManager
from pytest_secretsdelete._time import freezing

from .floor import REGION, VALUE
from .table import Row
from .timing import numbered, pairs, seconds, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .sizes import Sizes

_PAGE = 10
_PREFIX = "of-the-page"
#: Listings of a page of ten: the parameters of ListSecrets.
PAGES: dict[str, dict[str, Any]] = {
    "plain": {},
    "sorted by created-date": {"SortBy": "created-date"},
    "sorted by last-changed-date": {"SortBy": "last-changed-date"},
    "sorted by last-accessed-date": {"SortBy": "last-accessed-date"},
    "sorted by name": {"SortBy": "name"},
    "by name prefix": {"Filters": [{"Key": "name", "Values": [_PREFIX]}]},
    "IncludePlannedDeletion": {"IncludePlannedDeletion": True},
}


def rows(sizes: Sizes) -> Iterator[Row]:
    """Yield the rows."""
    large, small = _filled(sizes.large), _filled(sizes.small)
    against = f"{sizes.large:,} secrets / {sizes.small:,}"
    yield from (
        Row(f"a page of ten: {name}", against, *measured, 1.5) for name, measured in _pages(sizes, large, small)
    )
    for name, act in _calls().items():
        yield Row(name, against, *_compared(sizes, large, small, act), 1.2)
    yield Row("a purge that comes due", against, *_purges(sizes, large, small), 1.2)
    yield from _growing(sizes)
    yield Row("PutSecretValue", "a secret with 100 versions / with 2", *_versions(sizes), 1.3)


def _filled(count: int) -> FakeSecretsManager:
    """Return a fake with so many secrets, ten of which share a prefix and two are scheduled for deletion."""
    fake = FakeSecretsManager(region=REGION)
    with freezing.held(None):
        for number in range(count - _PAGE):
            fake.seed(f"secret-{number}", VALUE, deleted_days_ago=1 if number in {5, count // 2} else None)
        for number in range(_PAGE):
            fake.seed(f"{_PREFIX}-{number}", VALUE)
    return fake


@contextmanager
def _active(fake: FakeSecretsManager) -> Iterator[Any]:
    with fake:
        yield fake.client()


def _compared(
    sizes: Sizes, first: FakeSecretsManager, second: FakeSecretsManager, act: Callable[[Any], Any]
) -> tuple[float, float, float]:
    """Compare what an act costs with a client of the one fake and of the other."""
    repeats = max(sizes.repeats // 5, 1)
    return pairs(
        sizes.rounds,
        lambda: within(lambda: _active(first), act, repeats),
        lambda: within(lambda: _active(second), act, repeats),
    )


def _pages(
    sizes: Sizes, large: FakeSecretsManager, small: FakeSecretsManager
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    for name, parameters in PAGES.items():

        def page(client: Any, parameters: dict[str, Any] = parameters) -> None:
            assert len(client.list_secrets(MaxResults=_PAGE, **parameters)["SecretList"]) == _PAGE

        yield name, _compared(sizes, large, small, page)
    tokens = {id(fake): _last_token(fake) for fake in (large, small)}

    def last_of(fake: FakeSecretsManager) -> Callable[[], float]:
        def last(client: Any) -> None:
            answer = client.list_secrets(MaxResults=_PAGE, NextToken=tokens[id(fake)])
            assert answer["SecretList"]
            assert "NextToken" not in answer

        return lambda: within(lambda: _active(fake), last, max(sizes.repeats // 5, 1))

    yield "the last page", pairs(sizes.rounds, last_of(large), last_of(small))


def _last_token(fake: FakeSecretsManager) -> str:
    """Return the token of the last page of ten: pages of a hundred lead to its neighbourhood."""
    token: dict[str, str] = {}
    with fake:
        client = fake.client()
        left = len(fake.secrets()) - 2  # those that are scheduled are not listed
        while left > _PAGE:
            step = min(100, (left - 1) // _PAGE * _PAGE)
            answer = client.list_secrets(MaxResults=step, **token)
            left -= len(answer["SecretList"])
            token = {"NextToken": answer["NextToken"]}
    return token["NextToken"]


def _calls() -> dict[str, Callable[[Any], Any]]:
    """Return single calls, each on a secret of every store."""
    name = f"{_PREFIX}-1"

    def get(client: Any) -> None:
        assert client.get_secret_value(SecretId=name)["SecretString"] == VALUE

    def delete_and_restore(client: Any) -> None:
        client.delete_secret(SecretId=name)
        client.restore_secret(SecretId=name)

    def put(client: Any) -> None:
        client.put_secret_value(SecretId=name, SecretString=VALUE)

    return {"GetSecretValue": get, "DeleteSecret + RestoreSecret": delete_and_restore, "PutSecretValue": put}


def _purges(sizes: Sizes, large: FakeSecretsManager, small: FakeSecretsManager) -> tuple[float, float, float]:
    """Compare moving the clock to the end of a recovery window."""
    names = numbered("purged")

    def purge(fake: FakeSecretsManager) -> float:
        name = next(names)
        fake.seed(name, VALUE)
        with freezing.held(None):
            fake.start()
            try:
                fake.client().delete_secret(SecretId=name, RecoveryWindowInDays=7)
                clock = Clock()
                took = seconds(lambda: clock.advance(days=7))
                fake.client().list_secrets(MaxResults=1)
                assert fake.events[-1].name == "EndSecretVersionDelete" or name not in fake
            finally:
                fake.stop()
        return took

    return pairs(sizes.rounds, lambda: purge(large), lambda: purge(small))


def _growing(sizes: Sizes) -> Iterator[Row]:
    """Compare the cost of a returned secret, where many are returned, with its cost where an eighth of them are."""
    many, few = sizes.large // 20, sizes.large // 160 + 1
    more, fewer = _created(many), _created(few)

    acts: dict[str, Callable[[FakeSecretsManager], Callable[[Any], Any]]] = {
        "BatchGetSecretValue by filter, all pages": lambda fake: _batch,
        "secrets()": lambda fake: lambda client: fake.secrets(),
        "leftovers()": lambda fake: lambda client: fake.leftovers(),
    }
    for name, act in acts.items():

        def each(fake: FakeSecretsManager, count: int, act: Any = act) -> float:
            with fake:
                assert len(act(fake)(client := fake.client())) == count
                return seconds(lambda: act(fake)(client)) / count

        measured = pairs(
            max(sizes.rounds // 3, 1),
            lambda each=each: each(more, many),
            lambda each=each: each(fewer, few),
        )
        yield Row(f"{name}: a secret", f"{many:,} returned / {few:,}", *measured, 1.2)


def _batch(client: Any) -> list[Any]:
    """Return the secrets of all pages: this botocore may have no paginator for the operation."""
    values, token = [], {}
    while True:
        page = client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["s"]}], MaxResults=20, **token)
        values += page["SecretValues"]
        if "NextToken" not in page:
            return values
        token = {"NextToken": page["NextToken"]}


def _created(count: int) -> FakeSecretsManager:
    with FakeSecretsManager(region=REGION) as fake:
        client = fake.client()
        for number in range(count):
            client.create_secret(Name=f"s{number}", SecretString=VALUE)
    return fake


def _versions(sizes: Sizes) -> tuple[float, float, float]:
    """Compare PutSecretValue on a secret with 100 versions and on one with 2."""

    def put(versions: int) -> float:
        with FakeSecretsManager(region=REGION) as fake:
            client = fake.client()
            for number in range(5):
                client.create_secret(Name=f"s{number}", SecretString=VALUE)
                for _ in range(versions - 1):
                    client.put_secret_value(SecretId=f"s{number}", SecretString=VALUE)
                assert len(fake.secret(f"s{number}").versions) == versions
            names = iter(range(5))
            return seconds(lambda: client.put_secret_value(SecretId=f"s{next(names)}", SecretString=VALUE), 5)

    return pairs(sizes.rounds, lambda: put(100), lambda: put(2))
