"""What becomes of a case today: the main road along the machine, and the side roads that few take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from contracts.cases import (
    OPEN,
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AskExtension,
    AssignCase,
    Case,
    CaseCommand,
    CaseState,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    Flag,
    GiveNotice,
    GrantExtension,
    HandUp,
    Measure,
    OverruleObjection,
    PassLookBack,
    PlanState,
    RaiseObjection,
    ReassignCase,
    RecordParticulars,
    ReferCase,
    ReferredTo,
    RefuseExtension,
    RefusePlan,
    RelapseCase,
    RelapseReason,
    ReopenCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    UpholdObjection,
    VerifyCase,
    VoidCase,
)
from contracts.language.values import day_of
from demo.actors import Actors
from demo.particulars import (
    NO_PLAN,
    NOT_REFERRED,
    cause_of,
    number_of,
    photograph_of,
    police_of,
    proofs_of,
    station_of,
    waits_for_approval,
)

SideRoad = tuple[float, str, type[CaseCommand], dict[str, Any]]


class Roads:
    """Which road a case goes, by a throw of the dice; those `planned` go the main road to its end."""

    def __init__(self, actors: Actors, planned: Collection[str]) -> None:
        self._actors = actors
        self._planned = planned
        self._once: set[tuple[str, type[CaseCommand]]] = set()

    def next(self, case: Case, now: datetime, dice: float) -> tuple[str, CaseCommand] | None:
        """Who does what, if anybody does anything."""
        rare = self._rare(case, now, dice)
        if rare is not None:
            self._once.add((case.ref.id, type(rare[1])))
            return rare
        return self._usual(case, now, dice)

    def _usual(self, case: Case, now: datetime, dice: float) -> tuple[str, CaseCommand] | None:
        """The main road."""
        age, id, today = now - case.since, case.ref.id, day_of(now)
        match case.state:
            case CaseState.REGISTERED if age >= timedelta(days=1) and dice < 0.5:
                if dice < 0.04 and id not in self._planned:
                    return self._actors.office(case), DismissCase(case_id=id, reason="现场核查未发现问题")
                return self._actors.office(case), VerifyCase(case_id=id)
            case CaseState.VERIFIED | CaseState.RELAPSED if dice < 0.8:
                command = AssignCase(case_id=id, unit=station_of(case), due_on=today + timedelta(days=10))
                return self._actors.office(case), command
            case CaseState.ASSIGNED | CaseState.RECTIFYING if waits_for_approval(case) and dice < 0.9:
                return self._actors.approver(case), ApprovePlan(case_id=id)
            case CaseState.ASSIGNED | CaseState.RECTIFYING if dice < 0.8 and self._lacks_plan(case):
                measures = (Measure(text="限期恢复植被", due_on=max(today, case.due_on or today)),)
                return self._actors.unit(case), SubmitPlan(case_id=id, measures=measures)
            case CaseState.ASSIGNED if dice < 0.8 and not self._lacks_plan(case):
                return self._actors.unit(case), StartCase(case_id=id)
            case CaseState.RECTIFYING if age >= timedelta(days=2) and dice < 0.45 and not self._lacks_plan(case):
                told = {
                    "measures": "已停工，清理现场并补植",
                    "evidence": (photograph_of(case.ref.number),),
                    "proofs": proofs_of(case),
                }
                return self._actors.unit(case), SubmitCase(case_id=id, **told)
            case CaseState.SUBMITTED if age >= timedelta(days=1):
                return self._actors.acceptor(case), AcceptCase(case_id=id)
            case CaseState.ACCEPTED if self._is_everyday(case):
                return self._actors.office(case), CloseCase(case_id=id, cause=cause_of(dice), not_referred=NOT_REFERRED)
            case CaseState.ACCEPTED:
                return self._actors.office(case), GiveNotice(
                    case_id=id, cause=cause_of(dice), not_referred=NOT_REFERRED
                )
            case CaseState.ON_NOTICE if case.objection is not None and dice < 0.5:
                reason = "复核属实"
                due_on = today + timedelta(days=10)
                return self._actors.office(case), UpholdObjection(case_id=id, due_on=due_on, reason=reason)
            case CaseState.ON_NOTICE if case.objection is not None:
                return self._actors.office(case), OverruleObjection(case_id=id, reason="复核不属实")
        return None

    def _rare(self, case: Case, now: datetime, dice: float) -> tuple[str, CaseCommand] | None:
        """The side roads, each at most once for a case."""
        id, office, age = case.ref.id, self._actors.office(case), now - case.since
        if waits_for_approval(case):
            refusal = RefusePlan(case_id=id, reason="措施不具体")
            return (self._actors.approver(case), refusal) if dice < 0.2 and self._first(case, RefusePlan) else None
        if case.extension is not None:
            granted = dice < 0.06
            return office, GrantExtension(case_id=id) if granted else RefuseExtension(case_id=id, reason="理由不足")
        if age >= timedelta(days=4) and case.referrals and case.state in (*OPEN, CaseState.CLOSED):
            referral = case.referrals[-1]
            if referral.acknowledged_on is None:
                return office, AcknowledgeReferral(case_id=id, n=referral.n, their_number=f"公受字{case.ref.number}")
            if referral.outcome is None:
                return office, ConcludeReferral(case_id=id, n=referral.n, outcome="已行政处罚")
        for below, actor, command, said in () if id in self._planned else self._side_roads(case, now):
            if dice < below and self._first(case, command):
                return actor, command(case_id=id, **said)
        return None

    def _side_roads(self, case: Case, now: datetime) -> list[SideRoad]:
        """Below which throw of the dice who does what, by the state of the case."""
        office, unit, today = self._actors.office(case), self._actors.unit(case), day_of(now)
        match case.state:
            case CaseState.DISMISSED:
                return [
                    (0.3, unit, ReopenCase, {"reason": "群众补充照片", "evidence": (photograph_of(case.ref.number),)})
                ]
            case CaseState.VERIFIED:
                referral = {"kind": ReferredTo.POLICE, "to": police_of(case), "flags": (Flag.GRAVE,)}
                return [
                    (0.05, office, ReferCase, referral),
                    (0.07, office, HandUp, {"reason": "县级协调不动"}),
                    (0.09, office, VoidCase, {"reason": "录入有误"}),
                    (0.19, office, RecordParticulars, {"illegal_area_mu": "3.2", "compartment": "12"}),
                ]
            case CaseState.ASSIGNED:
                fresh = case.assigned_at is not None and now - case.assigned_at < timedelta(hours=24)
                again = {"unit": station_of(case), "due_on": today + timedelta(days=12), "reason": "重新核定期限"}
                return [
                    (0.06 * fresh, unit, ReturnCase, {"reason": "不属本站辖区"}),
                    (0.10, office, ReassignCase, again),
                    (0.15, unit, ShowNoViolation, {"measures": "现场核查无违法", "proofs": proofs_of(case)}),
                ]
            case CaseState.RECTIFYING:
                later = {"due_on": max(case.due_on or today, today) + timedelta(days=7), "reason": "连日暴雨"}
                return [(0.1, unit, AskExtension, later)]
            case CaseState.SUBMITTED:
                return [(0.1, self._actors.acceptor(case), SendBackCase, {"reason": "补植数量不足"})]
            case CaseState.ON_NOTICE if case.objection is None:
                return [(0.3, unit, RaiseObjection, {"reason": "面积与实际不符"})]
            case CaseState.CLOSED if case.closed_on == today:
                reviewer = self._actors.approver(case)
                return [
                    (0.02, reviewer, RelapseCase, {"why": RelapseReason.RECURRENCE, "reason": "又见推土机"}),
                    (0.03, reviewer, RelapseCase, {"why": RelapseReason.FALSE_RECTIFICATION, "reason": "补植未成活"}),
                    (0.035, office, VoidCase, {"reason": "录入有误"}),
                    (0.10, reviewer, PassLookBack, {}),
                    (
                        0.15,
                        office,
                        RecordParticulars,
                        {"penalty_document": f"林罚决字{number_of(case)}", "fine_yuan": "800"},
                    ),
                ]
        return []

    def _first(self, case: Case, command: type[CaseCommand]) -> bool:
        return (case.ref.id, command) not in self._once

    def _is_everyday(self, case: Case) -> bool:
        return case.campaign.startswith("daily-")

    def _lacks_plan(self, case: Case) -> bool:
        """Whether a plan is needed and none is approved; which campaigns need none only their rules know."""
        approved = case.plan is not None and case.plan.state is PlanState.APPROVED
        return not self._is_everyday(case) and case.kind not in NO_PLAN and not approved
