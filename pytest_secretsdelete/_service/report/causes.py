"""The first sentence of a report: why a call was answered as it was, in the cases that can be known."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from .. import errors, names, places
from ..entries import Attempt, Seeding
from ..faults import secret_ids
from . import labels
from .windows import Window, windows
from .wording import date, days, duration, listed, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..entries import Entry
    from ..model import SecretRecord
    from .facts import Facts, Subject

_NOT_FOUND = errors.not_found()
_OF_THE_WINDOW = {errors.MARKED_FOR_DELETION, errors.ALREADY_SCHEDULED, errors.WAS_DELETED}


class Case(NamedTuple):
    """A call that was refused, and the secret that it was about."""

    facts: Facts
    call: Attempt
    subject: Subject

    @property
    def before(self) -> list[Entry]:
        """What had happened to the secret by then."""
        life = self.facts.life_of(self.subject)
        return life[: life.index(self.call)] if self.call in life else life

    @property
    def name(self) -> str:
        """The secret's name, with its region and account where there are several."""
        return self.facts.called(self.subject)

    @property
    def window(self) -> Window | None:
        """The latest deletion of the secret by then."""
        found = windows(self.before)
        return found[-1] if found else None

    @property
    def is_not_found(self) -> bool:
        """Whether the secret itself was not found."""
        return (self.call.error_code, self.call.message) == (_NOT_FOUND.code, _NOT_FOUND.message)

    def at(self, instant: int) -> str:
        """Return an instant as the time since the start, and its date."""
        return f"{self.facts.at(instant)} ({date(instant)})"

    def by(self, call: Attempt) -> str:
        """Return a call with the time since the start, and its place."""
        return " ".join(filter(None, (call.operation, "at", self.facts.at(call.at), _in_brackets(call))))


def why(facts: Facts, call: Attempt) -> str:
    """Return why a call was refused; the service's own words where nothing more can be known."""
    if call.asked is not None:
        return _asked_for(call)
    for subject in facts.subjects_of(call):
        case = Case(facts, call, subject)
        for explain in _CASES:
            text = explain(case)
            if text is not None:
                return text
    return _in_its_own_words(facts, call)


def _asked_for(call: Attempt) -> str:
    asked = call.asked
    assert asked is not None  # noqa: S101 - for the type
    code, place = plain(call.error_code), places.shown(asked.place) or "the test"
    if asked.method == "deny()":
        return f"{call.operation} was denied because the test asked for it: deny() in {place}. allow() takes it back."
    return f"{call.operation} was answered with {code} because the test asked for it: fail() in {place}."


def _answered_by_another(case: Case) -> str | None:
    if not case.facts.failed_elsewhere:
        return None
    holds = "holds it" if _was_there(case, case.subject) else "does not hold it either"
    return (
        f"{case.call.operation} of {plain(case.subject.name)} was answered with {plain(case.call.error_code)} by "
        f"another fake, which covered this one at the time. This one {holds}. Start one fake for the whole test."
    )


def _inside_the_window(case: Case) -> str | None:
    window = case.window
    if window is None or window.ended is not None or case.call.message not in _OF_THE_WINDOW:
        return None
    if case.call.at >= window.until:
        return _after_the_window(case, window)
    deleted = "its seed has" if window.call is None else f"{case.by(window.call)} has"
    end = f"{deleted} scheduled its deletion for {case.at(window.until)}"
    operation = case.call.operation
    if operation == "CreateSecret":
        return (
            f"CreateSecret came inside the recovery window of {case.name}: {end}, and its name is taken until then. "
            "RestoreSecret brings the secret back until that date."
        )
    return (
        f"{operation} came inside the recovery window of {case.name}: {end}. RestoreSecret brings it back until then."
    )


def _after_the_window(case: Case, window: Window) -> str:
    late = duration(case.call.at - window.until)
    return (
        f"{case.call.operation} came too late, by {late}: the recovery window of {case.name} ended at "
        f"{case.at(window.until)}. It is not purged yet, and cannot be restored any more."
    )


