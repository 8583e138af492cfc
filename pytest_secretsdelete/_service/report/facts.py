"""The facts of a report: the lives of the secrets, the failed call, the moves of the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import names
from ..entries import Attempt, Seeding
from ..faults import secret_ids
from ..instant import to_microseconds
from ..places import chain
from .wording import offset, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..entries import Entry, Move
    from ..service import Service

_LENGTH_OF_SUFFIX = 7


class Subject(NamedTuple):
    """What a life is about: a name in an account and a region."""

    account: str
    region: str
    name: str


@dataclass
class Facts:
    """What a report is made of."""

    service: Service
    #: What happened, in order.
    record: Sequence[Entry]
    #: In milliseconds; 0 where nothing has happened.
    start: int
    end: int
    moves: list[Move]
    #: What happened to each name, in order.
    lives: dict[Subject, list[Entry]]
    #: The calls that are about no single secret.
    other_calls: list[Attempt]
    #: The call that has failed the test, or None.
    failed: Attempt | None = None
    #: Whether another fake has answered that call.
    failed_elsewhere: bool = False
    #: The text of the failure; it is searched for names, and never shown.
    failure: str = ""
    #: What had happened to each name before, where the record is a test's and the fake a wider one.
    earlier: dict[Subject, list[Entry]] = field(default_factory=dict)
    _whole_arns: frozenset[str] = field(default_factory=frozenset)

    def life_of(self, subject: Subject) -> list[Entry]:
        """Return all that happened to a name, in order."""
        return [*self.earlier.get(subject, ()), *self.lives.get(subject, ())]

    def subjects_of(self, attempt: Attempt) -> list[Subject]:
        """Return what a call is about: nothing, one secret, or those of a batch."""
        return [_subject(one, attempt, self._whole_arns) for one in _ids_in(attempt)]

    def at(self, instant: int) -> str:
        """Return an instant as the time since the start."""
        return offset(instant - self.start)

    def called(self, subject: Subject) -> str:
        """Return a secret's name; its region and its account are added where there are several."""
        others = self.lives.keys() | {subject}
        notes = [subject.region] if len({other.region for other in others}) > 1 else []
        notes += [f"account {subject.account}"] if len({other.account for other in others}) > 1 else []
        return plain(subject.name) + (f" ({', '.join(notes)})" if notes else "")


def gather(service: Service, record: Sequence[Entry], error: BaseException | None = None) -> Facts:
    """Return the facts of a fake; the call that raised `error`, or led to it, is the one that has failed."""
    entries = _ended(record)
    earlier = [] if error is None else _before(service, record)
    moves = list(service.timeline.moves)
    instants = [*map(instant_of, entries), *(end for move in moves for end in (move.start, move.end))]
    instants = instants or [service.vault.latest]
    arns = frozenset(_arns(service, [*earlier, *entries]))
    facts = Facts(service, entries, min(instants), max(instants), moves, {}, [], _whole_arns=arns)
    for entry in entries:
        if not _file(facts, facts.lives, entry) and isinstance(entry, Attempt):
            facts.other_calls.append(entry)
    for entry in earlier:
        _file(facts, facts.earlier, entry)
    if error is not None:
        facts.failure = str(error)
        facts.failed = _failed(facts, error)
        facts.failed_elsewhere = facts.failed is not None and facts.failed not in entries
    return facts


def _ended(record: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in record if not isinstance(entry, Attempt) or entry.has_ended]


def _before(service: Service, record: Iterable[Entry]) -> list[Entry]:
    """Return what happened to a fake before a record of it begins."""
    recorded = set(map(id, record))
    return [entry for entry in _ended(service.timeline) if id(entry) not in recorded]


def _file(facts: Facts, lives: dict[Subject, list[Entry]], entry: Entry) -> bool:
    """Add an entry to the lives that it is about; return whether there are any."""
    subjects = dict.fromkeys(_subjects(facts, entry))
    for subject in subjects:
        lives.setdefault(subject, []).append(entry)
    return bool(subjects)


def instant_of(entry: Entry) -> int:
    """Return when something happened, in milliseconds."""
    return entry.at if isinstance(entry.at, int) else to_microseconds(entry.at) // 1000


def _subjects(facts: Facts, entry: Entry) -> list[Subject]:
    if isinstance(entry, Attempt):
        return facts.subjects_of(entry)
    if isinstance(entry, Seeding):
        return [Subject(entry.secret.account_id, entry.secret.region, entry.secret.name)]
    return [subject_of_arn(entry.secret)]


def subject_of_arn(whole: str) -> Subject:
    """Return what a whole ARN, as the service makes it, is about."""
    _, _, _, region, account, _, rest = whole.split(":", 6)
    return Subject(account, region, rest[:-_LENGTH_OF_SUFFIX])


def _ids_in(attempt: Attempt) -> list[str]:
    """Return how a call names its secrets; Parameter Store's calls name them by references."""
    if not attempt.operation.startswith("GetParameter"):
        return secret_ids(attempt.parameters)
    given = attempt.parameters.get("Names") or [attempt.parameters.get("Name")]
    ours = [name for name in given if isinstance(name, str) and name.startswith(names.PARAMETER_PREFIX)]
    return [name[len(names.PARAMETER_PREFIX) :].partition(":")[0] for name in ours]


def _subject(secret_id: str, attempt: Attempt, whole_arns: frozenset[str]) -> Subject:
    arn = names.parse_arn(secret_id)
    if arn is None:
        return Subject(attempt.account, attempt.region, secret_id)
    if secret_id in whole_arns:
        return subject_of_arn(secret_id)
    is_partial = any(whole[:-_LENGTH_OF_SUFFIX] == secret_id for whole in whole_arns)
    return Subject(arn.account, arn.region, arn.rest if is_partial else arn.name)


def _arns(service: Service, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the whole ARNs of all secrets that are known."""
    yield from (secret.arn for secret in service.vault.secrets())
    for entry in entries:
        if isinstance(entry, Seeding):
            yield entry.secret.arn
        else:
            step = entry.step if isinstance(entry, Attempt) else entry
            if step is not None:
                yield step.secret


def _failed(facts: Facts, error: BaseException) -> Attempt | None:
    """Return the latest call that was answered with an exception, or with one that it came from."""
    for one in chain(error):
        for record in (facts.record, *(list(other.timeline) for other in reversed(tuple(facts.service.met)))):
            for entry in reversed(record):
                if isinstance(entry, Attempt) and entry.error_code is not None and _is_answer(one, entry):
                    return entry
    return None


def _is_answer(error: BaseException, attempt: Attempt) -> bool:
    """Return whether botocore has made an exception of an answer: its code and operation tell, and the request's id."""
    response = getattr(error, "response", None)
    answered = response.get("Error") if isinstance(response, dict) else None
    if isinstance(answered, dict):
        request_id = _request_id(response)
        return (answered.get("Code"), getattr(error, "operation_name", None), request_id) == (
            attempt.error_code,
            attempt.operation,
            attempt.request_id if request_id else None,
        )
    return type(error).__name__ == attempt.error_code


def _request_id(response: Any) -> str | None:
    """Return the id of the request that a parsed response carries; a response made by hand has none."""
    metadata = response.get("ResponseMetadata")
    return metadata.get("RequestId") if isinstance(metadata, dict) else None
