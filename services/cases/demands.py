"""What the campaign and the kind that a case is in demand before it is applied for, accepted and closed."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.case import Case, PlanState, Proof, ReferredTo, Route
from services.cases.campaign import ITEMS, RULES, campaign_of
from services.cases.machine import refuse, wrong
from services.cases.post import at_or_above

JUSTICE = (ReferredTo.POLICE, ReferredTo.PROSECUTOR)
INCOMPLETE = "the evidence of the route is not complete"


def require_proved(case: Case) -> None:
    """Raises Problem unless the plan is approved and the evidence complete, by the case's own campaign and kind."""
    if rule := problem_of_plan(case):
        refuse(case, rule)
    wrong(INCOMPLETE, problems_of_proof(case))


def require_closable(case: Case) -> None:
    """Raises Problem unless everything is there without which no case of this campaign and kind is closed."""
    require_proved(case)
    if rule := problem_of_referral(case):
        wrong(f"{case.ref.number} closes with a referral or a reason why none", [("not_referred", rule)])


def is_closable(case: Case) -> bool:
    """The same for the clock, which asks nobody."""
    return not (problem_of_plan(case) or problems_of_proof(case) or problem_of_referral(case))


def problem_of_plan(case: Case) -> str | None:
    """A plan approved by the tier that the campaign names; what is no violation needs none."""
    campaign = campaign_of(case.campaign)
    if not campaign.needs_plan(case.kind) or campaign.plan_approver is None or case.route is Route.NO_VIOLATION:
        return None
    if case.plan is None or case.plan.state is not PlanState.APPROVED:
        return f"{case.kind} in {case.campaign} needs an approved plan: submit_plan"
    if case.plan.tier is not None and case.plan.tier not in at_or_above(campaign.plan_approver):
        return f"{case.kind} in {case.campaign} needs a plan approved at {campaign.plan_approver} level: submit_plan"
    return None


def problems_of_proof(case: Case) -> list[tuple[str, str]]:
    """Every item of the route's checklist that is missing; none before a route was chosen."""
    if case.route is None:
        return []
    proved = {proof.item for proof in case.proofs}
    missing = [item for item in campaign_of(case.campaign).items(case.kind, case.route) if item not in proved]
    problems = [("proofs", f"{item} ({'; '.join(ITEMS[item])}) is missing for {case.route}") for item in missing]
    if case.route is Route.JUSTICE and not _with_justice(case):
        rule = "handed to justice needs a referral since the last relapse that police or prosecutor have acknowledged"
        problems.append(("route", rule))
    return problems


def unknown_items(proofs: Sequence[Proof]) -> list[tuple[str, str]]:
    """What is proved that no checklist asks for: a word mistyped."""
    unknown = sorted({proof.item for proof in proofs} - ITEMS.keys())
    return [("proofs", f"{item} is no item: {', '.join(ITEMS)}") for item in unknown]


def problem_of_referral(case: Case) -> str | None:
    """Grave, widely felt and publicly voiced ones go to law enforcement or justice, or it is said why not (G5)."""
    calls = case.severity in RULES.referral_of_severities or any(flag in RULES.referral_of_flags for flag in case.flags)
    if not calls or case.not_referred is not None or _with_justice(case):
        return None
    why = ", ".join(dict.fromkeys((case.severity, *case.flags)))
    return f"{why}: needs a referral that police or prosecutor have acknowledged since the last relapse, or a reason"


def _with_justice(case: Case) -> bool:
    return any(one.cycle == case.cycle and one.kind in JUSTICE and one.acknowledged_on for one in case.referrals)
