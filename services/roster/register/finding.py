"""How what is found in an entry lives: open, missed when its day has passed, settled when it is put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contracts.language.values import UnitRef
from contracts.roster import FindingRule, FindingState, RegisterEntry, RegisterFinding
from services.roster.register.rules import Rules, Seen, Wanted

DAY = timedelta(days=1)
MOST_OF, MOST_SAID = 128, 4_000
"""Letters that a finding has for what it is of, and for what differs."""
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:finding")
Key = tuple[FindingRule, str]


def wanted_of(rules: Rules[Any], entry: RegisterEntry, around: Any, seen: Seen) -> list[Wanted]:
    """What is to be found in an entry, now or later; in one that has ended, nothing."""
    if entry.ended_on is not None and entry.ended_on < seen.today:
        return []
    return [replace(one, said=one.said[:MOST_SAID]) for one in rules.wanted(entry, around, seen)]


def judged(
    rules: Rules[Any],
    entry: RegisterEntry,
    wanted: Sequence[Wanted],
    standing: Iterable[RegisterFinding],
    office: UnitRef | None,
    now: datetime,
    today: date,
) -> list[RegisterFinding]:
    """Each finding of an entry whose state is another than it was; `standing` are those that were not settled."""
    now_wanted: Mapping[Key, Wanted] = {(one.rule, one.of): one for one in wanted if one.from_on <= today}
    before = {(one.rule, one.of or ""): one for one in standing}
    changed = []
    for key, found in before.items():
        due = now_wanted.get(key)
        if due is None:
            changed.append(found.model_copy(update={"state": FindingState.SETTLED, "at": now}))
            continue
        due_on = due.due_on or found.due_on
        state = _state(due_on, today)
        after = found.model_copy(update={"state": state, "due_on": due_on, "said": due.said})
        if after != found:
            changed.append(after.model_copy(update={"at": now, "office": office}))
    for key, due in now_wanted.items():
        if key not in before:
            changed.append(_found(rules, entry, due, office, now, today))
    return changed


def look_on(
    entry: RegisterEntry, wanted: Iterable[Wanted], standing: Iterable[RegisterFinding], seen: Seen
) -> date | None:
    """The next day on which what is found in an entry may be another; None where time alone changes nothing.

    An amendment of the law may find something else from its first day on.
    """
    days = [day for one in wanted for day in (one.from_on, one.changes_on) if day is not None]
    days += [one.due_on + DAY for one in wanted if one.due_on is not None]
    days += [one.due_on + DAY for one in standing if one.due_on is not None]
    days += [entry.ended_on + DAY] if entry.ended_on is not None else []
    days += [one.from_on for one in seen.law.versions if one.from_on is not None] if seen.law is not None else []
    return min((day for day in days if day > seen.today), default=None)


def _found(
    rules: Rules[Any], entry: RegisterEntry, due: Wanted, office: UnitRef | None, now: datetime, today: date
) -> RegisterFinding:
    due_on = due.due_on if due.within_days is None else today + timedelta(days=due.within_days)
    named = "\0".join((rules.register, entry.id, due.rule, due.of, str(today)))
    return RegisterFinding(
        id=str(uuid5(_NAMESPACE, named)),
        in_register=rules.register,
        entry_id=entry.id,
        division=entry.division,
        area_id=entry.area_id,
        what=rules.called(entry)[:200],
        rule=due.rule,
        of=due.of or None,
        said=due.said,
        found_on=today,
        due_on=due_on,
        state=_state(due_on, today),
        office=office,
        at=now,
    )


def _state(due_on: date | None, today: date) -> FindingState:
    return FindingState.MISSED if due_on is not None and due_on < today else FindingState.OPEN
