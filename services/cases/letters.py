"""What becomes of the letters of the ladder: signed for, replied to."""

from __future__ import annotations

from dataclasses import replace

from contracts.case_commands import ReceiptLetter, ReplyLetter
from contracts.supervision import LetterFact, LetterReceipted, LetterReplied
from contracts.values import day_of
from services.cases import case as rules
from services.cases import ladder_store
from services.cases.handlers import cases, lock_as_it_stands
from services.cases.machine import forbid, refuse, refuse_field, require_office
from services.runtime.messages import Answer, Ask
from services.runtime.transaction import Transaction

_BECAME = {"receipted_on": "signed for", "replied_on": "replied to"}


@cases.answers(ReceiptLetter)
async def receipt(tx: Transaction, ask: Ask[ReceiptLetter]) -> Answer:
    return await _became(tx, ask, LetterReceipted, "receipted_on")


@cases.answers(ReplyLetter)
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
        refuse_field("letter_id", f"must be the id of one of the {len(letters)} letters of {case.ref.number}")
    if roster.unit(letter.to.id, today) is None:
        require_office(act.actor, case.ref.division)
    elif not act.actor.of_unit(letter.to):
        forbid(f"the letter was sent to {letter.to.name}", f"somebody of {letter.to.name}")
    if getattr(letter, field) is not None:
        refuse(case, f"the letter was {_BECAME[field]} on {getattr(letter, field)}", "letter_id")
    on = ask.command.on or today
    if not letter.issued_on <= on <= today:
        refuse_field("on", f"must be from {letter.issued_on}, the day on which it was issued, to today, {today}")
    act = replace(act, on=on)
    known = letter.model_copy(update={field: on, **said})
    await ladder_store.put_letters(tx, [(case, known)])
    return Answer(case, [rules.told(fact, case, act, letter=known)])
