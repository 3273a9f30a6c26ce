"""Follows the cases of directives: what is closed, voided, merged or open again (A2)."""

from __future__ import annotations

from contracts.cases import (
    CaseClosed,
    CaseDismissed,
    CaseFact,
    CaseKind,
    CaseMerged,
    CaseRelapsed,
    CaseReopened,
    CaseVoided,
)
from contracts.language.values import day_of
from contracts.roster import DirectiveFulfilled, IssuedDirective, Register
from services.roster.directive import directive as rules
from services.roster.directive import store
from services.roster.register import store as register_store
from services.roster.register.record import put
from services.roster.register.rules import Rules
from services.runtime.messages import Heard, News
from services.runtime.reference.posts import reference
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
DIRECTIVES: Rules[IssuedDirective] = Rules(
    Register.DIRECTIVE,
    lambda one: f"{one.number} {one.subject}",
    problems=rules.problems,
    merged=rules.merged,
    around=store.around,
)
OF_CASE = tuple(f"case.{name}" for name in ("ref", "kind", "state", "merged_into", "closed_on", "item"))


@room.hears(
    CaseClosed,
    CaseDismissed,
    CaseVoided,
    CaseMerged,
    CaseReopened,
    CaseRelapsed,
    locks="case.ref.id",
    uses=OF_CASE,
)
async def follow_cases(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    """An item is what its case is; the directive is fulfilled by the last of them."""
    of_directives = [one for one in heard if one.body.case.kind is CaseKind.DIRECTIVE]
    if not of_directives:
        return []
    await store.keep_cases(tx, of_directives)
    ours = {one.body.case.ref.id: one for one in of_directives}
    concerned = await store.directives_of(tx, ours)
    before = await register_store.entries(tx, Register.DIRECTIVE, concerned)
    fates = await store.fates(tx, before)
    news: list[News] = []
    for id, stored in before.items():
        directive: IssuedDirective = stored.entry
        after = rules.with_fates(directive, fates[id])
        if after == directive:
            continue
        cause = ours[min(concerned[id])]
        news += [(cause, fact) for fact in await put(tx, DIRECTIVES, [after], {id: stored}, None)]
        if after.fulfilled_on is not None and directive.fulfilled_on is None:
            post = await store.issuer(tx, after.issuer_post_id)
            told = DirectiveFulfilled(directive=after, issuer=reference(post, day_of(tx.now)))
            news.append((cause, told))
    return news
