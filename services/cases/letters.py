"""What becomes of the letters of the ladder: signed for, replied to."""

from __future__ import annotations

from contracts.case_commands import ReceiptLetter, ReplyLetter
from contracts.supervision import LetterFact, LetterReceipted, LetterReplied
from contracts.values import day_of
from services.cases import case as rules
from services.cases import ladder_store
from services.cases.handlers import cases, lock
from services.cases.machine import forbid, refuse, refuse_field, require_office
from services.runtime.messages import Answer, Ask
from services.runtime.transaction import Transaction


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
    case, act, roster = await lock(tx, ask)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    letter = next((one for one in letters if one.id == ask.command.letter_id), None)
    if letter is None:
        refuse_field("letter_id", f"must be the id of one of the {len(letters)} letters of {case.ref.number}")
    if roster.unit(letter.to.id, day_of(tx.now)) is None:
        require_office(act.actor, case.ref.division)
    elif not act.actor.of_unit(letter.to):
        forbid(f"the letter was sent to {letter.to.name}", f"somebody of {letter.to.name}")
    if getattr(letter, field) is not None:
        refuse(case, f"the letter has its {field} already: {getattr(letter, field)}", "letter_id")
    if act.on < letter.issued_on:
        refuse_field("on", f"must not be before {letter.issued_on}, the day on which the letter was issued")
    known = letter.model_copy(update={field: act.on, **said})
    await ladder_store.put_letters(tx, [(case, known)])
    return Answer(case, [rules.told(fact, case, act, letter=known)])
