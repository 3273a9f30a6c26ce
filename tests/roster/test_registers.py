"""What every register does alike, on the real tables."""

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.language.message import MAX_MESSAGE_BYTES, dump
from contracts.roster import KEPT, ListFindings, ListRegister, Register
from services.runtime.problem import Problem
from tests.roster.areas_and_posts import EAST, TOWN, WEST
from tests.roster.entries import STATED, entry

pytestmark = pytest.mark.served
ALL = list(KEPT)


async def listed(desk, register, **about):
    page = (await desk.ask(ListRegister(in_register=register, **about))).body
    return page, getattr(page, KEPT[register].entries_field)


async def lawful(desk, register):
    """An entry that stands by itself: what it refers to is enrolled before."""
    if register is Register.BOARD:
        return await desk.board()
    if register is Register.DIRECTIVE:
        await desk.enrol(Register.CORRESPONDENCE)
    return entry(register)


@pytest.mark.parametrize("register", ALL)
async def test_what_is_enrolled_is_told_whole_listed_and_the_same_again_changes_nothing(desk, register):
    stated = await lawful(desk, register)
    first = await desk.enrol(register, stated)
    assert first.body.changed == 1
    told = first.news[0]
    assert type(told) is KEPT[register].stated
    assert told.told_on() == f"roster.{register}.v1.{stated.division.tokens}.{stated.id}"
    page, entries = await listed(desk, register)
    assert (page.total, entries) == (1, (getattr(told, KEPT[register].entry_field),))
    again = await desk.enrol(register, stated)
    assert (again.body.changed, list(again.news)) == (0, [])


@pytest.mark.parametrize("register", ALL)
async def test_a_broken_rule_is_named_by_number_and_field_and_nothing_is_enrolled(desk, register):
    good = await lawful(desk, register)
    bad = good.model_copy(update={"id": "other", "ended_on": good.in_force_from.replace(year=2019)})
    with pytest.raises(Problem) as refused:
        await desk.enrol(register, good, bad)
    assert (refused.value.status, refused.value.word) == (422, "entries-not-lawful")
    field = KEPT[register].entries_field
    assert f"{field}.1.ended_on" in [error["field"] for error in refused.value.errors]
    assert (await listed(desk, register))[1] == ()


@pytest.mark.parametrize(
    ("otherwise", "field", "code"),
    [
        ({"division": Division("360222104299"), "area_id": None}, "division", "enrolled_division"),
        ({"area_id": "nowhere"}, "area_id", "enrolled_area"),
        ({"division": EAST, "area_id": WEST}, "division", "division_of_area"),
    ],
)
async def test_an_entry_lies_where_roster_has_ground(desk, otherwise, field, code):
    breeder = entry(Register.BREEDER).model_copy(update=otherwise)
    with pytest.raises(Problem) as refused:
        await desk.enrol(Register.BREEDER, breeder)
    assert (f"breeders.0.{field}", code) in [(one["field"], one["rule"].code) for one in refused.value.errors]


async def test_an_entry_stands_once_in_a_command(desk):
    with pytest.raises(Problem) as refused:
        await desk.enrol(Register.OFFICE, entry(Register.OFFICE), entry(Register.OFFICE))
    assert [one["field"] for one in refused.value.errors] == ["offices.0.id", "offices.1.id"]


@pytest.mark.parametrize(
    ("actor", "division", "word"),
    [
        ("operator", UNKNOWN, None),
        ("p-county-office", Division("360222000000"), None),
        ("p-office", TOWN, None),
        ("p-chief", TOWN, "not-the-office"),
        ("p-nobody", TOWN, "not-the-office"),
        ("p-office", EAST, "outside-division"),
        ("operator", EAST, "outside-division"),
    ],
)
async def test_the_chief_office_of_the_place_or_above_keeps_its_registers(desk, actor, division, word):
    asking = desk.enrol(Register.BREEDER, entry(Register.BREEDER), actor=actor, division=division)
    if word is None:
        assert (await asking).body.changed == 1
        return
    with pytest.raises(Problem) as refused:
        await asking
    assert (refused.value.status, refused.value.word) == (403, word)


async def test_what_moves_to_another_division_is_ended_where_it_was(desk):
    await desk.enrol(Register.BREEDER, entry(Register.BREEDER))
    moved = await desk.enrol(Register.BREEDER, entry(Register.BREEDER, division=EAST, area_id=EAST))
    states = [(fact.breeder.division, str(fact.breeder.ended_on)) for fact in moved.news if hasattr(fact, "breeder")]
    assert states == [(WEST, "2020-06-14"), (EAST, "None")]


async def test_a_long_register_is_read_page_by_page(desk):
    offices = [entry(Register.OFFICE, id=f"o-{n:03}") for n in range(7)]
    await desk.enrol(Register.OFFICE, *reversed(offices))
    seen, after = [], None
    while True:
        page, entries = await listed(desk, Register.OFFICE, limit=3, after=after)
        assert page.total == 7
        seen += [one.id for one in entries]
        after = page.after
        if after is None:
            break
    assert seen == [one.id for one in offices]
    assert [one.id for one in (await listed(desk, Register.OFFICE, id="o-004"))[1]] == ["o-004"]


async def test_a_page_is_no_heavier_than_an_answer_may_be(desk):
    papers = [
        entry(Register.CORRESPONDENCE, id=f"c-{n:03}", number=f"浮林长办〔2020〕{n}号", text="林" * 4000)
        for n in range(100)
    ]
    for at in range(0, 100, 20):
        await desk.enrol(Register.CORRESPONDENCE, *papers[at : at + 20])
    seen, after, pages = [], None, 0
    while pages == 0 or after is not None:
        page, entries = await listed(desk, Register.CORRESPONDENCE, limit=100, after=after)
        assert entries != []
        assert len(dump(page)) < MAX_MESSAGE_BYTES
        seen += [one.id for one in entries]
        after, pages = page.after, pages + 1
    assert (seen, pages > 1) == ([one.id for one in papers], True)


async def test_only_what_lies_in_the_subjects_division_is_shown(desk):
    await desk.enrol(Register.BREEDER, entry(Register.BREEDER))
    for division, total in ((WEST, 1), (TOWN, 1), (EAST, 0)):
        page = (await desk.ask(ListRegister(in_register="breeder"), "p-office", division)).body
        found = (await desk.ask(ListFindings(), "p-office", division)).body
        assert (page.total, found.total) == (total, total)


async def test_five_hundred_are_enrolled_in_one_command(desk):
    trees = [entry(Register.OLD_TREE, id=f"t-{n}") for n in range(500)]
    answer = await desk.enrol(Register.OLD_TREE, *trees)
    assert answer.body.changed == 500


def test_the_sample_has_an_entry_of_every_register():
    assert list(STATED) == ALL


async def test_a_register_that_there_is_not_is_refused_with_those_that_there_are(desk):
    with pytest.raises(Problem) as refused:
        await desk.ask(ListRegister(in_register=Register.OTHER))
    (error,) = refused.value.errors
    assert (error["field"], error["rule"].code) == ("in_register", "one_of")
