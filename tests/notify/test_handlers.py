"""Notify on its tables: told once, read by whom it was sent to, signed once."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from contracts.cases import CaseAssigned, CaseOpened, LetterIssued, Referral
from contracts.language.division import Division
from contracts.language.values import PersonRef, UnitRef
from contracts.notify import Notified, Receipted, ReceiptNotice, ShowNotices
from contracts.patrol import AlarmRaised
from contracts.roster import PostStated
from services.cases.case import case as cases
from services.cases.ladder import ladder
from services.cases.post.post import Roster
from services.notify import service
from services.notify.service import notify
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.cases.county import OFFICE, POSTS, STATION, UNIT, incident
from tests.cases.steps import case_in
from tests.notify.every_fact import HAPPENED
from tests.servers import NOW, migrated, transaction
from tests.telling import answered, asking, hear, heard
from tests.turns import committed, overlapping

FULIANG = Division("360222000000")
RANGER = "p-360222104201-g1-ranger"


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("notify")


@pytest.fixture
async def tx(dsn):
    """A transaction in which the roster is known."""
    async with transaction(dsn) as tx:
        await hear(notify, tx, [heard(PostStated(post=post), "roster") for post in POSTS])
        yield tx


def opened(n=1, at=NOW):
    case = cases.open_case(incident(n), f"2020-360222-{n:06d}", 1, Roster(POSTS), at)
    return heard(CaseOpened(case=case, by="cases", at=at), "cases", message_id=f"opened-{n}")


def assigned(*, referred_on):
    """A case in the hands of its unit, with a referral that nobody has acknowledged."""
    case = case_in("assigned")
    referral = Referral(
        n=1,
        kind="police",
        to=UnitRef(id="u-police", name="浮梁县公安局"),
        sent_on=referred_on,
        due_on=date(2020, 7, 8),
    )
    return case.model_copy(update={"referrals": (referral,)})


async def notices(tx, person):
    answer = await answered(notify, tx, asking(ShowNotices(), person, FULIANG))
    return answer.body.notices


async def test_one_fact_names_everybody_who_is_told(tx):
    ((cause, told),) = await hear(notify, tx, [opened()])
    assert (type(told), cause.source, len(told.addressees)) == (Notified, "cases", 4)
    assert [notice.title for notice in await notices(tx, RANGER)] == ["新问题 2020-360222-000001：违法采伐林木"]
    assert [notice.about for notice in await notices(tx, OFFICE)] == ["cases.opened.v1"]


async def test_whatever_is_replayed_nobody_is_told_twice(tx):
    assert len(await hear(notify, tx, [opened(), opened(), opened(2)])) == 2
    assert await hear(notify, tx, [opened(), opened(2)]) == []
    assert len(await notices(tx, RANGER)) == 2


async def test_two_facts_of_one_kind_about_one_case_at_one_instant_are_both_told(tx):
    case = assigned(referred_on=date(2020, 6, 15))
    told = [
        heard(LetterIssued(case=case, by="cases", at=NOW, letter=letter), "cases", message_id=str(letter.id))
        for letter in ladder.due(case, (), date(2020, 7, 8))
    ]
    assert {one.title for _, one in await hear(notify, tx, told)} == {
        "督办函 2020-360222-000001：违法采伐林木",
        "建议函 2020-360222-000001：违法采伐林木",
    }
    assert await hear(notify, tx, told) == []


async def test_old_facts_are_written_down_and_tell_nobody(tx):
    assert await hear(notify, tx, [opened(at=NOW - timedelta(days=8))]) == []
    assert await notices(tx, RANGER) == ()
    assert await tx.sql.fetchval("SELECT fate FROM tellings") == "old"


async def test_an_alarm_goes_up_to_the_chief_of_the_county(tx):
    ((_, told),) = await hear(notify, tx, [heard(AlarmRaised(incident=incident(kind="fire")), "patrol")])
    assert "p-360222000000-chief" in {to.person.id for to in told.addressees if to.person}


async def test_a_unit_whose_post_is_vacant_reads_its_notice_once_somebody_holds_the_post(tx):
    post = next(post for post in POSTS if post.role == "unit")
    vacant = PostStated(post=post.model_copy(update={"appointments": ()}))
    await hear(notify, tx, [heard(vacant, "roster", sequence=2)])
    case = cases.open_case(incident(), "2020-360222-000001", 1, Roster(POSTS), NOW)
    assigned = case.model_copy(update={"unit": STATION, "due_on": date(2020, 7, 1)})
    ((_, told),) = await hear(notify, tx, [heard(CaseAssigned(case=assigned, by=OFFICE, at=NOW), "cases")])
    assert [to.unit for to in told.addressees if to.person is None] == [STATION]
    assert await notices(tx, UNIT) == ()
    await hear(notify, tx, [heard(PostStated(post=post), "roster", sequence=3)])
    assert [notice.about for notice in await notices(tx, UNIT)] == ["cases.assigned.v1"]


def handed_on_the_first_of_july():
    """The village chief's post changes hands at midnight in China, which is 16:00 UTC."""
    post = next(post for post in POSTS if post.role == "village_chief")
    (held,) = post.appointments
    old = held.model_copy(update={"held_to": date(2020, 6, 30)})
    new = held.model_copy(update={"held_from": date(2020, 7, 1), "person": PersonRef(id="p-new", name="新任林长")})
    return PostStated(post=post.model_copy(update={"appointments": (old, new)}))


