"""Passes open cases on to the next holder of a post."""

from __future__ import annotations

from uuid import UUID

from contracts.cases import CasePassedOn
from contracts.language.message import Fact
from services.cases.case import case as rules
from services.cases.case import due_store
from services.cases.case import store as case_store
from services.cases.case.act import ourselves
from services.cases.case.store import AT_ONCE
from services.cases.post import store as post_store
from services.cases.post.store import POSTS
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.every(seconds=5.0)
async def pass_on(tx: Transaction) -> list[Fact]:
    """A post has another holder: its open cases are the successor's from now on."""
    act, roster = ourselves(tx.now), await tx.see(POSTS)
    found = await post_store.handover(tx, act.on)
    if found is None:
        return []
    post_id, on_day, after_id = found
    post = roster.by_id(post_id)
    changed: list[CasePassedOn] = []
    while post is not None and not changed:
        open_cases = await due_store.open_in(tx, post.division, after_id, AT_ONCE)
        passed = [rules.passed_on(case, act, roster) for case in open_cases]
        changed = [fact for before, fact in zip(open_cases, passed, strict=True) if fact.case.acting != before.acting]
        after_id = UUID(open_cases[-1].ref.id) if len(open_cases) == AT_ONCE else None
        if after_id is None:
            break
    await case_store.restate(tx, [fact.case for fact in changed])
    await post_store.handed_over(tx, post_id, on_day, after_id)
    return [*changed]
