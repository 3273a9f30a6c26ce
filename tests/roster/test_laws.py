"""A law that is taken up has all that it judges looked at again, a part at a time, and what is otherwise is told."""

import json
from datetime import date

import pytest

from contracts.every_service import TakeUpLaw
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.roster import EnrolAreas, Register
from services.roster import store
from services.roster.clock import room_of
from services.roster.coverage.law import GRIDS
from services.roster.office.law import LAW
from services.roster.service import REGISTERS, roster
from services.runtime.answering.laws import answering_of
from tests.roster.entries import entry
from tests.roster.grids import grid
from tests.roster.registered import town
from tests.telling import asking

pytestmark = pytest.mark.served
(FOLLOW,) = (one.work for one in room_of(REGISTERS).clock_work)
ANSWERS = answering_of("roster", roster.laws, roster.weighing)
STATED = json.loads(LAW.shipped_text)
STRICTER = {**STATED, "standards": {**STATED["standards"], "drone": STATED["standards"]["premises"]}}


@pytest.fixture
async def desk(dsn):
    async with town(dsn) as desk:
        await desk.enrol(Register.OFFICE, entry(Register.OFFICE))
        while await desk.look():
            pass
        yield desk


async def taken_up(desk, text):
    async def ask(confirm=None):
        command = TakeUpLaw(text=text, confirm=confirm)
        return await ANSWERS[TakeUpLaw](desk.tx, asking(command, OPERATOR, UNKNOWN, desk.tx.now))

    shown = (await ask()).body
    assert await FOLLOW(desk.tx) == []
    assert await desk.look() == []
    return await ask(shown.confirm)


async def test_what_was_judged_by_a_law_is_judged_anew_by_the_text_that_takes_its_place(desk):
    assert await desk.look() == []
    await taken_up(desk, json.dumps(STRICTER))
    assert await desk.look() == []
    await FOLLOW(desk.tx)
    (found,) = await desk.look()
    assert (found.rule, "drone" in found.said) == ("standards_not_met", True)
    await FOLLOW(desk.tx)
    assert await desk.look() == []


async def outcome(desk, text):
    command = TakeUpLaw(text=text)
    answer = await ANSWERS[TakeUpLaw](desk.tx, asking(command, OPERATOR, UNKNOWN, desk.tx.now))
    return answer.body.outcome


async def test_before_it_is_taken_up_it_is_said_which_findings_would_appear_vanish_and_be_otherwise(desk):
    id = entry(Register.OFFICE).id
    none = json.dumps({**STATED, "standards": {}})
    found = []
    for text in (json.dumps(STRICTER), none, json.dumps(STATED)):
        told = await outcome(desk, text)
        found.append([(one.kind, one.appear, one.vanish, one.otherwise, one.first) for one in told.effects])
        assert (told.looked_at, told.of) == (1, 1)
        assert await desk.look() == []
        if text is none:
            await taken_up(desk, text)
    assert found == [
        [("standards_not_met", 0, 0, 1, (f"~ {id}",))],
        [("standards_not_met", 0, 1, 0, (f"- {id}",))],
        [("standards_not_met", 1, 0, 0, (f"+ {id}",))],
    ]


async def test_a_law_that_finds_nothing_otherwise_tells_nothing(desk):
    await taken_up(desk, json.dumps({**STATED, "source": "县办〔2020〕3号"}))
    await FOLLOW(desk.tx)
    assert await desk.look() == []


async def test_entries_are_marked_a_bounded_part_at_a_time_and_each_once(desk):
    ids = [f"office-{n}" for n in range(5)]
    await desk.enrol(Register.OFFICE, *(entry(Register.OFFICE, id=id) for id in ids))
    await desk.tx.sql.execute("UPDATE entries SET look_on = NULL")

    async def marked():
        rows = await desk.tx.sql.fetch("SELECT id FROM entries WHERE look_on = $1 ORDER BY id", date(2020, 6, 15))
        return len(rows)

    after, counts = "", []
    while after is not None:
        after = await store.mark_entries(desk.tx, ["office"], after, 2)
        counts.append(await marked())
    assert counts == [2, 4, 6, 6]


@pytest.fixture
async def areas(desk):
    """Five of which the coverage is kept, by their ids."""
    kept = [grid(n, 117.0, 117.1) for n in range(1, 6)]
    await desk.ask(EnrolAreas(areas=tuple(kept)))
    await desk.tx.sql.execute("DELETE FROM coverages")
    await desk.tx.sql.executemany("INSERT INTO coverages (area_id) VALUES ($1)", [(one.id,) for one in kept])
    return [one.id for one in kept]


async def coverages(desk):
    rows = await desk.tx.sql.fetch("SELECT look_on FROM coverages ORDER BY area_id")
    return [row["look_on"] for row in rows]


async def test_areas_are_marked_a_bounded_part_at_a_time_each_once_and_none_later_than_it_was(desk, areas):
    earlier, today, later = date(2020, 6, 14), date(2020, 6, 15), date(2020, 7, 1)
    for id, day in ((areas[1], earlier), (areas[3], later)):
        await desk.tx.sql.execute("UPDATE coverages SET look_on = $2 WHERE area_id = $1", id, day)
    after, seen = "", []
    while after is not None:
        after = await store.mark_coverages(desk.tx, after, 2)
        seen.append((after, await coverages(desk)))
    assert seen == [
        (areas[1], [today, earlier, None, later, None]),
        (areas[3], [today, earlier, today, today, None]),
        (None, [today, earlier, today, today, today]),
    ]


async def test_of_as_many_areas_as_are_marked_at_once_the_next_turn_finds_none(desk, areas):
    assert await store.mark_coverages(desk.tx, "", 5) == areas[4]
    assert await store.mark_coverages(desk.tx, areas[4], 5) is None


async def test_the_law_of_grids_has_areas_looked_at_and_no_register(desk):
    await desk.tx.sql.execute("UPDATE coverages SET look_on = NULL")
    await desk.tx.sql.execute("UPDATE entries SET look_on = NULL")
    await taken_up(desk, json.dumps({**json.loads(GRIDS.shipped_text), "source": "县办〔2020〕3号"}))
    await FOLLOW(desk.tx)
    assert set(await coverages(desk)) == {date(2020, 6, 15)}
    assert await desk.tx.sql.fetchval("SELECT count(look_on) FROM entries") == 0


async def test_a_law_of_one_register_has_no_other_looked_at(desk):
    await desk.enrol(Register.BOARD, await desk.board())
    await desk.look()
    await desk.tx.sql.execute("UPDATE entries SET look_on = NULL")
    await taken_up(desk, json.dumps(STRICTER))
    await FOLLOW(desk.tx)
    rows = await desk.tx.sql.fetch("SELECT DISTINCT register FROM entries WHERE look_on IS NOT NULL")
    assert {row["register"] for row in rows} <= {"office", "correspondence"}
    assert len(rows) == 1