def _gone(case: Case) -> str | None:
    window = case.window
    if not case.is_not_found or window is None or not window.was_purged:
        return None
    if window.is_forced and window.call is not None:
        return f"{case.name} was gone: {case.by(window.call)} deleted it without recovery."
    if case.call.operation == "RestoreSecret":
        late = case.call.at - window.until
        by = f", by {duration(late)}" if late else ""
        return (
            f"RestoreSecret came too late{by}: the recovery window of {case.name} ended at {case.at(window.until)}, "
            "and it was purged."
        )
    length = days(window.until - window.began)
    begun = "its seed had begun" if window.call is None else f"{case.by(window.call)} had begun"
    return (
        f"{case.name} was gone: its recovery window of {length}, which {begun}, ended at {case.at(window.until)}, and "
        "it was purged."
    )


def _under_another_arn(case: Case) -> str | None:
    named = secret_ids(case.call.parameters)
    if not case.is_not_found or not any(map(names.is_arn, named)) or not _was_there(case, case.subject):
        return None
    return f"{case.call.operation} named an ARN that {case.name} does not have: its own is another one."


def _held_elsewhere(case: Case) -> str | None:
    if not case.is_not_found:
        return None
    secrets = case.facts.service.vault.secrets()
    held = [secret for secret in secrets if secret.name == case.subject.name]
    regions = sorted({secret.region for secret in held if secret.account_id == case.subject.account})
    name, operation = plain(case.subject.name), case.call.operation
    if regions:
        return (
            f"{operation} looked for {name} in {case.subject.region}, but it is in {', '.join(regions)}. Give the "
            f"client that region, or seed the secret in {case.subject.region}."
        )
    accounts = sorted({secret.account_id for secret in held})
    if accounts:
        return (
            f"{operation} looked for {name} in account {case.subject.account}, but account {', '.join(accounts)} holds "
            "it. From another account a secret is named by its ARN, and its resource policy admits the caller."
        )
    return _held_by_another_fake(case)


def _held_by_another_fake(case: Case) -> str | None:
    """Explain a call that the one of two active fakes answered which does not hold the secret."""
    name = plain(case.subject.name)
    for other in tuple(case.facts.service.met):
        secrets: list[SecretRecord] = other.vault.secrets()
        if any(secret.name == case.subject.name for secret in secrets):
            return (
                f"{case.call.operation} did not find {name}, because another fake holds it: two fakes were active at "
                "once, and the innermost answers. Use one of them for the seed and for the call."
            )
    return None


def _there_already(case: Case) -> str | None:
    if case.call.error_code != "ResourceExistsException" or case.call.operation != "CreateSecret":
        return None
    for entry in reversed(case.before):
        if isinstance(entry, Seeding):
            return f"CreateSecret found {case.name} there already: it was seeded at {case.facts.at(entry.at)}."
        if isinstance(entry, Attempt) and entry.operation == "CreateSecret" and entry.error_code is None:
            return f"CreateSecret found {case.name} there already, since {case.by(entry)}."
    return None


def _never_there(case: Case) -> str | None:
    if not case.is_not_found or _was_there(case, case.subject):
        return None
    known = dict.fromkeys((*case.facts.earlier, *case.facts.lives))
    here = [subject.name for subject in known if _was_there(case, subject)]
    near = difflib.get_close_matches(case.subject.name, here)
    hint = f"Near: {listed(near)}." if near else f"There: {listed(here) or 'no secret at all'}."
    return f"{case.call.operation} asked for {case.name}, which was never there in {case.subject.region}. {hint}"


def _was_there(case: Case, subject: Subject) -> bool:
    is_here = (subject.account, subject.region) == (case.subject.account, case.subject.region)
    entries = case.facts.life_of(subject)
    return is_here and any(not isinstance(entry, Attempt) or entry.step is not None for entry in entries)


def _in_its_own_words(facts: Facts, call: Attempt) -> str:
    subjects = facts.subjects_of(call)
    about = f" of {', '.join(map(facts.called, subjects[:3]))}" if subjects else ""
    message = f": {plain(call.message)}" if call.message else ""
    return f"{call.operation}{about} was answered with {plain(call.error_code)}{message}"


def _in_brackets(call: Attempt) -> str:
    place = places.shown(call.place)
    return f"({place})" if place else ""


_CASES: tuple[Callable[[Case], str | None], ...] = (
    _answered_by_another,
    _inside_the_window,
    _gone,
    labels.moved_on,
    _there_already,
    _under_another_arn,
    _held_elsewhere,
    _never_there,
)