async def test_who_holds_the_post_in_china_that_minute_is_told(tx):
    await hear(notify, tx, [heard(handed_on_the_first_of_july(), "roster", sequence=2)])
    midnight = datetime(2020, 6, 30, 16, tzinfo=UTC)
    told = []
    for n, now in enumerate((midnight - timedelta(microseconds=1), midnight)):
        ((_, fact),) = await hear(notify, Transaction(tx.sql, now), [opened(n, at=now)])
        told += [to.person.id for to in fact.addressees if to.post_id == "360222104201-village-chief"]
    assert told == ["p-360222104201-village-chief", "p-new"]


async def test_a_units_notice_is_read_by_whoever_acts_for_it_that_day(tx):
    post = next(post for post in POSTS if post.id == "360222104000-unit")
    (held,) = post.appointments
    from_july = held.model_copy(update={"held_from": date(2020, 7, 1)})
    later = PostStated(post=post.model_copy(update={"appointments": (from_july,)}))
    await hear(notify, tx, [heard(later, "roster", sequence=2)])
    await hear(notify, tx, [heard(HAPPENED["assigned"], "cases", message_id="assigned")])
    midnight = datetime(2020, 6, 30, 16, tzinfo=UTC)
    times = (midnight - timedelta(microseconds=1), midnight)
    assert [len(await notices(Transaction(tx.sql, now), UNIT)) for now in times] == [0, 1]


async def test_the_newest_notices_come_first_and_all_are_counted(tx):
    for n in range(3):
        await hear(notify, tx, [opened(n)])
    answer = await answered(notify, tx, asking(ShowNotices(limit=2), RANGER, FULIANG))
    numbers = [notice.title.split("：")[0] for notice in answer.body.notices]
    assert (numbers, answer.body.total) == (["新问题 2020-360222-000002", "新问题 2020-360222-000001"], 3)


async def test_nobody_reads_the_notices_of_others(tx):
    await hear(notify, tx, [opened()])
    assert [len(await notices(tx, person)) for person in (OFFICE, UNIT, "p-stranger")] == [1, 0, 0]


def test_what_notify_hears_and_answers_is_what_the_wiring_says():
    service.notify.check()


async def test_a_unit_signs_what_was_sent_to_it_and_not_what_was_sent_to_a_person_of_it(tx):
    station = next(post for post in POSTS if post.id == "360222104000-unit")
    colleague = station.appointments[0].model_copy(update={"person": PersonRef(id="p-colleague", name="某人")})
    second = station.model_copy(update={"id": "360222104000-unit-2", "appointments": (colleague,)})
    vacant = [one.model_copy(update={"appointments": ()}) for one in (station, second)]
    facts = [heard(HAPPENED["assigned"], "cases", message_id=f"assigned-{n}") for n in range(2)]
    await hear(notify, tx, [heard(PostStated(post=post), "roster", sequence=2) for post in vacant])
    await hear(notify, tx, facts[:1])
    await hear(notify, tx, [heard(PostStated(post=post), "roster", sequence=3) for post in (station, vacant[1])])
    await hear(notify, tx, facts[1:])
    await hear(notify, tx, [heard(PostStated(post=second), "roster", sequence=4)])
    of_person, of_unit = await notices(tx, UNIT)
    with pytest.raises(Problem) as refused:
        await answered(notify, tx, asking(ReceiptNotice(notice_id=of_person.id), "p-colleague", FULIANG))
    assert refused.value.status == 403
    answer = await answered(notify, tx, asking(ReceiptNotice(notice_id=of_unit.id), "p-colleague", FULIANG))
    assert [fact.by for fact in answer.news] == ["p-colleague"]


@pytest.mark.served
async def test_a_notice_signed_twice_at_once_is_signed_once():
    dsn = await migrated("notify")
    async with committed(dsn) as tx:
        await hear(notify, tx, [heard(PostStated(post=post), "roster") for post in POSTS])
        await hear(notify, tx, [opened()])
        (notice,) = await notices(tx, RANGER)
    sign = partial(answered, notify, ask=asking(ReceiptNotice(notice_id=notice.id), RANGER, FULIANG))
    first, second = await overlapping(dsn, sign, sign)
    assert [len(answer.news) for answer in (first, second)] == [1, 0]


@pytest.mark.served
async def test_one_thing_heard_twice_at_once_is_told_once():
    dsn = await migrated("notify")
    async with committed(dsn) as tx:
        await hear(notify, tx, [heard(PostStated(post=post), "roster") for post in POSTS])
    tell = partial(hear, notify, told=[opened()])
    first, second = await overlapping(dsn, tell, tell)
    assert [len(news) for news in (first, second)] == [1, 0]


async def test_only_the_addressee_signs_and_only_once(tx):
    await hear(notify, tx, [opened()])
    (notice,) = await notices(tx, RANGER)
    command = ReceiptNotice(notice_id=notice.id)
    with pytest.raises(Problem) as refused:
        await answered(notify, tx, asking(command, OFFICE, FULIANG))
    assert refused.value.status == 403
    later = Transaction(tx.sql, datetime(2020, 6, 16, tzinfo=UTC))
    answer = await answered(notify, later, asking(command, RANGER, FULIANG))
    assert (answer.body.receipted_at, [type(fact) for fact in answer.news]) == (later.now, [Receipted])
    again = await answered(notify, tx, asking(command, RANGER, FULIANG))
    assert (again.body.receipted_at, list(again.news)) == (later.now, [])


async def test_a_notice_that_does_not_exist_is_named(tx):
    with pytest.raises(Problem) as refused:
        await answered(notify, tx, asking(ReceiptNotice(notice_id=incident().id), RANGER, FULIANG))
    assert (refused.value.status, refused.value.errors[0]["field"]) == (404, "notice_id")
