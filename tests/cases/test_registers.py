"""What roster's registers bring into the book: what was found there, and the items of directives (A2, C2, F2)."""

from datetime import UTC, date, datetime

import pytest

from contracts.cases import CaseAssigned, CaseOpened, CaseVerified
from contracts.language.division import Division
from contracts.patrol import PlotNotCleared
from contracts.roster import DirectiveStated, FindingStated
from services.cases.post.post import NoOffice
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.county import COUNTY_OFFICE, STATION, VILLAGE
from tests.telling import hear, heard

pytestmark = pytest.mark.served


def finding(rule="food_breeding", state="open", id="f-1", **otherwise):
    return FindingStated.model_validate(
        {
            "finding": {
                "id": id,
                "in_register": "breeder",
                "entry_id": "breeder-1",
                "division": VILLAGE,
                "area_id": VILLAGE,
                "what": "三龙竹鼠养殖场",
                "rule": rule,
                "of": None,
                "said": "竹鼠 120/200 kg",
                "found_on": "2020-06-10",
                "due_on": "2020-12-31",
                "state": state,
                "office": COUNTY_OFFICE.model_dump(),
                "at": "2020-06-10T01:00:00Z",
                **otherwise,
            }
        }
    )


def directive(*items, issued_on="2020-06-12"):
    stated = {
        "id": "order-2",
        "division": "360222104000",
        "area_id": None,
        "in_force_from": issued_on,
        "ended_on": None,
        "source": "景林长办发〔2020〕12号",
        "instrument": "order",
        "number": "第2号",
        "issuer_post_id": "360222104000-chief",
        "issued_on": issued_on,
        "subject": "林长令",
        "text": "限期清理",
        "answers": None,
        "items": items,
        "papers": [],
        "fulfilled_on": None,
    }
    return DirectiveStated.model_validate({"directive": stated})


def item(n="1", **otherwise):
    return {
        "item": n,
        "division": VILLAGE,
        "place": "双龙村后山",
        "text": "清理枯死松树",
        "severity": "minor",
        "unit": {"id": STATION.id, "name": "随便写的名"},
        "due_on": "2020-06-30",
        "state": "open",
        "case_id": None,
        "case_number": None,
        **otherwise,
    }


async def told(tx, *facts):
    return [fact for _, fact in await hear(cases, tx, [heard(one, "roster", n) for n, one in enumerate(facts, 1)])]


@pytest.mark.parametrize(
    ("rule", "state", "opened"),
    [
        ("food_breeding", "open", ("food_breeding", "wildlife-enforcement", "serious")),
        ("food_breeding", "missed", ("food_breeding", "wildlife-enforcement", "serious")),
        ("food_breeding", "settled", None),
        ("board_outdated", "open", None),
        ("board_outdated", "missed", ("damaged_board", "daily-2020", "minor")),
        ("board_outdated", "settled", None),
        ("board_worn", "open", None),
        ("board_worn", "missed", ("damaged_board", "daily-2020", "minor")),
        ("breeder_inspection", "missed", None),
        ("tree_check", "missed", None),
        ("other", "open", None),
    ],
)
async def test_which_finding_opens_a_case_of_which_kind_in_which_campaign(tx, rule, state, opened):
    news = await told(tx, finding(rule, state))
    assert [(type(one), one.case.kind, one.case.campaign, one.case.severity) for one in news] == (
        [] if opened is None else [(CaseOpened, *opened)]
    )


async def test_the_case_says_what_was_found_where_and_its_office_must_verify_it(tx):
    (opened,) = await told(tx, finding())
    case = opened.case
    assert (case.origin, case.state, case.place) == ("register", "registered", "三龙竹鼠养殖场")
    assert case.text == "食用野生动物养殖未停止：竹鼠 120/200 kg"
    assert (case.office.id, case.owner.unit.id, case.seen_at) == (
        COUNTY_OFFICE.id,
        COUNTY_OFFICE.id,
        datetime(2020, 6, 9, 16, 0, tzinfo=UTC),
    )


async def test_a_finding_opens_one_case_however_often_it_is_told(tx):
    assert len(await told(tx, finding(), finding(state="missed"))) == 1
    assert await told(tx, finding(state="missed")) == []
    assert len(await told(tx, finding(id="f-2"), finding(id="f-3"))) == 2


