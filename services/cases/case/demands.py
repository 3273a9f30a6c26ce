"""What the campaign and the kind that a case is in demand before it is applied for, accepted and closed."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.cases import Case, PlanState, Proof, ReferredTo, Route
from contracts.language.rules import Rule, broken
from services.cases.law.campaign import ITEMS, campaign_of
from services.cases.law.rules import seen_under
from services.cases.post.post import at_or_above

JUSTICE = (ReferredTo.POLICE, ReferredTo.PROSECUTOR)


def is_closable(case: Case) -> bool:
    """Whether everything is there without which no case of this campaign and kind is closed."""
    return not (problem_of_plan(case) or problems_of_proof(case) or problem_of_referral(case))


def problem_of_plan(case: Case) -> Rule | None:
    """A plan approved by the tier that the campaign names; what is no violation needs none."""
    campaign = campaign_of(case.campaign)
    needs = campaign.needs_plan(case.kind, seen_under(case.seen_at))
    if not needs or campaign.plan_approver is None or case.route is Route.NO_VIOLATION:
        return None
    if case.plan is None or case.plan.state is not PlanState.APPROVED:
        return broken("plan_not_approved", kind=case.kind, campaign=case.campaign)
    if case.plan.tier is not None and case.plan.tier not in at_or_above(campaign.plan_approver):
        level = campaign.plan_approver
        return broken("plan_approved_below", kind=case.kind, campaign=case.campaign, level=level)
    return None


def problems_of_proof(case: Case) -> list[tuple[str, Rule]]:
    """Every item of the route's checklist that is missing; none before a route was chosen."""
    if case.route is None:
        return []
    proved = {proof.item for proof in case.proofs}
    wanted = campaign_of(case.campaign).items(case.kind, case.route, seen_under(case.seen_at))
    missing = [item for item in wanted if item not in proved]
    problems = [("proofs", _missing(item, case.route)) for item in missing]
    if case.route is Route.JUSTICE and not _with_justice(case):
        problems.append(("route", broken("justice_needs_referral")))
    return problems


def _missing(item: str, route: Route) -> Rule:
    words, words_en = ITEMS[item]
    return broken("proof_missing", item=item, words=words, words_en=words_en, route=route)


def unknown_items(proofs: Sequence[Proof]) -> list[tuple[str, Rule]]:
    """What is proved that no checklist asks for: a word mistyped."""
    unknown = sorted({proof.item for proof in proofs} - ITEMS.keys())
    return [("proofs", broken("item_unknown", item=item, known=", ".join(ITEMS))) for item in unknown]


def problem_of_referral(case: Case) -> Rule | None:
    """Grave, widely felt and publicly voiced ones go to law enforcement or justice, or it is said why not (G5)."""
    those = seen_under(case.seen_at).referral
    calls = case.severity in those.severities or any(flag in those.flags for flag in case.flags)
    if not calls or case.not_referred is not None or _with_justice(case):
        return None
    if flags := [flag for flag in case.flags if str(flag) != str(case.severity)]:
        return broken("referral_needed", severity=case.severity, flag=", ".join(flags))
    return broken("referral_needed_for", severity=case.severity)


def _with_justice(case: Case) -> bool:
    return any(one.cycle == case.cycle and one.kind in JUSTICE and one.acknowledged_on for one in case.referrals)
