"""Breeding for food ends by steps with evidence, nothing by force; what goes on is inspected and licensed (C2)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.roster import BreederStep, RecordBreederStep, Register
from services.roster.breeder.breeder import problems_of_step, status_of, wanted
from services.roster.breeder.law import LAW
from services.roster.register.rules import Seen
from services.runtime.problem import Problem
from tests.roster.entries import PHOTO, entry
from tests.roster.registered import found_in

TODAY = date(2020, 6, 15)
SEEN = Seen(TODAY, LAW.shipped, TODAY)
BEFORE_THE_BAN = Seen(TODAY, LAW.shipped, date(2020, 1, 1))


def step(kind, number=None, done_on=TODAY, **about):
    stated = {"number": number or kind, "kind": kind, "done_on": str(done_on), "evidence": [PHOTO], **about}
    return BreederStep.model_validate(stated)


CONSENT = step("consent")
DUE = step("compensation", species="竹鼠", yuan="15000")
PAID = tuple(
    step("payment", number=tier, tier=tier, yuan=yuan)
    for tier, yuan in (("province", "4500"), ("city", "4500"), ("county", "6000"))
)
DISPOSED = step("disposal", species="竹鼠", head=120, kg="200", way="move")
WITHDRAWN = step("licence_withdrawn")
CONVERTED = step("conversion", successor="油茶种植")


def breeder(*steps, **otherwise):
    return entry(Register.BREEDER, **otherwise).model_copy(update={"steps": steps})


@pytest.mark.parametrize(
    ("steps", "otherwise", "status"),
    [
        ((), {}, "operating"),
        ((CONSENT,), {}, "closing"),
        ((CONSENT, DUE, *PAID, DISPOSED), {}, "closing"),
        ((CONSENT, DUE, *PAID[:2], DISPOSED, WITHDRAWN), {}, "closing"),
        ((CONSENT, DUE, *PAID, WITHDRAWN), {}, "closing"),
        ((CONSENT, DISPOSED, WITHDRAWN), {}, "closing"),
        ((CONSENT, DUE, *PAID, DISPOSED, WITHDRAWN), {}, "closed"),
        ((CONSENT, DUE, *PAID, DISPOSED), {"licence": None}, "closed"),
        ((DISPOSED, WITHDRAWN), {"illegal": True}, "closed"),
        ((CONSENT, CONVERTED, WITHDRAWN), {}, "converted"),
        ((CONSENT, CONVERTED), {}, "closing"),
    ],
)
def test_how_far_a_breeder_is_its_steps_say_and_never_a_flag(steps, otherwise, status):
    assert status_of(breeder(*steps, **otherwise)) == status


@pytest.mark.parametrize(
    ("before", "tried", "otherwise", "wrong"),
    [
        ((), CONSENT, {}, []),
        ((), DISPOSED, {}, [("kind", "not_by_force")]),
        ((DUE,), DISPOSED, {}, [("kind", "not_by_force")]),
        ((DUE, *PAID[:2]), DISPOSED, {}, [("kind", "not_by_force")]),
        ((DUE, *PAID), DISPOSED, {}, []),
        ((CONSENT,), DISPOSED, {}, []),
        ((), DISPOSED, {"illegal": True}, []),
        (
            (CONSENT,),
            step("disposal", species="竹鼠", head=121, kg="200", way="move"),
            {},
            [("head", "less_than_equal")],
        ),
        (
            (CONSENT,),
            step("disposal", species="竹鼠", head=120, kg="200.0001", way="move"),
            {},
            [("kg", "less_than_equal")],
        ),
        (
            (CONSENT,),
            step("disposal", species="竹鼠", head=1, kg="1", way="destroy"),
            {},
            [("sick_confirmed", "destroy_sick")],
        ),
        (
            (CONSENT,),
            step("disposal", species="竹鼠", head=1, kg="1", way="destroy", sick_confirmed=True),
            {},
            [],
        ),
        ((CONSENT,), step("disposal", species="竹鼠", head=1, kg="1", way="other"), {}, [("way", "one_of")]),
        ((CONSENT,), step("disposal", species="豪猪", head=1, kg="1", way="move"), {}, [("species", "one_of")]),
        ((CONSENT,), step("disposal", species="竹鼠"), {}, [(one, "needed_for_step") for one in ("head", "kg", "way")]),
        ((), DUE, {}, []),
        ((), step("compensation", species="竹鼠", yuan="14999.99"), {}, [("yuan", "by_tariff")]),
        ((), DUE, {"illegal": True}, [("yuan", "nothing_due")]),
        ((DUE,), step("compensation", number="2", species="竹鼠", yuan="15000"), {}, [("species", "once_in_list")]),
        ((DUE,), step("payment", tier="county", yuan="6000"), {}, []),
        ((DUE,), step("payment", tier="county", yuan="6000.01"), {}, [("yuan", "part_of_tier")]),
        ((DUE, PAID[2]), step("payment", number="x", tier="county", yuan="0.01"), {}, [("yuan", "part_of_tier")]),
        ((), step("payment", tier="city", yuan="1"), {}, [("yuan", "part_of_tier")]),
        ((), step("licence_withdrawn", done_on="2020-02-25"), {}, [("done_on", "after_step")]),
        ((), step("licence_withdrawn", done_on="2020-02-26"), {}, []),
        ((), WITHDRAWN, {"licence": None}, [("kind", "no_licence")]),
        ((CONSENT,), CONVERTED, {}, [("kind", "must_stop")]),
        ((CONSENT, DISPOSED), CONVERTED, {}, []),
        ((CONSENT,), CONVERTED, {"stock": [{"species": "刺猬", "head": 9, "kg": "5"}]}, []),
        ((CONSENT,), step("conversion"), {}, [("successor", "needed_for_step")]),
        ((CONSENT,), CONSENT, {}, [("number", "once_in_list")]),
        ((CONSENT,), step("licence_withdrawn", done_on="2020-06-14"), {}, [("done_on", "after_step")]),
        ((), step("consent", done_on="2020-06-16"), {}, [("done_on", "not_after_today")]),
        ((), step("consent", evidence=[]), {}, [("evidence", "evidence_of_step")]),
    ],
)
def test_which_step_may_follow(before, tried, otherwise, wrong):
    found = problems_of_step(breeder(*before, **otherwise), before, tried, SEEN)
    assert [(field, rule.code) for field, rule in found] == wrong


def test_the_tariff_is_that_of_hunan_of_2020_and_its_parts_three_three_four():
    law = LAW.shipped.on(date(2020, 6, 15))
    prices = {name: (price.unit, price.yuan) for name, price in law.tariff.items()}
    assert prices["竹鼠"] == ("kg", Decimal(75))
    assert {prices[name] for name in ("王锦蛇", "滑鼠蛇", "眼镜蛇")} == {("kg", Decimal(120))}
    heads = [prices[name] for name in ("豪猪", "果子狸", "小麂")]
    assert heads == [("head", Decimal(630)), ("head", Decimal(600)), ("head", Decimal(2457))]
    assert [law.part_of(tier, Decimal(100)) for tier in ("province", "city", "county")] == [30, 30, 40]


def test_the_lists_of_2020_have_45_and_19_species_and_none_twice():
    law = LAW.shipped.newest
    assert (len(law.must_stop), len(law.may_be_kept)) == (45, 19)
    assert law.must_stop & law.may_be_kept == set()


@pytest.mark.parametrize(
    ("otherwise", "seen", "expected"),
    [
        ({}, SEEN, [(date(2020, 2, 24), date(2020, 12, 31))]),
        ({"in_force_from": "2020-05-01"}, SEEN, [(date(2020, 5, 1), date(2020, 12, 31))]),
        ({}, Seen(date(2020, 12, 31), LAW.shipped, date(2020, 12, 31)), [(date(2020, 2, 24), date(2020, 12, 31))]),
        ({}, Seen(date(2021, 1, 1), LAW.shipped, date(2021, 1, 1)), [(date(2020, 2, 24), date(2021, 1, 31))]),
        ({"use": "medicine"}, SEEN, []),
        ({"status": "closed"}, SEEN, []),
        ({"status": "converted"}, SEEN, []),
        ({"status": "closing"}, SEEN, [(date(2020, 2, 24), date(2020, 12, 31))]),
    ],
)
def test_breeding_for_food_ends_by_the_end_of_2020_or_soon_after_it_is_known(otherwise, seen, expected):
    found = [one for one in wanted(breeder(**otherwise), None, seen) if one.rule == "food_breeding"]
    assert [(one.from_on, one.due_on) for one in found] == expected


@pytest.mark.parametrize(
    ("visited", "today", "expected"),
    [
        ([], date(2020, 6, 15), ["2020-H1", "2020-H2"]),
        (["2019-12-31"], date(2020, 6, 15), ["2020-H1", "2020-H2"]),
        (["2020-01-01"], date(2020, 6, 15), ["2020-H2"]),
        (["2020-06-30"], date(2020, 7, 1), ["2020-H2", "2021-H1"]),
        (["2020-07-01"], date(2020, 7, 1), ["2021-H1"]),
        ([], date(2021, 1, 1), ["2020-H1", "2020-H2", "2021-H1", "2021-H2"]),
    ],
)
def test_an_inspection_is_due_twice_a_year(visited, today, expected):
    visits = [{"visited_on": day, "inspector": "a", "findings": "b", "passed": True} for day in visited]
    seen = Seen(today, LAW.shipped, date(2020, 1, 1))
    found = [one for one in wanted(breeder(inspections=visits), None, seen) if one.rule == "breeder_inspection"]
    assert [one.of for one in found] == expected


@pytest.mark.parametrize(("known_on", "first"), [(date(2020, 5, 31), "2020-H1"), (date(2020, 6, 1), "2020-H2")])
def test_nobody_is_reminded_of_what_was_due_before_the_breeder_was_known(known_on, first):
    seen = Seen(date(2020, 7, 15), LAW.shipped, known_on)
    found = [one for one in wanted(breeder(inspections=[]), None, seen) if one.rule == "breeder_inspection"]
    assert found[0].of == first


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        (None, (TODAY, None, 30)),
        (
            {"number": "31", "issuer": "a", "first": "2018-03-01", "last": "2020-06-30"},
            (date(2020, 5, 31), date(2020, 6, 30), None),
        ),
        (
            {"number": "31", "issuer": "a", "first": "2018-03-01", "last": "2019-02-28"},
            (date(2019, 1, 29), TODAY, None),
        ),
    ],
)
def test_a_licence_is_asked_for_thirty_days_before_its_end(licence, expected):
    found = [
        one
        for one in wanted(breeder(use="research", licence=licence), None, SEEN)
        if one.rule == "licence_not_in_force"
    ]
    assert [(one.from_on, one.due_on, one.within_days) for one in found] == [expected]


def of_licence(number):
    licence = {"number": number, "issuer": "a", "first": "2018-03-01", "last": "2020-06-30"}
    found = wanted(breeder(use="research", licence=licence), None, SEEN)
    return [one.of for one in found if one.rule == "licence_not_in_force"]


def test_what_is_found_of_a_licence_is_told_apart_by_its_number_or_by_its_day_where_that_is_too_long():
    assert of_licence("7" * 128) == ["7" * 128]
    assert of_licence("\u3000" * 128 + "7") == ["2020-06-30"]


@pytest.mark.served
async def test_a_food_breeder_is_closed_step_by_step_and_then_what_was_found_is_settled(desk):
    enrolled = await desk.enrol(Register.BREEDER, entry(Register.BREEDER))
    assert found_in(enrolled)["food_breeding"].state == "open"
    for one in (CONSENT, DUE, *PAID, DISPOSED, WITHDRAWN):
        answer = await desk.ask(RecordBreederStep(breeder_id="breeder-1", step=one), "p-office")
        assert list((await desk.ask(RecordBreederStep(breeder_id="breeder-1", step=one))).news) == []
    assert answer.body.status == "closed"
    assert {rule: one.state for rule, one in found_in(answer).items()} == {"food_breeding": "settled"}
    restated = await desk.enrol(Register.BREEDER, entry(Register.BREEDER))
    assert restated.body.changed == 0


@pytest.mark.served
async def test_a_status_that_is_stated_is_not_taken(desk):
    answer = await desk.enrol(Register.BREEDER, entry(Register.BREEDER, status="closed"))
    assert answer.news[0].breeder.status == "operating"
    assert found_in(answer)["food_breeding"].state == "open"


@pytest.mark.served
async def test_a_step_out_of_order_is_refused_by_field(desk):
    await desk.enrol(Register.BREEDER, entry(Register.BREEDER))
    with pytest.raises(Problem) as refused:
        await desk.ask(RecordBreederStep(breeder_id="breeder-1", step=DISPOSED))
    assert [one["field"] for one in refused.value.errors] == ["step.kind"]
    with pytest.raises(Problem) as unknown:
        await desk.ask(RecordBreederStep(breeder_id="nobody", step=CONSENT))
    assert (unknown.value.status, unknown.value.word) == (404, "no-such-entry")


@pytest.mark.served
@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2020, 12, 31, 15, 59, 59, tzinfo=UTC), None),
        (datetime(2020, 12, 31, 16, 0, tzinfo=UTC), "missed"),
    ],
)
async def test_what_still_breeds_for_food_after_its_last_day_in_china_is_missed(desk, now, state):
    await desk.enrol(Register.BREEDER, entry(Register.BREEDER))
    states = [one.state for one in await desk.at(now).look() if one.rule == "food_breeding"]
    assert states == ([] if state is None else [state])
