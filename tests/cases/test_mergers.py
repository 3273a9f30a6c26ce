"""Merges as decisions: which day, sites and referrals the survivor takes over, and what is told of each."""

from datetime import date, timedelta

import pytest

from contracts.cases import LawSide, LinkSite, Measured, MergeCase, Referral
from contracts.language.values import UnitRef
from services.cases.case.measured import filled
from services.cases.ladder import ladder
from services.cases.machine import make
from services.runtime.problem import Problem
from tests.cases.county import OFFICE, STATION
from tests.cases.steps import DUE_ON, NOW, ROSTER, TODAY, act_of, case_in, registered

OTHER, THIRD = registered(2).ref, registered(3).ref
TOMORROW = NOW + timedelta(days=1)
JIAOTAN = UnitRef(id="u-360222105000", name="单位 360222105000")
POLICE = UnitRef(id="u-police", name="浮梁县公安局")
REFERRAL = Referral(n=1, kind="police", to=POLICE, sent_on=date(2020, 6, 1), due_on=date(2020, 6, 10))


def merged(case, into, letters=()):
    """What is told of the duplicate, and of the survivor."""
    asked = MergeCase(case_id=case.ref.id, into=into.ref.id, reason="同一地块", confirmed=True)
    return make(case, act_of(into, OFFICE, TOMORROW), asked, ROSTER, into, letters)


def survivor_of(case, into, letters=()):
    told = merged(case, into, letters)[1]
    return told[-1].case, [fact.name.split(".")[1] for fact in told]


def with_unit(due_on, unit=STATION, state="assigned", ref=OTHER, calendar=None):
    case = case_in(state, ref=ref, unit=unit, due_on=due_on, due_calendar=calendar)
    owner = case.owner.model_copy(update={"unit": unit, "due_on": due_on, "calendar": calendar})
    return case.model_copy(update={"owner": owner})


@pytest.mark.parametrize(
    ("its", "kept", "told"),
    [
        (DUE_ON - timedelta(days=1), DUE_ON - timedelta(days=1), ["survived", "deadline_kept"]),
        (DUE_ON, DUE_ON, ["survived"]),
        (DUE_ON + timedelta(days=1), DUE_ON, ["survived"]),
    ],
)
def test_the_survivor_keeps_the_earlier_day_and_that_is_told_only_where_it_changes(its, kept, told):
    for unit in (STATION, JIAOTAN):
        duplicate = with_unit(its, unit, ref=registered(1).ref, calendar="另一历")
        case, names = survivor_of(duplicate, with_unit(DUE_ON))
        assert (case.due_on, case.owner.due_on, case.owner.unit, names) == (kept, kept, STATION, told)


def test_a_day_that_is_kept_is_kept_with_the_calendar_by_which_it_was_counted():
    duplicate = with_unit(DUE_ON - timedelta(days=1), ref=registered(1).ref, calendar="某历")
    case, _ = survivor_of(duplicate, with_unit(DUE_ON))
    assert (case.due_calendar, case.owner.calendar) == ("某历", "某历")


def test_a_survivor_without_a_unit_takes_the_units_day_and_keeps_its_offices():
    into = case_in("verified", ref=OTHER)
    case, names = survivor_of(case_in("assigned"), into)
    assert (case.due_on, case.owner, names) == (DUE_ON, into.owner, ["survived", "deadline_kept"])
    case, names = survivor_of(case_in("verified"), case_in("assigned", ref=OTHER))
    assert (case.due_on, names) == (DUE_ON, ["survived"])


@pytest.mark.parametrize(
    ("state", "days", "earlier"), [("registered", -1, True), ("registered", 0, False), ("verified", -1, False)]
)
def test_the_offices_day_is_kept_where_it_must_do_the_same_of_both(state, days, earlier):
    into = case_in("registered", ref=OTHER)
    duplicate = case_in(state)
    due_on = into.owner.due_on + timedelta(days=days)
    owner = duplicate.owner.model_copy(update={"due_on": due_on, "since_on": date(2020, 6, 1)})
    case, names = survivor_of(duplicate.model_copy(update={"owner": owner}), into)
    assert case.owner == (owner if earlier else into.owner)
    assert names == ["survived", *(["deadline_kept"] if earlier else [])]


def test_a_day_of_another_office_is_none_of_the_survivors():
    into = case_in("registered", ref=OTHER)
    city = UnitRef(id="u-360200000000-office", name="景德镇市林长办")
    owner = into.owner.model_copy(update={"due_on": TODAY, "unit": city})
    case, names = survivor_of(case_in("registered", owner=owner), into)
    assert (case.owner, names) == (into.owner, ["survived"])


