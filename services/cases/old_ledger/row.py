"""What a row of an old ledger must say, and the case that it becomes."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.cases import Case, CaseImported, CaseState, EntersAs, LedgerLine, OldCase, Owner
from contracts.language.division import Division
from contracts.language.rules import Rule, broken
from services.cases.case import case as rules
from services.cases.case.act import Act
from services.cases.entry import found as findings
from services.cases.entry.found import Found
from services.cases.law.campaign import Causes
from services.cases.law.look_back import next_look_back
from services.cases.post.post import Roster


def entry_problems(row: OldCase, enters_as: EntersAs | None) -> list[tuple[str, Rule]]:
    """What a row must say of how it enters the ledger, and on which day."""
    match enters_as:
        case EntersAs.NEW if row.verified_on is None:
            return [("verified_on", broken("new_row_verified"))]
        case EntersAs.NEW if row.stocked_on is not None and row.stocked_on != row.verified_on:
            return [("stocked_on", broken("new_row_stocked"))]
        case EntersAs.OPENING if row.verified_on is not None:
            return [("verified_on", broken("only_new_verified"))]
        case EntersAs.NEW | EntersAs.OPENING:
            return []
    return [("enters_as", broken("enters_as_said"))]


def entered_on(row: OldCase) -> date:
    return row.verified_on or row.stocked_on or row.found_on


def row_problems(
    row: OldCase, division: Division, roster: Roster, causes: Causes, today: date
) -> list[tuple[str, Rule]]:
    problems: list[tuple[str, Rule]] = []
    if not division.contains(row.division):
        problems.append(("division", broken("row_within_subject", division=division)))
    stocked, said = entered_on(row), "stocked_on" if row.verified_on is None else "verified_on"
    if not row.found_on <= stocked <= today:
        problems.append((said, broken("from_found", first=row.found_on, today=today)))
    if row.closed_on is not None and not stocked <= row.closed_on <= today:
        problems.append(("closed_on", broken("from_stocked", first=stocked, today=today)))
    if (row.closed_on is None) != (row.route is None):
        problems.append(("route", broken("closed_row")))
    if row.cause is not None and row.cause not in causes:
        problems.append(("cause", broken("one_of", known=", ".join(causes))))
    if row.closed_on is None and row.unit is not None:
        if row.due_on is None:
            problems.append(("due_on", broken("open_row_day")))
        if roster.unit(row.unit.id, today) is None:
            problems.append(("unit.id", broken("unit_of_roster")))
    return problems


def in_stock(row: OldCase, found: Found, source: str, roster: Roster, act: Act) -> Case:
    """The case as it came into the old ledger: with the unit that has it where it is still open, else verified."""
    case = findings.enter(found, roster, act.at, source=source, external_id=row.number, party=row.party)
    stocked: dict[str, Any] = {"moved_on": entered_on(row)}
    unit = roster.unit(row.unit.id, act.on) if row.closed_on is None and row.unit is not None else None
    if unit is not None and row.due_on is not None:
        stocked |= {"state": CaseState.ASSIGNED, "unit": unit, "due_on": row.due_on, "assigned_at": act.at}
        stocked["owner"] = Owner(unit=unit, due_on=row.due_on, since_on=act.on)
    else:
        stocked |= {"state": CaseState.VERIFIED, "owner": rules.owns(case.office, "assign", act.on, act.on)}
    return case.model_copy(update=stocked)


def imported(row: OldCase, enters_as: EntersAs, case: Case, act: Act) -> CaseImported:
    """What is told of it: the state in which the old ledger has it, and what it counts there."""
    line = LedgerLine.NEW if enters_as is EntersAs.NEW else LedgerLine.OPENING
    entries = [rules.entry(case, line, entered_on(row))]
    if row.closed_on is not None:
        closed = {
            "state": CaseState.CLOSED,
            "owner": None,
            "unit": row.unit,
            "rectified_unit": row.unit,
            "route": row.route,
            "cause": row.cause,
            "closed_on": row.closed_on,
            "moved_on": row.closed_on,
            "look_back_on": next_look_back(row.closed_on, act.on),
        }
        case = case.model_copy(update=closed)
        entries.append(rules.entry(case, LedgerLine.CLOSED, row.closed_on, row.route, row.route))
    return CaseImported(case=case, by=act.actor.id, at=act.at, on=case.moved_on, entries=tuple(entries))
