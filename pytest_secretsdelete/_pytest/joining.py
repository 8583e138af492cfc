"""The fake that a test uses: one of its own, or one that a wider fixture has started, which the test joins."""

from __future__ import annotations

import traceback
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from .. import _active
from .._fake import FakeSecretsManager, service_of
from .._service import names
from .._service.docs import read_on
from .._service.places import chain
from .markers import Plan, plan_from, plan_of, wrong_marker

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from .._service.entries import Entry
    from .._service.faults import Fault
    from .._service.seeds import Seed
    from .._service.service import Service
    from .._service.settings import Settings
    from .._service.snapshot import Secret
    from .._service.undo import Checkpoint

_READ_ON = read_on("how-to/share-a-fake#join-it-from-a-test")
#: The settings of a joined fake that a marker changes for its test.
_OF_THE_TEST = {"purge_delay", "force_delete_delay"}
#: The scopes that are wider than that of a ready-made fake.
_WIDER = {"session": frozenset[str](), "module": frozenset({"session", "package"})}


@dataclass(eq=False)
class Use:
    """A fake as one test uses it; of a joined one, what has happened since the test began."""

    fake: FakeSecretsManager
    #: Where the test began; None where the fake is the test's own.
    checkpoint: Checkpoint | None = None
    _record: list[Entry] | None = None

    @property
    def record(self) -> list[Entry]:
        """What happened in the test, in order; it stays after what the test did has been undone."""
        timeline = service_of(self.fake).timeline
        if self._record is not None:
            return self._record
        return list(timeline) if self.checkpoint is None else timeline.since(self.checkpoint)

    def keep_record(self) -> None:
        """Keep what has happened, before it is undone."""
        self._record = self.record

    def leftovers(self) -> tuple[Secret, ...]:
        """Return the secrets that calls of the test have created and not deleted."""
        return self.fake.leftovers() if self.checkpoint is None else service_of(self.fake).leftovers(self.checkpoint)

    def unused_faults(self) -> tuple[Fault, ...]:
        """Return the faults that the test has made and not used as often as it said."""
        return service_of(self.fake).failures.unused(self.checkpoint)


def found_use(error: BaseException | None) -> Use | None:
    """Return the fake that a failed test has used without the fixtures of a test.

    That is one which is active still, such as a wider fixture's, or one that a frame of the exception holds, such as
    that of a `with` statement or of the decorator.
    """
    active = shared_fake()
    if active is not None:
        return Use(active)
    for raised in chain(error):
        for frame, _ in traceback.walk_tb(raised.__traceback__):
            fakes = [value for value in frame.f_locals.values() if isinstance(value, FakeSecretsManager)]
            if fakes:
                return Use(fakes[-1])
    return None


def shared_fake() -> FakeSecretsManager | None:
    """Return the fake that a wider fixture has started, or None."""
    return FakeSecretsManager.active() if _active.responders() else None


@contextmanager
def joined(fake: FakeSecretsManager) -> Iterator[Use]:
    """Join a fake: what is done in the block is undone at its end."""
    with service_of(fake).checkpoint() as checkpoint:
        use = Use(fake, checkpoint)
        try:
            yield use
        finally:
            use.keep_record()


@dataclass(frozen=True)
class WiderFixtures:
    """Lets what fixtures of a wider scope set up, while a narrower one has joined their fake, outlast that.

    pytest keeps such a fixture's result beyond the module in which it was first asked for.
    """

    joined: Use
    scopes: frozenset[str]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, None]:
        """Set the checkpoint of the narrower scope aside."""
        checkpoint, is_wider = self.joined.checkpoint, fixturedef.scope in self.scopes
        journal = service_of(self.joined.fake).journal
        with journal.set_aside(checkpoint) if checkpoint and is_wider else nullcontext():
            yield


@contextmanager
def wider_fake(
    request: pytest.FixtureRequest, ini: Mapping[str, Any], *, in_a_test: bool
) -> Iterator[FakeSecretsManager]:
    """Give the fake of a module or session: joined where one is active, unless that may be a test's own."""
    manager = request.config.pluginmanager
    shared = None if in_a_test else shared_fake()
    if shared is None:
        with FakeSecretsManager(**vars(plan_from(ini).settings)) as fake:
            yield fake
    else:
        with joined(shared) as use:
            wider_fixtures = WiderFixtures(use, _WIDER[request.scope])
            manager.register(wider_fixtures)
            try:
                yield shared
            finally:
                manager.unregister(wider_fixtures)


def plan_to_join(item: pytest.Item, ini: Mapping[str, Any], fake: FakeSecretsManager, *, is_marked: bool) -> Plan:
    """Return the plan of a test on top of a joined fake's settings; fail the test where a marker contradicts those."""
    service = service_of(fake)
    base = {**ini, **vars(service.settings), "region": service.region}
    if not is_marked:
        return plan_from(base)
    plan = plan_of(item, base)
    try:
        _check_settings(plan.settings, service)
    except ValueError as error:
        raise wrong_marker(error) from None
    return plan


def _check_settings(asked: Settings, service: Service) -> None:
    held = {**vars(service.settings), "region": service.region}
    given = {**vars(asked), "region": names.plain_region(asked.region or service.region)}
    for name in sorted(given.keys() - _OF_THE_TEST):
        if given[name] != held[name]:
            raise ValueError(
                f"@pytest.mark.secretsmanager({name}={given[name]!r}) contradicts the fake that this test joins, which "
                f"a wider fixture has started with {name}={held[name]!r}. Make that fake with the setting, or take the "
                f"setting out of the marker. {_READ_ON}"
            )


def check_name(use: Use, seed: Seed) -> None:
    """Refuse a seed whose name a joined fake holds; ValueError says where that secret comes from."""
    service = service_of(use.fake)
    service.settled()
    there = None if use.checkpoint is None else service.store(seed.region).get(seed.name)
    if there is not None:
        how = "seeded" if there.seeded else "created"
        raise ValueError(
            f"@pytest.mark.secret({seed.name!r}): a wider fixture has {how} a secret {seed.name!r} in "
            f"{there.region}, in the fake that this test joins. Give the marker another name, or change that secret in "
            f"the test: what a test changes is undone at its end. {_READ_ON}"
        )
