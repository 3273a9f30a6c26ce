"""Merges: what the duplicate weighed and called for is the survivor's, and unlike cases are one only if confirmed."""

from datetime import date, timedelta

import pytest

from contracts.cases import CaseCorroborated, MergeCase, ReferCase, VerifyCase
from contracts.language.division import Division
from contracts.patrol import IncidentLinked
from services.cases.ladder import clock as ladder_clock
from services.cases.ladder import ladder
from services.cases.machine import make
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import ask, later, opened
from tests.cases.county import OFFICE, incident
from tests.cases.steps import ROSTER, act_of, case_in, registered
from tests.telling import hear, heard

POLICE = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}
TOWN = Division("360222104000")


def merge(case, into, **said):
    asked = MergeCase(case_id=case.ref.id, into=into.ref.id, reason="同一地块", **said)
    return make(case, act_of(case, OFFICE), asked, ROSTER, into)[1]


@pytest.mark.parametrize(
    ("here", "there", "graver"),
    [
        ("minor", "grave", "grave"),
        ("grave", "minor", "grave"),
        ("serious", "minor", "serious"),
        ("other", "minor", "minor"),
    ],
)
def test_the_survivor_weighs_as_both_is_as_grave_as_the_graver_and_has_the_flags_of_both(here, there, graver):
    duplicate = case_in("verified", weight=3, severity=here, flags=("public_outcry", "grave"))
    survivor = case_in("verified", ref=registered(2).ref, weight=2, severity=there, flags=("grave", "wide_impact"))
    told, *more = merge(duplicate, survivor)
    assert (told.name, told.other, more) == ("cases.survived.v1", duplicate.ref, [])
    assert (told.case.weight, told.case.severity) == (5, graver)
    assert told.case.flags == ("grave", "wide_impact", "public_outcry")


def test_of_two_that_wait_for_the_office_the_survivor_keeps_the_earlier_day():
    duplicate, survivor = registered(1), registered(2)
    late = survivor.owner.model_copy(update={"due_on": duplicate.owner.due_on + timedelta(days=1)})
    kept = merge(duplicate, survivor.model_copy(update={"owner": late}))[-1]
    assert (kept.name, kept.case.owner.due_on) == ("cases.deadline_kept.v1", duplicate.owner.due_on)
    assert [fact.name for fact in merge(survivor.model_copy(update={"owner": late}), duplicate)] == [
        "cases.survived.v1"
    ]


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"division": TOWN}, True),  # the town that the village lies in
        ({"division": Division("360222105201")}, False),
        ({"kind": "waste"}, False),
    ],
    ids=str,
)
def test_cases_of_another_kind_or_place_are_one_only_if_that_is_confirmed(changes, alike):
    duplicate, survivor = registered(1), registered(2, **changes)
    if not alike:
        with pytest.raises(Problem) as refused:
            merge(duplicate, survivor)
        assert [error["field"] for error in refused.value.errors] == ["confirmed"]
    assert merge(duplicate, survivor, confirmed=True)[0].case.weight == 2
    assert not alike or merge(duplicate, survivor)[0].case.weight == 2


def test_a_directive_item_is_no_duplicate_of_a_problem_even_if_confirmed():
    directive = case_in("verified", kind="directive")
    for one, other in ((directive, registered(2)), (registered(2), directive)):
        with pytest.raises(Problem) as refused:
            merge(one, other, confirmed=True)
        assert [error["field"] for error in refused.value.errors] == ["into"]


async def merged(tx, *commands):
    """Two cases of which the first went into the second, after what was asked of the first."""
    duplicate, survivor = [fact.case.ref for fact in await opened(tx, incident(1), incident(2))]
    for command, said in commands:
        await ask(tx, command(case_id=duplicate.id, **said))
    return duplicate, survivor


async def test_a_report_linked_to_a_merged_case_weighs_on_the_survivor(tx):
    duplicate, survivor = await merged(tx)
    await ask(tx, MergeCase(case_id=duplicate.id, into=survivor.id, reason="同一地块"))
    link = IncidentLinked(incident=incident(9), to=incident(1).id, distance_m=20, weight=3)
    ((_, told),) = await hear(cases, tx, [heard(link, "patrol")])
    assert (type(told), told.case.ref, told.case.weight) == (CaseCorroborated, survivor, 4)
    own = IncidentLinked(incident=incident(8), to=incident(2).id, distance_m=20, weight=2)
    ((_, told),) = await hear(cases, tx, [heard(own, "patrol"), heard(link, "patrol")])
    assert (told.case.ref, told.case.weight) == (survivor, 5)
    assert await hear(cases, tx, [heard(own, "patrol"), heard(link, "patrol")]) == []


async def test_reports_on_a_case_merged_twice_over_weigh_on_the_last_survivor_once_each(tx):
    first, second, third = [fact.case.ref for fact in await opened(tx, incident(1), incident(2), incident(3))]
    await ask(tx, MergeCase(case_id=first.id, into=second.id, reason="同一地块"))
    await ask(tx, MergeCase(case_id=second.id, into=third.id, reason="同一地块"))
    links = [
        heard(IncidentLinked(incident=incident(n + 7), to=incident(n).id, distance_m=20, weight=2), "patrol")
        for n in (1, 2, 3)
    ]
    told = await hear(cases, tx, links)
    assert [(fact.case.ref, fact.case.weight) for _, fact in told] == [(third, 6)]


async def test_a_referral_that_a_merge_carries_over_is_pressed_on_from_the_rung_that_it_had_reached(tx):
    duplicate, survivor = await merged(tx, (VerifyCase, {}), (ReferCase, POLICE))
    # To be acknowledged by the 30th of June.
    rungs = []
    for day in (7, 15):
        rungs += [
            fact.letter.rung
            for fact in await ladder_clock.climb_the_ladder(later(tx, day))
            if fact.letter.to.id == "u-police"
        ]
    await ask(later(tx, 16), MergeCase(case_id=duplicate.id, into=survivor.id, reason="同一地块"))
    for day in (16, 17, 22, 40):
        told = await ladder_clock.climb_the_ladder(later(tx, day))
        rungs += [fact.letter.rung for fact in told if fact.letter.to.id == "u-police"]
    assert rungs == ["reminder", "letter", "supervision_letter", "circular"]


def test_a_referral_carried_over_twice_keeps_its_rung():
    referral = {"n": 1, "kind": "police", "to": POLICE["to"], "sent_on": date(2020, 6, 1), "due_on": date(2020, 6, 10)}
    duplicate = case_in("verified").model_validate(
        {**case_in("verified").model_dump(), "referrals": [{**referral, "last_rung": "letter"}]}
    )
    carried = merge(duplicate, case_in("verified", ref=registered(2).ref))[-1].case
    press = ladder.pressed(carried)[-1]
    assert [rung.name for _, rung in ladder.ahead(carried, press, ())] == ["supervision_letter", "circular"]
