"""Leads handed to police, prosecutor or another department (G5), and the office above that presses on."""

from __future__ import annotations

from contracts.cases import (
    AcknowledgeReferral,
    Case,
    CaseFact,
    CaseHandedUp,
    CaseReferred,
    ConcludeReferral,
    HandUp,
    ReferCase,
    Referral,
    ReferralAcknowledged,
    ReferralConcluded,
)
from contracts.language.rules import broken
from contracts.language.values import day_of
from services.cases.case.act import Act, refuse
from services.cases.case.case import step, told
from services.cases.law.deadline import after
from services.cases.law.rules import LAW
from services.cases.post.post import Roster
from services.runtime.problem import refuse_field


def refer(case: Case, act: Act, ask: ReferCase, posts: Roster) -> CaseFact:
    """Sent; to be acknowledged within the working days of `rules.json`."""
    deadline = after(act.on, LAW.seen.on(act.on).working_days["acknowledge_referral"])
    referral = Referral(
        n=len(case.referrals) + 1,
        kind=ask.kind,
        to=ask.to,
        cycle=case.cycle,
        sent_on=act.on,
        due_on=deadline.on,
        calendar=deadline.calendar,
    )
    changes = {"referrals": (*case.referrals, referral), "flags": tuple(dict.fromkeys((*case.flags, *ask.flags)))}
    return told(CaseReferred, step(case, act, posts, **changes), act, referral=referral)


def acknowledge(case: Case, act: Act, ask: AcknowledgeReferral, posts: Roster) -> CaseFact:
    """The receiver's own number is carried from here on."""
    referral = _numbered(case, ask.n)
    if referral.acknowledged_on is not None:
        known_as = {"n": ask.n, "day": referral.acknowledged_on, "their_number": referral.their_number}
        refuse(case, broken("referral_acknowledged", **known_as), "n")
    known = referral.model_copy(update={"acknowledged_on": act.on, "their_number": ask.their_number})
    return told(ReferralAcknowledged, _with(case, act, posts, known), act, referral=known)


def conclude(case: Case, act: Act, ask: ConcludeReferral, posts: Roster) -> CaseFact:
    referral = _numbered(case, ask.n)
    if referral.acknowledged_on is None or referral.concluded_on is not None:
        refuse(case, broken("outcome_once", n=ask.n), "n")
    ended = referral.model_copy(update={"outcome": ask.outcome, "concluded_on": act.on})
    return told(ReferralConcluded, _with(case, act, posts, ended), act, referral=ended)


def _numbered(case: Case, n: int) -> Referral:
    for referral in case.referrals:
        if referral.n == n:
            return referral
    refuse_field("n", broken("one_of_referrals", count=len(case.referrals), number=case.ref.number))


def _with(case: Case, act: Act, posts: Roster, changed: Referral) -> Case:
    referrals = tuple(changed if one.n == changed.n else one for one in case.referrals)
    return step(case, act, posts, referrals=referrals)


def hand_up(case: Case, act: Act, ask: HandUp, posts: Roster) -> CaseFact:
    """A tier that cannot make it move hands it up: the office above presses from now on."""
    above = posts.office_above(case.office, case.ref.division, day_of(act.at))
    assert above is not None
    return told(CaseHandedUp, step(case, act, posts, office=above), act, reason=ask.reason)
