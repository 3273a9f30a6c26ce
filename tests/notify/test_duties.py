"""A duty that runs out or is missed is told of to whoever holds its post today, else to the unit that acts."""

from datetime import timedelta

import pytest

from contracts.patrol import DutyDueSoon, DutyMissed, DutyVacant
from contracts.roster import PostStated
from services.notify.service import notify
from services.notify.telling.text import words_of
from tests.notify.every_fact import DUTY as EVERY_DUTY
from tests.posts import chief
from tests.servers import NOW, migrated, transaction
from tests.telling import hear, heard

DUTY = EVERY_DUTY.model_copy(update={"post_id": "a-001"})
SOON = DutyDueSoon(duty=DUTY, at=NOW, done=1, holder=None)
MISSED = DutyMissed(duty=DUTY, at=NOW, done=1, missing=("count",), holder=None)
VACANT = DutyVacant(duty=DUTY, at=NOW, done=1)


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("notify")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        yield tx


@pytest.mark.parametrize("told", [SOON, MISSED, VACANT], ids=lambda one: one.name)
@pytest.mark.parametrize("vacant", [False, True])
async def test_its_holder_today_is_told_and_its_unit_while_it_is_vacant(tx, told, vacant):
    others = chief("b-002", "chief")
    posts = (chief("a-001", "chief", vacant=vacant), others)
    await hear(notify, tx, [heard(PostStated(post=one), "roster", n) for n, one in enumerate(posts, 1)])
    ((_, news),) = await hear(notify, tx, [heard(told, "patrol")])
    (to,) = news.addressees
    assert (to.person and to.person.id, to.unit.id) == (None if vacant else "p-a-001", "u-a-001")
    assert (news.about, news.thing_id, news.division) == (told.name, str(DUTY.id), DUTY.division)


async def test_what_is_old_is_told_to_nobody(tx):
    await hear(notify, tx, [heard(PostStated(post=chief("a-001", "chief")), "roster")])
    old = SOON.model_copy(update={"at": NOW - timedelta(days=7, microseconds=1)})
    assert await hear(notify, tx, [heard(old, "patrol")]) == []


@pytest.mark.parametrize(
    ("told", "language", "title", "body"),
    [
        (SOON, "zh-CN", "临近期限：县级林长巡林", "要求 2 次，已完成 1 次，请于 2020-06-30 前完成"),
        (MISSED, "zh-CN", "逾期未完成：县级林长巡林", "（2020-04-01 至 2020-06-30）要求 2 次，完成 1 次"),
        (VACANT, "zh-CN", "岗位空缺未完成：县级林长巡林", "其时岗位空缺"),
        (SOON, "en", "Due soon: patrol of a county's chief", "1 of 2 done; to be done by 2020-06-30"),
        (MISSED, "en", "Missed: patrol of a county's chief", "it is missed"),
        (VACANT, "en", "Not done, the post is vacant: patrol of a county's chief", "its unit acts"),
    ],
)
def test_the_words_say_what_is_asked_how_much_is_done_and_by_when(told, language, title, body):
    assert words_of(told, language)[0] == title
    assert body in words_of(told, language)[1]
