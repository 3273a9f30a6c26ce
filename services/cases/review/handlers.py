"""Self-checks, look-backs and guidance visits (G2): what was looked at, and the cases that the findings open."""

from __future__ import annotations

from contracts.cases import Case, CaseFact, CaseState, RecordReview, Review, ReviewKind, ReviewRecorded
from contracts.language.rules import Rule, broken
from services.cases.case import case as rules
from services.cases.case import store as case_store
from services.cases.entry import found as findings
from services.cases.entry.handlers import act_in, enter_found
from services.cases.law.campaign import Campaign, campaign_of, daily, problem_of_scope
from services.cases.review import store
from services.runtime.messages import Answer, Ask
from services.runtime.problem import wrong
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(RecordReview)
async def record_review(tx: Transaction, ask: Ask[RecordReview]) -> Answer:
    """Every finding becomes a case of the campaign, and every case looked at shows the review in its history."""
    asked = ask.command
    act, roster = await act_in(tx, ask, asked.division)
    campaign = campaign_of(asked.campaign or daily(act.on))
    looked_at = await case_store.found_all(tx, asked.sampled)
    wrong(broken("cannot_record_review"), _problems(asked, campaign, looked_at))
    review_id = rules.case_id("review", ask.actor, ask.id)
    numbers = await case_store.numbers(tx, [finding.division for finding in asked.findings])
    found = [
        findings.found(finding, rules.case_id(review_id, n), number, act.on, campaign=campaign.id)
        for n, (finding, number) in enumerate(zip(asked.findings, numbers, strict=True))
    ]
    problems: list[tuple[str, Rule]] = []
    for n, finding in enumerate(found):
        problems += [(f"findings.{n}.{field}", rule) for field, rule in findings.problems_of(finding, roster, act.on)]
        if not asked.division.contains(finding.division):
            problems.append((f"findings.{n}.division", broken("where_reviewed", division=asked.division)))
    wrong(broken("cannot_register_findings"), problems)
    facts: list[CaseFact] = [(await enter_found(tx, finding, act, roster))[1] for finding in found]
    review = Review(
        id=review_id,
        kind=asked.kind,
        subject=asked.subject,
        campaign=campaign.id,
        division=asked.division,
        scope=asked.scope,
        sample=asked.sample,
        sampled=tuple(case.ref for case in looked_at),
        on=act.on,
        findings=tuple(fact.case.ref for fact in facts),
    )
    await store.add_review(tx, review)
    return Answer(review, [ReviewRecorded(review=review, by=ask.actor, at=tx.now), *facts])


def _problems(asked: RecordReview, campaign: Campaign, looked_at: list[Case]) -> list[tuple[str, Rule]]:
    problems: list[tuple[str, Rule]] = []
    if asked.subject is None:
        problems.append(("subject", broken("review_subject")))
    if rule := problem_of_scope(campaign, asked.division):
        problems.append(("division", rule))
    if len(asked.sampled) > asked.sample or len(set(asked.sampled)) < len(asked.sampled):
        problems.append(("sampled", broken("sampled_at_most", most=asked.sample)))
    for n, case in enumerate(looked_at):
        if not asked.division.contains(case.ref.division):
            problems.append((f"sampled.{n}", broken("where_reviewed", division=asked.division)))
        if asked.campaign is not None and case.campaign != campaign.id:
            rule = broken("sampled_campaign", campaign=campaign.id, number=case.ref.number, other=case.campaign)
            problems.append((f"sampled.{n}", rule))
        if asked.kind is ReviewKind.LOOK_BACK and case.state is not CaseState.CLOSED:
            rule = broken("look_back_at_closed", number=case.ref.number, state=case.state)
            problems.append((f"sampled.{n}", rule))
    return problems
