"""Where a campaign is held, who runs it, and whose case it is where the unit sits elsewhere."""

import pytest

from contracts.cases import (
    AssignCase,
    ListCases,
    ReceiptLetter,
    RecordReview,
    RegisterCase,
    ShowCase,
    ShowHistory,
    StartCase,
    SubmitCase,
    TransferCase,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.roster import PostStated
from services.cases.ladder import clock as ladder_clock
from services.cases.law import campaign
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import FULIANG, ask, later, opened
from tests.cases.county import EVIDENCE, OFFICE, UNIT, VILLAGE, incident, post
from tests.cases.steps import TODAY, case_in, decide
from tests.cases.test_entering import FOUND, SHIELD, importing, row
from tests.laws import taken_up, under
from tests.telling import hear, heard

CITY_OFFICE = "p-360200000000-office"
LEPING, TOWN = Division("360281000000"), Division("360222104000")
ELSEWHERE = Division("360102001000")


HELD_IN_LEPING = {"campaigns": {SHIELD: {"scope": [LEPING]}}}
"""The campaign, held in the neighbouring county only."""


def test_every_campaign_of_the_plan_is_held_in_the_city_and_everyday_work_everywhere():
    named = campaign.named_campaigns()
    assert {one.id: one.scope for one in named if one.scope != (Division("360200000000"),)} == {"daily": ()}
    for one in named:
        assert campaign.problem_of_scope(one, VILLAGE) is None
        assert (campaign.problem_of_scope(one, ELSEWHERE) is None) == (one.id == "daily")


async def test_a_case_outside_its_campaigns_scope_is_refused_by_field_however_it_comes(tx):
    await taken_up(tx, cases.laws, campaign.LAW, **HELD_IN_LEPING)
    registered = RegisterCase(**FOUND, campaign=SHIELD, found_on="2020-06-10")
    review = {"kind": "guidance", "subject": "campaigns", "division": FULIANG, "scope": "抽查", "sample": 1}
    for command, fields in (
        (registered, ["division"]),
        (RecordReview(**review, campaign=SHIELD), ["division"]),
    ):
        with pytest.raises(Problem) as refused:
            await ask(tx, command)
        assert [error["field"] for error in refused.value.errors] == fields
        assert refused.value.errors[0]["rule"] == f"{SHIELD} is held in: {LEPING}, with all below"
    answer = await ask(tx, importing(row("1")))
    assert ([one.field for one in answer.body.refused], answer.body.added) == (["division"], 0)
    with pytest.raises(Problem) as refused:
        decide(case_in("verified", kind="forest_land_taken"), TransferCase, OFFICE, campaign=SHIELD, reason="并入")
    assert [error["field"] for error in refused.value.errors] == ["campaign"]


def test_a_case_does_not_leave_the_scope_of_its_campaign_by_a_transfer():
    case = case_in("verified", campaign=SHIELD, kind="forest_land_taken")
    with under(campaign.LAW, TODAY, **HELD_IN_LEPING), pytest.raises(Problem) as refused:
        decide(case, TransferCase, CITY_OFFICE, division="360222105000", reason="属蛟潭镇")
    assert [error["field"] for error in refused.value.errors] == ["division"]


@pytest.fixture
def city_alone():
    """The campaign, run by the city."""
    with under(campaign.LAW, TODAY, campaigns={SHIELD: {"tiers": ["city"], "plan_approver": "city"}}):
        yield


def test_an_office_below_the_tiers_of_a_campaign_moves_none_of_its_cases(city_alone):
    case = case_in("registered", campaign=SHIELD)
    with pytest.raises(Problem) as refused:
        decide(case, VerifyCase, OFFICE)
    assert refused.value.status == 403
    assert decide(case, VerifyCase, CITY_OFFICE).case.state == "verified"
    everyday = case_in("verified", kind="forest_land_taken")
    with pytest.raises(Problem) as refused:
        decide(everyday, TransferCase, OFFICE, campaign=SHIELD, reason="并入")
    assert [error["field"] for error in refused.value.errors] == ["campaign"]
    moved = decide(everyday, TransferCase, CITY_OFFICE, campaign=SHIELD, reason="并入").case
    assert (moved.office.id, moved.owner.unit.id) == ("u-360200000000-office",) * 2


async def given(tx):
    """A case of this county that the unit of the neighbouring one must put right."""
    neighbour = post(LEPING, "unit")
    await hear(cases, tx, [heard(PostStated(post=neighbour), "roster")])
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=neighbour.unit, due_on="2020-07-01"))
    return fact.case.ref.id, "p-360281000000-unit"


async def test_a_unit_acts_on_a_case_outside_its_region_on_the_subject_of_its_own(tx):
    case_id, neighbour = await given(tx)
    for command in (ShowCase, ShowHistory):
        await ask(tx, command(case_id=case_id), neighbour, LEPING)
    (letter,) = [fact.letter for fact in await ladder_clock.climb_the_ladder(later(tx, 16))]
    await ask(later(tx, 16), ReceiptLetter(case_id=case_id, letter_id=letter.id), neighbour, LEPING)
    assert (await ask(tx, StartCase(case_id=case_id), neighbour, LEPING)).body.state == "rectifying"
    done = SubmitCase(case_id=case_id, measures="已补植", evidence=[EVIDENCE])
    assert (await ask(tx, done, neighbour, LEPING)).body.state == "submitted"


async def test_nobody_else_reaches_a_case_from_outside_its_place(tx):
    case_id, neighbour = await given(tx)
    for command in (ShowCase, ShowHistory, StartCase):
        for actor in ("p-360281000000-office", UNIT, "operator"):
            with pytest.raises(Problem) as refused:
                await ask(tx, command(case_id=case_id), actor, LEPING)
            assert refused.value.word == "outside-division"
    with pytest.raises(Problem) as refused:
        await ask(tx, VerifyCase(case_id=case_id), neighbour, LEPING)
    assert refused.value.status == 409  # it reaches the case, and the machine refuses the move


async def test_a_unit_lists_what_it_must_put_right_wherever_it_lies(tx):
    case_id, neighbour = await given(tx)
    await opened(tx, incident(2))
    mine = (await ask(tx, ListCases(mine=True), neighbour, LEPING)).body
    assert ([one.ref.id for one in mine.cases], mine.total) == ([case_id], 1)
    assert (await ask(tx, ListCases(), neighbour, LEPING)).body.total == 0
    assert (await ask(tx, ListCases(mine=True), UNIT, TOWN)).body.total == 0
