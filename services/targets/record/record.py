"""What stands in whose record because of a case: its steps, folded in the order in which the case made them (A6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.cases import (
    Case,
    CaseClosed,
    CaseDismissed,
    CaseFact,
    CaseImported,
    CaseMerged,
    CaseOpened,
    CaseOverdue,
    CaseRelapsed,
    CaseReopened,
    CaseRevised,
    CaseState,
    CaseTransferred,
    CaseVoided,
    RelapseReason,
    Route,
)
from contracts.language.message import Fact
from contracts.language.values import CaseRef, PostRef, Token, UnitRef, Value
from contracts.language.written import Instant
from contracts.targets import AlsoRecorded, RecordEntered, RecordUndone, RecordWord, UndoneBy
from services.runtime.reference.posts import nearest_chief

MUST_BE_PUT_RIGHT = (CaseState.ASSIGNED, CaseState.RECTIFYING, CaseState.RELAPSED)
"""The states in which the unit owns a case; while the office or the acceptor does, no chief of the place is late."""


class Word(StrEnum):
    """What a step of a case does to records."""

    OPENED = "opened"
    TRANSFERRED = "transferred"
    REVISED = "revised"
    OVERDUE = "overdue"
    CLOSED = "closed"
    RELAPSED = "relapsed"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    NO_VIOLATION = "no_violation"
    VOIDED = "voided"
    MERGED = "merged"


class Step(Value):
    """What one fact about a case means for records, kept so that facts may be heard in any order.

    `n` is the fact's number among those of the case. `mark` tells the owners and days apart that one case may miss.
    """

    n: int
    word: Word
    at: Instant
    cycle: int
    mark: str = ""
    chiefs: tuple[PostRef, ...] = ()
    unit: UnitRef | None = None
    account: Token | None = None
    accepted_by_post: PostRef | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in somebody's record: a holder's of a post, a unit's, a person's; in nobody's where no chief answered."""

    what: RecordWord
    mark: str
    at: Instant
    post: PostRef | None = None
    unit: UnitRef | None = None
    account: str | None = None
    undone_by: UndoneBy | None = None
    undone_at: Instant | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it one entry of its case: what happened, in which cycle, and to whom."""
        return f"{self.what}{self.mark}", self.whose

    @property
    def whose(self) -> str:
        if self.post is not None:
            holder = self.post.holder
            return f"post {self.post.id}" if holder is None else f"post {self.post.id} {holder.id}"
        if self.unit is not None:
            return f"unit {self.unit.id}"
        return "" if self.account is None else f"account {self.account}"


Book = dict[tuple[str, str], Entry]


def _step(fact: CaseFact, n: int, word: Word, **said: Any) -> Step:
    return Step(n=n, word=word, at=fact.at, cycle=fact.case.cycle, **said)


def _answered(case: Case) -> tuple[PostRef, ...]:
    """The nearest chief of those who answered when it occurred: each who held that post on one of its days."""
    chief = nearest_chief(case.answerable)
    return tuple(post for post in case.answerable if chief is not None and post.id == chief.id)


def _acts(case: Case) -> tuple[PostRef, ...]:
    """The nearest chief of those who answer now."""
    chief = nearest_chief(case.acting)
    return () if chief is None else (chief,)


def _opened(fact: CaseFact, n: int) -> list[Step]:
    return [_step(fact, n, Word.OPENED, chiefs=_answered(fact.case))]


def _imported(fact: CaseFact, n: int) -> list[Step]:
    """Where nobody knows when it occurred nobody is answerable for it: never who holds the post by now."""
    return [*_opened(fact, n), *(_closed(fact, n) if fact.case.state == CaseState.CLOSED else ())]


def _transferred(fact: CaseFact, n: int) -> list[Step]:
    """Who answers for another place, or day, answers for the case from its beginning."""
    word = Word.REVISED if isinstance(fact, CaseRevised) else Word.TRANSFERRED
    return [_step(fact, n, word, chiefs=_answered(fact.case))]


def _overdue(fact: CaseFact, n: int) -> list[Step]:
    """Against the chief who must see to it now, and only while the unit is late."""
    case = fact.case
    if not isinstance(fact, CaseOverdue) or case.unit is None or case.owner is None:
        return []
    if case.state not in MUST_BE_PUT_RIGHT or case.owner.unit.id != case.unit.id:
        return []
    mark = f" {case.cycle} {case.unit.id} {fact.overdue_since}"
    return [_step(fact, n, Word.OVERDUE, mark=mark, chiefs=_acts(case))]


def _closed(fact: CaseFact, n: int) -> list[Step]:
    case = fact.case
    if case.route == Route.NO_VIOLATION:
        return [_step(fact, n, Word.NO_VIOLATION)]
    acceptor = nearest_chief(post for post in case.acting if post.holder and post.holder.id == case.accepted_by)
    more = {"chiefs": _answered(case), "accepted_by_post": acceptor}
    return [_step(fact, n, Word.CLOSED, mark=f" {case.cycle}", **more)]


def _relapsed(fact: CaseFact, n: int) -> list[Step]:
    """A recurrence adds the present chief, a false rectification who accepted it and the unit of that time."""
    if not isinstance(fact, CaseRelapsed):
        return []
    case, step = fact.case, _step(fact, n, Word.RELAPSED, mark=f" {fact.case.cycle}")
    if fact.why is RelapseReason.RECURRENCE:
        return [step.model_copy(update={"chiefs": _acts(case)})]
    if fact.why is RelapseReason.FALSE_RECTIFICATION:
        accounts = [one.account for one in case.also_answerable if one.why is fact.why and one.account is not None]
        return [step.model_copy(update={"unit": case.unit, "account": accounts[-1] if accounts else None})]
    return [step]


def _saying(word: Word) -> Callable[[CaseFact, int], list[Step]]:
    return lambda fact, n: [_step(fact, n, word)]


STEPS: dict[type[CaseFact], Callable[[CaseFact, int], list[Step]]] = {
    CaseOpened: _opened,
    CaseImported: _imported,
    CaseTransferred: _transferred,
    CaseRevised: _transferred,
    CaseOverdue: _overdue,
    CaseClosed: _closed,
    CaseRelapsed: _relapsed,
    CaseReopened: _saying(Word.REOPENED),
    CaseDismissed: _saying(Word.DISMISSED),
    CaseVoided: _saying(Word.VOIDED),
    CaseMerged: _saying(Word.MERGED),
}
"""The facts that do something to records, and what."""
_STEPS_BY_NAME = {fact.name: steps for fact, steps in STEPS.items()}


def steps_of(fact: CaseFact, n: int) -> list[Step]:
    """The steps of the fact that is the `n`-th of its case."""
    return _STEPS_BY_NAME[fact.name](fact, n)


def entries(steps: Iterable[Step]) -> list[Entry]:
    """What stands, and what stood, in records by all steps of a case that are known, in whatever order they came."""
    book: Book = {}
    closed: Step | None = None
    for step in sorted(dict.fromkeys(steps), key=lambda one: one.n):
        for entry in _entered(step, book, closed):
            book[entry.key] = entry
        closed = step if step.word is Word.CLOSED else closed
    return list(book.values())


def _entered(step: Step, book: Book, closed: Step | None) -> Iterable[Entry]:
    """The entries that a step makes, undoes or makes stand again; `closed` is the last close before it."""
    match step.word:
        case Word.OPENED | Word.OVERDUE | Word.CLOSED:
            return _by_chiefs(RecordWord(step.word), step)
        case Word.TRANSFERRED | Word.REVISED:
            there = {one.key: one for one in _by_chiefs(RecordWord.OPENED, step)}
            here = {one.key: one for one in _standing(book) if one.what is RecordWord.OPENED}
            left = [one for key, one in here.items() if key not in there]
            return [*_undone(left, UndoneBy(step.word), step), *(one for key, one in there.items() if key not in here)]
        case Word.RELAPSED:
            closes = [one for one in _standing(book) if one.what is RecordWord.CLOSED]
            again = _standing_again(book, UndoneBy.NO_VIOLATION)
            return [*_undone(closes, UndoneBy.RELAPSED, step), *again, *_answerable_since(step, closed)]
        case Word.REOPENED:
            return _standing_again(book, UndoneBy.DISMISSED)
        case Word.DISMISSED | Word.NO_VIOLATION | Word.VOIDED | Word.MERGED:
            return _undone(_standing(book), UndoneBy(step.word), step)


def _by_chiefs(what: RecordWord, step: Step) -> list[Entry]:
    return [Entry(what, step.mark, step.at, post) for post in step.chiefs] or [Entry(what, step.mark, step.at)]


def _answerable_since(step: Step, closed: Step | None) -> list[Entry]:
    """Who became answerable by a relapse; an acceptor also by the chief's post that it held at the close."""
    entry = Entry(RecordWord.RELAPSED, step.mark, step.at)
    found = [replace(entry, post=post) for post in step.chiefs]
    if step.unit is not None:
        found.append(replace(entry, unit=step.unit))
    if step.account is not None:
        found.append(replace(entry, account=step.account))
        post = closed.accepted_by_post if closed is not None and closed.cycle == step.cycle - 1 else None
        if post is not None and post.holder is not None and post.holder.id == step.account:
            found.append(replace(entry, post=post))
    return found