def not_cleared(id="plot-1", due_on="2020-10-20", window_last="2020-10-20", at="2020-10-20T16:00:00Z"):
    window = {"first": "2020-10-08", "last": window_last}
    plot = {
        "id": id,
        "division": VILLAGE,
        "place": "后山",
        "compartment": "12",
        "sub_compartment": "3",
        **window,
    }
    done = {"found": 10, "felled": 10, "treated": 7, "verified": 0}
    about = {"plot": {**plot, "trees": 10, "source": "普查"}, "at": at, "due_on": due_on, "done": done, "missing": 3}
    return PlotNotCleared.model_validate(about)


async def test_a_plot_that_was_not_cleared_in_its_days_opens_one_case_in_the_campaign_of_pine_wilt(tx):
    redone = not_cleared(due_on="2020-10-30", at="2020-10-30T16:00:00Z")
    (opened,) = await told(tx, not_cleared(), redone)
    case = opened.case
    assert (case.kind, case.campaign, case.severity, case.origin) == (
        "dead_pines", "pine-wilt-2020", "serious", "register",
    )  # fmt: skip
    assert (case.text, case.place) == (
        "除治小班逾期未清理完：plot-1，2020-10-08 — 2020-10-20，3/10 株", "后山",
    )  # fmt: skip
    assert (case.measured.trees, case.measured.compartment, case.measured.sub_compartment) == (3, "12", "3")
    # It was found when the day after the last began in China.
    assert case.seen_at == datetime(2020, 10, 20, 16, 0, tzinfo=UTC)
    assert await told(tx, redone) == []
    (again,) = await told(tx, not_cleared(window_last="2021-03-31", due_on="2021-03-31"))
    assert again.case.ref.id != case.ref.id


@pytest.mark.parametrize(
    ("found_on", "division", "campaign"),
    [
        ("2020-12-31", VILLAGE, "wildlife-enforcement"),
        ("2021-01-01", VILLAGE, "daily-2021"),
        ("2019-12-31", VILLAGE, "daily-2019"),
    ],
)
async def test_the_campaign_takes_what_was_found_in_its_years(tx, found_on, division, campaign):
    (opened,) = await told(tx, finding(found_on=found_on, division=division))
    assert opened.case.campaign == campaign


async def test_where_no_office_is_known_yet_it_waits(tx):
    with pytest.raises(NoOffice):
        await told(tx, finding(division=Division("430102001001")))


async def test_an_item_is_registered_verified_and_assigned_at_once_by_the_paper_itself(tx):
    news = await told(tx, directive(item(), item("2", due_on="2020-07-10")))
    kinds = [type(one) for one in news]
    assert [kinds.count(kind) for kind in (CaseOpened, CaseVerified, CaseAssigned)] == [2, 2, 2]
    assigned = [one.case for one in news if isinstance(one, CaseAssigned)]
    assert [(case.item.directive_id, case.item.item, str(case.due_on)) for case in assigned] == [
        ("order-2", "1", "2020-06-30"),
        ("order-2", "2", "2020-07-10"),
    ]
    (first, _) = assigned
    assert (first.kind, first.origin, first.state, first.campaign) == (
        "directive",
        "directive",
        "assigned",
        "daily-2020",
    )
    assert (first.unit, first.directive.number, first.directive.issuer_post_id) == (
        STATION,
        "第2号",
        "360222104000-chief",
    )


async def test_only_items_that_have_no_case_open_one(tx):
    await told(tx, directive(item()))
    again = await told(tx, directive(item(), item("2")))
    assert [one.case.item.item for one in again if isinstance(one, CaseOpened)] == ["2"]
    assert await told(tx, directive(item(), item("2"))) == []
    assert await told(tx, directive()) == []


async def test_a_day_that_passed_before_the_directive_was_heard_is_today(tx):
    news = await told(tx, directive(item(due_on="2020-06-14")))
    (assigned,) = [one.case for one in news if isinstance(one, CaseAssigned)]
    assert assigned.due_on == date(2020, 6, 15)


async def test_a_unit_that_is_not_known_yet_waits(tx):
    with pytest.raises(Problem):
        await told(tx, directive(item(unit={"id": "u-unknown", "name": "无"})))


async def test_a_case_of_an_item_counts_as_new_in_the_ledger(tx):
    news = await told(tx, directive(item()))
    verified = next(one for one in news if isinstance(one, CaseVerified))
    assert [entry.line for entry in verified.entries] == ["new"]
