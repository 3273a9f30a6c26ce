"""What becomes of the letters of the ladder: shown, signed for, replied to."""

from __future__ import annotations

from dataclasses import replace

from contracts.cases import (
    LetterFact,
    LetterReceipted,
    LetterReplied,
    LetterShown,
    OnPaper,
    ReceiptLetter,
    ReplyLetter,
    ShowLetter,
)
from contracts.language.rules import broken
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case.act import refuse
from services.cases.case.handlers import lock_as_it_stands, within_reach
from services.cases.ladder import store as ladder_store
from services.cases.machine import moves_told
from services.cases.post.by import forbid, require_office
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
_BECAME = {"receipted_on": "letter_receipted", "replied_on": "letter_replied"}


@room.answers(ReceiptLetter)
async def receipt(tx: Transaction, ask: Ask[ReceiptLetter]) -> Answer:
    return await _became(tx, ask, LetterReceipted, "receipted_on")


@room.answers(ReplyLetter)
async def reply(tx: Transaction, ask: Ask[ReplyLetter]) -> Answer:
    return await _became(tx, ask, LetterReplied, "replied_on", reply=ask.command.reply)


async def _became(
    tx: Transaction, ask: Ask[ReceiptLetter] | Ask[ReplyLetter], fact: type[LetterFact], field: str, **said: str
) -> Answer:
    """The office speaks for a receiver outside the roster."""
    case, act, roster = await lock_as_it_stands(tx, ask)
    today = day_of(act.at)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    letter = next((one for one in letters if one.id == ask.command.letter_id), None)
    if letter is None:
        refuse_field("letter_id", broken("letter_of_case", count=len(letters), number=case.ref.number))
    if roster.unit(letter.to.id, today) is None:
        require_office(act.actor, case.ref.division)
    elif not act.actor.of_unit(letter.to):
        forbid(broken("letter_sent_to", to=letter.to.name), broken("somebody_of", to=letter.to.name))
    if getattr(letter, field) is not None:
        with moves_told(case, act):
            refuse(case, broken(_BECAME[field], day=getattr(letter, field)), "letter_id")
    on = ask.command.on or today
    if not letter.issued_on <= on <= today:
        refuse_field("on", broken("from_issue", first=letter.issued_on, today=today))
    act = replace(act, on=on)
    known = letter.model_copy(update={field: on, **said})
    await ladder_store.put_letters(tx, [(case, known)])
    return Answer(case, [rules.told(fact, case, act, letter=known)])


MOST_LINES = 1000
"""Lines of a paper's annex that one answer has room for."""


@room.answers(ShowLetter)
async def letter(tx: Transaction, ask: Ask[ShowLetter]) -> Answer:
    """Of other cases in the same paper it says no more than the paper itself."""
    case = await within_reach(tx, ask)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    wanted = next((one for one in letters if one.id == ask.command.letter_id), None)
    if wanted is None:
        refuse_field("letter_id", broken("letter_of_case", count=len(letters), number=case.ref.number))
    beside = await ladder_store.on_paper(tx, wanted) if wanted.number is not None else [(case, wanted)]
    lines = [
        OnPaper(
            case=of.ref,
            place=of.place,
            kind=of.kind,
            about=one.about,
            asked=one.asked,
            due_on=one.due_on,
            before=one.before,
        )
        for of, one in beside[:MOST_LINES]
    ]
    return Answer(LetterShown(letter=wanted, lines=tuple(lines), total=len(beside)))
