"""In which words it is told, in both languages."""

import pytest

from contracts.cases import CaseClosed, CaseOpened
from services.notify.telling import text
from tests.cases.county import COUNTY_OFFICE
from tests.notify.every_fact import HAPPENED
from tests.notify.test_telling import CASE, TO, told_of


def test_the_words_say_what_where_who_and_by_when_and_what_people_wrote_is_only_text():
    case = CASE.model_copy(update={"text": "$office {0} <b>"})
    title, body = text.words_of(told_of(CaseOpened, case))
    assert title == "新问题 2020-360222-000001：违法采伐林木"
    assert body == (
        "浮梁县三龙镇双龙村 发现违法采伐林木（较重），发现时间 2020年06月14日 11:00。$office {0} <b>\n"
        f"请 {COUNTY_OFFICE.name} 核实，2020-06-18 前办理。"
    )


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("happened", [happened for happened, to in TO.items() if to])
def test_every_fact_has_its_words_in_both_languages_and_leaves_nothing_open(happened, language):
    title, body = text.words_of(HAPPENED[happened], language)
    assert title
    assert not [sign for sign in ("$", "未定", "not set", "None") if sign in title + body]


@pytest.mark.parametrize(
    ("route", "chinese", "english"),
    [
        ("put_right", "已整改到位并销号。", "put right"),
        ("penalty", "已处罚并补办手续，予以销号。", "permit made good"),
        ("no_violation", "经查不存在违法，予以销号。", "no violation"),
        ("justice", "已移送司法机关处理，予以销号。", "handed to justice"),
        ("other", "已销号。", "struck off"),
        (None, "已销号。", "struck off"),
    ],
)
def test_a_close_is_told_by_its_route(route, chinese, english):
    told = told_of(CaseClosed, CASE.model_copy(update={"route": route}))
    assert text.words_of(told)[1] == f"浮梁县三龙镇双龙村 的违法采伐林木{chinese}"
    assert english in text.words_of(told, "en")[1]


@pytest.mark.parametrize(
    ("why", "title"),
    [("recurrence", "反弹"), ("false_rectification", "虚假整改"), ("closed_in_error", "撤销销号"), ("other", "反弹")],
)
def test_a_case_that_is_open_again_is_told_by_the_reason(why, title):
    told = HAPPENED["relapsed"].model_copy(update={"why": why})
    assert text.words_of(told)[0] == f"{title} 2020-360222-000001：违法采伐林木"


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        ("returned", "责任单位退回：照片看不清。请 浮梁县林长办"),
        ("plan_submitted to the city", "请 景德镇市林长办 审批"),
        ("extension_asked", "延期至 2020-07-20：照片看不清"),
        ("extension_granted", "请 三龙镇林业工作站 于 2020-07-20 前"),
        ("submitted", "请 浮梁县林长办 于 2020-06-22 前验收"),
        ("sent_back", "未通过验收：照片看不清。请 三龙镇林业工作站 继续整改"),
        ("merged", "与 2020-360222-000002 为同一问题"),
        ("referred", "移送 浮梁县公安局，请于 2020-06-30 前受理"),
        ("referral_acknowledged", "编号 浮公（林）受〔2020〕7号"),
        ("referral_concluded", "已刑事立案"),
        ("finding", "请于 2020-07-20 前办理，浮梁县林长办 督促"),
        ("finding missed", "现已逾期，请 浮梁县林长办 督促"),
        ("finding without a day", "请尽快办理，浮梁县林长办 督促"),
        ("directive_fulfilled", "三龙镇林长令（第2号）的交办事项已于 2020-06-14 全部办结"),
    ],
)
def test_what_must_be_done_by_whom_and_why_stands_in_the_words(happened, said):
    assert said in text.words_of(HAPPENED[happened])[1]
