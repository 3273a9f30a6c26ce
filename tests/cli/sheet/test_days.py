"""A day is read however an office writes it; where it leaves a doubt it is asked, never guessed."""

from datetime import date, datetime

import pytest

from cli.say import say
from cli.sheet.cell import BadCell
from cli.sheet.day import day
from cli.sheet.file.worksheet import SINCE_1900, SINCE_1904

THE_DAY = date(2018, 5, 21)


@pytest.mark.parametrize(
    "written",
    [
        "2018-05-21",
        "2018-5-21",
        "2018/5/21",
        "2018.5.21",
        "2018.05.21.",
        "2018年5月21日",
        "2018年5月21号",
        "２０１８－０５－２１",
        "２０１８年５月２１日",
        " 2018年5月21日\u3000",
        "2018年\n5月21日",
        "2018 年 5 月 21 日",
        "'2018-05-21",
        "20180521",
        20180521.0,
        "18.5.21",
        "18-05-21",
        "18年5月21日",
        "2018/5/21 上午",
        "2018-05-21 00:00:00",
        "2018-05-21T08:30",
        "2018年5月21日9时30分",
        "2018年5月21日（星期一）",
        "二〇一八年五月二十一日",
        "二零一八年五月廿一日",
        43241.0,
        datetime(2018, 5, 21, 23, 59),
        THE_DAY,
    ],
)
def test_a_day_is_read_however_it_is_written(written):
    assert day(written, SINCE_1900)[0] == THE_DAY


@pytest.mark.parametrize(
    "written", ["2018年5月", "2018.5", "2018-05", "2018年5月份", "2018年5月上旬", "2018/5", 2018.5]
)
def test_a_month_is_asked_for_its_day(written):
    with pytest.raises(BadCell) as refused:
        day(written, SINCE_1900)
    shown = f"{written:g}" if isinstance(written, float) else written
    assert str(refused.value) == say("sheet.only_a_month", value=shown)


@pytest.mark.parametrize(
    "written",
    [
        "2018年5月21日至23日",
        "2018.5.21-5.23",
        "2018年底前",
        "长期",
        "不详",
        "2018",
        "12.5.21",
        "5/21/18",
        "05/06/18",
        "21/5/2018",
        "180521",
        "43241",
        "2018-5-219:30",
        "2018年5月21日（星期二）",
        "2018-13-01",
        "2018年2月29日",
        "2018-02-30",
        "三月五日",
        0.0,
        1.0,
        200.0,
        True,
        "TRUE",
        "9" * 5000,
    ],
)
def test_what_may_be_another_day_or_none_is_asked(written):
    with pytest.raises(BadCell):
        day(written, SINCE_1900)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("49年1月1日", date(2049, 1, 1)),
        ("50年1月1日", date(1950, 1, 1)),
        ("05年6月7日", date(2005, 6, 7)),
        ("13.1.2", date(2013, 1, 2)),
        ("2020-02-29", date(2020, 2, 29)),
        ("二〇二〇年十月三十一日", date(2020, 10, 31)),
        ("二〇二〇年十二月十日", date(2020, 12, 10)),
    ],
)
def test_two_digits_are_a_year_of_the_last_century_from_fifty_on(written, expected):
    assert day(written, SINCE_1900)[0] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2018-05-20T15:59:59Z", date(2018, 5, 20)),
        ("2018-05-20T16:00:00Z", date(2018, 5, 21)),
        ("2018-05-21T00:00:00+08:00", date(2018, 5, 21)),
    ],
)
def test_a_moment_of_another_clock_is_on_the_day_of_chinas(written, expected):
    assert day(written, SINCE_1900)[0] == expected


@pytest.mark.parametrize(("count", "first"), [(43241.0, SINCE_1900), (41779.0, SINCE_1904)])
def test_a_count_without_a_format_is_a_day_by_its_workbooks_own_way_of_counting(count, first):
    assert day(count, first) == (THE_DAY, False)


@pytest.mark.parametrize("written", ["2018-5-21", "2018/05/21", "2018.5.21", "2018年5月21日", "20180521", THE_DAY])
def test_what_is_written_plainly_needs_no_look(written):
    assert day(written, SINCE_1900) == (THE_DAY, True)


@pytest.mark.parametrize("written", ["18.5.21", "2018/5/21 上午", "２０１８－０５－２１", "二〇一八年五月二十一日"])
def test_what_is_written_otherwise_is_shown(written):
    assert day(written, SINCE_1900) == (THE_DAY, False)
