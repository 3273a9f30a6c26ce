"""Every fact that people are told of, as the rules of cases bring it about."""

from datetime import date

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AskExtension,
    AssignCase,
    CaseClosed,
    CaseImported,
    CaseOpened,
    CaseOverdue,
    CaseRevised,
    ConcludeReferral,
    DeadlineKept,
    GrantExtension,
    HandUp,
    LetterIssued,
    LookBackDue,
    MergeCase,
    RaiseObjection,
    ReassignCase,
    ReferCase,
    RefuseExtension,
    RefusePlan,
    RelapseCase,
    ReopenCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    UpholdObjection,
    VoidCase,
)
from contracts.language.values import UnitRef
from contracts.patrol import (
    AlarmRaised,
    Appeal,
    AppealDecided,
    ClearanceEntry,
    ClearanceVerified,
    Cleared,
    Duty,
    DutyDueSoon,
    DutyMet,
    DutyMissed,
    DutyVacant,
    FirstStep,
    FirstStepDue,
    FirstStepMissed,
    Lacking,
    Patrol,
    PatrolJudged,
    PatrolUnfinished,
    PlotNotCleared,
    PlotOnNaturalForest,
    PlotRef,
    Verdict,
    VerdictAppealed,
    VerdictState,
)
from contracts.roster import DirectiveFulfilled, FindingStated
from services.cases.case import case as rules
from services.cases.ladder import ladder
from services.cases.post.post import Roster
from tests.cases.county import CHIEF, OFFICE, POSTS, STATION, UNIT, incident
from tests.cases.steps import DUE_ON, EVIDENCE, MEASURES, NOW, PROOFS, act_of, case_in, decide, registered

INSPECTION, SHIELD = "forest-inspection-2020", "green-shield-2019"
"""Campaigns whose plans the county approves, and the city."""
POLICE = UnitRef(id="u-police", name="浮梁县公安局")
XIANGHU = UnitRef(id="u-360222105000", name="单位 360222105000")
REASON = "照片看不清"
LATER = date(2020, 7, 20)


def at_time(kind, case, **said):
    """A fact that time brings about."""
    return kind(case=case, by="cases", at=NOW, **said)


def handed_over(*vacant):
    """The posts with nobody in some of them."""
    return tuple(one.model_copy(update={"appointments": ()}) if one.id in vacant else one for one in POSTS)


def passed_on(*vacant, case=None):
    case = case or case_in("assigned")
    return rules.passed_on(case, act_of(case, "cases"), Roster(handed_over(*vacant)))


ASSIGNED, RECTIFYING, SUBMITTED, CLOSED = (case_in(one) for one in ("assigned", "rectifying", "submitted", "closed"))
PLANNED, FOR_THE_CITY = (
    decide(case_in("assigned", campaign), SubmitPlan, UNIT, measures=MEASURES) for campaign in (INSPECTION, SHIELD)
)
EXTENSION = decide(ASSIGNED, AskExtension, UNIT, due_on=LATER, reason=REASON)
OBJECTED = decide(case_in("on_notice", INSPECTION), RaiseObjection, "p-neighbour", reason=REASON)
REFERRED = decide(ASSIGNED, ReferCase, OFFICE, kind="police", to=POLICE)
ACKNOWLEDGED = decide(REFERRED.case, AcknowledgeReferral, OFFICE, n=1, their_number="浮公（林）受〔2020〕7号")
LETTER = ladder.due(ASSIGNED, (), LATER)[0]


def found_in_register(**otherwise):
    """A board of the village that is outdated, or something else."""
    stated = {
        "id": "f-1",
        "in_register": "board",
        "entry_id": "board-1",
        "division": "360222104201",
        "area_id": "360222104201",
        "what": "双龙村村口公示牌",
        "rule": "board_outdated",
        "said": "岗位 360222104201-village-chief 应写 某人",
        "found_on": DUE_ON,
        "due_on": LATER,
        "state": "open",
        "office": {"id": "u-360222000000-office", "name": "浮梁县林长办"},
        "at": NOW,
    }
    return FindingStated.model_validate({"finding": {**stated, **otherwise}})


