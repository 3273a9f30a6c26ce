"""The words in which people are told: what they say where something is missing, and where they are cut."""

from datetime import UTC, datetime

import pytest

from contracts.cases import Owner
from contracts.language.values import AreaRef
from services.notify.telling.text import words_of
from tests.cases.county import COUNTY_OFFICE
from tests.notify.every_fact import HAPPENED
from tests.posts import COUNTY


def of(happened, **case):
    fact = HAPPENED[happened]
    return fact.model_copy(update={"case": fact.case.model_copy(update=case)})


@pytest.mark.parametrize(
    ("fact", "body"),
    [
        (of("assigned", unit=None, owner=None), "已交办 未定，请于 未定 前整改到位。"),
        (
            of("reassigned", owner=Owner(unit=COUNTY_OFFICE, due_on="2020-07-01")),
            "由 浮梁县林长办 办理，请于 2020-07-01",
        ),
        (of("extension_asked", extension=None), "延期至 未定：未定。"),
        (of("merged", merged_into=None), "与 未定 为同一问题"),
        (of("overdue"), "于 2020-07-01 前办理，现已逾期。"),
        (of("handed_up"), "下级推不动：照片看不清。请 景德镇市林长办 督办"),
        (of("voided"), "已作废：照片看不清。"),
        (of("extension_refused"), "不同意延期：照片看不清。"),
        (HAPPENED["plan_submitted"].model_copy(update={"approver": None}), "请 浮梁县林长办 审批。"),
        (HAPPENED["plan_submitted to the city"], "请 景德镇市林长办 审批。"),
    ],
)
def test_what_a_case_does_not_have_is_said_to_be_open(fact, body):
    assert body in words_of(fact)[1]


def test_a_referral_without_a_number_or_an_outcome_says_so():
    for happened in ("referral_acknowledged", "referral_concluded"):
        fact = HAPPENED[happened]
        referral = fact.referral.model_copy(update={"their_number": None, "outcome": None})
        assert "未定" in words_of(fact.model_copy(update={"referral": referral}))[1]


def test_a_letter_says_whom_it_addresses_for_which_day_and_until_when_it_is_to_be_answered():
    letter = HAPPENED["letter_issued"].letter
    body = words_of(HAPPENED["letter_issued"])[1]
    assert f"致{letter.to.name}：" in body
    assert f"应于 {letter.due_on} 前办理。请于 {letter.reply_due_on} 前回复 浮梁县林长办。" in body


def test_times_are_said_as_the_clocks_in_china_show_them():
    fact = HAPPENED["alarmed"]
    seen_at = datetime(2020, 6, 14, 16, 0, tzinfo=UTC)
    late = fact.model_copy(update={"incident": fact.incident.model_copy(update={"seen_at": seen_at})})
    assert "发现时间 2020年06月15日 00:00" in words_of(late)[1]
    assert "发现时间 2020年06月15日 00:00" in words_of(of("opened", seen_at=seen_at))[1]


def test_a_place_is_named_by_its_divisions_from_the_largest_down():
    fact = HAPPENED["alarmed"]
    areas = tuple(
        AreaRef(id="a", kind=kind, name=name, division=COUNTY)
        for name, kind in [("保护区", "reserve"), ("一号网格", "grid"), ("村", "division"), ("县", "division")]
    )
    assert (
        words_of(fact.model_copy(update={"incident": fact.incident.model_copy(update={"areas": areas})}))[1][:2]
        == "县村"
    )


@pytest.mark.parametrize("long", [3000, 5000])
def test_words_are_cut_where_a_notice_ends(long):
    title, body = words_of(
        of("opened", text="字" * long, ref=HAPPENED["opened"].case.ref.model_copy(update={"number": "1" * 300}))
    )
    assert (len(title), len(body) == 4000) == (200, long == 5000)
