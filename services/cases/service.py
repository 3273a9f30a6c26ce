"""Cases: what must be put right, by whom and by which day, and the ledger of it."""

from __future__ import annotations

from services.cases.case import clock as case_clock
from services.cases.case import handlers as case
from services.cases.case.weighing import weighing
from services.cases.cause import handlers as cause
from services.cases.cause.store import CAUSES
from services.cases.entry import handlers as entry
from services.cases.following import LadderAndLedger
from services.cases.incident import handlers as incident
from services.cases.ladder import clock as ladder_clock
from services.cases.ladder import handlers as ladder
from services.cases.law.campaign import LAW as CAMPAIGNS
from services.cases.law.rules import LAW as RULES
from services.cases.law.rungs import LADDER
from services.cases.ledger import clock as ledger_clock
from services.cases.ledger import handlers as ledger
from services.cases.lookup import handlers as lookup
from services.cases.old_ledger import handlers as old_ledger
from services.cases.post import handlers as post
from services.cases.post.store import POSTS
from services.cases.register import handlers as register
from services.cases.register.law import LAW as FINDINGS
from services.cases.review import handlers as review
from services.cases.scope import clock as scope_clock
from services.cases.scope import handlers as scope
from services.runtime.service import Service

cases = Service(
    "cases",
    post.room,
    incident.room,
    entry.room,
    old_ledger.room,
    review.room,
    register.room,
    case.room,
    scope.room,
    ladder.room,
    ledger.room,
    cause.room,
    lookup.room,
    case_clock.room,
    ladder_clock.room,
    scope_clock.room,
    ledger_clock.room,
    views=(
        POSTS,
        CAUSES,
    ),
    due=case_clock.due,
    measure=case_clock.measure,
    following=LadderAndLedger(),
    laws=(RULES, CAMPAIGNS, LADDER, FINDINGS),
    weighing={law.name: weighing(law) for law in (RULES, CAMPAIGNS)},
)