FULFILLED = DirectiveFulfilled.model_validate(
    {
        "directive": {
            "id": "order-2",
            "division": "360222104000",
            "in_force_from": "2020-06-01",
            "source": "a",
            "instrument": "order",
            "number": "第2号",
            "issuer_post_id": "360222104000-chief",
            "issued_on": "2020-06-01",
            "subject": "三龙镇林长令",
            "text": "限期清理",
            "fulfilled_on": "2020-06-14",
        },
        "issuer": {
            "id": "360222104000-chief",
            "role": "chief",
            "area_id": "360222104000",
            "division": "360222104000",
            "unit": {"id": "u-360222104000", "name": "三龙镇"},
        },
    }
)

DUTY = Duty(
    id="0197c3a0-0000-7000-8000-000000000001",
    post_id="360222104201-village-chief",
    role="chief",
    area_id="360222000000",
    division="360222000000",
    rule="county_chief",
    name="县级林长巡林",
    name_en="patrol of a county's chief",
    version="2020-1",
    source="s",
    activity="patrol",
    period="quarter",
    count=2,
    counted="patrols",
    first=date(2020, 4, 1),
    last=date(2020, 6, 30),
)

PATROL = Patrol(
    id="0197c3a0-0000-7000-8000-000000000002",
    source="acme",
    external_id="w-1",
    post_id="360222104201-village-chief",
    area_id="360222104201",
    division="360222104201",
    person={"id": "p-360222104201-village-chief", "name": "甲"},
    terminal="t-1",
    activity="round",
    way=None,
    state="ended",
    planned_on=None,
    started_at="2020-06-14T16:00:00Z",
    ended_at="2020-06-14T16:20:00Z",
    pauses=(),
    to_reach=(),
    text="",
    items=(),
    visited=(),
    photos=(),
    verdict=Verdict(
        state="invalid",
        rule="round",
        version="2020-1",
        source="s",
        lacking=(Lacking(what="minutes", found=20, least=30), Lacking(what="metres", found=900, least=2000)),
    ),
)


def appealed(state="open", **more):
    appeal = Appeal(by="p-360222104201-village-chief", reason="手机省电", at=NOW, state=state, **more)
    return PATROL.model_copy(update={"verdict": PATROL.verdict.model_copy(update={"appeal": appeal})})


def judged(state, before):
    verdict = PATROL.verdict.model_copy(update={"state": VerdictState(state)})
    return PatrolJudged(patrol=PATROL.model_copy(update={"verdict": verdict}), at=NOW, before=before)


PLOT = PlotRef(
    id="plot-1", division="360222104201", place="后山", first=date(2020, 4, 1), last=date(2020, 6, 10), trees=10,
    source="2020年春季普查",
)  # fmt: skip
CLEARED = Cleared(found=10, felled=10, treated=7, verified=0)


def checked(step, redo_by):
    entry = ClearanceEntry.model_validate(
        {"id": "0197c3a0-0000-7000-8000-000000000003", "step": step, "on": "2020-06-14", "trees": 3,
         "post_id": "360222000000-unit", "person": None, "way": None, "size_mm": None, "permit": None,
         "stump_cm": None, "photos_before": (), "photos_after": (), "text": "枝桠未清"}
    )  # fmt: skip
    return ClearanceVerified(
        plot=PLOT, at=NOW, entry=entry, done=CLEARED, state="open", redo_by=redo_by, by="p-checker"
    )


FIRST = FirstStep(due_at="2020-06-15T08:00:00Z", to_chinese="县林业主管部门", to_english="the county's forestry bureau")
SEEN = incident().model_copy(update={"first_step": FIRST})