def _standing(book: Book) -> list[Entry]:
    return [one for one in book.values() if one.undone_by is None]


def _standing_again(book: Book, undone_by: UndoneBy) -> list[Entry]:
    return [replace(one, undone_by=None, undone_at=None) for one in book.values() if one.undone_by is undone_by]


def _undone(entries: Iterable[Entry], by: UndoneBy, step: Step) -> list[Entry]:
    return [replace(one, undone_by=by, undone_at=step.at) for one in entries]


def told(case: CaseRef, entry: Entry, is_new: bool) -> list[Fact]:
    """What to tell of an entry that stands otherwise than before: nothing where nobody is known to answer."""
    if not entry.whose:
        return []
    facts: list[Fact] = []
    if is_new or entry.undone_by is None:
        facts.append(_told_entered(case, entry))
    if entry.undone_by is not None and entry.undone_at is not None:
        facts.append(_told_undone(case, entry, entry.undone_by, entry.undone_at))
    return facts


def _told_entered(case: CaseRef, entry: Entry) -> Fact:
    if entry.post is None:
        return AlsoRecorded(case=case, what=entry.what, unit=entry.unit, account=entry.account, at=entry.at)
    # Parts of a fact that the runtime has already checked.
    return RecordEntered.model_construct(post=entry.post, case=case, what=entry.what, at=entry.at)


def _told_undone(case: CaseRef, entry: Entry, by: UndoneBy, at: datetime) -> Fact:
    if entry.post is not None:
        return RecordUndone(post=entry.post, case=case, what=entry.what, undone_by=by, at=at)
    return AlsoRecorded(case=case, what=entry.what, unit=entry.unit, account=entry.account, undone_by=by, at=at)
