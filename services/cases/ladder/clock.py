"""Issues the rungs whose day has come."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.cases import Case, Letter, LetterIssued
from contracts.language.message import Fact
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case import due_store
from services.cases.case.act import ourselves
from services.cases.case.store import AT_ONCE
from services.cases.ladder import ladder
from services.cases.ladder import store as ladder_store
from services.cases.ladder.letter import signed
from services.cases.ladder.store import Paper
from services.cases.post.post import Roster
from services.cases.post.store import POSTS
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


async def issue(tx: Transaction, due: Sequence[tuple[Case, Letter]], roster: Roster) -> list[tuple[Case, Letter]]:
    """The letters as they leave the office; what goes to one addressee in one campaign on one day has one number."""
    papers = [Paper(one.office.id, one.to.id, case.campaign, one.rung, one.issued_on) for case, one in due]
    counted = await ladder_store.counted(tx, papers)
    issued = [(case, signed(one, counted[paper], roster)) for (case, one), paper in zip(due, papers, strict=True)]
    await ladder_store.put_letters(tx, issued)
    return issued


@room.every(seconds=5.0)
async def climb_the_ladder(tx: Transaction) -> list[Fact]:
    """Issue the rungs whose day has come; the case is locked, so that one that moves on gets no letter."""
    today, roster = day_of(tx.now), await tx.see(POSTS)
    climbing = await due_store.take_due(tx, "ladder_on", today, AT_ONCE)
    known = await ladder_store.letters(tx, [case.ref.id for case in climbing])
    letters_due = [
        (case, letter)
        for case in climbing
        for letter in ladder.due(
            case,
            [one.id for one in known[case.ref.id]],
            today,
            roster.office_above(case.office, case.ref.division, today),
            roster.seats,
        )
    ]
    issued = await issue(tx, letters_due, roster)
    for case, letter in issued:
        known[case.ref.id].append(letter)
    days = {case.ref.id: ladder.next_on(case, [one.id for one in known[case.ref.id]], today) for case in climbing}
    await ladder_store.next_on_ladder(tx, days)
    return [rules.told(LetterIssued, case, ourselves(tx.now), letter=letter) for case, letter in issued]
