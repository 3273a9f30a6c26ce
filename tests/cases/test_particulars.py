"""What a case is measured by goes with it from the report on; the law's side is recorded by the office."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.cases import (
    AcceptCase,
    CaseImported,
    CaseOpened,
    LawSide,
    Measured,
    MergeCase,
    RecordParticulars,
    RecordReview,
    RegisterCase,
    ShowHistory,
    SubmitCase,
)
from contracts.patrol import IncidentRevised
from services.cases.case.measured import measured_by
from services.cases.incident.handlers import follow_revised
from services.runtime.problem import Problem
from tests.cases.book import ask, later, opened
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, UNIT, incident
from tests.cases.steps import PROOFS, case_in, decide
from tests.cases.test_entering import CLOSED, FOUND, importing, row
from tests.cases.test_reviews import GUIDANCE
from tests.telling import heard

MEASURED = {"illegal_area_mu": "3.2500", "compartment": "12"}
LAW = {"penalty_document": "浮林罚决字〔2020〕9号", "fine_yuan": "8000.0000"}


def told_of(kind, n=1, **details):
    return incident(n, kind=kind).model_copy(update={"details": details})


@pytest.mark.parametrize(
    ("kind", "details", "measured"),
    [
        ("felling", {"volume_m3": "12.5000", "trees": 30}, {"volume_m3": Decimal("12.5"), "trees": 30}),
        ("forest_land_taken", {"ground_mu": "3.2500"}, {"illegal_area_mu": Decimal("3.25")}),
        ("illegal_fire_use", {"burnt_mu": "0.5000"}, {"illegal_area_mu": Decimal("0.5")}),
        ("dead_pines", {"trees": 7, "species": "马尾松"}, {"trees": 7}),
        ("waste", {"compartment": "12", "sub_compartment": "3"}, {"compartment": "12", "sub_compartment": "3"}),
    ],
)
async def test_a_case_is_measured_by_the_details_of_its_report(tx, kind, details, measured):
    (fact,) = await opened(tx, told_of(kind, **details))
    assert fact.case.measured.model_dump(exclude_none=True) == measured
    kept = (await ask(tx, ShowHistory(case_id=fact.case.ref.id))).body.case
    assert kept.measured == fact.case.measured


@pytest.mark.parametrize("details", [{}, {"species": "杉木"}])
def test_a_report_that_measures_nothing_leaves_it_open(details):
    assert measured_by(told_of("felling", **details)) is None


@pytest.mark.parametrize(
    ("details", "measured"),
    [
        ({"trees": "-1", "volume_m3": "2.5000"}, {"volume_m3": Decimal("2.5")}),
        ({"trees": {"counted": 3}, "compartment": "12"}, {"compartment": "12"}),
    ],
)
def test_a_detail_that_its_countys_kind_has_otherwise_measures_nothing(details, measured):
    assert measured_by(told_of("felling", **details)).model_dump(exclude_none=True) == measured
    assert measured_by(told_of("felling", **{name: said for name, said in details.items() if name == "trees"})) is None


async def revised(tx, **details):
    again = told_of("felling", **details).model_copy(update={"revision": 2})
    news = await follow_revised(later(tx, 1), [heard(IncidentRevised(incident=again), "patrol")])
    return [fact.case for _, fact in news]


async def test_a_later_revision_of_the_report_measures_anew(tx):
    await opened(tx, told_of("felling", trees=30))
    (case,) = await revised(tx, trees=40)
    assert case.measured.trees == 40


async def test_what_the_office_has_recorded_stands_above_a_later_revision(tx):
    (fact,) = await opened(tx, told_of("felling", trees=30))
    await ask(tx, RecordParticulars(case_id=fact.case.ref.id, trees=35))
    (case,) = await revised(tx, trees=40)
    assert case.measured.trees == 35


async def test_the_office_records_the_laws_side_and_what_it_leaves_out_stays(tx):
    (fact,) = await opened(tx, told_of("felling", trees=30))
    case_id = fact.case.ref.id
    await ask(tx, RecordParticulars(case_id=case_id, filed_as="浮林罚立〔2020〕3号", volume_m3="2.5"))
    answer = await ask(
        tx, RecordParticulars(case_id=case_id, penalty_document="浮林罚决〔2020〕3号", fine_yuan="1200.50")
    )
    assert answer.body.measured.model_dump(exclude_none=True) == {"trees": 30, "volume_m3": Decimal("2.5")}
    assert answer.body.law.model_dump(exclude_none=True) == {
        "filed_as": "浮林罚立〔2020〕3号",
        "penalty_document": "浮林罚决〔2020〕3号",
        "fine_yuan": Decimal("1200.5"),
        "held_accountable": (),
    }


@pytest.mark.parametrize("by", [UNIT, CHIEF])
def test_only_the_office_records_them(by):
    with pytest.raises(Problem) as refused:
        decide(case_in("assigned"), RecordParticulars, by, trees=1)
    assert refused.value.status == 403


def test_a_record_of_nothing_is_refused():
    with pytest.raises(Problem) as refused:
        decide(case_in("assigned"), RecordParticulars, OFFICE)
    assert refused.value.errors[0]["field"] == "illegal_area_mu"


def test_a_case_grows_no_younger_and_its_owner_stays_when_something_is_recorded():
    case = case_in("assigned")
    told = decide(case, RecordParticulars, OFFICE, held_accountable=["三龙镇林业站长诫勉谈话"])
    assert (told.case.since, told.case.moved_on, told.case.owner) == (case.since, case.moved_on, case.owner)
    assert told.case.law.held_accountable == ("三龙镇林业站长诫勉谈话",)
    assert told.entries == ()


def test_a_close_out_names_who_did_what_and_who_accepted_it_when():
    done = {"measures": "已补植", "evidence": [EVIDENCE], "proofs": PROOFS}
    submitted = decide(case_in("rectifying"), SubmitCase, UNIT, **done).case
    assert (submitted.measures, submitted.rectified_by_name) == ("已补植", "浮梁县某岗位")
    accepted = decide(submitted, AcceptCase, CHIEF).case
    assert (accepted.accepted_by_name, accepted.accepted_on) == ("浮梁县某岗位", date(2020, 6, 15))


async def test_the_survivor_of_a_merge_keeps_what_it_says_and_takes_what_only_the_duplicate_said(tx):
    survivor, duplicate = await opened(
        tx, told_of("felling", 1, trees=30), told_of("felling", 2, trees=9, volume_m3="2.5")
    )
    ids = [fact.case.ref.id for fact in (duplicate, survivor)]
    await ask(tx, RecordParticulars(case_id=ids[0], filed_as="浮林罚立〔2020〕3号"))
    await ask(tx, MergeCase(case_id=ids[0], into=ids[1], reason="同一地块"))
    kept = (await ask(tx, ShowHistory(case_id=ids[1]))).body.case
    assert kept.measured.model_dump(exclude_none=True) == {"trees": 30, "volume_m3": Decimal("2.5")}
    assert kept.law.filed_as == "浮林罚立〔2020〕3号"
    (case,) = await revised(tx, trees=31)
    assert case.measured.model_dump(exclude_none=True) == {"trees": 31, "volume_m3": Decimal("2.5")}


@pytest.mark.parametrize(
    "asked",
    [
        RegisterCase(**FOUND, found_on="2020-06-10", measured=MEASURED, law=LAW),
        importing(row("1", measured=MEASURED, law=LAW)),
        importing(row("1", **CLOSED, measured=MEASURED, law=LAW)),
        RecordReview(**GUIDANCE, findings=[{**FOUND, "measured": MEASURED}]),
    ],
)
async def test_what_is_entered_without_a_report_says_what_it_is_measured_by_too(tx, asked):
    told = [fact.case for fact in (await ask(tx, asked)).news if isinstance(fact, CaseOpened | CaseImported)]
    measured = Measured(illegal_area_mu=Decimal("3.25"), compartment="12")
    law = None if isinstance(asked, RecordReview) else LawSide(**LAW)
    assert [(case.measured, case.law) for case in told] == [(measured, law)]


async def test_a_row_that_is_measured_otherwise_is_not_the_same_row(tx):
    await ask(tx, importing(row("1", measured=MEASURED)))
    refused = (await ask(tx, importing(row("1", measured={**MEASURED, "compartment": "13"})))).body.refused
    assert [(one.number, one.field) for one in refused] == [("1", "number")]