def test_the_survivor_cannot_be_dated_before_the_merge():
    case, _ = survivor_of(case_in("verified"), case_in("verified", ref=OTHER))
    assert (case.since, case.moved_on, case.state) == (TOMORROW, TOMORROW.date(), "verified")


@pytest.mark.parametrize(("state", "lines"), [("registered", []), ("verified", ["merged"]), ("on_notice", ["merged"])])
def test_what_was_stock_leaves_it_on_the_day_of_the_merge(state, lines):
    campaign = "green-shield-2018" if state == "on_notice" else None
    told, _ = merged(case_in(state, campaign), case_in("verified", campaign, ref=OTHER))
    assert [(one.line, one.on) for one in told.entries] == [(line, TOMORROW.date()) for line in lines]
    assert (told.case.state, told.case.merged_into, told.case.owner) == ("merged", OTHER, None)


def test_the_survivor_takes_over_each_site_once_and_none_that_is_itself():
    fourth = registered(4).ref
    duplicate = case_in("verified", same_site=(OTHER, THIRD, fourth))
    into = case_in("verified", ref=OTHER, same_site=(THIRD,))
    _, told = merged(duplicate, into)
    assert [(fact.name, fact.other) for fact in told] == [
        ("cases.survived.v1", duplicate.ref),
        ("cases.site_linked.v1", fourth),
    ]
    assert told[-1].case.same_site == (THIRD, fourth)


def test_two_referrals_go_on_under_the_next_numbers_in_the_cycle_of_the_survivor():
    second = REFERRAL.model_copy(update={"n": 2, "kind": "prosecutor"})
    duplicate = case_in("verified", referrals=(REFERRAL, second))
    into = case_in("verified", ref=OTHER, cycle=3, referrals=(REFERRAL.model_copy(update={"cycle": 3}),))
    _, told = merged(duplicate, into)
    assert [(fact.referral.n, fact.referral.kind, fact.referral.cycle) for fact in told[1:]] == [
        (2, "police", 3),
        (3, "prosecutor", 3),
    ]
    assert [one.n for one in told[-1].case.referrals] == [1, 2, 3]


def test_a_referral_of_an_earlier_cycle_stays_with_the_duplicate():
    _, told = merged(case_in("relapsed", referrals=(REFERRAL,)), case_in("verified", ref=OTHER))
    assert told[-1].case.referrals == ()


def test_a_referral_goes_on_from_its_own_last_rung():
    duplicate = case_in("verified", referrals=(REFERRAL, REFERRAL.model_copy(update={"n": 2})))
    early, late = date(2020, 6, 3), date(2020, 6, 10)
    city = UnitRef(id="u-city", name="市林长办")
    letters = [*ladder.due(duplicate, (), early, city), *ladder.due(duplicate, (), late, city)]
    only_first = [one for one in letters if one.about == "referral-1"]
    assert [one.rung for one in only_first] == ["reminder", "letter"]
    _, told = merged(duplicate, case_in("verified", ref=OTHER), only_first)
    assert [fact.referral.last_rung for fact in told[1:]] == ["letter", None]


def test_what_one_says_goes_before_what_the_other_does():
    here, there = Measured(trees=30), Measured(trees=9, volume_m3="2.5")
    assert (filled(None, None), filled(here, None), filled(None, there)) == (None, here, there)
    assert filled(here, there) == Measured(trees=30, volume_m3="2.5")
    law = LawSide(held_accountable=("甲",))
    assert filled(LawSide(filed_as="1号"), law) == LawSide(filed_as="1号", held_accountable=("甲",))


def test_both_of_one_site_are_told_of_each_other_and_keep_the_links_they_had():
    case = case_in("verified", same_site=(THIRD,))
    other = registered(2, "green-shield-2018").model_copy(update={"same_site": (registered(4).ref,)})
    asked = LinkSite(case_id=case.ref.id, other=other.ref.id)
    here, there = make(case, act_of(case, OFFICE, TOMORROW), asked, ROSTER, other)
    assert (here.case.ref, here.other, here.case.same_site) == (case.ref, other.ref, (THIRD, other.ref))
    assert (there.case.ref, there.other, there.case.same_site) == (other.ref, case.ref, (registered(4).ref, case.ref))
    assert (there.case.state, there.case.since) == ("registered", TOMORROW)


@pytest.mark.parametrize("field", ["into", "campaign"])
def test_what_is_wrong_with_a_merge_is_said_of_the_case_into_which(field):
    case, into = case_in("verified"), case_in("verified", None if field == "into" else "green-shield-2018", ref=OTHER)
    into = into if field == "campaign" else case
    with pytest.raises(Problem) as refused:
        merged(case, into)
    assert [error["field"] for error in refused.value.errors] == ["into"]