HAPPENED = {
    "plot_on_natural_forest": PlotOnNaturalForest(plot=PLOT, at=NOW, natural_share=0.25),
    "clearance_verified": checked("sent_back", date(2020, 6, 24)),
    "plot_not_cleared": PlotNotCleared(plot=PLOT, at=NOW, due_on=date(2020, 6, 10), done=CLEARED, missing=3),
    "first_step_due": FirstStepDue(incident=SEEN, at=NOW, due_on=date(2020, 6, 15)),
    "first_step_missed": FirstStepMissed(incident=SEEN, at=NOW, due_on=date(2020, 6, 15)),
    "duty_met": DutyMet(duty=DUTY, at=NOW, done=2, before="missed", holder=None),
    "judged": judged("invalid", "pending"),
    "judged anew": judged("valid", "invalid"),
    "unfinished": PatrolUnfinished(patrol=PATROL, at=NOW),
    "appealed": VerdictAppealed(patrol=appealed(), at=NOW),
    "appeal_decided": AppealDecided(patrol=appealed("refused", decided_reason="轨迹确实不足"), at=NOW),
    "appeal_decided upheld": AppealDecided(patrol=appealed("upheld", decided_reason="日志可以印证"), at=NOW),
    "duty_due_soon": DutyDueSoon(duty=DUTY, at=NOW, done=1, holder=None),
    "duty_missed": DutyMissed(duty=DUTY, at=NOW, done=1, missing=("count",), holder=None),
    "duty_vacant": DutyVacant(duty=DUTY, at=NOW, done=1),
    "finding": found_in_register(),
    "finding missed": found_in_register(state="missed"),
    "finding without a day": found_in_register(due_on=None, area_id=None, division="360222000000"),
    "finding settled": found_in_register(state="settled"),
    "directive_fulfilled": FULFILLED,
    "alarmed": AlarmRaised(incident=incident(kind="fire")),
    "opened": at_time(CaseOpened, registered()),
    "imported": at_time(CaseImported, ASSIGNED),
    "imported verified": at_time(CaseImported, case_in("verified")),
    "imported closed": at_time(CaseImported, CLOSED),
    "reopened": decide(case_in("dismissed"), ReopenCase, "p-neighbour", reason=REASON, evidence=[EVIDENCE]),
    "assigned": decide(case_in("verified"), AssignCase, OFFICE, unit=STATION, due_on=DUE_ON),
    "returned": decide(ASSIGNED, ReturnCase, UNIT, reason=REASON),
    "reassigned": decide(ASSIGNED, ReassignCase, OFFICE, unit=XIANGHU, due_on=LATER, reason=REASON),
    "plan_submitted": PLANNED,
    "plan_submitted to the city": FOR_THE_CITY,
    "plan_refused": decide(PLANNED.case, RefusePlan, OFFICE, reason=REASON),
    "plan_approved": decide(PLANNED.case, ApprovePlan, OFFICE),
    "extension_asked": EXTENSION,
    "extension_granted": decide(EXTENSION.case, GrantExtension, OFFICE),
    "extension_refused": decide(EXTENSION.case, RefuseExtension, OFFICE, reason=REASON),
    "no_violation_shown": decide(ASSIGNED, ShowNoViolation, UNIT, measures="系枯死木", proofs=PROOFS),
    "submitted": decide(RECTIFYING, SubmitCase, UNIT, measures="已补植", evidence=[EVIDENCE], proofs=PROOFS),
    "sent_back": decide(SUBMITTED, SendBackCase, CHIEF, reason=REASON),
    "accepted": decide(SUBMITTED, AcceptCase, CHIEF),
    "objected": OBJECTED,
    "objection_upheld": decide(OBJECTED.case, UpholdObjection, OFFICE, due_on=LATER, reason=REASON),
    "overdue": at_time(CaseOverdue, ASSIGNED, overdue_since=DUE_ON),
    "letter_issued": at_time(LetterIssued, ASSIGNED, letter=LETTER),
    "handed_up": decide(ASSIGNED, HandUp, OFFICE, reason=REASON),
    "closed": at_time(CaseClosed, CLOSED),
    "look_back_due": at_time(LookBackDue, CLOSED),
    "relapsed": decide(CLOSED, RelapseCase, OFFICE, why="recurrence", reason=REASON),
    "voided": decide(ASSIGNED, VoidCase, OFFICE, reason=REASON),
    "voided before a unit had it": decide(registered(), VoidCase, OFFICE, reason=REASON),
    "merged": decide(ASSIGNED, MergeCase, OFFICE, into=registered(2).ref.id, reason=REASON),
    "deadline_kept": at_time(DeadlineKept, ASSIGNED),
    "transferred": decide(ASSIGNED, TransferCase, OFFICE, kind="waste", reason=REASON),
    "revised": at_time(CaseRevised, ASSIGNED),
    "passed_on": passed_on("360222104201-village-chief", "360222104000-chief"),
    "passed_on above": passed_on("360222104000-chief"),
    "referred": REFERRED,
    "referral_acknowledged": ACKNOWLEDGED,
    "referral_concluded": decide(ACKNOWLEDGED.case, ConcludeReferral, OFFICE, n=1, outcome="已刑事立案"),
}
"""One of each fact, by the word of its name and what is special about it."""
