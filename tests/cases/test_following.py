"""A case follows the report that opened it: kind, severity, place, day and words, unless an office has decided."""

from datetime import UTC, date, datetime

import pytest

from contracts.cases import (
    AssignCase,
    CaseCorroborated,
    CaseLeft,
    CaseOpened,
    CaseRevised,
    DismissCase,
    MergeCase,
    ShowHistory,
    ShowSheet,
    TransferCase,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.patrol import IncidentLinked, IncidentLocated, IncidentRevised
from contracts.roster import PostStated
from services.cases.incident import store as incident_store
from services.cases.service import cases
from tests.cases.book import FULIANG, ask, begun, later, opened
from tests.cases.county import OFFICE, POSTS, STATION, VILLAGE, incident, post
from tests.telling import hear, heard
from tests.turns import committed, overlapping

JIAOTAN = Division("360222105000")
LEPING = Division("360281101201")
CITY = Division("360200000000")
DAYS = {"after": date(2020, 6, 1), "to": date(2020, 6, 30)}


def revised(n=1, revision=2, *, linked_to=None, division=VILLAGE, kind="felling", **changes):
    """What patrol tells of a later revision of the n-th report."""
    stated = incident(n, division=division, kind=kind).model_dump() | {"revision": revision, **changes}
    return IncidentRevised.model_validate({"incident": stated, "linked_to": linked_to})


async def follow(tx, *facts):
    return [fact for _, fact in await hear(cases, tx, [heard(one, "patrol") for one in facts])]


async def lines(tx, division=FULIANG, actor=OFFICE, **asked):
    """The lines of the ledger's equation that are not zero."""
    balance = (await ask(tx, ShowSheet(**DAYS, **asked), actor, division)).body.balance
    return {name: count for name, count in balance.model_dump().items() if count}


async def standing(tx, n=1):
    """The n-th case, verified."""
    (fact,) = await opened(tx, incident(n))
    return (await ask(tx, VerifyCase(case_id=fact.case.ref.id))).body


async def history(tx, case):
    told = (await ask(tx, ShowHistory(case_id=case.ref.id))).body
    return [(one.move, one.reason) for one in told.moves]


async def test_a_case_says_what_its_report_says_by_now_and_its_history_says_so(tx):
    (first,) = await opened(tx, incident())
    (fact,) = await follow(tx, revised(severity="grave", text="共伐五十株", lon=117.3, lat=29.4))
    case = fact.case
    assert (type(fact), fact.by, case.revision, case.severity, case.text) == (
        CaseRevised,
        "cases",
        2,
        "grave",
        "共伐五十株",
    )
    assert (case.lon, case.lat, case.state, case.owner) == (117.3, 29.4, "registered", first.case.owner)
    assert await history(tx, case) == [("register", None), ("revise", "revision 2")]


async def test_a_kind_that_changes_leaves_one_ledger_for_the_other_and_cancels_where_both_are_covered(tx):
    case = await standing(tx)
    (fact,) = await follow(tx, revised(kind="waste"))
    assert (fact.case.kind, fact.on) == ("waste", date(2020, 6, 15))
    assert [entry.line.value for entry in fact.entries] == ["moved_out", "moved_in"]
    assert await lines(tx, kind="felling") == {"new": 1, "moved_out": 1}
    assert await lines(tx, kind="waste") == {"moved_in": 1, "closing": 1}
    assert await lines(tx) == {"new": 1, "closing": 1}
    assert (await history(tx, case))[-1] == ("revise", "revision 2")


async def test_a_place_that_changes_is_heard_there_and_where_it_was_and_counts_there_with_its_office_and_posts(tx):
    case = await standing(tx)
    moved, left = await follow(tx, revised(division=LEPING))
    assert (moved.told_in(), left.told_in(), type(left)) == (LEPING, VILLAGE, CaseLeft)
    assert [[entry.line.value for entry in fact.entries] for fact in (moved, left)] == [["moved_in"], ["moved_out"]]
    assert (moved.case.ref.id, moved.case.ref.number) == (case.ref.id, case.ref.number)
    assert (moved.case.area_id, moved.case.office.id) == (f"{LEPING}-g1", "u-360281000000-office")
    # No chief of that county is in the roster, nor of the city.
    assert (len(case.answerable) > 0, moved.case.answerable) == (True, ())
    office = "p-360200000000-office"
    assert await lines(tx) == {"new": 1, "moved_out": 1}
    assert await lines(tx, Division("360281000000"), office) == {"moved_in": 1, "closing": 1}
    assert await lines(tx, CITY, office) == {"new": 1, "closing": 1}


async def test_what_is_not_in_stock_moves_no_line_of_the_ledger(tx):
    await opened(tx, incident())
    moved, left = await follow(tx, revised(division=LEPING, kind="waste"))
    assert (moved.entries, left.entries) == ((), ())
    assert await lines(tx, CITY, "p-360200000000-office") == {}


async def test_an_assigned_case_stays_with_its_unit_and_day(tx):
    case = await standing(tx)
    assigned = (await ask(tx, AssignCase(case_id=case.ref.id, unit=STATION, due_on=date(2020, 7, 1)))).body
    (fact,) = await follow(tx, revised(kind="waste"))
    assert (fact.case.state, fact.case.owner, fact.case.due_on) == ("assigned", assigned.owner, date(2020, 7, 1))


async def test_words_alone_are_no_move_so_that_an_earlier_business_date_is_still_lawful(tx):
    (fact,) = await opened(tx, incident())
    (told,) = await follow(later(tx, 3), revised(text="补充"))
    assert (told.case.moved_on, told.case.since, told.on) == (fact.case.moved_on, fact.case.since, date(2020, 6, 15))
    on = date(2020, 6, 16)
    verified = (await ask(later(tx, 4), VerifyCase(case_id=fact.case.ref.id, on=on))).body
    assert (verified.moved_on, verified.text) == (on, "补充")


async def test_what_an_office_has_transferred_stays_where_and_what_it_is_and_only_its_words_follow(tx):
    case = await standing(tx)
    await ask(tx, TransferCase(case_id=case.ref.id, kind="waste", division=JIAOTAN, reason="属蛟潭镇"))
    (fact,) = await follow(tx, revised(kind="poaching", division=LEPING, severity="grave", text="补充"))
    case = fact.case
    assert (case.kind, case.ref.division, case.severity, case.text) == ("waste", JIAOTAN, "grave", "补充")
    assert fact.entries == ()


async def test_the_survivor_of_a_merge_is_no_less_grave_than_its_duplicate_was(tx):
    survivor, duplicate = await standing(tx, 1), await standing(tx, 2)
    await follow(tx, revised(2, severity="grave"))
    await ask(tx, MergeCase(case_id=duplicate.ref.id, into=survivor.ref.id, reason="同一地块"))
    (fact,) = await follow(tx, revised(1, severity="minor"))
    assert fact.case.severity == "grave"


async def test_who_answers_is_who_answered_on_the_day_it_was_seen(tx):
    village = post("360222104201", "village_chief", holder="p-before", held_to=date(2020, 6, 10))
    after = post("360222104201", "village_chief", holder="p-after").appointments[0]
    both = village.model_copy(
        update={"appointments": (*village.appointments, after.model_copy(update={"held_from": date(2020, 6, 11)}))}
    )
    await hear(cases, tx, [heard(PostStated(post=both), "roster", sequence=2)])
    await opened(tx, incident())

    async def chief(revision, seen_at):
        (fact,) = await follow(tx, revised(revision=revision, seen_at=seen_at))
        return next(one.holder.id for one in fact.case.answerable if one.role == "village_chief")

    # 16:00 UTC is midnight in China.
    assert await chief(2, datetime(2020, 6, 10, 15, 59, 59, tzinfo=UTC)) == "p-before"
    assert await chief(3, datetime(2020, 6, 10, 16, 0, tzinfo=UTC)) == "p-after"


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
async def test_the_newest_revision_stands_in_whatever_order_they_are_heard(tx, order):
    await opened(tx, incident())
    told = [fact for n in order for fact in await follow(tx, revised(revision=n, text=f"第{n}次"))]
    assert told[-1].case.text == "第3次"
    assert await follow(tx, revised(revision=3, text="第3次")) == []
    assert [fact.case.text for fact in await follow(tx, revised(revision=5, text="五"), revised(revision=4))] == ["五"]


async def test_a_case_that_is_no_longer_open_follows_nothing(tx):
    (fact,) = await opened(tx, incident())
    await ask(tx, DismissCase(case_id=fact.case.ref.id, reason="未发现"))
    assert await follow(tx, revised(kind="waste")) == []


async def test_an_alarm_that_turns_out_to_be_an_offence_opens_a_case(tx):
    assert await opened(tx, incident(kind="fire")) == []
    (fact,) = await follow(tx, revised(kind="illegal_fire_use"))
    assert (type(fact), fact.case.kind, fact.case.revision) == (CaseOpened, "illegal_fire_use", 2)
    assert await follow(tx, revised(kind="illegal_fire_use")) == []


async def test_a_case_whose_report_turns_out_to_be_an_alarm_goes_on_as_one(tx):
    case = await standing(tx)
    (fact,) = await follow(tx, revised(kind="fire"))
    assert (fact.case.ref.id, fact.case.kind, fact.case.state) == (case.ref.id, "fire", "verified")
    assert await follow(tx, revised(2, kind="fire")) == []


async def test_a_revision_heard_before_the_report_itself_opens_the_case_as_it_is_by_now(tx):
    (fact,) = await follow(tx, revised(text="补充"))
    assert (type(fact), fact.case.text) == (CaseOpened, "补充")
    assert await opened(tx, incident()) == []


async def test_what_corroborates_another_has_no_case(tx):
    await opened(tx, incident(1))
    assert await follow(tx, revised(2, linked_to=incident(1).id)) == []


@pytest.mark.parametrize("linked_first", [True, False])
async def test_a_case_weighs_what_its_incident_weighs_whichever_fact_says_so_first(tx, linked_first):
    (fact,) = await opened(tx, incident())
    to = fact.case.incident_id
    linked = IncidentLinked(incident=incident(2), to=to, distance_m=10, weight=2)
    told = []
    for says_linked in (linked_first, not linked_first):
        if says_linked:
            told += [one for _, one in await hear(cases, tx, [heard(linked, "patrol")])]
        else:
            told += await follow(tx, revised(weight=2))
    assert [one.case.weight for one in told if isinstance(one, CaseCorroborated)] == [2]
    (_, case, _) = (await incident_store.of_incidents(tx, [to]))[0]
    assert case.weight == 2


async def test_a_report_and_its_revision_heard_at_once_by_two_replicas_are_one_case(dsn):
    async with committed(dsn, begin=begun) as tx:
        await hear(cases, tx, [heard(PostStated(post=one), "roster") for one in POSTS])

    async def locate(tx):
        return [fact for _, fact in await hear(cases, tx, [heard(IncidentLocated(incident=incident(77)), "p")])]

    async def revise(tx):
        return await follow(tx, revised(77, text="补充"))

    first, second = await overlapping(dsn, locate, revise, begin=begun)
    assert [type(fact) for fact in (*first, *second)] == [CaseOpened, CaseRevised]
    assert (first[0].case.ref.id, second[0].case.text) == (second[0].case.ref.id, "补充")
