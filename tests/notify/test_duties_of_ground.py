"""In which words people are told of clearance that is late or sent back, and of first steps that are due or missed."""

import pytest

from contracts.roster import PostStated
from services.notify.service import notify
from services.notify.telling.text import words_of
from tests.notify.every_fact import HAPPENED, checked
from tests.posts import chief
from tests.servers import migrated, transaction
from tests.telling import hear, heard


@pytest.mark.parametrize(
    ("happened", "language", "title", "body"),
    [
        ("plot_not_cleared", "zh-CN", "除治逾期：后山", "应于 2020-06-10 前除治完毕，10 株中尚有 3 株未处理"),
        (
            "clearance_verified",
            "zh-CN",
            "除治核查未通过：后山",
            "3 株未通过核查，请于 2020-06-24 前重新处理。枝桠未清",
        ),
        ("plot_on_natural_forest", "zh-CN", "除治小班涉及天然林：后山", "有 25.0% 在天然林内"),
        ("first_step_due", "zh-CN", "今日到期，首次处置：违法采伐林木", "须于 2020-06-15 前报县林业主管部门。"),
        (
            "first_step_missed",
            "zh-CN",
            "逾期未首次处置：违法采伐林木",
            "于 2020-06-15 前报县林业主管部门，现已逾期",
        ),
        ("plot_not_cleared", "en", "Not cleared in time: 后山", "by 2020-06-10; 3 of 10 trees are not treated"),
        ("clearance_verified", "en", "Clearance sent back: 后山", "3 trees of the plot of dead pines"),
        ("plot_on_natural_forest", "en", "Plot in natural forest: 后山", "25.0% of the plot"),
        ("first_step_due", "en", "First step due today: ", "to the county's forestry bureau by 2020-06-15."),
        ("first_step_missed", "en", "First step missed: ", "by 2020-06-15 and is overdue."),
    ],
)
def test_the_words_say_what_is_to_be_done_where_and_by_when(happened, language, title, body):
    said = words_of(HAPPENED[happened], language)
    assert (title in said[0], body in said[1]) == (True, True), said


def test_of_a_step_to_nobody_and_of_a_plot_whose_share_is_not_known_it_is_said_to_be_open():
    due = HAPPENED["first_step_due"]
    nobody = due.model_copy(update={"incident": due.incident.model_copy(update={"first_step": None})})
    assert "前报未定。" in words_of(nobody)[1]
    unknown = HAPPENED["plot_on_natural_forest"].model_copy(update={"natural_share": None})
    assert "有 未定 在天然林内" in words_of(unknown)[1]


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("notify")


async def test_a_plot_is_told_of_by_its_id_and_division_once_and_not_when_its_check_passed(dsn):
    async with transaction(dsn) as tx:
        division = HAPPENED["plot_not_cleared"].plot.division
        stated = PostStated(post=chief("a-001", "village_chief", division=division))
        await hear(notify, tx, [heard(stated, "roster")])
        late = heard(HAPPENED["plot_not_cleared"], "patrol")
        ((_, news),) = await hear(notify, tx, [late])
        assert (news.about, news.thing_id, news.division) == ("patrol.plot_not_cleared.v1", "plot-1", division)
        assert [one.person.id for one in news.addressees] == ["p-a-001"]
        assert await hear(notify, tx, [late]) == []
        assert await hear(notify, tx, [heard(checked("verified", None), "patrol")]) == []
        sent_back = await hear(notify, tx, [heard(HAPPENED["clearance_verified"], "patrol")])
        assert [fact.about for _, fact in sent_back] == ["patrol.clearance_verified.v1"]
